"""Running scenarios on the specification and on contracts: request after request up to the first difference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from gearexe_spec.conformance.compare import Difference, compare_answers
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.lines import answer_to_json, request_from_json, request_to_json
from gearexe_spec.conformance.reference.onchain.scenarios import CAPPED_GAS
from gearexe_spec.conformance.revisions import Verdict
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Failure, RejectedAnswer, Request, Unsupported
from gearexe_spec.fuzzing.areas import SCENARIOS
from gearexe_spec.fuzzing.findings import FORMAT, Found, Piece
from gearexe_spec.fuzzing.scenario_cases import is_changeable, make_scenario_case

CONTRACTS = "evm"
"""The target that the specification is held against: our own contracts."""
NO_TRANSACTION = "SenderCannotPay"
"""What the contracts' target says of a transaction that no chain would take; a scenario ends before it."""

Scenario = tuple[Request, ...]


class Parted(Exception):
    """The two sides answer differently, or one has no answer.

    Args:
        verdict: which of the two.
        request: the last one asked.
        difference: the first one.
        ours: the specification's answer.
        theirs: the contracts' answer.
    """

    def __init__(
        self, verdict: Verdict, request: Request, difference: Difference | None, ours: Answer, theirs: Answer
    ) -> None:
        super().__init__(verdict.value)
        self.verdict, self.request, self.difference = verdict, request, difference
        self.ours, self.theirs = ours, theirs


def run_scenarios(seed: int, indices: Iterable[int]) -> Piece:
    """Ask both sides the scenarios with these indices."""
    piece = Piece()
    for index in indices:
        requests = make_scenario_case(seed, index)
        parted = run_scenario(requests)
        piece.counts[Verdict.SAME if parted is None else parted.verdict] += 1
        if parted is None:
            continue
        operation = parted.request.operation if isinstance(parted.request, Apply) else "init"
        if parted.difference is None:
            piece.unspecified[operation] += 1
            continue
        path = f"{operation} {parted.difference.path}"
        document = {} if piece.has_enough(path) else _document(seed, index, requests)
        piece.found.append(Found(index, path, document))
    return piece


def run_scenario(requests: Scenario) -> Parted | None:
    """Where the two sides part; None if they never do."""
    specification, contracts = _targets()
    specification.reset()
    contracts.reset()
    for request in requests:
        ours, theirs = specification.answer(request), contracts.answer(request)
        if isinstance(theirs, Failure) and theirs.message.startswith(NO_TRANSACTION):
            return None
        if isinstance(ours, Unsupported):
            return Parted(Verdict.UNSPECIFIED, request, None, ours, theirs)
        difference = compare_answers(without_free_gas(theirs), ours)
        if difference is not None:
            return Parted(Verdict.DIFFERENT, request, difference, ours, theirs)
    return None


def without_free_gas(answer: Answer) -> Answer:
    """The answer without the gas of calls that no contract caps: how much was left is the EVM's matter."""
    if isinstance(answer, Accepted) and isinstance(answer.outputs, dict):
        return replace(answer, outputs=_strip(answer.outputs))
    if isinstance(answer, RejectedAnswer):
        return replace(answer, details=_strip(answer.details))
    return answer


def _strip(parts: dict[str, Json]) -> dict[str, Json]:
    calls = parts.get("calls")
    if not isinstance(calls, list):
        return parts
    return {**parts, "calls": [_strip_call(call) for call in calls]}


def _strip_call(call: Json) -> Json:
    if not isinstance(call, dict) or int(str(call.get("gas", "0x0")), 16) in CAPPED_GAS:
        return call
    return {name: part for name, part in call.items() if name != "gas"}


def replay_scenario(document: Any) -> Parted | None:
    """Ask a kept scenario again."""
    return run_scenario(tuple(request_from_json(form) for form in document["requests"]))


def shrink_scenario(requests: Scenario) -> Scenario:
    """The scenario without the calls that the difference does not need."""
    parted = run_scenario(requests)
    if parted is None or parted.difference is None:
        return requests
    requests = requests[: requests.index(parted.request) + 1]
    place = len(requests) - 2
    while place >= 0:
        shorter = requests[:place] + requests[place + 1 :]
        again = run_scenario(shorter) if is_changeable(requests[place]) else None
        if again is not None and again.difference is not None and again.difference.path == parted.difference.path:
            requests = shorter
        place -= 1
    return requests


def _document(seed: int, index: int, requests: Scenario) -> dict[str, Json]:
    small = shrink_scenario(requests)
    parted = run_scenario(small)
    assert parted is not None, "a shrunk scenario still parts"
    assert parted.difference is not None, "and not for want of a rule"
    difference = parted.difference
    return {
        "format": FORMAT,
        "area": SCENARIOS,
        "seed": seed,
        "index": index,
        "requests": [request_to_json(request) for request in small],
        "specification": answer_to_json(parted.ours),
        "contracts": answer_to_json(parted.theirs),
        "difference": {"path": difference.path, "contracts": difference.expected, "specification": difference.got},
    }


@cache
def _targets() -> tuple[Target, Target]:
    """Both sides, once per process."""
    return TargetChoice("self")(), TargetChoice(CONTRACTS)()
