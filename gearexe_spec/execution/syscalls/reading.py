"""Reading the message that is handled, and what surrounds it.

Rules: SYS-40 to SYS-47.
Source: protocol/backend/src/funcs.rs, protocol/processor/src/ext.rs.
"""

from __future__ import annotations

from gearexe_spec.execution.codes import ExtError
from gearexe_spec.execution.context import Refused
from gearexe_spec.execution.costs import READ_PER_BYTE
from gearexe_spec.execution.message import ReplyDetails
from gearexe_spec.execution.parameters import (
    EXISTENTIAL_DEPOSIT,
    GAS_PER_VALUE,
    MAILBOX_THRESHOLD,
    PERFORMANCE_MULTIPLIER,
    VALUE_PER_GAS,
)
from gearexe_spec.execution.run import Run
from gearexe_spec.execution.syscalls.arguments import Output
from gearexe_spec.execution.syscalls.procedure import write_late
from gearexe_spec.execution.termination import Trap, trapped

MAX_U32 = 0xFFFFFFFF

ENV_VARS = (
    PERFORMANCE_MULTIPLIER.to_bytes(4, "little")
    + EXISTENTIAL_DEPOSIT.to_bytes(16, "little")
    + MAILBOX_THRESHOLD.to_bytes(8, "little")
    + GAS_PER_VALUE.to_bytes(8, "little")
    + VALUE_PER_GAS.to_bytes(16, "little")
)
"""The constants of the network as version 1 lays them out: 52 bytes (SYS-47)."""


def gr_read(run: Run, at: int, buffer: Output) -> bytes:
    """Copy part of the incoming payload; a bad range is not paid for, a bad buffer is (SYS-40)."""
    if at + buffer.length > MAX_U32:
        raise Refused(ExtError.TooBigReadLen)
    with run.counters as counters:
        counters.charge_if_enough(READ_PER_BYTE * buffer.length)
        if at + buffer.length > len(run.dispatch.payload):
            raise Refused(ExtError.ReadWrongRange)
    buffer.put(run.context.input_slice(at, buffer.length))
    return b""


def gr_size(run: Run, place: Output) -> None:
    """Length of the incoming payload, u32 (SYS-41)."""
    place.put(len(run.dispatch.payload).to_bytes(4, "little"))


def gr_message_id(run: Run, place: Output) -> None:
    """Id of the message (SYS-41)."""
    place.put(run.dispatch.id)


def gr_program_id(run: Run, place: Output) -> None:
    """Id of the program (SYS-41)."""
    place.put(run.program_id)


def gr_source(run: Run, place: Output) -> None:
    """Who sent the message (SYS-41)."""
    place.put(run.dispatch.source)


def gr_value(run: Run, place: Output) -> None:
    """Value of the message, u128, also after a wait (SYS-41)."""
    place.put(run.dispatch.value.to_little_endian())


def gr_value_available(run: Run, place: Output) -> None:
    """Value that may still be sent, u128 (SYS-42)."""
    place.put(run.counters.value.to_bytes(16, "little"))


def gr_gas_available(run: Run, place: Output) -> None:
    """Gas of the message that is left behind this call's own charges, u64; never the allowance (SYS-43)."""
    place.put(run.counters.left.to_bytes(8, "little"))


def gr_reply_to(run: Run) -> bytes:
    """Which message this reply answers (SYS-44)."""
    return _reply_details(run).to


def gr_reply_code(run: Run) -> bytes:
    """How that message ended, four bytes (SYS-44)."""
    return _reply_details(run).code.to_bytes()


def gr_block_height(run: Run, place: Output) -> None:
    """Height of the block, u32 (SYS-45)."""
    place.put(run.block.height.to_little_endian())


def gr_block_timestamp(run: Run, place: Output) -> None:
    """Timestamp of the block, u64 (SYS-45)."""
    place.put(run.block.timestamp.to_little_endian())


def gr_env_vars(run: Run, version: int, pointer: int) -> None:
    """Constants of the network; the place is charged after the version was looked at (SYS-46, SYS-47)."""
    if version != 1:
        raise trapped(Trap.UnsupportedEnvVarsVersion)
    write_late(run, pointer, ENV_VARS)


def _reply_details(run: Run) -> ReplyDetails:
    if not isinstance(run.dispatch.details, ReplyDetails):
        raise Refused(ExtError.NoReplyContext)
    return run.dispatch.details
