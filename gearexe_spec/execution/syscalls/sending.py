"""Sending messages.

Rules: SYS-20 to SYS-29.
Source: protocol/backend/src/funcs.rs, protocol/processor/src/ext.rs (`Externalities for Ext`, `ExtMutator`).
"""

from __future__ import annotations

from gearexe_spec.base.ids import ActorId
from gearexe_spec.crypto.ids import SYSTEM_ACTOR
from gearexe_spec.execution.codes import ExtError
from gearexe_spec.execution.context import Refused
from gearexe_spec.execution.costs import (
    RENT_DISPATCH_STASH,
    SCHEDULED_SENDING_FEE,
    SEND_PUSH_INPUT_PER_BYTE,
    SENDING_FEE,
)
from gearexe_spec.execution.parameters import RESERVE_FOR
from gearexe_spec.execution.run import Run
from gearexe_spec.execution.syscalls.arguments import Input
from gearexe_spec.execution.termination import Trap, trapped

MAX_U32 = 0xFFFFFFFF


def gr_send_init(run: Run) -> bytes:
    """Open a message and hand out its number (SYS-20)."""
    return run.context.open_handle().to_bytes(4, "little")


def gr_send_push(run: Run, handle: int, payload: Input) -> bytes:
    """Append bytes of memory to an open message (SYS-21)."""
    run.context.push(handle, payload.take())
    return b""


def gr_send_push_input(run: Run, handle: int, offset: int, length: int) -> bytes:
    """Append a slice of the incoming payload to an open message; the range is checked before the fee (SYS-22)."""
    run.context.check_input_range(offset, length)
    with run.counters:
        run.counters.charge_if_enough(SEND_PUSH_INPUT_PER_BYTE * length)
        run.context.push(handle, run.context.input_slice(offset, length))
    return b""


def gr_send_commit(run: Run, handle: int, pid_value: Input, delay: int) -> bytes:
    """Send an open message (SYS-23)."""
    destination, value = decode_pid_value(pid_value.take())
    return commit(run, handle, destination, value, data=b"", delay=delay)


def gr_send(run: Run, pid_value: Input, payload: Input, delay: int) -> bytes:
    """Open and send in one call; when sending fails the number stays used and open (SYS-24)."""
    destination, value = decode_pid_value(pid_value.take())
    data = payload.take()
    handle = run.context.open_handle()
    return commit(run, handle, destination, value, data=data, delay=delay)


def gr_send_input(run: Run, pid_value: Input, offset: int, length: int, delay: int) -> bytes:
    """Open, append a slice of the incoming payload, send: three steps, each stays done when a later fails (SYS-25)."""
    destination, value = decode_pid_value(pid_value.take())
    handle = run.context.open_handle()
    gr_send_push_input(run, handle, offset, length)
    return commit(run, handle, destination, value, data=b"", delay=delay)


def commit(run: Run, handle: int, destination: ActorId, value: int, *, data: bytes, delay: int) -> bytes:
    """All or nothing: destination, value, fee, rent of the stash, message (SYS-26, EXE-25).

    Raises:
        Stopped: ForbiddenFunction, gas limit or allowance exceeded.
        Refused: NotEnoughValue, InsufficientGasForDelayedSending, or what the context refuses.
    """
    with run.counters as counters:
        check_destination(destination)
        spend_value(run, value)
        counters.charge_if_enough(SCHEDULED_SENDING_FEE if delay else SENDING_FEE)
        hold_stash(run, delay)
        return run.context.commit(handle, destination, value, data=data, delay=delay)


def check_destination(destination: ActorId) -> None:
    """Nobody writes to the system itself (SYS-27).

    Raises:
        Stopped: ForbiddenFunction.
    """
    if destination == SYSTEM_ACTOR:
        raise trapped(Trap.ForbiddenFunction)


def spend_value(run: Run, value: int) -> None:
    """Take the value that goes with a message (SYS-28).

    Raises:
        Refused: NotEnoughValue.
    """
    if not run.counters.reduce_value(value):
        raise Refused(ExtError.NotEnoughValue)


def hold_stash(run: Run, delay: int) -> None:
    """Set gas aside for the blocks that a delayed message lies in the stash (SYS-29, EXE-26).

    Raises:
        Refused: InsufficientGasForDelayedSending.
    """
    if delay and not run.counters.reduce_gas(RENT_DISPATCH_STASH * min(RESERVE_FOR + delay, MAX_U32)):
        raise Refused(ExtError.InsufficientGasForDelayedSending)


def decode_pid_value(data: bytes) -> tuple[ActorId, int]:
    """Destination (32 bytes) and value (u128, little-endian)."""
    return ActorId(data[:32]), int.from_bytes(data[32:], "little")
