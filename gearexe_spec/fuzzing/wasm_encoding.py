"""Bytes of WebAssembly, as far as generated modules need them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

I32, I64 = 0x7F, 0x7E
EMPTY_BLOCK = 0x40
MAGIC = b"\0asm\1\0\0\0"

FUNCTION, TABLE, MEMORY, GLOBAL = range(4)


def unsigned(number: int) -> bytes:
    """LEB128 of an unsigned integer."""
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        if not number:
            return bytes([*out, low])
        out.append(low | 0x80)


def signed(number: int) -> bytes:
    """LEB128 of a signed integer."""
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        if number == (-1 if low & 0x40 else 0):
            return bytes([*out, low])
        out.append(low | 0x80)


def i32_const(number: int) -> bytes:
    """`i32.const`; numbers from 2^31 on wrap to negative ones."""
    return b"\x41" + signed((number + (1 << 31) & 0xFFFFFFFF) - (1 << 31))


def i64_const(number: int) -> bytes:
    """`i64.const`; numbers from 2^63 on wrap to negative ones."""
    return b"\x42" + signed((number + (1 << 63) & 0xFFFFFFFFFFFFFFFF) - (1 << 63))


def name(text: str) -> bytes:
    """A name with its length."""
    return unsigned(len(text.encode())) + text.encode()


def items(parts: Iterable[bytes]) -> bytes:
    """A vector."""
    collected = list(parts)
    return unsigned(len(collected)) + b"".join(collected)


def section(number: int, parts: Sequence[bytes]) -> bytes:
    """A section of a vector; nothing where there are no items."""
    if not parts:
        return b""
    content = items(parts)
    return bytes([number]) + unsigned(len(content)) + content


def custom_section(title: str, content: bytes) -> bytes:
    """A custom section."""
    body = name(title) + content
    return b"\0" + unsigned(len(body)) + body


def limits(least: int, most: int | None) -> bytes:
    """Limits of a memory or table."""
    return b"\0" + unsigned(least) if most is None else b"\1" + unsigned(least) + unsigned(most)


def function_type(params: Sequence[int], results: Sequence[int]) -> bytes:
    """A function type."""
    return b"\x60" + items(bytes([kind]) for kind in params) + items(bytes([kind]) for kind in results)
