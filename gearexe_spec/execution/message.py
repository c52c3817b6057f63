"""Messages in all the forms they take on their way through an executor.

A dispatch is a message with its kind. Incoming and stored forms carry no gas, since a program pays for its messages;
what a program sends has an optional gas limit, which is absent in Gear.exe except for the zero of automatic replies.

Rules: EXE-10 to EXE-16, EXE-19.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.codec.scale import (
    Codec,
    byte_vector,
    compact_u128,
    enumeration,
    fixed,
    option,
    ordered_set,
    struct,
    u32,
    u64,
    u128,
    union,
)
from gearexe_spec.execution.codes import ReplyCode, SignalCode, reply_code, signal_code

ZERO_U32 = U32(0)
ZERO_U64 = U64(0)
MAX_PAYLOAD_SIZE = 8 * 1024 * 1024
"""Greatest length of a payload in bytes (EXE-11)."""


class DispatchKind(Enum):
    """Which entry point of the program a message is for (EXE-10)."""

    Init = 0
    Handle = 1
    Reply = 2
    Signal = 3

    @property
    def entry(self) -> str:
        """Name of the exported function (EXE-10)."""
        return _ENTRIES[self.value]

    @property
    def is_answered(self) -> bool:
        """Whether a reply goes back: neither replies nor signals are answered (EXE-10)."""
        return self in (DispatchKind.Init, DispatchKind.Handle)


_ENTRIES = ("init", "handle", "handle_reply", "handle_signal")


@dataclass(frozen=True, slots=True)
class ReplyDetails:
    """Which message a reply answers, and how that message ended (EXE-12)."""

    to: MessageId
    code: ReplyCode


@dataclass(frozen=True, slots=True)
class SignalDetails:
    """Which message a signal is about (EXE-12)."""

    to: MessageId
    code: SignalCode


MessageDetails = ReplyDetails | SignalDetails


@dataclass(frozen=True, slots=True)
class ContextStore:
    """What a message remembers from one execution to the next, over waits (EXE-13)."""

    initialized: frozenset[ActorId] = frozenset()
    reservation_nonce: U64 = ZERO_U64
    system_reservation: U64 | None = None
    local_nonce: U32 = ZERO_U32


@dataclass(frozen=True, slots=True)
class IncomingDispatch:
    """What one execution is about (EXE-14).

    `context` is absent until the message has waited.
    """

    id: MessageId
    kind: DispatchKind
    source: ActorId
    payload: bytes
    value: U128
    details: MessageDetails | None = None
    context: ContextStore | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its gas, as programs send it (EXE-15)."""

    id: MessageId
    source: ActorId
    destination: ActorId
    payload: bytes
    gas_limit: U64 | None
    value: U128
    details: MessageDetails | None


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A sent message with its kind (EXE-15)."""

    kind: DispatchKind
    message: Message


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message without gas (EXE-16)."""

    id: MessageId
    source: ActorId
    destination: ActorId
    payload: bytes
    value: U128
    details: MessageDetails | None


@dataclass(frozen=True, slots=True)
class StoredDispatch:
    """A message that waits or that is put back into its queue (EXE-16)."""

    kind: DispatchKind
    message: StoredMessage
    context: ContextStore | None

    @classmethod
    def from_incoming(
        cls, dispatch: IncomingDispatch, destination: ActorId, context: ContextStore | None
    ) -> StoredDispatch:
        """The dispatch as it came to `destination`, with the context given (EXE-14, EXE-16)."""
        message = StoredMessage(
            dispatch.id, dispatch.source, destination, dispatch.payload, dispatch.value, dispatch.details
        )
        return cls(dispatch.kind, message, context)


@dataclass(frozen=True, slots=True)
class ReplyInfo:
    """A reply as callers see it (EXE-19)."""

    payload: bytes
    value: U128
    code: ReplyCode


actor_id: Codec[ActorId] = fixed(ActorId)
message_id: Codec[MessageId] = fixed(MessageId)
payload_bytes: Codec[bytes] = byte_vector(MAX_PAYLOAD_SIZE)
dispatch_kind: Codec[DispatchKind] = enumeration(DispatchKind)
reply_details: Codec[ReplyDetails] = struct(ReplyDetails, to=message_id, code=reply_code)
signal_details: Codec[SignalDetails] = struct(SignalDetails, to=message_id, code=signal_code)
message_details: Codec[MessageDetails] = union({0: (ReplyDetails, reply_details), 1: (SignalDetails, signal_details)})
context_store: Codec[ContextStore] = struct(
    ContextStore,
    initialized=ordered_set(actor_id),
    reservation_nonce=u64,
    system_reservation=option(u64),
    local_nonce=u32,
)
message: Codec[Message] = struct(
    Message,
    id=message_id,
    source=actor_id,
    destination=actor_id,
    payload=payload_bytes,
    gas_limit=option(u64),
    value=u128,
    details=option(message_details),
)
dispatch: Codec[Dispatch] = struct(Dispatch, kind=dispatch_kind, message=message)
stored_message: Codec[StoredMessage] = struct(
    StoredMessage,
    id=message_id,
    source=actor_id,
    destination=actor_id,
    payload=payload_bytes,
    value=compact_u128,
    details=option(message_details),
)
stored_dispatch: Codec[StoredDispatch] = struct(
    StoredDispatch, kind=dispatch_kind, message=stored_message, context=option(context_store)
)
reply_info: Codec[ReplyInfo] = struct(ReplyInfo, payload=byte_vector(), value=u128, code=reply_code)
