"""All randomness of a case, from its seed and index alone: independent of order, workers and hash seeds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of choices with a taste for edges.

    Args:
        key: what the stream depends on, for example area, seed and index.
    """

    def __init__(self, *key: object) -> None:
        self._random = random.Random(":".join(str(part) for part in key))

    def below(self, bound: int) -> int:
        """An integer from 0 to `bound` - 1."""
        return self._random.randrange(bound)

    def between(self, first: int, last: int) -> int:
        """An integer from `first` to `last`, both included."""
        return self._random.randint(first, last)

    def chance(self, one_in: int) -> bool:
        """True once in so many times."""
        return self._random.randrange(one_in) == 0

    def pick(self, items: Sequence[T]) -> T:
        """One of several."""
        return items[self._random.randrange(len(items))]

    def integer(self, bits: int) -> int:
        """An unsigned integer of so many bits: often an edge, a power of two or its neighbour, or small."""
        highest = (1 << bits) - 1
        match self.below(6):
            case 0:
                return self.pick((0, 1, highest, highest - 1, highest >> 1, (highest >> 1) + 1))
            case 1:
                return max(0, min(highest, (1 << self.below(bits)) + self.between(-1, 1)))
            case 2:
                return self.below(min(256, highest + 1))
            case 3:
                return self._random.getrandbits(self.between(1, bits))
        return self._random.getrandbits(bits)

    def blob(self, length: int) -> bytes:
        """So many bytes: random, constant or counting."""
        match self.below(5):
            case 0:
                return bytes([self.pick((0x00, 0xFF, 0x01, 0x80))]) * length
            case 1:
                return bytes(index & 0xFF for index in range(length))
        return self._random.randbytes(length)

    def length(self, longest: int) -> int:
        """A length up to `longest`: mostly short, at times around the borders of compact integers and payloads."""
        match self.below(8):
            case 0:
                return 0
            case 1:
                return min(longest, self.pick((63, 64, 65, 1023, 1024, 1025, 16_383, 16_384)))
            case 2:
                return min(longest, self.below(300))
        return min(longest, self.below(9))
