"""The program state: one record per program, whose hash is the state hash the network agrees on.

Rules: PST-31 to PST-36.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U8, U32, U128
from gearexe_spec.codec.scale import Codec, boolean, struct, u8, u32, u128, union
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.execution.message import actor_id
from gearexe_spec.program.allocations import ALLOCATIONS, Allocations
from gearexe_spec.program.dispatch import (
    DISPATCH_STASH,
    MESSAGE_QUEUE,
    WAITLIST,
    DispatchStash,
    MessageQueue,
    MessageType,
    Waitlist,
)
from gearexe_spec.program.mailbox import MAILBOX, Mailbox
from gearexe_spec.program.pages import MEMORY_PAGES, MemoryPages
from gearexe_spec.program.storage import Reference, Storage, optional_reference


@dataclass(frozen=True, slots=True)
class ActiveProgram:
    """A program that may run (PST-31). `memory_infix` is always 0."""

    allocations: Reference[Allocations]
    pages: Reference[MemoryPages]
    memory_infix: U32
    initialized: bool


@dataclass(frozen=True, slots=True)
class ExitedProgram:
    """A program that has exited; its value went to the inheritor (PST-31)."""

    inheritor: ActorId


@dataclass(frozen=True, slots=True)
class TerminatedProgram:
    """A program whose initialization failed; `source` had sent it (PST-31)."""

    source: ActorId


Program = ActiveProgram | ExitedProgram | TerminatedProgram


@dataclass(frozen=True, slots=True)
class QueueWithSize:
    """A queue and its length, held at 255 (PST-32)."""

    queue: Reference[MessageQueue]
    size: U8

    @classmethod
    def of(cls, queue: MessageQueue) -> QueueWithSize:
        """The queue with its size as it is now."""
        return cls(Reference.to(MESSAGE_QUEUE, queue), U8(min(len(queue), U8.MAX)))


@dataclass(frozen=True, slots=True)
class ProgramState:
    """Everything about one program (PST-33).

    `balance` is value (wei) that the program may spend; `executable_balance` (WVARA base units) pays for its gas.
    """

    program: Program
    canonical_queue: QueueWithSize
    injected_queue: QueueWithSize
    waitlist: Reference[Waitlist]
    stash: Reference[DispatchStash]
    mailbox: Reference[Mailbox]
    balance: U128
    executable_balance: U128

    def queue(self, kind: MessageType) -> QueueWithSize:
        """The queue of one type of messages."""
        return self.injected_queue if kind is MessageType.Injected else self.canonical_queue

    def with_queue(self, kind: MessageType, queue: MessageQueue) -> ProgramState:
        """The state with another queue of one type, and its size (PST-32)."""
        changed = QueueWithSize.of(queue)
        if kind is MessageType.Injected:
            return replace(self, injected_queue=changed)
        return replace(self, canonical_queue=changed)


active_program: Codec[ActiveProgram] = struct(
    ActiveProgram,
    allocations=optional_reference(ALLOCATIONS),
    pages=optional_reference(MEMORY_PAGES),
    memory_infix=u32,
    initialized=boolean,
)
program: Codec[Program] = union(
    {
        0: (ActiveProgram, active_program),
        1: (ExitedProgram, struct(ExitedProgram, inheritor=actor_id)),
        2: (TerminatedProgram, struct(TerminatedProgram, source=actor_id)),
    }
)
queue_with_size: Codec[QueueWithSize] = struct(QueueWithSize, queue=optional_reference(MESSAGE_QUEUE), size=u8)
program_state: Codec[ProgramState] = struct(
    ProgramState,
    program=program,
    canonical_queue=queue_with_size,
    injected_queue=queue_with_size,
    waitlist=optional_reference(WAITLIST),
    stash=optional_reference(DISPATCH_STASH),
    mailbox=optional_reference(MAILBOX),
    balance=u128,
    executable_balance=u128,
)

_NO_QUEUE = QueueWithSize(Reference.absent(MESSAGE_QUEUE), U8(0))

ZERO_STATE = ProgramState(
    program=ActiveProgram(Reference.absent(ALLOCATIONS), Reference.absent(MEMORY_PAGES), U32(0), False),
    canonical_queue=_NO_QUEUE,
    injected_queue=_NO_QUEUE,
    waitlist=Reference.absent(WAITLIST),
    stash=Reference.absent(DISPATCH_STASH),
    mailbox=Reference.absent(MAILBOX),
    balance=U128(0),
    executable_balance=U128(0),
)
"""The state of a program that has just been created (PST-34)."""

ZERO_STATE_HASH = Bytes32.zero()
_ZERO_STATE_BLOB = program_state.encode(ZERO_STATE)


def hash_state(state: ProgramState) -> Bytes32:
    """The state hash: 32 zero bytes for the zero state, else the hash of the encoding (PST-34)."""
    blob = program_state.encode(state)
    return ZERO_STATE_HASH if blob == _ZERO_STATE_BLOB else blake2b256(blob)


def write_state(storage: Storage, state: ProgramState) -> tuple[Storage, Bytes32]:
    """Store a state and everything new that it refers to (PST-34, PST-35).

    Source: ethexe/db/src/database.rs `Storage::write_program_state`.
    """
    for part in _references(state):
        storage = part.save(storage)
    blob = program_state.encode(state)
    if blob == _ZERO_STATE_BLOB:
        return storage, ZERO_STATE_HASH
    storage, key = storage.write(blob)
    _remember(key, state)
    return storage, key


def read_state(storage: Storage, key: Bytes32) -> ProgramState:
    """The state with this hash (PST-34).

    Raises:
        Rejected: ObjectMissing; a ScaleRejection where the blob is no program state.

    Source: ethexe/db/src/database.rs `Storage::program_state`.
    """
    if key == ZERO_STATE_HASH:
        return ZERO_STATE
    blob = storage.read(key)
    state = _RECENT.get(key)
    if state is None:
        state = program_state.decode(blob)
        _remember(key, state)
    return state


def requires_init_message(state: ProgramState) -> bool:
    """Whether the next message to the program must initialize it (PST-36).

    A message that waits or is queued counts as sent; the stash and the mailbox are not looked at.

    Source: ethexe/runtime/common/src/state.rs `ProgramState::requires_init_message`.
    """
    return (
        is_uninitialized(state)
        and state.canonical_queue.queue.is_absent
        and state.injected_queue.queue.is_absent
        and state.waitlist.is_absent
    )


def is_uninitialized(state: ProgramState) -> bool:
    """Whether the program is active and was not initialized (PST-36)."""
    return isinstance(state.program, ActiveProgram) and not state.program.initialized


def _references(state: ProgramState) -> list[Reference[Any]]:
    references: list[Reference[Any]] = [
        state.canonical_queue.queue,
        state.injected_queue.queue,
        state.waitlist,
        state.stash,
        state.mailbox,
    ]
    if isinstance(state.program, ActiveProgram):
        references += [state.program.allocations, state.program.pages]
    return references


_RECENT: OrderedDict[Bytes32, ProgramState] = OrderedDict()
"""States by their hash: what was decoded once is not decoded again. The blob must be in the storage all the same."""
_RECENT_STATES = 4_096


def _remember(key: Bytes32, state: ProgramState) -> None:
    _RECENT[key] = state
    _RECENT.move_to_end(key)
    if len(_RECENT) > _RECENT_STATES:
        _RECENT.popitem(last=False)
