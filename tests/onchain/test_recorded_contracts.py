"""Production's recordings of the contracts, replayed on the specification; and that the replay notices alterations."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from gearexe_spec.conformance.compare import compare_answers
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.reference.adapter import ADAPTERS, Case, Document
from gearexe_spec.conformance.reference.onchain.scenarios import Scenario, wire_pairs
from gearexe_spec.conformance.runner import Status, run_case
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite
from gearexe_spec.conformance.wire import Accepted, Apply, Init


def documents() -> dict[str, Document]:
    import_rooms()
    found = {file.name: read_document(file.path) for file in find_files(shipped_suite() / "onchain")}
    return {name: document for name, document in found.items() if document.get("format") in ADAPTERS}


DOCUMENTS = documents()


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{name}/{case.name}")
        for name, document in DOCUMENTS.items()
        for case in ADAPTERS[str(document["format"])](document)
    ]


@pytest.mark.parametrize("case", cases())
def test_recorded_case(case: Case) -> None:
    outcome = run_case(SpecTarget(), case, case.name)
    assert outcome.status is Status.PASSED, outcome


def altered(change: str) -> Document:
    document = copy.deepcopy(next(document for name, document in DOCUMENTS.items() if name.endswith("chain")))
    case: Any = document["cases"][0]
    step = next(step for step in reversed(case["steps"]) if "calls" in step["result"] and "delta" in step)
    match change:
        case "delta":
            step["delta"].pop(next(iter(step["delta"])))
        case "log":
            step["result"]["logs"][0]["data"] = "0x00"
        case "order":
            step["result"]["logs"].reverse()
        case "call":
            step["result"]["calls"][0]["value"] = "0x77"
        case "gas":
            step["result"]["calls"][0]["gas"] = 7_300 if step["result"]["calls"][0]["gas"] != 7_300 else 500_000
        case "status":
            step["result"] = {"status": "revert", "revert": {"kind": "empty", "data": "0x"}}
    return document


@pytest.mark.parametrize("change", ["delta", "log", "order", "call", "gas", "status"])
def test_an_alteration_is_noticed(change: str) -> None:
    document = altered(change)
    case = next(iter(ADAPTERS["onchain-scenario/1"](document)))
    assert run_case(SpecTarget(), case, case.name).status is Status.FAILED


HISTORIES = ["chain", "codes", "ecdsa", "frost", "header", "messages", "programs", "validators", "wvara"]
"""Files whose contracts all stand in paths: no BatchMulticall, no POAMiddleware."""


@pytest.mark.parametrize("name", HISTORIES)
def test_recorded_steps_from_the_recorded_state(name: str) -> None:
    (document,) = (document for key, document in DOCUMENTS.items() if key.split("/")[-1] == name)
    receivers: Any = document["receivers"]
    asked = 0
    cases_of_file: Any = document["cases"]
    for case in cases_of_file:
        scenario = Scenario(receivers, case, "")
        roles = case["addresses"]
        if "router" not in roles or "multicall" in roles:
            continue
        form: Any = scenario.genesis()
        target = SpecTarget()
        pairs = wire_pairs(case["initialState"])
        began = target.answer(Init("onchain", {**form, "state": pairs}))
        assert isinstance(began, Accepted), began
        for exchange in scenario.exchanges():
            request = exchange.request
            if isinstance(request, Init) or "/deployment/" in exchange.where:
                continue
            if isinstance(request, Apply) and request.operation == "onchain/create":
                break
            difference = compare_answers(exchange.expected, target.answer(request))
            assert difference is None, (exchange.where, difference)
            asked += 1
    assert asked > 20
