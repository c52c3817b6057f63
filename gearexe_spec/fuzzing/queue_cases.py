"""Cases for queue runs: a random program, its state, its queue, and a budget."""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U8, U32, U128
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.message import ContextStore, DispatchKind, ReplyDetails
from gearexe_spec.fuzzing.codec_cases import hex_of
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.program_modules import ModuleMaker, slot_destination
from gearexe_spec.program.allocations import ALLOCATIONS, Allocations, merge_intervals
from gearexe_spec.program.dispatch import MESSAGE_QUEUE, Dispatch, MessageType
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.pages import EMPTY_PAGES, MEMORY_PAGES, MemoryPages, update_pages
from gearexe_spec.program.payload import DirectPayload, PayloadLookup, StoredPayload, store_payload
from gearexe_spec.program.state import (
    ZERO_STATE,
    ActiveProgram,
    ExitedProgram,
    Program,
    ProgramState,
    QueueWithSize,
    TerminatedProgram,
    write_state,
)
from gearexe_spec.program.storage import Reference, Storage

PROGRAMS = 64
"""Different programs per seed; each runs in many states."""
CHUNK_GAS = 1_000_000_000_000
ORDINARY_GAS = 20_000_000_000
"""Enough for what generated programs do, and little enough that endless loops of system calls end soon."""
GEAR_PAGE = 16_384


def make_queue_case(seed: int, index: int) -> Apply:
    """One run; every `PROGRAMS` cases the same programs come again with other states and budgets."""
    made = ModuleMaker(Dice("program", seed, index % PROGRAMS), is_program=True)
    module = made.make()
    dice = Dice("queue", seed, index)
    kind = dice.pick((MessageType.Canonical, MessageType.Injected))
    storage, state = _state(dice, kind, made.pages)
    storage, key = write_state(storage, state)
    return Apply(
        "queue/run",
        {
            "objects": {name.to_hex(): hex_of(blob) for name, blob in storage.blobs.items()},
            "stateHash": key.to_hex(),
            "program": hex_of(bytes(12) + b"\x22" * 20),
            "wasm": hex_of(module.wasm),
            "queue": kind.name,
            "allowance": hex(_allowance(dice)),
            "block": {"height": hex(dice.pick((0, 1, 1000, 0xFFFFFF))), "timestamp": hex(dice.integer(40))},
            "emitsPromises": kind is MessageType.Injected and dice.below(2) == 1,
            "chargesCodeLength": True,
        },
    )


def _allowance(dice: Dice) -> int:
    match dice.below(6):
        case 0:
            return dice.integer(41)
        case 1:
            return dice.between(75_000_000, 1_500_000_000)
    return CHUNK_GAS


def _executable_balance(dice: Dice) -> int:
    match dice.below(8):
        case 0:
            return dice.between(0, 300_000_000) * 100 + dice.below(100)
        case 1:
            return dice.between(75_000_000, 1_500_000_000) * 100
        case 2:
            return dice.integer(100)
        case 3:
            return 1_000_000_000 * dice.between(0, 3_000)
    return 100 * (CHUNK_GAS if dice.chance(30) else ORDINARY_GAS)


def _state(dice: Dice, kind: MessageType, static_pages: int) -> tuple[Storage, ProgramState]:
    storage = Storage.empty()
    initialized = dice.below(5) > 0
    dispatches: list[Dispatch] = []
    for position in range(dice.pick((1, 1, 2, 3, 5))):
        storage, dispatch = _dispatch(dice, storage, kind, initialized, position)
        dispatches.append(dispatch)
    queue = QueueWithSize(Reference.to(MESSAGE_QUEUE, Fifo(dispatches)), U8(len(dispatches)))
    storage, program = _program(dice, storage, initialized, static_pages)
    return storage, ProgramState(
        program=program,
        canonical_queue=queue if kind is MessageType.Canonical else ZERO_STATE.canonical_queue,
        injected_queue=queue if kind is MessageType.Injected else ZERO_STATE.injected_queue,
        waitlist=ZERO_STATE.waitlist,
        stash=ZERO_STATE.stash,
        mailbox=ZERO_STATE.mailbox,
        balance=U128(dice.integer(127) if dice.chance(3) else dice.below(20_000)),
        executable_balance=U128(_executable_balance(dice)),
    )


def _program(dice: Dice, storage: Storage, initialized: bool, static_pages: int) -> tuple[Storage, Program]:
    match dice.below(24):
        case 0:
            return storage, ExitedProgram(ActorId(dice.blob(32)))
        case 1:
            return storage, TerminatedProgram(ActorId(dice.blob(32)))
    allocations = _allocations(dice, static_pages) if initialized and dice.chance(3) else ()
    storage, pages = _pages(dice, storage, static_pages) if initialized and dice.below(2) else (storage, None)
    return storage, ActiveProgram(
        allocations=Reference.to(ALLOCATIONS, allocations),
        pages=Reference.absent(MEMORY_PAGES) if pages is None else Reference.to(MEMORY_PAGES, pages),
        memory_infix=U32(0),
        initialized=initialized,
    )


def _allocations(dice: Dice, static_pages: int) -> Allocations:
    first = [static_pages + dice.below(6) for _ in range(dice.between(1, 3))]
    return merge_intervals((page, page + dice.below(3)) for page in first)


def _pages(dice: Dice, storage: Storage, static_pages: int) -> tuple[Storage, MemoryPages]:
    hashes: dict[U32, Bytes32] = {}
    for _ in range(dice.between(1, 4)):
        page = U32(dice.below(4 * static_pages))
        content = bytes([dice.below(256)]) * GEAR_PAGE if dice.below(3) else bytes(GEAR_PAGE)
        storage, hashes[page] = storage.write(content)
    return storage, update_pages(storage, EMPTY_PAGES, hashes)


def _dispatch(
    dice: Dice, storage: Storage, queue: MessageType, initialized: bool, position: int
) -> tuple[Storage, Dispatch]:
    kind = _kind(dice, initialized, position)
    storage, payload = _payload(dice, storage)
    details = (
        ReplyDetails(MessageId(dice.blob(32)), dice.pick(tuple(ReplyCode))) if kind is DispatchKind.Reply else None
    )
    resumed = ContextStore(local_nonce=U32(dice.below(6))) if dice.chance(5) else None
    return storage, Dispatch(
        id=MessageId(bytes([position]) + dice.blob(31)),
        kind=kind,
        source=ActorId(slot_destination(dice)),
        payload=payload,
        value=U128(0 if dice.below(2) else dice.pick((1, 7, 1_000, dice.integer(126)))),
        details=details,
        context=resumed,
        message_type=queue if dice.below(6) else dice.pick(tuple(MessageType)),
        call=dice.chance(3),
    )


def _kind(dice: Dice, initialized: bool, position: int) -> DispatchKind:
    if not initialized and position == 0 and dice.below(6):
        return DispatchKind.Init
    if initialized and dice.chance(200):
        return DispatchKind.Init
    return DispatchKind.Reply if dice.chance(4) else DispatchKind.Handle


def _payload(dice: Dice, storage: Storage) -> tuple[Storage, PayloadLookup]:
    data = dice.blob(dice.length(1_200))
    if dice.chance(12):
        storage, key = storage.write(data)
        return storage, StoredPayload(key)
    return (storage, DirectPayload(data)) if dice.chance(12) else store_payload(storage, data)
