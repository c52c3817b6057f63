"""A persistent sequence that grows at the back and shrinks at the front.

Rules: PST-13.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from immutables import Map

from gearexe_spec.codec import scale
from gearexe_spec.codec.scale import Codec, Reader

T = TypeVar("T")


class Fifo(Generic[T]):
    """First in, first out; each operation costs the logarithm of the length and shares the rest."""

    __slots__ = ("_head", "_items", "_tail")

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items: Map[int, T] = Map(enumerate(items))
        self._head = 0
        self._tail = len(self._items)

    def _made(self, items: Map[int, T], head: int, tail: int) -> Fifo[T]:
        made: Fifo[T] = Fifo.__new__(Fifo)
        made._items, made._head, made._tail = items, head, tail
        return made

    def push(self, item: T) -> Fifo[T]:
        """One item more at the back."""
        return self._made(self._items.set(self._tail, item), self._head, self._tail + 1)

    def pop(self) -> Fifo[T]:
        """One item less at the front; there must be one."""
        return self._made(self._items.delete(self._head), self._head + 1, self._tail)

    @property
    def front(self) -> T:
        """The item that came first; there must be one."""
        return self._items[self._head]

    @property
    def back(self) -> T:
        """The item that came last; there must be one."""
        return self._items[self._tail - 1]

    def __len__(self) -> int:
        return self._tail - self._head

    def __iter__(self) -> Iterator[T]:
        return (self._items[position] for position in range(self._head, self._tail))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fifo) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


class _FifoCodec(Codec[Fifo[T]]):
    """Encoded like a list (SCA-7)."""

    def __init__(self, item: Codec[T]) -> None:
        self.items = scale.vector(item)

    def encode_into(self, value: Fifo[T], out: bytearray) -> None:
        self.items.encode_into(tuple(value), out)

    def decode_from(self, reader: Reader) -> Fifo[T]:
        return Fifo(self.items.decode_from(reader))


def fifo(item: Codec[T]) -> Codec[Fifo[T]]:
    """Codec of a sequence: compact length, then the items."""
    return _FifoCodec(item)
