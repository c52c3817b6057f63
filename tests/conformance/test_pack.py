"""The packed recordings: lossless, reproducible, listed."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from gearexe_spec.conformance.pack import MANIFEST, check_folder, pack_bytes, pack_folder
from gearexe_spec.conformance.suite import find_files, read_bytes, read_document, shipped_suite

SOURCE = Path(os.environ.get("REFERENCE", shipped_suite().parents[2] / "shared" / "reference"))
with_source = pytest.mark.skipif(not SOURCE.is_dir(), reason="the unpacked recordings are not on this machine")


def test_shipped_recordings_are_what_the_manifest_says() -> None:
    assert list(check_folder(shipped_suite())) == []
    manifest = json.loads((shipped_suite() / MANIFEST).read_bytes())
    assert manifest["count"] == len(manifest["files"]) == 120
    assert len(find_files(shipped_suite())) == 121  # and the manifest itself


@with_source
def test_nothing_was_left_out_or_changed() -> None:
    originals = {path.relative_to(SOURCE).as_posix(): path for path in SOURCE.rglob("*") if path.is_file()}
    for name, path in originals.items():
        copy = shipped_suite() / (name + ".xz" if name.endswith(".json") else name)
        assert read_bytes(copy) == path.read_bytes(), name


@with_source
def test_packing_again_gives_the_committed_bytes() -> None:
    for path in sorted(SOURCE.rglob("*.json"))[::8]:  # a sample: packing everything takes long
        packed = shipped_suite() / (path.relative_to(SOURCE).as_posix() + ".xz")
        assert pack_bytes(path.read_bytes()) == packed.read_bytes(), path.name


def test_packing_a_folder_and_finding_damage(tmp_path: Path) -> None:
    source, packed = tmp_path / "source", tmp_path / "packed"
    (source / "a").mkdir(parents=True)
    (source / "a" / "one.json").write_text('{"format": "x/1"}\n')
    (source / "a" / "README.md").write_text("What x is.\n")
    packed.mkdir()
    (packed / "old.json.xz").write_bytes(b"rest of an earlier run")

    (entry,) = pack_folder(source, packed)
    assert (entry.path, entry.format) == ("a/one.json.xz", "x/1")
    assert entry.digest == sha256((source / "a" / "one.json").read_bytes()).hexdigest()
    assert sorted(path.name for path in packed.rglob("*.*")) == ["README.md", MANIFEST, "one.json.xz"]
    assert list(check_folder(packed)) == []

    (packed / "a" / "one.json.xz").write_bytes(pack_bytes(b'{"format": "y/1"}\n'))
    (packed / "a" / "two.json.xz").write_bytes(pack_bytes(b"{}"))
    assert list(check_folder(packed)) == [
        "a/two.json.xz: not in the manifest",
        "a/one.json.xz: its contents are not the ones in the manifest",
    ]
    (packed / "a" / "one.json.xz").unlink()
    assert "a/one.json.xz: missing" in check_folder(packed)


def test_siblings(tmp_path: Path) -> None:
    (tmp_path / "programs.json").write_text('{"programs": {"ping": 1}}')
    (tmp_path / "ping.json").write_text('{"cases": []}')
    document = read_document(tmp_path / "ping.json")
    assert document.sibling("programs.json") == {"programs": {"ping": 1}}
    with pytest.raises(FileNotFoundError, match="is not beside"):
        document.sibling("others.json")


def test_siblings_of_a_file_elsewhere_come_from_the_shipped_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "real-programs").mkdir()
    (tmp_path / "real-programs" / "hidden.json").write_text('{"cases": []}')
    document = read_document(tmp_path / "real-programs" / "hidden.json")
    assert "ping" in document.sibling("programs.json")["programs"]  # type: ignore[operator]
