"""Encodings of parts that stay the same while the collection around them changes.

A queue of a thousand messages changes by one message at a time, and its hash needs the encoding of all of them. Parts
are frozen, so an encoding once made stays right; it is found again by the identity of the part, which stays alive.

Rules: PST-12, PST-13.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from gearexe_spec.codec.scale import Codec, Reader

T = TypeVar("T")

KEPT = 1 << 16
"""Encodings that are kept per kind of part; the oldest go first."""


class RememberedCodec(Codec[T], Generic[T]):
    """The same encoding as that of `part`, made once per value."""

    def __init__(self, part: Codec[T]) -> None:
        self.part = part
        self._made: OrderedDict[int, tuple[T, bytes]] = OrderedDict()

    def encode_into(self, value: T, out: bytearray) -> None:
        """The encoding of the part, found again if it was made before (PST-12, PST-13)."""
        known = self._made.get(id(value))
        if known is None:
            known = (value, self.part.encode(value))
            self._made[id(value)] = known
            if len(self._made) > KEPT:
                self._made.popitem(last=False)
        out += known[1]

    def decode_from(self, reader: Reader) -> T:
        return self.part.decode_from(reader)
