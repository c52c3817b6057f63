"""Dispatches as program states keep them.

The destination is not kept: it is the program whose state holds the dispatch.

Rules: PST-9 to PST-11, PST-14 to PST-17.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from immutables import Map

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U128
from gearexe_spec.codec.scale import Codec, boolean, enumeration, option, struct, u32, u128
from gearexe_spec.crypto.ids import compute_reply_id
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.message import (
    ContextStore,
    DispatchKind,
    MessageDetails,
    ReplyDetails,
    actor_id,
    context_store,
    dispatch_kind,
    message_details,
    message_id,
)
from gearexe_spec.program.fifo import Fifo, fifo
from gearexe_spec.program.payload import EMPTY_PAYLOAD, PayloadLookup, payload_lookup
from gearexe_spec.program.remembered import RememberedCodec
from gearexe_spec.program.storage import Kind
from gearexe_spec.program.tables import table

T = TypeVar("T")


class MessageType(Enum):
    """Through which door a message came: an Ethereum event, or an injected transaction (PST-9)."""

    Canonical = 0
    Injected = 1


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A message in a queue, in the waitlist or in the stash (PST-10).

    `call` tells that the reply is to be delivered as a call to the sender.
    """

    id: MessageId
    kind: DispatchKind
    source: ActorId
    payload: PayloadLookup
    value: U128
    details: MessageDetails | None
    context: ContextStore | None
    message_type: MessageType
    call: bool


@dataclass(frozen=True, slots=True)
class Expiring(Generic[T]):
    """Something with the block height of the task that ends it (PST-14)."""

    value: T
    expiry: U32


@dataclass(frozen=True, slots=True)
class DelayedDispatch:
    """A sent dispatch whose delay has not passed; `user` is its destination unless that is the program (PST-16)."""

    dispatch: Dispatch
    user: ActorId | None


@dataclass(frozen=True, slots=True)
class MailboxMessage:
    """What a user has got from a program and not answered yet (PST-17)."""

    payload: PayloadLookup
    value: U128
    message_type: MessageType


MessageQueue = Fifo[Dispatch]
Waitlist = Map[MessageId, Expiring[Dispatch]]
DispatchStash = Map[MessageId, Expiring[DelayedDispatch]]
UserMailbox = Map[MessageId, Expiring[MailboxMessage]]


def expiring(value: Codec[T]) -> Codec[Expiring[T]]:
    """Codec of something that expires: the thing, then the height (PST-14)."""
    return struct(Expiring, value=value, expiry=u32)


message_type: Codec[MessageType] = enumeration(MessageType)
dispatch: Codec[Dispatch] = struct(
    Dispatch,
    id=message_id,
    kind=dispatch_kind,
    source=actor_id,
    payload=payload_lookup,
    value=u128,
    details=option(message_details),
    context=option(context_store),
    message_type=message_type,
    call=boolean,
)
delayed_dispatch: Codec[DelayedDispatch] = struct(DelayedDispatch, dispatch=dispatch, user=option(actor_id))
mailbox_message: Codec[MailboxMessage] = struct(
    MailboxMessage, payload=payload_lookup, value=u128, message_type=message_type
)
message_queue: Codec[MessageQueue] = fifo(RememberedCodec(dispatch))
waitlist: Codec[Waitlist] = table(message_id, RememberedCodec(expiring(dispatch)))
dispatch_stash: Codec[DispatchStash] = table(message_id, RememberedCodec(expiring(delayed_dispatch)))
user_mailbox: Codec[UserMailbox] = table(message_id, RememberedCodec(expiring(mailbox_message)))

MESSAGE_QUEUE: Kind[MessageQueue] = Kind(message_queue, Fifo())
WAITLIST: Kind[Waitlist] = Kind(waitlist, Map())
DISPATCH_STASH: Kind[DispatchStash] = Kind(dispatch_stash, Map())
USER_MAILBOX: Kind[UserMailbox] = Kind(user_mailbox, Map())


def reply_dispatch(
    replied_to: MessageId, source: ActorId, payload: PayloadLookup, value: U128, code: ReplyCode, *, kind: MessageType
) -> Dispatch:
    """A reply to a message that the program sent (PST-11).

    Source: ethexe/runtime/common/src/state.rs `Dispatch::reply`, `Dispatch::new_reply`.
    """
    return Dispatch(
        id=compute_reply_id(replied_to),
        kind=DispatchKind.Reply,
        source=source,
        payload=payload,
        value=value,
        details=ReplyDetails(replied_to, code),
        context=None,
        message_type=kind,
        call=False,
    )


def automatic_reply(replied_to: MessageId, source: ActorId, kind: MessageType) -> Dispatch:
    """The empty reply of a user who took the value or let the message expire (PST-11)."""
    return reply_dispatch(replied_to, source, EMPTY_PAYLOAD, U128(0), ReplyCode.SuccessAuto, kind=kind)
