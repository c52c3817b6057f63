"""System calls, one after another: what they answer, what they charge, how they end an execution."""

from typing import Any

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from tests.vectors.runs import (
    ABSENT,
    FRIEND,
    FRIEND_5,
    RESULT,
    SEVEN,
    SHOW,
    SYSTEM,
    TEXT,
    call,
    context,
    message,
    program,
    run,
)

RUN = "execution/processQueue"
END = 131_072
"""The first address outside the memory."""

SENDING = {
    "init": call("gr_send_init", RESULT),
    "five_handles": call("gr_send_init", RESULT) * 5,
    "push": call("gr_send_init", 700) + call("gr_send_push", 0, TEXT, 4, RESULT),
    "push_unknown_handle": call("gr_send_push", 0, TEXT, 4, RESULT),
    "push_after_commit": call("gr_send_init", 700)
    + call("gr_send_commit", 0, FRIEND, 0, 700)
    + call("gr_send_push", 0, TEXT, 4, RESULT),
    "push_too_many_bytes": call("gr_send_init", 700) + call("gr_send_push", 0, 0, 4097, RESULT),
    "push_buffer_outside": call("gr_send_init", 700) + call("gr_send_push", 0, END - 2, 4, RESULT),
    "push_buffer_too_big": call("gr_send_init", 700) + call("gr_send_push", 0, 0, 16_777_217, RESULT),
    "push_input": call("gr_send_init", 700)
    + call("gr_send_push_input", 0, 1, 2, RESULT)
    + call("gr_send_commit", 0, FRIEND, 0, 700),
    "push_input_offset": call("gr_send_init", 700) + call("gr_send_push_input", 0, 4, 0, RESULT),
    "push_input_length": call("gr_send_init", 700) + call("gr_send_push_input", 0, 1, 4, RESULT),
    "commit_twice": call("gr_send_init", 700)
    + call("gr_send_commit", 0, FRIEND, 0, 700)
    + call("gr_send_commit", 0, FRIEND, 0, RESULT),
    "commit_with_delay": call("gr_send_init", 700) + call("gr_send_commit", 0, FRIEND_5, 3, RESULT),
    "commit_outside": call("gr_send_init", 700) + call("gr_send_commit", 0, END - 47, 0, RESULT),
    "send": call("gr_send", FRIEND, TEXT, 4, 0, RESULT),
    "send_value": call("gr_send", FRIEND_5, TEXT, 4, 0, RESULT),
    "send_in_turn": call("gr_send_init", 700)
    + call("gr_send", FRIEND, TEXT, 4, 0, RESULT)
    + call("gr_send_commit", 0, FRIEND, 0, 700),
    "send_too_long": call("gr_send", FRIEND, 0, 8_388_609, 0, RESULT),
    "send_4096": call("gr_send", FRIEND, 0, 4096, 0, RESULT),
    "send_4097": call("gr_send", FRIEND, 0, 4097, 0, RESULT),
    "send_delay": call("gr_send", FRIEND, TEXT, 4, 1, RESULT),
    "send_delay_unpaid": call("gr_send", FRIEND, TEXT, 4, ABSENT, RESULT),
    "send_to_system": call("gr_send", SYSTEM, TEXT, 4, 0, RESULT),
    "send_input": call("gr_send_input", FRIEND, 0, 4, 0, RESULT),
    "send_input_beyond": call("gr_send_input", FRIEND, 3, 2, 0, RESULT),
    "five_messages": call("gr_send", FRIEND, TEXT, 4, 0, RESULT) * 5,
}


@pytest.mark.parametrize("name", SENDING)
def test_sending(vectors: Recorder, name: str) -> None:
    """Messages to others; the reply shows code and result (SYS-20 to SYS-29, EXE-81 to EXE-83, EXE-87, EXE-88)."""
    vectors.program(RUN, run(program(SENDING[name] + SHOW)))


