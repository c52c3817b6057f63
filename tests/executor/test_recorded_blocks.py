"""Recorded blocks, calculated replies and block inputs, replayed in this process."""

from __future__ import annotations

import pytest

from gearexe_spec.conformance.compare import compare_answers
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.reference.adapter import ADAPTERS, Case
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite

FILES = {
    "program": ("codes", "errors", "injected", "lifecycle", "limits", "messages", "overlay", "waits"),
    "consensus": ("mb_execution_input",),
    "real-programs": ("moneybox",),
}


def recorded() -> list[pytest.param]:
    import_rooms()
    cases = []
    for folder, names in FILES.items():
        for file in find_files(shipped_suite() / folder):
            if file.name in names:
                document = read_document(file.path)
                adapter = ADAPTERS[str(document["format"])]
                cases += [pytest.param(case, id=f"{folder}/{file.name}/{case.name}") for case in adapter(document)]
    return cases


@pytest.mark.parametrize("case", recorded())
def test_recorded_case(case: Case) -> None:
    target = SpecTarget()
    for exchange in case.exchanges():
        difference = compare_answers(exchange.expected, target.answer(exchange.request))
        assert difference is None, (exchange.where, difference)
