"""Solidity types from their canonical names: `(address,uint256)[2][]`.

Rules: ABI-14.
"""

from __future__ import annotations

from typing import Any

from gearexe_spec.codec import abi

_PLAIN: dict[str, abi.AbiType[Any]] = {
    "bool": abi.boolean,
    "address": abi.address,
    "bytes": abi.abi_bytes,
    "string": abi.string,
    "uint": abi.uint256,
    "int": abi.number(256, signed=True),
    "bytes4": abi.bytes4,
    "bytes32": abi.bytes32,
}
_GREATEST_DEPTH = 32


class InvalidTypeName(ValueError):
    """Text is no canonical name of a Solidity type (ABI-14)."""


def parse_type(text: str, depth: int = 0) -> abi.AbiType[Any]:
    """The type that has this name; structures are written as their members in parentheses (ABI-14).

    Raises:
        InvalidTypeName: also for nesting deeper than 32.
    """
    if depth > _GREATEST_DEPTH:
        raise InvalidTypeName("nested too deeply")
    if text.endswith("]"):
        item, _, length = text[:-1].rpartition("[")
        return _array_of(parse_type(item, depth + 1), length)
    if text.startswith("(") and text.endswith(")"):
        return abi.tuple_of(*(parse_type(part, depth + 1) for part in split_members(text[1:-1])))
    return _PLAIN[text] if text in _PLAIN else _sized_type(text)


def parse_signature(text: str) -> tuple[str, tuple[abi.AbiType[Any], ...]]:
    """Name and argument types of a function, an event or an error: `sendMessage(bytes,bool)` (ABI-14).

    Raises:
        InvalidTypeName: the text is no signature.
    """
    name, parenthesis, rest = text.partition("(")
    if not name or not parenthesis or not rest.endswith(")"):
        raise InvalidTypeName(text)
    return name, tuple(parse_type(part) for part in split_members(rest[:-1]))


def split_members(text: str) -> list[str]:
    """The parts between the commas that stand outside all parentheses.

    Raises:
        InvalidTypeName: parentheses do not match.
    """
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            raise InvalidTypeName(text)
        if sign == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    if depth:
        raise InvalidTypeName(text)
    return [*parts, text[start:]] if text else []


def _array_of(item: abi.AbiType[Any], length: str) -> abi.AbiType[Any]:
    if not length:
        return abi.dynamic_array(item)
    if not _is_plain_number(length) or int(length) > 2**16:
        raise InvalidTypeName(f"[{length}]")
    return abi.fixed_array(item, int(length))


def _sized_type(text: str) -> abi.AbiType[Any]:
    for prefix, signed in (("uint", False), ("int", True)):
        digits = text.removeprefix(prefix)
        if digits != text and _is_plain_number(digits) and int(digits) % 8 == 0 and int(digits) <= 256:
            return abi.number(int(digits), signed)
    digits = text.removeprefix("bytes")
    if digits != text and _is_plain_number(digits) and int(digits) <= 32:
        return abi.plain_bytes(int(digits))
    raise InvalidTypeName(text)


def _is_plain_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and digits[0] != "0" and len(digits) <= 5
