"""EIP-712: the hashes of typed structures and domains.

Rules: CRY-40 to CRY-43.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U256
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.codec.eip712 import DOMAIN_TYPE, StructType, encode_digest_preimage, encode_type
from gearexe_spec.crypto.hashes import keccak256


@dataclass(frozen=True, slots=True)
class Domain:
    """Who verifies: name and version of the contract, the chain, its address."""

    name: str
    version: str
    chain_id: U256
    verifying_contract: Address

    def separator(self) -> Bytes32:
        """The hash of the domain, which contracts compute anew on every call, with the chain's id (CRY-42, EIP-2)."""
        return hash_struct(
            DOMAIN_TYPE,
            {
                "name": self.name,
                "version": self.version,
                "chainId": self.chain_id,
                "verifyingContract": self.verifying_contract,
            },
        )


def hash_type(struct: StructType) -> Bytes32:
    """The hash of the type's text (CRY-40)."""
    return keccak256(encode_type(struct))


def hash_struct(struct: StructType, values: Mapping[str, Any]) -> Bytes32:
    """The hash of the type's hash and one word per member (CRY-41).

    Args:
        struct: the type.
        values: the members by name, in the types that `codec.abi` takes; structures as mappings.
    """
    return keccak256(encode_struct(struct, values))


def encode_struct(struct: StructType, values: Mapping[str, Any]) -> bytes:
    """What `hash_struct` hashes: the type's hash and one word per member (CRY-41)."""
    words = [_encode_member(member.kind, values[member.name]) for member in struct.members]
    return hash_type(struct) + b"".join(words)


def hash_typed_data(domain: Domain, struct: StructType, values: Mapping[str, Any]) -> Bytes32:
    """What is signed (CRY-43)."""
    return keccak256(encode_digest_preimage(domain.separator(), hash_struct(struct, values)))


def _encode_member(kind: str | StructType, value: Any) -> bytes:
    """One word: the value itself, or the hash of what is longer (CRY-41)."""
    if isinstance(kind, StructType):
        return hash_struct(kind, value)
    if kind.endswith("]"):
        return _encode_array(kind, value)
    if kind == "string":
        return keccak256(value.encode())
    if kind == "bytes":
        return keccak256(value)
    return parse_type(kind).encode_body(value)


def _encode_array(kind: str, values: Sequence[Any]) -> bytes:
    item, _, _ = kind.rpartition("[")
    return keccak256(b"".join(_encode_member(item, value) for value in values))