def test_sending_more_than_there_is(vectors: Recorder) -> None:
    """Value that the program does not have: 101, and the handle stays used (SYS-28, SYS-24)."""
    body = call("gr_send", FRIEND_5, TEXT, 4, 0, RESULT) + SHOW
    for balance in (4, 5):
        vectors.program(RUN, run(program(body), balance=balance), name=f"balance_{balance}", flags=[Flag.BOUNDARY])


TELL = call("gr_panic", RESULT, 4)
"""Panics with the code at RESULT, where the reply is gone already."""
REPLYING = {
    "push_and_commit": call("gr_reply_push", TEXT, 4, 700) + call("gr_reply_commit", SEVEN, RESULT),
    "push_input": call("gr_reply_push_input", 1, 3, 700) + call("gr_reply_commit", ABSENT, RESULT),
    "push_input_offset": call("gr_reply_push_input", 4, 1, RESULT) + SHOW,
    "push_input_length": call("gr_reply_push_input", 3, 2, RESULT) + SHOW,
    "push_outside": call("gr_reply_push", END, 1, RESULT) + SHOW,
    "push_after_commit": call("gr_reply_commit", ABSENT, 700)
    + call("gr_reply_push", TEXT, 4, RESULT)
    + call("gr_panic", RESULT, 4),
    "commit_twice": call("gr_reply_commit", ABSENT, 700)
    + call("gr_reply_commit", ABSENT, RESULT)
    + call("gr_panic", RESULT, 4),
    "value_first": call("gr_reply", TEXT, 4, ABSENT, 700)
    + call("gr_reply", TEXT, 4, 0, RESULT)
    + call("gr_panic", RESULT, 4),
    "reply_value": call("gr_reply", TEXT, 4, SEVEN, RESULT),
    "reply_input": call("gr_reply_input", 0, 4, SEVEN, RESULT),
    "reply_too_long": call("gr_reply", 0, 8_388_609, ABSENT, RESULT) + SHOW,
    "result_outside": call("gr_reply", TEXT, 4, ABSENT, END - 35),
    "value_outside": call("gr_reply", TEXT, 4, END - 15, RESULT) + SHOW,
}


@pytest.mark.parametrize("name", REPLYING)
def test_replying(vectors: Recorder, name: str) -> None:
    """Replies: pushed, sliced, committed once (SYS-30 to SYS-35, EXE-84, EXE-85, EXE-89, SYS-10)."""
    vectors.program(RUN, run(program(REPLYING[name])))


REFUSED_TO_REPLIES = {
    "reply": call("gr_reply", TEXT, 4, ABSENT, RESULT),
    "push": call("gr_reply_push", TEXT, 4, RESULT),
}


def test_replying_to_a_reply(vectors: Recorder) -> None:
    """A reply is not answered: 108; its id and code can be read (SYS-44, EXE-84)."""
    details = {"replyDetails": {"to": b"\x05" * 32, "code": "SuccessManual"}}
    for name in ("gr_reply_to", "gr_reply_code"):
        body = call(name, RESULT) + call("gr_send", FRIEND, RESULT, 36, 0, 700)
        asked = run(program("", handle_reply=body), message(kind="Reply", details=details))
        vectors.program(RUN, asked, name=name)
        vectors.program(RUN, run(program(call(name, RESULT) + SHOW)), name=f"{name}_of_no_reply")
    for name, refused in REFUSED_TO_REPLIES.items():
        body = refused + call("gr_send", FRIEND, RESULT, 36, 0, 700)
        asked = run(program("", handle_reply=body), message(kind="Reply", details=details))
        vectors.program(RUN, asked, name=f"{name}_refused")


REPLY, SOURCE = call("gr_reply", TEXT, 4, ABSENT, RESULT), call("gr_source", RESULT)
TELL_A_FRIEND = call("gr_send", FRIEND, TEXT, 4, 0, RESULT)
SIGNALS = {
    "nothing": "",
    "forbidden_reply": REPLY,
    "forbidden_source": SOURCE,
    "allowed": TELL_A_FRIEND,
    "not_exported": None,
}


