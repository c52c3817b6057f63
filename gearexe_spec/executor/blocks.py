"""One block of the executors (MB): from the states before and what Ethereum and users ask for, to the states after.

Rules: BLK-1 to BLK-9.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from immutables import Map

from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.executor.codes import CodeRecords, record_instrumentation
from gearexe_spec.executor.engine import Engine
from gearexe_spec.executor.injected_transaction import VerifiedTransaction
from gearexe_spec.executor.queues import ChunkReport, QueueProcessing, process_queues
from gearexe_spec.executor.requests import RequestEvent, apply_injected, apply_request
from gearexe_spec.program.finalisation import FinalizedBlock, finalize_block
from gearexe_spec.program.in_block import BlockConfig, InBlockState, ProgramStates
from gearexe_spec.program.promise import Promise
from gearexe_spec.program.schedule import Schedule
from gearexe_spec.program.storage import Storage
from gearexe_spec.program.tasks import apply_due_tasks
from gearexe_spec.wasm.code import CheckedCode

MAILBOX_VALIDITY_1 = U32(54_000)
"""Blocks until a mailbox message expires, in blocks with the old operation (BLK-13)."""
MAILBOX_VALIDITY_2 = U32(75)
"""Blocks until a mailbox message expires (BLK-13)."""


@dataclass(frozen=True, slots=True)
class Network:
    """What an executor keeps from one block to the next (BLK-1)."""

    storage: Storage = field(default_factory=Storage.empty)
    states: ProgramStates = field(default_factory=Map)
    schedule: Schedule = field(default_factory=Map)
    codes: CodeRecords = field(default_factory=CodeRecords)


@dataclass(frozen=True, slots=True)
class BlockInput:
    """What one block is made from (BLK-2).

    Args:
        height: of the Ethereum block it is anchored to.
        timestamp: of that block, in seconds.
        events: requests of the Ethereum blocks it advances over, oldest first.
        injected: transactions in their order.
        gas_allowance: gas for all queues; queues do not run without one.
        emits_promises: whether replies to injected messages are promised.
        mailbox_validity: blocks until a mailbox message expires.
        answers_event_destinations: whether messages to the event destinations are answered at once.
    """

    height: U32
    timestamp: U64
    events: tuple[RequestEvent, ...]
    injected: tuple[VerifiedTransaction, ...]
    gas_allowance: U64 | None
    emits_promises: bool
    mailbox_validity: U32
    answers_event_destinations: bool


@dataclass(frozen=True, slots=True)
class BlockOutcome:
    """What a block leads to (BLK-3).

    Args:
        finalized: transitions, states, schedule and so on.
        promises: in the order of the chunks; only the order per program is the same everywhere.
        chunks: reports of what ran.
    """

    finalized: FinalizedBlock
    promises: tuple[Promise, ...]
    chunks: tuple[ChunkReport, ...]


def apply_block(network: Network, source: BlockInput, engine: Engine) -> tuple[Network, BlockOutcome]:
    """Execute one block.

    Args:
        network: before the block.
        source: what the block is made from.
        engine: how dispatches are executed and codes instrumented.

    Returns:
        The network after the block, and what the block leads to.

    Raises:
        Rejected: a ProgramRejection. The block is aborted as a whole; the network stays as it was.

    Rules: BLK-1 to BLK-9.
    Source: ethexe/processor/src/lib.rs `process_programs`.
    """
    block = begin_block(network, source)
    for injected in source.injected:
        block = apply_injected(block, injected)
    for event in source.events:
        block = apply_request(block, event, network.codes.valid)
    block, _ = apply_due_tasks(block)

    process = QueueProcessing(block, network.codes, source.gas_allowance or U64(0))
    if source.gas_allowance is not None:
        process = process_queues(process, engine, source.emits_promises)

    finalized = finalize_block(process.block)
    return end_block(process.codes, finalized), BlockOutcome(finalized, process.promises, process.chunks)


def try_block(network: Network, source: BlockInput, engine: Engine) -> tuple[Network, BlockOutcome | Rejected]:
    """Execute one block, or find out why it is aborted.

    Of an aborted block nothing remains but what was found out about codes on the way (BLK-59).

    Source: ethexe/processor/src/handling/run/mod.rs `instrumented_code_and_metadata`, which writes to the database.
    """
    made: dict[CodeId, tuple[bytes, CheckedCode | None]] = {}

    def instrument(original: bytes) -> CheckedCode | None:
        result = engine.instrument(original)
        made[compute_code_id(original)] = (original, result)
        return result

    try:
        return apply_block(network, source, replace(engine, instrument=instrument))
    except Rejected as rejected:
        codes = network.codes
        for code_id, (original, result) in made.items():
            codes = record_instrumentation(codes, code_id, original, result)
        return replace(network, codes=codes), rejected


def begin_block(network: Network, source: BlockInput) -> InBlockState:
    """The network at the start of a block (BLK-2, BLK-4, JOU-21)."""
    config = BlockConfig(source.height, source.timestamp, source.mailbox_validity, source.answers_event_destinations)
    return InBlockState(network.storage, config, network.states, network.schedule)


def end_block(codes: CodeRecords, finalized: FinalizedBlock) -> Network:
    """The network after a block; the codes of new programs are on record from now on (BLK-9)."""
    of_programs = codes.of_programs.update(dict(finalized.creations))
    return Network(
        storage=finalized.storage,
        states=finalized.states,
        schedule=finalized.schedule,
        codes=replace(codes, of_programs=of_programs),
    )
