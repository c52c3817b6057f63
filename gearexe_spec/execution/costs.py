"""What execution charges apart from instructions: the schedule's numbers under the names of this room.

Rules: EXE-24 to EXE-27; the numbers are those of chapter 14.
Source: protocol/core/src/costs.rs, protocol/core/src/gas_metering/schedule.rs.
"""

from __future__ import annotations

from dataclasses import dataclass

DB_READ = 25_000_000
DB_READ_PER_BYTE = 501
DB_WRITE = 100_000_000

LOAD_ALLOCATIONS_PER_INTERVAL = 20_559
CODE_SECTION_PER_BYTE = 368
DATA_SECTION_PER_BYTE = 616
GLOBAL_SECTION_PER_BYTE = 1_361
TABLE_SECTION_PER_BYTE = 574
ELEMENT_SECTION_PER_BYTE = 222
TYPE_SECTION_PER_BYTE = 1_056

MEMORY_GROW = 611_771
MEMORY_GROW_PER_PAGE = 23
FREE_RANGE_PER_PAGE = 35_668

RENT_WAITLIST = 100
RENT_DISPATCH_STASH = 100
"""Per block; reduced, not burned (EXE-26)."""

SENDING_FEE = 2 * DB_WRITE
SCHEDULED_SENDING_FEE = 4 * DB_WRITE
WAITING_FEE = 3 * DB_WRITE
WAKING_FEE = 2 * DB_WRITE
"""Burned inside the bodies of system calls (EXE-25)."""

SEND_PUSH_INPUT_PER_BYTE = 93
REPLY_PUSH_INPUT_PER_BYTE = 105
READ_PER_BYTE = 162


@dataclass(frozen=True, slots=True)
class PageCosts:
    """What touching a page of 16,384 bytes costs, by who touches it (EXE-27)."""

    read: int
    write: int
    write_after_read: int


UPLOAD_PAGE = 102_822_864
SIGNAL_COSTS = PageCosts(28_491_385, 34_056_454 + UPLOAD_PAGE, 9_410_406 + UPLOAD_PAGE)
"""The program's own loads and stores."""
HOST_COSTS = PageCosts(29_807_270, 35_496_571 + UPLOAD_PAGE, 10_638_755 + UPLOAD_PAGE)
"""System calls on behalf of the program."""
LOAD_PAGE = 10_014_933
"""In addition, for a page that is in storage."""


@dataclass(frozen=True, slots=True)
class TokenCost:
    """What a system call costs before its body: once, and per byte of its buffer (EXE-24)."""

    fixed: int
    per_byte: int = 0


TOKEN_COSTS = {
    "alloc": TokenCost(1_368_698),
    "free": TokenCost(846_782),
    "free_range": TokenCost(873_826),
    "gr_block_height": TokenCost(1_001_754),
    "gr_block_timestamp": TokenCost(960_966),
    "gr_debug": TokenCost(1_056_804, 280),
    "gr_env_vars": TokenCost(992_225),
    "gr_exit": TokenCost(17_513_156),
    "gr_gas_available": TokenCost(959_492),
    "gr_leave": TokenCost(7_935_870),
    "gr_message_id": TokenCost(970_380),
    "gr_oom_panic": TokenCost(0),
    "gr_panic": TokenCost(0),
    "gr_program_id": TokenCost(951_514),
    "gr_read": TokenCost(1_406_423),
    "gr_reply": TokenCost(26_327_624, 503),
    "gr_reply_code": TokenCost(1_002_478),
    "gr_reply_commit": TokenCost(24_565_346),
    "gr_reply_input": TokenCost(33_962_090),
    "gr_reply_push": TokenCost(1_530_857, 504),
    "gr_reply_push_input": TokenCost(1_118_619),
    "gr_reply_to": TokenCost(1_046_085),
    "gr_send": TokenCost(2_467_510, 302),
    "gr_send_commit": TokenCost(1_938_302),
    "gr_send_init": TokenCost(1_078_023),
    "gr_send_input": TokenCost(2_369_529),
    "gr_send_push": TokenCost(1_755_035, 302),
    "gr_send_push_input": TokenCost(1_270_244),
    "gr_size": TokenCost(962_155),
    "gr_source": TokenCost(959_814),
    "gr_system_break": TokenCost(0),
    "gr_value": TokenCost(936_151),
    "gr_value_available": TokenCost(984_048),
    "gr_wait_for": TokenCost(9_231_352),
    "gr_wait_up_to": TokenCost(7_345_560),
    "gr_wake": TokenCost(2_359_007),
}
