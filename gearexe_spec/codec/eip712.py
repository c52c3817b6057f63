"""EIP-712: how a typed structure is written down before it is hashed and signed.

Only what needs no hash stands here: the types, their text, and the 66 bytes that are signed. The hashes are in
`gearexe_spec.crypto.typed_data`.

Rules: EIP-1 to EIP-3.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure: the canonical name of its type, or another structure; and its name."""

    kind: str | StructType
    name: str

    @property
    def kind_name(self) -> str:
        """The type as the text of the structure says it."""
        return self.kind if isinstance(self.kind, str) else self.kind.name


@dataclass(frozen=True, slots=True)
class StructType:
    """A structure: its name and its members in order."""

    name: str
    members: tuple[Member, ...]


def struct_type(name: str, *members: tuple[str | StructType, str]) -> StructType:
    """A structure from pairs of type and name."""
    return StructType(name, tuple(Member(kind, member) for kind, member in members))


def encode_type(struct: StructType) -> bytes:
    """`Name(type name,type name)`, then the structures it refers to, sorted by name (EIP-1)."""
    referred = sorted(_referred_structs(struct) - {struct}, key=lambda other: other.name)
    return "".join(_describe(each) for each in (struct, *referred)).encode()


def encode_digest_preimage(domain_separator: Bytes32, struct_hash: Bytes32) -> bytes:
    """What is hashed to be signed: 19 01, the domain, the structure; 66 bytes (EIP-3)."""
    return b"\x19\x01" + domain_separator + struct_hash


DOMAIN_TYPE = struct_type(
    "EIP712Domain",
    ("string", "name"),
    ("string", "version"),
    ("uint256", "chainId"),
    ("address", "verifyingContract"),
)
"""The domain of the Router and of the token: no salt (EIP-2)."""

REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE = struct_type(
    "RequestCodeValidationOnBehalf",
    ("address", "requester"),
    ("bytes32", "codeId"),
    ("bytes32[]", "blobHashes"),
    ("uint256", "nonce"),
    ("uint256", "deadline"),
)
"""Signed by one who lets another pay for the validation of a code."""

PERMIT_TYPE = struct_type(
    "Permit",
    ("address", "owner"),
    ("address", "spender"),
    ("uint256", "value"),
    ("uint256", "nonce"),
    ("uint256", "deadline"),
)
"""ERC-2612: an allowance given by signature."""


def _describe(struct: StructType) -> str:
    members = ",".join(f"{member.kind_name} {member.name}" for member in struct.members)
    return f"{struct.name}({members})"


def _referred_structs(struct: StructType) -> set[StructType]:
    direct = {member.kind for member in struct.members if isinstance(member.kind, StructType)}
    return direct.union(*(_referred_structs(other) for other in direct))
