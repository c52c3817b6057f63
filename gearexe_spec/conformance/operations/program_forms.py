"""JSON forms of what program states are made of, where the general form does not say enough.

References are their hashes; a schedule is a list of heights, ascending, with tasks in execution order.

Rules: WIR-10, WIR-30.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U8, U32, U128
from gearexe_spec.conformance.json_form import Json, JsonFormError, camel_case_variant, from_json, to_json
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.executor.injected_transaction import signed_injected_transaction
from gearexe_spec.executor.sequencer_blocks import (
    AdvanceTillEthereumBlock,
    Operation,
    ProcessQueues,
    ProcessQueuesV2,
    ProcessQueuesV3,
    ProgressTasks,
)
from gearexe_spec.executor.signed_message import SignedMessage
from gearexe_spec.program.allocations import ALLOCATIONS
from gearexe_spec.program.dispatch import (
    DISPATCH_STASH,
    MESSAGE_QUEUE,
    USER_MAILBOX,
    WAITLIST,
    DelayedDispatch,
    Dispatch,
    DispatchStash,
    Expiring,
    MailboxMessage,
    MessageQueue,
    UserMailbox,
    Waitlist,
)
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.finalisation import FinalizedBlock
from gearexe_spec.program.in_block import ProgramStates, StateHashWithQueueSize, program_states
from gearexe_spec.program.mailbox import MAILBOX, Mailbox
from gearexe_spec.program.outcome import digest_transition, digest_transitions, hash_outcome
from gearexe_spec.program.pages import (
    MEMORY_PAGES,
    MEMORY_PAGES_REGION,
    MemoryPages,
    MemoryPagesRegion,
)
from gearexe_spec.program.schedule import (
    Schedule,
    ScheduledTask,
    order_tasks,
    schedule,
    schedule_task,
)
from gearexe_spec.program.state import (
    ZERO_STATE_HASH,
    ActiveProgram,
    ExitedProgram,
    Program,
    ProgramState,
    QueueWithSize,
    TerminatedProgram,
    read_state,
)
from gearexe_spec.program.storage import Reference, Storage


def load_storage(form: Json) -> Storage:
    """A storage from `{hash: blob}`; the hashes are taken as they are."""
    return Storage(Map(from_json(Mapping[Bytes32, bytes], form)))


def load_states(form: Json) -> ProgramStates:
    """Hash and queue sizes by program."""
    return Map(from_json(Mapping[ActorId, StateHashWithQueueSize], form))


def load_schedule(form: Json) -> Schedule:
    """A schedule from its list of heights."""
    loaded: Schedule = Map()
    for height, tasks in from_json(tuple[tuple[U32, tuple[ScheduledTask, ...]], ...], form):
        loaded = loaded.set(height, Map())
        for task in tasks:
            loaded = schedule_task(loaded, height, task)
    return loaded


def dump_schedule(tasks: Schedule) -> Json:
    """A schedule as `[[height, [task, …]], …]`."""
    return [[hex(height), [dump_task(task) for task in order_tasks(tasks[height])]] for height in sorted(tasks)]


def dump_task(task: ScheduledTask) -> Json:
    """A task under the name of its kind."""
    return {camel_case_variant(type(task)): to_json(task)}


def dump_program_state(state: ProgramState) -> dict[str, Json]:
    """A program state with the hashes of what it refers to."""
    return {
        "program": dump_program(state.program),
        "canonicalQueue": dump_queue(state.canonical_queue),
        "injectedQueue": dump_queue(state.injected_queue),
        "waitlist": to_json(state.waitlist.hash),
        "stash": to_json(state.stash.hash),
        "mailbox": to_json(state.mailbox.hash),
        "balance": hex(state.balance),
        "executableBalance": hex(state.executable_balance),
    }


def dump_program(program: Program) -> Json:
    """Whether a program is active, exited or terminated, under the name of that."""
    if not isinstance(program, ActiveProgram):
        return {camel_case_variant(type(program)): to_json(program)}
    return {
        "activeProgram": {
            "allocations": to_json(program.allocations.hash),
            "pages": to_json(program.pages.hash),
            "memoryInfix": hex(program.memory_infix),
            "initialized": program.initialized,
        }
    }


def dump_queue(queue: QueueWithSize) -> Json:
    """Hash and cached size of a queue."""
    return {"hash": to_json(queue.queue.hash), "size": hex(queue.size)}


def dump_finalized(
    block: FinalizedBlock, before: ProgramStates, seen: Map[Bytes32, bool]
) -> tuple[dict[str, Json], Map[Bytes32, bool]]:
    """Everything that is observable about a finished block.

    Args:
        block: the block.
        before: the states before it; programs whose record changed are shown with their state and objects.
        seen: objects that were shown before and are not shown again.

    Returns:
        The form, and the objects shown so far.
    """
    changed = [actor for actor in sorted(block.states) if block.states[actor] != before.get(actor)]
    objects: dict[str, Json] = {}
    for actor in changed:
        for key, blob in _objects(block.storage, block.states[actor].hash):
            if key not in seen:
                seen = seen.set(key, True)
                objects[key.to_hex()] = "0x" + blob.hex()
    form: dict[str, Json] = {
        "transitions": [_with_digest(to_json(part), digest_transition(part)) for part in block.transitions],
        "transitionsDigest": to_json(digest_transitions(block.transitions)),
        "outcomeHash": to_json(hash_outcome(block.transitions)),
        "states": {actor.to_hex(): to_json(block.states[actor]) for actor in changed},
        "programs": {
            actor.to_hex(): dump_program_state(read_state(block.storage, block.states[actor].hash)) for actor in changed
        },
        "objects": objects,
        "programStatesHash": to_json(blake2b256(program_states.encode(block.states))),
        "schedule": dump_schedule(block.schedule),
        "scheduleHash": to_json(blake2b256(schedule.encode(block.schedule))),
        "programCreations": to_json(block.creations),
        "committedMessageIds": to_json(block.committed_message_ids),
    }
    return form, seen


def reachable_objects(storage: Storage, states: ProgramStates) -> Map[Bytes32, bool]:
    """The hashes of all objects that the states lead to and that are in the storage."""
    return Map((key, True) for record in states.values() for key, _ in _objects(storage, record.hash))


def _with_digest(form: Any, digest: Bytes32) -> Json:
    return {**form, "digest": to_json(digest)}


def dump_new_objects(storage: Storage, before: Bytes32, after: Bytes32) -> Json:
    """The objects that a state leads to and another did not."""
    known = {key for key, _ in _objects(storage, before)}
    return {key.to_hex(): to_json(blob) for key, blob in _objects(storage, after) if key not in known}


def _objects(storage: Storage, state_hash: Bytes32) -> Iterator[tuple[Bytes32, bytes]]:
    """A state and what it refers to, as far as it is there."""
    if state_hash == ZERO_STATE_HASH or state_hash not in storage:
        return
    yield state_hash, storage.read(state_hash)
    state = read_state(storage, state_hash)
    references: list[Reference[Any]] = [
        state.canonical_queue.queue,
        state.injected_queue.queue,
        state.waitlist,
        state.stash,
        state.mailbox,
    ]
    if isinstance(state.program, ActiveProgram):
        references += [state.program.allocations, state.program.pages]
    for reference in references:
        yield from _objects_below(storage, reference)


def _objects_below(storage: Storage, reference: Reference[Any]) -> Iterator[tuple[Bytes32, bytes]]:
    key = reference.hash
    if key is None or key not in storage:
        return
    yield key, storage.read(key)
    value = reference.load(storage)
    for part in reference.kind.parts(value):
        yield from _objects_below(storage, part)
    for blob_key in _blob_keys(value):
        if blob_key in storage:
            yield blob_key, storage.read(blob_key)


def _blob_keys(value: Any) -> Iterable[Bytes32]:
    """Hashes of raw blobs (payloads, pages) inside a stored value, wherever they lie."""
    match value:
        case Bytes32() if type(value) is Bytes32:
            yield value
        case Map():
            for part in value.values():
                yield from _blob_keys(part)
        case _ if hasattr(value, "payload"):
            yield from _blob_keys(getattr(value.payload, "hash", None))
        case _ if hasattr(value, "value"):
            yield from _blob_keys(value.value)
        case _ if hasattr(value, "dispatch"):
            yield from _blob_keys(value.dispatch)
        case Iterable() if not isinstance(value, (bytes, str, tuple)):
            for part in value:
                yield from _blob_keys(part)


def expect_list(form: Json) -> list[Json]:
    """A JSON list.

    Raises:
        JsonFormError: it is none.
    """
    if not isinstance(form, list):
        raise JsonFormError("a list is expected")
    return form


def dump_record(value: object) -> dict[str, Json]:
    """The JSON form of a record.

    Raises:
        JsonFormError: it is none.
    """
    form = to_json(value)
    if not isinstance(form, dict):
        raise JsonFormError(f"{type(value).__name__} is no record")
    return form


def dump_as(kind: Any, value: Any) -> Json:
    """The JSON form of a value whose declared type leaves a choice: under the name of what it is."""
    arguments = [part for part in get_args(kind) if part is not type(None)]
    if get_origin(kind) in (Union, UnionType) and len(arguments) > 1:
        return {camel_case_variant(type(value)): to_json(value)}
    return to_json(value)


@dataclass(frozen=True, slots=True)
class _Waiting:
    value: Dispatch
    expiry: U32


@dataclass(frozen=True, slots=True)
class _Delayed:
    value: DelayedDispatch
    expiry: U32


@dataclass(frozen=True, slots=True)
class _Unanswered:
    value: MailboxMessage
    expiry: U32


def load_waitlist(form: Json) -> Waitlist:
    """Waiting messages by id."""
    entries = from_json(Mapping[MessageId, _Waiting], form)
    return Map({key: Expiring(entry.value, entry.expiry) for key, entry in entries.items()})


def load_stash(form: Json) -> DispatchStash:
    """Delayed messages by id."""
    entries = from_json(Mapping[MessageId, _Delayed], form)
    return Map({key: Expiring(entry.value, entry.expiry) for key, entry in entries.items()})


def load_user_mailbox(form: Json) -> UserMailbox:
    """Messages of one user by id."""
    entries = from_json(Mapping[MessageId, _Unanswered], form)
    return Map({key: Expiring(entry.value, entry.expiry) for key, entry in entries.items()})


def load_mailbox(form: Json) -> Mailbox:
    """Hashes of the users' mailboxes."""
    hashes = from_json(Mapping[ActorId, Bytes32], form)
    return Map({user: Reference(USER_MAILBOX, key=key) for user, key in hashes.items()})


