"""JSON forms of one program's whole state, contents included, and of what a run makes of it.

References are spelled out on the way in, so that a client encodes and hashes everything itself, and are hashes on the
way out.

Rules: WIR-10, PST-31 to PST-35.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U8, U32, U128
from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.execution.journal import JournalNote, UpdateAllocations, UpdatePage
from gearexe_spec.execution.message import ContextStore, DispatchKind, MessageDetails
from gearexe_spec.program.allocations import ALLOCATIONS, freed_gear_pages
from gearexe_spec.program.dispatch import (
    DISPATCH_STASH,
    MESSAGE_QUEUE,
    WAITLIST,
    Dispatch,
    MessageType,
)
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.mailbox import MAILBOX
from gearexe_spec.program.pages import (
    EMPTY_PAGES,
    MEMORY_PAGES,
    PAGES_PER_REGION,
    MemoryPages,
    remove_pages,
    update_pages,
)
from gearexe_spec.program.payload import DirectPayload, StoredPayload
from gearexe_spec.program.state import (
    ActiveProgram,
    ExitedProgram,
    Program,
    ProgramState,
    QueueWithSize,
    TerminatedProgram,
    hash_state,
    program_state,
)
from gearexe_spec.program.storage import Reference, Storage


@dataclass(frozen=True, slots=True)
class QueuedDispatch:
    """A dispatch in a queue; `payload_stored` tells that its lookup is a hash, of whatever length the payload is."""

    id: MessageId
    kind: DispatchKind
    source: ActorId
    payload: bytes
    payload_stored: bool
    value: U128
    details: MessageDetails | None
    context: ContextStore | None
    message_type: MessageType
    call: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, and the length that the state says it has."""

    dispatches: tuple[QueuedDispatch, ...]
    size: U8


@dataclass(frozen=True, slots=True)
class Page:
    """Content of a page by its number."""

    page: U32
    data: bytes


@dataclass(frozen=True, slots=True)
class Active:
    """A program that may run."""

    initialized: bool
    memory_infix: U32
    allocations: tuple[tuple[U32, U32], ...]
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Exited:
    """A program that has exited."""

    inheritor: ActorId


@dataclass(frozen=True, slots=True)
class Terminated:
    """A program whose initialization failed."""

    source: ActorId


@dataclass(frozen=True, slots=True)
class StateForm:
    """The whole state of a program; waitlist, stash and mailbox by hash, since a run never reads them."""

    program: Active | Exited | Terminated
    canonical_queue: Queue
    injected_queue: Queue
    waitlist: Bytes32 | None
    stash: Bytes32 | None
    mailbox: Bytes32 | None
    balance: U128
    executable_balance: U128


def build_state(form: StateForm) -> tuple[Storage, ProgramState]:
    """The state, and a storage with all that it refers to."""
    storage, canonical = _build_queue(Storage.empty(), form.canonical_queue)
    storage, injected = _build_queue(storage, form.injected_queue)
    storage, program = _build_program(storage, form.program)
    state = ProgramState(
        program=program,
        canonical_queue=canonical,
        injected_queue=injected,
        waitlist=Reference(WAITLIST, key=form.waitlist),
        stash=Reference(DISPATCH_STASH, key=form.stash),
        mailbox=Reference(MAILBOX, key=form.mailbox),
        balance=form.balance,
        executable_balance=form.executable_balance,
    )
    return storage, state


def _build_queue(storage: Storage, form: Queue) -> tuple[Storage, QueueWithSize]:
    dispatches = []
    for item in form.dispatches:
        payload: DirectPayload | StoredPayload = DirectPayload(item.payload)
        if item.payload_stored:
            storage, key = storage.write(item.payload)
            payload = StoredPayload(key)
        dispatches.append(
            Dispatch(
                id=item.id,
                kind=item.kind,
                source=item.source,
                payload=payload,
                value=item.value,
                details=item.details,
                context=item.context,
                message_type=item.message_type,
                call=item.call,
            )
        )
    return storage, QueueWithSize(Reference.to(MESSAGE_QUEUE, Fifo(dispatches)), form.size)


def _build_program(storage: Storage, form: Active | Exited | Terminated) -> tuple[Storage, Program]:
    if isinstance(form, Exited):
        return storage, ExitedProgram(form.inheritor)
    if isinstance(form, Terminated):
        return storage, TerminatedProgram(form.source)
    hashes = {}
    for page in form.pages:
        storage, hashes[page.page] = storage.write(page.data)
    pages = update_pages(storage, EMPTY_PAGES, hashes)
    return storage, ActiveProgram(
        allocations=Reference.to(ALLOCATIONS, form.allocations),
        pages=Reference.to(MEMORY_PAGES, pages) if hashes else Reference.absent(MEMORY_PAGES),
        memory_infix=form.memory_infix,
        initialized=form.initialized,
    )


def dump_page_hashes(form: StateForm) -> list[Json]:
    """Hashes of the contents of the pages, in the order given."""
    pages = form.program.pages if isinstance(form.program, Active) else ()
    return [to_json(blake2b256(page.data)) for page in pages]


@dataclass(frozen=True, slots=True)
class WrittenObject:
    """An object that went to the store."""

    hash: Bytes32
    kind: str
    data: bytes


def list_written(
    storage: Storage, before: ProgramState, notes: tuple[JournalNote, ...], after: ProgramState
) -> Iterator[WrittenObject]:
    """What production writes for one dispatch, in its order: pages, page table, allocations, table again, state."""
    program = before.program
    if isinstance(program, ActiveProgram):
        table = program.pages.load(storage)
        contents = {note.page_number: note.data for note in notes if isinstance(note, UpdatePage)}
        if contents:
            yield from (_written("page", data) for data in contents.values())
            table = update_pages(storage, table, {page: blake2b256(data) for page, data in contents.items()})
            yield from _written_table(storage, table, contents)
        for note in notes:
            if isinstance(note, UpdateAllocations):
                yield from _written_allocations(storage, program, table, note)
    yield WrittenObject(hash_state(after), "state", program_state.encode(after))


def _written_allocations(
    storage: Storage, program: ActiveProgram, table: MemoryPages, note: UpdateAllocations
) -> Iterator[WrittenObject]:
    before = program.allocations.load(storage)
    if before == note.allocations:
        return
    if note.allocations:
        yield _written("allocations", ALLOCATIONS.codec.encode(note.allocations))
    freed = freed_gear_pages(before, note.allocations)
    if freed:
        yield from _written_table(storage, remove_pages(storage, table, freed), freed)


def _written_table(
    storage: Storage, table: MemoryPages, pages: dict[U32, bytes] | list[U32]
) -> Iterator[WrittenObject]:
    """The regions that were touched, ascending, and the table of regions."""
    for index in sorted({int(page) // PAGES_PER_REGION for page in pages}):
        region = table[index]
        if not region.is_absent:
            yield _written("region", region.kind.codec.encode(region.load(storage)))
    yield _written("pages", MEMORY_PAGES.codec.encode(table))


def _written(kind: str, data: bytes) -> WrittenObject:
    return WrittenObject(blake2b256(data), kind, data)
