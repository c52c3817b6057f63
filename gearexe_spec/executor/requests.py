"""What Ethereum asks of the executors: the request events of the Router and the Mirrors, and their effects.

Rules: BLK-30 to BLK-44.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from immutables import Map

from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.message import DispatchKind
from gearexe_spec.executor import ethereum_events
from gearexe_spec.executor.ethereum_events import BlockEvent
from gearexe_spec.executor.injected_transaction import VerifiedTransaction, compute_transaction_id
from gearexe_spec.program import schedule
from gearexe_spec.program.dispatch import (
    Dispatch,
    MailboxMessage,
    MessageType,
    automatic_reply,
    reply_dispatch,
)
from gearexe_spec.program.in_block import (
    InBlockState,
    add_balance,
    add_claim,
    add_value_to_receive,
    cancel,
    create_program,
    push_to_queue,
    queue_dispatch,
    update_program,
)
from gearexe_spec.program.mailbox import MAILBOX, remove_from_mailbox
from gearexe_spec.program.outcome import ValueClaim
from gearexe_spec.program.payload import store_payload
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.state import ProgramState, requires_init_message
from gearexe_spec.program.storage import Reference


@dataclass(frozen=True, slots=True)
class ProgramCreated:
    """The Router has created a program (BLK-30)."""

    actor: ActorId
    code_id: CodeId


@dataclass(frozen=True, slots=True)
class OwnedBalanceTopUpRequested:
    """Value (wei) for the program to spend (BLK-30)."""

    actor: ActorId
    value: U128


@dataclass(frozen=True, slots=True)
class ExecutableBalanceTopUpRequested:
    """WVARA that pays for the program's gas (BLK-30)."""

    actor: ActorId
    value: U128


@dataclass(frozen=True, slots=True)
class MessageQueueingRequested:
    """A message to the program (BLK-30)."""

    actor: ActorId
    id: MessageId
    source: ActorId
    payload: bytes
    value: U128
    call_reply: bool


@dataclass(frozen=True, slots=True)
class ReplyQueueingRequested:
    """A user's reply to a message in the mailbox (BLK-30)."""

    actor: ActorId
    replied_to: MessageId
    source: ActorId
    payload: bytes
    value: U128


@dataclass(frozen=True, slots=True)
class ValueClaimingRequested:
    """A user takes the value of a message in the mailbox (BLK-30)."""

    actor: ActorId
    claimed_id: MessageId
    source: ActorId


IgnoredRequest = (
    ethereum_events.CodeValidationRequested
    | ethereum_events.ComputationSettingsChanged
    | ethereum_events.StorageSlotChanged
    | ethereum_events.ValidatorsCommittedForEra
    | ethereum_events.ProtocolVersionChanged
)


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """A request that other parts of a node handle; no program changes (BLK-31)."""

    event: IgnoredRequest


MirrorRequest = (
    OwnedBalanceTopUpRequested
    | ExecutableBalanceTopUpRequested
    | MessageQueueingRequested
    | ReplyQueueingRequested
    | ValueClaimingRequested
)
RequestEvent = ProgramCreated | MirrorRequest | OtherRequest


def to_request(event: BlockEvent) -> RequestEvent | None:
    """What an event asks of the executors; nothing for events that only report (BLK-31, BLK-46, BLK-48).

    Source: ethexe/common/src/events/mirror.rs `to_request`, ethexe/common/src/events/router.rs `to_request`.
    """
    if isinstance(event, ethereum_events.FromMirror):
        return _mirror_request(event.actor_id, event.event)
    match event.event:
        case ethereum_events.ProgramCreated() as created:
            return ProgramCreated(created.actor_id, created.code_id)
        case (
            ethereum_events.CodeValidationRequested()
            | ethereum_events.ComputationSettingsChanged()
            | ethereum_events.StorageSlotChanged()
            | ethereum_events.ValidatorsCommittedForEra()
            | ethereum_events.ProtocolVersionChanged()
        ) as ignored:
            return OtherRequest(ignored)
        case _:
            return None


def _mirror_request(actor: ActorId, event: ethereum_events.MirrorEvent) -> MirrorRequest | None:
    match event:
        case ethereum_events.OwnedBalanceTopUpRequested():
            return OwnedBalanceTopUpRequested(actor, event.value)
        case ethereum_events.ExecutableBalanceTopUpRequested():
            return ExecutableBalanceTopUpRequested(actor, event.value)
        case ethereum_events.MessageQueueingRequested():
            return MessageQueueingRequested(actor, event.id, event.source, event.payload, event.value, event.call_reply)
        case ethereum_events.ReplyQueueingRequested():
            return ReplyQueueingRequested(actor, event.replied_to, event.source, event.payload, event.value)
        case ethereum_events.ValueClaimingRequested():
            return ValueClaimingRequested(actor, event.claimed_id, event.source)
        case _:
            return None


def apply_injected(block: InBlockState, injected: VerifiedTransaction) -> InBlockState:
    """Queue the message of an injected transaction (BLK-24).

    Raises:
        Rejected: UnknownProgram, InjectedToUninitializedProgram, PayloadTooBig.

    Source: ethexe/processor/src/handling/events.rs `handle_injected_transaction`.
    """
    transaction = injected.transaction
    transaction_id = compute_transaction_id(transaction)
    if requires_init_message(block.program(transaction.destination)):
        raise Rejected(ProgramRejection.InjectedToUninitializedProgram, {"txHash": transaction_id})

    storage, payload = store_payload(block.storage, transaction.payload)
    dispatch = Dispatch(
        id=transaction_id,
        kind=DispatchKind.Handle,
        source=injected.source,
        payload=payload,
        value=transaction.value,
        details=None,
        context=None,
        message_type=MessageType.Injected,
        call=False,
    )
    return queue_dispatch(replace(block, storage=storage), transaction.destination, dispatch)


