"""Shrinking keeps what matters and drops the rest."""

from __future__ import annotations

from typing import Any

from gearexe_spec.conformance.wire import Apply
from gearexe_spec.fuzzing.shrinking import shrink


def test_bytes_lose_everything_but_the_one_that_matters() -> None:
    request = Apply("x/y", {"data": "0x" + "11" * 30 + "ff" + "22" * 30})
    small = shrink(request, lambda candidate: "ff" in str(candidate.input["data"]))
    assert small.input == {"data": "0xff"}


def test_lists_and_maps_lose_items() -> None:
    def matters(candidate: Apply) -> bool:
        form: Any = candidate.input
        return 3 in form["items"] and "0x02" in form["map"]

    request = Apply("x/y", {"items": list(range(12)), "map": {"0x01": "0x", "0x02": "0x", "0x03": "0x"}})
    assert shrink(request, matters).input == {"items": [3], "map": {"0x02": "0x"}}


def test_integers_go_down_and_flags_off() -> None:
    request = Apply("x/y", {"number": "0x4d2", "flag": True})
    small = shrink(request, lambda candidate: int(str(candidate.input["number"]), 16) >= 17)
    assert small.input == {"number": "0x11", "flag": False}


def test_it_gives_up_in_time() -> None:
    asked = []

    def never(candidate: Apply) -> bool:
        asked.append(candidate)
        return False

    request = Apply("x/y", {"data": "0x" + "ab" * 400})
    assert shrink(request, never, most=25) == request
    assert len(asked) <= 25
