"""The two hash functions of the protocol.

Keccak-256 has two backends that agree on every input: a native one, which is the default, and a portable one. Both stay
reachable by name, so that they can be held against each other.

Rules: CRY-1, CRY-2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import MappingProxyType

import sha3
from Crypto.Hash import keccak as portable_keccak

from gearexe_spec.base.fixed_bytes import Bytes32

HashFunction = Callable[[bytes], bytes]


def _native_keccak256(data: bytes) -> bytes:
    digest: bytes = sha3.keccak_256(data).digest()
    return digest


def _portable_keccak256(data: bytes) -> bytes:
    return portable_keccak.new(data=data, digest_bits=256).digest()


KECCAK_BACKENDS: Mapping[str, HashFunction] = MappingProxyType(
    {"native": _native_keccak256, "portable": _portable_keccak256}
)
"""Implementations of Keccak-256 by name; `native` is the one the specification uses."""

raw_keccak256: HashFunction = KECCAK_BACKENDS["native"]
"""Keccak-256 as plain bytes, for loops over millions of hashes (CRY-1)."""


def keccak256(data: bytes) -> Bytes32:
    """Keccak-256 as Ethereum uses it: everything the contracts see (CRY-1)."""
    return Bytes32(raw_keccak256(data))


def blake2b256(data: bytes) -> Bytes32:
    """BLAKE2b with 32 bytes of digest, no key, salt or personalization: ids and stored objects (CRY-2)."""
    return Bytes32(blake2b(data, digest_size=32).digest())


KECCAK_EMPTY = keccak256(b"")
"""Keccak-256 of nothing: the digest of every empty list and absent commitment."""
