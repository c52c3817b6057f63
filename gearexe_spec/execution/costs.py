"""What system calls charge: their tokens and the fees and rents inside their bodies.

What is charged for pages, memory and before execution is made in `wasm.costs`.

Rules: EXE-24 to EXE-26; the weights themselves are chapter 14's.
Source: protocol/core/src/costs.rs, protocol/core/src/gas_metering/schedule.rs (`Schedule::process_costs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gearexe_spec.wasm.schedule import DB_WEIGHTS, RENT_WEIGHTS, SYSCALL_WEIGHTS

DB_WRITE = DB_WEIGHTS["write"]

SENDING_FEE = 2 * DB_WRITE
"""Burned inside the body of a system call, like the three that follow (EXE-25)."""
SCHEDULED_SENDING_FEE = 4 * DB_WRITE
WAITING_FEE = 3 * DB_WRITE
WAKING_FEE = 2 * DB_WRITE

RENT_WAITLIST = RENT_WEIGHTS["waitlist"]
"""Per block; reduced, not burned (EXE-26)."""
RENT_DISPATCH_STASH = RENT_WEIGHTS["dispatch_stash"]

SEND_PUSH_INPUT_PER_BYTE = SYSCALL_WEIGHTS["gr_send_push_input_per_byte"]
REPLY_PUSH_INPUT_PER_BYTE = SYSCALL_WEIGHTS["gr_reply_push_input_per_byte"]
READ_PER_BYTE = SYSCALL_WEIGHTS["gr_read_per_byte"]
FREE_RANGE_PER_PAGE = SYSCALL_WEIGHTS["free_range_per_page"]


@dataclass(frozen=True, slots=True)
class TokenCost:
    """What a system call costs before its body: once, and per byte of its buffer (EXE-24)."""

    fixed: int
    per_byte: int = 0


_PAID_PER_BUFFER_BYTE = ("gr_send", "gr_send_push", "gr_reply", "gr_reply_push", "gr_debug")
_FREE = ("gr_panic", "gr_oom_panic", "gr_system_break")


def _token_costs() -> Mapping[str, TokenCost]:
    """What system calls cost, and per byte of their buffer (GAS-30)."""
    costs = {name: TokenCost(weight) for name, weight in SYSCALL_WEIGHTS.items() if not name.endswith("_per_byte")}
    for name in _PAID_PER_BUFFER_BYTE:
        costs[name] = TokenCost(SYSCALL_WEIGHTS[name], SYSCALL_WEIGHTS[f"{name}_per_byte"])
    return MappingProxyType(costs | {name: TokenCost(0) for name in _FREE})


TOKEN_COSTS = _token_costs()
"""By name; also of the calls that Gear.exe does not offer (EXE-24)."""
