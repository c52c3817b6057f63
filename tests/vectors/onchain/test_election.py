"""Who validates in the next era."""

import pytest

from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder


def candidates(*stakes: int) -> Json:
    return to_json([{"operator": bytes([index + 1]) * 20, "stake": stake} for index, stake in enumerate(stakes)])


FIELDS: dict[str, tuple[tuple[int, ...], int]] = {
    "nobody": ((), 3),
    "fewer_than_seats": ((5, 0, 7), 5),
    "as_many_as_seats": ((5, 0, 7), 3),
    "one_too_many": ((5, 9, 7), 2),
    "tie_at_the_last_seat": ((5, 7, 5, 5), 2),
    "everybody_equal": ((4, 4, 4, 4, 4), 3),
    "tie_above_the_last_seat": ((9, 9, 5, 4), 3),
    "zero_stake": ((0, 0, 0), 1),
    "greatest_stake": (((1 << 256) - 1, 1, (1 << 256) - 1), 1),
}


@pytest.mark.parametrize(("stakes", "seats"), FIELDS.values(), ids=FIELDS)
def test_elect(vectors: Recorder, stakes: tuple[int, ...], seats: int) -> None:
    """The highest stakes; equals at the last seat are drawn by the timestamp (ELE-2, ELE-3, ELE-4)."""
    for timestamp in (0, 1_700_000_000, (1 << 48) - 1):
        value = {"candidates": candidates(*stakes), "maxValidators": seats, "timestamp": timestamp}
        vectors.hash(
            "election/elect", value, name=f"{len(stakes)}-for-{seats}-at-{timestamp}-{max(stakes, default=0) % 97}"
        )


def test_no_seats(vectors: Recorder) -> None:
    """There is at least one seat (ELE-1)."""
    value = {"candidates": candidates(1, 2), "maxValidators": 0, "timestamp": 1}
    vectors.hash("election/elect", value, flags=[Flag.BOUNDARY])
    nobody = {"candidates": [], "maxValidators": 0, "timestamp": 1}
    vectors.hash("election/elect", nobody, name="nobody", flags=[Flag.ORDER])
