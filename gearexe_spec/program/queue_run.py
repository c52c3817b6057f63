"""One run of one queue of one program: dispatch after dispatch, until the queue, the gas or a limit ends.

A run works on a snapshot: of the queue, so that what is added later waits for the next run, and of the balance, so that
what one dispatch spends or receives is not seen by the next. Both are settled by the host afterwards.

Rules: JOU-110 to JOU-119.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.execution import journal
from gearexe_spec.execution import program as execution
from gearexe_spec.execution.allocation import PageSet
from gearexe_spec.execution.journal import Journal
from gearexe_spec.execution.message import IncomingDispatch
from gearexe_spec.execution.parameters import BlockInfo, compute_gas_limit
from gearexe_spec.execution.program import DispatchContext, ExecutableCode, ExecutionRejection
from gearexe_spec.program.dispatch import Dispatch, MessageType
from gearexe_spec.program.journal_handling import DispatchJournal
from gearexe_spec.program.pages import MemoryPages, page_hash
from gearexe_spec.program.payload import load_payload
from gearexe_spec.program.promise import Promise, find_promise
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.run_notes import DispatchOrigin, RunCounters, RunNotesResult, apply_run_notes
from gearexe_spec.program.state import ActiveProgram, ExitedProgram, ProgramState
from gearexe_spec.program.storage import Storage

Execute = Callable[[DispatchContext], Journal]
"""How one dispatch is executed: `gearexe_spec.execution` in the specification, recorded notes in tests."""


@dataclass(frozen=True, slots=True)
class QueueRun:
    """What a run is asked to do (JOU-110).

    Args:
        program: whose queue runs.
        state: of the program at the start.
        queue: which queue.
        allowance: gas that the run may use.
        block: what programs see of the chain.
        code: absent where it could not be instrumented.
        emits_promises: whether replies to injected messages are promised.
    """

    program: ActorId
    state: ProgramState
    queue: MessageType
    allowance: U64
    block: BlockInfo
    code: ExecutableCode | None
    emits_promises: bool


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """What became of one dispatch of a run; for people and for comparing clients (JOU-119).

    `outcome` is absent if the allowance ended in the dispatch.
    """

    message_id: MessageId
    gas_burned: U64
    outcome: str | None
    is_charged: bool
    notes: int


@dataclass(frozen=True, slots=True)
class QueueRunResult:
    """What a run leaves to the host (JOU-110).

    Args:
        state: of the program, with the queue and the balance as they were.
        journals: the notes for the host, per dispatch.
        promises: in the order of the queue.
        gas_spent: gas taken from the allowance.
        dispatches: reports.
        written: new pages by their hash.
    """

    state: ProgramState
    journals: tuple[DispatchJournal, ...]
    promises: tuple[Promise, ...]
    gas_spent: U64
    dispatches: tuple[DispatchReport, ...]
    written: Mapping[Bytes32, bytes]


def run_queue(storage: Storage, run: QueueRun, execute: Execute) -> QueueRunResult:
    """Run a queue.

    Args:
        storage: of the whole network.
        run: whose queue, and within which bounds.
        execute: how one dispatch is executed.

    Raises:
        Rejected: AlreadyInitialized, InactiveProgram; ObjectMissing.

    Rules: JOU-110 to JOU-118.
    Source: ethexe/runtime/common/src/lib.rs `process_queue_with_report`.
    """
    state, left = run.state, run.allowance
    journals: list[DispatchJournal] = []
    promises: list[Promise] = []
    reports: list[DispatchReport] = []
    written: dict[Bytes32, bytes] = {}

    for step in run_dispatches(storage, run, execute):
        dispatch, result = step.dispatch, step.result
        state, left = result.state, result.counters.allowance
        promises += [step.promise] if step.promise else []
        written |= result.written
        forwarded = tuple(step.notes[index] for index in result.forwarded)
        journals.append(DispatchJournal(run.program, dispatch.message_type, dispatch.call, forwarded))
        reports.append(report_dispatch(dispatch.id, step.notes, result.is_charged, len(forwarded)))

    spent = run.allowance - left
    return QueueRunResult(state, tuple(journals), tuple(promises), spent, tuple(reports), written)


@dataclass(frozen=True, slots=True)
class DispatchStep:
    """One dispatch of a run, and what came of it (JOU-111).

    Args:
        notes: the whole journal, before the runtime took its part.
        promise: of the reply, if there is to be one.
        result: state, counters and storage afterwards.
    """

    dispatch: Dispatch
    notes: Journal
    promise: Promise | None
    result: RunNotesResult


def run_dispatches(storage: Storage, run: QueueRun, execute: Execute) -> Iterator[DispatchStep]:
    """The dispatches of a run, one after another, up to the one that ends it.

    Raises:
        Rejected: AlreadyInitialized, InactiveProgram; ObjectMissing.

    Rules: JOU-111 to JOU-116.
    Source: ethexe/runtime/common/src/lib.rs `process_queue_with_report`.
    """
    state, counters = run.state, RunCounters(run.allowance)
    for dispatch in run.state.queue(run.queue).queue.load(storage):
        notes = execute_in_run(make_context(storage, run, state, counters, dispatch), execute)
        promise = find_promise(dispatch, run.queue, notes) if run.emits_promises else None

        origin = DispatchOrigin(run.queue, dispatch.context is None, dispatch.call)
        result = apply_run_notes(storage, state, counters, origin, notes)
        storage, state, counters = result.storage, result.state, result.counters
        yield DispatchStep(dispatch, notes, promise, result)

        if result.has_stopped or counters.is_limit_reached:
            return


def make_context(
    storage: Storage, run: QueueRun, state: ProgramState, counters: RunCounters, dispatch: Dispatch
) -> DispatchContext:
    """What one execution depends on: the balance of the start, all else as it is now (JOU-112, JOU-113).

    Source: ethexe/runtime/common/src/lib.rs `process_dispatch`.
    """
    return DispatchContext(
        program_id=run.program,
        program=to_program_view(storage, state),
        balance=run.state.balance,
        code=run.code,
        dispatch=to_incoming(storage, dispatch),
        gas_limit=compute_gas_limit(state.executable_balance),
        allowance=counters.allowance,
        block=run.block,
    )


def execute_in_run(context: DispatchContext, execute: Execute) -> Journal:
    """Execute one dispatch of a run.

    Raises:
        Rejected: AlreadyInitialized, for an Init message to an initialized program (JOU-114).
    """
    try:
        return execute(context)
    except Rejected as rejected:
        if rejected.reason is ExecutionRejection.InitOfInitializedProgram:
            raise Rejected(ProgramRejection.AlreadyInitialized) from rejected
        raise


def to_program_view(storage: Storage, state: ProgramState) -> execution.ProgramView:
    """The program as an execution sees it (JOU-112)."""
    program = state.program
    if isinstance(program, ExitedProgram):
        return execution.ExitedProgram(program.inheritor)
    if not isinstance(program, ActiveProgram):
        return execution.TerminatedProgram()
    allocated = tuple((int(first), int(last)) for first, last in program.allocations.load(storage))
    pages = StoredPages(storage, program.pages.load(storage))
    return execution.ActiveProgram(program.initialized, PageSet(allocated), pages)


def to_incoming(storage: Storage, dispatch: Dispatch) -> IncomingDispatch:
    """A queued dispatch with its payload at hand (JOU-112)."""
    return IncomingDispatch(
        id=dispatch.id,
        kind=dispatch.kind,
        source=dispatch.source,
        payload=load_payload(storage, dispatch.payload),
        value=dispatch.value,
        details=dispatch.details,
        context=dispatch.context,
    )


def report_dispatch(message_id: MessageId, notes: Journal, is_charged: bool, forwarded: int) -> DispatchReport:
    """Gas and outcome of a dispatch, from all its notes (JOU-119)."""
    burned = next((note.amount for note in notes if isinstance(note, journal.GasBurned)), U64(0))
    outcome: str | None = None
    for note in notes:
        if isinstance(note, journal.MessageDispatched):
            outcome = type(note.outcome).__name__
        elif isinstance(note, journal.WaitDispatch):
            outcome = "Wait"
    return DispatchReport(message_id, burned, outcome, is_charged, forwarded)


class StoredPages:
    """The stored pages of a program by number; contents are read when somebody asks (JOU-112)."""

    def __init__(self, storage: Storage, table: MemoryPages) -> None:
        self._storage = storage
        self._table = table

    def __getitem__(self, page: int) -> bytes:
        key = page_hash(self._storage, self._table, U32(page))
        assert key is not None, "the page is stored"
        return self._storage.read(key)

    def __contains__(self, page: int) -> bool:
        return page_hash(self._storage, self._table, U32(page)) is not None
