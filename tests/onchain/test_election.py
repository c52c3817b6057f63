"""Elections: the recorded example of the sheet, and a plain bubble sort as the other opinion (ELE-1 to ELE-4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.election import Candidate, compute_seed, elect
from gearexe_spec.onchain.errors import MiddlewareRejection

STAKES = [1000, 2000, 1000, 5000, 1000]


def operator(number: int) -> Address:
    return Address(number.to_bytes(20, "big"))


def candidates(stakes: list[int]) -> list[Candidate]:
    return [Candidate(operator(0x1000 + index), U256(stake)) for index, stake in enumerate(stakes)]


def elected(stakes: list[int], seats: int, timestamp: int) -> list[int]:
    chosen = elect(candidates(stakes), U256(seats), U48(timestamp))
    return [int.from_bytes(address, "big") for address in chosen]


@pytest.mark.parametrize(
    ("timestamp", "seats", "expected"),
    [
        (100999, 1, [0x1003]),
        (100999, 2, [0x1003, 0x1001]),
        (100999, 3, [0x1003, 0x1001, 0x1004]),
        (100999, 4, [0x1003, 0x1001, 0x1000, 0x1002]),
        (100999, 5, [0x1000, 0x1001, 0x1002, 0x1003, 0x1004]),
        (100998, 3, [0x1003, 0x1001, 0x1000]),
        (100996, 3, [0x1003, 0x1001, 0x1004]),
        (100996, 4, [0x1003, 0x1001, 0x1000, 0x1004]),
    ],
)
def test_what_the_middleware_answered(timestamp: int, seats: int, expected: list[int]) -> None:
    assert elected(STAKES, seats, timestamp) == expected


def test_no_seats_no_election() -> None:
    with pytest.raises(Rejected) as caught:
        elect(candidates(STAKES), U256(0), U48(0))
    assert caught.value.reason is MiddlewareRejection.MaxValidatorsMustBeGreaterThanZero


def test_the_draw_depends_on_the_timestamp_alone() -> None:
    """Finding F-E1: the winner of a tie is known before anybody stakes."""
    assert compute_seed(U48(1_700_000_000)).hex() == "2aeb13b687fbbc70a7ea062f964de49e9f6933c5d0d8d9c1ba0fc64a508821a1"
    for stake in (1, 7, 10**30):
        assert elected([stake, stake], 1, 1_700_000_000) == [0x1001]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.integers(1, 12), st.integers(0, U48.MAX))
def test_against_the_bubble_sort_of_the_contract(stakes: list[int], seats: int, timestamp: int) -> None:
    ranking = list(enumerate(stakes))
    if len(stakes) > seats:
        for _ in ranking:
            for index in range(len(ranking) - 1):
                if ranking[index][1] < ranking[index + 1][1]:
                    ranking[index], ranking[index + 1] = ranking[index + 1], ranking[index]
        tied = [place for place in range(seats, len(ranking)) if ranking[place][1] == ranking[seats - 1][1]]
        draw = int.from_bytes(compute_seed(U48(timestamp)), "big") % (1 + len(tied))
        ranking[seats - 1] = ranking[seats - 1 + draw]
    assert elected(stakes, seats, timestamp) == [0x1000 + index for index, _ in ranking[:seats]]
