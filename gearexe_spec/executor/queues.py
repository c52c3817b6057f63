"""Running the queues of all programs: chunk by chunk, until queues, gas or limits end.

Rules: BLK-65 to BLK-79.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U64
from gearexe_spec.execution.parameters import BlockInfo
from gearexe_spec.execution.program import ExecutableCode
from gearexe_spec.executor.chunks import Candidate, split_into_chunks
from gearexe_spec.executor.codes import CodeRecords, resolve_code, resolve_code_id
from gearexe_spec.executor.engine import Engine, Job
from gearexe_spec.program.dispatch import MessageType
from gearexe_spec.program.in_block import InBlockState, set_run_result, settle
from gearexe_spec.program.journal_handling import CHUNK_GAS_LIMIT
from gearexe_spec.program.promise import Promise
from gearexe_spec.program.queue_run import QueueRun, QueueRunResult
from gearexe_spec.program.state import read_state

MODIFIED_PROGRAMS_LIMIT = 64
"""Programs that a block may have modified before the next chunk is not begun (BLK-72)."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run, for people and for comparing clients (BLK-79)."""

    candidate: Candidate
    result: QueueRunResult
    has_code: bool


@dataclass(frozen=True, slots=True)
class ChunkReport:
    """One chunk, for people and for comparing clients (BLK-79)."""

    queue: MessageType
    allowance: U64
    runs: tuple[RunReport, ...]


@dataclass(frozen=True, slots=True)
class QueueProcessing:
    """The network while its queues run (BLK-66).

    Args:
        block: programs, schedule and modifications.
        codes: what is known about codes; grows by what is instrumented on the way.
        allowance: gas that the block has left.
        out_of_gas: whether a program stopped for want of gas that the block does not have.
        promises: made so far.
        chunks: reports.
    """

    block: InBlockState
    codes: CodeRecords
    allowance: U64
    out_of_gas: bool = False
    promises: tuple[Promise, ...] = ()
    chunks: tuple[ChunkReport, ...] = ()


def is_within_limits(process: QueueProcessing) -> bool:
    """Whether another chunk may be begun (BLK-72).

    Source: ethexe/processor/src/handling/run/mod.rs `limits_status`.
    """
    block = process.block
    is_exhausted = not (block.limits.outgoing_messages and block.limits.outgoing_bytes and block.limits.call_replies)
    return not process.out_of_gas and not is_exhausted and len(block.modifications) < MODIFIED_PROGRAMS_LIMIT


def process_queues(process: QueueProcessing, engine: Engine, emits_promises: bool) -> QueueProcessing:
    """Injected queues first; canonical ones if the limits are kept then, without promises (BLK-66).

    Raises:
        Rejected: a ProgramRejection, which aborts the block.

    Source: ethexe/processor/src/lib.rs `process_queues`.
    """
    process = process_queues_of_type(process, engine, MessageType.Injected, emits_promises)
    if not is_within_limits(process):
        return process
    return process_queues_of_type(process, engine, MessageType.Canonical, False)


def process_queues_of_type(
    process: QueueProcessing, engine: Engine, queue: MessageType, emits_promises: bool
) -> QueueProcessing:
    """Make chunks and run them, again and again, until there is none or a limit is reached (BLK-67).

    The state of every program is taken when the chunks are made. What an earlier chunk does to a program of a later one
    is therefore overwritten and lost (finding F-PRO-1).

    Source: ethexe/processor/src/handling/run/mod.rs `run_for_queue_type`.
    """
    while True:
        process = replace(process, block=settle(process.block))
        chunks = split_into_chunks(process.block.records, queue, engine.chunk_size)
        if not chunks:
            return process
        for chunk in chunks:
            if not is_within_limits(process):
                return process
            process = run_chunk(process, engine, queue, chunk, emits_promises)


def run_chunk(
    process: QueueProcessing,
    engine: Engine,
    queue: MessageType,
    chunk: tuple[Candidate, ...],
    emits_promises: bool,
) -> QueueProcessing:
    """Run the programs of a chunk, then apply their journals in the same order (BLK-68 to BLK-71).

    Source: ethexe/processor/src/handling/run/chunk_execution_spawn.rs, chunk_execution_processing.rs.
    """
    process, results = execute_chunk(process, engine, queue, chunk, emits_promises)
    process = replace(process, block=set_results(process.block, chunk, results))

    journals = [journal for result in results for journal in result.journals]
    block, stops = engine.apply_journals(process.block, journals, process.allowance)
    spent = max(result.gas_spent for result in results)
    return replace(
        process,
        block=block,
        out_of_gas=process.out_of_gas or stops,
        allowance=process.allowance.saturating_sub(spent),
    )


def execute_chunk(
    process: QueueProcessing,
    engine: Engine,
    queue: MessageType,
    chunk: tuple[Candidate, ...],
    emits_promises: bool,
) -> tuple[QueueProcessing, tuple[QueueRunResult, ...]]:
    """Find the codes and run all programs of a chunk, each with an allowance of its own (BLK-68, BLK-79)."""
    process, codes = resolve_codes(process, engine, chunk)
    allowance = U64(min(process.allowance, CHUNK_GAS_LIMIT))
    config = process.block.config
    storage = process.block.storage
    jobs = [
        Job(
            storage,
            QueueRun(
                program=candidate.program,
                state=read_state(storage, candidate.state),
                queue=queue,
                allowance=allowance,
                block=BlockInfo(config.height, config.timestamp),
                code=code,
                emits_promises=emits_promises,
            ),
            engine.execute,
        )
        for candidate, code in zip(chunk, codes, strict=True)
    ]
    results = tuple(engine.run_jobs(jobs))
    reports = tuple(
        RunReport(candidate, result, code is not None)
        for candidate, result, code in zip(chunk, results, codes, strict=True)
    )
    promises = tuple(promise for result in results for promise in result.promises)
    process = replace(
        process,
        promises=process.promises + promises,
        chunks=(*process.chunks, ChunkReport(queue, allowance, reports)),
    )
    return process, results


def resolve_codes(
    process: QueueProcessing, engine: Engine, chunk: tuple[Candidate, ...]
) -> tuple[QueueProcessing, list[ExecutableCode | None]]:
    """The code of every program of a chunk (BLK-53 to BLK-57).

    Raises:
        Rejected: MissingCodeIdForProgram, MissingOriginalCodeForProgram.
    """
    records = process.codes
    codes: list[ExecutableCode | None] = []
    for candidate in chunk:
        code_id: CodeId = resolve_code_id(records, process.block.creations, candidate.program)
        records, code = resolve_code(records, code_id, engine.instrument)
        codes.append(code)
    return replace(process, codes=records), codes


def set_results(block: InBlockState, chunk: tuple[Candidate, ...], results: tuple[QueueRunResult, ...]) -> InBlockState:
    """Give all programs of a chunk the states that their runs ended with, before any journal (BLK-69)."""
    storage = block.storage
    for result in results:
        for key, page in result.written.items():
            storage = storage.put(Bytes32(key), page)
    block = replace(block, storage=storage)
    for candidate, result in zip(chunk, results, strict=True):
        block = set_run_result(block, candidate.program, result.state)
    return block
