"""What a program would reply: a run on top of the present states that leaves no trace.

Rules: BLK-90 to BLK-99.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import auto

from immutables import Map

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.execution import journal
from gearexe_spec.execution.message import ReplyDetails, ReplyInfo
from gearexe_spec.executor.blocks import MAILBOX_VALIDITY_2, Network
from gearexe_spec.executor.chunks import Candidate, split_into_chunks
from gearexe_spec.executor.engine import Engine
from gearexe_spec.executor.queues import (
    ChunkReport,
    QueueProcessing,
    execute_chunk,
    is_within_limits,
    set_results,
)
from gearexe_spec.executor.requests import (
    ExecutableBalanceTopUpRequested,
    MessageQueueingRequested,
    apply_request,
)
from gearexe_spec.program.dispatch import MessageType
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.in_block import BlockConfig, InBlockState, settle, update_program
from gearexe_spec.program.journal_handling import DispatchJournal, apply_journal
from gearexe_spec.program.outcome import Message
from gearexe_spec.program.state import ZERO_STATE_HASH, ProgramState, requires_init_message
from gearexe_spec.program.storage import Storage

ASKED_MESSAGE = MessageId.zero()
"""Id of the message that is asked about (BLK-92)."""


class CalculationRejection(Rejection):
    """Why there is no answer."""

    ProgramStateHashNotFound = auto()
    ProgramStateNotFound = auto()
    ProgramNotInitialized = auto()
    ReplyNotFound = auto()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked (BLK-90).

    Args:
        height: of the latest Ethereum block.
        timestamp: of that block, in seconds.
        source: who would send the message.
        program: to whom.
        payload: of the message.
        value: of the message, in wei; nobody needs to have it.
        gas_allowance: for the whole run.
        top_up: WVARA added to the executable balance first; 0 for none.
    """

    height: U32
    timestamp: U64
    source: ActorId
    program: ActorId
    payload: bytes
    value: U128
    gas_allowance: U64
    top_up: U128


@dataclass(frozen=True, slots=True)
class CalculatedReply:
    """The answer (BLK-98).

    Args:
        reply: to the message asked about.
        messages: to users that were sent on the way.
        chunks: reports of what ran.
    """

    reply: ReplyInfo
    messages: tuple[Message, ...]
    chunks: tuple[ChunkReport, ...]


@dataclass(frozen=True, slots=True)
class _Overlay:
    """The run: the network, and the programs whose queues were emptied (BLK-93)."""

    process: QueueProcessing
    cleared: Map[ActorId, bool]
    is_answered: bool = False


def calculate_reply(network: Network, question: Question, engine: Engine) -> CalculatedReply:
    """Find the reply to a message without sending it.

    Raises:
        Rejected: ProgramStateHashNotFound, ProgramStateNotFound, ProgramNotInitialized, ReplyNotFound; a
            ProgramRejection where production aborts, which happens to harmless programs too (finding F-PRO-5).

    Rules: BLK-90 to BLK-99.
    Source: ethexe/processor/src/lib.rs `OverlaidProcessor::execute_for_reply`,
    ethexe/processor/src/handling/overlaid.rs.
    """
    check_program(network, question.program)
    block = queue_question(network, question)
    # The code of programs made in the block does not count here: there are none.
    process = QueueProcessing(block, network.codes, question.gas_allowance)
    overlay = _Overlay(process, Map({question.program: True}))
    overlay = _process_canonical_queues(overlay, engine, question.program)
    return find_reply(overlay.process)


def check_program(network: Network, program: ActorId) -> None:
    """Whether the program can be asked (BLK-91).

    Raises:
        Rejected: ProgramStateHashNotFound, ProgramStateNotFound, ProgramNotInitialized.
    """
    record = network.states.get(program)
    if record is None:
        raise Rejected(CalculationRejection.ProgramStateHashNotFound, {"actorId": program})
    if record.hash != ZERO_STATE_HASH and record.hash not in network.storage:
        raise Rejected(CalculationRejection.ProgramStateNotFound, {"hash": record.hash})
    block = InBlockState(network.storage, BlockConfig(U32(0)), network.states, Map())
    if requires_init_message(block.program(program)):
        raise Rejected(CalculationRejection.ProgramNotInitialized, {"actorId": program})


def queue_question(network: Network, question: Question) -> InBlockState:
    """The network with the message as the only one in the program's queue, and with an empty schedule (BLK-92).

    Raises:
        Rejected: ExecutableBalanceOverflow, PayloadTooBig.
    """
    config = BlockConfig(question.height, question.timestamp, MAILBOX_VALIDITY_2, False)
    block = InBlockState(network.storage, config, network.states, Map())
    if question.top_up:
        top_up = ExecutableBalanceTopUpRequested(question.program, question.top_up)
        block = apply_request(block, top_up, Map())
    asked = MessageQueueingRequested(
        actor=question.program,
        id=ASKED_MESSAGE,
        source=question.source,
        payload=question.payload,
        value=question.value,
        call_reply=True,
    )
    block = apply_request(block, asked, Map())
    return update_program(block, question.program, lambda state: _keep_last(block.storage, state))


