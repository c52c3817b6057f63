"""Random histories on the specification and on our contracts; and that a planted mistake is found and made small."""

from __future__ import annotations

from typing import Any

import pytest

from gearexe_spec.fuzzing import onchain_diff
from gearexe_spec.fuzzing.onchain_diff import run_history, shrink_history
from gearexe_spec.onchain.events import MessageQueueingRequested


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_histories_agree(seed: int) -> None:
    report = run_history(seed, 40)
    assert report.difference is None
    assert report.steps > 40
    assert report.accepted > 15


def test_a_history_is_made_of_its_seed_alone() -> None:
    assert run_history(4, 20).history == run_history(4, 20).history


def test_a_planted_mistake_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    right: Any = onchain_diff.onchain.apply_call_step

    def wrong(state: Any, form: Any) -> Any:
        changed, answer = right(state, form)
        outputs = getattr(answer, "outputs", None) or {}
        for log in outputs.get("logs", ()):
            if log["topics"][0] == MessageQueueingRequested.topic0().to_hex():
                log["data"] = log["data"][:-2]
        return changed, answer

    monkeypatch.setattr(onchain_diff.onchain, "apply_call_step", wrong)
    reports = (run_history(seed, 120) for seed in range(1, 6))
    seed, report = next((seed, report) for seed, report in enumerate(reports, 1) if report.difference is not None)
    assert "/logs/" in report.difference.path
    last = report.history[-1]
    shorter = shrink_history(seed, report.history)
    assert len(shorter) <= len(report.history)
    assert shorter[-1] == last
