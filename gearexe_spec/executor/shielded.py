"""Shielded transactions: what of an injected transaction is encrypted. Types only; no block carries them.

Rules: INJ-30, INJ-31.
Source: ethexe/common/src/injected.rs.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U128
from gearexe_spec.codec.scale import Codec, byte_vector, fixed, struct, u128
from gearexe_spec.crypto.hashes import keccak256


@dataclass(frozen=True, slots=True)
class ShieldedFields:
    """What is encrypted (INJ-30)."""

    destination: ActorId
    value: U128
    payload: bytes


shielded_fields: Codec[ShieldedFields] = struct(
    ShieldedFields, destination=fixed(ActorId), value=u128, payload=byte_vector()
)


def compute_associated_data(fields: ShieldedFields) -> Bytes32:
    """What binds the ciphertext to its contents: the hash of destination, value big-endian and payload (INJ-31)."""
    return keccak256(fields.destination + fields.value.to_big_endian() + fields.payload)