def _keep_last(storage: Storage, state: ProgramState) -> ProgramState:
    queue = state.canonical_queue.queue.load(storage)
    return state.with_queue(MessageType.Canonical, Fifo([queue.back]))


def _process_canonical_queues(overlay: _Overlay, engine: Engine, base: ActorId) -> _Overlay:
    """Like a block's canonical pass, but other programs start with empty queues (BLK-93 to BLK-96)."""
    while True:
        process = replace(overlay.process, block=settle(overlay.process.block))
        chunks = split_into_chunks(process.block.records, MessageType.Canonical, engine.chunk_size, base)
        if not chunks:
            return replace(overlay, process=process)
        overlay, chunks = _clear_candidates(replace(overlay, process=process), chunks)
        for chunk in chunks:
            if not is_within_limits(overlay.process):
                return overlay
            overlay = _run_chunk(overlay, engine, chunk)
            if overlay.is_answered:
                return overlay


def _clear_candidates(
    overlay: _Overlay, chunks: tuple[tuple[Candidate, ...], ...]
) -> tuple[_Overlay, tuple[tuple[Candidate, ...], ...]]:
    """Programs whose queues are from before lose them and do not run this time; chunks may become empty (BLK-94)."""
    cleared = overlay.cleared
    for chunk in chunks:
        for candidate in chunk:
            overlay = _clear_queue(overlay, candidate.program)
    return overlay, tuple(tuple(part for part in chunk if part.program in cleared) for chunk in chunks)


def _clear_queue(overlay: _Overlay, program: ActorId) -> _Overlay:
    """Empty the canonical queue of a program, once (BLK-94).

    Raises:
        Rejected: UnknownProgram.
    """
    if program in overlay.cleared:
        return overlay
    block = update_program(
        overlay.process.block, program, lambda state: state.with_queue(MessageType.Canonical, Fifo())
    )
    return replace(overlay, process=replace(overlay.process, block=block), cleared=overlay.cleared.set(program, True))


def _run_chunk(overlay: _Overlay, engine: Engine, chunk: tuple[Candidate, ...]) -> _Overlay:
    """Like a chunk of a block, but it ends with the journal that holds the reply (BLK-95)."""
    process, results = execute_chunk(overlay.process, engine, MessageType.Canonical, chunk, False)
    process = replace(process, block=set_results(process.block, chunk, results))
    overlay = replace(overlay, process=process)
    for result in results:
        for dispatch_journal in result.journals:
            overlay = _apply_journal(overlay, dispatch_journal, process.allowance)
            if overlay.is_answered:
                return overlay
    spent = max((result.gas_spent for result in results), default=U64(0))
    left = process.allowance.saturating_sub(spent)
    return replace(overlay, process=replace(overlay.process, allowance=left))


def _apply_journal(overlay: _Overlay, dispatch_journal: DispatchJournal, allowance: U64) -> _Overlay:
    """Empty the queues of all receivers, be they programs or not, unless the reply is here (BLK-96).

    Raises:
        Rejected: UnknownProgram, when a user is among the receivers.
    """
    sent = [note.dispatch.message for note in dispatch_journal.notes if isinstance(note, journal.SendDispatch)]
    is_answer = any(
        isinstance(message.details, ReplyDetails) and message.details.to == ASKED_MESSAGE for message in sent
    )
    if not is_answer:
        for message in sent:
            overlay = _clear_queue(overlay, message.destination)
    block, stops = apply_journal(overlay.process.block, dispatch_journal, allowance)
    process = replace(overlay.process, block=block, out_of_gas=overlay.process.out_of_gas or stops)
    return replace(overlay, process=process, is_answered=is_answer)


def find_reply(process: QueueProcessing) -> CalculatedReply:
    """The last reply to the message asked about, and what else went to users (BLK-97, BLK-98).

    Raises:
        Rejected: ReplyNotFound.
    """
    reply: ReplyInfo | None = None
    messages: list[Message] = []
    for actor in sorted(process.block.modifications):
        for outgoing in process.block.modifications[actor].messages:
            message = outgoing.message
            details = message.reply_details
            if details is not None and details.to == ASKED_MESSAGE:
                reply = ReplyInfo(message.payload, message.value, details.code)
            else:
                messages.append(message)
    if reply is None:
        raise Rejected(CalculationRejection.ReplyNotFound)
    return CalculatedReply(reply, tuple(messages), process.chunks)
