"""The state of the network inside one block: program states, schedule, and what was done to each program so far.

All changes of a program go through one step, `update_program`: from then on the program is recorded as modified. A
program is read once, kept open while the block works on it, and written when its hash is needed.

Rules: JOU-20 to JOU-29.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import I128, U8, U32, U64, U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec, fixed, struct, u8
from gearexe_spec.execution.message import actor_id
from gearexe_spec.program.dispatch import Dispatch, MessageType
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.outcome import Message, ValueClaim
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.schedule import (
    Schedule,
    ScheduledTask,
    cancel_task,
    compute_due_height,
    schedule_task,
)
from gearexe_spec.program.state import ZERO_STATE, ZERO_STATE_HASH, ProgramState, read_state, write_state
from gearexe_spec.program.storage import Storage
from gearexe_spec.program.tables import table


@dataclass(frozen=True, slots=True)
class StateHashWithQueueSize:
    """What the network keeps per program and block (JOU-20)."""

    hash: Bytes32
    canonical_queue_size: U8
    injected_queue_size: U8


ProgramStates = Map[ActorId, StateHashWithQueueSize]

state_hash_with_queue_size: Codec[StateHashWithQueueSize] = struct(
    StateHashWithQueueSize, hash=fixed(Bytes32), canonical_queue_size=u8, injected_queue_size=u8
)
program_states: Codec[ProgramStates] = table(actor_id, state_hash_with_queue_size)


def has_queue(record: StateHashWithQueueSize) -> bool:
    """Whether something is in one of the queues."""
    return bool(record.canonical_queue_size or record.injected_queue_size)


def set_record(states: ProgramStates, actor: ActorId, record: StateHashWithQueueSize) -> ProgramStates:
    """The states with another record of one program."""
    queued = queued_programs(states)
    changed = states.set(actor, record)
    if has_queue(record):
        queued = queued.set(actor, True)
    elif actor in queued:
        queued = queued.delete(actor)
    _remember_queued(changed, queued)
    return changed


def queued_programs(states: ProgramStates) -> Map[ActorId, bool]:
    """The programs with something in a queue, found without looking at all others where that was done before."""
    known = _QUEUED.get(id(states))
    if known is not None:
        return known[1]
    queued: Map[ActorId, bool] = Map({actor: True for actor, record in states.items() if has_queue(record)})
    _remember_queued(states, queued)
    return queued


_QUEUED: OrderedDict[int, tuple[ProgramStates, Map[ActorId, bool]]] = OrderedDict()
"""By the identity of the states, which stay alive with it: what `queued_programs` gave."""
_KEPT_QUEUED = 256


def _remember_queued(states: ProgramStates, queued: Map[ActorId, bool]) -> None:
    _QUEUED[id(states)] = (states, queued)
    if len(_QUEUED) > _KEPT_QUEUED:
        _QUEUED.popitem(last=False)


@dataclass(frozen=True, slots=True)
class BlockConfig:
    """What holds for the whole block (JOU-21).

    Args:
        height: of the Ethereum block it is anchored to.
        timestamp: of that block, in seconds.
        mailbox_validity: blocks until a mailbox message expires.
        answers_event_destinations: whether messages to the two event destinations are answered at once.
    """

    height: U32
    timestamp: U64 = U64(0)  # noqa: RUF009  # a number, not a call with effects
    mailbox_validity: U32 = U32(75)  # noqa: RUF009
    answers_event_destinations: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may still go to users in this block; held at zero (JOU-22)."""

    outgoing_messages: U32
    outgoing_bytes: U32
    call_replies: U32

    def spend(self, payload_length: int, is_call_reply: bool) -> Limits:
        """What is left after one more message (JOU-22)."""
        return Limits(
            self.outgoing_messages.saturating_sub(1),
            self.outgoing_bytes.saturating_sub(payload_length),
            self.call_replies.saturating_sub(1 if is_call_reply else 0),
        )


BLOCK_LIMITS = Limits(U32(128), U32(32_768), U32(4))
"""Limits of one block (JOU-22)."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to a user, and whether it will be committed to Ethereum (JOU-23)."""

    message: Message
    is_committable: bool


