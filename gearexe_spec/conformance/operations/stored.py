"""Stored and signed types as codecs: bytes to a value, and back.

Rules: SCA-1 to SCA-12, WIR-59.
"""

from __future__ import annotations

from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.conformance.operations.values import TYPES


@operation("stored/decode")
def decode(form: Input) -> Json:
    """The value that all of some bytes are the encoding of."""
    kind = TYPES[_name_of_type(form)]
    return {"value": kind.dump(kind.codec.decode(from_json(bytes, form["data"], "/data")))}


@operation("stored/encode")
def encode(form: Input) -> Json:
    """The encoding of a value."""
    kind = TYPES[_name_of_type(form)]
    return {"data": to_json(kind.codec.encode(kind.load(form["value"])))}


def _name_of_type(form: Input) -> str:
    name = from_json(str, form["type"], "/type")
    if name not in TYPES:
        raise JsonFormError(f"/type: {name!r} is none of {', '.join(TYPES)}")
    return str(name)
