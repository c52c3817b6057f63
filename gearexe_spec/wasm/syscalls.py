"""The system calls: their names, signatures, and which of them a Gear.exe program may import.

Rules: GAS-1, WAS-63.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.wasm.model import I32_TYPE, I64_TYPE, FunctionType

SYSTEM_BREAK = "gr_system_break"
"""What instrumentation imports; programs may not."""


@dataclass(frozen=True, slots=True)
class Syscall:
    """One system call.

    Args:
        name: field name of the import.
        signature: None for `gr_system_break`, which takes one i32 but is no system call of programs.
        importable: whether a Gear.exe program may import it.
        vara: whether a program of the other network may.
        fallible: whether errors are written to memory instead of stopping the program.
    """

    name: str
    signature: FunctionType | None
    importable: bool
    vara: bool
    fallible: bool


_TABLE = """
alloc i:i iv-
free i:i iv-
free_range ii:i iv-
gr_block_height i: iv-
gr_block_timestamp i: iv-
gr_create_program iiiiiii: -vf
gr_create_program_wgas iiiiilii: -vf
gr_debug ii: iv-
gr_env_vars ii: iv-
gr_exit i: iv-
gr_gas_available i: iv-
gr_leave : iv-
gr_message_id i: iv-
gr_oom_panic : iv-
gr_panic ii: iv-
gr_program_id i: iv-
gr_random ii: -v-
gr_read iiii: ivf
gr_reply iiii: ivf
gr_reply_code i: ivf
gr_reply_commit ii: ivf
gr_reply_commit_wgas lii: -vf
gr_reply_deposit ili: -vf
gr_reply_input iiii: ivf
gr_reply_input_wgas iilii: -vf
gr_reply_push iii: ivf
gr_reply_push_input iii: ivf
gr_reply_to i: ivf
gr_reply_wgas iilii: -vf
gr_reservation_reply iiii: -vf
gr_reservation_reply_commit ii: -vf
gr_reservation_send iiiii: -vf
gr_reservation_send_commit iiii: -vf
gr_reserve_gas lii: -vf
gr_send iiiii: ivf
gr_send_commit iiii: ivf
gr_send_commit_wgas iilii: -vf
gr_send_init i: ivf
gr_send_input iiiii: ivf
gr_send_input_wgas iiilii: -vf
gr_send_push iiii: ivf
gr_send_push_input iiii: ivf
gr_send_wgas iiilii: -vf
gr_signal_code i: -vf
gr_signal_from i: -vf
gr_size i: iv-
gr_source i: iv-
gr_system_break ? ---
gr_system_reserve_gas li: -vf
gr_unreserve_gas ii: -vf
gr_value i: iv-
gr_value_available i: iv-
gr_wait : -v-
gr_wait_for i: iv-
gr_wait_up_to i: iv-
gr_wake iii: ivf
"""
"""Name, parameters:results (i i32, l i64), flags: i importable, v on the other network, f fallible."""

_TYPES = {"i": I32_TYPE, "l": I64_TYPE}


def _parse(line: str) -> Syscall:
    """A line of the table of system calls (GAS-1)."""
    name, shape, flags = line.split()
    params, colon, results = shape.partition(":")
    signature = None
    if colon:
        signature = FunctionType(tuple(_TYPES[t] for t in params), tuple(_TYPES[t] for t in results))
    return Syscall(name, signature, "i" in flags, "v" in flags, "f" in flags)


SYSCALLS: dict[str, Syscall] = {syscall.name: syscall for syscall in map(_parse, _TABLE.split("\n")[1:-1])}
"""All system calls by name, in alphabetical order. Source: protocol/wasm-instrument/src/syscalls.rs `SyscallName`."""

IMPORTABLE: dict[str, FunctionType] = {
    syscall.name: syscall.signature for syscall in SYSCALLS.values() if syscall.importable and syscall.signature
}
"""Signatures of the 35 calls that programs may import (WAS-63)."""
