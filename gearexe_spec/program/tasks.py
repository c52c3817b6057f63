"""What scheduled tasks do when they are due, and how a schedule is found again from the states.

Rules: JOU-60 to JOU-70.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from immutables import Map

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.execution.message import ReplyDetails
from gearexe_spec.program import schedule
from gearexe_spec.program.dispatch import DISPATCH_STASH, DelayedDispatch, automatic_reply
from gearexe_spec.program.in_block import (
    InBlockState,
    ProgramStates,
    add_claim,
    queue_dispatch,
    update_program,
)
from gearexe_spec.program.journal_handling import (
    deliver_to_event_destination,
    deliver_to_mailbox,
    is_answered_at_once,
    take_from_waitlist,
)
from gearexe_spec.program.mailbox import MAILBOX, remove_from_mailbox
from gearexe_spec.program.outcome import Message, ValueClaim
from gearexe_spec.program.payload import load_payload
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.schedule import Schedule, ScheduledTask, schedule_task, take_due_tasks
from gearexe_spec.program.state import ProgramState, read_state
from gearexe_spec.program.storage import Reference, Storage


def apply_due_tasks(block: InBlockState) -> tuple[InBlockState, tuple[ScheduledTask, ...]]:
    """Do everything that is due at the height of the block or was due before (JOU-60).

    Returns:
        The network afterwards, and the tasks in the order in which they were done.

    Raises:
        Rejected: a ProgramRejection, which aborts the block.

    Source: ethexe/processor/src/lib.rs `process_tasks`.
    """
    left, tasks = take_due_tasks(block.schedule, block.config.height)
    block = replace(block, schedule=left)
    for task in tasks:
        block = apply_task(block, task)
    return block, tasks


def apply_task(block: InBlockState, task: ScheduledTask) -> InBlockState:
    """Do one task (JOU-61, JOU-66, JOU-67).

    Source: ethexe/runtime/common/src/schedule.rs `Handler`.
    """
    match task:
        case schedule.RemoveFromMailbox():
            return expire_mailbox_message(block, task)
        case schedule.WakeMessage():
            return wake_at_last(block, task)
        case schedule.SendDispatch():
            return deliver_delayed_dispatch(block, task)
        case schedule.SendUserMessage():
            return deliver_delayed_user_message(block, task)
    raise Rejected(ProgramRejection.Deprecated)


def expire_mailbox_message(block: InBlockState, task: schedule.RemoveFromMailbox) -> InBlockState:
    """The user gets the value after all, and the program an automatic reply (JOU-62).

    The claim is not made up for in `value_to_receive` (finding F-PRO-6).

    Raises:
        Rejected: UnknownProgram, MailboxEntryMissing.
    """
    state = block.program(task.program)
    users, found = remove_from_mailbox(block.storage, state.mailbox.load(block.storage), task.user, task.message_id)
    if found is None:
        raise Rejected(ProgramRejection.MailboxEntryMissing)

    expired = found.value
    block = update_program(block, task.program, lambda state: replace(state, mailbox=Reference.to(MAILBOX, users)))
    block = add_claim(block, task.program, ValueClaim(task.message_id, task.user, expired.value))
    return queue_dispatch(block, task.program, automatic_reply(task.message_id, task.user, expired.message_type))


def wake_at_last(block: InBlockState, task: schedule.WakeMessage) -> InBlockState:
    """The message has waited long enough (JOU-63).

    Raises:
        Rejected: UnknownProgram, WaitlistEntryMissing.
    """
    state, waiting = take_from_waitlist(block, block.program(task.program), task.message_id)
    block = update_program(block, task.program, lambda _: state)
    return queue_dispatch(block, task.program, waiting)


def deliver_delayed_dispatch(block: InBlockState, task: schedule.SendDispatch) -> InBlockState:
    """A delayed message between programs arrives (JOU-64).

    Raises:
        Rejected: UnknownProgram, StashEntryMissing, StashEntryForUser.
    """
    block, delayed = _take_from_stash(block, task.program, task.message_id)
    if delayed.user is not None:
        raise Rejected(ProgramRejection.StashEntryForUser)
    return queue_dispatch(block, task.program, delayed.dispatch)


def deliver_delayed_user_message(block: InBlockState, task: schedule.SendUserMessage) -> InBlockState:
    """A delayed message to a user goes out; its value was taken when it was sent (JOU-65).

    Raises:
        Rejected: UnknownProgram, StashEntryMissing, StashEntryForProgram.
    """
    block, delayed = _take_from_stash(block, task.program, task.message_id)
    if delayed.user is None:
        raise Rejected(ProgramRejection.StashEntryForProgram)

    sent = delayed.dispatch
    details = sent.details if isinstance(sent.details, ReplyDetails) else None
    outgoing = Message(sent.id, delayed.user, load_payload(block.storage, sent.payload), sent.value, details, sent.call)
    if is_answered_at_once(block, delayed.user):
        return deliver_to_event_destination(block, task.program, outgoing, sent.message_type)
    return deliver_to_mailbox(block, task.program, outgoing, sent.payload, sent.message_type)


def restore_schedule(storage: Storage, states: ProgramStates) -> Schedule:
    """The schedule that fits the states: one task per waiting, delayed and unanswered message (JOU-68 to JOU-70).

    Source: ethexe/runtime/common/src/schedule.rs `Restorer`.
    """
    restored: Schedule = Map()
    for program, record in states.items():
        for height, task in _tasks_of(storage, program, read_state(storage, record.hash)):
            restored = schedule_task(restored, height, task)
    return restored


def _tasks_of(storage: Storage, program: ActorId, state: ProgramState) -> Iterator[tuple[U32, ScheduledTask]]:
    for message_id, waiting in state.waitlist.load(storage).items():
        yield waiting.expiry, schedule.WakeMessage(program, message_id)
    for message_id, delayed in state.stash.load(storage).items():
        if delayed.value.user is None:
            yield delayed.expiry, schedule.SendDispatch(program, message_id)
        else:
            yield delayed.expiry, schedule.SendUserMessage(message_id, program)
    for user, messages in state.mailbox.load(storage).items():
        for message_id, unanswered in messages.load(storage).items():
            yield unanswered.expiry, schedule.RemoveFromMailbox(program, user, message_id)


def _take_from_stash(
    block: InBlockState, program: ActorId, message_id: MessageId
) -> tuple[InBlockState, DelayedDispatch]:
    stash = block.program(program).stash.load(block.storage)
    if message_id not in stash:
        raise Rejected(ProgramRejection.StashEntryMissing)
    left = Reference.to(DISPATCH_STASH, stash.delete(message_id))
    return update_program(block, program, lambda state: replace(state, stash=left)), stash[message_id].value