def dump_mailbox(users: Mailbox) -> Json:
    """Hashes of the users' mailboxes."""
    return {user.to_hex(): to_json(users[user].hash) for user in sorted(users)}


def load_pages(form: Json) -> MemoryPages:
    """Hashes of the 16 regions, or null."""
    hashes = from_json(tuple[Bytes32 | None, ...], form)
    return tuple(Reference(MEMORY_PAGES_REGION, key=key) for key in hashes)


def dump_pages(regions: MemoryPages) -> Json:
    """Hashes of the 16 regions, or null."""
    return [to_json(region.hash) for region in regions]


def load_region(form: Json) -> MemoryPagesRegion:
    """Hashes of page contents by page number."""
    return Map(from_json(Mapping[U32, Bytes32], form))


def load_message_queue(form: Json) -> MessageQueue:
    """A queue, first message first."""
    return Fifo(from_json(tuple[Dispatch, ...], form))


def dump_message_queue(queue: MessageQueue) -> Json:
    """A queue, first message first."""
    return [to_json(dispatch) for dispatch in queue]


@dataclass(frozen=True, slots=True)
class _Queue:
    hash: Bytes32 | None
    size: U8


@dataclass(frozen=True, slots=True)
class _Active:
    allocations: Bytes32 | None
    pages: Bytes32 | None
    memory_infix: U32
    initialized: bool


