"""Bytes of WebAssembly, as far as generated programs need them beyond what the specification encodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gearexe_spec.wasm.reader import encode_name, encode_signed, encode_unsigned, with_length


def i32_const(number: int) -> bytes:
    """`i32.const`; numbers from 2^31 on wrap to negative ones."""
    return b"\x41" + encode_signed((number + (1 << 31) & 0xFFFFFFFF) - (1 << 31))


def i64_const(number: int) -> bytes:
    """`i64.const`; numbers from 2^63 on wrap to negative ones."""
    return b"\x42" + encode_signed((number + (1 << 63) & 0xFFFFFFFFFFFFFFFF) - (1 << 63))


def items(parts: Iterable[bytes]) -> bytes:
    """A vector."""
    collected = list(parts)
    return encode_unsigned(len(collected)) + b"".join(collected)


def section(number: int, parts: Sequence[bytes]) -> bytes:
    """A section of a vector; nothing where there are no items."""
    if not parts:
        return b""
    return bytes([number]) + with_length(items(parts))


def custom_section(title: str, content: bytes) -> bytes:
    """A custom section."""
    return b"\0" + with_length(encode_name(title) + content)


def limits(least: int, most: int | None) -> bytes:
    """Limits of a memory or table."""
    return b"\0" + encode_unsigned(least) if most is None else b"\1" + encode_unsigned(least) + encode_unsigned(most)


def function_type(params: Sequence[int], results: Sequence[int]) -> bytes:
    """A function type."""
    return b"\x60" + items(bytes([kind]) for kind in params) + items(bytes([kind]) for kind in results)
