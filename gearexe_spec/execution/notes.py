"""From the end of an execution to the notes of its journal, in production's order.

Rules: EXE-100 to EXE-117.
Source: protocol/processor/src/processing.rs (`process_success`, `process_error`, `process_allowance_exceed`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.execution.allocation import PageSet
from gearexe_spec.execution.codes import ReplyCode, SignalCode
from gearexe_spec.execution.context import Sent, make_reply
from gearexe_spec.execution.journal import (
    Exit,
    ExitDispatch,
    GasBurned,
    InitFailure,
    InitSuccess,
    Journal,
    JournalNote,
    MessageConsumed,
    MessageDispatched,
    MessageTrap,
    NoExecution,
    Outcome,
    SendDispatch,
    SendSignal,
    SendValue,
    StopProcessing,
    Success,
    SystemUnreserveGas,
    UpdateAllocations,
    UpdatePage,
    WaitDispatch,
    WakeMessage,
)
from gearexe_spec.execution.message import ContextStore, DispatchKind, ReplyDetails, StoredDispatch
from gearexe_spec.execution.precharge import Failure
from gearexe_spec.execution.program import DispatchContext
from gearexe_spec.execution.termination import Exited, Succeeded, Waiting

NO_DELAY = U32(0)
NO_VALUE = U128(0)


@dataclass(frozen=True, slots=True)
class Effects:
    """What an execution leaves behind when it did not fail.

    Args:
        termination: how it ended.
        outgoing: what it sent, the reply last.
        has_replied: whether there is a reply among it.
        wakes: whom it wakes.
        pages: new contents by Gear page number, ascending.
        allocations: what is allocated now; absent if nothing was allocated or freed.
        store: what the message remembers.
    """

    termination: Succeeded | Exited | Waiting
    outgoing: tuple[Sent, ...]
    has_replied: bool
    wakes: tuple[MessageId, ...]
    pages: tuple[tuple[int, bytes], ...]
    allocations: PageSet | None
    store: ContextStore


def compute_success_notes(context: DispatchContext, burned: int, effects: Effects) -> Journal:
    """The journal of success, waiting and exit (EXE-100 to EXE-109)."""
    return tuple(_success_notes(context, burned, effects))


def _success_notes(context: DispatchContext, burned: int, effects: Effects) -> Iterator[JournalNote]:
    """The notes one by one (EXE-90 to EXE-95)."""
    dispatch = context.dispatch
    termination = effects.termination
    yield GasBurned(dispatch.id, U64(burned), False)
    yield from _incoming_value(context, locked=False)

    if not isinstance(termination, Waiting) and dispatch.kind.is_answered and not effects.has_replied:
        reply = make_reply(context.program_id, dispatch, ReplyCode.SuccessAuto, gas_limit=U64(0))
        yield SendDispatch(dispatch.id, reply, NO_DELAY, None)
    for sent in effects.outgoing:
        yield SendDispatch(dispatch.id, sent.dispatch, U32(sent.delay), None)
    for awakening in effects.wakes:
        yield WakeMessage(dispatch.id, context.program_id, awakening, NO_DELAY)

    for number, data in effects.pages:
        yield UpdatePage(context.program_id, U32(number), data)
    if effects.allocations is not None:
        intervals = tuple((U32(first), U32(last)) for first, last in effects.allocations.intervals)
        yield UpdateAllocations(context.program_id, intervals)

    match termination:
        case Waiting(duration, waited_type):
            stored = StoredDispatch.from_incoming(dispatch, context.program_id, effects.store)
            yield WaitDispatch(stored, U32(duration), waited_type)
            return
        case Exited(inheritor):
            yield ExitDispatch(context.program_id, inheritor)
    if has_reservation(context):
        yield SystemUnreserveGas(dispatch.id)
    yield MessageDispatched(dispatch.id, dispatch.source, _success_outcome(context, termination))
    yield MessageConsumed(dispatch.id)


def compute_error_notes(context: DispatchContext, burned: int, failure: Failure) -> Journal:
    """The journal of a message that is answered with an error (EXE-110 to EXE-115)."""
    return tuple(_error_notes(context, burned, failure))


def _error_notes(context: DispatchContext, burned: int, failure: Failure) -> Iterator[JournalNote]:
    dispatch = context.dispatch
    yield GasBurned(dispatch.id, U64(burned), failure.is_panic)
    yield from _incoming_value(context, locked=dispatch.kind.is_answered)
    if has_reservation(context):
        yield from _signal(context, failure)
        yield SystemUnreserveGas(dispatch.id)
    if dispatch.kind.is_answered:
        value = dispatch.value if dispatch.context is None else NO_VALUE
        reply = make_reply(context.program_id, dispatch, failure.code, payload=failure.payload, value=value)
        yield SendDispatch(dispatch.id, reply, NO_DELAY, None)
    yield MessageDispatched(dispatch.id, dispatch.source, _error_outcome(context, failure))
    yield MessageConsumed(dispatch.id)


def compute_stop_notes(context: DispatchContext, burned: int) -> Journal:
    """The journal of a dispatch for which the allowance did not suffice: it stays as it was (EXE-96, EXE-116)."""
    stored = StoredDispatch.from_incoming(context.dispatch, context.program_id, context.dispatch.context)
    return (StopProcessing(stored, U64(burned)),)


def has_reservation(context: DispatchContext) -> bool:
    """Whether gas was set aside for a signal; no message of Gear.exe has any, but its stored form could (EXE-117)."""
    remembered = context.dispatch.context
    return remembered is not None and remembered.system_reservation is not None


def _signal(context: DispatchContext, failure: Failure) -> Iterator[JournalNote]:
    """Of a program that failed to run; not of an initialization, and not of an error that came back (EXE-117)."""
    dispatch = context.dispatch
    is_error_reply = isinstance(dispatch.details, ReplyDetails) and dispatch.details.code.is_error
    has_run = failure.code.name in SignalCode.__members__
    if has_run and not is_error_reply and dispatch.kind not in (DispatchKind.Signal, DispatchKind.Init):
        yield SendSignal(dispatch.id, context.program_id, SignalCode[failure.code.name])


def _incoming_value(context: DispatchContext, *, locked: bool) -> Iterator[JournalNote]:
    """The value of a message reaches the program with its first execution, whatever comes of it (EXE-101)."""
    dispatch = context.dispatch
    if dispatch.context is None and dispatch.value != 0:
        yield SendValue(dispatch.source, context.program_id, dispatch.value, locked)


def _success_outcome(context: DispatchContext, termination: Succeeded | Exited | Waiting) -> Outcome:
    if isinstance(termination, Exited):
        return Exit(context.program_id)
    if context.dispatch.kind is DispatchKind.Init:
        return InitSuccess(context.program_id)
    return Success()


def _error_outcome(context: DispatchContext, failure: Failure) -> Outcome:
    if not failure.counts_as_execution:
        return NoExecution()
    if context.dispatch.kind is DispatchKind.Init:
        return InitFailure(context.program_id, context.dispatch.source, failure.reason)
    return MessageTrap(context.program_id, failure.reason)
