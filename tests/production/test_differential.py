"""A short differential of every area; long ones are `gearexe-spec diff`."""

from __future__ import annotations

import pytest

from gearexe_spec.conformance.revisions import Verdict
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.fuzzing.areas import AREAS
from gearexe_spec.fuzzing.campaign import run_piece

SEED = 20261121
CASES = {
    "values": 610,
    "hostile": 610,
    "signatures": 120,
    "wasm": 150,
    "programs": 60,
    "execution": 60,
    "budgets": 30,
    "program": 150,
}


@pytest.mark.parametrize("area", sorted(CASES))
def test_both_sides_agree(production: Target, area: str) -> None:
    del production
    piece = run_piece((area, SEED, range(CASES[area])))
    assert [found.document for found in piece.found] == []
    assert piece.counts[Verdict.SAME] + piece.counts[Verdict.DECLARED] == CASES[area]


def test_every_area_has_a_short_run() -> None:
    assert set(CASES) | {"codec"} == set(AREAS)
