"""How contracts read structures and arrays that stay in calldata.

At the entry of a function only the outermost offsets and lengths are looked at; each member is checked at the moment it
is read, so an altered member that is never read does no harm. Every failure is a revert with empty data. Arithmetic is
that of the EVM, modulo 2^256, since offsets may be negative.

Rules: ABI-20 to ABI-26.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.base.rejection import Phase, Rejected, Rejection

WORD = 32
MODULUS = 2**256
GREATEST_OFFSET = 2**64 - 1


class CalldataRejection(Rejection):
    """Why calldata is refused."""

    EmptyRevert = auto()
    """Reverted without data, as the generated decoder does for all malformed calldata."""

    @property
    def phase(self) -> Phase:
        """Decoding, although it happens while the call executes."""
        return Phase.DECODE


@dataclass(frozen=True, slots=True)
class Slice:
    """Items in calldata: where the first one stands, and how many there are."""

    place: int
    length: int


@dataclass(frozen=True, slots=True)
class Calldata:
    """The bytes of a call; places count from its first byte, the selector included."""

    data: bytes

    def word(self, place: int) -> int:
        """CALLDATALOAD: 32 bytes, zeros behind the end (ABI-20)."""
        place %= MODULUS
        if place >= len(self.data):
            return 0
        return int.from_bytes(self.data[place : place + WORD].ljust(WORD, b"\0"), "big")

    def bytes(self, part: Slice) -> bytes:
        """CALLDATACOPY of a byte string, zeros behind the end (ABI-20)."""
        place = part.place % MODULUS
        return self.data[place : place + part.length].ljust(part.length, b"\0")

    def check_head(self, length: int) -> None:
        """The arguments' heads are there: `length` bytes behind the selector (ABI-21).

        Raises:
            Rejected: EmptyRevert.
        """
        _require(len(self.data) - 4 >= length)

    def entry_record(self, head: int, record_length: int) -> int:
        """Where the structure begins whose offset is an argument at `head` (ABI-22).

        Args:
            head: place of the argument.
            record_length: bytes of the structure's own heads.

        Raises:
            Rejected: EmptyRevert.
        """
        place = self._entry_place(head)
        _require(len(self.data) - place >= record_length)
        return place

    def entry_slice(self, head: int, stride: int) -> Slice:
        """The array or byte string whose offset is an argument at `head` (ABI-22).

        Raises:
            Rejected: EmptyRevert.
        """
        place = self._entry_place(head)
        _require(place + 31 < len(self.data))
        length = self.word(place)
        _require(length <= GREATEST_OFFSET)
        _require(place + WORD + length * stride <= len(self.data))
        return Slice(place + WORD, length)

    def tail(self, base: int, pointer: int, needed: int) -> int:
        """Where a dynamic member begins (ABI-23).

        Args:
            base: where the containing structure, or the first item of the array, begins.
            pointer: place of the member's offset.
            needed: bytes that must be there: the heads of a structure, or the length of an array.

        Raises:
            Rejected: EmptyRevert.

        Source: solidity libsolidity/codegen/YulUtilFunctions.cpp `accessCalldataTailFunction`.
        """
        offset = _signed(self.word(pointer))
        _require(offset < _signed((len(self.data) - base - (needed - 1)) % MODULUS))
        return (base + offset) % MODULUS

    def tail_slice(self, base: int, pointer: int, stride: int) -> Slice:
        """The array or byte string that a member is (ABI-24).

        Raises:
            Rejected: EmptyRevert.
        """
        place = self.tail(base, pointer, WORD)
        length = self.word(place)
        _require(length <= GREATEST_OFFSET)
        place = (place + WORD) % MODULUS
        _require(_signed(place) <= _signed((len(self.data) - length * stride) % MODULUS))
        return Slice(place, length)

    def uint(self, place: int, bits: int) -> int:
        """A number that fits its width (ABI-25).

        Raises:
            Rejected: EmptyRevert.
        """
        word = self.word(place)
        _require(word >> bits == 0)
        return word

    def boolean(self, place: int) -> bool:
        """0 or 1 (ABI-25).

        Raises:
            Rejected: EmptyRevert.
        """
        return bool(self.uint(place, 1))

    def address(self, place: int) -> Address:
        """An address with zeros in front (ABI-25).

        Raises:
            Rejected: EmptyRevert.
        """
        return Address(self.uint(place, 160).to_bytes(20, "big"))

    def bytes4(self, place: int) -> Bytes4:
        """4 bytes with zeros behind (ABI-25).

        Raises:
            Rejected: EmptyRevert.
        """
        word = self.word(place)
        _require(word % 2**224 == 0)
        return Bytes4((word >> 224).to_bytes(4, "big"))

    def bytes32(self, place: int) -> Bytes32:
        """A whole word; every one is valid (ABI-25)."""
        return Bytes32(self.word(place).to_bytes(WORD, "big"))

    def enumeration(self, place: int, members: int) -> int:
        """The index of a member of an enumeration (ABI-26).

        Raises:
            Rejected: EmptyRevert.
        """
        word = self.word(place)
        _require(word < members)
        return word

    def _entry_place(self, head: int) -> int:
        offset = self.word(head)
        _require(offset <= GREATEST_OFFSET)
        return 4 + offset


def _require(holds: bool) -> None:
    if not holds:
        raise Rejected(CalldataRejection.EmptyRevert)


def _signed(word: int) -> int:
    return word - MODULUS if word >> 255 else word
