"""How an execution ends, and what a failure is called in replies.

Rules: EXE-40 to EXE-46.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gearexe_spec.base.ids import ActorId
from gearexe_spec.execution.codes import ExecutionError
from gearexe_spec.execution.journal import WaitedType


class Trap(Enum):
    """Why an execution failed (EXE-40). Production groups some of these; the names are the leaves."""

    GasLimitExceeded = "gasLimitExceeded"
    ProgramAllocOutOfBounds = "programAllocOutOfBounds"
    ForbiddenFunction = "forbiddenFunction"
    Panic = "panic"
    Unknown = "unknown"
    StackLimitExceeded = "stackLimitExceeded"
    Environment = "environment"
    AccessOutOfBounds = "accessOutOfBounds"
    RuntimeAllocOutOfBounds = "runtimeAllocOutOfBounds"
    PanicBufferIsTooBig = "panicBufferIsTooBig"
    UnsupportedEnvVarsVersion = "unsupportedEnvVarsVersion"
    InvalidDebugString = "invalidDebugString"
    NotEnoughGas = "notEnoughGas"
    ZeroDuration = "zeroDuration"
    WaitAfterReply = "waitAfterReply"

    @property
    def execution_error(self) -> ExecutionError:
        """The error that the reply's code carries; all that is not listed is BackendError (EXE-41).

        Source: protocol/processor/src/common.rs `ActorExecutionErrorReplyReason::as_simple`.
        """
        return _EXECUTION_ERRORS.get(self, ExecutionError.BackendError)


_EXECUTION_ERRORS = {
    Trap.GasLimitExceeded: ExecutionError.RanOutOfGas,
    Trap.ProgramAllocOutOfBounds: ExecutionError.MemoryOverflow,
    Trap.Panic: ExecutionError.UserspacePanic,
    Trap.Unknown: ExecutionError.UnreachableInstruction,
    Trap.StackLimitExceeded: ExecutionError.StackLimitExceeded,
    Trap.Environment: ExecutionError.Unsupported,
}


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The entry returned, or the program left (EXE-42)."""


@dataclass(frozen=True, slots=True)
class Exited:
    """The program exits for good (EXE-42)."""

    inheritor: ActorId


@dataclass(frozen=True, slots=True)
class Waiting:
    """The message waits (EXE-42); duration in blocks."""

    duration: int
    waited_type: WaitedType


@dataclass(frozen=True, slots=True)
class Trapped:
    """The execution failed and all its effects are gone (EXE-42)."""

    trap: Trap
    panic: bytes = b""


@dataclass(frozen=True, slots=True)
class AllowanceExceeded:
    """The block has no gas left; the dispatch stays in its queue (EXE-42)."""


Termination = Succeeded | Exited | Waiting | Trapped | AllowanceExceeded


class Stopped(Exception):
    """A system call ends the execution."""

    def __init__(self, termination: Termination) -> None:
        super().__init__(termination)
        self.termination = termination


def trapped(trap: Trap) -> Stopped:
    """The exception that ends the execution with a trap."""
    return Stopped(Trapped(trap))
