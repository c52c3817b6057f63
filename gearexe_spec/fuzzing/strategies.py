"""Hypothesis strategies for every type of the specification, made from the types themselves.

`from_type(BatchCommitment)` generates batches. Borders of integers and lengths are likely, and every value is one that
the type allows; whether the protocol accepts it is what one wants to find out. References to stored objects carry what
they refer to, so that a generated `ProgramState` can be saved into any storage. A generic type wants its argument
(`Fifo[Dispatch]`). Machinery has no values: what is made of functions, and running transactions (`NoStrategy`).
Needs hypothesis (a dependency for development).
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from inspect import isabstract
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32, FixedBytes
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U256, FixedWidth
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.codec.calldata import Calldata
from gearexe_spec.crypto.ecdsa import CURVE_ORDER, PublicKey
from gearexe_spec.crypto.frost import Ciphersuite, Commitment, Scalar, SigningPackage, make_signing_package
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.merkle_dump import StandardTree, build_standard_tree
from gearexe_spec.execution.lazy_pages import ADDRESS_SPACE, PAGE_SIZE
from gearexe_spec.execution.program import PageContents
from gearexe_spec.fuzzing.code_modules import make_instruction, make_module
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.onchain.calldata import Calldata as CountedCalldata
from gearexe_spec.onchain.world import Block
from gearexe_spec.program.allocations import ALLOCATIONS, Allocations
from gearexe_spec.program.dispatch import (
    DISPATCH_STASH,
    MESSAGE_QUEUE,
    USER_MAILBOX,
    WAITLIST,
    DispatchStash,
    MessageQueue,
    UserMailbox,
    Waitlist,
)
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.mailbox import MAILBOX, Mailbox
from gearexe_spec.program.pages import MEMORY_PAGES, MEMORY_PAGES_REGION, REGIONS, MemoryPages, MemoryPagesRegion
from gearexe_spec.program.storage import Kind, Reference
from gearexe_spec.wasm.model import Function, Module
from gearexe_spec.wasm.opcodes import Instruction

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
    return plain.filter(lambda data: _is_one(kind, data)).map(kind)


def _is_one(kind: type[FixedBytes], data: bytes) -> bool:
    """Whether bytes of the right length are a value: a private key is not zero."""
    try:
        kind(data)
    except Rejected:
        return False
    return True


def byte_strings() -> SearchStrategy[bytes]:
    """Bytes of any length: none, around a word, any up to LONGEST_BYTES."""
    return st.sampled_from([b"", b"\0", bytes(31), bytes(32), bytes(33)]) | st.binary(max_size=LONGEST_BYTES)


def from_type(kind: Any) -> SearchStrategy[Any]:
    """Values of a type: integers, bytes, enumerations, records, choices, lists, sets, maps of them.

    Raises:
        NoStrategy: a type that is none of these.
    """
    if kind in SPECIAL:
        return SPECIAL[kind]()
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([from_type(item) for item in arguments if not _has_no_values(item)])
    if origin is Reference:
        return _references(arguments[0])
    if origin is Fifo:
        return st.lists(from_type(arguments[0]), max_size=LONGEST_LIST).map(Fifo)
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
        return st.sampled_from(list(_members(kind)))
    if issubclass(kind, FixedWidth) and hasattr(kind, "BITS"):
        return integers(kind)
    if issubclass(kind, FixedBytes) and hasattr(kind, "LENGTH"):
        return fixed_bytes(kind)
    if is_dataclass(kind) and not isabstract(kind):
        return st.deferred(lambda: _record(kind, ()))
    raise NoStrategy(kind.__name__)


@cache
def _record(kind: Any, arguments: tuple[Any, ...]) -> SearchStrategy[Any]:
    """Records, also generic ones: `arguments` stand for the parameters of the type."""
    given = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=False))
    hints = {name: _with_arguments(hint, given) for name, hint in get_type_hints(kind).items()}
    return st.builds(kind, **{entry.name: from_type(hints[entry.name]) for entry in fields(kind) if entry.init})


def _tuples(arguments: tuple[Any, ...]) -> SearchStrategy[Any]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return st.lists(from_type(arguments[0]), max_size=LONGEST_LIST).map(tuple)
    return st.tuples(*(from_type(item) for item in arguments))


def _with_arguments(hint: Any, given: Mapping[Any, Any]) -> Any:
    """A field's type with the record's arguments in it."""
    if isinstance(hint, TypeVar):
        return given.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(given.get(item, item) for item in parameters)] if parameters and get_origin(hint) else hint


def _has_no_values(kind: Any) -> bool:
    """Whether a choice stands for what another room may add."""
    return isinstance(kind, type) and isabstract(kind)


def _members(kind: type[Enum]) -> Iterable[Enum]:
    """Members; of a base of enumerations those of all that are built on it."""
    yield from kind
    for below in kind.__subclasses__():
        yield from _members(below)


KINDS: dict[Any, Kind[Any]] = {
    Allocations: ALLOCATIONS,
    DispatchStash: DISPATCH_STASH,
    Mailbox: MAILBOX,
    MemoryPages: MEMORY_PAGES,
    MemoryPagesRegion: MEMORY_PAGES_REGION,
    MessageQueue: MESSAGE_QUEUE,
    UserMailbox: USER_MAILBOX,
    Waitlist: WAITLIST,
}
"""The kind of stored object that a reference to this type leads to."""


def _references(kind: Any) -> SearchStrategy[Any]:
    """References with the value they refer to at hand: absent ones, or to any value."""
    if kind not in KINDS:
        raise NoStrategy(f"Reference to {kind}, which is no stored type")
    return from_type(kind).map(lambda value: Reference.to(KINDS[kind], value))


def _memory_pages() -> SearchStrategy[Any]:
    return st.lists(from_type(Reference[MemoryPagesRegion]), min_size=REGIONS, max_size=REGIONS).map(tuple)


def _page_contents() -> SearchStrategy[Any]:
    """Pages that begin with something and go on with zeros."""
    pages = st.binary(max_size=LONGEST_BYTES).map(lambda begin: begin.ljust(PAGE_SIZE, b"\0"))
    return st.dictionaries(st.integers(0, ADDRESS_SPACE // PAGE_SIZE - 1), pages, max_size=LONGEST_LIST)


def _mailboxes() -> SearchStrategy[Any]:
    """Users without messages have no entry: a plain reference leads to something."""
    users = from_type(Reference[UserMailbox]).filter(lambda reference: not reference.is_absent)
    return st.dictionaries(fixed_bytes(ActorId), users, max_size=LONGEST_LIST).map(Map)


def _from_dice(make: Callable[[Dice], Any]) -> SearchStrategy[Any]:
    """What generators of code make, by seed."""
    return st.integers(0, (1 << 32) - 1).map(lambda seed: make(Dice(seed)))


def _blocks() -> SearchStrategy[Block]:
    """Blocks whose earlier hashes follow from a salt."""

    def hash_of(salt: bytes) -> Callable[[int], Bytes32]:
        return lambda number: keccak256(salt + U256(number).to_big_endian())

    return st.builds(Block, integers(U256), integers(U256), fixed_bytes(Bytes32).map(hash_of))


def _standard_trees() -> SearchStrategy[StandardTree]:
    """Trees as rewards have them: an address and an amount per leaf."""
    rows = st.tuples(fixed_bytes(Address), integers(U256).map(int))
    leaves = st.lists(rows, min_size=1, max_size=LONGEST_LIST)
    return st.builds(build_standard_tree, st.just(("address", "uint256")), leaves, st.booleans())


def _signing_packages() -> SearchStrategy[SigningPackage]:
    """Packages of signers who are all different."""
    commitments = from_type(Commitment).filter(lambda commitment: commitment.identifier > 0)
    signers = st.lists(commitments, min_size=1, max_size=LONGEST_LIST, unique_by=lambda signer: signer.identifier)
    return st.builds(make_signing_package, from_type(Ciphersuite), fixed_bytes(PublicKey), byte_strings(), signers)


SPECIAL: dict[Any, Callable[[], SearchStrategy[Any]]] = {
    Block: _blocks,
    Calldata: lambda: st.builds(Calldata, byte_strings()),
    CountedCalldata: lambda: st.builds(CountedCalldata, byte_strings()),
    Function: lambda: _from_dice(make_module).map(lambda module: module.code[-1]),
    Instruction: lambda: _from_dice(make_instruction),
    Mailbox: _mailboxes,
    MemoryPages: _memory_pages,
    PageContents: _page_contents,
    Module: lambda: _from_dice(make_module),
    Rejected: lambda: from_type(Rejection).map(Rejected),
    Scalar: lambda: (st.integers(0, 5) | st.integers(0, CURVE_ORDER - 1)).map(Scalar),
    SigningPackage: _signing_packages,
    StandardTree: _standard_trees,
    object: st.none,
}
"""Types whose fields do not tell what their values are."""
