"""Changed scenarios: made from the seed, run on both sides, replayable."""

from __future__ import annotations

import json

from gearexe_spec.conformance.lines import request_from_json, request_to_json
from gearexe_spec.conformance.revisions import Verdict
from gearexe_spec.fuzzing.scenario_cases import make_scenario_case
from gearexe_spec.fuzzing.scenarios import run_scenario, run_scenarios


def test_the_same_words_make_the_same_scenario() -> None:
    assert make_scenario_case(3, 4) == make_scenario_case(3, 4)


def test_scenarios_survive_the_wire() -> None:
    requests = make_scenario_case(3, 5)
    lines = json.loads(json.dumps([request_to_json(request) for request in requests]))
    assert tuple(request_from_json(line) for line in lines) == requests


def test_the_specification_agrees_with_our_contracts() -> None:
    piece = run_scenarios(20261121, range(6))
    assert [found.document for found in piece.found] == []
    assert piece.counts[Verdict.SAME] == 6


def test_a_scenario_without_changes_parts_nowhere() -> None:
    assert run_scenario(make_scenario_case(1, 0)[:2]) is None