@dataclass(frozen=True, slots=True)
class Modification:
    """What the block did to one program so far (JOU-24).

    `value_to_receive` is in wei: positive what the Mirror gets from the Router, negative what it gives back.
    """

    initial_state: Bytes32
    inheritor: ActorId | None = None
    value_to_receive: I128 = I128(0)  # noqa: RUF009
    claims: Fifo[ValueClaim] = field(default_factory=Fifo)
    messages: Fifo[OutgoingMessage] = field(default_factory=Fifo)


@dataclass(frozen=True, slots=True)
class InBlockState:
    """The network in the middle of a block (JOU-25).

    Args:
        storage: everything stored so far.
        records: hash and queue sizes per program; the hash of an open program is old.
        open: programs that were changed since they were written last.
    """

    storage: Storage
    config: BlockConfig
    records: ProgramStates
    schedule: Schedule
    open: Map[ActorId, ProgramState] = field(default_factory=Map)
    modifications: Map[ActorId, Modification] = field(default_factory=Map)
    creations: Map[ActorId, CodeId] = field(default_factory=Map)
    limits: Limits = BLOCK_LIMITS

    def knows(self, actor: ActorId) -> bool:
        """Whether this is a program, be it active, exited or terminated (JOU-26)."""
        return actor in self.records

    def program(self, actor: ActorId) -> ProgramState:
        """The state of a program as it is now.

        Raises:
            Rejected: UnknownProgram, ObjectMissing.
        """
        state = self.open.get(actor)
        if state is not None:
            return state
        record = self.records.get(actor)
        if record is None:
            raise Rejected(ProgramRejection.UnknownProgram)
        return read_state(self.storage, record.hash)


def update_program(block: InBlockState, actor: ActorId, change: Callable[[ProgramState], ProgramState]) -> InBlockState:
    """Change the state of one program and record it as modified (JOU-27).

    Raises:
        Rejected: UnknownProgram, and whatever `change` raises.

    Source: ethexe/runtime/common/src/lib.rs `TransitionController::update_state`.
    """
    return set_program(block, actor, change(block.program(actor)))


def set_program(block: InBlockState, actor: ActorId, state: ProgramState) -> InBlockState:
    """Give a known program another state; the recorded queue sizes follow it (JOU-27)."""
    before = block.records[actor]
    record = StateHashWithQueueSize(before.hash, state.canonical_queue.size, state.injected_queue.size)
    return replace(
        block,
        records=block.records if record == before else set_record(block.records, actor, record),
        open=block.open.set(actor, state),
        modifications=_with_modification(block, actor),
    )


def set_run_result(block: InBlockState, actor: ActorId, state: ProgramState) -> InBlockState:
    """Give a program the state that its run ended with; the recorded queue sizes stay (JOU-28).

    Source: ethexe/runtime/common/src/transitions.rs `modify_state`.
    """
    return replace(block, open=block.open.set(actor, state), modifications=_with_modification(block, actor))


def create_program(block: InBlockState, actor: ActorId, code: CodeId) -> InBlockState:
    """A new program with the zero state; whatever was recorded for it is replaced (JOU-29).

    Source: ethexe/runtime/common/src/transitions.rs `register_new`.
    """
    record = StateHashWithQueueSize(ZERO_STATE_HASH, U8(0), U8(0))
    return replace(
        block,
        records=set_record(block.records, actor, record),
        open=block.open.set(actor, ZERO_STATE),
        modifications=block.modifications.set(actor, Modification(ZERO_STATE_HASH)),
        creations=block.creations.set(actor, code),
    )


def settle(block: InBlockState) -> InBlockState:
    """Write all open programs, so that the records show their hashes (JOU-25)."""
    if not block.open:
        return block
    storage, records = block.storage, block.records
    for actor, state in block.open.items():
        storage, key = write_state(storage, state)
        records = set_record(records, actor, replace(records[actor], hash=key))
    return replace(block, storage=storage, records=records, open=Map())


def queue_dispatch(block: InBlockState, actor: ActorId, dispatch: Dispatch) -> InBlockState:
    """Put a dispatch at the end of the queue of its type."""
    return update_program(block, actor, lambda state: push_to_queue(block.storage, state, dispatch))


