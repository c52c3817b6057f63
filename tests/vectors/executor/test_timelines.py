"""Eras, slots, and who coordinates (ROL-1 to ROL-7)."""

from typing import Any

import pytest

from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.executor.timelines import Timelines
from tests.executor.validators import ADDRESSES

GREATEST = 2**64 - 1


def times(genesis: int = 100, era: int = 50, election: int = 20, slot: int = 10) -> Timelines:
    return Timelines(U64(genesis), U64(era), U64(election), U64(slot))


@pytest.mark.parametrize(
    ("name", "timelines", "timestamp", "count"),
    [
        ("genesis", times(), 100, 3),
        ("before_genesis", times(), 99, 3),
        ("end_of_the_first_slot", times(), 109, 3),
        ("second_slot", times(), 110, 3),
        ("around", times(), 130, 3),
        ("next_era", times(), 150, 3),
        ("nobody", times(), 100, 0),
        ("before_genesis_and_nobody", times(), 99, 0),
        ("greatest_time", times(0, 1, 0, 1), GREATEST, 2),
    ],
)
def test_coordinator(name: str, timelines: Timelines, timestamp: int, count: int, vectors: Recorder) -> None:
    """The slot decides, in the stored order (ROL-3, ROL-6, ROL-7)."""
    form: dict[str, Any] = {"timelines": timelines, "timestamp": U64(timestamp), "validators": ADDRESSES[:count]}
    vectors.hash("timelines/coordinator", form, name=name, flags=[Flag.ORDER] if name.endswith("and_nobody") else [])


@pytest.mark.parametrize(
    ("name", "timelines", "era"),
    [
        ("first", times(), 0),
        ("later", times(), 7),
        ("election_of_the_whole_era", times(election=50), 1),
        ("election_longer_than_era", times(election=51), 1),
        ("greatest_start", times(0, 1, 1, 1), GREATEST),
        ("start_beyond_64_bits", times(1, 1, 1, 1), GREATEST),
        ("election_beyond_64_bits", times(0, 1, 0, 1), GREATEST),
        ("overflow_before_longer_election", times(1, 1, 2, 1), GREATEST),
    ],
)
def test_era(name: str, timelines: Timelines, era: int, vectors: Recorder) -> None:
    """When an era begins and when, in it, the election; null beyond 64 bits (ROL-4, ROL-5)."""
    flags = [Flag.OVERFLOW] if "beyond" in name or "overflow" in name else []
    vectors.hash("timelines/era", {"timelines": timelines, "era": U64(era)}, name=name, flags=flags)


@pytest.mark.parametrize("timestamp", [99, 100, 149, 150, GREATEST])
def test_moment(timestamp: int, vectors: Recorder) -> None:
    """Era, slot and coordinators at a time; null before genesis (ROL-2, ROL-3, ROL-6)."""
    form = {"timelines": times(), "timestamp": U64(timestamp), "validators": (U64(1), U64(3), U64(5))}
    vectors.hash("timelines/moment", form)


def test_form(vectors: Recorder) -> None:
    """Four numbers of 64 bits (ROL-1)."""
    vectors.hash("timelines/encode", {"timelines": times()})
