"""SCALE: the encoding of everything executors store and send.

An encoding is a value: codecs are combined as the types are (`vector(option(u32))`) and used with `encode` and
`decode`. Decoding is total: hostile bytes end in a `Rejected`, and work and memory never exceed what the input's length
pays for.

Rules: SCA-1 to SCA-12.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from gearexe_spec.base.fixed_bytes import FixedBytes
from gearexe_spec.base.numeric import I64, U8, U16, U32, U64, U128, FixedWidth, Unsigned
from gearexe_spec.base.rejection import Phase, Rejected, Rejection

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
N = TypeVar("N", bound=Unsigned)
S = TypeVar("S", bound=FixedWidth)
B = TypeVar("B", bound=FixedBytes)
E = TypeVar("E", bound=Enum)


class ScaleRejection(Rejection):
    """Why bytes are no encoding of the type."""

    UnexpectedEnd = auto()
    InvalidBool = auto()
    InvalidOption = auto()
    InvalidVariant = auto()
    NonCanonicalCompact = auto()
    CompactOutOfRange = auto()
    LengthOutOfRange = auto()
    InvalidText = auto()
    TrailingBytes = auto()

    @property
    def phase(self) -> Phase:
        """Decoding."""
        return Phase.DECODE


class Reader:
    """Bytes and how far they have been read."""

    __slots__ = ("data", "offset")

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self.data = data
        self.offset = offset

    @property
    def remaining(self) -> int:
        """Number of bytes not read yet."""
        return len(self.data) - self.offset

    def take(self, length: int) -> bytes:
        """The next `length` bytes.

        Raises:
            Rejected: UnexpectedEnd.
        """
        end = self.offset + length
        if end > len(self.data):
            raise Rejected(ScaleRejection.UnexpectedEnd)
        taken = self.data[self.offset : end]
        self.offset = end
        return taken


class Codec(ABC, Generic[T]):
    """How values of one type are encoded."""

    @abstractmethod
    def encode_into(self, value: T, out: bytearray) -> None:
        """Append the encoding of a value."""

    @abstractmethod
    def decode_from(self, reader: Reader) -> T:
        """Read one value; the reader stands behind it afterwards."""

    def encode(self, value: T) -> bytes:
        """The encoding of a value."""
        out = bytearray()
        self.encode_into(value, out)
        return bytes(out)

    def decode(self, data: bytes) -> T:
        """The value that is encoded by all of `data`.

        Raises:
            Rejected: a ScaleRejection; TrailingBytes if something is left behind the value.
        """
        reader = Reader(data)
        value = self.decode_from(reader)
        if reader.remaining:
            raise Rejected(ScaleRejection.TrailingBytes)
        return value

    def decode_prefix(self, data: bytes) -> tuple[T, int]:
        """The value at the start of `data`, and the number of bytes it took.

        Raises:
            Rejected: a ScaleRejection, never TrailingBytes.
        """
        reader = Reader(data)
        return self.decode_from(reader), reader.offset


class _Unsigned(Codec[N]):
    """Fixed width, little-endian (SCA-1)."""

    def __init__(self, kind: type[N]) -> None:
        self.kind = kind
        self.length = kind.BITS // 8

    def encode_into(self, value: N, out: bytearray) -> None:
        out += int(value).to_bytes(self.length, "little")

    def decode_from(self, reader: Reader) -> N:
        return self.kind(int.from_bytes(reader.take(self.length), "little"))


class _Signed(Codec[S]):
    """Fixed width, little-endian, two's complement (SCA-1)."""

    def __init__(self, kind: type[S]) -> None:
        self.kind = kind
        self.length = kind.BITS // 8

    def encode_into(self, value: S, out: bytearray) -> None:
        out += int(value).to_bytes(self.length, "little", signed=True)

    def decode_from(self, reader: Reader) -> S:
        return self.kind(int.from_bytes(reader.take(self.length), "little", signed=True))


