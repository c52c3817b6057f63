"""Checkpoints against a plain dictionary of seconds (SYM-1 to SYM-4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.symbiotic.checkpoints import CheckpointRejection, Trace

PUSHES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2**256 - 1))).map(sorted)


@given(PUSHES)
def test_a_lookup_sees_the_end_of_its_second(pushes: list[tuple[int, int]]) -> None:
    trace = Trace(U256(0))
    by_second: dict[int, int] = {}
    for second, value in pushes:
        trace = trace.push(U48(second), U256(value))
        by_second[second] = value
    for second in range(42):
        past = [key for key in by_second if key <= second]
        assert trace.upper_lookup(U48(second)) == (by_second[max(past)] if past else 0)
    assert len(trace.entries) == len(by_second)
    assert trace.latest() == (by_second[max(by_second)] if by_second else 0)


def test_time_does_not_run_backwards() -> None:
    trace = Trace(U256(0)).push(U48(5), U256(1))
    with pytest.raises(Rejected) as caught:
        trace.push(U48(4), U256(2))
    assert caught.value.reason is CheckpointRejection.CheckpointUnorderedInsertion


def test_a_pending_entry_is_taken_back_and_the_old_history_stays() -> None:
    before = Trace(U256(0)).push(U48(5), U256(1)).push(U48(9), U256(2))
    after = before.pop()
    assert (after.latest(), before.latest()) == (1, 2)
