"""What executing blocks takes besides the state of the network: how dispatches run and codes are instrumented.

Rules: BLK-65, BLK-70.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gearexe_spec.execution.execute import execute_dispatch
from gearexe_spec.execution.journal import Journal
from gearexe_spec.execution.program import DispatchContext
from gearexe_spec.executor.chunks import CHUNK_SIZE
from gearexe_spec.executor.codes import Instrument, instrument_code
from gearexe_spec.program.queue_run import Execute, QueueRunResult

Job = Callable[[], QueueRunResult]
RunJobs = Callable[[Iterable[Job]], Iterable[QueueRunResult]]
"""How the runs of one chunk are done: all results in the order of the jobs, computed in any way."""


def run_one_after_another(jobs: Iterable[Job]) -> Iterable[QueueRunResult]:
    """The simplest way; doing them at the same time gives the same results (BLK-70)."""
    return (job() for job in jobs)


@dataclass(frozen=True, slots=True)
class Engine:
    """What executing takes besides the state of the network (BLK-65).

    Args:
        execute: how one dispatch is executed.
        instrument: how a code is instrumented.
        chunk_size: programs per chunk; another number than 16 only to study what depends on it.
        run_jobs: how the runs of a chunk are done.
    """

    execute: Execute
    instrument: Instrument
    chunk_size: int = CHUNK_SIZE
    run_jobs: RunJobs = run_one_after_another


def execute_as_specified(context: DispatchContext) -> Journal:
    """Execute one dispatch with the specification itself (BLK-65)."""
    return execute_dispatch(context).notes


SPECIFIED = Engine(execute_as_specified, instrument_code)
"""The engine of the protocol."""
