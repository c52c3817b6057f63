"""Whole executions of small programs (EXE-30 to EXE-127)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.execution.codes import SignalCode
from gearexe_spec.execution.execute import execute_dispatch
from gearexe_spec.execution.journal import (
    ExitDispatch,
    GasBurned,
    InitFailure,
    MessageConsumed,
    MessageDispatched,
    NoExecution,
    SendDispatch,
    SendSignal,
    SendValue,
    StopProcessing,
    SystemUnreserveGas,
    UpdateAllocations,
    UpdatePage,
    WaitDispatch,
)
from gearexe_spec.execution.message import ContextStore, DispatchKind
from gearexe_spec.execution.program import ExecutionRejection, ExitedProgram, TerminatedProgram
from gearexe_spec.wasm.costs import HOST_COSTS, LOAD_PAGE, SIGNAL_COSTS
from tests.execution.programs import (
    PROGRAM,
    USER,
    burned,
    compile_text,
    execute,
    find,
    handler,
    make_context,
    reply_code,
)

PAGE = 16_384
PRECHARGES = 75_000_000


def kinds(notes: tuple[object, ...]) -> list[str]:
    return [type(note).__name__ for note in notes]


def test_an_empty_init_costs_what_the_sheet_says() -> None:
    """E1 of the sheet on gas."""
    code = compile_text('(module (import "env" "memory" (memory 1)) (func (export "init")))')
    notes = execute(code, kind=DispatchKind.Init)
    assert burned(notes) == 75_087_920
    assert kinds(notes) == ["GasBurned", "SendDispatch", "MessageDispatched", "MessageConsumed"]


@pytest.mark.parametrize(("stored", "expected"), [(False, 215_855_600), (True, 225_870_533)])
def test_a_load_and_a_store_cost_what_the_sheet_says(stored: bool, expected: int) -> None:
    """E9."""
    code = compile_text(
        '(module (import "env" "memory" (memory 1)) (func (export "init")'
        " (i32.store (i32.const 0x4000) (i32.load (i32.const 0x4000)))))"
    )
    pages = {1: b"\x05" * PAGE} if stored else {}
    notes = execute(code, kind=DispatchKind.Init, pages=pages)
    assert burned(notes) == expected
    (page,) = find(notes, UpdatePage)
    assert isinstance(page, UpdatePage)
    assert (page.page_number, page.data) == (1, (b"\x05" if stored else b"\0") * PAGE)


def test_a_system_call_costs_what_the_sheet_says() -> None:
    """E10."""
    code = compile_text(
        '(module (import "env" "gr_size" (func $size (param i32))) (import "env" "memory" (memory 1))'
        ' (func (export "init") (call $size (i32.const 0))))'
    )
    assert burned(execute(code, kind=DispatchKind.Init)) == 214_395_296


def test_without_an_entry_nothing_runs_and_that_is_success() -> None:
    code = compile_text('(module (import "env" "memory" (memory 1)) (func (export "init")))')
    notes = execute(code)
    assert reply_code(notes) == "00000000"
    assert burned(notes) > PRECHARGES


@pytest.mark.parametrize(("program", "code"), [(TerminatedProgram(), "01020100"), (ExitedProgram(USER), "01020000")])
def test_programs_that_are_no_more(program: TerminatedProgram | ExitedProgram, code: str) -> None:
    notes = execute(None, program=program, value=3)
    assert reply_code(notes) == code
    assert burned(notes) == 25_000_000
    assert kinds(notes) == ["GasBurned", "SendValue", "SendDispatch", "MessageDispatched", "MessageConsumed"]
    outcome = notes[3]
    assert isinstance(outcome, MessageDispatched)
    assert outcome.outcome == NoExecution()


def test_poverty_comes_before_the_gate() -> None:
    notes = execute(None, program=TerminatedProgram(), gas=24_999_999)
    assert reply_code(notes) == "01000000"
    assert burned(notes) == 0


def test_missing_code_blames_the_program() -> None:
    notes = execute(None, kind=DispatchKind.Init)
    assert reply_code(notes) == "01020400"
    (dispatched,) = find(notes, MessageDispatched)
    assert isinstance(dispatched, MessageDispatched)
    assert dispatched.outcome == InitFailure(PROGRAM, USER, "reinstrumentation")


def test_an_allowance_that_ends_leaves_the_dispatch_as_it_was() -> None:
    remembered = ContextStore(local_nonce=U32(2))
    notes = execute(handler(""), allowance=30_000_000, remembered=remembered)
    (stop,) = notes
    assert isinstance(stop, StopProcessing)
    assert stop.gas_burned == 25_000_000
    assert stop.dispatch.context == remembered


def test_what_the_node_cannot_be_asked() -> None:
    context = make_context(handler(""), kind=DispatchKind.Init)
    with pytest.raises(Rejected) as rejected:
        execute_dispatch(replace(context, program=replace(context.program, initialized=True)))
    assert rejected.value.reason is ExecutionRejection.InitOfInitializedProgram
    with pytest.raises(Rejected) as rejected:
        execute(handler("", pages=2), allocations=((1, 1),))
    assert rejected.value.reason is ExecutionRejection.InconsistentAllocations


def test_gas_for_a_signal_is_given_back() -> None:
    remembered = ContextStore(system_reservation=U64(1))
    done, failed = (execute(handler(body), remembered=remembered) for body in ("", "unreachable"))
    assert len(find(done, SystemUnreserveGas)) == len(find(failed, SystemUnreserveGas)) == 1
    assert not find(done, SendSignal)
    (signal,) = find(failed, SendSignal)
    assert isinstance(signal, SendSignal)
    assert signal.code is SignalCode.ExecutionUnreachableInstruction


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("unreachable", "01000400"),
        ("(drop (i32.div_u (i32.const 1) (i32.const 0)))", "01000400"),
        ("(drop (i32.load (i32.const 65536)))", "01000400"),
        ("(loop (br 0))", "01000000"),
        ("(call $gr_oom_panic)", "01000100"),
        ("(call $gr_panic (i32.const 0) (i32.const 3))", "01000300"),
        ("(call $gr_wait_for (i32.const 0))", "01000200"),
    ],
)
def test_failures(body: str, code: str) -> None:
    notes = execute(handler(body, "gr_oom_panic:0 gr_panic:2 gr_wait_for:1"), value=2, gas=10**9)
    assert reply_code(notes) == code
    assert kinds(notes) == ["GasBurned", "SendValue", "SendDispatch", "MessageDispatched", "MessageConsumed"]
    gas, value, reply = notes[:3]
    assert isinstance(gas, GasBurned)
    assert isinstance(value, SendValue)
    assert isinstance(reply, SendDispatch)
    assert gas.is_panic == (code == "01000300")
    assert value.locked
    assert reply.dispatch.message.value == 2
    assert reply.dispatch.message.payload == (b"\0\0\0" if code == "01000300" else b"")


def test_endless_recursion_reaches_the_limit_inside_the_code() -> None:
    code = handler("(call $again)", rest="(func $again (call $again))")
    assert reply_code(execute(code)) == "01000500"


def test_a_resumed_message_brings_no_value() -> None:
    notes = execute(handler("unreachable"), value=2, remembered=ContextStore())
    assert not find(notes, SendValue)
    (reply,) = find(notes, SendDispatch)
    assert isinstance(reply, SendDispatch)
    assert reply.dispatch.message.value == 0


def test_waiting_keeps_effects_and_ends_the_journal() -> None:
    body = "(i32.store (i32.const 0) (i32.const 7)) (call $gr_wait_for (i32.const 3))"
    notes = execute(handler(body, "gr_wait_for:1"), value=1)
    assert kinds(notes) == ["GasBurned", "SendValue", "UpdatePage", "WaitDispatch"]
    wait = notes[-1]
    assert isinstance(wait, WaitDispatch)
    assert wait.dispatch.context == ContextStore()
    assert wait.duration == 3


def test_exit_stands_before_the_outcome() -> None:
    notes = execute(handler("(call $gr_exit (i32.const 0))", "gr_exit:1"))
    assert kinds(notes) == ["GasBurned", "SendDispatch", "ExitDispatch", "MessageDispatched", "MessageConsumed"]
    assert isinstance(notes[2], ExitDispatch)


def test_freed_pages_are_not_kept() -> None:
    body = """
        (i32.store (i32.mul (call $alloc (i32.const 1)) (i32.const 65536)) (i32.const 1))
        (i32.store (i32.mul (call $alloc (i32.const 1)) (i32.const 65536)) (i32.const 2))
        (drop (call $free (i32.const 1)))"""
    notes = execute(handler(body, "alloc:1 free:1"))
    pages = [note.page_number for note in notes if isinstance(note, UpdatePage)]
    assert pages == [8]
    (allocations,) = find(notes, UpdateAllocations)
    assert isinstance(allocations, UpdateAllocations)
    assert allocations.allocations == ((2, 2),)


def test_the_stack_is_free_and_never_kept() -> None:
    code = handler(
        "(i32.store (i32.const 0) (i32.const 1)) (call $gr_message_id (i32.const 100))",
        "gr_message_id:1",
        '(global (export "__gear_stack_end") i32 (i32.const 65536))',
    )
    notes = execute(code)
    assert not find(notes, UpdatePage)
    assert burned(notes) < PRECHARGES + SIGNAL_COSTS.read


def test_a_page_that_cannot_be_paid_burns_everything() -> None:
    code = handler("(i32.store (i32.const 0) (i32.const 1))")
    needed = burned(execute(code))
    assert reply_code(execute(code, gas=needed)) == "00000000"
    notes = execute(code, gas=needed - 1)
    assert reply_code(notes) == "01000000"
    assert burned(notes) == needed - 1


def test_host_and_program_share_the_flags() -> None:
    """A page that a system call wrote costs the program nothing, and the other way round."""
    both = handler("(call $gr_size (i32.const 0)) (i32.store (i32.const 4) (i32.const 1))", "gr_size:1")
    host = handler("(call $gr_size (i32.const 0)) (nop) (nop)", "gr_size:1")
    assert burned(execute(both)) - burned(execute(host)) < SIGNAL_COSTS.read
    stored = burned(execute(host, pages={0: bytes(PAGE)})) - burned(execute(host))
    assert stored == LOAD_PAGE
    assert burned(execute(host)) > PRECHARGES + HOST_COSTS.write


def test_instantiation_can_fail_for_valid_code() -> None:
    """F-EXE-4."""
    foreign = compile_text(
        '(module (import "elsewhere" "gr_leave" (func)) (import "env" "memory" (memory 1)) (func (export "handle")))'
    )
    limited = compile_text('(module (import "env" "memory" (memory 1 2)) (func (export "handle")))')
    beyond = compile_text(
        '(module (import "env" "memory" (memory 1)) (table 1 funcref) (elem (i32.const 1) $f)'
        ' (func $f (export "handle")))'
    )
    for code in (foreign, limited, beyond):
        notes = execute(code)
        assert reply_code(notes) == "0100ff00"
        assert burned(notes) >= PRECHARGES


def test_the_cache_follows_the_bytes_and_not_only_the_id() -> None:
    leaving, failing = handler("(call $gr_leave)", "gr_leave:0"), handler("unreachable")
    disguised = replace(failing, code_id=leaving.code_id)
    assert reply_code(execute(leaving)) == "00000000"
    assert reply_code(execute(disguised)) == "01000400"
    assert reply_code(execute(leaving)) == "00000000"


def test_executions_do_not_see_each_other() -> None:
    """Same context, same journal: in any order, and in several threads at once."""
    body = """
        (local $i i32)
        (loop (i32.store (i32.mul (local.get $i) (i32.const 4)) (local.get $i))
          (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10000))))
        (call $gr_reply (i32.const 0) (i32.const 64) (i32.const -1) (i32.const 60000))"""
    contexts = [
        make_context(handler(body, "gr_reply:4"), gas=gas, value=value)
        for gas in (10**12, 5 * 10**8, 2 * 10**8)
        for value in (0, 1)
    ] + [make_context(handler("unreachable")), make_context(handler("(call $gr_leave)", "gr_leave:0"))]
    alone = [execute_dispatch(context) for context in contexts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(execute_dispatch, contexts * 10))
    assert together == alone * 10


CALLS = {
    "gr_send": 5,
    "gr_send_init": 1,
    "gr_send_push": 4,
    "gr_send_commit": 4,
    "gr_reply": 4,
    "gr_reply_push": 3,
    "gr_reply_commit": 2,
    "gr_read": 4,
    "gr_size": 1,
    "gr_value_available": 1,
    "gr_wake": 3,
    "gr_send_input": 5,
    "gr_reply_input": 4,
    "gr_debug": 2,
    "alloc": 1,
    "free": 1,
    "free_range": 2,
    "gr_wait_up_to": 1,
    "gr_exit": 1,
    "gr_panic": 2,
}
numbers = st.sampled_from([0, 1, 2, 3, 16, 100, 4096, 16_380, 65_500, 65_536, 131_072, 0xFFFFFFFF, 2**31])
steps = st.sampled_from(sorted(CALLS)).flatmap(
    lambda name: st.tuples(st.just(name), st.lists(numbers, min_size=CALLS[name], max_size=CALLS[name]))
)


def as_code(program: list[tuple[str, list[int]]]) -> object:
    names = sorted({name for name, _ in program})
    body = ""
    for name, arguments in program:
        call = f"(call ${name} {' '.join(f'(i32.const {number})' for number in arguments)})"
        body += f"(drop {call})" if name in ("alloc", "free", "free_range") else call
    return handler(body, " ".join(f"{name}:{CALLS[name]}" for name in names))


@settings(max_examples=150)
@given(
    st.lists(steps, max_size=8),
    st.sampled_from([10**12, 3 * 10**9, 6 * 10**8, 2 * 10**8]),
    st.sampled_from([10**12, 10**9, 3 * 10**8]),
    st.integers(0, 40),
    st.sampled_from([DispatchKind.Handle, DispatchKind.Reply]),
)
def test_whatever_is_called_with_whatever(
    program: list[tuple[str, list[int]]], gas: int, allowance: int, value: int, kind: DispatchKind
) -> None:
    """Gas is bounded by what there is, value by what there is, notes come in their order, and nothing crashes."""
    code = as_code(program)
    options = {"gas": gas, "allowance": allowance, "value": value, "balance": 7, "kind": kind, "payload": b"0123456789"}
    notes = execute(code, **options)  # type: ignore[arg-type]
    assert notes == execute(code, **options)  # type: ignore[arg-type]

    if isinstance(notes[0], StopProcessing):
        assert len(notes) == 1
        assert notes[0].gas_burned <= gas
        return
    assert burned(notes) <= gas
    sent = [note.dispatch.message for note in notes if isinstance(note, SendDispatch)]
    assert sum(int(message.value) for message in sent) <= value + 7
    assert len(sent) <= 5
    assert sum(len(note.dispatch.message.payload) for note in notes if is_handle(note)) <= 4096
    order = [ORDER.index(type(note)) for note in notes if type(note) in ORDER]
    assert order == sorted(order)
    assert isinstance(notes[-1], WaitDispatch | MessageConsumed)


def is_handle(note: object) -> bool:
    return isinstance(note, SendDispatch) and note.dispatch.kind is DispatchKind.Handle


ORDER = [
    GasBurned,
    SendValue,
    SendDispatch,
    UpdatePage,
    UpdateAllocations,
    WaitDispatch,
    ExitDispatch,
    MessageDispatched,
    MessageConsumed,
]
