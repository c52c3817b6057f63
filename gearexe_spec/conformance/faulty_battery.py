"""Holding the vectors against faulty targets: a battery that finds no planted mistake would find no other either.

Rules: VEC-39, VEC-40.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from gearexe_spec.conformance.runner import Outcome, Piece, Status, run_file
from gearexe_spec.conformance.suite import SuiteFile, find_files, matches, may_match
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.faults import FAULTS, SUITES
from gearexe_spec.conformance.targets.mutation import Fault
from gearexe_spec.conformance.targets.target import TargetUnavailable

ENOUGH = 0.9
"""The part of the mistakes that must be found (VEC-40)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one planted mistake.

    Args:
        number: of the fault.
        caught: the first failing case; None if all passed.
        note: why the target did not start, which catches it too.
        cases: how many cases ran.
    """

    number: int
    caught: Outcome | None
    note: str = ""
    cases: int = 0

    @property
    def found(self) -> bool:
        """Whether the mistake was noticed."""
        return self.caught is not None or bool(self.note)


def run_battery(suite: Path, numbers: list[int], workers: int) -> Iterator[Verdict]:
    """Run each faulty target until it fails; the verdicts come in the order of the numbers (VEC-39)."""
    judge = partial(judge_fault, suite)
    if workers <= 1:
        yield from map(judge, numbers)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield from pool.map(judge, numbers)


def judge_fault(suite: Path, number: int) -> Verdict:
    """Run one faulty target until a case fails."""
    try:
        target = TargetChoice(f"faulty:{number}", seconds=30.0)()
    except TargetUnavailable as error:
        return Verdict(number, None, str(error))
    cases = 0
    try:
        for piece in pieces_about(suite, FAULTS[number]):
            for outcome in run_file(target, piece):
                cases += 1
                if outcome.status is Status.FAILED:
                    return Verdict(number, outcome, cases=cases)
    finally:
        target.close()
    return Verdict(number, None, cases=cases)


def pieces_about(suite: Path, fault: Fault) -> Iterator[Piece]:
    """Where a fault was seen before, then all files about its room, short ones first."""
    files = find_files(suite)
    if fault.seen_in:
        yield from (Piece(file, only=fault.seen_in) for file in files if may_match(file.name, fault.seen_in))
    yield from map(Piece, files_about(files, fault.module.partition(".")[0]))


def files_about(files: Iterable[SuiteFile], room: str) -> list[SuiteFile]:
    """The files about a room, short ones first."""
    found = [file for file in files if any(matches(file.name, glob) for glob in SUITES[room])]
    return sorted(found, key=lambda file: (file.path.stat().st_size, file.name))
