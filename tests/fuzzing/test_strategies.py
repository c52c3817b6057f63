"""Strategies from types: what they generate has the type, and survives the JSON form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from enum import Enum
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, get_origin

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address, Bytes32, FixedBytes
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import I128, U8, U48, U256, FixedWidth
from gearexe_spec.conformance.json_form import from_json, to_json
from gearexe_spec.executor.block_input import BlockHeader
from gearexe_spec.fuzzing.strategies import NoStrategy, from_type
from gearexe_spec.onchain.commitments import BatchCommitment, hash_batch_commitment
from gearexe_spec.onchain.election import Candidate
from gearexe_spec.program.state import ProgramState, program_state, write_state
from gearexe_spec.program.storage import Reference, Storage

KINDS: list[Any] = [
    U8,
    I128,
    Address,
    ActorId,
    BatchCommitment,
    BlockHeader,
    Candidate,
    Bytes32 | None,
    tuple[U48, bool],
    tuple[MessageId, ...],
    frozenset[U8],
    Mapping[Address, U256],
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_values_survive_the_json_form(kind: Any, data: st.DataObject) -> None:
    value = data.draw(from_type(kind))
    assert from_json(kind, to_json(value)) == value


def test_borders_are_found_quickly() -> None:
    for border in (0, 255):
        assert find(from_type(U8), lambda value, border=border: value == border) == border
    assert find(from_type(U256), lambda value: value == (1 << 256) - 1) == (1 << 256) - 1


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(from_type(BatchCommitment), from_type(BatchCommitment))
def test_equal_digests_mean_what_is_hashed_is_equal(one: BatchCommitment, other: BatchCommitment) -> None:
    if one == other:
        assert hash_batch_commitment(one) == hash_batch_commitment(other)
    elif one.block_hash != other.block_hash:
        assert hash_batch_commitment(one) != hash_batch_commitment(other)


def test_records_that_hold_records_and_what_has_no_strategy() -> None:
    assert isinstance(find(from_type(Tree), lambda tree: len(tree.below) > 0).below[0], Tree)
    with pytest.raises(NoStrategy):
        from_type(complex)
    with pytest.raises(NoStrategy, match="Reference"):
        from_type(Reference[bytes])


MACHINERY = {
    "base.fixed_bytes.FixedBytes": "base of types",
    "base.numeric.FixedWidth": "base of types",
    "base.numeric.Unsigned": "base of types",
    "execution.run.Run": "a running dispatch",
    "execution.syscalls.procedure.Syscall": "a function",
    "executor.engine.Engine": "functions",
    "executor.engine.Job": "a function and what it is called with",
    "onchain.dispatch.Function": "a function",
    "onchain.dispatch.Interface": "functions",
    "onchain.environment.Script": "functions",
    "onchain.machine.Execution": "a running transaction",
    "onchain.machine.Frame": "a running call",
    "onchain.transaction.Deployment": "a function",
    "program.storage.Kind": "a codec",
    "symbiotic.delegator.Delegator": "base of types",
    "symbiotic.delegators.LimitingDelegator": "base of types",
    "symbiotic.slasher.BaseSlasher": "base of types",
}
"""Public types without values of their own, and what they are instead."""
ROOMS = ("base", "codec", "crypto", "onchain", "symbiotic", "wasm", "execution", "program", "executor")


def public_types() -> Iterator[tuple[str, Any]]:
    """Every record, enumeration, integer and byte string of the rooms; generic ones of Bytes32."""
    for room in ROOMS:
        package = import_module(f"gearexe_spec.{room}")
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            module = import_module(found.name)
            for name, kind in vars(module).items():
                if name.startswith("_") or not isinstance(kind, type) or kind.__module__ != module.__name__:
                    continue
                if is_dataclass(kind) or issubclass(kind, Enum | FixedBytes | FixedWidth):
                    given = kind[Bytes32] if getattr(kind, "__parameters__", ()) else kind  # type: ignore[index]
                    yield f"{module.__name__.removeprefix('gearexe_spec.')}.{name}", given


TYPES = dict(public_types())


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_type_has_values(room: str) -> None:
    names = [name for name in TYPES if name.startswith(f"{room}.") and name not in MACHINERY]
    assert names
    for name in names:
        check_has_values(name)


def check_has_values(name: str) -> None:
    kind = TYPES[name]

    @settings(max_examples=1, database=None, suppress_health_check=list(HealthCheck))
    @given(from_type(kind))
    def is_a_value(value: Any) -> None:
        assert isinstance(value, get_origin(kind) or kind), name

    is_a_value()


@pytest.mark.parametrize("name", MACHINERY)
def test_machinery_says_so(name: str) -> None:
    with pytest.raises(NoStrategy):
        from_type(TYPES[name]).validate()


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(from_type(ProgramState))
def test_generated_states_can_be_stored(state: ProgramState) -> None:
    """What their references lead to is stored with them, and is read back the same."""
    storage, _ = write_state(Storage.empty(), state)
    again = program_state.decode(program_state.encode(state))
    assert again == state
    for reference, copy in (
        (state.waitlist, again.waitlist),
        (state.canonical_queue.queue, again.canonical_queue.queue),
    ):
        encode = reference.kind.codec.encode  # type: ignore[attr-defined]
        assert encode(copy.load(storage)) == encode(reference.load(storage))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Tree:
    below: "tuple[Tree, ...]"
