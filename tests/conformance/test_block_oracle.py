"""Whoever is asked about a block is asked every step of it, and whoever errs in one is noticed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.conformance.operations import blocks
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.vectors.block_oracle import find_disagreement
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Request
from tests.vectors.executor.test_blocks import PING, block, created, message, network

BLOCK = to_json(block(10, *created("ping", b"PING"), message(PING, 1, b"PING"))[1])


@dataclass
class Liar(Target):
    """The specification, but for one output of one operation.

    Args:
        operation: which.
        output: what is altered.
    """

    operation: str = ""
    output: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        answer = SpecTarget().answer(request)
        assert isinstance(request, Apply)
        assert isinstance(answer, Accepted)
        self.asked.append(request.operation)
        if request.operation != self.operation:
            return answer
        outputs: Any = answer.outputs
        return replace(answer, outputs={**outputs, self.output: "0x1"})

    def reset(self) -> None:
        return None

    def describe(self) -> dict[str, Json]:
        return {}


def ask(target: Target) -> str | None:
    assert isinstance(BLOCK, dict)
    return find_disagreement(target, blocks.load(dict(network("ping"))), BLOCK)


def test_every_step_is_asked() -> None:
    honest = Liar()
    assert ask(honest) is None
    assert honest.asked == ["program/applyDueTasks", "queue/run", "program/applyJournals"]


@pytest.mark.parametrize(
    ("operation", "output"),
    [
        ("program/applyDueTasks", "scheduleHash"),
        ("queue/run", "gasSpent"),
        ("queue/run", "stateHash"),
        ("program/applyJournals", "transitionsDigest"),
        ("program/applyJournals", "outOfGas"),
    ],
)
def test_an_error_in_any_step_is_noticed(operation: str, output: str) -> None:
    said = ask(Liar(operation, output))
    assert said is not None
    assert said.startswith(f"{operation} at /{output}: production says 0x1")
