"""Gas, allowance and value (EXE-50 to EXE-56)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.numeric import U64, U128
from gearexe_spec.execution.counters import ALLOWANCE_EXCEEDED, GAS_EXCEEDED, Counters, CounterType
from gearexe_spec.execution.parameters import compute_gas_limit, compute_gas_of_value, compute_value_of_gas
from gearexe_spec.execution.termination import Stopped

amounts = st.integers(0, 2000)


def state(counters: Counters) -> tuple[int, int, int, int]:
    return counters.left, counters.burned, counters.allowance, counters.value


@pytest.mark.parametrize(
    ("gas", "allowance", "termination", "after"),
    [(999, 1001, GAS_EXCEEDED, (0, 999, 1, 0)), (1000, 999, ALLOWANCE_EXCEEDED, (0, 1000, 0, 0))],
)
def test_tokens_are_charged_as_far_as_they_go(
    gas: int, allowance: int, termination: object, after: tuple[int, int, int, int]
) -> None:
    """The two cases of production's own tests, with a token of 1000."""
    counters = Counters(gas, allowance)
    with pytest.raises(Stopped) as stopped:
        counters.charge_token(1000)
    assert stopped.value.termination == termination
    assert state(counters) == after


def define(gas: int, allowance: int) -> Counters:
    counters = Counters(gas, allowance)
    assert counters.define_current() == min(gas, allowance)
    return counters


def test_a_tie_is_the_gas_limit() -> None:
    assert define(5, 5).current_type is CounterType.GasLimit
    assert define(6, 5).current_type is CounterType.GasAllowance
    assert define(6, 5).exceeded() is ALLOWANCE_EXCEEDED
    assert define(5, 5).exceeded() is GAS_EXCEEDED


def test_the_current_counter_stays_until_it_is_decided_again() -> None:
    """Found by asking production: a token that takes the last gas does not change what has run out."""
    counters = define(6, 5)
    counters.decrease_current_to(0)
    with pytest.raises(Stopped):
        counters.charge_token(7)
    assert state(counters) == (0, 6, 0, 0)
    assert counters.exceeded() is ALLOWANCE_EXCEEDED
    counters.define_current()
    assert counters.exceeded() is GAS_EXCEEDED


@given(amounts, amounts, amounts)
def test_what_is_charged_is_burned(gas: int, allowance: int, amount: int) -> None:
    counters = Counters(gas, allowance)
    try:
        counters.charge_token(amount)
    except Stopped:
        assert amount > min(gas, allowance)
    assert counters.left + counters.burned == gas
    assert counters.burned == min(amount, gas)
    assert counters.allowance == max(allowance - amount, 0)


@given(amounts, amounts, amounts)
def test_the_current_counter_only_falls(gas: int, allowance: int, target: int) -> None:
    counters = define(gas, allowance)
    counters.decrease_current_to(target)
    assert counters.define_current() == min(gas, allowance, target)
    assert counters.burned == max(min(gas, allowance) - target, 0)


@given(amounts, amounts, amounts, amounts)
def test_a_bracket_is_all_or_nothing(gas: int, allowance: int, first: int, second: int) -> None:
    counters = Counters(gas, allowance, 7)
    before = state(counters)
    try:
        with counters:
            counters.reduce_value(7)
            counters.reduce_gas(1)
            counters.charge_if_enough(first)
            counters.charge_if_enough(second)
    except Stopped:
        assert state(counters) == before
        assert first + second + 1 > gas or first + second > allowance
    else:
        assert counters.burned == first + second
        assert counters.value == 0


def test_reducing_does_not_burn() -> None:
    counters = Counters(10, 10, 10)
    assert counters.reduce_gas(10)
    assert not counters.reduce_gas(1)
    assert counters.reduce_value(10)
    assert not counters.reduce_value(1)
    assert state(counters) == (0, 0, 10, 0)


def test_much_value_buys_little_gas() -> None:
    """F-EXE-1: the quotient is cut to 64 bits before it is compared with the limit."""
    assert compute_gas_limit(U128(100 * 2**64)) == 0
    assert compute_gas_limit(U128(100 * 2**64 + 2 * 10**13)) == 2 * 10**11
    assert compute_gas_limit(U128(100 * (2**64 - 1))) == 10**12
    assert compute_gas_of_value(U128(199)) == 1
    assert compute_value_of_gas(U64(U64.MAX)) == 100 * U64.MAX
