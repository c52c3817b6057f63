"""From recorded cases to the folder of vectors: files, states, manifest, schemas; and back to a comparison.

Rules: VEC-10 to VEC-12, VEC-30 to VEC-32.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.vectors.canonical import canonical, content_hash
from gearexe_spec.conformance.vectors.forms import VERSION, JsonObject
from gearexe_spec.conformance.vectors.recorder import Recorded
from gearexe_spec.conformance.vectors.schema import SCHEMAS, schemas
from gearexe_spec.conformance.vectors.states import STATES

MANIFEST = "manifest.json"
MANIFEST_FORMAT = "vectors-manifest/1"
STATE_FORMAT = "state/1"


@dataclass(frozen=True, slots=True)
class Fragment:
    """What one test recorded for one file.

    Args:
        file: path below the folder of vectors, without suffix.
        recorded: the cases.
    """

    file: str
    recorded: tuple[Recorded, ...]


class ClashingCases(Exception):
    """Two cases of a file have the same name, or a file has cases of two formats."""


def assemble(fragments: Iterable[Fragment]) -> dict[str, bytes]:
    """All files of the folder by path; the order of the fragments does not matter (VEC-30)."""
    by_file: dict[str, list[Recorded]] = {}
    states: dict[str, Json] = {}
    for fragment in fragments:
        by_file.setdefault(fragment.file, []).extend(fragment.recorded)
        for recorded in fragment.recorded:
            states.update(recorded.states)
    documents = {f"{file}.json": _document(file, by_file[file]) for file in sorted(by_file)}
    files = {path: canonical(document) for path, document in documents.items()}
    for name, state in sorted(states.items()):
        files[f"{STATES}/{name}.json"] = canonical({"format": STATE_FORMAT, "state": state})
    for name, schema in schemas().items():
        files[f"{SCHEMAS}/{name}.schema.json"] = canonical(schema)
    files[MANIFEST] = canonical(manifest(documents, files))
    return files


def manifest(documents: dict[str, JsonObject], files: dict[str, bytes]) -> JsonObject:
    """Every case, counts, and one digest over all (VEC-31)."""
    cases: list[Any] = [entry for path, document in documents.items() for entry in _entries(path, document)]
    digest = content_hash([[entry["name"], entry["hash"]] for entry in cases])
    counts: dict[str, int] = {}
    for entry in cases:
        counts[entry["format"]] = counts.get(entry["format"], 0) + 1
    size = sum(len(data) for data in files.values())
    return {
        "format": MANIFEST_FORMAT,
        "digest": digest,
        "count": len(cases),
        "counts": dict(counts),
        "bytes": size,
        "states": sum(path.startswith(STATES + "/") for path in files),
        "cases": cases,
    }


def write_folder(folder: Path, files: dict[str, bytes]) -> list[str]:
    """Make the folder hold exactly these files and leave `production/` alone; returns the changed paths (VEC-32)."""
    changed = []
    for path in existing_files(folder):
        if path not in files:
            (folder / path).unlink()
            changed.append(path)
    for path, data in files.items():
        target = folder / path
        if target.is_file() and target.read_bytes() == data:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        changed.append(path)
    return sorted(changed)


def existing_files(folder: Path) -> Iterator[str]:
    """Paths of all vector files in a folder, without what production recorded."""
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("production/"):
            yield name


def save_fragment(folder: Path, number: str, fragment: Fragment) -> None:
    """Keep a fragment until all tests have run; `number` is unique per test."""
    cases: list[Json] = [
        {"format": item.format, "case": item.case, "states": item.states, "isUnconfirmed": item.is_unconfirmed}
        for item in fragment.recorded
    ]
    (folder / f"{number}.json").write_bytes(canonical({"file": fragment.file, "recorded": cases}))


def load_fragments(folder: Path) -> Iterator[Fragment]:
    """The fragments that tests left."""
    for path in sorted(folder.glob("*.json")):
        form = json.loads(path.read_bytes())
        recorded = (
            Recorded(item["format"], item["case"], item["states"], item["isUnconfirmed"]) for item in form["recorded"]
        )
        yield Fragment(form["file"], tuple(recorded))


def _document(file: str, recorded: list[Recorded]) -> JsonObject:
    formats = {item.format for item in recorded}
    names = [str(item.case["name"]) for item in recorded]
    if len(formats) > 1:
        raise ClashingCases(f"{file}: formats {', '.join(sorted(formats))}")
    if len(set(names)) < len(names):
        raise ClashingCases(f"{file}: {', '.join(sorted(name for name in set(names) if names.count(name) > 1))}")
    cases: list[Json] = [item.case for item in sorted(recorded, key=lambda item: str(item.case["name"]))]
    return {"format": f"{formats.pop()}/{VERSION}", "cases": cases}


def _entries(path: str, document: JsonObject) -> Iterator[JsonObject]:
    cases: Any = document["cases"]
    for case in cases:
        rejected = case.get("rejected")
        yield {
            "name": f"{path.removesuffix('.json')}/{case['name']}",
            "format": document["format"],
            "area": path.split("/", maxsplit=1)[0],
            "rules": case["_info"]["rules"],
            "rejection": rejected["reason"] if rejected else None,
            "size": len(canonical(case)),
            "hash": case["_info"]["hash"],
        }
