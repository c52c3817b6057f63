"""Integers of fixed width (BAS-1 to BAS-5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.numeric import I128, U8, U64, U128, U256, IntegerOutOfRange, Unsigned

WIDTHS = [U8, U64, U128, U256]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_range_is_closed_at_both_ends(width: type[Unsigned]) -> None:
    assert width(0) == 0
    assert width((1 << width.BITS) - 1) == width.MAX
    for outside in (-1, width.MAX + 1):
        with pytest.raises(IntegerOutOfRange):
            width(outside)


def test_widths_do_not_mix() -> None:
    with pytest.raises(TypeError, match="U8 and U64 do not mix"):
        U8(1) + U64(1)


@pytest.mark.parametrize("wrong", [True, 1.0, "1"])
def test_only_integers_make_integers(wrong: object) -> None:
    with pytest.raises(TypeError):
        U64(wrong)  # type: ignore[arg-type]


@given(st.integers(0, 255), st.integers(0, 255))
def test_arithmetic_agrees_with_the_integers_or_is_refused(a: int, b: int) -> None:
    for exact, compute in (
        (a + b, lambda: U8(a) + U8(b)),
        (a - b, lambda: U8(a) - U8(b)),
        (a * b, lambda: U8(a) * U8(b)),
    ):
        if 0 <= exact <= 255:
            result = compute()
            assert (result, type(result)) == (exact, U8)
        else:
            with pytest.raises(IntegerOutOfRange):
                compute()
    assert U8(a).wrapping_add(U8(b)) == (a + b) % 256
    assert U8(a).wrapping_sub(U8(b)) == (a - b) % 256
    assert U8(a).wrapping_mul(U8(b)) == (a * b) % 256
    assert U8(a).saturating_add(U8(b)) == min(a + b, 255)
    assert U8(a).saturating_sub(U8(b)) == max(a - b, 0)


def test_signed_borders() -> None:
    assert I128(-(1 << 127)) - 0 == I128.MIN
    with pytest.raises(IntegerOutOfRange):
        I128(I128.MAX) + 1