def push_to_queue(storage: Storage, state: ProgramState, dispatch: Dispatch) -> ProgramState:
    """The state with one dispatch more at the end of the queue of its type (PST-32)."""
    queue = state.queue(dispatch.message_type).queue.load(storage)
    return state.with_queue(dispatch.message_type, queue.push(dispatch))


def pop_from_queue(
    storage: Storage, state: ProgramState, kind: MessageType, expected: MessageId
) -> tuple[ProgramState, Dispatch]:
    """Take the dispatch at the front of a queue, which must be the expected one.

    Raises:
        Rejected: EmptyQueue, WrongQueueHead.
    """
    queue = state.queue(kind).queue.load(storage)
    if not queue:
        raise Rejected(ProgramRejection.EmptyQueue)
    if queue.front.id != expected:
        raise Rejected(ProgramRejection.WrongQueueHead)
    return state.with_queue(kind, queue.pop()), queue.front


def schedule_in(block: InBlockState, blocks: U32, task: ScheduledTask) -> tuple[InBlockState, U32]:
    """Schedule a task some blocks from now; also returns the height at which it is due."""
    height = compute_due_height(block.config.height, blocks)
    return replace(block, schedule=schedule_task(block.schedule, height, task)), height


def cancel(block: InBlockState, height: U32, task: ScheduledTask) -> InBlockState:
    """Cancel a scheduled task.

    Raises:
        Rejected: NoTasksAtHeight, TaskNotFound.
    """
    return replace(block, schedule=cancel_task(block.schedule, height, task))


def add_message(block: InBlockState, actor: ActorId, message: OutgoingMessage) -> InBlockState:
    """Record a message of a program to a user (JOU-23)."""
    modification = block.modifications[actor]
    return _modify(block, actor, replace(modification, messages=modification.messages.push(message)))


def add_claim(block: InBlockState, actor: ActorId, claim: ValueClaim) -> InBlockState:
    """Record that the Mirror has to pay a user (JOU-24)."""
    modification = block.modifications[actor]
    return _modify(block, actor, replace(modification, claims=modification.claims.push(claim)))


def add_value_to_receive(block: InBlockState, actor: ActorId, value: U128, sign: int = 1) -> InBlockState:
    """Change what the Mirror gets (sign 1) or gives back (sign -1).

    Raises:
        Rejected: ValueNotI128, ValueToReceiveOverflow.
    """
    if value > I128.MAX:
        raise Rejected(ProgramRejection.ValueNotI128)
    modification = block.modifications[actor]
    total = int(modification.value_to_receive) + sign * int(value)
    if not I128.MIN <= total <= I128.MAX:
        raise Rejected(ProgramRejection.ValueToReceiveOverflow)
    return _modify(block, actor, replace(modification, value_to_receive=I128(total)))


def set_inheritor(block: InBlockState, actor: ActorId, inheritor: ActorId) -> InBlockState:
    """Record that the program exited in this block."""
    return _modify(block, actor, replace(block.modifications[actor], inheritor=inheritor))


def add_balance(state: ProgramState, value: U128) -> ProgramState:
    """The state with more value (JOU-33, BLK-34).

    Raises:
        Rejected: BalanceOverflow.
    """
    if int(state.balance) + int(value) > U128.MAX:
        raise Rejected(ProgramRejection.BalanceOverflow)
    return replace(state, balance=state.balance + value)


def subtract_balance(state: ProgramState, value: U128) -> ProgramState:
    """The state with less value.

    Raises:
        Rejected: BalanceUnderflow.
    """
    if value > state.balance:
        raise Rejected(ProgramRejection.BalanceUnderflow)
    return replace(state, balance=state.balance - value)


def _with_modification(block: InBlockState, actor: ActorId) -> Map[ActorId, Modification]:
    if actor in block.modifications:
        return block.modifications
    return block.modifications.set(actor, Modification(block.records[actor].hash))


def _modify(block: InBlockState, actor: ActorId, modification: Modification) -> InBlockState:
    return replace(block, modifications=block.modifications.set(actor, modification))
