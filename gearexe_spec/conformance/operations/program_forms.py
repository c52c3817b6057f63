"""JSON forms of what program states are made of, where the general form does not say enough.

References are their hashes; a schedule is a list of heights, ascending, with tasks in execution order.

Rules: WIR-10, WIR-30.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U32
from gearexe_spec.conformance.json_form import Json, camel_case_variant, from_json, to_json
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.program.finalisation import FinalizedBlock
from gearexe_spec.program.in_block import ProgramStates, StateHashWithQueueSize, program_states
from gearexe_spec.program.outcome import digest_transition, digest_transitions, hash_outcome
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
    Program,
    ProgramState,
    QueueWithSize,
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
