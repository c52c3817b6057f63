"""Running the programs of a chunk at the same time.

Every worker is a copy of this process: it has all that a job needs, and sends back what came of it. Threads would gain
only while programs compute, since every system call and first touch of a page comes back to the interpreter. The
results are those of running one after another, in the same order, and the first rejection in that order is the one
that counts.

Rules: BLK-70.
"""

from __future__ import annotations

import gc
import io
import pickle
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from typing import Any

from gearexe_spec.executor.engine import Engine, Job
from gearexe_spec.program.allocations import ALLOCATIONS
from gearexe_spec.program.dispatch import DISPATCH_STASH, MESSAGE_QUEUE, USER_MAILBOX, WAITLIST
from gearexe_spec.program.mailbox import MAILBOX
from gearexe_spec.program.pages import MEMORY_PAGES, MEMORY_PAGES_REGION
from gearexe_spec.program.queue_run import QueueRunResult
from gearexe_spec.program.storage import Kind

KINDS: tuple[Kind[Any], ...] = (
    ALLOCATIONS,
    MESSAGE_QUEUE,
    WAITLIST,
    DISPATCH_STASH,
    USER_MAILBOX,
    MAILBOX,
    MEMORY_PAGES_REGION,
    MEMORY_PAGES,
)
"""What references may refer to; a kind travels between processes as its place here."""

Results = dict[int, QueueRunResult]
"""By the number of the job."""

_FORK = get_context("fork")


def with_workers(engine: Engine, workers: int) -> Engine:
    """The same engine, running as many programs at once as there are workers (BLK-70).

    Workers are forked for each chunk: use it where the process has no other threads.
    """
    return replace(engine, run_jobs=partial(run_at_once, workers))


def run_at_once(workers: int, jobs: Iterable[Job]) -> Iterable[QueueRunResult]:
    """The results of all jobs, done by this process and its copies; each takes the next job that nobody has taken.

    A job that failed, wherever that was, is done again here and in its turn, so that its rejection is raised.
    """
    todo = tuple(jobs)
    turn = _FORK.Value("i", 0)
    helpers = [Helper(todo, turn) for _ in range(min(workers, len(todo)) - 1)]
    try:
        done = do_jobs(todo, turn)
        for helper in helpers:
            done |= helper.results()
    finally:
        for helper in helpers:
            helper.end()
    return (done[number] if number in done else job() for number, job in enumerate(todo))


def do_jobs(jobs: tuple[Job, ...], turn: Synchronized[int]) -> Results:
    """Do jobs while there are some that nobody has taken; failed ones are left out."""
    results: Results = {}
    while (number := take(turn)) < len(jobs):
        try:
            results[number] = jobs[number]()
        except Exception:
            continue
    return results


def take(turn: Synchronized[int]) -> int:
    """The number of the next job."""
    with turn.get_lock():
        number = turn.value
        turn.value = number + 1
    return number


class Helper:
    """A copy of this process that does some of the jobs."""

    def __init__(self, jobs: tuple[Job, ...], turn: Synchronized[int]) -> None:
        self.receiver, sender = _FORK.Pipe(duplex=False)
        self.process = _FORK.Process(target=help_out, args=(jobs, turn, sender), daemon=True)
        self.process.start()
        sender.close()

    def results(self) -> Results:
        """What it has done; nothing if it has died."""
        try:
            results: Results = pickle.loads(self.receiver.recv_bytes())
        except EOFError:
            return {}
        return results

    def end(self) -> None:
        """Leave nothing behind."""
        self.receiver.close()
        self.process.kill()
        self.process.join()


def help_out(jobs: tuple[Job, ...], turn: Synchronized[int], sender: Connection) -> None:
    """What a helper does; it ends before collecting garbage would pay, which makes shared memory its own."""
    gc.disable()
    sender.send_bytes(pack(do_jobs(jobs, turn)))


def pack(results: Results) -> bytes:
    """Results as bytes for another copy of this process, which unpickles them."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {Kind: lambda kind: (kind_at, (KINDS.index(kind),))}
    pickler.dump(results)
    return buffer.getvalue()


def kind_at(place: int) -> Kind[Any]:
    """The kind that has this place."""
    return KINDS[place]
