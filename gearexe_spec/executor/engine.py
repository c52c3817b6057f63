"""What executing blocks takes besides the state of the network: how dispatches run and codes are instrumented.

Rules: BLK-65, BLK-70, BLK-71.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gearexe_spec.base.numeric import U64
from gearexe_spec.execution.execute import execute_dispatch
from gearexe_spec.execution.journal import Journal
from gearexe_spec.execution.program import DispatchContext
from gearexe_spec.executor.chunks import CHUNK_SIZE
from gearexe_spec.executor.codes import Instrument, instrument_code
from gearexe_spec.program.in_block import InBlockState
from gearexe_spec.program.journal_handling import DispatchJournal, apply_journal
from gearexe_spec.program.queue_run import Execute, QueueRun, QueueRunResult, run_queue
from gearexe_spec.program.storage import Storage


@dataclass(frozen=True, slots=True)
class Job:
    """A run that can be done by anybody: it depends on nothing but this (BLK-70)."""

    storage: Storage
    run: QueueRun
    execute: Execute

    def __call__(self) -> QueueRunResult:
        """Do it."""
        return run_queue(self.storage, self.run, self.execute)


RunJobs = Callable[[Iterable[Job]], Iterable[QueueRunResult]]
"""How the runs of one chunk are done: all results in the order of the jobs, computed in any way."""
ApplyJournals = Callable[[InBlockState, Iterable[DispatchJournal], U64], tuple[InBlockState, bool]]
"""How the journals of one chunk are applied, with the gas that the block had left before; whether it is out of gas."""


def run_one_after_another(jobs: Iterable[Job]) -> Iterable[QueueRunResult]:
    """The simplest way; doing them at the same time gives the same results (BLK-70)."""
    return (job() for job in jobs)


def apply_in_order(
    block: InBlockState, journals: Iterable[DispatchJournal], allowance: U64
) -> tuple[InBlockState, bool]:
    """One journal after another (BLK-71)."""
    out_of_gas = False
    for journal in journals:
        block, stops = apply_journal(block, journal, allowance)
        out_of_gas |= stops
    return block, out_of_gas


@dataclass(frozen=True, slots=True)
class Engine:
    """What executing takes besides the state of the network (BLK-65).

    Args:
        execute: how one dispatch is executed.
        instrument: how a code is instrumented.
        chunk_size: programs per chunk; another number than 16 only to study what depends on it.
        run_jobs: how the runs of a chunk are done.
        apply_journals: how their journals are applied; another way only to look on, or to ask somebody else.
    """

    execute: Execute
    instrument: Instrument
    chunk_size: int = CHUNK_SIZE
    run_jobs: RunJobs = run_one_after_another
    apply_journals: ApplyJournals = apply_in_order


def execute_as_specified(context: DispatchContext) -> Journal:
    """Execute one dispatch with the specification itself (BLK-65)."""
    return execute_dispatch(context).notes


SPECIFIED = Engine(execute_as_specified, instrument_code)
"""The engine of the protocol."""
