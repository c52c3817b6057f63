"""What the host does with the notes of one dispatch, after the run that made them.

The notes are handled in order; an exit is put off until all the others are done.

Rules: JOU-30 to JOU-54.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from immutables import Map

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.execution import journal, message
from gearexe_spec.execution.journal import JournalNote, WaitedType
from gearexe_spec.execution.message import DispatchKind, ReplyDetails
from gearexe_spec.program import schedule
from gearexe_spec.program.dispatch import (
    DISPATCH_STASH,
    WAITLIST,
    DelayedDispatch,
    Dispatch,
    Expiring,
    MailboxMessage,
    MessageType,
    automatic_reply,
)
from gearexe_spec.program.in_block import (
    InBlockState,
    OutgoingMessage,
    add_balance,
    add_claim,
    add_message,
    add_value_to_receive,
    cancel,
    pop_from_queue,
    push_to_queue,
    queue_dispatch,
    schedule_in,
    set_inheritor,
    subtract_balance,
    update_program,
)
from gearexe_spec.program.mailbox import MAILBOX, add_to_mailbox
from gearexe_spec.program.outcome import Message, ValueClaim
from gearexe_spec.program.payload import PayloadLookup, store_payload
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.state import ExitedProgram, ProgramState
from gearexe_spec.program.storage import Reference

LONGEST_UNPAID_WAIT = U32(64)
"""Blocks that a program waits at most for which it could not pay (JOU-45)."""
CHUNK_GAS_LIMIT = U64(1_000_000_000_000)
"""Gas that one program may use in one chunk (JOU-37)."""

EVENT_DESTINATIONS = (ActorId.zero(), ActorId(bytes(12) + b"\xff" * 20))
"""Messages to these are events for the world outside; nobody can answer them (JOU-42)."""

_NEVER_MADE = (
    journal.ReserveGas,
    journal.UnreserveGas,
    journal.UpdateGasReservations,
    journal.SystemReserveGas,
    journal.SystemUnreserveGas,
    journal.SendSignal,
    journal.ReplyDeposit,
)
_HANDLED_IN_THE_RUN = (
    journal.MessageDispatched,
    journal.GasBurned,
    journal.UpdatePage,
    journal.UpdateAllocations,
)


@dataclass(frozen=True, slots=True)
class DispatchJournal:
    """The notes of one dispatch that the run passed on (JOU-30).

    Args:
        program: whose queue ran.
        message_type: of the dispatch; messages it sends are of this type.
        call_reply: whether the reply to the dispatch is to be delivered as a call.
        notes: in order.
    """

    program: ActorId
    message_type: MessageType
    call_reply: bool
    notes: tuple[JournalNote, ...]


def apply_journal(
    block: InBlockState, dispatch_journal: DispatchJournal, allowance_left: U64
) -> tuple[InBlockState, bool]:
    """Do what the notes of one dispatch ask for.

    Args:
        block: the network before.
        dispatch_journal: the notes and where they come from.
        allowance_left: gas that the block had left before the chunk of this run.

    Returns:
        The network afterwards, and whether the block is out of gas.

    Raises:
        Rejected: a ProgramRejection, which aborts the block.

    Rules: JOU-30, JOU-31, JOU-37.
    Source: ethexe/runtime/common/src/journal.rs `NativeJournalHandler`; protocol/processor/src/handler.rs
    `handle_journal`.
    """
    out_of_gas = False
    exits: list[journal.ExitDispatch] = []
    for note in dispatch_journal.notes:
        match note:
            case journal.ExitDispatch():
                exits.append(note)
            case journal.StopProcessing():
                out_of_gas |= allowance_left < CHUNK_GAS_LIMIT
            case _:
                block = _apply_note(block, dispatch_journal, note)
    for note in exits:
        block = apply_exit(block, note)
    return block, out_of_gas


def _apply_note(block: InBlockState, origin: DispatchJournal, note: JournalNote) -> InBlockState:
    """Do one note; what the runtime has kept for itself or what is never made aborts the block (JOU-53, JOU-54)."""
    match note:
        case journal.MessageConsumed():
            return apply_consumed(block, origin, note.message_id)
        case journal.SendValue():
            return apply_send_value(block, note)
        case journal.SendDispatch():
            return apply_send_dispatch(block, origin, note)
        case journal.WaitDispatch():
            return apply_wait(block, origin, note)
        case journal.WakeMessage():
            return apply_wake(block, note)
    if isinstance(note, _HANDLED_IN_THE_RUN):
        raise Rejected(ProgramRejection.RuntimeNote)
    assert isinstance(note, (journal.StoreNewPrograms, *_NEVER_MADE)), "every kind of note has its case"
    raise Rejected(
        ProgramRejection.NotImplemented if isinstance(note, journal.StoreNewPrograms) else ProgramRejection.Deprecated
    )


def apply_consumed(block: InBlockState, origin: DispatchJournal, message_id: MessageId) -> InBlockState:
    """The message leaves the front of the queue (JOU-32).

    Raises:
        Rejected: UnknownProgram, EmptyQueue, WrongQueueHead.
    """
    return update_program(
        block,
        origin.program,
        lambda state: pop_from_queue(block.storage, state, origin.message_type, message_id)[0],
    )


def apply_send_value(block: InBlockState, note: journal.SendValue) -> InBlockState:
    """Value that came with a message reaches the program; the sender paid when it sent (JOU-33).

    Raises:
        Rejected: ValueToUser, BalanceOverflow, ValueNotI128, ValueToReceiveOverflow.
    """
    if not note.value:
        return block
    if not block.knows(note.to):
        raise Rejected(ProgramRejection.ValueToUser)

    block = update_program(block, note.to, lambda state: add_balance(state, note.value))
    return add_value_to_receive(block, note.to, note.value)


def apply_send_dispatch(block: InBlockState, origin: DispatchJournal, note: journal.SendDispatch) -> InBlockState:
    """A message is sent, to a program or to a user (JOU-34).

    Raises:
        Rejected: Deprecated where gas was given along; what sending raises.
    """
    sent = note.dispatch.message
    if note.reservation is not None or sent.gas_limit:
        raise Rejected(ProgramRejection.Deprecated)

    if block.knows(sent.destination):
        return send_to_program(block, origin, note.dispatch, note.delay)
    return send_to_user(block, origin, note.dispatch, note.delay)


def send_to_program(
    block: InBlockState, origin: DispatchJournal, dispatch: message.Dispatch, delay: U32
) -> InBlockState:
    """The sender pays; the message enters the receiver's queue, or its stash until the delay is over (JOU-35, JOU-36).

    Raises:
        Rejected: BalanceUnderflow, ValueNotI128, ValueToReceiveOverflow, PayloadTooBig.

    Source: ethexe/runtime/common/src/journal.rs `send_dispatch_to_program`.
    """
    sent = dispatch.message
    block, stored = _store_dispatch(block, dispatch, origin.message_type)
    if sent.value:
        block = _spend(block, sent.source, sent.value)

    if not delay:
        return queue_dispatch(block, sent.destination, stored)
    block, expiry = schedule_in(block, delay, schedule.SendDispatch(sent.destination, sent.id))
    return _stash(block, sent.destination, stored, expiry, None)


def send_to_user(block: InBlockState, origin: DispatchJournal, dispatch: message.Dispatch, delay: U32) -> InBlockState:
    """The first of these that applies: a reply, a delayed message, an event, a message for the mailbox.

    Raises:
        Rejected: BalanceUnderflow, ValueNotI128, ValueToReceiveOverflow, PayloadTooBig.

    Rules: JOU-38 to JOU-43.
    Source: ethexe/runtime/common/src/journal.rs `send_dispatch_to_user`.
    """
    sent = dispatch.message
    is_reply = dispatch.kind is DispatchKind.Reply
    is_call = is_reply and origin.call_reply
    block = replace(block, limits=block.limits.spend(len(sent.payload), is_call))

    if is_reply:
        return _send_reply_to_user(block, origin, sent, is_call)
    if sent.value:
        block = _spend(block, sent.source, sent.value)
    if delay:
        block, stored = _store_dispatch(block, dispatch, origin.message_type)
        block, expiry = schedule_in(block, delay, schedule.SendUserMessage(sent.id, sent.source))
        return _stash(block, sent.source, stored, expiry, sent.destination)
    if is_answered_at_once(block, sent.destination):
        return deliver_to_event_destination(block, sent.source, _to_outgoing(sent, False), origin.message_type)
    storage, payload = store_payload(block.storage, sent.payload)
    block = replace(block, storage=storage)
    return deliver_to_mailbox(block, sent.source, _to_outgoing(sent, False), payload, origin.message_type)


def is_answered_at_once(block: InBlockState, destination: ActorId) -> bool:
    """Whether a message to this user is an event in a block that answers events (JOU-42)."""
    return block.config.answers_event_destinations and destination in EVENT_DESTINATIONS


def deliver_to_event_destination(
    block: InBlockState, source: ActorId, outgoing: Message, kind: MessageType
) -> InBlockState:
    """The message goes out, its value is claimed, and the program gets an automatic reply (JOU-42).

    Source: ethexe/runtime/common/src/journal.rs `push_outgoing`.
    """
    block = update_program(
        block,
        source,
        lambda state: push_to_queue(block.storage, state, automatic_reply(outgoing.id, outgoing.destination, kind)),
    )
    block = push_outgoing(block, source, outgoing, kind)
    if is_committable(outgoing, kind):
        block = add_claim(block, source, ValueClaim(outgoing.id, outgoing.destination, outgoing.value))
    return block


def deliver_to_mailbox(
    block: InBlockState, source: ActorId, outgoing: Message, payload: PayloadLookup, kind: MessageType
) -> InBlockState:
    """The message goes out and waits in the mailbox until it is answered, claimed or expired (JOU-43)."""
    task = schedule.RemoveFromMailbox(source, outgoing.destination, outgoing.id)
    block, expiry = schedule_in(block, block.config.mailbox_validity, task)
    entry = Expiring(MailboxMessage(payload, outgoing.value, kind), expiry)

    def add(state: ProgramState) -> ProgramState:
        users = state.mailbox.load(block.storage)
        users = add_to_mailbox(block.storage, users, outgoing.destination, outgoing.id, entry)
        return replace(state, mailbox=Reference.to(MAILBOX, users))

    return push_outgoing(update_program(block, source, add), source, outgoing, kind)


def push_outgoing(block: InBlockState, source: ActorId, outgoing: Message, kind: MessageType) -> InBlockState:
    """Record a message to a user (JOU-39)."""
    return add_message(block, source, OutgoingMessage(outgoing, is_committable(outgoing, kind)))


def is_committable(outgoing: Message, kind: MessageType) -> bool:
    """Whether Ethereum has to know: not for injected messages without value or call (JOU-39)."""
    return kind is MessageType.Canonical or outgoing.value != 0 or outgoing.call


def apply_wait(block: InBlockState, origin: DispatchJournal, note: journal.WaitDispatch) -> InBlockState:
    """The message moves from the front of the queue to the waitlist, with a task that wakes it (JOU-44 to JOU-47).

    Raises:
        Rejected: WaitWithoutDuration, WaitForbidden, WaitZeroDuration, EmptyQueue, WrongQueueHead.

    Source: ethexe/runtime/common/src/journal.rs `wait_dispatch`.
    """
    message_id = note.dispatch.message.id
    duration = compute_wait_duration(note)
    block, expiry = schedule_in(block, duration, schedule.WakeMessage(origin.program, message_id))
    block, stored = _store_waiting(block, origin, note.dispatch)

    def move(state: ProgramState) -> ProgramState:
        state, _ = pop_from_queue(block.storage, state, origin.message_type, message_id)
        waiting = state.waitlist.load(block.storage).set(message_id, Expiring(stored, expiry))
        return replace(state, waitlist=Reference.to(WAITLIST, waiting))

    return update_program(block, origin.program, move)


def compute_wait_duration(note: journal.WaitDispatch) -> U32:
    """Blocks that the message waits at most (JOU-45).

    Raises:
        Rejected: WaitWithoutDuration, WaitForbidden, WaitZeroDuration.
    """
    if note.duration is None:
        raise Rejected(ProgramRejection.WaitWithoutDuration)
    if note.waited_type is WaitedType.Wait:
        raise Rejected(ProgramRejection.WaitForbidden)
    duration = note.duration
    if note.waited_type is WaitedType.WaitUpTo and duration > LONGEST_UNPAID_WAIT:
        duration = LONGEST_UNPAID_WAIT
    if not duration:
        raise Rejected(ProgramRejection.WaitZeroDuration)
    return duration


def apply_wake(block: InBlockState, note: journal.WakeMessage) -> InBlockState:
    """A waiting message goes back to the queue of its own type; an unknown one is no error (JOU-48, JOU-49).

    Raises:
        Rejected: DelayedWake, TaskMissing.

    Source: ethexe/runtime/common/src/journal.rs `wake_message`.
    """
    if note.delay:
        raise Rejected(ProgramRejection.DelayedWake)
    waiting = block.program(note.program_id).waitlist.load(block.storage).get(note.awakening_id)
    if waiting is None:
        return update_program(block, note.program_id, lambda state: state)

    block = update_program(block, note.program_id, lambda state: take_from_waitlist(block, state, note.awakening_id)[0])
    block = queue_dispatch(block, note.program_id, waiting.value)
    task = schedule.WakeMessage(note.program_id, note.awakening_id)
    if task not in block.schedule.get(waiting.expiry, Map()):
        raise Rejected(ProgramRejection.TaskMissing)
    return cancel(block, waiting.expiry, task)


def take_from_waitlist(
    block: InBlockState, state: ProgramState, message_id: MessageId
) -> tuple[ProgramState, Dispatch]:
    """Take a waiting message away (PST-15).

    Raises:
        Rejected: WaitlistEntryMissing.
    """
    waiting = state.waitlist.load(block.storage)
    if message_id not in waiting:
        raise Rejected(ProgramRejection.WaitlistEntryMissing)
    left = Reference.to(WAITLIST, waiting.delete(message_id))
    return replace(state, waitlist=left), waiting[message_id].value


def apply_exit(block: InBlockState, note: journal.ExitDispatch) -> InBlockState:
    """The program exits, and all its value goes to the inheritor if that is a program (JOU-50 to JOU-52).

    Raises:
        Rejected: BalanceOverflow.

    Source: ethexe/runtime/common/src/journal.rs `exit_dispatch`.
    """
    left = block.program(note.id_exited).balance
    block = update_program(
        block,
        note.id_exited,
        lambda state: replace(state, program=ExitedProgram(note.value_destination), balance=U128(0)),
    )
    block = set_inheritor(block, note.id_exited, note.value_destination)
    if not block.knows(note.value_destination):
        return block
    return update_program(block, note.value_destination, lambda state: add_balance(state, left))


def _send_reply_to_user(
    block: InBlockState, origin: DispatchJournal, sent: message.Message, is_call: bool
) -> InBlockState:
    """A reply is paid by the Mirror itself, so `value_to_receive` stays (JOU-40)."""
    block = update_program(block, sent.source, lambda state: subtract_balance(state, sent.value))
    return push_outgoing(block, sent.source, _to_outgoing(sent, is_call), origin.message_type)


def _spend(block: InBlockState, program: ActorId, value: U128) -> InBlockState:
    """Value leaves the program, and its Mirror gives it back to the Router (JOU-35, JOU-41)."""
    block = update_program(block, program, lambda state: subtract_balance(state, value))
    return add_value_to_receive(block, program, value, -1)


def _store_dispatch(
    block: InBlockState, dispatch: message.Dispatch, kind: MessageType
) -> tuple[InBlockState, Dispatch]:
    """A sent dispatch as states keep it: of the type of the message that caused it, never with a call (JOU-36)."""
    sent = dispatch.message
    storage, payload = store_payload(block.storage, sent.payload)
    stored = Dispatch(sent.id, dispatch.kind, sent.source, payload, sent.value, sent.details, None, kind, False)
    return replace(block, storage=storage), stored


def _store_waiting(
    block: InBlockState, origin: DispatchJournal, dispatch: message.StoredDispatch
) -> tuple[InBlockState, Dispatch]:
    """A dispatch that waits keeps its kind, its type and its call, and gets its new context (JOU-46)."""
    kept = dispatch.message
    storage, payload = store_payload(block.storage, kept.payload)
    stored = Dispatch(
        id=kept.id,
        kind=dispatch.kind,
        source=kept.source,
        payload=payload,
        value=kept.value,
        details=kept.details,
        context=dispatch.context,
        message_type=origin.message_type,
        call=origin.call_reply,
    )
    return replace(block, storage=storage), stored


def _stash(block: InBlockState, owner: ActorId, dispatch: Dispatch, expiry: U32, user: ActorId | None) -> InBlockState:
    def add(state: ProgramState) -> ProgramState:
        stash = state.stash.load(block.storage).set(dispatch.id, Expiring(DelayedDispatch(dispatch, user), expiry))
        return replace(state, stash=Reference.to(DISPATCH_STASH, stash))

    return update_program(block, owner, add)


def _to_outgoing(sent: message.Message, call: bool) -> Message:
    details = sent.details if isinstance(sent.details, ReplyDetails) else None
    return Message(sent.id, sent.destination, sent.payload, sent.value, details, call)
