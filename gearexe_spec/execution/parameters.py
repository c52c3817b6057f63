"""The numbers with which Gear.exe runs the generic core: limits, multipliers, fees.

Rules: EXE-20 to EXE-23.
Source: ethexe/runtime/common/src/lib.rs (constants, `process_queue_with_report`).
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.numeric import U32, U64, U128

PERFORMANCE_MULTIPLIER = 100
"""Per cent (EXE-20)."""
EXISTENTIAL_DEPOSIT = 0
MAILBOX_THRESHOLD = 0
RESERVE_FOR = 0
"""Blocks that are paid for in addition to the duration of a hold (EXE-20)."""
MAX_WASM_PAGES = 32_768
"""2 GiB (EXE-20)."""
OUTGOING_LIMIT = 4
"""Messages that may be sent in the lifetime of one message, over all its executions (EXE-20)."""
OUTGOING_BYTES_LIMIT = 4_096
"""Payload bytes of `handle` messages that one execution may send (EXE-20)."""
VALUE_PER_GAS = 100
GAS_PER_VALUE = 0
DISPATCH_GAS_LIMIT = 1_000_000_000_000
"""No dispatch gets more gas than this (EXE-22)."""
MAX_BUFFER = 16 * 1024 * 1024
"""Greatest plain buffer that a system call reads, in bytes (SYS-5)."""

FORBIDDEN_SYSCALLS = frozenset(
    {
        "gr_create_program",
        "gr_create_program_wgas",
        "gr_reply_deposit",
        "gr_signal_code",
        "gr_signal_from",
        "gr_random",
        "gr_reply_wgas",
        "gr_reply_commit_wgas",
        "gr_reply_input_wgas",
        "gr_reservation_reply",
        "gr_reservation_reply_commit",
        "gr_reservation_send",
        "gr_reservation_send_commit",
        "gr_reserve_gas",
        "gr_unreserve_gas",
        "gr_system_reserve_gas",
        "gr_send_wgas",
        "gr_send_commit_wgas",
        "gr_send_input_wgas",
        "gr_wait",
    }
)
"""System calls of the core that Gear.exe does not offer; code that imports one is invalid (EXE-23)."""


@dataclass(frozen=True, slots=True)
class BlockInfo:
    """The Ethereum block that programs see (EXE-20)."""

    height: U32
    timestamp: U64


def compute_value_of_gas(gas: U64) -> U128:
    """What an amount of gas costs, in WVARA base units (EXE-21)."""
    return U128(int(gas) * VALUE_PER_GAS)


def compute_gas_of_value(value: U128) -> U64:
    """The gas that a value buys: the low 64 bits of the quotient, so very much value buys little (EXE-21, F-EXE-1).

    Source: sdk/gsys/src/lib.rs `GasMultiplier::value_to_gas`.
    """
    return U64.truncate(int(value) // VALUE_PER_GAS)


def compute_gas_limit(executable_balance: U128) -> U64:
    """The gas of one dispatch: what the executable balance buys, 10^12 at most (EXE-22).

    Source: ethexe/runtime/common/src/lib.rs `process_dispatch`.
    """
    return U64(min(int(compute_gas_of_value(executable_balance)), DISPATCH_GAS_LIMIT))
