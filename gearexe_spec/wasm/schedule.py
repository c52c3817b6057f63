"""The Schedule: what every instruction, system call, page and byte costs, and the limits.

There is one Schedule, the default of the protocol; nothing changes it. Weights are of reference time. Where production
has a second number, for the size of a proof, it has no effect and only stands here so that the table is complete.

Rules: GAS-2, GAS-3.
Source: protocol/core/src/gas_metering/schedule.rs, the `Default` of `Schedule` and its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "br_table_size": 256,
        "call_depth": 32,
        "code_len": 524288,
        "data_segments_amount": 1024,
        "globals": 256,
        "locals": 1024,
        "memory_pages": 32768,
        "parameters": 128,
        "payload_len": 8388608,
        "stack_height": 36743,
        "subject_len": 32,
        "table_size": 4096,
        "type_section_len": 20480,
    }
)
"""Limits of codes and messages; what of it is enforced says chapter 14 (GAS-3)."""

INSTRUCTION_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "br": 75,
        "br_if": 2817,
        "br_table": 14024,
        "br_table_per_entry": 101,
        "call": 3113,
        "call_indirect": 31333,
        "call_indirect_per_param": 715,
        "call_per_local": 0,
        "global_get": 647,
        "global_set": 982,
        "i32add": 460,
        "i32and": 422,
        "i32clz": 310,
        "i32ctz": 375,
        "i32divs": 1028,
        "i32divu": 716,
        "i32eq": 1199,
        "i32eqz": 976,
        "i32extend16s": 321,
        "i32extend8s": 310,
        "i32ges": 1167,
        "i32geu": 1184,
        "i32gts": 1320,
        "i32gtu": 1052,
        "i32les": 1242,
        "i32leu": 1298,
        "i32load": 6194,
        "i32lts": 1099,
        "i32ltu": 1175,
        "i32mul": 506,
        "i32ne": 1117,
        "i32or": 540,
        "i32popcnt": 394,
        "i32rems": 5862,
        "i32remu": 898,
        "i32rotl": 310,
        "i32rotr": 273,
        "i32shl": 497,
        "i32shrs": 407,
        "i32shru": 314,
        "i32store": 9571,
        "i32sub": 439,
        "i32wrapi64": 627,
        "i32xor": 520,
        "i64add": 1062,
        "i64and": 1074,
        "i64clz": 785,
        "i64const": 539,
        "i64ctz": 931,
        "i64divs": 2715,
        "i64divu": 1949,
        "i64eq": 2003,
        "i64eqz": 1591,
        "i64extend16s": 978,
        "i64extend32s": 680,
        "i64extend8s": 936,
        "i64extendsi32": 277,
        "i64extendui32": 226,
        "i64ges": 2305,
        "i64geu": 1722,
        "i64gts": 1743,
        "i64gtu": 1714,
        "i64les": 1754,
        "i64leu": 2914,
        "i64load": 4950,
        "i64lts": 2232,
        "i64ltu": 1793,
        "i64mul": 1240,
        "i64ne": 1895,
        "i64or": 1014,
        "i64popcnt": 881,
        "i64rems": 8224,
        "i64remu": 2082,
        "i64rotl": 879,
        "i64rotr": 1083,
        "i64shl": 867,
        "i64shrs": 939,
        "i64shru": 840,
        "i64store": 8649,
        "i64sub": 1165,
        "i64xor": 1688,
        "if": 4660,
        "local_get": 766,
        "local_set": 1569,
        "local_tee": 1917,
        "memory_current": 342,
        "select": 2359,
        "version": 2000,
    }
)
"""By instruction; `version` is the other network's and no weight (GAS-10)."""

