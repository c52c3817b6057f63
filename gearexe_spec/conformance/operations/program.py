"""Operations on program states: journals, run notes, due tasks, restored schedules, page tables.

Rules: JOU-31, JOU-60, JOU-68, PST-20 to PST-30.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.program_forms import (
    dump_finalized,
    dump_program_state,
    dump_schedule,
    dump_task,
    load_schedule,
    load_states,
    load_storage,
    reachable_objects,
)
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.execution.journal import JournalNote
from gearexe_spec.program.allocations import (
    ALLOCATIONS,
    Allocations,
    allocations,
    freed_gear_pages,
    merge_intervals,
)
from gearexe_spec.program.dispatch import MessageType
from gearexe_spec.program.finalisation import finalize_block
from gearexe_spec.program.in_block import BlockConfig, InBlockState, Limits
from gearexe_spec.program.journal_handling import DispatchJournal, apply_journal
from gearexe_spec.program.pages import EMPTY_PAGES, MEMORY_PAGES, MemoryPages, remove_pages, update_pages
from gearexe_spec.program.run_notes import DispatchOrigin, RunCounters, apply_run_notes
from gearexe_spec.program.schedule import schedule
from gearexe_spec.program.state import read_state, write_state
from gearexe_spec.program.storage import Reference, Storage
from gearexe_spec.program.tasks import apply_due_tasks, restore_schedule


@dataclass(frozen=True, slots=True)
class _JournalForm:
    program: ActorId
    message_type: MessageType
    call_reply: bool
    allowance_left: U64
    notes: tuple[JournalNote, ...]


@operation("program/applyJournals")
def apply_journals(form: Input) -> Json:
    """The journals of some dispatches, one after another, and then the end of the block."""
    block = _load_block(form)
    limits = from_json(Limits | None, form["limits"], "/limits")
    if limits is not None:
        block = replace(block, limits=limits)
    out_of_gas = False
    for journal in from_json(tuple[_JournalForm, ...], form["journals"], "/journals"):
        origin = DispatchJournal(journal.program, journal.message_type, journal.call_reply, journal.notes)
        block, stops = apply_journal(block, origin, journal.allowance_left)
        out_of_gas |= stops
    return {
        **_dump_block(form, block),
        "limits": to_json(block.limits),
        "outOfGas": out_of_gas,
        "modifications": hex(len(block.modifications)),
    }


@operation("program/applyDueTasks")
def apply_tasks(form: Input) -> Json:
    """All tasks that are due, and then the end of the block."""
    block, tasks = apply_due_tasks(_load_block(form))
    return {
        **_dump_block(form, block),
        "tasks": [dump_task(task) for task in tasks],
        "modifications": hex(len(block.modifications)),
    }


@operation("program/restoreSchedule")
def restore(form: Input) -> Json:
    """The schedule that fits the states."""
    restored = restore_schedule(load_storage(form["objects"]), load_states(form["states"]))
    return {"schedule": dump_schedule(restored), "scheduleHash": to_json(blake2b256(schedule.encode(restored)))}


@dataclass(frozen=True, slots=True)
class UpdatePages:
    """New contents of pages, by page number."""

    pages: Mapping[U32, bytes]


@dataclass(frozen=True, slots=True)
class RemovePages:
    """Pages that leave the table."""

    pages: tuple[U32, ...]


@dataclass(frozen=True, slots=True)
class SetAllocations:
    """The allocated pages from now on, as inclusive ranges that may overlap."""

    ranges: tuple[tuple[U32, U32], ...]


MemoryStep = UpdatePages | RemovePages | SetAllocations


@operation("program/changeMemory")
def change_memory(form: Input) -> Json:
    """Changes of one page table and of one allocation set, both empty at first."""
    storage, table = Storage.empty(), EMPTY_PAGES
    allocated: Allocations = ()
    results: list[Json] = []
    for step in from_json(tuple[MemoryStep, ...], form["steps"], "/steps"):
        if isinstance(step, SetAllocations):
            after = merge_intervals(step.ranges)
            results.append(_dump_allocations(allocated, after))
            allocated = after
        else:
            storage, table = _change_pages(storage, table, step)
            results.append(_dump_pages(storage, table))
    return {"results": results}


def _change_pages(storage: Storage, table: MemoryPages, step: UpdatePages | RemovePages) -> tuple[Storage, MemoryPages]:
    if isinstance(step, RemovePages):
        return storage, remove_pages(storage, table, step.pages)
    hashes = {}
    for page, content in step.pages.items():
        storage, hashes[page] = storage.write(content)
    return storage, update_pages(storage, table, hashes)


def _dump_pages(storage: Storage, table: MemoryPages) -> Json:
    regions: dict[str, Json] = {
        hex(index): {"hash": to_json(region.hash), "pages": to_json(region.load(storage))}
        for index, region in enumerate(table)
        if not region.is_absent
    }
    return {"pagesHash": to_json(Reference.to(MEMORY_PAGES, table).hash), "regions": regions}


def _dump_allocations(before: Allocations, after: Allocations) -> Json:
    return {
        "removed": to_json(freed_gear_pages(before, after)),
        "allocations": to_json(after),
        "hash": to_json(Reference.to(ALLOCATIONS, after).hash),
        "scale": to_json(allocations.encode(after)),
    }


def _load_block(form: Input) -> InBlockState:
    return InBlockState(
        storage=load_storage(form["objects"]),
        config=from_json(BlockConfig, form["config"], "/config"),
        records=load_states(form["states"]),
        schedule=load_schedule(form["schedule"]),
    )


def _dump_block(form: Input, block: InBlockState) -> dict[str, Json]:
    before = load_states(form["states"])
    known = reachable_objects(load_storage(form["objects"]), before)
    return dump_finalized(finalize_block(block), before, known)[0]


@dataclass(frozen=True, slots=True)
class _RunNotesForm:
    program: ActorId
    queue: MessageType
    is_first_execution: bool
    call_reply: bool
    allowance: U64
    limits: Limits
    notes: tuple[JournalNote, ...]


@operation("program/applyRunNotes")
def apply_notes_of_run(form: Input) -> Json:
    """The notes of one dispatch, as far as they are the runtime's."""
    fields = {name: form[name] for name in form if name not in ("objects", "states", "schedule")}
    run = from_json(_RunNotesForm, fields)
    storage = load_storage(form["objects"])
    state = read_state(storage, load_states(form["states"])[run.program].hash)
    origin = DispatchOrigin(run.queue, run.is_first_execution, run.call_reply)
    result = apply_run_notes(storage, state, RunCounters(run.allowance, run.limits), origin, run.notes)
    answer: dict[str, Json] = {
        "forwarded": [hex(index) for index in result.forwarded],
        "stopped": result.has_stopped,
        "allowanceLeft": hex(result.counters.allowance),
        "limits": to_json(result.counters.limits),
        "newStateHash": None,
        "state": None,
        "objects": {},
    }
    if result.is_written:
        written, key = write_state(result.storage, result.state)
        answer |= {
            "newStateHash": to_json(key),
            "state": dump_program_state(result.state),
            "objects": {name.to_hex(): to_json(blob) for name, blob in written.blobs.items() if name not in storage},
        }
    return answer
