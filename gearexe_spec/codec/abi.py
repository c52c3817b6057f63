"""The standard ABI of Solidity: arguments of calls, returned data, data of logs, and what is hashed as `abi.encode`.

A type is a value: types are combined as in Solidity (`dynamic_array(record(CodeCommitment, id=bytes32, …))`), or read
from their canonical names (`abi_types`). Reading is total. It comes in two kinds: strictly, as Solidity's own decoder
does, and leniently, as nodes read logs. How contracts read structures that stay in calldata is a third way and stands
in `calldata`.

Rules: ABI-1 to ABI-14.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import auto
from typing import Any, Generic, TypeVar

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32, FixedBytes
from gearexe_spec.base.numeric import I128, U8, U16, U32, U48, U64, U128, U160, U256
from gearexe_spec.base.rejection import Phase, Rejected, Rejection

T = TypeVar("T")

WORD = 32
GREATEST_OFFSET = 2**64 - 1
"""Solidity refuses greater offsets and lengths before it looks at the data (ABI-9)."""
MASK = 2**256 - 1


class AbiRejection(Rejection):
    """Why bytes are no encoding of the type; a contract reverts with empty data for each of them."""

    UnexpectedEnd = auto()
    OffsetOutOfRange = auto()
    LengthOutOfRange = auto()
    DirtyWord = auto()
    """Bits outside the type's width are set; a bool is neither 0 nor 1; only read strictly."""
    InvalidText = auto()
    DecodesToTooMuch = auto()
    """Offsets share their targets, so that the value would be far greater than the bytes (ABI-13)."""

    @property
    def phase(self) -> Phase:
        """Decoding."""
        return Phase.DECODE


class AbiReader:
    """Bytes, how strictly they are read, and how much may still be made of them."""

    __slots__ = ("budget", "data", "strict")

    def __init__(self, data: bytes, strict: bool) -> None:
        self.data = data
        self.strict = strict
        self.budget = 64 + len(data)

    def word(self, offset: int) -> int:
        """The 32 bytes at an offset as a number.

        Raises:
            Rejected: UnexpectedEnd; DecodesToTooMuch.
        """
        return int.from_bytes(self.bytes(offset, WORD), "big")

    def bytes(self, offset: int, length: int) -> bytes:
        """The bytes at an offset.

        Raises:
            Rejected: UnexpectedEnd; DecodesToTooMuch.
        """
        if offset + length > len(self.data):
            raise Rejected(AbiRejection.UnexpectedEnd)
        self.budget -= 1 + length // WORD
        if self.budget < 0:
            raise Rejected(AbiRejection.DecodesToTooMuch)
        return self.data[offset : offset + length]

    def offset(self, place: int) -> int:
        """The offset written at a place (ABI-9).

        Raises:
            Rejected: OffsetOutOfRange; UnexpectedEnd.
        """
        offset = self.word(place)
        if offset > GREATEST_OFFSET:
            raise Rejected(AbiRejection.OffsetOutOfRange)
        return offset

    def length(self, place: int, item_length: int) -> int:
        """The number of items written at a place; each of them takes at least `item_length` bytes (ABI-10).

        Raises:
            Rejected: LengthOutOfRange; UnexpectedEnd.
        """
        length = self.word(place)
        if length > GREATEST_OFFSET:
            raise Rejected(AbiRejection.LengthOutOfRange)
        if length * item_length > len(self.data) - place - WORD:
            raise Rejected(AbiRejection.UnexpectedEnd)
        return length


class AbiType(ABC, Generic[T]):
    """How values of one Solidity type are encoded."""

    name: str
    """Canonical name, as it stands in signatures."""
    is_dynamic: bool = False
    """Whether the head holds an offset instead of the value (ABI-4)."""
    head_length: int = WORD
    """Bytes in the head of what contains it."""

    @abstractmethod
    def encode_body(self, value: T) -> bytes:
        """The value itself, without offset."""

    @abstractmethod
    def decode_body(self, reader: AbiReader, place: int) -> T:
        """The value that stands at a place."""

    @abstractmethod
    def encode_packed(self, value: T) -> bytes:
        """The packed form (`abi_packed`)."""

    def encode(self, value: T) -> bytes:
        """`abi.encode(value)`: with the offset in front if the type is dynamic (ABI-1)."""
        return encode_sequence((self,), (value,))

    def decode(self, data: bytes, strict: bool = True) -> T:
        """Read what `encode` writes; bytes behind it are ignored (ABI-8).

        Raises:
            Rejected: an AbiRejection.
        """
        (value,) = decode_sequence((self,), data, strict)
        return value  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"AbiType({self.name})"


