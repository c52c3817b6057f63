"""All system calls that a Gear.exe program may import, and the one that instrumentation imports.

Rules: SYS-13.
Source: protocol/wasm-instrument/src/syscalls.rs (`SyscallName::signature`, `is_eth`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gearexe_spec.execution.syscalls import control, pages, reading, replying, sending
from gearexe_spec.execution.syscalls.arguments import (
    Buffer,
    Number,
    OptionalValue,
    Parameter,
    Payload,
    Place,
    PlaceBuffer,
    Struct,
)
from gearexe_spec.execution.syscalls.procedure import Syscall

CODE = 0
HANDLE = 4
REPLY_CODE = 4
HASH = 32
"""Bytes behind the error code of a fallible call."""


def _fallible(body: Callable[..., Any], result_length: int, *parameters: Parameter) -> Syscall:
    return Syscall(body.__name__, parameters, body, result_length)


def _infallible(body: Callable[..., Any], *parameters: Parameter) -> Syscall:
    return Syscall(body.__name__, parameters, body)


def _system(body: Callable[..., Any], *parameters: Parameter) -> Syscall:
    return Syscall(body.__name__, parameters, body, returns=True)


_PID_VALUE = Struct(48)
_NUMBER = Number()

SYSCALLS: dict[str, Syscall] = {
    syscall.name: syscall
    for syscall in (
        _fallible(sending.gr_send, HASH, _PID_VALUE, Payload(), _NUMBER),
        _fallible(sending.gr_send_init, HANDLE),
        _fallible(sending.gr_send_push, CODE, _NUMBER, Buffer()),
        _fallible(sending.gr_send_commit, HASH, _NUMBER, _PID_VALUE, _NUMBER),
        _fallible(sending.gr_send_input, HASH, _PID_VALUE, _NUMBER, _NUMBER, _NUMBER),
        _fallible(sending.gr_send_push_input, CODE, _NUMBER, _NUMBER, _NUMBER),
        _fallible(replying.gr_reply, HASH, Payload(), OptionalValue()),
        _fallible(replying.gr_reply_push, CODE, Buffer()),
        _fallible(replying.gr_reply_commit, HASH, OptionalValue()),
        _fallible(replying.gr_reply_input, HASH, _NUMBER, _NUMBER, OptionalValue()),
        _fallible(replying.gr_reply_push_input, CODE, _NUMBER, _NUMBER),
        _fallible(reading.gr_reply_to, HASH),
        _fallible(reading.gr_reply_code, REPLY_CODE),
        _fallible(reading.gr_read, CODE, _NUMBER, PlaceBuffer()),
        _fallible(control.gr_wake, CODE, Struct(32), _NUMBER),
        _infallible(reading.gr_size, Place(4)),
        _infallible(reading.gr_message_id, Place(32)),
        _infallible(reading.gr_program_id, Place(32)),
        _infallible(reading.gr_source, Place(32)),
        _infallible(reading.gr_value, Place(16)),
        _infallible(reading.gr_value_available, Place(16)),
        _infallible(reading.gr_gas_available, Place(8)),
        _infallible(reading.gr_block_height, Place(4)),
        _infallible(reading.gr_block_timestamp, Place(8)),
        _infallible(reading.gr_env_vars, _NUMBER, _NUMBER),
        _infallible(control.gr_exit, Struct(32)),
        _infallible(control.gr_leave),
        _infallible(control.gr_wait_for, _NUMBER),
        _infallible(control.gr_wait_up_to, _NUMBER),
        _infallible(control.gr_panic, Payload()),
        _infallible(control.gr_oom_panic),
        _infallible(control.gr_debug, Buffer()),
        _infallible(control.gr_system_break, _NUMBER),
        _system(pages.alloc, _NUMBER),
        _system(pages.free, _NUMBER),
        _system(pages.free_range, _NUMBER, _NUMBER),
    )
}
"""By name of the import (SYS-13)."""
