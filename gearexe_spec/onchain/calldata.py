"""Calldata as our contracts read it: the codec's lazy reading, with typed numbers and copies to memory.

The encoding is never decoded as a whole. Parameters are checked at the entry of a function; members of structs and
items of arrays are checked when the function comes to them. So a batch with a broken message in its second transition
fails only after the first transition was carried out, and which error is seen depends on the order of reading.

Rules: ROU-9 to ROU-11; ABI-20 to ABI-26 of the codec.
Source: the code that solc 0.8.35 generates (`abi_decode_*`, `access_calldata_tail_*`, `validator_revert_*`).
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import TypeVar

from gearexe_spec.base.numeric import U256, Unsigned
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec import calldata as codec
from gearexe_spec.codec.calldata import GREATEST_OFFSET, Slice
from gearexe_spec.onchain.errors import TOO_MUCH_MEMORY, EvmRejection, panic

N = TypeVar("N", bound=Unsigned)

WORD = codec.WORD
"""Bytes in a word."""
HEAD = 4
"""Parameters begin behind the selector."""
GREATEST_COPY = 1 << 22
"""More bytes than the gas of a transaction pays for."""
FREE_MEMORY = 0x80
"""Where memory begins that is not in use."""


def empty_revert() -> Rejected:
    """A revert without data (ROU-4)."""
    return Rejected(EvmRejection.Empty)


class Meter:
    """How much a transaction has read of what its calldata says is there.

    Offsets may share their targets, so a short batch can claim to be endless. Gas would end such a transaction long
    before this meter does: every byte counted here costs more than three gas on chain, every member more than a
    hundred.
    """

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = GREATEST_COPY

    def use(self, length: int) -> None:
        """Count bytes (ROU-10).

        Raises:
            Rejected: Empty, when all gas would be used up.
        """
        self.left -= length
        if self.left < 0:
            raise empty_revert()


@dataclass(frozen=True, slots=True)
class Calldata(codec.Calldata):
    """The bytes of a call, selector included; what is read of them is counted."""

    meter: Meter = field(default_factory=Meter)

    def tail(self, base: int, pointer: int, needed: int) -> int:
        """Where a dynamic member begins (ABI-23), counted as a word (ROU-10)."""
        self.meter.use(WORD)
        return codec.Calldata.tail(self, base, pointer, needed)

    def unsigned(self, place: int, kind: type[N]) -> N:
        """An unsigned integer; bits above its width must be zero (ABI-25).

        Raises:
            Rejected: EmptyRevert.
        """
        return kind(self.uint(place, kind.BITS))

    def u256(self, place: int) -> U256:
        """A whole word as a number."""
        return U256(self.word(place))

    def bytes(self, part: Slice) -> builtins.bytes:
        """The bytes of a byte string, zeros behind the end (ABI-20).

        Raises:
            Rejected: Empty, when the copy costs more gas than a transaction has (ROU-10).
        """
        self.meter.use(part.length)
        return codec.Calldata.bytes(self, part)

    def copied_slice(self, part: Slice, stride: int) -> Slice:
        """An array or byte string that is copied to memory as a value: it must lie within the calldata (ROU-12).

        Raises:
            Rejected: Empty.
        """
        if part.place + part.length * stride > len(self.data):
            raise empty_revert()
        return part

    def copied_bytes(self, part: Slice) -> builtins.bytes:
        """The bytes of a byte string that is copied to memory as a value (ROU-12).

        Raises:
            Rejected: Empty.
        """
        return self.bytes(self.copied_slice(part, 1))

    def memory_slice(self, head: int, stride: int) -> Slice:
        """An array or byte string among the parameters that is copied to memory (ROU-11).

        Args:
            head: place of its offset.
            stride: bytes that an item takes, in calldata as in memory.

        Raises:
            Rejected: Empty; Panic(0x41) for a length that no memory holds.
        """
        return self.memory_member(HEAD, head, stride, stride)

    def memory_member(self, base: int, head: int, stride: int, in_memory: int) -> Slice:
        """An array inside a structure that is copied to memory as a whole (ROU-11).

        Args:
            base: where its offset counts from.
            head: place of its offset.
            stride: bytes that an item takes in calldata.
            in_memory: bytes that an item takes in memory, where structures are kept by their place.

        Raises:
            Rejected: Empty; Panic(0x41) for a length that no memory holds.
        """
        offset = self.word(head)
        place = base + offset
        if offset > GREATEST_OFFSET or place + 31 >= len(self.data):
            raise empty_revert()
        length = self.word(place)
        if length > GREATEST_OFFSET or FREE_MEMORY + WORD + length * in_memory > GREATEST_OFFSET:
            raise panic(TOO_MUCH_MEMORY)
        if place + WORD + length * stride > len(self.data):
            raise empty_revert()
        return Slice(place + WORD, length)
