"""What execution charges apart from instructions: the Schedule's weights, put together as they are charged.

Rules: EXE-24 to EXE-27; the weights themselves are chapter 14's.
Source: protocol/core/src/costs.rs, protocol/core/src/gas_metering/schedule.rs (`Schedule::process_costs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gearexe_spec.wasm.schedule import DB_WEIGHTS, MEMORY_WEIGHTS, RENT_WEIGHTS, SYSCALL_WEIGHTS

DB_READ = DB_WEIGHTS["read"]
DB_READ_PER_BYTE = DB_WEIGHTS["read_per_byte"]
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
MEMORY_GROW = MEMORY_WEIGHTS["mem_grow"]
MEMORY_GROW_PER_PAGE = MEMORY_WEIGHTS["mem_grow_per_page"]


@dataclass(frozen=True, slots=True)
class PageCosts:
    """What touching a page of 16,384 bytes costs, by who touches it (EXE-27)."""

    read: int
    write: int
    write_after_read: int


def _page_costs(toucher: str) -> PageCosts:
    """Writing includes bringing the page to storage afterwards."""
    read, write, write_after_read = (
        MEMORY_WEIGHTS[f"lazy_pages_{toucher}_{access}"] for access in ("read", "write", "write_after_read")
    )
    upload = MEMORY_WEIGHTS["upload_page_data"]
    return PageCosts(read, write + upload, write_after_read + upload)


SIGNAL_COSTS = _page_costs("signal")
"""The program's own loads and stores."""
HOST_COSTS = _page_costs("host_func")
"""System calls on behalf of the program."""
LOAD_PAGE = MEMORY_WEIGHTS["load_page_data"] + MEMORY_WEIGHTS["parachain_read_heuristic"]
"""In addition, for a page that is in storage."""


@dataclass(frozen=True, slots=True)
class TokenCost:
    """What a system call costs before its body: once, and per byte of its buffer (EXE-24)."""

    fixed: int
    per_byte: int = 0


_PAID_PER_BUFFER_BYTE = ("gr_send", "gr_send_push", "gr_reply", "gr_reply_push", "gr_debug")
_FREE = ("gr_panic", "gr_oom_panic", "gr_system_break")


def _token_costs() -> Mapping[str, TokenCost]:
    costs = {name: TokenCost(weight) for name, weight in SYSCALL_WEIGHTS.items() if not name.endswith("_per_byte")}
    for name in _PAID_PER_BUFFER_BYTE:
        costs[name] = TokenCost(SYSCALL_WEIGHTS[name], SYSCALL_WEIGHTS[f"{name}_per_byte"])
    return MappingProxyType(costs | {name: TokenCost(0) for name in _FREE})


TOKEN_COSTS = _token_costs()
"""By name; also of the calls that Gear.exe does not offer (EXE-24)."""
