"""The ABI by the names of types: `{"types": ["(uint8,bytes)[]"], "values": [[["0x1", "0x"]]]}`.

Rules: ABI-1 to ABI-14.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gearexe_spec.codec import abi
from gearexe_spec.codec.abi import AbiType
from gearexe_spec.codec.abi_types import InvalidTypeName, parse_type, split_members
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation


@operation("abi/encode")
def encode(form: Input) -> Json:
    """Values as the arguments of a call (ABI-1)."""
    return {"encoded": to_json(_written(abi.encode_sequence, form))}


@operation("abi/encodePacked")
def encode_packed(form: Input) -> Json:
    """Values packed (ABI-11, ABI-12)."""
    return {"encoded": to_json(_written(abi.encode_packed, form))}


@operation("abi/decode")
def decode(form: Input) -> Json:
    """Read strictly, as contracts do, or as nodes read logs (ABI-8)."""
    data, strict = from_json(bytes, form["encoded"], "/encoded"), from_json(bool, form["strict"], "/strict")
    return {"values": to_json(abi.decode_sequence(_kinds(form), data, strict))}


def value_of(name: str, form: Json, path: str) -> Any:
    """The value of a type from its JSON form: numbers and bytes as everywhere, arrays and structures as lists."""
    if name.endswith(("]", ")")):
        return _values_of(_item_names(name, form), form, path)
    kind = {"bool": bool, "string": str}.get(name) or (int if "int" in name else bytes)
    return from_json(kind, form, path)


def _values_of(names: list[str], form: Json, path: str) -> tuple[Any, ...]:
    if not isinstance(form, list) or len(form) != len(names):
        raise JsonFormError(f"{path}: a list of {len(names)} is expected")
    return tuple(
        value_of(name, part, f"{path}/{index}") for index, (name, part) in enumerate(zip(names, form, strict=True))
    )


def _item_names(name: str, form: Json) -> list[str]:
    """The types of the members of a structure, or of the items that an array has."""
    if name.endswith(")"):
        return split_members(name[1:-1])
    item, _, length = name[:-1].rpartition("[")
    return [item] * (int(length) if length else len(form) if isinstance(form, list) else 0)


def _written(write: Callable[[Sequence[AbiType[Any]], Sequence[Any]], bytes], form: Input) -> bytes:
    kinds = _kinds(form)
    values = _values_of([kind.name for kind in kinds], form["values"], "/values")
    try:
        return write(kinds, values)
    except ValueError as error:  # a number or a length that is none of the type
        raise JsonFormError(f"/values: {error}") from error


def _kinds(form: Input) -> tuple[AbiType[Any], ...]:
    try:
        return tuple(parse_type(name) for name in from_json(tuple[str, ...], form["types"], "/types"))
    except InvalidTypeName as error:
        raise JsonFormError(f"/types: {error}") from error
