"""`gearexe-spec check`: replay recorded cases and say what differs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gearexe_spec.conformance import report_files
from gearexe_spec.conformance.chapters import places
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.faulty_battery import ENOUGH, run_battery
from gearexe_spec.conformance.parallel import Setup, cut_in_pieces, in_order, run_pieces, target_of
from gearexe_spec.conformance.runner import Outcome, Piece, Status
from gearexe_spec.conformance.suite import find_files, shipped_vectors
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.faults import FAULTS
from gearexe_spec.conformance.targets.target import TargetUnavailable
from gearexe_spec.conformance.vectors.fill import MANIFEST

NOTHING_FAILED, SOMETHING_FAILED, NOTHING_RAN, TARGET_UNAVAILABLE = 0, 1, 2, 3
SHOWN_BY_DEFAULT = 50
QUIET_SECONDS = 2.0
"""Shorter runs show no progress bar."""


def check(
    *,
    target: Annotated[
        str,
        typer.Option(help="self, evm, evm:DIR, production, faulty:N, unix:PATH, tcp:HOST:PORT, or a command."),
    ] = "self",
    suite: Annotated[
        Path | None, typer.Option(help="File or folder of recorded cases; default: all of this project.")
    ] = None,
    only: Annotated[str | None, typer.Option(help="Glob over folder/file/case, for example 'hashes/*'.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    show: Annotated[int, typer.Option(min=0, help="How many failing cases to print; 0 prints all.")] = SHOWN_BY_DEFAULT,
    seconds: Annotated[float, typer.Option(min=0.1, help="The longest an answer may take.")] = 60.0,
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit report to this file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page to this file.")] = None,
    memory: Annotated[int, typer.Option(min=0, help="MiB a target's process may have; 0 for no limit.")] = 4096,
) -> None:
    """Replay recorded cases through a target and report the first difference of each failing case."""
    console, errors = Console(highlight=False, soft_wrap=True), Console(stderr=True)
    path = suite or shipped_vectors()
    try:
        pieces = cut_in_pieces(find_files(path), only)
    except FileNotFoundError:
        errors.print(f"no such suite: {path}")
        raise typer.Exit(NOTHING_RAN) from None

    if target == "faulty":
        raise typer.Exit(run_faulty_targets(console, path, workers))
    choice = TargetChoice(target, seconds, memory << 20)
    try:
        described = target_of(choice).describe()
    except TargetUnavailable as error:
        errors.print(f"target {target}: {error}", markup=False)
        raise typer.Exit(TARGET_UNAVAILABLE) from None

    if target != "self":
        console.print(f"target    {described.get('name', '?')} {described.get('version', '')}", markup=False)
    outcomes = _run(pieces, Setup(choice, case_seconds=10 * seconds), workers, errors)
    broken = import_rooms()
    for module in broken:
        console.print(f"[red]broken module[/] {module.name}: {module.error}", markup=True)
    report(console, outcomes, Shown(show, target, suite))
    if junit is not None:
        junit.write_bytes(report_files.junit(outcomes))
    if html is not None:
        html.write_text(report_files.html(outcomes, f"{path.name} held against {target}"), encoding="utf-8")
    uncounted = list(_miscounts(path, target, outcomes)) if only is None else []
    for sentence in uncounted:
        console.print(sentence, markup=False)
    raise typer.Exit(exit_code(outcomes, bool(broken or uncounted)))


def run_faulty_targets(console: Console, suite: Path, workers: int) -> int:
    """Hold every faulty target against the files about its room; enough of them must be found (VEC-40)."""
    found = 0
    for verdict in run_battery(suite, list(range(len(FAULTS))), workers):
        found += verdict.found
        where = verdict.caught.name if verdict.caught else verdict.note or f"{verdict.cases} cases passed"
        word = "found" if verdict.found else "MISSED"
        console.print(f"{verdict.number:>3}  {word:<6}  {FAULTS[verdict.number]}  {where}", markup=False)
    console.print(f"{found} of {len(FAULTS)} planted mistakes found")
    return NOTHING_FAILED if found >= ENOUGH * len(FAULTS) else SOMETHING_FAILED


@dataclass(frozen=True, slots=True)
class Shown:
    """What a report needs to know of the command: how many failing cases to print, target and suite."""

    count: int = SHOWN_BY_DEFAULT
    target: str = "self"
    suite: Path | None = None


def report(console: Console, outcomes: list[Outcome], shown: Shown) -> None:
    """Print failing cases, what is not specified yet by reason, and the counts."""
    show = shown.count
    failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
    for outcome in failed[: show or None]:
        print_difference(console, outcome, shown)
    if show and len(failed) > show:
        console.print(f"… and {len(failed) - show} more failing cases (--show 0 prints all)")
    for outcome in outcomes:
        if outcome.status is Status.UNKNOWN:
            console.print(f"{outcome.name}   UNKNOWN FORMAT: {outcome.note}", markup=False)
        elif outcome.status is Status.NO_CASES:
            console.print(f"{outcome.name}   no cases", markup=False)
    for reason, count in _reasons(outcomes):
        label = "not specified yet" if shown.target == "self" else "not offered"
        console.print(f"{label}: {reason} ({count} cases)", markup=False)
    counts = report_files.count_statuses(outcomes)
    words = [f"{counts[status]} {status.value}" for status in (Status.PASSED, Status.FAILED, Status.UNSUPPORTED)]
    if counts[Status.UNKNOWN]:
        words.append(f"{counts[Status.UNKNOWN]} files of unknown format")
    if shown.target != "self":
        words[2] = f"{counts[Status.UNSUPPORTED]} not offered"
    console.print(", ".join(words))


def print_difference(console: Console, outcome: Outcome, shown: Shown) -> None:
    """A failing case as its author wants to see it."""
    console.print(f"{outcome.name}   DIFFERENT", markup=False)
    difference = outcome.difference
    lines = [
        *(("rule", f"{rule}  ({places()[rule]})" if rule in places() else rule) for rule in outcome.rules),
        ("request", outcome.request),
        ("where", outcome.where),
        ("path", difference.path if difference else ""),
        ("expected", difference.expected if difference else ""),
        ("got", difference.got if difference else ""),
        ("again", again(outcome, shown)),
    ]
    for label, text in lines:
        if text:
            console.print(f"  {label:<9} {text}", markup=False)


def again(outcome: Outcome, shown: Shown) -> str:
    """The command that runs this case alone."""
    command = ["gearexe-spec", "run", outcome.name]
    command += ["--suite", str(shown.suite)] if shown.suite is not None else []
    command += ["--target", shown.target] if shown.target != "self" else []
    return shlex.join([*command, "--trace"])


def exit_code(outcomes: list[Outcome], broken: bool) -> int:
    """0 only when something ran and nothing failed (WIR-19)."""
    statuses = {outcome.status for outcome in outcomes}
    if broken or statuses & {Status.FAILED, Status.UNKNOWN}:
        return SOMETHING_FAILED
    return NOTHING_FAILED if statuses else NOTHING_RAN


def _run(pieces: list[Piece], setup: Setup, workers: int, console: Console) -> list[Outcome]:
    """Run with a progress bar on terminals, once it takes longer than QUIET_SECONDS."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = progress.add_task("checking", total=len(pieces))
    done: list[tuple[Piece, list[Outcome]]] = []
    began = monotonic()
    try:
        for piece, outcomes in run_pieces(pieces, setup, workers):
            done.append((piece, outcomes))
            progress.update(task, advance=1, description=piece.file.name)
            if monotonic() - began > QUIET_SECONDS and not progress.live.is_started:
                progress.start()
    finally:
        progress.stop()
    return in_order(done)


def _miscounts(suite: Path, target: str, outcomes: list[Outcome]) -> Iterator[str]:
    """Where a manifest lists other cases than those that ran, or those that recorded them no longer answer (VEC-31)."""
    manifest = suite / MANIFEST
    if not manifest.is_file():
        return
    listed = {entry["name"] for entry in json.loads(manifest.read_bytes()).get("cases", ())}
    ran = {outcome.name for outcome in outcomes}
    if listed - ran:
        yield f"the manifest lists {len(listed - ran)} cases that did not run, first {min(listed - ran)}"
    lost = {outcome.name for outcome in outcomes if outcome.status is Status.UNSUPPORTED} & listed
    if target == "self" and lost:
        yield f"{len(lost)} cases of the manifest are not specified any more, first {min(lost)}"


def _reasons(outcomes: list[Outcome]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.status is Status.UNSUPPORTED:
            counts[outcome.note] = counts.get(outcome.note, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


app = typer.Typer()
app.command()(check)
