"""Every file below `vectors/` fits a JSON Schema: ours in the lint of the folder, production's here, unpacked."""

import json
from pathlib import PurePosixPath

import pytest
from jsonschema import Draft202012Validator

from gearexe_spec.codec.json_reader import read_json
from gearexe_spec.conformance.suite import read_bytes, shipped_vectors
from gearexe_spec.conformance.vectors.fill import existing_files
from gearexe_spec.conformance.vectors.lint import schema_problem
from gearexe_spec.conformance.vectors.schema import RECORDED, SCHEMAS, schema_name, schemas

VECTORS = shipped_vectors()
RECORDINGS = sorted(path.relative_to(VECTORS).as_posix() for path in VECTORS.glob("production/**/*.json*"))


def test_no_file_is_without_schema() -> None:
    """What `lint` reads, what is read here, and prose: nothing else lies there."""
    known = {*existing_files(VECTORS), *RECORDINGS}
    found = {path.relative_to(VECTORS).as_posix() for path in VECTORS.rglob("*") if path.is_file()}
    assert {PurePosixPath(path).suffix for path in found - known} <= {".md"}
    assert len(RECORDINGS) > 100


@pytest.mark.parametrize("path", RECORDINGS)
def test_a_recording_fits(path: str) -> None:
    document = read_json(read_bytes(VECTORS / path))
    assert schema_problem(path, document) is None
    assert schema_name(path, document) == ("recorded-manifest" if path.endswith("/manifest.json") else RECORDED)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", schemas())
def test_a_schema_is_one_and_lies_there(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])
    assert json.loads((VECTORS / SCHEMAS / f"{name}.schema.json").read_bytes()) == schemas()[name]


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("states/0x00.json", {"format": "state/2", "state": {}}),
        ("states/0x00.json", {"format": "state/1", "state": {}, "more": 1}),
        ("manifest.json", {"format": "vectors-manifest/1", "count": 0}),
        ("production/manifest.json", {"format": "manifest/1", "count": "0x0", "digest": "", "files": []}),
        ("production/onchain/new.json.xz", {"format": "onchain-scenario/99"}),
        ("production/onchain/new.json.xz", {"cases": []}),
        ("crypto/new.json", {"format": "hash/1", "cases": []}),
        ("crypto/new.json", {"format": "hash/1", "cases": [{"name": "no info"}]}),
        ("crypto/new.json", {"format": "else/1", "cases": []}),
        ("crypto/new.json", []),
    ],
)
def test_what_does_not_fit_is_seen(path: str, document: object) -> None:
    assert schema_problem(path, document)
