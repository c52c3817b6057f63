"""What each system call does, and in which order it looks at things (SYS-1 to SYS-68)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U32
from gearexe_spec.crypto.ids import SYSTEM_ACTOR, compute_outgoing_id, compute_reply_id
from gearexe_spec.execution.codes import ExtError, ReplyCode
from gearexe_spec.execution.costs import TOKEN_COSTS
from gearexe_spec.execution.journal import WaitedType
from gearexe_spec.execution.message import DispatchKind, ReplyDetails
from gearexe_spec.execution.parameters import FORBIDDEN_SYSCALLS
from gearexe_spec.execution.run import Run
from gearexe_spec.execution.syscalls.procedure import call
from gearexe_spec.execution.syscalls.table import SYSCALLS
from gearexe_spec.execution.termination import (
    AllowanceExceeded,
    Exited,
    Stopped,
    Succeeded,
    Termination,
    Trap,
    Trapped,
    Waiting,
)
from gearexe_spec.wasm.syscalls import IMPORTABLE, SYSTEM_BREAK
from gearexe_spec.wasm.syscalls import SYSCALLS as CORE_SYSCALLS
from tests.execution.bench import GAS, MESSAGE, PROGRAM, USER, code_at, invoke, make_run

PID_VALUE = 100
RESULT = 1000
ABSENT = 0xFFFFFFFF
MAX = 0xFFFFFFFF


def put_pid_value(run: Run, destination: bytes = USER, value: int = 0) -> None:
    run.memory.write(PID_VALUE, destination + value.to_bytes(16, "little"))


def error_of(run: Run, name: str, *numbers: int) -> ExtError | None:
    invoke(run, name, *numbers, RESULT)
    code = code_at(run, RESULT)
    return ExtError(code) if code else None


def termination_of(run: Run, name: str, *numbers: int) -> Termination:
    with pytest.raises(Stopped) as stopped:
        invoke(run, name, *numbers)
    return stopped.value.termination


def test_all_thirty_five_and_the_break() -> None:
    """The functions have exactly the signatures that validation demands of imports."""
    assert set(SYSCALLS) == {*IMPORTABLE, SYSTEM_BREAK}
    for name, signature in IMPORTABLE.items():
        assert len(signature.params) == SYSCALLS[name].arity
        assert len(signature.results) == SYSCALLS[name].returns
    assert not set(SYSCALLS) & FORBIDDEN_SYSCALLS
    assert FORBIDDEN_SYSCALLS | set(SYSCALLS) == set(CORE_SYSCALLS)


# sending


def test_a_message_is_sent() -> None:
    run = make_run(available=5)
    put_pid_value(run, value=5)
    run.memory.write(200, b"PING")
    assert error_of(run, "gr_send", PID_VALUE, 200, 4, 0) is None
    (sent,) = run.context.outgoing()
    message = sent.dispatch.message
    assert message.id == compute_outgoing_id(MESSAGE, U32(0)) == run.memory.read(RESULT + 4, 32)
    assert (message.source, message.destination, message.payload, message.value) == (PROGRAM, USER, b"PING", 5)
    assert (message.gas_limit, message.details, sent.delay) == (None, None, 0)
    assert run.counters.value == 0
    assert run.counters.burned == 2_467_510 + 4 * 302 + 200_000_000


def test_a_failed_send_costs_its_token_and_its_number() -> None:
    run = make_run(available=4)
    put_pid_value(run, value=5)
    assert error_of(run, "gr_send", PID_VALUE, 0, 0, 0) is ExtError.NotEnoughValue
    assert run.counters.burned == 2_467_510
    assert run.context.local_nonce == 1
    put_pid_value(run, value=4)
    assert error_of(run, "gr_send_commit", 0, PID_VALUE, 0) is None


def test_four_messages_and_no_more() -> None:
    run = make_run()
    for _ in range(4):
        assert error_of(run, "gr_send_init") is None
    assert code_at(run, RESULT + 4) == 3
    assert error_of(run, "gr_send_init") is ExtError.OutgoingMessagesAmountLimitExceeded


def test_bytes_are_counted_when_pushed() -> None:
    run = make_run()
    put_pid_value(run)
    invoke(run, "gr_send_init", RESULT)
    assert error_of(run, "gr_send_push", 0, 0, 4096) is None
    assert error_of(run, "gr_send_push", 0, 0, 1) is ExtError.OutgoingMessagesBytesLimitExceeded
    assert error_of(run, "gr_send", PID_VALUE, 0, 1, 0) is ExtError.OutgoingMessagesBytesLimitExceeded
    assert error_of(run, "gr_send_commit", 0, PID_VALUE, 0) is None
    assert error_of(run, "gr_send_push", 0, 0, 0) is ExtError.LateAccess
    assert error_of(run, "gr_send_commit", 0, PID_VALUE, 0) is ExtError.LateAccess
    assert error_of(run, "gr_send_commit", 9, PID_VALUE, 0) is ExtError.OutOfBounds


def test_nobody_writes_to_the_system() -> None:
    run = make_run()
    put_pid_value(run, SYSTEM_ACTOR)
    assert termination_of(run, "gr_send", PID_VALUE, 0, 0, 0, RESULT) == Trapped(Trap.ForbiddenFunction)
    run = make_run(source=SYSTEM_ACTOR)
    assert termination_of(run, "gr_reply", 0, 0, ABSENT, RESULT) == Trapped(Trap.ForbiddenFunction)


def test_a_delay_is_paid_for() -> None:
    run = make_run()
    put_pid_value(run)
    assert error_of(run, "gr_send", PID_VALUE, 0, 0, 7) is None
    assert run.counters.burned == 2_467_510 + 400_000_000
    assert run.counters.left == GAS - run.counters.burned - 700
    assert run.context.outgoing()[0].delay == 7
    run = make_run(gas=2_467_510 + 400_000_000 + 699)
    put_pid_value(run)
    assert error_of(run, "gr_send", PID_VALUE, 0, 0, 7) is ExtError.InsufficientGasForDelayedSending


def test_slices_of_the_input() -> None:
    run = make_run(payload=b"hello")
    put_pid_value(run)
    assert error_of(run, "gr_send_input", PID_VALUE, 1, 3, 0) is None
    assert run.context.outgoing()[0].dispatch.message.payload == b"ell"
    assert error_of(run, "gr_send_input", PID_VALUE, 5, 0, 0) is ExtError.OutOfBoundsInputSliceOffset
    assert error_of(run, "gr_send_push_input", 1, 4, 2) is ExtError.OutOfBoundsInputSliceLength
    assert error_of(run, "gr_send_push_input", 0, 0, 1) is ExtError.LateAccess
    assert error_of(make_run(), "gr_send_push_input", 0, 0, 0) is ExtError.OutOfBoundsInputSliceOffset


def test_a_payload_that_is_too_long_is_not_even_read() -> None:
    run = make_run()
    put_pid_value(run)
    assert error_of(run, "gr_send", PID_VALUE, MAX, 8 * 1024 * 1024 + 1, 0) is ExtError.MaxMessageSizeExceed
    assert run.counters.burned == 2_467_510


# replying


def test_the_reply_is_what_was_pushed_and_the_payload() -> None:
    run = make_run(payload=b"abc")
    run.memory.write(200, b"12")
    assert error_of(run, "gr_reply_push", 200, 2) is None
    assert error_of(run, "gr_reply_push_input", 1, 2) is None
    assert error_of(run, "gr_reply", 200, 2, ABSENT) is None
    (sent,) = run.context.outgoing()
    message = sent.dispatch.message
    assert message.payload == b"12bc12"
    assert message.id == compute_reply_id(MESSAGE) == run.memory.read(RESULT + 4, 32)
    assert message.details == ReplyDetails(MESSAGE, ReplyCode.SuccessManual)
    assert sent.dispatch.kind is DispatchKind.Reply
    assert error_of(run, "gr_reply_push", 200, 2) is ExtError.LateAccess
    assert error_of(run, "gr_reply_commit", ABSENT) is ExtError.DuplicateReply


def test_lacking_value_wins_over_a_reply_to_a_reply() -> None:
    run = make_run(kind=DispatchKind.Reply)
    run.memory.write(16, b"\x01")
    assert error_of(run, "gr_reply", 0, 0, 16) is ExtError.NotEnoughValue
    assert error_of(run, "gr_reply", 0, 0, ABSENT) is ExtError.IncorrectEntryForReply
    assert error_of(run, "gr_reply_push", 0, 0) is ExtError.IncorrectEntryForReply


def test_the_pushed_slice_stays_when_the_reply_fails() -> None:
    run = make_run(payload=b"xyz")
    run.memory.write(16, b"\x01")
    assert error_of(run, "gr_reply_input", 0, 3, 16) is ExtError.NotEnoughValue
    assert error_of(run, "gr_reply_commit", ABSENT) is None
    assert run.context.outgoing()[0].dispatch.message.payload == b"xyz"


# reading


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gr_size", (3).to_bytes(4, "little")),
        ("gr_message_id", MESSAGE),
        ("gr_program_id", PROGRAM),
        ("gr_source", USER),
        ("gr_value", (9).to_bytes(16, "little")),
        ("gr_value_available", (11).to_bytes(16, "little")),
        ("gr_block_height", (1000).to_bytes(4, "little")),
        ("gr_block_timestamp", (1_700_000_000).to_bytes(8, "little")),
        ("gr_gas_available", (GAS - 959_492).to_bytes(8, "little")),
    ],
)
def test_what_the_program_learns(name: str, expected: bytes) -> None:
    run = make_run(payload=b"abc", value=9, available=11, allowance=GAS + 1)
    invoke(run, name, 0)
    assert run.memory.read(0, len(expected)) == expected
    assert run.counters.burned == TOKEN_COSTS[name].fixed
    assert termination_of(run, name, 65_536) == Trapped(Trap.AccessOutOfBounds)


def test_constants_of_the_network() -> None:
    run = make_run()
    invoke(run, "gr_env_vars", 1, 0)
    assert run.memory.read(0, 52).hex() == "64000000" + "00" * 32 + "64" + "00" * 15
    assert termination_of(run, "gr_env_vars", 2, MAX) == Trapped(Trap.UnsupportedEnvVarsVersion)
    assert termination_of(run, "gr_env_vars", 1, MAX) == Trapped(Trap.AccessOutOfBounds)


@given(st.integers(0, 12), st.integers(0, 12))
def test_reading_any_part(at: int, length: int) -> None:
    run = make_run(payload=b"0123456789")
    error = error_of(run, "gr_read", at, length, 0)
    assert error is (None if at + length <= 10 else ExtError.ReadWrongRange)
    assert run.counters.burned == 1_406_423 + (162 * length if error is None else 0)
    if error is None:
        assert run.memory.read(0, length) == b"0123456789"[at : at + length]


def test_reading_at_the_end_of_the_world() -> None:
    run = make_run(payload=b"01")
    assert error_of(run, "gr_read", MAX, 1, 0) is ExtError.TooBigReadLen
    assert error_of(run, "gr_read", 0, 1, 65_536) is ExtError.AccessOutOfBounds
    assert run.counters.burned == 2 * 1_406_423 + 162


def test_only_replies_have_details() -> None:
    origin = MessageId(b"\x05" * 32)
    details = ReplyDetails(origin, ReplyCode.ExecutionUserspacePanic)
    run = make_run(kind=DispatchKind.Reply, details=details)
    assert error_of(run, "gr_reply_to") is None
    assert run.memory.read(RESULT + 4, 32) == origin
    assert error_of(run, "gr_reply_code") is None
    assert run.memory.read(RESULT + 4, 4).hex() == "01000300"
    assert error_of(make_run(), "gr_reply_to") is ExtError.NoReplyContext


def test_a_result_that_has_no_place_is_a_trap() -> None:
    assert termination_of(make_run(), "gr_send_init", 65_530) == Trapped(Trap.AccessOutOfBounds)


# control


def test_ways_to_end() -> None:
    run = make_run()
    run.memory.write(0, USER)
    run.memory.write(100, b"oops")
    assert termination_of(run, "gr_exit", 0) == Exited(USER)
    assert termination_of(run, "gr_leave") == Succeeded()
    assert termination_of(run, "gr_panic", 100, 4) == Trapped(Trap.Panic, b"oops")
    assert termination_of(run, "gr_panic", 65_536, 4) == Trapped(Trap.PanicBufferIsTooBig)
    assert termination_of(run, "gr_panic", 0, 8 * 1024 * 1024 + 1) == Trapped(Trap.PanicBufferIsTooBig)
    assert termination_of(run, "gr_oom_panic") == Trapped(Trap.ProgramAllocOutOfBounds)
    assert termination_of(run, "gr_exit", 65_536) == Trapped(Trap.AccessOutOfBounds)


def test_debug_must_be_text() -> None:
    run = make_run()
    run.memory.write(0, "å\xff".encode())
    invoke(run, "gr_debug", 0, 4)
    assert run.counters.burned == 1_056_804 + 4 * 280
    assert termination_of(run, "gr_debug", 1, 2) == Trapped(Trap.InvalidDebugString)
    assert termination_of(run, "gr_debug", 65_536, 1) == Trapped(Trap.AccessOutOfBounds)


def test_a_buffer_above_sixteen_mebibytes() -> None:
    run = make_run(pages=300, stack_end=1200)
    length = 16 * 1024 * 1024 + 1
    assert termination_of(run, "gr_debug", 0, length) == Trapped(Trap.RuntimeAllocOutOfBounds)
    assert run.counters.burned == 1_056_804 + 280 * length
    assert error_of(run, "gr_reply_push", 0, length) is ExtError.RuntimeAllocOutOfBounds
    assert error_of(run, "gr_reply_push", 300 * 65_536 - 1, length) is ExtError.AccessOutOfBounds


def test_waiting_for() -> None:
    run = make_run()
    assert termination_of(run, "gr_wait_for", 5) == Waiting(5, WaitedType.WaitFor)
    assert run.counters.burned == 9_231_352 + 300_000_000


@pytest.mark.parametrize(("spare", "expected"), [(500, WaitedType.WaitUpToFull), (499, WaitedType.WaitUpTo)])
def test_waiting_up_to(spare: int, expected: WaitedType) -> None:
    run = make_run(gas=7_345_560 + 300_000_000 + spare)
    assert termination_of(run, "gr_wait_up_to", 5) == Waiting(5, expected)


@pytest.mark.parametrize("name", ["gr_wait_for", "gr_wait_up_to"])
def test_a_wait_that_fails_costs_its_token_only(name: str) -> None:
    """F-EXE-5: the fee of 300,000,000 comes back although the execution ends in a trap."""
    token = TOKEN_COSTS[name].fixed
    run = make_run(gas=token + 300_000_099)
    assert termination_of(run, name, 1) == Trapped(Trap.NotEnoughGas)
    assert run.counters.burned == token
    run = make_run()
    assert termination_of(run, name, 0) == Trapped(Trap.ZeroDuration)
    assert run.counters.burned == token
    run = make_run()
    invoke(run, "gr_reply", 0, 0, ABSENT, RESULT)
    before = run.counters.burned
    assert termination_of(run, name, 0) == Trapped(Trap.WaitAfterReply)
    assert run.counters.burned == before + token


def test_waking() -> None:
    run = make_run()
    assert error_of(run, "gr_wake", 0, 0) is None
    assert error_of(run, "gr_wake", 0, 0) is ExtError.DuplicateWaking
    assert run.counters.burned == 2 * 2_359_007 + 200_000_000
    assert error_of(run, "gr_wake", 1, 1) is ExtError.Unsupported
    assert error_of(run, "gr_wake", 65_536, 1) is ExtError.AccessOutOfBounds
    assert run.context.wakes == [MessageId(bytes(32))]


def test_breaking_leaves_the_gas_that_did_not_suffice() -> None:
    run = make_run(gas=10, allowance=20)
    assert termination_of(run, "gr_system_break", 0) == Trapped(Trap.GasLimitExceeded)
    assert run.counters.left == 10
    run = make_run(gas=20, allowance=10)
    assert termination_of(run, "gr_system_break", 0) == AllowanceExceeded()
    assert (run.counters.left, run.counters.burned, run.counters.allowance) == (10, 10, 0)
    assert termination_of(make_run(), "gr_system_break", 1) == Trapped(Trap.StackLimitExceeded)


# pages


def test_allocating_grows_the_memory_once() -> None:
    run = make_run(pages=2)
    assert invoke(run, "alloc", 0) == 2
    assert not run.allocations_changed
    assert invoke(run, "alloc", 3) == 2
    assert run.memory.size() == 5
    assert run.counters.burned == 2 * 1_368_698 + 611_771 + 3 * 23
    assert invoke(run, "free", 3) == 0
    assert invoke(run, "free", 3) == 1
    assert invoke(run, "alloc", 1) == 3
    assert run.counters.burned == 3 * 1_368_698 + 611_771 + 3 * 23 + 2 * 846_782
    assert invoke(run, "alloc", 65_537) == MAX
    assert invoke(run, "alloc", 32_768) == MAX


def test_a_growth_that_cannot_be_paid_is_a_failed_allocation() -> None:
    for gas, allowance in ((1_368_698 + 611_793, GAS), (GAS, 1_368_698 + 611_793)):
        run = make_run(gas=gas, allowance=allowance)
        assert invoke(run, "alloc", 1) == MAX
        assert run.counters.burned == 1_368_698
        assert run.memory.size() == 1


def test_freeing_ranges() -> None:
    run = make_run()
    invoke(run, "alloc", 5)
    before = run.counters.burned
    assert invoke(run, "free_range", 2, 3) == 0
    assert run.counters.burned - before == 873_826 + 2 * 35_668
    assert run.allocated.intervals == ((1, 1), (4, 5))
    before = run.counters.burned
    assert invoke(run, "free_range", 3, 2) == 1
    assert invoke(run, "free_range", 0, 2) == 1
    assert run.counters.burned - before == 2 * 873_826
    assert invoke(run, "free", 0) == 1
    assert termination_of(run, "free", 65_536) == Trapped(Trap.Unknown)
    assert termination_of(run, "free_range", 0, 65_536) == Trapped(Trap.Unknown)


def test_freeing_nothing_changes_nothing() -> None:
    run = make_run(pages=1)
    assert invoke(run, "free_range", 1, 9) == 0
    assert not run.allocations_changed
    invoke(run, "alloc", 1)
    invoke(run, "free", 1)
    assert run.allocations_changed


# the procedure


def test_nothing_of_a_call_is_applied_when_its_token_cannot_be_paid() -> None:
    run = make_run(gas=1_078_022)
    assert termination_of(run, "gr_send_init", RESULT) == Trapped(Trap.GasLimitExceeded)
    assert (run.counters.left, run.counters.burned) == (0, 1_078_022)
    assert run.context.local_nonce == 0


def test_what_the_program_used_is_charged_before_the_call() -> None:
    run = make_run()
    call(run, SYSCALLS["gr_size"], GAS - 1000, (0,))
    assert run.counters.burned == 1000 + 962_155
    assert run.counters.allowance == GAS - 1000 - 962_155


def test_signals_may_not_reply() -> None:
    run = make_run(kind=DispatchKind.Signal)
    assert termination_of(run, "gr_source", 0) == Trapped(Trap.ForbiddenFunction)
    assert run.counters.burned == 0
