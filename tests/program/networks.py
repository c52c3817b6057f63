"""Small networks for tests: programs that do what a script says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from immutables import Map

from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U8, U32, U64, U128
from gearexe_spec.crypto.ids import compute_reply_id
from gearexe_spec.execution import journal, message
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.journal import Journal, JournalNote
from gearexe_spec.execution.message import DispatchKind, IncomingDispatch, ReplyDetails, StoredDispatch
from gearexe_spec.execution.program import DispatchContext
from gearexe_spec.executor.blocks import BlockInput, Network
from gearexe_spec.executor.codes import CodeRecords
from gearexe_spec.executor.engine import Engine
from gearexe_spec.program.dispatch import Dispatch, MessageType
from gearexe_spec.program.in_block import BlockConfig, InBlockState, StateHashWithQueueSize
from gearexe_spec.program.payload import DirectPayload
from gearexe_spec.program.state import ZERO_STATE, ActiveProgram, ProgramState, write_state
from gearexe_spec.program.storage import Storage
from gearexe_spec.wasm.code import CheckedCode, CodeMetadata, Instrumented, InstrumentedCode
from gearexe_spec.wasm.gear_rules import EntryPoint
from gearexe_spec.wasm.section_sizes import SectionSizes

CODE = CodeId.from_u64(U64(99))
EMPTY = CheckedCode(
    InstrumentedCode(b"", SectionSizes(*[U32(0)] * 6)),
    CodeMetadata(U32(0), frozenset(EntryPoint), U32(0), None, Instrumented(U32(2), U32(0))),
    (),
)
ENOUGH = U128(10**15)
USER = ActorId.from_u64(U64(0x75736572))

Script = Callable[[DispatchContext], tuple[JournalNote, ...]]


def actor(number: int) -> ActorId:
    return ActorId.from_u64(U64(number))


def message_id(number: int) -> MessageId:
    return MessageId.from_u64(U64(number))


def program_state(balance: int = 0, executable: int = ENOUGH, initialized: bool = True) -> ProgramState:
    program = ZERO_STATE.program
    assert isinstance(program, ActiveProgram)
    return replace(
        ZERO_STATE,
        program=replace(program, initialized=initialized),
        balance=U128(balance),
        executable_balance=U128(executable),
    )


def incoming(
    number: int, value: int = 0, source: ActorId = USER, kind: MessageType = MessageType.Canonical
) -> Dispatch:
    return Dispatch(
        id=message_id(number),
        kind=DispatchKind.Handle,
        source=source,
        payload=DirectPayload(b""),
        value=U128(value),
        details=None,
        context=None,
        message_type=kind,
        call=False,
    )


def in_block(states: dict[ActorId, ProgramState], height: int = 100, answers: bool = False) -> InBlockState:
    storage, records = Storage.empty(), Map()
    for program, state in states.items():
        storage, key = write_state(storage, state)
        sizes = (state.canonical_queue.size, state.injected_queue.size)
        records = records.set(program, StateHashWithQueueSize(key, *sizes))
    return InBlockState(storage, BlockConfig(U32(height), answers_event_destinations=answers), records, Map())


def network(states: dict[ActorId, ProgramState]) -> Network:
    block = in_block(states)
    codes = CodeRecords(
        valid=Map({CODE: True}),
        instrumented=Map({CODE: EMPTY.instrumented}),
        metadata=Map({CODE: EMPTY.metadata}),
        of_programs=Map(dict.fromkeys(states, CODE)),
    )
    return Network(block.storage, block.records, Map(), codes)


def block_input(*events: object, height: int = 100, gas: int | None = 4 * 10**12, promises: bool = False) -> BlockInput:
    return BlockInput(
        height=U32(height),
        timestamp=U64(0),
        events=events,  # type: ignore[arg-type]
        injected=(),
        gas_allowance=None if gas is None else U64(gas),
        emits_promises=promises,
        mailbox_validity=U32(75),
        answers_event_destinations=False,
    )


def scripted(script: Script) -> Engine:
    """An engine whose programs burn 1,000 gas, take the value, do what the script says, and are done."""
    return Engine(lambda context: run_script(context, script), lambda _: None)


def run_script(context: DispatchContext, script: Script) -> Journal:
    dispatch = context.dispatch
    notes: list[JournalNote] = [journal.GasBurned(dispatch.id, U64(1_000), False)]
    if dispatch.value and dispatch.context is None:
        notes.append(journal.SendValue(dispatch.source, context.program_id, dispatch.value, False))
    notes += script(context)
    if isinstance(notes[-1], journal.WaitDispatch):
        return tuple(notes)
    outcome = journal.InitSuccess(context.program_id) if dispatch.kind is DispatchKind.Init else journal.Success()
    notes.append(journal.MessageDispatched(dispatch.id, dispatch.source, outcome))
    notes.append(journal.MessageConsumed(dispatch.id))
    return tuple(notes)


def send(
    origin: MessageId, number: int, source: ActorId, destination: ActorId, *, value: int = 0, delay: int = 0
) -> journal.SendDispatch:
    sent = message.Message(message_id(number), source, destination, b"hi", None, U128(value), None)
    return journal.SendDispatch(origin, message.Dispatch(DispatchKind.Handle, sent), U32(delay), None)


def reply(dispatch: IncomingDispatch | Dispatch, source: ActorId, value: int = 0) -> journal.SendDispatch:
    details = ReplyDetails(dispatch.id, ReplyCode.SuccessManual)
    sent = message.Message(compute_reply_id(dispatch.id), source, dispatch.source, b"", None, U128(value), details)
    return journal.SendDispatch(dispatch.id, message.Dispatch(DispatchKind.Reply, sent), U32(0), None)


def wait(context: DispatchContext, blocks: int) -> journal.WaitDispatch:
    store = message.ContextStore()
    stored = StoredDispatch.from_incoming(context.dispatch, context.program_id, store)
    return journal.WaitDispatch(stored, U32(blocks), journal.WaitedType.WaitFor)


def sizes(canonical: int, injected: int = 0) -> tuple[U8, U8]:
    return U8(canonical), U8(injected)