class _Compact(Codec[N]):
    """One, two, four or 5 to 67 bytes by size; the shortest form only (SCA-2)."""

    def __init__(self, kind: type[N]) -> None:
        self.kind = kind

    def encode_into(self, value: N, out: bytearray) -> None:
        number = int(value)
        if number < 1 << 6:
            out.append(number << 2)
        elif number < 1 << 14:
            out += (number << 2 | 1).to_bytes(2, "little")
        elif number < 1 << 30:
            out += (number << 2 | 2).to_bytes(4, "little")
        else:
            length = (number.bit_length() + 7) // 8
            out.append((length - 4) << 2 | 3)
            out += number.to_bytes(length, "little")

    def decode_from(self, reader: Reader) -> N:
        first = reader.take(1)[0]
        mode = first & 3
        if mode == 3:
            number = self._decode_big(reader, (first >> 2) + 4)
        else:
            rest = reader.take((0, 1, 3)[mode])
            number = int.from_bytes(bytes([first]) + rest, "little") >> 2
            if mode and number < (0, 1 << 6, 1 << 14)[mode]:
                raise Rejected(ScaleRejection.NonCanonicalCompact)
        assert number <= self.kind.MAX  # every kind has 32 bits or more
        return self.kind(number)

    def _decode_big(self, reader: Reader, length: int) -> int:
        if length > max(4, self.kind.BITS // 8):
            raise Rejected(ScaleRejection.CompactOutOfRange)
        number = int.from_bytes(reader.take(length), "little")
        if number < max(1 << 30, 1 << 8 * (length - 1)):
            raise Rejected(ScaleRejection.NonCanonicalCompact)
        return number


class _Bool(Codec[bool]):
    """One byte, 00 or 01 (SCA-3)."""

    def encode_into(self, value: bool, out: bytearray) -> None:
        out.append(value)

    def decode_from(self, reader: Reader) -> bool:
        byte = reader.take(1)[0]
        if byte > 1:
            raise Rejected(ScaleRejection.InvalidBool)
        return byte == 1


class _Fixed(Codec[B]):
    """The bytes themselves (SCA-4)."""

    def __init__(self, kind: type[B]) -> None:
        self.kind = kind

    def encode_into(self, value: B, out: bytearray) -> None:
        out += value

    def decode_from(self, reader: Reader) -> B:
        return self.kind(reader.take(self.kind.LENGTH))


class _Bytes(Codec[bytes]):
    """Compact length, then the bytes (SCA-5)."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit

    def encode_into(self, value: bytes, out: bytearray) -> None:
        _LENGTH.encode_into(U32(len(value)), out)
        out += value

    def decode_from(self, reader: Reader) -> bytes:
        length = _LENGTH.decode_from(reader)
        if self.limit is not None and length > self.limit:
            raise Rejected(ScaleRejection.LengthOutOfRange)
        return bytes(reader.take(int(length)))


class _Text(Codec[str]):
    """UTF-8, as bytes with their length (SCA-5)."""

    def encode_into(self, value: str, out: bytearray) -> None:
        _ANY_BYTES.encode_into(value.encode(), out)

    def decode_from(self, reader: Reader) -> str:
        try:
            return _ANY_BYTES.decode_from(reader).decode()
        except UnicodeDecodeError as error:
            raise Rejected(ScaleRejection.InvalidText) from error


class _Option(Codec[T | None]):
    """00, or 01 and the value (SCA-6)."""

    def __init__(self, inner: Codec[T]) -> None:
        self.inner = inner

    def encode_into(self, value: T | None, out: bytearray) -> None:
        if value is None:
            out.append(0)
        else:
            out.append(1)
            self.inner.encode_into(value, out)

    def decode_from(self, reader: Reader) -> T | None:
        tag = reader.take(1)[0]
        if tag > 1:
            raise Rejected(ScaleRejection.InvalidOption)
        return self.inner.decode_from(reader) if tag else None


class _Vector(Codec[tuple[T, ...]]):
    """Compact length, then the items (SCA-7)."""

    def __init__(self, item: Codec[T]) -> None:
        self.item = item

    def encode_into(self, value: tuple[T, ...], out: bytearray) -> None:
        _LENGTH.encode_into(U32(len(value)), out)
        for item in value:
            self.item.encode_into(item, out)

    def decode_from(self, reader: Reader) -> tuple[T, ...]:
        return tuple(self.item.decode_from(reader) for _ in range(_LENGTH.decode_from(reader)))


class _Array(Codec[tuple[T, ...]]):
    """A fixed number of items, no length (SCA-8)."""

    def __init__(self, item: Codec[T], length: int) -> None:
        self.item = item
        self.length = length

    def encode_into(self, value: tuple[T, ...], out: bytearray) -> None:
        if len(value) != self.length:
            raise ValueError(f"{len(value)} items in an array of {self.length}")
        for item in value:
            self.item.encode_into(item, out)

    def decode_from(self, reader: Reader) -> tuple[T, ...]:
        return tuple(self.item.decode_from(reader) for _ in range(self.length))


class _OrderedMap(Codec[Mapping[K, V]]):
    """Compact length, then key and value in ascending order of keys.

    Any order is read; of equal keys the last one stays (SCA-9).
    """

    def __init__(self, key: Codec[K], value: Codec[V], order: Callable[[K], Any] | None) -> None:
        self.key = key
        self.value = value
        self.order = order

    def encode_into(self, value: Mapping[K, V], out: bytearray) -> None:
        _LENGTH.encode_into(U32(len(value)), out)
        for key in _in_order(value, self.order):
            self.key.encode_into(key, out)
            self.value.encode_into(value[key], out)

    def decode_from(self, reader: Reader) -> Mapping[K, V]:
        length = _LENGTH.decode_from(reader)
        pairs = {self.key.decode_from(reader): self.value.decode_from(reader) for _ in range(length)}
        return {key: pairs[key] for key in _in_order(pairs, self.order)}


class _OrderedSet(Codec[frozenset[T]]):
    """Compact length, then the items in ascending order; read like a map (SCA-9)."""

    def __init__(self, item: Codec[T], order: Callable[[T], Any] | None) -> None:
        self.item = item
        self.order = order

    def encode_into(self, value: frozenset[T], out: bytearray) -> None:
        _LENGTH.encode_into(U32(len(value)), out)
        for item in _in_order(value, self.order):
            self.item.encode_into(item, out)

    def decode_from(self, reader: Reader) -> frozenset[T]:
        return frozenset(self.item.decode_from(reader) for _ in range(_LENGTH.decode_from(reader)))


def _in_order(items: Iterable[K], order: Callable[[K], Any] | None) -> list[K]:
    return sorted(items, key=order) if order else sorted(items)  # type: ignore[type-var]  # ids or integers


class _Struct(Codec[T]):
    """The fields in order, nothing between them (SCA-10)."""

    def __init__(self, build: Callable[..., T], fields: dict[str, Codec[Any]]) -> None:
        self.build = build
        self.fields = tuple(fields.items())

    def encode_into(self, value: T, out: bytearray) -> None:
        for name, codec in self.fields:
            codec.encode_into(getattr(value, name), out)

    def decode_from(self, reader: Reader) -> T:
        return self.build(**{name: codec.decode_from(reader) for name, codec in self.fields})


class _Enumeration(Codec[E]):
    """An index of one byte; the member's value is the index (SCA-11)."""

    def __init__(self, kind: type[E]) -> None:
        self.kind = kind
        self.members: dict[int, E] = {member.value: member for member in kind}

    def encode_into(self, value: E, out: bytearray) -> None:
        out.append(value.value)

    def decode_from(self, reader: Reader) -> E:
        member = self.members.get(reader.take(1)[0])
        if member is None:
            raise Rejected(ScaleRejection.InvalidVariant)
        return member


class _Union(Codec[T]):
    """An index, then the variant that has it (SCA-11, SCA-12)."""

    def __init__(self, tag: Codec[U8] | Codec[U32], variants: Mapping[int, tuple[type[Any], Codec[Any]]]) -> None:
        self.tag: Codec[U8] | Codec[U32] = tag
        self.by_index: dict[int, Codec[T]] = {index: codec for index, (_, codec) in variants.items()}
        self.by_kind = {kind: (index, codec) for index, (kind, codec) in variants.items()}

    def encode_into(self, value: T, out: bytearray) -> None:
        index, codec = self.by_kind[type(value)]
        out += index.to_bytes(4 if self.tag is u32 else 1, "little")
        codec.encode_into(value, out)

    def decode_from(self, reader: Reader) -> T:
        codec = self.by_index.get(self.tag.decode_from(reader))
        if codec is None:
            raise Rejected(ScaleRejection.InvalidVariant)
        return codec.decode_from(reader)


u8 = _Unsigned(U8)
u16 = _Unsigned(U16)
u32 = _Unsigned(U32)
u64 = _Unsigned(U64)
u128 = _Unsigned(U128)
compact_u32 = _Compact(U32)
compact_u64 = _Compact(U64)
compact_u128 = _Compact(U128)
i64 = _Signed(I64)
boolean = _Bool()
text = _Text()
_LENGTH = compact_u32
_ANY_BYTES = _Bytes(None)


def fixed(kind: type[B]) -> Codec[B]:
    """Codec of a byte string of fixed length (SCA-4)."""
    return _Fixed(kind)


def byte_vector(limit: int | None = None) -> Codec[bytes]:
    """Codec of bytes with their length; `limit` is the greatest length that decodes (SCA-5)."""
    return _Bytes(limit)


def option(inner: Codec[T]) -> Codec[T | None]:
    """Codec of a value that may be absent (SCA-6)."""
    return _Option(inner)


def vector(item: Codec[T]) -> Codec[tuple[T, ...]]:
    """Codec of a list (SCA-7). Each item must take at least one byte, so that a length costs input."""
    return _Vector(item)


def array(item: Codec[T], length: int) -> Codec[tuple[T, ...]]:
    """Codec of a list whose length is part of the type (SCA-8)."""
    return _Array(item, length)


def ordered_map(key: Codec[K], value: Codec[V], order: Callable[[K], Any] | None = None) -> Codec[Mapping[K, V]]:
    """Codec of a map ordered by its keys; `order` gives what to compare where keys are records (SCA-9)."""
    return _OrderedMap(key, value, order)


def ordered_set(item: Codec[T], order: Callable[[T], Any] | None = None) -> Codec[frozenset[T]]:
    """Codec of an ordered set; `order` gives what to compare where items are records (SCA-9)."""
    return _OrderedSet(item, order)


def struct(build: Callable[..., T], **fields: Codec[Any]) -> Codec[T]:
    """Codec of a record: keyword arguments name the attributes in encoding order (SCA-10)."""
    return _Struct(build, dict(fields))


def enumeration(kind: type[E]) -> Codec[E]:
    """Codec of a plain enumeration whose values are the indices (SCA-11)."""
    return _Enumeration(kind)


def union(variants: Mapping[int, tuple[type[Any], Codec[Any]]], tag: Codec[U8] | Codec[U32] = u8) -> Codec[Any]:
    """Codec of a choice between types: an index of one byte (SCA-11) or, for operations, of four (SCA-12)."""
    return _Union(tag, variants)
