"""Strategies from types: what they generate has the type, and survives the JSON form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import I128, U8, U48, U256
from gearexe_spec.conformance.json_form import from_json, to_json
from gearexe_spec.executor.block_input import BlockHeader
from gearexe_spec.fuzzing.strategies import NoStrategy, from_type
from gearexe_spec.onchain.commitments import BatchCommitment, hash_batch_commitment
from gearexe_spec.onchain.election import Candidate
from gearexe_spec.program.storage import Reference

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
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_values_survive_the_json_form(kind: Any, data: st.DataObject) -> None:
    value = data.draw(from_type(kind))
    assert from_json(kind, to_json(value)) == value


def test_borders_are_found_quickly() -> None:
    for border in (0, 255):
        assert find(from_type(U8), lambda value, border=border: value == border) == border
    assert find(from_type(U256), lambda value: value == (1 << 256) - 1) == (1 << 256) - 1


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
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


@dataclass(frozen=True)
class Tree:
    below: "tuple[Tree, ...]"
