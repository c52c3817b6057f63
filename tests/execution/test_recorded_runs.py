"""Every run that production recorded, replayed in this process: notes, gas, states, promises, written objects."""

from __future__ import annotations

import pytest

from gearexe_spec.conformance.compare import compare_answers
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.reference.adapter import ADAPTERS, Case
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite


def recorded() -> list[pytest.param]:
    import_rooms()
    cases = []
    for file in find_files(shipped_suite() / "execution"):
        document = read_document(file.path)
        cases += [pytest.param(case, id=f"{file.name}/{case.name}") for case in ADAPTERS["execution/1"](document)]
    return cases


@pytest.mark.parametrize("case", recorded())
def test_recorded_run(case: Case) -> None:
    target = SpecTarget()
    for exchange in case.exchanges():
        difference = compare_answers(exchange.expected, target.answer(exchange.request))
        assert difference is None, difference
