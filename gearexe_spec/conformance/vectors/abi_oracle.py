"""eth-abi as oracle of encodings.

Rules: VEC-19.
"""

from __future__ import annotations

from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_abi.packed import encode_packed

from gearexe_spec.codec.abi_types import split_members
from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.conformance.operations.registry import Input
from gearexe_spec.conformance.vectors.oracles import oracle
from gearexe_spec.conformance.wire import Accepted, Answer, RejectedAnswer

NAME = "eth-abi"
REFUSED = RejectedAnswer("", "", {})


@oracle("abi/encode", NAME)
def _encode(form: Input) -> Answer:
    return Accepted({"encoded": to_json(encode(*_typed(form)))})


@oracle("abi/encodePacked", NAME)
def _encode_packed(form: Input) -> Answer | None:
    """No opinion on arrays: Solidity pads their items, eth-abi does not."""
    if any("[" in name for name in _typed(form)[0]):
        return None
    return Accepted({"encoded": to_json(encode_packed(*_typed(form)))})


@oracle("abi/decode", NAME)
def _decode(form: Input) -> Answer | None:
    """An opinion only on strict reading, without padding behind bytes, of values not far greater than their bytes."""
    if not form["strict"]:
        return None
    types: Any = form["types"]
    data = bytes.fromhex(str(form["encoded"])[2:])
    try:
        values = decode(types, data, strict=True)
        is_blown_up = len(encode(types, values)) > 2 * len(data)
    except (DecodingError, UnicodeDecodeError, OverflowError):
        has_bytes = any(name in text for text in types for name in ("bytes", "string"))
        return None if has_bytes else REFUSED
    return None if is_blown_up else Accepted({"values": [_form(*pair) for pair in zip(types, values, strict=True)]})


def _typed(form: Input) -> tuple[Any, list[Any]]:
    types: Any = form["types"]
    values: Any = form["values"]
    return types, [_value(*pair) for pair in zip(types, values, strict=True)]


def _value(kind: str, form: Any) -> Any:
    if isinstance(form, list):
        return tuple(_value(*pair) for pair in zip(_items(kind, len(form)), form, strict=True))
    if "int" in kind:
        return int(form, 16)
    return form if kind in ("bool", "string", "address") else bytes.fromhex(form[2:])


def _form(kind: str, value: Any) -> Json:
    if isinstance(value, tuple | list):
        return [_form(*pair) for pair in zip(_items(kind, len(value)), value, strict=True)]
    return value if kind == "address" else to_json(value)


def _items(kind: str, count: int) -> list[str]:
    return split_members(kind[1:-1]) if kind.endswith(")") else [kind[:-1].rpartition("[")[0]] * count
