"""Codes that tell how a message ended: of replies, of signals, of failed system calls.

A reply code has three forms: four bytes for contracts and `gr_reply_code`, its SCALE encoding (one to three bytes) for
what executors store, and a name. The SCALE encoding is the four bytes without the zeros at the end that carry nothing,
so a member's value is that encoding.

Rules: EXE-1 to EXE-6.
"""

from __future__ import annotations

from enum import Enum

from gearexe_spec.base.fixed_bytes import Bytes4
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec, Reader, ScaleRejection, enumeration

_SUCCESS, _ERROR, _UNSUPPORTED = 0, 1, 255
_EXECUTION, _UNAVAILABLE, _REMOVED = 0, 2, 3


class ExecutionError(Enum):
    """Why an execution failed; the value is the byte in codes (EXE-1)."""

    RanOutOfGas = 0
    MemoryOverflow = 1
    BackendError = 2
    UserspacePanic = 3
    UnreachableInstruction = 4
    StackLimitExceeded = 5
    Unsupported = 255


class UnavailableActorError(Enum):
    """Why a program could not be executed at all; the value is the byte in codes (EXE-2)."""

    ProgramExited = 0
    InitializationFailure = 1
    Uninitialized = 2
    ProgramNotCreated = 3
    ReinstrumentationFailure = 4
    Unsupported = 255


class ReplyCode(Enum):
    """How a message was answered; the value is the SCALE encoding (EXE-3, EXE-4)."""

    SuccessAuto = bytes((_SUCCESS, 0))
    SuccessManual = bytes((_SUCCESS, 1))
    SuccessUnsupported = bytes((_SUCCESS, _UNSUPPORTED))
    ExecutionRanOutOfGas = bytes((_ERROR, _EXECUTION, 0))
    ExecutionMemoryOverflow = bytes((_ERROR, _EXECUTION, 1))
    ExecutionBackendError = bytes((_ERROR, _EXECUTION, 2))
    ExecutionUserspacePanic = bytes((_ERROR, _EXECUTION, 3))
    ExecutionUnreachableInstruction = bytes((_ERROR, _EXECUTION, 4))
    ExecutionStackLimitExceeded = bytes((_ERROR, _EXECUTION, 5))
    ExecutionUnsupported = bytes((_ERROR, _EXECUTION, _UNSUPPORTED))
    UnavailableProgramExited = bytes((_ERROR, _UNAVAILABLE, 0))
    UnavailableInitializationFailure = bytes((_ERROR, _UNAVAILABLE, 1))
    UnavailableUninitialized = bytes((_ERROR, _UNAVAILABLE, 2))
    UnavailableProgramNotCreated = bytes((_ERROR, _UNAVAILABLE, 3))
    UnavailableReinstrumentationFailure = bytes((_ERROR, _UNAVAILABLE, 4))
    UnavailableUnsupported = bytes((_ERROR, _UNAVAILABLE, _UNSUPPORTED))
    RemovedFromWaitlist = bytes((_ERROR, _REMOVED))
    ErrorUnsupported = bytes((_ERROR, _UNSUPPORTED))
    Unsupported = bytes((_UNSUPPORTED,))

    @property
    def is_success(self) -> bool:
        """Whether the message was handled: automatic or manual reply (EXE-3)."""
        return self.value[0] == _SUCCESS

    @property
    def is_error(self) -> bool:
        """Whether it was not; a kind that nobody knows is neither (EXE-3)."""
        return self.value[0] == _ERROR

    def to_bytes(self) -> Bytes4:
        """Kind, reason, sub-reason, zero (EXE-3)."""
        return Bytes4(self.value.ljust(4, b"\0"))

    @staticmethod
    def from_bytes(data: Bytes4) -> ReplyCode:
        """The code that four bytes are read as; unknown bytes are the `Unsupported` of their level (EXE-5).

        Source: protocol/errors/src/simple.rs `ReplyCode::from_bytes`.
        """
        kind, reason, leaf = data[0], data[1], data[2]
        if kind == _SUCCESS:
            return _BY_ENCODING.get(bytes((kind, reason)), ReplyCode.SuccessUnsupported)
        if kind != _ERROR:
            return ReplyCode.Unsupported
        if reason == _REMOVED:
            return ReplyCode.RemovedFromWaitlist
        if reason not in (_EXECUTION, _UNAVAILABLE):
            return ReplyCode.ErrorUnsupported
        return _BY_ENCODING.get(bytes((kind, reason, leaf)), _BY_ENCODING[bytes((kind, reason, _UNSUPPORTED))])

    @staticmethod
    def from_execution_error(error: ExecutionError) -> ReplyCode:
        """Error / Execution / `error` (EXE-3)."""
        return _BY_ENCODING[bytes((_ERROR, _EXECUTION, error.value))]

    @staticmethod
    def from_unavailable_actor(error: UnavailableActorError) -> ReplyCode:
        """Error / UnavailableActor / `error` (EXE-3)."""
        return _BY_ENCODING[bytes((_ERROR, _UNAVAILABLE, error.value))]


