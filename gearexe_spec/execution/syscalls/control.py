"""Leaving, exiting, panicking, waiting, waking.

Rules: SYS-50 to SYS-59.
Source: protocol/backend/src/funcs.rs, protocol/processor/src/ext.rs, ethexe/runtime/common/src/ext.rs (`wake`).
"""

from __future__ import annotations

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.execution.codes import ExtError
from gearexe_spec.execution.context import Refused
from gearexe_spec.execution.costs import RENT_WAITLIST, WAITING_FEE, WAKING_FEE
from gearexe_spec.execution.counters import GAS_EXCEEDED, CounterType
from gearexe_spec.execution.journal import WaitedType
from gearexe_spec.execution.parameters import RESERVE_FOR
from gearexe_spec.execution.run import Run
from gearexe_spec.execution.syscalls.arguments import Input, Unreadable
from gearexe_spec.execution.termination import Exited, Stopped, Succeeded, Trap, Trapped, Waiting, trapped

MAX_U32 = 0xFFFFFFFF

OUT_OF_GAS = 0
STACK_LIMIT = 1


def gr_exit(run: Run, inheritor: Input) -> None:
    """End this program for good; all it has goes to the inheritor (SYS-50)."""
    raise Stopped(Exited(ActorId(inheritor.take())))


def gr_leave(run: Run) -> None:
    """Stop here as if the entry had returned (SYS-51)."""
    raise Stopped(Succeeded())


def gr_panic(run: Run, payload: Input) -> None:
    """Fail with a message; if it cannot be read that is a failure of its own (SYS-52)."""
    try:
        message = payload.take()
    except (Refused, Unreadable):
        raise trapped(Trap.PanicBufferIsTooBig) from None
    raise Stopped(Trapped(Trap.Panic, message))


def gr_oom_panic(run: Run) -> None:
    """Fail for lack of memory (SYS-53)."""
    raise trapped(Trap.ProgramAllocOutOfBounds)


def gr_debug(run: Run, payload: Input) -> None:
    """A text for people, which must be UTF-8; charged, and without effect (SYS-54)."""
    try:
        payload.take().decode("utf-8")
    except UnicodeDecodeError:
        raise trapped(Trap.InvalidDebugString) from None


def gr_wait_for(run: Run, duration: int) -> None:
    """Wait some blocks; they must be affordable (SYS-55, SYS-56)."""
    with run.counters as counters:
        _begin_wait(run, duration)
        if not counters.reduce_gas(_rent(duration)):
            raise trapped(Trap.NotEnoughGas)
    raise Stopped(Waiting(duration, WaitedType.WaitFor))


def gr_wait_up_to(run: Run, duration: int) -> None:
    """Wait some blocks, or as long as is affordable: at least one block must be (SYS-55, SYS-57)."""
    with run.counters as counters:
        _begin_wait(run, duration)
        if not counters.reduce_gas(_rent(1)):
            raise trapped(Trap.NotEnoughGas)
    is_full = run.counters.reduce_gas(_rent(duration) - _rent(1))
    raise Stopped(Waiting(duration, WaitedType.WaitUpToFull if is_full else WaitedType.WaitUpTo))


def _begin_wait(run: Run, duration: int) -> None:
    """Fee, then no reply so far, then a duration (SYS-55, EXE-25)."""
    run.counters.charge_if_enough(WAITING_FEE)
    if run.context.reply is not None:
        raise trapped(Trap.WaitAfterReply)
    if duration == 0:
        raise trapped(Trap.ZeroDuration)


def _rent(duration: int) -> int:
    """Gas for so many blocks in the waitlist (SYS-56, EXE-26, GAS-50)."""
    return RENT_WAITLIST * min(RESERVE_FOR + duration, MAX_U32)


def gr_wake(run: Run, message_id: Input, delay: int) -> bytes:
    """Wake a waiting message of this program, now; Gear.exe knows no delayed waking (SYS-58)."""
    waiting = MessageId(message_id.take())
    if delay:
        raise Refused(ExtError.Unsupported)
    with run.counters as counters:
        counters.charge_if_enough(WAKING_FEE)
        run.context.wake(waiting)
    return b""


def gr_system_break(run: Run, code: int) -> None:
    """Called by the instrumentation: gas does not suffice for the next block of code, or the stack is full (SYS-59).

    Gas that is left is not burned when the gas limit is the current counter (EXE-46).
    """
    if code == STACK_LIMIT:
        raise trapped(Trap.StackLimitExceeded)
    if run.counters.current_type is CounterType.GasLimit:
        raise Stopped(GAS_EXCEEDED)
    run.counters.decrease_current_to(0)
    raise Stopped(run.counters.exceeded())