class _Number(AbiType[int]):
    """A number of 8 to 256 bits, sign-extended to a word (ABI-2)."""

    def __init__(self, bits: int, kind: type[int], signed: bool) -> None:
        self.name = f"{'int' if signed else 'uint'}{bits}"
        self.bits = bits
        self.kind = kind
        self.signed = signed

    def encode_body(self, value: int) -> bytes:
        self._check(value)
        return (int(value) & MASK).to_bytes(WORD, "big")

    def encode_packed(self, value: int) -> bytes:
        self._check(value)
        return int(value).to_bytes(self.bits // 8, "big", signed=self.signed)

    def decode_body(self, reader: AbiReader, place: int) -> int:
        word = reader.word(place)
        number = word & (1 << self.bits) - 1
        if self.signed and number >> self.bits - 1:
            number -= 1 << self.bits
        if reader.strict and number & MASK != word:
            raise Rejected(AbiRejection.DirtyWord)
        return self.kind(number)

    def _check(self, value: int) -> None:
        least = -(1 << self.bits - 1) if self.signed else 0
        if not least <= value < least + (1 << self.bits):
            raise ValueError(f"{value} is no {self.name}")


class _Bool(AbiType[bool]):
    """0 or 1; read leniently any other word is true (ABI-2)."""

    name = "bool"

    def encode_body(self, value: bool) -> bytes:
        return int(value).to_bytes(WORD, "big")

    def encode_packed(self, value: bool) -> bytes:
        return bytes([value])

    def decode_body(self, reader: AbiReader, place: int) -> bool:
        word = reader.word(place)
        if reader.strict and word > 1:
            raise Rejected(AbiRejection.DirtyWord)
        return word != 0


class _Address(AbiType[Address]):
    """20 bytes, zeros in front (ABI-2)."""

    name = "address"

    def encode_body(self, value: Address) -> bytes:
        return Address(value).rjust(WORD, b"\0")

    def encode_packed(self, value: Address) -> bytes:
        return Address(value)

    def decode_body(self, reader: AbiReader, place: int) -> Address:
        word = reader.bytes(place, WORD)
        if reader.strict and any(word[:12]):
            raise Rejected(AbiRejection.DirtyWord)
        return Address(word[12:])


class _FixedBytes(AbiType[bytes]):
    """1 to 32 bytes, zeros behind (ABI-2)."""

    def __init__(self, length: int, kind: Callable[[bytes], bytes]) -> None:
        self.name = f"bytes{length}"
        self.length = length
        self.kind = kind

    def encode_body(self, value: bytes) -> bytes:
        return self.encode_packed(value).ljust(WORD, b"\0")

    def encode_packed(self, value: bytes) -> bytes:
        if len(value) != self.length:
            raise ValueError(f"{len(value)} bytes are no {self.name}")
        return bytes(value)

    def decode_body(self, reader: AbiReader, place: int) -> bytes:
        word = reader.bytes(place, WORD)
        if reader.strict and any(word[self.length :]):
            raise Rejected(AbiRejection.DirtyWord)
        return self.kind(word[: self.length])


class _Bytes(AbiType[bytes]):
    """The length, then the bytes, zeros behind up to a whole word; what stands there is not read (ABI-3)."""

    name = "bytes"
    is_dynamic = True

    def encode_body(self, value: bytes) -> bytes:
        return len(value).to_bytes(WORD, "big") + value.ljust(pad_to_word(len(value)), b"\0")

    def encode_packed(self, value: bytes) -> bytes:
        return bytes(value)

    def decode_body(self, reader: AbiReader, place: int) -> bytes:
        return reader.bytes(place + WORD, reader.length(place, 1))


class _String(AbiType[str]):
    """Like bytes, in UTF-8; Solidity itself does not check that (ABI-3)."""

    name = "string"
    is_dynamic = True

    def encode_body(self, value: str) -> bytes:
        return abi_bytes.encode_body(value.encode())

    def encode_packed(self, value: str) -> bytes:
        return value.encode()

    def decode_body(self, reader: AbiReader, place: int) -> str:
        try:
            return abi_bytes.decode_body(reader, place).decode()
        except UnicodeDecodeError as error:
            raise Rejected(AbiRejection.InvalidText) from error


class _DynamicArray(AbiType[Sequence[T]]):
    """The length, then the items as a sequence; offsets count from behind the length (ABI-5)."""

    is_dynamic = True

    def __init__(self, item: AbiType[T]) -> None:
        self.name = f"{item.name}[]"
        self.item = item

    def encode_body(self, value: Sequence[T]) -> bytes:
        return len(value).to_bytes(WORD, "big") + encode_sequence((self.item,) * len(value), value)

    def encode_packed(self, value: Sequence[T]) -> bytes:
        return encode_packed_items(self.item, value)

    def decode_body(self, reader: AbiReader, place: int) -> tuple[T, ...]:
        length = reader.length(place, self.item.head_length)
        return read_items(reader, (self.item,) * length, place + WORD)


class _FixedArray(AbiType[Sequence[T]]):
    """The items as a sequence (ABI-6)."""

    def __init__(self, item: AbiType[T], length: int) -> None:
        self.name = f"{item.name}[{length}]"
        self.item = item
        self.length = length
        self.is_dynamic = item.is_dynamic
        self.head_length = WORD if item.is_dynamic else item.head_length * length

    def encode_body(self, value: Sequence[T]) -> bytes:
        return encode_sequence((self.item,) * self.length, value)

    def encode_packed(self, value: Sequence[T]) -> bytes:
        if len(value) != self.length:
            raise ValueError(f"{len(value)} items are no {self.name}")
        return encode_packed_items(self.item, value)

    def decode_body(self, reader: AbiReader, place: int) -> tuple[T, ...]:
        return read_items(reader, (self.item,) * self.length, place)


class _Record(AbiType[T]):
    """The members as a sequence (ABI-7); values are read from and built into records with attributes."""

    def __init__(self, build: Callable[..., T], members: dict[str, AbiType[Any]]) -> None:
        kinds = tuple(members.values())
        self.build = build
        self.members = members
        self.kinds = kinds
        self.name = f"({','.join(kind.name for kind in kinds)})"
        self.is_dynamic = any(kind.is_dynamic for kind in kinds)
        self.head_length = WORD if self.is_dynamic else sum(kind.head_length for kind in kinds)

    def encode_body(self, value: T) -> bytes:
        return encode_sequence(self.kinds, tuple(getattr(value, name) for name in self.members))

    def encode_packed(self, value: T) -> bytes:
        raise ValueError("Solidity packs no structures")

    def decode_body(self, reader: AbiReader, place: int) -> T:
        values = read_items(reader, self.kinds, place)
        return self.build(**dict(zip(self.members, values, strict=True)))


class _Tuple(AbiType[Sequence[Any]]):
    """A structure whose members have no names (ABI-7)."""

    def __init__(self, kinds: tuple[AbiType[Any], ...]) -> None:
        self.kinds = kinds
        self.name = f"({','.join(kind.name for kind in kinds)})"
        self.is_dynamic = any(kind.is_dynamic for kind in kinds)
        self.head_length = WORD if self.is_dynamic else sum(kind.head_length for kind in kinds)

    def encode_body(self, value: Sequence[Any]) -> bytes:
        return encode_sequence(self.kinds, value)

    def encode_packed(self, value: Sequence[Any]) -> bytes:
        raise ValueError("Solidity packs no structures")

    def decode_body(self, reader: AbiReader, place: int) -> tuple[Any, ...]:
        return read_items(reader, self.kinds, place)


def pad_to_word(length: int) -> int:
    """The least multiple of 32 that is not below `length`."""
    return -(-length // WORD) * WORD


def encode_sequence(kinds: Sequence[AbiType[Any]], values: Sequence[Any]) -> bytes:
    """Heads, then the bodies of the dynamic ones: the arguments of a call, `abi.encode` of several values (ABI-1).

    Args:
        kinds: the types in order.
        values: as many values.
    """
    heads, bodies = [], []
    place = sum(kind.head_length for kind in kinds)
    for kind, value in zip(kinds, values, strict=True):
        body = kind.encode_body(value)
        if kind.is_dynamic:
            heads.append(place.to_bytes(WORD, "big"))
            bodies.append(body)
            place += len(body)
        else:
            heads.append(body)
    return b"".join(heads) + b"".join(bodies)


def decode_sequence(kinds: Sequence[AbiType[Any]], data: bytes, strict: bool = True) -> tuple[Any, ...]:
    """Read what `encode_sequence` writes; any offset inside the data will do, bytes behind are ignored (ABI-8).

    Args:
        kinds: the types in order.
        data: without a selector.
        strict: whether words must fit their types (Solidity's decoder), or are cut to them (nodes reading logs).

    Raises:
        Rejected: an AbiRejection.
    """
    return read_items(AbiReader(data, strict), kinds, 0)


def read_items(reader: AbiReader, kinds: Sequence[AbiType[Any]], base: int) -> tuple[Any, ...]:
    """The values of a sequence that begins at `base`; its offsets count from there (ABI-4)."""
    place = base
    values = []
    if base + sum(kind.head_length for kind in kinds) > len(reader.data):
        raise Rejected(AbiRejection.UnexpectedEnd)
    for kind in kinds:
        values.append(kind.decode_body(reader, base + reader.offset(place) if kind.is_dynamic else place))
        place += kind.head_length
    return tuple(values)


def encode_packed_items(item: AbiType[T], values: Sequence[T]) -> bytes:
    """Items of a packed array are padded to whole words; Solidity packs no arrays of dynamic items (ABI-12)."""
    if item.is_dynamic or isinstance(item, _FixedArray | _Record | _Tuple):
        raise ValueError(f"Solidity packs no {item.name}[]")
    return b"".join(item.encode_body(value) for value in values)


def encode_packed(kinds: Sequence[AbiType[Any]], values: Sequence[Any]) -> bytes:
    """`abi.encodePacked`: each value in its own width, no offsets, no lengths (ABI-11, ABI-12)."""
    return b"".join(kind.encode_packed(value) for kind, value in zip(kinds, values, strict=True))


uint8 = _Number(8, U8, signed=False)
uint16 = _Number(16, U16, signed=False)
uint32 = _Number(32, U32, signed=False)
uint48 = _Number(48, U48, signed=False)
uint64 = _Number(64, U64, signed=False)
uint128 = _Number(128, U128, signed=False)
uint256 = _Number(256, U256, signed=False)
boolean = _Bool()
address = _Address()
bytes4 = _FixedBytes(4, Bytes4)
bytes32 = _FixedBytes(32, Bytes32)
abi_bytes = _Bytes()
string = _String()

_NUMBER_KINDS: dict[tuple[int, bool], type[int]] = {
    **{(kind.BITS, False): kind for kind in (U8, U16, U32, U48, U64, U128, U160, U256)},
    (128, True): I128,
}


def number(bits: int, signed: bool = False) -> AbiType[int]:
    """`uintN` or `intN`; N is a multiple of 8 from 8 to 256."""
    if bits % 8 or not 8 <= bits <= 256:
        raise ValueError(f"no numbers of {bits} bits in Solidity")
    return _Number(bits, _NUMBER_KINDS.get((bits, signed), int), signed)


def fixed_bytes(kind: type[FixedBytes]) -> AbiType[Any]:
    """`bytesN` that is read as the given type."""
    return _FixedBytes(kind.LENGTH, kind)


def plain_bytes(length: int) -> AbiType[bytes]:
    """`bytesN` that is read as plain bytes."""
    return _FixedBytes(length, bytes)


def dynamic_array(item: AbiType[T]) -> AbiType[Sequence[T]]:
    """`T[]`."""
    return _DynamicArray(item)


def fixed_array(item: AbiType[T], length: int) -> AbiType[Sequence[T]]:
    """`T[n]`."""
    return _FixedArray(item, length)


def record(build: Callable[..., T], **members: AbiType[Any]) -> AbiType[T]:
    """A structure: keyword arguments name the attributes in the order of the ABI."""
    return _Record(build, members)


def tuple_of(*kinds: AbiType[Any]) -> AbiType[Sequence[Any]]:
    """A structure without names."""
    return _Tuple(kinds)
