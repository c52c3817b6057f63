"""Reproductions of what `spec/findings.md` says about executions."""

from immutables import Map

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.execution.execute import execute_dispatch
from gearexe_spec.execution.journal import ExitDispatch, SendDispatch, SendValue
from gearexe_spec.execution.message import DispatchKind
from gearexe_spec.execution.parameters import BlockInfo, compute_gas_limit
from gearexe_spec.execution.program import ExecutableCode
from gearexe_spec.program.allocations import ALLOCATIONS
from gearexe_spec.program.dispatch import Dispatch, MessageType
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.pages import MEMORY_PAGES
from gearexe_spec.program.payload import DirectPayload
from gearexe_spec.program.queue_run import QueueRun, QueueRunResult, run_queue
from gearexe_spec.program.state import ZERO_STATE, ActiveProgram, ProgramState, QueueWithSize, TerminatedProgram
from gearexe_spec.program.storage import Reference, Storage
from tests.execution.programs import PROGRAM, USER, burned, execute, find, handler, reply_code

FOREVER = U128(100 * 10**12)


def queued(number: int, queue: MessageType, value: int = 0, kind: DispatchKind = DispatchKind.Handle) -> Dispatch:
    message_id = MessageId.from_u64(U64(number))
    return Dispatch(message_id, kind, USER, DirectPayload(b""), U128(value), None, None, queue, False)


def run(
    code: ExecutableCode,
    *dispatches: Dispatch,
    executable_balance: U128 = FOREVER,
    balance: int = 0,
    initialized: bool = True,
) -> QueueRunResult:
    queue = dispatches[0].message_type
    program = ActiveProgram(Reference.absent(ALLOCATIONS), Reference.absent(MEMORY_PAGES), U32(0), initialized)
    state = ProgramState(
        program=program,
        canonical_queue=QueueWithSize.of(Fifo()),
        injected_queue=QueueWithSize.of(Fifo()),
        waitlist=ZERO_STATE.waitlist,
        stash=ZERO_STATE.stash,
        mailbox=ZERO_STATE.mailbox,
        balance=U128(balance),
        executable_balance=executable_balance,
    ).with_queue(queue, Fifo(dispatches))
    block = BlockInfo(U32(1000), U64(1_700_000_000))
    asked = QueueRun(PROGRAM, state, queue, U64(10**12), block, code, queue is MessageType.Injected)
    return run_queue(Storage(Map()), asked, lambda context: execute_dispatch(context).notes)


def test_a_fortune_buys_no_gas_and_ends_the_program() -> None:
    """F-EXE-1."""
    fortune = U128(100 * 2**64 + 2_499_999_999)
    assert compute_gas_limit(fortune) == 24_999_999
    init = queued(1, MessageType.Canonical, kind=DispatchKind.Init)
    result = run(handler(""), init, executable_balance=fortune, initialized=False)
    assert result.state.program == TerminatedProgram(USER)
    assert result.state.executable_balance == fortune


def test_a_free_panic_keeps_the_value_that_its_promise_returns() -> None:
    """F-EXE-2."""
    panicking = handler("(call $gr_panic (i32.const 0) (i32.const 0))", "gr_panic:2")
    result = run(panicking, queued(1, MessageType.Injected, value=5))
    assert result.state.executable_balance == FOREVER
    (journal,) = result.journals
    assert [note.value for note in journal.notes if isinstance(note, SendValue)] == [5]
    assert not find(journal.notes, SendDispatch)
    (promise,) = result.promises
    assert promise.reply.value == 5


def test_an_exited_program_goes_on_to_the_end_of_the_run() -> None:
    """F-EXE-3."""
    leaving = handler("(call $gr_exit (i32.const 0))", "gr_exit:1")
    result = run(leaving, queued(1, MessageType.Canonical), queued(2, MessageType.Canonical, value=3))
    exits = [note for journal in result.journals for note in journal.notes if isinstance(note, ExitDispatch)]
    assert exits == [ExitDispatch(PROGRAM, ActorId.zero())] * 2


def test_every_dispatch_of_a_run_spends_the_same_balance() -> None:
    """F-PRO-2, the part of execution: both sends pass the check on the balance of the start."""
    body = """
        (i32.store8 (i32.const 100) (i32.const 1))
        (i32.store8 (i32.const 132) (i32.const 7))
        (call $gr_send (i32.const 100) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 200))"""
    result = run(
        handler(body, "gr_send:5"), queued(1, MessageType.Canonical), queued(2, MessageType.Canonical), balance=7
    )
    sent = [
        int(note.dispatch.message.value)
        for journal in result.journals
        for note in journal.notes
        if isinstance(note, SendDispatch) and note.dispatch.kind is DispatchKind.Handle
    ]
    assert sent == [7, 7]


def test_four_messages_in_a_life() -> None:
    """F-EXE-6, the part of execution: the fifth send is refused, whatever was sent before a wait."""
    send = "(call $gr_send_init (i32.const 200))"
    panic = "(if (i32.load (i32.const 200)) (then (call $gr_panic (i32.const 200) (i32.const 4))))"
    notes = execute(handler(send * 5 + panic, "gr_send_init:1 gr_panic:2"))
    assert reply_code(notes) == "01000300"
    (reply,) = find(notes, SendDispatch)
    assert isinstance(reply, SendDispatch)
    assert reply.dispatch.message.payload == (301).to_bytes(4, "little")


def test_one_token_burns_more_than_the_block_has() -> None:
    """F-EXE-8."""
    code = handler("(call $gr_send_push (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0))", "gr_send_push:4")
    notes = execute(code, gas=10**12, allowance=2 * 10**8)
    assert reply_code(notes) == "01000000"
    assert burned(notes) == 10**12
