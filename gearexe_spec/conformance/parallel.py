"""Spreading a suite over processes; the order of the outcomes does not depend on how many there are.

Rules: WIR-18, VEC-4.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.util import Finalize
from types import FrameType

from gearexe_spec.conformance.compare import Difference
from gearexe_spec.conformance.runner import CaseTooLong, Outcome, Piece, Status, run_file
from gearexe_spec.conformance.suite import SuiteFile, may_match
from gearexe_spec.conformance.targets.choose import SELF, TargetChoice
from gearexe_spec.conformance.targets.target import Target

SHARD_BYTES = 50_000
"""How much of a file, as it lies on disk, one piece of work holds."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker needs besides its piece.

    Args:
        target: which target; one is made in each worker.
        case_seconds: the longest a case may take.
    """

    target: TargetChoice = SELF
    case_seconds: float = 120.0


def cut_in_pieces(files: Iterable[SuiteFile], only: str | None) -> list[Piece]:
    """Pieces of similar size, big files in several; without files that cannot have a case that is asked for."""
    pieces = []
    for file in files:
        if not may_match(file.name, only):
            continue
        shards = 1 + file.path.stat().st_size // SHARD_BYTES
        pieces += [Piece(file, shard, shards, only) for shard in range(shards)]
    return pieces


def run_pieces(pieces: list[Piece], setup: Setup, workers: int) -> Iterator[tuple[Piece, list[Outcome]]]:
    """Run pieces in this process or in several; they come back in any order (VEC-4)."""
    if workers <= 1 or len(pieces) <= 1:
        yield from ((piece, run_piece(piece, setup)) for piece in pieces)
        return

    left = list(pieces)
    with ProcessPoolExecutor(min(workers, len(pieces)), get_context("spawn")) as pool:
        futures = {pool.submit(run_piece, piece, setup): piece for piece in pieces}
        for future in as_completed(futures):
            outcomes = _result_of(future)
            if outcomes is not None:
                left.remove(futures[future])
                yield futures[future], outcomes
    yield from _run_one_by_one(left, setup)


def in_order(done: Iterable[tuple[Piece, list[Outcome]]]) -> list[Outcome]:
    """All outcomes in the order of files and cases."""
    numbered = [(piece.file.name, outcome.index, outcome) for piece, outcomes in done for outcome in outcomes]
    return [outcome for _, _, outcome in sorted(numbered, key=lambda item: item[:2])]


_targets: dict[TargetChoice, Target] = {}
"""The targets of this process; they end with it."""


def run_piece(piece: Piece, setup: Setup) -> list[Outcome]:
    """Run one piece with this process' target."""
    target = target_of(setup.target)
    with case_limit(setup.case_seconds) as limit:
        return list(run_file(target, piece, limit))


def target_of(choice: TargetChoice) -> Target:
    """The target of this process, started at the first use.

    Raises:
        TargetUnavailable: it does not start.
    """
    if choice not in _targets:
        target = choice()
        _targets[choice] = target
        Finalize(target, target.close, exitpriority=1)  # also in workers, which never reach atexit
    return _targets[choice]


@contextmanager
def case_limit(seconds: float) -> Iterator[Callable[[], None]]:
    """Gives a function that starts the clock of a case; when it runs out, CaseTooLong is raised (WIR-18)."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise CaseTooLong(f"no answer in {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    try:
        yield lambda: _start(seconds)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _start(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _result_of(future: Future[list[Outcome]]) -> list[Outcome] | None:
    try:
        return future.result()
    except BrokenProcessPool:
        return None


def _run_one_by_one(pieces: list[Piece], setup: Setup) -> Iterator[tuple[Piece, list[Outcome]]]:
    """After a worker died: each remaining piece in a process of its own, so that the guilty one is known (WIR-18)."""
    for piece in pieces:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            outcomes = _result_of(pool.submit(run_piece, piece, setup))
        if outcomes is None:
            difference = Difference("", "answers", f"the process died (part {piece.shard + 1} of {piece.shards})")
            outcomes = [Outcome(piece.file.name, Status.FAILED, difference=difference)]
        yield piece, outcomes
