"""Looking over a folder of vectors: canonical text, hashes, schemas, states, manifest.

Rules: VEC-10, VEC-11, VEC-31, VEC-33, VEC-34.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gearexe_spec.conformance.vectors.canonical import canonical, content_hash
from gearexe_spec.conformance.vectors.fill import MANIFEST, existing_files, manifest
from gearexe_spec.conformance.vectors.schema import SCHEMAS, schema_name, schemas
from gearexe_spec.conformance.vectors.states import STATES

GREATEST_TREE = 15_000_000
"""Bytes of everything in the folder but production's recordings."""


def lint(folder: Path) -> Iterator[str]:
    """What is wrong in a folder of vectors, one sentence each (VEC-34)."""
    paths = list(existing_files(folder))
    documents: dict[str, Any] = {}
    for path in paths:
        text = (folder / path).read_bytes()
        try:
            documents[path] = json.loads(text)
        except ValueError as error:
            yield f"{path}: no JSON: {error}"
            continue
        if canonical(documents[path]) != text:
            yield f"{path}: not in canonical form"
    sources = {path: item for path, item in documents.items() if _is_source(path)}
    for path, document in documents.items():
        problem = schema_problem(path, document)
        if problem:
            yield f"{path}: {problem}"
        elif path in sources:
            yield from _lint_cases(path, document, documents)
    yield from _lint_states(sources, documents)
    yield from _lint_manifest(folder, sources, documents)


def _is_source(path: str) -> bool:
    return path != MANIFEST and not path.startswith((STATES + "/", SCHEMAS + "/"))


def _lint_cases(path: str, document: Any, documents: dict[str, Any]) -> Iterator[str]:
    for case in document["cases"]:
        place = f"{path.removesuffix('.json')}/{case['name']}"
        about = {key: value for key, value in case["_info"].items() if key != "hash"}
        if content_hash({**case, "_info": about}) != case["_info"]["hash"]:
            yield f"{place}: the hash is not that of the case"
        if not case["_info"]["description"] or not case["_info"]["rules"]:
            yield f"{place}: a case has a description and at least one rule"
        for state in _states_of(case):
            if f"{STATES}/{state}.json" not in documents:
                yield f"{place}: its state {state} is missing"


def _states_of(case: Any) -> list[str]:
    return [case[name] for name in ("pre", "shown") if name in case]


def schema_problem(path: str, document: Any) -> str | None:
    """Where a file below `vectors/` does not fit its schema; None if it does (VEC-33)."""
    name = schema_name(path, document) if isinstance(document, dict) else None
    if name is None:
        return None if path.startswith(SCHEMAS + "/") else "no format of ours"
    try:
        from jsonschema import Draft202012Validator  # noqa: PLC0415  # only where it is installed
    except ImportError:
        return None
    error = next(iter(Draft202012Validator(schemas()[name]).iter_errors(document)), None)
    return None if error is None else f"{error.json_path}: {error.message[:200]}"


def _lint_states(sources: dict[str, Any], documents: dict[str, Any]) -> Iterator[str]:
    cases = [case for document in sources.values() for case in document.get("cases", ())]
    used = {state for case in cases for state in _states_of(case)}
    for path, document in documents.items():
        if not path.startswith(STATES + "/"):
            continue
        name = path.removeprefix(STATES + "/").removesuffix(".json")
        if content_hash(document["state"]) != name:
            yield f"{path}: its name is not its hash"
        if name not in used:
            yield f"{path}: no case uses it"


def _lint_manifest(folder: Path, sources: dict[str, Any], documents: dict[str, Any]) -> Iterator[str]:
    listed = documents.get(MANIFEST)
    if listed is None:
        yield f"{MANIFEST}: missing"
        return
    files = {path: (folder / path).read_bytes() for path in documents if path != MANIFEST}
    size = sum(map(len, files.values()))
    if size > GREATEST_TREE:
        yield f"{MANIFEST}: the tree has {size} bytes, more than {GREATEST_TREE}"
    if manifest(sources, files) != listed:
        yield f"{MANIFEST}: does not list what is there"
