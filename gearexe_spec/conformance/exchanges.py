"""Any suite as plain requests with the answers that are expected: for runners that know none of the recorded formats.

Rules: VEC-7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gearexe_spec.conformance.builds import expect_of_production
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.lines import answer_to_json, request_to_json
from gearexe_spec.conformance.reference.adapter import Case, Exchange
from gearexe_spec.conformance.runner import cases_of, has_cases
from gearexe_spec.conformance.suite import SuiteFile, matches, may_match, read_document


def list_exchanges(files: Iterable[SuiteFile], only: str | None) -> Iterator[dict[str, Json]]:
    """One object per case that fits the glob: its name, rules, and exchanges in order (VEC-7)."""
    for file in files:
        if not may_match(file.name, only):
            continue
        document = read_document(file.path)
        for case in cases_of(document) if has_cases(document) else ():
            name = f"{file.name}/{case.name}"
            if matches(name, only):
                yield _case_to_json(name, case)


def _case_to_json(name: str, case: Case) -> dict[str, Json]:
    return {"case": name, "rules": list(case.rules), "exchanges": [_to_json(item) for item in case.exchanges()]}


def _to_json(exchange: Exchange) -> Json:
    expected = expect_of_production(exchange.request, exchange.expected)
    return {
        "request": request_to_json(exchange.request),
        "expected": None if expected is None else answer_to_json(expected),
    }
