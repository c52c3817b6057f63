"""Identifiers of actors, messages, codes and reservations: 32 bytes each, never interchangeable by accident.

How they are derived stands in `gearexe_spec.crypto.ids`, since derivation hashes.

Rules: BAS-8 to BAS-10.
"""

from __future__ import annotations

from typing import Self

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64


class ActorIdHasPrefix(ValueError):
    """The first 12 bytes of an actor id are not zero, so it is no Ethereum address (BAS-9)."""


class ActorId(Bytes32):
    """A program or user; on Ethereum 12 zero bytes and the address (BAS-8)."""

    @classmethod
    def from_address(cls, address: Address) -> Self:
        """12 zero bytes and the 20 bytes of the address (BAS-8)."""
        return cls(bytes(12) + address)

    @classmethod
    def from_u64(cls, number: U64) -> Self:
        """For tests: 8 little-endian bytes at offset 12 (BAS-10)."""
        return cls(bytes(12) + number.to_little_endian() + bytes(12))

    def to_address(self) -> Address:
        """The address behind this id (BAS-9).

        Raises:
            ActorIdHasPrefix: one of the first 12 bytes is not zero.
        """
        if any(self[:12]):
            raise ActorIdHasPrefix(self.to_hex())
        return self.to_address_lossy()

    def to_address_lossy(self) -> Address:
        """The last 20 bytes, whatever the first 12 are (BAS-9)."""
        return Address(self[12:])


class NumberedId(Bytes32):
    """An id that tests may make from a number."""

    @classmethod
    def from_u64(cls, number: U64) -> Self:
        """For tests: 8 little-endian bytes at offset 0 (BAS-10)."""
        return cls(number.to_little_endian() + bytes(24))


class MessageId(NumberedId):
    """A message, from its sending to its reply."""


class CodeId(NumberedId):
    """A WASM code: the BLAKE2b-256 hash of its bytes."""


class ReservationId(NumberedId):
    """A gas reservation (never made by Gear.exe programs)."""
