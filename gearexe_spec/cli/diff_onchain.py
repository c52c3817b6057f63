"""`gearexe-spec diff onchain`: random histories of the contracts on the specification and on an EVM."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gearexe_spec.fuzzing.onchain_diff import Report, run_history, shrink_history

STEPS = 500
"""Of a history after its deployment."""
EQUAL, DIFFERENT = 0, 1


def run_histories(console: Console, campaign: tuple[int, int], artifacts: Path | None, out: Path) -> int:
    """Ask histories of consecutive seeds until so many steps were asked; keep the first difference in a small form.

    Args:
        console: where the account goes.
        campaign: the first seed, and the number of steps.
        artifacts: folder of contracts, ours if None.
        out: folder for the difference.
    """
    seed, wanted = campaign
    asked = accepted = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("onchain", total=wanted)
        while asked < wanted:
            report = run_history(seed, min(STEPS, wanted - asked), artifacts)
            asked, accepted = asked + report.steps, accepted + report.accepted
            progress.update(task, completed=asked)
            if report.difference is not None:
                break
            seed += 1
    console.print(f"{asked} steps, {accepted} accepted by both, seeds {campaign[0]} to {seed}", markup=False)
    if report.difference is None:
        return EQUAL
    keep(console, seed, report, artifacts, out)
    return DIFFERENT


def keep(console: Console, seed: int, report: Report, artifacts: Path | None, out: Path) -> None:
    """Shrink a history that ends in a difference, and write it."""
    difference = report.difference
    assert difference is not None
    console.print(f"DIFFERENT at {difference.path}: expected {difference.expected}, got {difference.got}", markup=False)
    history = shrink_history(seed, report.history, artifacts)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"onchain-{seed}.json"
    path.write_text(json.dumps({"seed": seed, "history": history}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    console.print(f"{len(history)} steps show it: {path}", markup=False)