def apply_request(block: InBlockState, event: RequestEvent, valid_codes: Map[CodeId, bool]) -> InBlockState:
    """Do what one event asks for (BLK-30 to BLK-33, BLK-47); events of unknown programs are ignored.

    Raises:
        Rejected: MissingCode, BalanceOverflow, ExecutableBalanceOverflow, PayloadTooBig, ValueNotI128,
            ValueToReceiveOverflow, NoTasksAtHeight, TaskNotFound.

    Source: ethexe/processor/src/handling/events.rs.
    """
    match event:
        case ProgramCreated():
            return apply_program_created(block, event, valid_codes)
        case OtherRequest():
            return block
    if not block.knows(event.actor):
        return block
    match event:
        case OwnedBalanceTopUpRequested():
            return update_program(block, event.actor, lambda state: add_balance(state, event.value))
        case ExecutableBalanceTopUpRequested():
            return update_program(block, event.actor, lambda state: add_executable_balance(state, event.value))
        case MessageQueueingRequested():
            return apply_message_queueing(block, event)
        case ReplyQueueingRequested():
            return apply_reply_queueing(block, event)
    return apply_value_claiming(block, event)


def apply_program_created(block: InBlockState, event: ProgramCreated, valid_codes: Map[CodeId, bool]) -> InBlockState:
    """A new program, whose code must have been validated (BLK-32).

    Raises:
        Rejected: MissingCode.
    """
    if not valid_codes.get(event.code_id, False):
        raise Rejected(ProgramRejection.MissingCode, {"actorId": event.actor, "codeId": event.code_id})
    return create_program(block, event.actor, event.code_id)


def add_executable_balance(state: ProgramState, value: U128) -> ProgramState:
    """The state with more to pay for gas (BLK-35).

    Raises:
        Rejected: ExecutableBalanceOverflow.
    """
    if int(state.executable_balance) + int(value) > U128.MAX:
        raise Rejected(ProgramRejection.ExecutableBalanceOverflow)
    return replace(state, executable_balance=state.executable_balance + value)


def apply_message_queueing(block: InBlockState, event: MessageQueueingRequested) -> InBlockState:
    """Queue a message; it initializes the program if nothing was sent before (BLK-36, BLK-37).

    The value is credited when the message is executed.

    Raises:
        Rejected: PayloadTooBig.
    """
    storage, payload = store_payload(block.storage, event.payload)

    def queue(state: ProgramState) -> ProgramState:
        dispatch = Dispatch(
            id=event.id,
            kind=DispatchKind.Init if requires_init_message(state) else DispatchKind.Handle,
            source=event.source,
            payload=payload,
            value=event.value,
            details=None,
            context=None,
            message_type=MessageType.Canonical,
            call=event.call_reply,
        )
        return push_to_queue(storage, state, dispatch)

    return update_program(replace(block, storage=storage), event.actor, queue)


def apply_reply_queueing(block: InBlockState, event: ReplyQueueingRequested) -> InBlockState:
    """A reply to a message in the mailbox; to any other it is ignored (BLK-38, BLK-39).

    Raises:
        Rejected: ValueNotI128, ValueToReceiveOverflow, NoTasksAtHeight, TaskNotFound, PayloadTooBig.
    """

    def reply(block: InBlockState) -> tuple[InBlockState, Dispatch]:
        storage, payload = store_payload(block.storage, event.payload)
        dispatch = reply_dispatch(
            event.replied_to,
            event.source,
            payload,
            event.value,
            ReplyCode.SuccessManual,
            kind=MessageType.Canonical,
        )
        return replace(block, storage=storage), dispatch

    return _answer_mailbox_message(block, event.actor, event.source, event.replied_to, reply)


def apply_value_claiming(block: InBlockState, event: ValueClaimingRequested) -> InBlockState:
    """The value of a message in the mailbox goes to the user, and the program gets an automatic reply (BLK-40).

    Raises:
        Rejected: ValueNotI128, ValueToReceiveOverflow, NoTasksAtHeight, TaskNotFound.
    """
    answer = automatic_reply(event.claimed_id, event.source, MessageType.Canonical)
    return _answer_mailbox_message(block, event.actor, event.source, event.claimed_id, lambda block: (block, answer))


def _answer_mailbox_message(
    block: InBlockState,
    actor: ActorId,
    user: ActorId,
    message_id: MessageId,
    make_answer: Callable[[InBlockState], tuple[InBlockState, Dispatch]],
) -> InBlockState:
    """Take the message out, claim its value, cancel its expiry, queue the answer; or do nothing (BLK-38)."""
    users, found = remove_from_mailbox(
        block.storage, block.program(actor).mailbox.load(block.storage), user, message_id
    )
    if found is None:
        return update_program(block, actor, lambda state: state)

    message: MailboxMessage = found.value
    block = update_program(block, actor, lambda state: replace(state, mailbox=Reference.to(MAILBOX, users)))
    block = add_value_to_receive(block, actor, message.value)
    block = add_claim(block, actor, ValueClaim(message_id, user, message.value))
    block = cancel(block, found.expiry, schedule.RemoveFromMailbox(actor, user, message_id))
    block, answer = make_answer(block)
    return queue_dispatch(block, actor, answer)