_BY_ENCODING = {code.value: code for code in ReplyCode}


class _ReplyCodeCodec(Codec[ReplyCode]):
    """One to three bytes; unknown ones are refused, unlike in the four-byte form (EXE-4)."""

    def encode_into(self, value: ReplyCode, out: bytearray) -> None:
        """The bytes that carry something (EXE-1, EXE-2, EXE-4)."""
        out += value.value

    def decode_from(self, reader: Reader) -> ReplyCode:
        """Byte by byte, until a code is complete (EXE-4)."""
        encoding = reader.take(1)
        while encoding not in _BY_ENCODING:
            if encoding not in _PREFIXES:
                raise Rejected(ScaleRejection.InvalidVariant)
            encoding += reader.take(1)
        return _BY_ENCODING[encoding]


_PREFIXES = {encoding[:length] for encoding in _BY_ENCODING for length in range(1, len(encoding))}

reply_code: Codec[ReplyCode] = _ReplyCodeCodec()


class SignalCode(Enum):
    """Why a signal was sent, as the number that programs read (EXE-6). Gear.exe sends no signals."""

    ExecutionUserspacePanic = 100
    ExecutionRanOutOfGas = 101
    ExecutionBackendError = 102
    ExecutionMemoryOverflow = 103
    ExecutionUnreachableInstruction = 104
    ExecutionStackLimitExceeded = 105
    RemovedFromWaitlist = 200
    ExecutionUnsupported = 0xFFFFFFFF


class _SignalCodeCodec(Codec[SignalCode]):
    """00 and the execution error, or 01 (EXE-6)."""

    def encode_into(self, value: SignalCode, out: bytearray) -> None:
        """One or two bytes (EXE-6)."""
        if value is SignalCode.RemovedFromWaitlist:
            out.append(1)
        else:
            out += bytes((0, ExecutionError[value.name.removeprefix("Execution")].value))

    def decode_from(self, reader: Reader) -> SignalCode:
        """One or two bytes (EXE-6)."""
        tag = reader.take(1)[0]
        if tag > 1:
            raise Rejected(ScaleRejection.InvalidVariant)
        if tag == 1:
            return SignalCode.RemovedFromWaitlist
        return SignalCode["Execution" + execution_error.decode_from(reader).name]


execution_error: Codec[ExecutionError] = enumeration(ExecutionError)
signal_code: Codec[SignalCode] = _SignalCodeCodec()


class ExtError(Enum):
    """Errors that a system call hands to the program, as the u32 it reads; 0 would be success (EXE-7)."""

    NotEnoughGas = 100
    NotEnoughValue = 101
    TooBigReadLen = 103
    ReadWrongRange = 104
    NoReplyContext = 105
    NoSignalContext = 106
    NoStatusCodeContext = 107
    IncorrectEntryForReply = 108
    RuntimeAllocOutOfBounds = 200
    AccessOutOfBounds = 201
    MaxMessageSizeExceed = 300
    OutgoingMessagesAmountLimitExceeded = 301
    DuplicateReply = 302
    DuplicateWaking = 303
    LateAccess = 304
    OutOfBounds = 305
    DuplicateInit = 306
    InsufficientValue = 307
    InsufficientGasLimit = 308
    DuplicateReplyDeposit = 309
    IncorrectMessageForReplyDeposit = 310
    OutgoingMessagesBytesLimitExceeded = 311
    OutOfBoundsInputSliceOffset = 312
    OutOfBoundsInputSliceLength = 313
    InsufficientGasForDelayedSending = 399
    InvalidReservationId = 500
    ReservationsLimitReached = 501
    ZeroReservationDuration = 502
    ZeroReservationAmount = 503
    ReservationBelowMailboxThreshold = 504
    Unsupported = 0xFFFFFFFF
