"""What the runtime itself does with the notes of one dispatch, before it hands the rest to the host.

Rules: JOU-90 to JOU-99.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.execution import journal
from gearexe_spec.execution.journal import JournalNote
from gearexe_spec.execution.message import DispatchKind
from gearexe_spec.execution.parameters import compute_value_of_gas
from gearexe_spec.program.allocations import ALLOCATIONS, Interval, freed_gear_pages
from gearexe_spec.program.dispatch import MessageType
from gearexe_spec.program.in_block import Limits
from gearexe_spec.program.pages import MEMORY_PAGES, remove_pages, update_pages
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.state import ActiveProgram, ProgramState, TerminatedProgram
from gearexe_spec.program.storage import Reference, Storage

FREE_PANIC_GAS = U64(1_000_000_000)
"""Greatest amount of gas that an injected message may burn for nothing when it panics at once (JOU-92)."""
RUN_LIMITS = Limits(U32(16), U32(4_096), U32(1))
"""What one run of a queue may send (JOU-95)."""


@dataclass(frozen=True, slots=True)
class DispatchOrigin:
    """Which dispatch the notes are about (JOU-90).

    Args:
        queue: the queue that runs.
        is_first_execution: whether the dispatch has not waited before.
        call_reply: whether its reply is to be delivered as a call.
    """

    queue: MessageType
    is_first_execution: bool
    call_reply: bool


@dataclass(frozen=True, slots=True)
class RunCounters:
    """What a run has left: gas (allowance) and messages (JOU-90)."""

    allowance: U64
    limits: Limits = RUN_LIMITS

    @property
    def is_limit_reached(self) -> bool:
        """Whether a limit of the run is used up, which ends it (JOU-95)."""
        left = self.limits
        return not (left.outgoing_messages and left.outgoing_bytes and left.call_replies)


@dataclass(frozen=True, slots=True)
class RunNotesResult:
    """What became of the notes of one dispatch (JOU-90).

    Args:
        storage: with the new pages.
        state: of the program, afterwards.
        counters: what is left.
        forwarded: indices of the notes that go to the host, in order.
        has_stopped: whether the allowance ended in this dispatch.
        is_written: whether the runtime took a note for itself, upon which it writes the state.
        is_charged: whether all burned gas was paid for.
        written: the new pages by their hash.
    """

    storage: Storage
    state: ProgramState
    counters: RunCounters
    forwarded: tuple[int, ...]
    has_stopped: bool
    is_written: bool
    is_charged: bool
    written: Mapping[Bytes32, bytes]


class _Pass:
    """The working values of one pass over the notes; lives no longer than that."""

    def __init__(self, state: ProgramState, counters: RunCounters, origin: DispatchOrigin) -> None:
        self.state = state
        self.counters = counters
        self.origin = origin
        self.forwarded: list[int] = []
        self.skipped: set[MessageId] = set()
        self.pages: dict[U32, bytes] = {}
        self.written: dict[Bytes32, bytes] = {}
        self.allocations: tuple[Interval, ...] | None = None
        self.has_stopped = False
        self.is_written = False


def apply_run_notes(
    storage: Storage,
    state: ProgramState,
    counters: RunCounters,
    origin: DispatchOrigin,
    notes: tuple[JournalNote, ...],
) -> RunNotesResult:
    """Take the notes that are the runtime's, in order; pages and allocations come after all others.

    Args:
        storage: where new pages go.
        state: of the program that ran.
        counters: what the run has left.
        origin: the dispatch that ran.
        notes: all notes of its journal.

    Raises:
        Rejected: AlreadyInitialized, InactiveProgram, ExecutableBalanceUnderflow.

    Rules: JOU-90 to JOU-99.
    Source: ethexe/runtime/common/src/journal.rs `RuntimeJournalHandler`.
    """
    run = _Pass(state, counters, origin)
    for index, note in enumerate(notes):
        if _take_note(run, note):
            run.is_written = True
        elif not _is_dropped(run, note):
            run.forwarded.append(index)
    storage = _apply_memory(storage, run)
    return RunNotesResult(
        storage=storage,
        state=run.state,
        counters=run.counters,
        forwarded=tuple(run.forwarded),
        has_stopped=run.has_stopped,
        is_written=run.is_written,
        is_charged=not run.skipped,
        written=run.written,
    )


def _take_note(run: _Pass, note: JournalNote) -> bool:
    """Whether the note is the runtime's alone; a stop is for the runtime and for the host (JOU-94)."""
    match note:
        case journal.MessageDispatched():
            run.state = apply_outcome(run.state, note.outcome)
        case journal.GasBurned():
            _burn(run, note)
        case journal.UpdatePage():
            run.pages[note.page_number] = note.data
        case journal.UpdateAllocations():
            run.allocations = note.allocations
        case journal.StopProcessing():
            run.counters = replace(run.counters, allowance=run.counters.allowance.saturating_sub(note.gas_burned))
            run.has_stopped = run.is_written = True
            return False
        case _:
            return False
    return True


