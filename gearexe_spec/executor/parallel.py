"""Running the programs of a chunk at the same time.

A running program is outside the interpreter, but every system call and first touch of a page comes back to it. The
results are those of running one after another, in the same order, and the first rejection in that order is the one
that counts.

Rules: BLK-70.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from gearexe_spec.executor.engine import Engine, Job
from gearexe_spec.program.queue_run import QueueRunResult


@contextmanager
def with_workers(engine: Engine, workers: int) -> Iterator[Engine]:
    """The same engine, running as many programs at once as there are workers (BLK-70)."""
    with ThreadPoolExecutor(workers) as pool:

        def run_jobs(jobs: Iterable[Job]) -> Iterable[QueueRunResult]:
            return [future.result() for future in [pool.submit(job) for job in jobs]]

        yield replace(engine, run_jobs=run_jobs)
