"""The block's time as contracts keep it: seconds in 48 bits, with sums checked at that width.

Rules: MID-1, MID-2.
"""

from __future__ import annotations

from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.errors import OVERFLOW, OpenZeppelinRejection, panic
from gearexe_spec.onchain.machine import Frame

TIME_BITS = U256(48)


def read_now(frame: Frame) -> U48:
    """The block's timestamp (MID-1, SYM-9).

    Raises:
        Rejected: SafeCastOverflowedUintDowncast(48, timestamp).

    Source: OpenZeppelin Time.sol `timestamp`.
    """
    timestamp = frame.block.timestamp
    if timestamp > U48.MAX:
        raise Rejected(OpenZeppelinRejection.SafeCastOverflowedUintDowncast, TIME_BITS, timestamp)
    return U48(timestamp)


def add_seconds(time: U48, duration: U48) -> U48:
    """A sum of times in seconds (MID-2).

    Raises:
        Rejected: Panic(0x11) beyond 48 bits.
    """
    total = int(time) + int(duration)
    if total > U48.MAX:
        raise panic(OVERFLOW)
    return U48(total)
