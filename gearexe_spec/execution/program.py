"""What one execution is given: the dispatch, its program as the run sees it, its code, the counters, the block.

Rules: EXE-30 to EXE-33.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto
from typing import Protocol

from gearexe_spec.base.ids import ActorId, CodeId
from gearexe_spec.base.numeric import U64, U128
from gearexe_spec.base.rejection import Rejection
from gearexe_spec.execution.allocation import PageSet
from gearexe_spec.execution.message import DispatchKind, IncomingDispatch
from gearexe_spec.execution.parameters import BlockInfo
from gearexe_spec.wasm.section_sizes import SectionSizes


class ExecutionRejection(Rejection):
    """What a node cannot be asked to execute; production aborts (EXE-33)."""

    InitOfInitializedProgram = auto()
    InconsistentAllocations = auto()


class PageContents(Protocol):
    """Contents of 16,384 bytes by Gear page number; which there are is asked before."""

    def __contains__(self, page: int, /) -> bool: ...

    def __getitem__(self, page: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class ActiveProgram:
    """A program that can be executed (EXE-31).

    Args:
        initialized: whether its `init` has succeeded.
        allocations: WASM pages that it has allocated.
        pages: all pages in storage; may be read lazily.
    """

    initialized: bool
    allocations: PageSet
    pages: PageContents


@dataclass(frozen=True, slots=True)
class ExitedProgram:
    """A program that has exited (EXE-31)."""

    inheritor: ActorId


@dataclass(frozen=True, slots=True)
class TerminatedProgram:
    """A program whose `init` failed (EXE-31)."""


ProgramView = ActiveProgram | ExitedProgram | TerminatedProgram


@dataclass(frozen=True, slots=True)
class ExecutableCode:
    """Instrumented code and what is known about it (EXE-32).

    Args:
        code_id: id of the original code.
        instrumented: the WASM module that runs.
        sections: what its instantiation is charged for.
        static_pages: WASM pages of memory that the code declares.
        stack_end: WASM page behind the stack, if the code says so.
        exports: entry points that it has.
        charged_length: bytes that loading it is charged for; Gear.exe passes 0, its release 2.0.0 the length of the
            instrumented module (REV-CODE-CHARGE).
    """

    code_id: CodeId
    instrumented: bytes
    sections: SectionSizes
    static_pages: int
    stack_end: int | None
    exports: frozenset[DispatchKind]
    charged_length: int = 0


@dataclass(frozen=True, slots=True)
class DispatchContext:
    """Everything that an execution depends on (EXE-30).

    Args:
        program_id: destination of the dispatch.
        program: the program as the run sees it.
        balance: value of the program at the start of the run; it does not change during the run.
        code: absent when it could not be instrumented.
        dispatch: the message.
        gas_limit: gas of the message.
        allowance: gas of the run.
        block: what the program sees of the chain.
    """

    program_id: ActorId
    program: ProgramView
    balance: U128
    code: ExecutableCode | None
    dispatch: IncomingDispatch
    gas_limit: U64
    allowance: U64
    block: BlockInfo