@pytest.mark.parametrize("name", SIGNALS)
def test_signals(vectors: Recorder, name: str) -> None:
    """No node sends signals; one in a queue is handled all the same (SYS-7)."""
    body = SIGNALS[name]
    more = "" if body is None else f'(func (export "handle_signal") {body})'
    vectors.program(
        RUN, run(program(REPLY + SOURCE + TELL_A_FRIEND, more=more), message(kind="Signal")), flags=[Flag.HOSTILE]
    )


READING = {
    "read": call("gr_read", 0, 4, RESULT, 700),
    "read_nothing_at_the_end": call("gr_read", 4, 0, 700, RESULT),
    "read_beyond": call("gr_read", 1, 4, 700, RESULT),
    "read_overflow": call("gr_read", ABSENT, 1, 700, RESULT),
    "read_to_outside": call("gr_read", 0, 4, END - 3, RESULT),
    "size": call("gr_size", RESULT),
    "block_height": call("gr_block_height", RESULT),
    "block_timestamp": call("gr_block_timestamp", RESULT),
    "message_id": call("gr_message_id", RESULT),
    "program_id": call("gr_program_id", RESULT),
    "source": call("gr_source", RESULT),
    "value": call("gr_value", RESULT),
    "value_available": call("gr_value_available", RESULT),
    "gas_available": call("gr_gas_available", RESULT),
    "env_vars": call("gr_env_vars", 1, RESULT),
    "env_vars_version": call("gr_env_vars", 2, RESULT),
    "place_outside": call("gr_source", END - 31),
}


@pytest.mark.parametrize("name", READING)
def test_reading(vectors: Recorder, name: str) -> None:
    """What a program can learn (SYS-40 to SYS-47, EXE-20, EXE-65, EXE-71)."""
    vectors.program(RUN, run(program(READING[name] + SHOW), message(value=9)))


CONTROL = {
    "exit": call("gr_exit", FRIEND),
    "exit_outside": call("gr_exit", END - 31),
    "leave": call("gr_leave") + "(unreachable)",
    "oom_panic": call("gr_oom_panic"),
    "panic": call("gr_panic", TEXT, 4),
    "panic_empty": call("gr_panic", 0, 0),
    "panic_too_long": call("gr_panic", 0, 8_388_609),
    "panic_outside": call("gr_panic", END, 1),
    "debug": call("gr_debug", TEXT, 4),
    "debug_no_text": "(i32.store8 (i32.const 0) (i32.const 255))" + call("gr_debug", 0, 1),
    "debug_outside": call("gr_debug", END, 1),
    "wait_for": call("gr_wait_for", 1),
    "wait_for_zero": call("gr_wait_for", 0),
    "wait_for_unpaid": call("gr_wait_for", ABSENT),
    "wait_after_reply": call("gr_reply", TEXT, 4, ABSENT, 700) + call("gr_wait_for", 1),
    "wait_up_to": call("gr_wait_up_to", 84),
    "wait_up_to_zero": call("gr_wait_up_to", 0),
    "wait_up_to_partly_paid": call("gr_wait_up_to", ABSENT),
    "wait_after_sending": call("gr_send", FRIEND, TEXT, 4, 0, 700) + call("gr_wait_for", 5),
    "wake": call("gr_wake", FRIEND, 0, RESULT) + SHOW,
    "wake_twice": call("gr_wake", FRIEND, 0, 700) + call("gr_wake", FRIEND, 0, RESULT) + SHOW,
    "wake_with_delay": call("gr_wake", FRIEND, 1, RESULT) + SHOW,
    "wake_outside": call("gr_wake", END, 0, RESULT) + SHOW,
}


@pytest.mark.parametrize("name", CONTROL)
def test_control(vectors: Recorder, name: str) -> None:
    """Leaving, panicking, waiting, waking (SYS-50 to SYS-59, EXE-40 to EXE-43, EXE-86)."""
    vectors.program(RUN, run(program(CONTROL[name]), message(value=3)))


def shown(expression: str) -> str:
    """Reply with the result of an expression."""
    return f"(i32.store (i32.const {RESULT}) {expression})" + SHOW


