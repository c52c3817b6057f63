"""What is charged and decided before a program runs.

Rules: EXE-34 to EXE-39.
Source: ethexe/runtime/common/src/lib.rs (`process_dispatch`), protocol/processor/src/precharge.rs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.execution.codes import ExecutionError, ReplyCode, UnavailableActorError
from gearexe_spec.execution.counters import ALLOWANCE_EXCEEDED, Counters
from gearexe_spec.execution.message import DispatchKind
from gearexe_spec.execution.program import (
    ActiveProgram,
    DispatchContext,
    ExecutableCode,
    ExecutionRejection,
    ExitedProgram,
    TerminatedProgram,
)
from gearexe_spec.execution.termination import Stopped
from gearexe_spec.wasm.costs import SECTIONS, compute_allocations_cost, compute_read_cost, compute_section_costs


class PreCharge(Enum):
    """What is charged before execution, each on its own (EXE-34)."""

    ProgramData = "programData"
    CodeMetadata = "codeMetadata"
    InstrumentedCode = "instrumentedCode"
    Allocations = "allocations"
    Code = "code"
    Data = "data"
    Global = "global"
    Table = "table"
    Element = "element"
    Type = "type"


SECTION_CHARGES = tuple(PreCharge(section) for section in SECTIONS)
"""What the instantiation costs, section by section (EXE-38)."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message is answered with an error.

    Args:
        code: of the reply.
        reason: for people.
        payload: of the reply.
        counts_as_execution: whether the program is to blame: a trap, or a failed initialization.
        is_panic: whether the program panicked itself.
    """

    code: ReplyCode
    reason: str
    payload: bytes = b""
    counts_as_execution: bool = True
    is_panic: bool = False


class Unexecutable(Exception):
    """The program does not run; the message is answered with an error."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


def prepare(context: DispatchContext, counters: Counters) -> tuple[ActiveProgram, ExecutableCode]:
    """Charge and check everything up to the instantiation, in production's order (EXE-31 to EXE-39).

    Returns:
        The program and its code, which will run.

    Raises:
        Unexecutable: the answer is an error.
        Stopped: allowance exceeded.
        Rejected: InitOfInitializedProgram.
    """
    _charge(counters, PreCharge.ProgramData, compute_read_cost())
    program = check_executable(context)

    _charge(counters, PreCharge.CodeMetadata, compute_read_cost())
    length = 0 if context.code is None else context.code.charged_length
    _charge(counters, PreCharge.InstrumentedCode, compute_read_cost(length))
    code = check_has_code(context)

    intervals = len(program.allocations.intervals)
    if intervals:
        _charge(counters, PreCharge.Allocations, compute_allocations_cost(intervals))

    for operation, amount in zip(SECTION_CHARGES, compute_section_costs(code.sections), strict=True):
        _charge(counters, operation, amount)
    return program, code


def check_executable(context: DispatchContext) -> ActiveProgram:
    """Only an active program runs, and before its initialization only `init` and replies (EXE-36).

    Raises:
        Unexecutable: initialization failure, exited, uninitialized.
        Rejected: InitOfInitializedProgram.
    """
    program = context.program
    if isinstance(program, TerminatedProgram):
        raise _unavailable(UnavailableActorError.InitializationFailure)
    if isinstance(program, ExitedProgram):
        raise _unavailable(UnavailableActorError.ProgramExited, program.inheritor)
    kind = context.dispatch.kind
    if program.initialized and kind is DispatchKind.Init:
        raise Rejected(ExecutionRejection.InitOfInitializedProgram)
    if not program.initialized and kind not in (DispatchKind.Init, DispatchKind.Reply):
        raise _unavailable(UnavailableActorError.Uninitialized)
    return program


def check_has_code(context: DispatchContext) -> ExecutableCode:
    """The code could be instrumented (EXE-37).

    Raises:
        Unexecutable: reinstrumentation failure.
    """
    if context.code is None:
        code = ReplyCode.from_unavailable_actor(UnavailableActorError.ReinstrumentationFailure)
        raise Unexecutable(Failure(code, "reinstrumentation"))
    return context.code


def _charge(counters: Counters, operation: PreCharge, amount: int) -> None:
    """Charge the allowance first, then the gas; what fails is not charged (EXE-35)."""
    if amount > counters.allowance:
        raise Stopped(ALLOWANCE_EXCEEDED)
    counters.allowance -= amount
    if amount > counters.left:
        code = ReplyCode.from_execution_error(ExecutionError.RanOutOfGas)
        raise Unexecutable(Failure(code, f"precharge:{operation.value}"))
    counters.left -= amount
    counters.burned += amount


def _unavailable(error: UnavailableActorError, payload: bytes = b"") -> Unexecutable:
    code = ReplyCode.from_unavailable_actor(error)
    return Unexecutable(Failure(code, error.name, bytes(payload), counts_as_execution=False))