SYSCALL_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "alloc": 1368698,
        "free": 846782,
        "free_range": 873826,
        "free_range_per_page": 35668,
        "gr_block_height": 1001754,
        "gr_block_timestamp": 960966,
        "gr_create_program": 3057045,
        "gr_create_program_payload_per_byte": 226,
        "gr_create_program_salt_per_byte": 1227,
        "gr_create_program_wgas": 3158869,
        "gr_create_program_wgas_payload_per_byte": 239,
        "gr_create_program_wgas_salt_per_byte": 1238,
        "gr_debug": 1056804,
        "gr_debug_per_byte": 280,
        "gr_env_vars": 992225,
        "gr_exit": 17513156,
        "gr_gas_available": 959492,
        "gr_leave": 7935870,
        "gr_message_id": 970380,
        "gr_program_id": 951514,
        "gr_random": 1668151,
        "gr_read": 1406423,
        "gr_read_per_byte": 162,
        "gr_reply": 26327624,
        "gr_reply_code": 1002478,
        "gr_reply_commit": 24565346,
        "gr_reply_commit_wgas": 26699262,
        "gr_reply_deposit": 4133750,
        "gr_reply_input": 33962090,
        "gr_reply_input_wgas": 41166482,
        "gr_reply_per_byte": 503,
        "gr_reply_push": 1530857,
        "gr_reply_push_input": 1118619,
        "gr_reply_push_input_per_byte": 105,
        "gr_reply_push_per_byte": 504,
        "gr_reply_to": 1046085,
        "gr_reply_wgas": 24633378,
        "gr_reply_wgas_per_byte": 513,
        "gr_reservation_reply": 15622176,
        "gr_reservation_reply_commit": 9866788,
        "gr_reservation_reply_per_byte": 511,
        "gr_reservation_send": 2917265,
        "gr_reservation_send_commit": 2398214,
        "gr_reservation_send_per_byte": 304,
        "gr_reserve_gas": 1918172,
        "gr_send": 2467510,
        "gr_send_commit": 1938302,
        "gr_send_commit_wgas": 2033886,
        "gr_send_init": 1078023,
        "gr_send_input": 2369529,
        "gr_send_input_wgas": 2455528,
        "gr_send_per_byte": 302,
        "gr_send_push": 1755035,
        "gr_send_push_input": 1270244,
        "gr_send_push_input_per_byte": 93,
        "gr_send_push_per_byte": 302,
        "gr_send_wgas": 2504950,
        "gr_send_wgas_per_byte": 300,
        "gr_signal_code": 1038509,
        "gr_signal_from": 1017360,
        "gr_size": 962155,
        "gr_source": 959814,
        "gr_system_reserve_gas": 974566,
        "gr_unreserve_gas": 1873602,
        "gr_value": 936151,
        "gr_value_available": 984048,
        "gr_wait": 9248904,
        "gr_wait_for": 9231352,
        "gr_wait_up_to": 7345560,
        "gr_wake": 2359007,
    }
)
"""By system call, and per byte or page where it depends on a length (GAS-30)."""

MEMORY_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "lazy_pages_host_func_read": 29807270,
        "lazy_pages_host_func_write": 35496571,
        "lazy_pages_host_func_write_after_read": 10638755,
        "lazy_pages_signal_read": 28491385,
        "lazy_pages_signal_write": 34056454,
        "lazy_pages_signal_write_after_read": 9410406,
        "load_page_data": 10014933,
        "mem_grow": 611771,
        "mem_grow_per_page": 23,
        "parachain_read_heuristic": 0,
        "upload_page_data": 102822864,
    }
)
"""Lazy pages, page storage, growth (GAS-40)."""

INSTANTIATION_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "code_section_per_byte": 368,
        "data_section_per_byte": 616,
        "element_section_per_byte": 222,
        "global_section_per_byte": 1361,
        "table_section_per_byte": 574,
        "type_section_per_byte": 1056,
    }
)
"""Per byte of each section of the instrumented code (GAS-20)."""

DB_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "read": 25000000,
        "read_per_byte": 501,
        "write": 100000000,
        "write_per_byte": 172,
    }
)
"""Reading and writing stored objects (GAS-21)."""

RENT_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "dispatch_stash": 100,
        "mailbox": 100,
        "mailbox_threshold": 3000,
        "reservation": 100,
        "waitlist": 100,
    }
)
"""Per block that something is kept (GAS-50)."""

TASK_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "remove_from_mailbox": 1841478000,
        "remove_from_waitlist": 1884961000,
        "remove_gas_reservation": 941085000,
        "send_dispatch": 809788000,
        "send_user_message": 1457731000,
        "send_user_message_to_mailbox": 699873000,
        "wake_message": 850858000,
        "wake_message_no_wake": 30460000,
    }
)
"""Of scheduled tasks; without effect, since their gas is discarded (GAS-51)."""

INSTRUMENTATION_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "base": 282459000,
        "per_byte": 508124,
    }
)
"""Of instrumenting; without effect, since nobody pays for it (GAS-52)."""

LOAD_ALLOCATIONS_PER_INTERVAL = 20559
"""Per interval of a program's allocations (GAS-22)."""

PROOF_SIZES: Mapping[str, int] = MappingProxyType(
    {
        "instrumentation_weights.base": 3760,
        "task_weights.remove_from_mailbox": 7321,
        "task_weights.remove_from_waitlist": 7561,
        "task_weights.remove_gas_reservation": 6196,
        "task_weights.send_dispatch": 4126,
        "task_weights.send_user_message": 6196,
        "task_weights.send_user_message_to_mailbox": 4290,
        "task_weights.wake_message": 4371,
        "task_weights.wake_message_no_wake": 3545,
    }
)
"""The second number of the weights that have one; never used (GAS-2)."""
