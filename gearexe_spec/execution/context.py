"""The message context: what the program sends, replies and wakes while it handles one message.

Rules: EXE-80 to EXE-89.
Source: protocol/core/src/message/context.rs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.crypto.ids import compute_outgoing_id, compute_reply_id
from gearexe_spec.execution.codes import ExtError, ReplyCode
from gearexe_spec.execution.message import (
    MAX_PAYLOAD_SIZE,
    ContextStore,
    Dispatch,
    DispatchKind,
    IncomingDispatch,
    Message,
    ReplyDetails,
)
from gearexe_spec.execution.parameters import OUTGOING_BYTES_LIMIT, OUTGOING_LIMIT

ZERO_VALUE = U128(0)


class Refused(Exception):
    """A system call fails in a way that the program is told (SYS-9)."""

    def __init__(self, error: ExtError) -> None:
        super().__init__(error.name)
        self.error = error


@dataclass(frozen=True, slots=True)
class Sent:
    """A committed message and after how many blocks it goes out."""

    dispatch: Dispatch
    delay: int


class MessageContext:
    """What one execution has sent so far.

    Args:
        program_id: the program that executes.
        dispatch: the message that it handles.
    """

    def __init__(self, program_id: ActorId, dispatch: IncomingDispatch) -> None:
        self.program_id = program_id
        self.dispatch = dispatch
        self.store = dispatch.context or ContextStore()
        self.local_nonce = int(self.store.local_nonce)
        self.handles: dict[int, bytearray | None] = {}
        self.bytes_sent = 0
        self.sent: list[Sent] = []
        self.reply_buffer = bytearray()
        self.reply: Dispatch | None = None
        self.wakes: list[MessageId] = []

    def open_handle(self) -> int:
        """Start a message and take its number (EXE-81).

        Raises:
            Refused: OutgoingMessagesAmountLimitExceeded.
        """
        if self.local_nonce >= OUTGOING_LIMIT:
            raise Refused(ExtError.OutgoingMessagesAmountLimitExceeded)
        handle = self.local_nonce
        self.local_nonce += 1
        self.handles[handle] = bytearray()
        return handle

    def push(self, handle: int, data: bytes) -> None:
        """Append to a message that is not committed yet (EXE-82).

        Raises:
            Refused: OutOfBounds, LateAccess, OutgoingMessagesBytesLimitExceeded, MaxMessageSizeExceed.
        """
        payload = self._open_payload(handle)
        self._check_bytes(len(data))
        _check_size(len(payload) + len(data))
        payload += data
        self.bytes_sent += len(data)

    def commit(self, handle: int, destination: ActorId, value: int, *, data: bytes, delay: int) -> MessageId:
        """Send a message: what was pushed, then `data` (EXE-15, EXE-83).

        Raises:
            Refused: OutOfBounds, LateAccess, OutgoingMessagesBytesLimitExceeded, MaxMessageSizeExceed; the message
                stays open with its data.
        """
        pushed = self._open_payload(handle)
        self._check_bytes(len(data))
        _check_size(len(pushed) + len(data))

        message_id = compute_outgoing_id(self.dispatch.id, U32(handle))
        payload = bytes(pushed) + data
        message = Message(message_id, self.program_id, destination, payload, None, U128(value), None)
        self.sent.append(Sent(Dispatch(DispatchKind.Handle, message), delay))
        self.handles[handle] = None
        self.bytes_sent += len(data)
        return message_id

    def push_reply(self, data: bytes) -> None:
        """Append to the reply (EXE-84).

        Raises:
            Refused: IncorrectEntryForReply, LateAccess, MaxMessageSizeExceed.
        """
        self._check_may_reply()
        if self.reply is not None:
            raise Refused(ExtError.LateAccess)
        _check_size(len(self.reply_buffer) + len(data))
        self.reply_buffer += data

    def commit_reply(self, value: int, data: bytes) -> MessageId:
        """Send the reply: what was pushed, then `data` (EXE-85).

        Raises:
            Refused: IncorrectEntryForReply, DuplicateReply, MaxMessageSizeExceed; the buffer stays.
        """
        self._check_may_reply()
        if self.reply is not None:
            raise Refused(ExtError.DuplicateReply)
        _check_size(len(self.reply_buffer) + len(data))

        payload = bytes(self.reply_buffer) + data
        self.reply = make_reply(
            self.program_id, self.dispatch, ReplyCode.SuccessManual, payload=payload, value=U128(value)
        )
        return self.reply.message.id

    def wake(self, message_id: MessageId) -> None:
        """Ask for a waiting message to be executed again; it need not exist (EXE-86).

        Raises:
            Refused: DuplicateWaking.
        """
        if message_id in self.wakes:
            raise Refused(ExtError.DuplicateWaking)
        self.wakes.append(message_id)

    def input_slice(self, offset: int, length: int) -> bytes:
        """Part of the incoming payload; see `check_input_range`."""
        return self.dispatch.payload[offset : offset + length]

    def check_input_range(self, offset: int, length: int) -> None:
        """A slice of the incoming payload starts inside it and ends in it (EXE-87).

        Raises:
            Refused: OutOfBoundsInputSliceOffset (an empty payload has no valid offset), OutOfBoundsInputSliceLength.
        """
        size = len(self.dispatch.payload)
        if offset >= size:
            raise Refused(ExtError.OutOfBoundsInputSliceOffset)
        if length > size - offset:
            raise Refused(ExtError.OutOfBoundsInputSliceLength)

    def outgoing(self) -> tuple[Sent, ...]:
        """All that was sent: messages in the order of their commits, the reply last (EXE-88)."""
        reply = () if self.reply is None else (Sent(self.reply, 0),)
        return (*self.sent, *reply)

    def remembered(self) -> ContextStore:
        """What the message remembers until its next execution (EXE-13, EXE-80)."""
        return replace(self.store, local_nonce=U32(self.local_nonce))

    def _open_payload(self, handle: int) -> bytearray:
        if handle not in self.handles:
            raise Refused(ExtError.OutOfBounds)
        payload = self.handles[handle]
        if payload is None:
            raise Refused(ExtError.LateAccess)
        return payload

    def _check_bytes(self, length: int) -> None:
        """One execution sends so many bytes (EXE-20)."""
        if self.bytes_sent + length > OUTGOING_BYTES_LIMIT:
            raise Refused(ExtError.OutgoingMessagesBytesLimitExceeded)

    def _check_may_reply(self) -> None:
        if not self.dispatch.kind.is_answered:
            raise Refused(ExtError.IncorrectEntryForReply)


def _check_size(length: int) -> None:
    """A payload is not longer than any may be (EXE-11)."""
    if length > MAX_PAYLOAD_SIZE:
        raise Refused(ExtError.MaxMessageSizeExceed)


def make_reply(
    program_id: ActorId,
    dispatch: IncomingDispatch,
    code: ReplyCode,
    *,
    payload: bytes = b"",
    value: U128 = ZERO_VALUE,
    gas_limit: U64 | None = None,
) -> Dispatch:
    """A reply to the message that is handled (EXE-12, EXE-89)."""
    details = ReplyDetails(dispatch.id, code)
    reply_id = compute_reply_id(dispatch.id)
    message = Message(reply_id, program_id, dispatch.source, payload, gas_limit, value, details)
    return Dispatch(DispatchKind.Reply, message)
