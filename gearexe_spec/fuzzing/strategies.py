"""Hypothesis strategies for every type of the specification, made from the types themselves.

`from_type(BatchCommitment)` generates batches. Borders of integers and lengths are likely, and every value is one that
the type allows; whether the protocol accepts it is what one wants to find out. References to stored objects have no
strategy: what they refer to has to be stored first. Needs hypothesis (a dependency for development).
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32, FixedBytes
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import FixedWidth

LONGEST_LIST = 4
LONGEST_BYTES = 100


class NoStrategy(TypeError):
    """The type is none whose values can be generated."""


def integers(kind: type[FixedWidth]) -> SearchStrategy[Any]:
    """Integers of a width: its borders, small ones, powers of two and their neighbours, any."""
    powers = {sign * (1 << bit) + step for bit in range(kind.BITS + 1) for step in (-1, 0, 1) for sign in (-1, 1)}
    edges = sorted(number for number in powers | {kind.MIN, kind.MAX} if kind.MIN <= number <= kind.MAX)
    return (st.sampled_from(edges) | st.integers(int(kind.MIN), int(kind.MAX))).map(kind)


def fixed_bytes(kind: type[FixedBytes]) -> SearchStrategy[Any]:
    """Byte strings of a fixed length: zeros, ones, few different ones (so that they repeat), any."""
    length = kind.LENGTH
    few = st.integers(0, 3).map(lambda number: number.to_bytes(length, "big"))
    plain = few | st.just(b"\xff" * length) | st.binary(min_size=length, max_size=length)
    if issubclass(kind, ActorId):
        addresses = st.binary(min_size=Address.LENGTH, max_size=Address.LENGTH)
        plain = addresses.map(lambda address: bytes(Bytes32.LENGTH - Address.LENGTH) + address) | plain
    return plain.map(kind)


def byte_strings() -> SearchStrategy[bytes]:
    """Bytes of any length: none, around a word, any up to LONGEST_BYTES."""
    return st.sampled_from([b"", b"\0", bytes(31), bytes(32), bytes(33)]) | st.binary(max_size=LONGEST_BYTES)


def from_type(kind: Any) -> SearchStrategy[Any]:
    """Values of a type: integers, bytes, enumerations, records, choices, lists, sets, maps of them.

    Raises:
        NoStrategy: a type that is none of these.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([from_type(item) for item in arguments])
    if origin is tuple:
        return _tuples(arguments)
    if origin is frozenset:
        return st.frozensets(from_type(arguments[0]), max_size=LONGEST_LIST)
    if origin in (Sequence, Iterable, list):
        return st.lists(from_type(arguments[0]), max_size=LONGEST_LIST).map(tuple if origin is not list else list)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        keys, values = (from_type(item) for item in arguments)
        made = st.dictionaries(keys, values, max_size=LONGEST_LIST)
        return made.map(Map) if origin is Map else made
    if is_dataclass(origin) and isinstance(origin, type):
        return st.deferred(lambda: _record(origin, arguments))
    plain = origin or kind
    if isinstance(plain, type):
        return _from_class(plain)
    raise NoStrategy(str(kind))


@cache
def _from_class(kind: type) -> SearchStrategy[Any]:
    """Deferred where records hold records, so that types may refer to themselves."""
    plain: dict[type, SearchStrategy[Any]] = {
        type(None): st.none(),
        bool: st.booleans(),
        int: st.integers(),
        str: st.text(max_size=LONGEST_BYTES),
        bytes: byte_strings(),
    }
    if kind in plain:
        return plain[kind]
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    if issubclass(kind, FixedWidth):
        return integers(kind)
    if issubclass(kind, FixedBytes):
        return fixed_bytes(kind)
    if is_dataclass(kind):
        return st.deferred(lambda: _record(kind, ()))
    raise NoStrategy(kind.__name__)


@cache
def _record(kind: Any, arguments: tuple[Any, ...]) -> SearchStrategy[Any]:
    """Records, also generic ones: `arguments` stand for the parameters of the type."""
    given = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=False))
    hints = {name: given.get(hint, hint) for name, hint in get_type_hints(kind).items()}
    return st.builds(kind, **{entry.name: from_type(hints[entry.name]) for entry in fields(kind) if entry.init})


def _tuples(arguments: tuple[Any, ...]) -> SearchStrategy[Any]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return st.lists(from_type(arguments[0]), max_size=LONGEST_LIST).map(tuple)
    return st.tuples(*(from_type(item) for item in arguments))