ALLOCATING = {
    "alloc": "(call $alloc (i32.const 1))",
    "alloc_none": "(call $alloc (i32.const 0))",
    "alloc_too_many": "(call $alloc (i32.const 65537))",
    "alloc_no_gap": "(call $alloc (i32.const 32768))",
    "free": "(call $free (i32.const 6))",
    "free_what_is_not": "(call $free (i32.const 9))",
    "free_static": "(call $free (i32.const 0))",
    "free_beyond": "(call $free (i32.const 65536))",
    "free_range": "(call $free_range (i32.const 3) (i32.const 5))",
    "free_range_reversed": "(call $free_range (i32.const 5) (i32.const 3))",
    "free_range_static": "(call $free_range (i32.const 0) (i32.const 3))",
    "free_range_beyond": "(call $free_range (i32.const 1) (i32.const 65536))",
}


@pytest.mark.parametrize("name", ALLOCATING)
def test_allocating(vectors: Recorder, name: str) -> None:
    """Pages, with 3 and 5 to 6 allocated (SYS-63 to SYS-68, EXE-60 to EXE-64, EXE-68)."""
    asked: Any = run(program(shown(ALLOCATING[name])), active={"allocations": [[3, 3], [5, 6]]})
    vectors.program(RUN, asked)


def test_allocating_for_little_gas(vectors: Recorder) -> None:
    """Growing that cannot be paid only fails, and nothing is allocated (SYS-64)."""
    code = program("(drop (call $alloc (i32.const 1)))")
    for gas in (79_665_225, 79_665_226):
        vectors.program(RUN, run(code, executable=100 * gas), name=f"gas_{gas}", flags=[Flag.BOUNDARY])


def test_after_waiting(vectors: Recorder) -> None:
    """A message goes on with its nonce and value; nothing is credited again (EXE-13, EXE-65, EXE-80, SYS-41)."""
    for nonce in (0, 3, 4):
        body = call("gr_value", 544) + call("gr_send_init", RESULT) + SHOW
        asked = run(program(body), message(value=9, context=context(nonce)))
        vectors.program(RUN, asked, name=f"nonce_{nonce}", flags=[Flag.BOUNDARY])


TOUCHING = {
    "read": "(drop (i32.load (i32.const 65600)))",
    "write": "(i32.store (i32.const 65600) (i32.const 7))",
    "write_after_read": "(i32.store (i32.const 65600) (i32.load (i32.const 65600)))",
    "two_pages": "(i64.store (i32.const 81918) (i64.const -1))",
    "across_the_end": "(drop (i64.load (i32.const 131068)))",
    "beyond_the_end": "(drop (i32.load (i32.const 131072)))",
    "call_reads": call("gr_debug", 65_600, 20_000),
    "call_writes": call("gr_source", 81_900),
    "stack": "(i32.store (i32.const 0) (i32.const 7))",
}


@pytest.mark.parametrize("name", TOUCHING)
def test_touching(vectors: Recorder, name: str) -> None:
    """Pages at their first touch, by the program and by calls, new and stored (EXE-27, EXE-66, EXE-70 to EXE-77)."""
    code, stored = program(TOUCHING[name]), [{"page": 4, "data": b"\x01" * 16_384}]
    vectors.program("execution/summarizeQueue", run(code), name=name)
    vectors.program("execution/summarizeQueue", run(code, active={"pages": stored}), name=f"{name}-stored")


@pytest.mark.parametrize("gas", [75_300_000, 75_400_000, 103_900_000, 104_000_000, 212_600_000, 214_600_000])
def test_running_out(vectors: Recorder, gas: int) -> None:
    """Gas or allowance ends on the way: at a block, a page, a call (EXE-44 to EXE-46, EXE-52 to EXE-56)."""
    code = program(call("gr_source", 81_900) + TOUCHING["read"] + call("gr_size", 65_600))
    vectors.program("execution/summarizeQueue", run(code, executable=100 * gas), name=f"gas_{gas}")
    vectors.program("execution/summarizeQueue", run(code, allowance=gas), name=f"allowance_{gas}")
