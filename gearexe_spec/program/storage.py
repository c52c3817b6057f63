"""Content-addressed storage, and references to what lies in it.

A storage is a value: writing returns a new one that shares everything with the old one. An overlay (the runs that
calculate a reply) is therefore nothing special: whoever keeps the old storage has not seen the writes.

Rules: PST-1 to PST-6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec import scale
from gearexe_spec.codec.scale import Codec, Reader
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.program.rejections import ProgramRejection

T = TypeVar("T", bound=Sized)

HASH = scale.fixed(Bytes32)
_OPTIONAL_HASH = scale.option(HASH)


@dataclass(frozen=True, slots=True)
class Storage:
    """Blobs by their BLAKE2b-256 hash (PST-1)."""

    blobs: Map[Bytes32, bytes]

    @classmethod
    def empty(cls) -> Storage:
        """A storage with nothing in it."""
        return cls(Map())

    def write(self, blob: bytes) -> tuple[Storage, Bytes32]:
        """Keep a blob under its hash; writing it again changes nothing (PST-1)."""
        key = blake2b256(blob)
        return self.put(key, blob), key

    def put(self, key: Bytes32, blob: bytes) -> Storage:
        """Keep a blob whose hash is known already; what was there before stays (PST-1, PST-6)."""
        return self if key in self.blobs else Storage(self.blobs.set(key, blob))

    def read(self, key: Bytes32) -> bytes:
        """The blob with this hash (PST-3).

        Raises:
            Rejected: ObjectMissing.
        """
        blob = self.blobs.get(key)
        if blob is None:
            raise Rejected(ProgramRejection.ObjectMissing, key)
        return blob

    def __contains__(self, key: Bytes32) -> bool:
        return key in self.blobs


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of stored object.

    Args:
        codec: its encoding.
        empty: the value that stands for "nothing"; it is not stored, the reference to it is absent (PST-4).
        parts: the references inside a value, which are saved with it.
    """

    codec: Codec[T]
    empty: T
    parts: Callable[[T], Iterable[Reference[Any]]] = lambda _: ()


class Reference(Generic[T]):
    """A stored object: known by its hash, or at hand and hashed when somebody asks.

    A block changes a collection many times and needs its hash a few times; therefore the hash of a new value is found
    late and remembered, and so is the value behind a hash. Nothing else about a reference ever changes.

    Rules: PST-4, PST-5.
    """

    __slots__ = ("_blob", "_hash", "_is_new", "_value", "kind")

    def __init__(self, kind: Kind[T], *, key: Bytes32 | None = None, value: T | None = None) -> None:
        self.kind = kind
        self._hash = key
        self._value = value
        self._blob: bytes | None = None
        self._is_new = value is not None

    @classmethod
    def absent(cls, kind: Kind[T]) -> Reference[T]:
        """The reference to nothing: encoded as an absent hash."""
        return cls(kind)

    @classmethod
    def to(cls, kind: Kind[T], value: T) -> Reference[T]:
        """A reference to a value at hand; absent if it has no items. A page table always has 16 (PST-4, PST-24)."""
        if not len(value):
            return cls(kind)
        return cls(kind, value=value)

    def __reduce__(self) -> tuple[Any, ...]:
        """Between processes go what is new, and the hash of all else."""
        key, value = (None, self._value) if self._is_new else (self._hash, None)
        return _restore, (self.kind, key, value)

    @property
    def hash(self) -> Bytes32 | None:
        """The hash of the object; None if the reference is absent."""
        if self._hash is None and self._value is not None:
            self._blob = self.kind.codec.encode(self._value)
            self._hash = blake2b256(self._blob)
        return self._hash

    @property
    def required_hash(self) -> Bytes32:
        """The hash of an object that is there."""
        key = self.hash
        assert key is not None, "the object is there"
        return key

    @property
    def is_absent(self) -> bool:
        """Whether this refers to nothing."""
        return self._hash is None and self._value is None

    def load(self, storage: Storage) -> T:
        """The value referred to; the empty one if absent.

        Raises:
            Rejected: ObjectMissing; a ScaleRejection where the blob is no such object.
        """
        if self._is_new and self._value is not None:
            return self._value
        if self._hash is None:
            return self.kind.empty
        blob = storage.read(self._hash)
        if self._value is None:
            self._value = self.kind.codec.decode(blob)
        return self._value

    def save(self, storage: Storage) -> Storage:
        """The storage with this object and everything in it that is new."""
        if not self._is_new or self._value is None:
            return storage
        key = self.required_hash
        if key in storage:
            return storage
        for part in self.kind.parts(self._value):
            storage = part.save(storage)
        return storage.put(key, self._blob or b"")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)


class _OptionalReference(Codec[Reference[T]]):
    """An optional hash (PST-5)."""

    def __init__(self, kind: Kind[T]) -> None:
        self.kind = kind

    def encode_into(self, value: Reference[T], out: bytearray) -> None:
        """00, or 01 and the hash (PST-5)."""
        _OPTIONAL_HASH.encode_into(value.hash, out)

    def decode_from(self, reader: Reader) -> Reference[T]:
        return Reference(self.kind, key=_OPTIONAL_HASH.decode_from(reader))


class _PlainReference(Codec[Reference[T]]):
    """A hash that is always there (PST-5)."""

    def __init__(self, kind: Kind[T]) -> None:
        self.kind = kind

    def encode_into(self, value: Reference[T], out: bytearray) -> None:
        out += value.required_hash

    def decode_from(self, reader: Reader) -> Reference[T]:
        return Reference(self.kind, key=HASH.decode_from(reader))


def optional_reference(kind: Kind[T]) -> Codec[Reference[T]]:
    """Codec of a reference that may be absent: an optional hash."""
    return _OptionalReference(kind)


def plain_reference(kind: Kind[T]) -> Codec[Reference[T]]:
    """Codec of a reference that is never absent: the hash."""
    return _PlainReference(kind)


def _restore(kind: Kind[T], key: Bytes32 | None, value: T | None) -> Reference[T]:
    return Reference(kind, key=key, value=value)
