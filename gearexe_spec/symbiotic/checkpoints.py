"""Checkpoints: a value's history by timestamp, with one entry per second.

Appending and looking up cost O(log n) however long the history is, and earlier histories stay as they were.

Rules: SYM-1 to SYM-4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import auto
from typing import Generic, TypeVar

from immutables import Map

from gearexe_spec.base.numeric import U48
from gearexe_spec.base.rejection import Rejected, Rejection

V = TypeVar("V")


class CheckpointRejection(Rejection):
    """Why a history takes no entry."""

    CheckpointUnorderedInsertion = auto()


@dataclass(frozen=True, slots=True)
class Checkpoint(Generic[V]):
    """The value from `timestamp` (seconds) until the next checkpoint."""

    timestamp: U48
    value: V


@dataclass(frozen=True, slots=True)
class Trace(Generic[V]):
    """Checkpoints in ascending order of their timestamps; `absent` is the value before the first one."""

    absent: V
    entries: Map[int, Checkpoint[V]] = field(default_factory=Map)

    def push(self, timestamp: U48, value: V) -> Trace[V]:
        """The history with `value` from `timestamp` on; a second push in the same second replaces the first.

        Raises:
            Rejected: CheckpointUnorderedInsertion, the last entry is later.

        Rules: SYM-1, SYM-2.
        Source: symbiotic-core Checkpoints.sol `push`.
        """
        position = len(self.entries)
        if position:
            last = self.entries[position - 1].timestamp
            if timestamp < last:
                raise Rejected(CheckpointRejection.CheckpointUnorderedInsertion)
            if timestamp == last:
                position -= 1
        return Trace(self.absent, self.entries.set(position, Checkpoint(timestamp, value)))

    def pop(self) -> Trace[V]:
        """The history without its last entry, which must exist.

        Rule: SYM-4.
        Source: symbiotic-core Checkpoints.sol `pop`.
        """
        return Trace(self.absent, self.entries.delete(len(self.entries) - 1))

    def upper_lookup(self, timestamp: U48) -> V:
        """The value at the end of second `timestamp`.

        Rule: SYM-3.
        Source: symbiotic-core Checkpoints.sol `upperLookupRecent`.
        """
        low, high = 0, len(self.entries)
        while low < high:
            middle = (low + high) // 2
            if self.entries[middle].timestamp > timestamp:
                high = middle
            else:
                low = middle + 1
        return self.entries[low - 1].value if low else self.absent

    def latest(self) -> V:
        """The last value, even if its timestamp lies in the future.

        Rule: SYM-3.
        Source: symbiotic-core Checkpoints.sol `latest`.
        """
        length = len(self.entries)
        return self.entries[length - 1].value if length else self.absent
