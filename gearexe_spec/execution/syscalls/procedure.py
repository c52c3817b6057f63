"""What every system call does before and after its body.

Rules: SYS-1 to SYS-12.
Source: protocol/backend/src/funcs.rs (`FuncsHandler::execute`, `FallibleSyscall`, `InfallibleSyscall`), runtime.rs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from gearexe_spec.execution.codes import ExtError
from gearexe_spec.execution.context import Refused
from gearexe_spec.execution.costs import TOKEN_COSTS
from gearexe_spec.execution.lazy_pages import MemoryFault
from gearexe_spec.execution.message import DispatchKind
from gearexe_spec.execution.run import Run
from gearexe_spec.execution.syscalls.arguments import Accesses, Parameter, Unreadable
from gearexe_spec.execution.termination import Stopped, Trap, trapped

SIGNAL_FORBIDDEN = frozenset({"gr_source", "gr_reply", "gr_reply_push", "gr_reply_commit", "gr_reply_input"})
"""What a program must not call while it handles a signal (SYS-7)."""


@dataclass(frozen=True, slots=True)
class Syscall:
    """A system call.

    Args:
        name: of the import, in module `env`.
        parameters: without the result pointer of fallible calls.
        body: gets the run and the arguments. A fallible call's body returns what stands behind the error code; a
            system call's body returns its i32.
        result_length: of a fallible call: bytes behind the error code; None for all others.
        returns: whether the function has an i32 result.
    """

    name: str
    parameters: tuple[Parameter, ...]
    body: Callable[..., Any]
    result_length: int | None = None
    returns: bool = False

    @property
    def arity(self) -> int:
        """Number of i32 parameters of the function."""
        return sum(parameter.width for parameter in self.parameters) + (self.result_length is not None)


def call(run: Run, syscall: Syscall, gas: int, numbers: tuple[int, ...]) -> int | None:
    """Carry out one system call (SYS-1 to SYS-12, EXE-24, GAS-30).

    Args:
        gas: what the program's gas counter says.
        numbers: the function's arguments, each u32.

    Returns:
        The function's result, if it has one. The program's gas counter must be set to the current counter then.

    Raises:
        Stopped: the execution ends here, and the program's counter stays as it is.
    """
    counters = run.counters
    counters.decrease_current_to(gas)

    accesses = Accesses(run.memory)
    arguments = _bind(syscall, accesses, numbers)
    if accesses.reads or accesses.writes:
        _prepare(run, accesses)

    if run.dispatch.kind is DispatchKind.Signal and syscall.name in SIGNAL_FORBIDDEN:
        raise trapped(Trap.ForbiddenFunction)

    token = TOKEN_COSTS[syscall.name]
    counters.charge_token(token.fixed + token.per_byte * accesses.token_length)

    if syscall.result_length is not None:
        _call_fallible(run, syscall, arguments, numbers[-1])
        return None
    try:
        result: int | None = syscall.body(run, *arguments)
    except Unreadable as unreadable:
        _stop_infallible(run, unreadable.fault)
    return result


def _bind(syscall: Syscall, accesses: Accesses, numbers: tuple[int, ...]) -> list[object]:
    """The arguments, in the order of the parameters (SYS-3)."""
    arguments = []
    position = 0
    for parameter in syscall.parameters:
        arguments.append(parameter.bind(accesses, numbers, position))
        position += parameter.width
    return arguments


def _prepare(run: Run, accesses: Accesses) -> None:
    """Charge and load the announced pages; remember a fault (SYS-3)."""
    left, accesses.fault = run.pages.prepare_host_access(accesses.reads, accesses.writes, run.counters.define_current())
    run.counters.decrease_current_to(left)


def _call_fallible(run: Run, syscall: Syscall, arguments: list[object], result_pointer: int) -> None:
    """The body, then code and result at the result pointer; on an error the result is zeros (SYS-9, SYS-10)."""
    length = syscall.result_length or 0
    try:
        result = bytes(4) + syscall.body(run, *arguments)
    except Refused as refused:
        result = _encode_error(refused.error, length)
    except Unreadable as unreadable:  # not for want of gas: then the call itself could not be paid
        result = _encode_error(_EXT_ERRORS[unreadable.fault], length)
    write_late(run, result_pointer, result)


def write_late(run: Run, offset: int, data: bytes) -> None:
    """Write to a place that was not announced: its pages are charged now (SYS-10).

    Raises:
        Stopped: AccessOutOfBounds, also in fallible calls, or gas exceeded.
    """
    left, fault = run.pages.prepare_host_access((), ((offset, len(data)),), run.counters.define_current())
    run.counters.decrease_current_to(left)
    if fault is not None:
        _stop_infallible(run, fault)
    run.memory.write(offset, data)


def _encode_error(error: ExtError, result_length: int) -> bytes:
    """The code, and zeros for the result (EXE-7, SYS-10)."""
    code: int = error.value
    return code.to_bytes(4, "little") + bytes(result_length)


_EXT_ERRORS = {
    MemoryFault.OutOfBounds: ExtError.AccessOutOfBounds,
    MemoryFault.TooBig: ExtError.RuntimeAllocOutOfBounds,
}
_TRAPS = {
    MemoryFault.OutOfBounds: Trap.AccessOutOfBounds,
    MemoryFault.TooBig: Trap.RuntimeAllocOutOfBounds,
}


def _stop_infallible(run: Run, fault: MemoryFault) -> NoReturn:
    """A memory fault that the program cannot be told of ends the execution (SYS-8)."""
    if fault is MemoryFault.GasExceeded:
        raise Stopped(run.counters.exceeded())
    raise trapped(_TRAPS[fault])