def load_queue(form: Json) -> QueueWithSize:
    """Hash and cached size of a queue."""
    parts = from_json(_Queue, form)
    return QueueWithSize(Reference(MESSAGE_QUEUE, key=parts.hash), parts.size)


def load_program(form: Json) -> Program:
    """Active, exited or terminated, under the name of that."""
    parts: Any = form
    if "activeProgram" not in parts:
        return from_json(ExitedProgram | TerminatedProgram, form)  # type: ignore[no-any-return]
    active = from_json(_Active, parts["activeProgram"], "/activeProgram")
    return ActiveProgram(
        Reference(ALLOCATIONS, key=active.allocations),
        Reference(MEMORY_PAGES, key=active.pages),
        active.memory_infix,
        active.initialized,
    )


def load_program_state(form: Json) -> ProgramState:
    """A program state with the hashes of what it refers to."""
    parts: Any = form
    return ProgramState(
        program=load_program(parts["program"]),
        canonical_queue=load_queue(parts["canonicalQueue"]),
        injected_queue=load_queue(parts["injectedQueue"]),
        waitlist=Reference(WAITLIST, key=from_json(Bytes32 | None, parts["waitlist"], "/waitlist")),
        stash=Reference(DISPATCH_STASH, key=from_json(Bytes32 | None, parts["stash"], "/stash")),
        mailbox=Reference(MAILBOX, key=from_json(Bytes32 | None, parts["mailbox"], "/mailbox")),
        balance=from_json(U128, parts["balance"], "/balance"),
        executable_balance=from_json(U128, parts["executableBalance"], "/executableBalance"),
    )


def load_operation(form: Json) -> Operation:
    """An operation under the name of its kind; an injected transaction is given by its encoding."""
    parts: Any = form
    if "injected" in parts:
        return signed_injected_transaction.decode(from_json(bytes, parts["injected"], "/injected"))
    return from_json(_PlainOperation, form)  # type: ignore[no-any-return]


def dump_operation(operation: Operation) -> Json:
    """An operation under the name of its kind; an injected transaction is given by its encoding."""
    if isinstance(operation, SignedMessage):
        return {"injected": to_json(signed_injected_transaction.encode(operation))}
    return {camel_case_variant(type(operation)): to_json(operation)}


_PlainOperation = AdvanceTillEthereumBlock | ProgressTasks | ProcessQueues | ProcessQueuesV2 | ProcessQueuesV3
