"""Share arithmetic at its roundings and its border (SYM-5 to SYM-7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.numeric import U128, U256, IntegerOutOfRange
from gearexe_spec.symbiotic.shares import preview_deposit, preview_redeem, preview_withdraw

AMOUNTS = st.integers(0, U128.MAX).map(U256)


def test_rounding_is_against_the_caller() -> None:
    shares, assets = U256(3), U256(10)
    assert preview_deposit(U256(5), shares, assets) == 1  # 5 * 4 / 11 = 1.8
    assert preview_withdraw(U256(5), shares, assets) == 2
    assert preview_redeem(U256(1), assets, shares) == 2  # 1 * 11 / 4 = 2.75


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_nobody_gains_by_going_in_and_out(amount: U256, shares: U256, assets: U256) -> None:
    minted = preview_deposit(amount, shares, assets)
    assert preview_redeem(minted, assets + amount, shares + minted) <= amount


def test_after_a_full_slash_a_large_deposit_does_not_fit() -> None:
    with pytest.raises(IntegerOutOfRange):
        preview_deposit(U256(1 << 200), U256(1 << 56), U256(0))
