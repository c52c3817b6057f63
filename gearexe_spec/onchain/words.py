"""Words of the EVM: values as 32 bytes, and the standard encoding of the few shapes that contracts answer and emit.

Rules: ROU-1 (words), ROU-2 (tails).
"""

from __future__ import annotations

from collections.abc import Iterable

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.crypto.hashes import keccak256

Value = bool | int | bytes | tuple["Value", ...]
"""What contracts take, answer and emit: booleans, integers, fixed or dynamic bytes, lists and structs."""


def encode_word(value: bool | int | bytes) -> bytes:
    """The word of a static value (ROU-1): integers, booleans, addresses right-aligned; bytes4, bytes32 left-aligned."""
    if isinstance(value, int):
        return value.to_bytes(32, "big")
    if isinstance(value, Address):
        return bytes(12) + value
    if isinstance(value, Bytes4):
        return value + bytes(28)
    if isinstance(value, Bytes32):
        return bytes(value)
    raise TypeError(f"{type(value).__name__} is not static")


def encode_bytes(value: bytes) -> bytes:
    """The tail of dynamic bytes: their length, and themselves padded with zeros to whole words (ROU-2)."""
    return len(value).to_bytes(32, "big") + value + bytes(-len(value) % 32)


def encode_list(items: Iterable[bool | int | bytes]) -> bytes:
    """The tail of a list of static values: its length, and a word for each."""
    words = [encode_word(item) for item in items]
    return len(words).to_bytes(32, "big") + b"".join(words)


def encode_tuple(*parts: bytes | tuple[bytes]) -> bytes:
    """Head and tails of a tuple whose parts are encoded already (ROU-2).

    Args:
        parts: `bytes` stand in the head as they are; a dynamic part is given as a tuple of its one tail.
    """
    offset = sum(32 if isinstance(part, tuple) else len(part) for part in parts)
    head, tails = [], []
    for part in parts:
        if isinstance(part, tuple):
            head.append(offset.to_bytes(32, "big"))
            tails.append(part[0])
            offset += len(part[0])
        else:
            head.append(part)
    return b"".join(head) + b"".join(tails)


def compute_selector(signature: str) -> Bytes4:
    """The first four bytes of the hash of a signature such as `transfer(address,uint256)`."""
    return Bytes4(keccak256(signature.encode())[:4])
