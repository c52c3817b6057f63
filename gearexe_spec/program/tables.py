"""Persistent maps and sets with the encoding of ordered ones.

Changing one entry costs the logarithm of the size and shares the rest; only the encoding is in ascending order.

Rules: PST-12.
"""

from __future__ import annotations

from typing import TypeVar

from immutables import Map

from gearexe_spec.codec import scale
from gearexe_spec.codec.scale import Codec, Reader

K = TypeVar("K")
V = TypeVar("V")


class _TableCodec(Codec[Map[K, V]]):
    """Encoded like an ordered map (SCA-9)."""

    def __init__(self, key: Codec[K], value: Codec[V]) -> None:
        self.entries = scale.ordered_map(key, value)

    def encode_into(self, value: Map[K, V], out: bytearray) -> None:
        self.entries.encode_into(value, out)

    def decode_from(self, reader: Reader) -> Map[K, V]:
        return Map(self.entries.decode_from(reader))


def table(key: Codec[K], value: Codec[V]) -> Codec[Map[K, V]]:
    """Codec of a persistent map, in ascending order of keys."""
    return _TableCodec(key, value)
