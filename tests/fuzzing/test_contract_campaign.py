"""Random histories: sides that agree are found to agree, a fault is found, made small, and kept."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Request
from gearexe_spec.fuzzing import contract_campaign
from gearexe_spec.fuzzing.contract_campaign import (
    Panel,
    Side,
    Tally,
    from_document,
    main,
    replay,
    run_history,
    shrink,
    to_document,
)
from gearexe_spec.fuzzing.contract_histories import History


class Faulty(SpecTarget):
    """Forgets the first event of every code request."""

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        is_request = isinstance(request, Apply) and str(request.input.get("calldata", "")).startswith("0x8c4ace6a")
        if is_request and isinstance(answer, Accepted) and isinstance(answer.outputs, dict):
            logs: Any = answer.outputs["logs"]
            return Accepted({**answer.outputs, "logs": logs[1:]})
        return answer


@pytest.fixture(scope="module")
def specification() -> Panel:
    return Panel([Side("specification", SpecTarget())])


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_the_specification_and_the_contracts_agree(seed: int, specification: Panel) -> None:
    tally = Tally()
    assert run_history(specification, seed, 60, tally) is None
    assert tally.steps >= 70
    assert tally.outcomes["Accepted"] > 30


def test_a_history_follows_from_its_seed() -> None:
    first, second = History(random.Random(9)), History(random.Random(9))
    assert first.init() == second.init()
    assert [*first.deployment(), first.step()] == [*second.deployment(), second.step()]
    assert History(random.Random(10)).init() != first.init()


def test_a_fault_is_found_made_small_and_kept() -> None:
    panel = Panel([Side("faulty", Faulty())])
    found = run_history(panel, 3, 60, Tally())
    assert found is not None
    assert found.difference.path.startswith("/logs")

    small = shrink(panel, found, replay)
    assert len(small.requests) < len(found.requests)
    kinds = Counter(request.operation for request in small.requests)
    assert kinds["onchain/call"] <= 4  # genesis hash, tokens, allowance, request

    document = json.loads(json.dumps(to_document(3, small)))
    again = replay(panel, *from_document(document))
    assert again is not None
    assert again.difference == small.difference
    right = Panel([Side("specification", SpecTarget())])
    assert replay(right, *from_document(document)) is None


def test_the_program_writes_what_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer()
    app.command()(main)
    run = CliRunner().invoke(app, ["--histories", "1", "--length", "20", "--out", str(tmp_path)])
    assert run.exit_code == 0, run.output
    assert "0 histories differ" in run.output

    monkeypatch.setattr(contract_campaign.TargetChoice, "__call__", lambda _: Faulty())
    arguments = ["--seed", "3", "--histories", "1", "--length", "60", "--out", str(tmp_path)]
    assert CliRunner().invoke(app, arguments).exit_code == 1
    (kept,) = tmp_path.iterdir()
    assert CliRunner().invoke(app, ["--again", str(kept)]).exit_code == 1
    monkeypatch.undo()
    assert CliRunner().invoke(app, ["--again", str(kept)]).exit_code == 0
