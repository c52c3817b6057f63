"""One worker or many: the same bytes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable
from dataclasses import replace

import pytest
from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.compare import compare_answers
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.operations import blocks
from gearexe_spec.conformance.reference.adapter import ADAPTERS
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite
from gearexe_spec.execution.message import DispatchKind
from gearexe_spec.executor.engine import SPECIFIED
from gearexe_spec.executor.parallel import KINDS, help_out, pack, run_at_once, with_workers
from gearexe_spec.program.dispatch import WAITLIST, Dispatch, Expiring, MessageType
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.payload import EMPTY_PAYLOAD
from gearexe_spec.program.queue_run import QueueRunResult
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.state import ZERO_STATE, QueueWithSize, read_state, write_state
from gearexe_spec.program.storage import Kind, Reference, Storage

HERE = os.getpid()
DISPATCH = Dispatch(
    MessageId.from_u64(U64(1)),
    DispatchKind.Handle,
    ActorId.from_u64(U64(2)),
    EMPTY_PAYLOAD,
    U128(3),
    None,
    None,
    MessageType.Canonical,
    False,
)


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


def test_a_helper_sends_what_it_has_done() -> None:
    def fail() -> QueueRunResult:
        raise Rejected(ProgramRejection.InactiveProgram)

    receiver, sender = multiprocessing.Pipe(duplex=False)
    try:
        help_out((job(0), fail, job(2)), multiprocessing.Value("i", 0), sender)
    finally:
        gc.enable()
    assert pickle.loads(receiver.recv_bytes()) == {0: result(0), 2: result(2)}


def test_results_travel_with_what_is_new_and_the_hashes_of_the_rest() -> None:
    storage, key = write_state(Storage.empty(), replace(ZERO_STATE, canonical_queue=QueueWithSize.of(Fifo([DISPATCH]))))
    stored = read_state(storage, key)
    new = Reference.to(WAITLIST, Map({DISPATCH.id: Expiring(DISPATCH, U32(7))}))
    state = replace(stored, waitlist=new)

    (copy,) = pickle.loads(pack({3: replace(result(1), state=state)})).values()

    assert copy.state == state
    assert copy.state.canonical_queue.queue.load(storage) == Fifo([DISPATCH])
    assert copy.state.waitlist.load(Storage.empty()) == new.load(Storage.empty())
    assert copy.state.waitlist.kind is WAITLIST


def test_every_kind_of_stored_object_can_travel() -> None:
    known = {id(kind) for kind in KINDS}
    assert [kind for kind in gc.get_objects() if isinstance(kind, Kind) and id(kind) not in known] == []
