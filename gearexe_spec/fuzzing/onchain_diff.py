"""Random histories of the contracts on two sides: the specification, and contracts on an EVM.

The EVM goes first. What foreign code did there is told to the specification; everything else it must know by itself.
After every step status, output, events, external calls, creations and storage are compared.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.rejection import NotSpecifiedYet
from gearexe_spec.conformance.compare import Difference, compare_answers
from gearexe_spec.conformance.operations import onchain
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, RejectedAnswer
from gearexe_spec.evm.artifacts import load_artifacts
from gearexe_spec.evm.revisions import revision_of
from gearexe_spec.fuzzing.onchain_histories import Cast, Form, History
from gearexe_spec.onchain.environment import UnexpectedForeignCall

CAPPED_GAS = frozenset({"0x1c84", "0x7a120", "0x7aa1c"})
"""7,300, 500,000 and 502,300: what production caps."""
NEXT_TO_NOTHING = 30_000


@dataclass
class Report:
    """What came of a history.

    Args:
        steps: how many were asked.
        accepted: how many of them both sides accepted.
        difference: the first one.
        history: the steps up to it.
    """

    steps: int = 0
    accepted: int = 0
    difference: Difference | None = None
    history: list[Form] = field(default_factory=list)


class Sides:
    """Both targets at the same point of a history."""

    def __init__(self, genesis: Form, artifacts: Path | None) -> None:
        self.evm = EvmTarget(artifacts)
        self.revision = revision_of(load_artifacts(artifacts))
        self.state = onchain.load(genesis)
        self.foreign = {account["address"] for account in genesis["accounts"] if account["code"] != "0x"}
        self.people = {account["address"] for account in genesis["accounts"]}
        assert isinstance(self.evm.answer(Init("onchain", genesis)), Accepted)

    def ask(self, step: Form) -> tuple[Difference | None, Answer]:
        """Ask both; the first difference."""
        form = {name: part for name, part in step.items() if name != "step"}
        operation = f"onchain/{step['step']}"
        expected = self.evm.answer(Apply(operation, form | {"foreign": []}))
        if not isinstance(expected, (Accepted, RejectedAnswer)):
            return None, expected
        seen = expected.outputs if isinstance(expected, Accepted) else expected.details
        calls: list[Form] = cast(Any, seen)["calls"]
        answers = list(self.foreign_answers(step, expected, calls))
        for call in calls:
            if call["gas"] not in CAPPED_GAS or call["from"] in self.people:
                del call["gas"]
        transition = onchain.apply_create_step if step["step"] == "create" else onchain.apply_call_step
        try:
            self.state, got = transition(self.state, form | {"foreign": answers})
        except (NotSpecifiedYet, UnexpectedForeignCall) as problem:
            return Difference("", "an answer", f"{type(problem).__name__}: {problem}"), expected
        return compare_answers(without_names(expected), self.of_revision(cast(Answer, got))), expected

    def of_revision(self, answer: Answer) -> Answer:
        """The specification's answer without what the artifacts' revision does not have."""
        if isinstance(answer, Accepted):
            outputs: Form = cast(Any, answer.outputs)
            outputs["delta"] = [pair for pair in outputs["delta"] if pair[0] not in self.revision.absent_paths]
        return answer

    def foreign_answers(self, step: Form, answer: Answer, calls: list[Form]) -> Iterator[Form]:
        """What foreign code did, in the order in which it was called."""
        if step.get("to") in self.foreign:
            own = [call for call in calls if call["parent"] is None and call["from"] == step["to"]]
            if isinstance(answer, Accepted):
                data = cast(Any, answer.outputs)["returnData"]
            else:
                data = cast(RejectedAnswer, answer).details["data"]
            yield foreign_answer(step["to"], isinstance(answer, Accepted), data, own)
        for index, call in enumerate(calls):
            if call["to"] in self.foreign:
                inner = [other for other in calls if other["parent"] == hex(index) and other["from"] == call["to"]]
                yield foreign_answer(call["to"], call["success"], call["returnData"], inner)


def foreign_answer(place: str, success: bool, data: Any, calls: list[Form]) -> Form:
    """One answer of foreign code (WIR-51)."""
    inner = [
        {name: call[name] for name in ("to", "value", "calldata", "static")} | {"outOfGas": starved(call)}
        for call in calls
    ]
    return {"address": place, "success": success, "returnData": data, "calls": inner}


def starved(call: Form) -> bool:
    """Whether a call of foreign code failed for want of gas alone."""
    return int(call["gas"], 16) < NEXT_TO_NOTHING and not call["success"] and call["returnData"] == "0x"


def without_names(answer: Answer) -> Answer:
    """The answer without the name of an error: artifacts know no names of foreign errors."""
    return RejectedAnswer("", "", answer.details) if isinstance(answer, RejectedAnswer) else answer


def find_full_initcode_hash(seed: int, artifacts: Path | None) -> Bytes32:
    """The hash of a full clone's initcode for the Router of this seed, as the contracts reveal it."""
    cast_of_seed = Cast(seed)
    evm = EvmTarget(artifacts)
    genesis = cast_of_seed.genesis(Bytes32.zero())
    evm.answer(Init("onchain", genesis))
    history = History(cast_of_seed, random.Random(seed))
    for step in history.deployment():
        evm.answer(Apply(f"onchain/{step['step']}", {**step, "foreign": []}))
    for step in history.probe_full_clone():
        answer = evm.answer(Apply("onchain/call", {**step, "foreign": []}))
        if isinstance(answer, Accepted) and cast(Any, answer.outputs)["creations"]:
            return Bytes32.from_hex(cast(Any, answer.outputs)["creations"][0]["initcodeHash"])
    raise LookupError(f"no full clone came to be: {answer}")


def run_history(seed: int, steps: int, artifacts: Path | None = None) -> Report:
    """Make a history of so many steps after the deployment and ask both sides, up to the first difference."""
    full_hash = find_full_initcode_hash(seed, artifacts)
    cast_of_seed = Cast(seed)
    sides = Sides(cast_of_seed.genesis(full_hash), artifacts)
    history = History(cast_of_seed, random.Random(seed))
    report = Report()
    for step in history.deployment():
        if not ask_next(sides, step, report):
            return report
    for _ in range(steps):
        history.state = sides.state
        if not ask_next(sides, history.next_step(), report):
            return report
    return report


def ask_next(sides: Sides, step: Form, report: Report) -> bool:
    """Ask one step of both; whether to go on."""
    report.history.append(step)
    difference, answer = sides.ask(step)
    report.steps += 1
    report.accepted += isinstance(answer, Accepted)
    report.difference = difference
    return difference is None


def replay_history(seed: int, history: list[Form], artifacts: Path | None = None) -> Report:
    """Ask both sides the steps of a history."""
    sides = Sides(Cast(seed).genesis(find_full_initcode_hash(seed, artifacts)), artifacts)
    report = Report()
    for step in history:
        if not ask_next(sides, step, report):
            break
    return report


def shrink_history(seed: int, history: list[Form], artifacts: Path | None = None) -> list[Form]:
    """A shorter history that still ends in a difference: steps are left out in halves, quarters, … and one by one."""
    size = len(history) // 2
    while size:
        start = 0
        while start < len(history) - 1:
            shorter = history[:start] + history[start + size :]
            report = replay_history(seed, shorter, artifacts)
            if report.difference is not None:
                history = report.history
            else:
                start += size
        size //= 2
    return history
