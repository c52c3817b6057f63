"""One worker or many: the same bytes."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable

import pytest

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.compare import compare_answers
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.operations import blocks
from gearexe_spec.conformance.reference.adapter import ADAPTERS
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite
from gearexe_spec.executor.engine import SPECIFIED
from gearexe_spec.executor.parallel import KINDS, run_at_once, with_workers
from gearexe_spec.program.queue_run import QueueRunResult
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.state import ZERO_STATE
from gearexe_spec.program.storage import Kind

HERE = os.getpid()


@pytest.mark.parametrize("file", ["random_many", "chunks"])
@pytest.mark.parametrize("workers", [1, 3])
def test_recorded_blocks_with_workers(file: str, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import_rooms()
    (found,) = (part for part in find_files(shipped_suite() / "program") if part.name == file)
    document = read_document(found.path)
    monkeypatch.setattr(blocks, "SPECIFIED", with_workers(SPECIFIED, workers))
    for case in ADAPTERS[str(document["format"])](document):
        target = SpecTarget()
        for exchange in case.exchanges():
            difference = compare_answers(exchange.expected, target.answer(exchange.request))
            assert difference is None, (case.name, difference)


def result(number: int) -> QueueRunResult:
    """One that is known by its gas."""
    return QueueRunResult(ZERO_STATE, (), (), U64(number), (), {Bytes32(bytes(32)): bytes(number)})


def job(number: int) -> Callable[[], QueueRunResult]:
    return lambda: result(number)


@pytest.mark.parametrize("workers", [1, 2, 5, 40])
def test_results_stand_in_the_order_of_the_jobs(workers: int) -> None:
    assert list(run_at_once(workers, map(job, range(20)))) == [result(number) for number in range(20)]


def test_the_first_rejection_in_the_order_of_the_jobs_counts() -> None:
    def fail(reason: ProgramRejection) -> QueueRunResult:
        raise Rejected(reason)

    jobs = [
        job(0),
        lambda: fail(ProgramRejection.InactiveProgram),
        job(2),
        lambda: fail(ProgramRejection.AlreadyInitialized),
    ]
    with pytest.raises(Rejected, match="InactiveProgram"):
        list(run_at_once(2, jobs))


def test_what_a_dead_worker_had_taken_is_done_here() -> None:
    def die_elsewhere() -> QueueRunResult:
        if os.getpid() != HERE:
            os.kill(os.getpid(), signal.SIGKILL)
        return result(7)

    assert list(run_at_once(3, [die_elsewhere] * 6)) == [result(7)] * 6


def test_every_kind_of_stored_object_can_travel() -> None:
    known = {id(kind) for kind in KINDS}
    assert [kind for kind in gc.get_objects() if isinstance(kind, Kind) and id(kind) not in known] == []
