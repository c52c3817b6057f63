"""Replying to the message that is handled.

Rules: SYS-30 to SYS-35.
Source: protocol/backend/src/funcs.rs, protocol/processor/src/ext.rs.
"""

from __future__ import annotations

from gearexe_spec.execution.costs import REPLY_PUSH_INPUT_PER_BYTE, SENDING_FEE
from gearexe_spec.execution.run import Run
from gearexe_spec.execution.syscalls.arguments import Input
from gearexe_spec.execution.syscalls.sending import check_destination, spend_value


def gr_reply_push(run: Run, payload: Input) -> bytes:
    """Append bytes of memory to the reply (SYS-30)."""
    run.context.push_reply(payload.take())
    return b""


def gr_reply_push_input(run: Run, offset: int, length: int) -> bytes:
    """Append a slice of the incoming payload to the reply, all or nothing (SYS-31)."""
    with run.counters as counters:
        run.context.check_input_range(offset, length)
        counters.charge_if_enough(REPLY_PUSH_INPUT_PER_BYTE * length)
        run.context.push_reply(run.context.input_slice(offset, length))
    return b""


def gr_reply_commit(run: Run, value: Input) -> bytes:
    """Send the reply (SYS-32)."""
    return commit_reply(run, decode_value(value.take()), b"")


def gr_reply(run: Run, payload: Input, value: Input) -> bytes:
    """Send a reply of what was pushed and the payload; the value is read first (SYS-33)."""
    amount = decode_value(value.take())
    return commit_reply(run, amount, payload.take())


def gr_reply_input(run: Run, offset: int, length: int, value: Input) -> bytes:
    """Push a slice of the incoming payload and send; the push stays when sending fails (SYS-34)."""
    amount = decode_value(value.take())
    gr_reply_push_input(run, offset, length)
    return commit_reply(run, amount, b"")


def commit_reply(run: Run, value: int, data: bytes) -> bytes:
    """All or nothing: destination, value, fee, reply; so lacking value wins over a duplicate reply (SYS-35).

    Raises:
        Stopped: ForbiddenFunction, gas limit or allowance exceeded.
        Refused: NotEnoughValue, or what the context refuses.
    """
    with run.counters as counters:
        check_destination(run.dispatch.source)
        spend_value(run, value)
        counters.charge_if_enough(SENDING_FEE)
        return run.context.commit_reply(value, data)


def decode_value(data: bytes) -> int:
    """A u128, little-endian; zero if it is absent."""
    return int.from_bytes(data, "little")
