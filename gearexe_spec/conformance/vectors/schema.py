"""JSON Schemas (2020-12) of every file below `vectors/`, made from the types that describe them.

The formats of production's recordings are described by their READMEs; of them a schema says which there are, and how
those are known that name none.

Rules: VEC-33.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.reference.adapter import ADAPTERS, SHAPES, WITHOUT_CASES
from gearexe_spec.conformance.vectors.forms import FORMATS, PARTS, VERSION, Result
from gearexe_spec.conformance.vectors.states import STATES

SCHEMAS = "schemas"
RECORDED = "recorded"
NO_RECORDINGS = {"manifest/1", "vectors-manifest/1"}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """All schemas: of each format's files by format, of states, manifests and recordings (VEC-33)."""
    formats = {name: _file_schema(name, kind) for name, kind in FORMATS.items()}
    parts = {name: _part_schema(kind) for name, kind in PARTS.items()}
    return {**formats, **parts, RECORDED: _recorded_schema()}


def schema_name(path: str, document: Mapping[str, Any]) -> str | None:
    """Which schema a file below `vectors/` has to fit; None for schemas and for formats that nobody knows."""
    folder, _, name = path.rpartition("/")
    if folder == SCHEMAS:
        return None
    if name == "manifest.json":
        return "recorded-manifest" if folder else "manifest"
    if folder == STATES:
        return "state"
    if path.startswith("production/"):
        return RECORDED
    kind = str(document.get("format", "")).partition("/")[0]
    return kind if kind in FORMATS else None


def _part_schema(kind: type) -> Schema:
    definitions: dict[str, Schema] = {}
    record = _record_schema(kind, definitions)
    return {"$schema": DIALECT, "title": f"gearexe vectors: {kind.__name__}", **record, "$defs": definitions}


def _recorded_schema() -> Schema:
    import_rooms()
    own = {f"{name}/{VERSION}" for name in FORMATS}
    formats = sorted(({*ADAPTERS} | WITHOUT_CASES) - own - NO_RECORDINGS)
    named: Schema = {"required": ["format"], "properties": {"format": {"enum": formats}}}
    unnamed = [{"required": sorted(fields), "properties": {"format": False}} for fields, _ in SHAPES]
    return {
        "$schema": DIALECT,
        "title": "gearexe vectors: production's recordings, unpacked",
        "type": "object",
        "anyOf": [named, *unnamed],
    }


def _file_schema(name: str, kind: type) -> Schema:
    definitions: dict[str, Schema] = {}
    case = schema_of(kind, definitions)
    return {
        "$schema": DIALECT,
        "title": f"gearexe vectors: {name}/{VERSION}",
        "type": "object",
        "additionalProperties": False,
        "required": ["format", "cases"],
        "properties": {
            "format": {"const": f"{name}/{VERSION}"},
            "cases": {"type": "array", "minItems": 1, "items": case},
        },
        "$defs": definitions,
    }


def schema_of(kind: Any, definitions: dict[str, Schema]) -> Schema:
    """The schema of one type; records become definitions."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return {"type": "string", "pattern": arguments[1]}
    if origin in (Union, types.UnionType):
        if int in arguments:  # any JSON
            return {}
        kinds = [schema_of(item, definitions) for item in arguments]
        return {"anyOf": kinds}
    if origin is tuple:
        return {"type": "array", "items": schema_of(arguments[0], definitions)}
    if origin is dict:
        return _map_schema(arguments, definitions)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    if is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}
            definitions[kind.__name__] = _record_schema(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    return {str: {"type": "string"}, int: {"type": "integer"}, type(None): {"type": "null"}}.get(kind, {})


def json_name(field: str) -> str:
    """How a field is called in the file: `info` becomes `_info`, which sorts before the rest and is for people."""
    return "_info" if field == "info" else field


def _map_schema(arguments: tuple[Any, ...], definitions: dict[str, Schema]) -> Schema:
    key, value = arguments
    schema: Schema = {"type": "object", "additionalProperties": schema_of(value, definitions) or True}
    if get_origin(key) is Annotated:
        schema["propertyNames"] = {"pattern": get_args(key)[1]}
    return schema


def _record_schema(kind: type, definitions: dict[str, Schema]) -> Schema:
    hints = get_type_hints(kind, include_extras=True)
    entries: tuple[Field[Any], ...] = fields(kind)
    properties = {json_name(entry.name): schema_of(hints[entry.name], definitions) for entry in entries}
    optional = {
        json_name(entry.name)
        for entry in entries
        if entry.default is not MISSING or entry.default_factory is not MISSING
    }
    schema: Schema = {
        "type": "object",
        "description": (kind.__doc__ or "").split("\n")[0],
        "additionalProperties": False,
        "required": sorted(set(properties) - optional),
        "properties": properties,
    }
    if issubclass(kind, Result):
        schema["oneOf"] = [{"required": ["outputs"]}, {"required": ["rejected"]}]
    return schema