def apply_outcome(state: ProgramState, outcome: journal.Outcome) -> ProgramState:
    """What the end of a message means for the program; only initialization changes it (JOU-93).

    Raises:
        Rejected: InactiveProgram, AlreadyInitialized.
    """
    match outcome:
        case journal.InitSuccess():
            program = _require_active(state)
            if program.initialized:
                raise Rejected(ProgramRejection.AlreadyInitialized)
            return replace(state, program=replace(program, initialized=True))
        case journal.InitFailure():
            return replace(state, program=TerminatedProgram(outcome.origin))
        case _:
            return state


def _burn(run: _Pass, note: journal.GasBurned) -> None:
    """The allowance always pays; the program does not pay for a cheap panic of an injected message (JOU-91, JOU-92).

    Raises:
        Rejected: ExecutableBalanceUnderflow.
    """
    run.counters = replace(run.counters, allowance=run.counters.allowance.saturating_sub(note.amount))
    if is_free_panic(run.origin, note):
        run.skipped.add(note.message_id)
        return
    cost = compute_value_of_gas(note.amount)
    if cost > run.state.executable_balance:
        raise Rejected(ProgramRejection.ExecutableBalanceUnderflow)
    run.state = replace(run.state, executable_balance=run.state.executable_balance - cost)


def is_free_panic(origin: DispatchOrigin, note: journal.GasBurned) -> bool:
    """Whether the network bears the cost (JOU-92).

    Source: ethexe/runtime/common/src/journal.rs `should_charge_exec_balance_on_panic`.
    """
    return (
        note.is_panic
        and origin.queue is MessageType.Injected
        and origin.is_first_execution
        and note.amount <= FREE_PANIC_GAS
    )


def _is_dropped(run: _Pass, note: JournalNote) -> bool:
    """The reply to a message that nobody paid for is dropped; all others count for the run (JOU-92, JOU-95)."""
    if not isinstance(note, journal.SendDispatch):
        return False
    if note.message_id in run.skipped:
        return True
    is_call = note.dispatch.kind is DispatchKind.Reply and run.origin.call_reply
    limits = run.counters.limits.spend(len(note.dispatch.message.payload), is_call)
    run.counters = replace(run.counters, limits=limits)
    return False


def _apply_memory(storage: Storage, run: _Pass) -> Storage:
    """New pages first, then the allocations, whose freed pages leave the table (JOU-96, JOU-97, PST-2).

    Raises:
        Rejected: InactiveProgram.
    """
    if run.pages:
        program = _require_active(run.state)
        hashes: dict[U32, Bytes32] = {}
        for page, content in run.pages.items():
            storage, hashes[page] = storage.write(content)
            run.written[hashes[page]] = content
        table = update_pages(storage, program.pages.load(storage), hashes)
        run.state = replace(run.state, program=replace(program, pages=Reference.to(MEMORY_PAGES, table)))
    if run.allocations is not None:
        run.state = set_allocations(storage, run.state, run.allocations)
    return storage


def set_allocations(storage: Storage, state: ProgramState, intervals: tuple[Interval, ...]) -> ProgramState:
    """Replace the allocated pages, if they change; the freed ones leave the page table (JOU-97, PST-29, PST-30).

    Raises:
        Rejected: InactiveProgram.
    """
    program = _require_active(state)
    before = program.allocations.load(storage)
    if before == intervals:
        return state
    program = replace(program, allocations=Reference.to(ALLOCATIONS, intervals))
    freed = freed_gear_pages(before, intervals)
    if freed:
        table = remove_pages(storage, program.pages.load(storage), freed)
        program = replace(program, pages=Reference.to(MEMORY_PAGES, table))
    return replace(state, program=program)


def _require_active(state: ProgramState) -> ActiveProgram:
    if not isinstance(state.program, ActiveProgram):
        raise Rejected(ProgramRejection.InactiveProgram)
    return state.program
