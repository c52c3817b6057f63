"""Bytes of any length from a hash function: expand_message_xmd of RFC 9380.

Rules: CRY-66.
"""

from __future__ import annotations

from gearexe_spec.crypto.hashes import HashFunction


def expand_message(hash_function: HashFunction, block_length: int, message: bytes, tag: bytes, length: int) -> bytes:
    """`length` bytes that depend on all of the message and on the tag (CRY-66).

    Args:
        hash_function: with 32 bytes of output.
        block_length: input block of the hash function in bytes: 64 for SHA-256, 136 for Keccak-256.
        message: any length.
        tag: separates uses of the same hash; up to 255 bytes.
        length: up to 255 * 32.
    """
    suffix = tag + bytes([len(tag)])
    first = hash_function(bytes(block_length) + message + length.to_bytes(2, "big") + b"\0" + suffix)
    block = hash_function(first + b"\1" + suffix)
    expanded = block
    for index in range(2, -(-length // 32) + 1):
        mixed = bytes(a ^ b for a, b in zip(first, block, strict=True))
        block = hash_function(mixed + bytes([index]) + suffix)
        expanded += block
    return expanded[:length]
