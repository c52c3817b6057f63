"""Hints: where in a history a caller expects an entry, alone and packed for several lookups at once.

A hint never changes what is found. But one that cannot be read, or points behind the end, makes the call fail.

Rules: SYM-13, SYM-107.
Source: symbiotic-core libraries/Checkpoints.sol; the hints in `interfaces/delegator`, `interfaces/slasher`.
"""

from __future__ import annotations

from typing import TypeVar

from gearexe_spec.base.numeric import U48
from gearexe_spec.codec.calldata import GREATEST_OFFSET
from gearexe_spec.onchain.calldata import WORD, Calldata, empty_revert
from gearexe_spec.onchain.errors import panic
from gearexe_spec.symbiotic.checkpoints import Trace

OUT_OF_BOUNDS = 0x32
V = TypeVar("V")


def look_up(history: Trace[V], timestamp: U48, hint: bytes) -> V:
    """The value at the end of a second, by way of a hint (SYM-3, SYM-13).

    Raises:
        Rejected: Empty for a hint that is no index, Panic(0x32) for one behind the end.

    Source: Checkpoints.sol `upperLookupRecent` with a hint.
    """
    if hint:
        index = int.from_bytes(hint[:WORD], "big")
        if len(hint) < WORD or index >> 32:
            raise empty_revert()
        if index >= len(history.entries):
            raise panic(OUT_OF_BOUNDS)
    return history.upper_lookup(timestamp)


def read_hints(hints: bytes, members: int) -> tuple[bytes, ...]:
    """The members of a structure of byte strings; all are empty where no structure is given (SYM-107).

    Args:
        hints: nothing, or the encoding of the structure.
        members: how many it has.

    Raises:
        Rejected: Empty; Panic(0x41) for a length that no memory holds.
    """
    if not hints:
        return (b"",) * members
    data = Calldata(hints)
    place = read_record_place(data, members)
    return tuple(data.bytes(data.memory_member(place, place + WORD * member, 1, 1)) for member in range(members))


def read_record_place(data: Calldata, heads: int) -> int:
    """Where a dynamic structure begins that is decoded from bytes in memory (SYM-107).

    Args:
        data: the bytes, without selector.
        heads: words of the structure's own heads.

    Raises:
        Rejected: Empty.
    """
    place = data.word(0)
    if len(data.data) < WORD or place > GREATEST_OFFSET or place + WORD * heads > len(data.data):
        raise empty_revert()
    return place
