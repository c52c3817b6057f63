"""The two hash functions of the protocol.

Rules: CRY-1, CRY-2.
"""

from __future__ import annotations

from hashlib import blake2b

import sha3

from gearexe_spec.base.fixed_bytes import Bytes32


def keccak256(data: bytes) -> Bytes32:
    """Keccak-256 as Ethereum uses it: everything the contracts see (CRY-1)."""
    return Bytes32(sha3.keccak_256(data).digest())


def blake2b256(data: bytes) -> Bytes32:
    """BLAKE2b with 32 bytes of digest, no key, salt or personalization: ids and stored objects (CRY-2)."""
    return Bytes32(blake2b(data, digest_size=32).digest())


KECCAK_EMPTY = keccak256(b"")
"""Keccak-256 of nothing: the digest of every empty list and absent commitment."""
