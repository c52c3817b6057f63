"""The journal: what one execution asks to be done, as an ordered list of notes.

Notes travel only between the runtime and its host, so they have no encoding and enter no hash; order and contents
matter. All kinds of the protocol are here; those marked so are never made in Gear.exe.

Rules: EXE-90 to EXE-97; which notes are made, in which order: EXE-100 to EXE-116.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gearexe_spec.base.ids import ActorId, CodeId, MessageId, ReservationId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.codec.scale import Codec, enumeration
from gearexe_spec.execution.codes import SignalCode
from gearexe_spec.execution.message import Dispatch, StoredDispatch


class WaitedType(Enum):
    """How a message waits (EXE-90).

    `WaitUpToFull` could pay for all it asked for, `WaitUpTo` could not; `Wait` is not available in Gear.exe.
    """

    Wait = 0
    WaitFor = 1
    WaitUpTo = 2
    WaitUpToFull = 3


waited_type: Codec[WaitedType] = enumeration(WaitedType)


@dataclass(frozen=True, slots=True)
class Success:
    """The message was handled (EXE-91)."""


@dataclass(frozen=True, slots=True)
class InitSuccess:
    """The program is initialized now (EXE-91)."""

    program_id: ActorId


@dataclass(frozen=True, slots=True)
class InitFailure:
    """The program could not be initialized and is terminated (EXE-91).

    `reason` is for people; the protocol does not look at it.
    """

    program_id: ActorId
    origin: ActorId
    reason: str


@dataclass(frozen=True, slots=True)
class MessageTrap:
    """The execution failed (EXE-91). `trap` is for people."""

    program_id: ActorId
    trap: str


@dataclass(frozen=True, slots=True)
class Exit:
    """The program has exited (EXE-91)."""

    program_id: ActorId


@dataclass(frozen=True, slots=True)
class NoExecution:
    """The program could not be executed (EXE-91)."""


Outcome = Success | InitSuccess | InitFailure | MessageTrap | Exit | NoExecution


@dataclass(frozen=True, slots=True)
class MessageDispatched:
    """How the message ended (EXE-92)."""

    message_id: MessageId
    source: ActorId
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class GasBurned:
    """Gas that is paid for; `is_panic` marks a panic of the program itself (EXE-92)."""

    message_id: MessageId
    amount: U64
    is_panic: bool


@dataclass(frozen=True, slots=True)
class ExitDispatch:
    """The program exits; its value goes to `value_destination` (EXE-92)."""

    id_exited: ActorId
    value_destination: ActorId


@dataclass(frozen=True, slots=True)
class MessageConsumed:
    """The message leaves its queue (EXE-92)."""

    message_id: MessageId


@dataclass(frozen=True, slots=True)
class SendDispatch:
    """A message is sent, `delay` blocks from now; `message_id` is the message that caused it (EXE-93)."""

    message_id: MessageId
    dispatch: Dispatch
    delay: U32
    reservation: ReservationId | None


@dataclass(frozen=True, slots=True)
class WaitDispatch:
    """The message goes to the waitlist, for `duration` blocks (EXE-93)."""

    dispatch: StoredDispatch
    duration: U32 | None
    waited_type: WaitedType


@dataclass(frozen=True, slots=True)
class WakeMessage:
    """A waiting message is to be executed again (EXE-93)."""

    message_id: MessageId
    program_id: ActorId
    awakening_id: MessageId
    delay: U32


@dataclass(frozen=True, slots=True)
class UpdatePage:
    """New content of a page of 16,384 bytes (EXE-94)."""

    program_id: ActorId
    page_number: U32
    data: bytes


@dataclass(frozen=True, slots=True)
class UpdateAllocations:
    """The allocated WASM pages from now on: disjoint, ascending intervals, both ends included (EXE-94)."""

    program_id: ActorId
    allocations: tuple[tuple[U32, U32], ...]


@dataclass(frozen=True, slots=True)
class SendValue:
    """Value moves between accounts; `locked` has no meaning in Gear.exe (EXE-95)."""

    from_: ActorId
    to: ActorId
    value: U128
    locked: bool


@dataclass(frozen=True, slots=True)
class StopProcessing:
    """The allowance is used up: the dispatch stays where it is, as it was (EXE-96)."""

    dispatch: StoredDispatch
    gas_burned: U64


@dataclass(frozen=True, slots=True)
class StoreNewPrograms:
    """Programs were created by a program (EXE-97, never made)."""

    program_id: ActorId
    code_id: CodeId
    candidates: tuple[tuple[MessageId, ActorId], ...]


@dataclass(frozen=True, slots=True)
class ReserveGas:
    """Gas was reserved (EXE-97, never made)."""

    message_id: MessageId
    reservation_id: ReservationId
    program_id: ActorId
    amount: U64
    duration: U32


@dataclass(frozen=True, slots=True)
class UnreserveGas:
    """A reservation was given up (EXE-97, never made)."""

    reservation_id: ReservationId
    program_id: ActorId
    expiration: U32


@dataclass(frozen=True, slots=True)
class UpdateGasReservations:
    """The program's reservations changed (EXE-97, never made)."""

    program_id: ActorId


@dataclass(frozen=True, slots=True)
class SystemReserveGas:
    """Gas was set aside for a signal (EXE-97, never made)."""

    message_id: MessageId
    amount: U64


@dataclass(frozen=True, slots=True)
class SystemUnreserveGas:
    """Gas set aside for a signal is free again (EXE-97; made only of what no message has, EXE-117)."""

    message_id: MessageId


@dataclass(frozen=True, slots=True)
class SendSignal:
    """A signal is sent to the program itself (EXE-97; made only of what no message has, EXE-117)."""

    message_id: MessageId
    destination: ActorId
    code: SignalCode


@dataclass(frozen=True, slots=True)
class ReplyDeposit:
    """Gas was set aside for handling a future reply (EXE-97, never made)."""

    message_id: MessageId
    future_reply_id: MessageId
    amount: U64


JournalNote = (
    MessageDispatched
    | GasBurned
    | ExitDispatch
    | MessageConsumed
    | SendDispatch
    | WaitDispatch
    | WakeMessage
    | UpdatePage
    | UpdateAllocations
    | SendValue
    | StoreNewPrograms
    | StopProcessing
    | ReserveGas
    | UnreserveGas
    | UpdateGasReservations
    | SystemReserveGas
    | SystemUnreserveGas
    | SendSignal
    | ReplyDeposit
)

Journal = tuple[JournalNote, ...]
