"""One dispatch: from what it depends on to the notes of its journal.

Rules: EXE-30, EXE-40 to EXE-46, EXE-63 to EXE-68.
Source: protocol/processor/src/executor.rs (`execute_wasm`), ethexe/runtime/common/src/lib.rs (`process_dispatch`).
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.numeric import U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.execution.allocation import Heap, compute_memory_size
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.context import MessageContext
from gearexe_spec.execution.counters import Counters
from gearexe_spec.execution.journal import Journal
from gearexe_spec.execution.lazy_pages import PAGE_SIZE, PAGES_PER_WASM_PAGE, LazyPages, select_kept_pages
from gearexe_spec.execution.notes import Effects, compute_error_notes, compute_stop_notes, compute_success_notes
from gearexe_spec.execution.parameters import MAX_WASM_PAGES
from gearexe_spec.execution.precharge import Failure, Unexecutable, prepare
from gearexe_spec.execution.program import ActiveProgram, DispatchContext, ExecutableCode, ExecutionRejection
from gearexe_spec.execution.run import Run
from gearexe_spec.execution.sandbox import InstantiationFailed, Machine, Sandbox, give_back, take_machine
from gearexe_spec.execution.termination import (
    AllowanceExceeded,
    Exited,
    Stopped,
    Succeeded,
    Termination,
    Trap,
    Trapped,
    Waiting,
)


@dataclass(frozen=True, slots=True)
class Executed:
    """The result of one execution.

    Args:
        notes: the journal.
    """

    notes: Journal


def execute_dispatch(context: DispatchContext) -> Executed:
    """Execute one dispatch (EXE-30).

    Raises:
        Rejected: InitOfInitializedProgram, InconsistentAllocations; production aborts there.
    """
    counters = Counters(int(context.gas_limit), int(context.allowance))
    try:
        program, code = prepare(context, counters)
    except Unexecutable as unexecutable:
        return Executed(compute_error_notes(context, counters.burned, unexecutable.failure))
    except Stopped:
        return Executed(compute_stop_notes(context, counters.burned))

    counters.value = compute_available_value(context)
    check_allocations(program, code)
    machine = take_machine()
    try:
        return Executed(_execute(context, program, code, counters, machine))
    finally:
        give_back(machine)


def compute_available_value(context: DispatchContext) -> int:
    """What the program may send: its balance and, in the first execution, the message's value (EXE-65)."""
    arriving = context.dispatch.value if context.dispatch.context is None else U128(0)
    return int(context.balance.saturating_add(arriving))


def check_allocations(program: ActiveProgram, code: ExecutableCode) -> None:
    """Allocations lie in memory behind the static pages, the stack inside them (EXE-64).

    Raises:
        Rejected: InconsistentAllocations.
    """
    intervals = program.allocations.intervals
    size = compute_memory_size(program.allocations, code.static_pages)
    starts_in_heap = not intervals or intervals[0][0] >= code.static_pages
    if size > MAX_WASM_PAGES or (code.stack_end or 0) > code.static_pages or not starts_in_heap:
        raise Rejected(ExecutionRejection.InconsistentAllocations)


def _execute(
    context: DispatchContext, program: ActiveProgram, code: ExecutableCode, counters: Counters, machine: Machine
) -> Journal:
    """Instantiate, run, collect (EXE-42, EXE-45, EXE-66 to EXE-68)."""
    size = compute_memory_size(program.allocations, code.static_pages)
    try:
        sandbox = Sandbox(machine, code, size)
    except InstantiationFailed:
        return conclude_failure(context, counters.burned, Trapped(Trap.Environment))
    run = _make_run(context, program, code, counters, sandbox)
    termination: Termination = Succeeded()
    if context.dispatch.kind in code.exports:
        termination = sandbox.call_entry(context.dispatch.kind.entry, run)
        if run.pages.exceeded:
            termination = counters.exceeded()
    if isinstance(termination, Trapped | AllowanceExceeded):
        return conclude_failure(context, counters.burned, termination)
    return compute_success_notes(context, counters.burned, collect(run, code, termination))


def _make_run(
    context: DispatchContext, program: ActiveProgram, code: ExecutableCode, counters: Counters, sandbox: Sandbox
) -> Run:
    memory = sandbox.memory
    pages = LazyPages(
        flags=sandbox.flags,
        stack_end=(code.stack_end or 0) * PAGES_PER_WASM_PAGE,
        stored=program.pages,
        load=lambda page, data: memory.write(page * PAGE_SIZE, data),
        memory_size=memory.size,
    )
    return Run(
        program_id=context.program_id,
        dispatch=context.dispatch,
        block=context.block,
        counters=counters,
        context=MessageContext(context.program_id, context.dispatch),
        memory=memory,
        pages=pages,
        heap=Heap(code.static_pages),
        allocated=program.allocations,
    )


def collect(run: Run, code: ExecutableCode, termination: Succeeded | Exited | Waiting) -> Effects:
    """What remains of an execution that did not fail (EXE-68)."""
    kept = select_kept_pages(run.pages.written(), code.static_pages, run.allocated)
    return Effects(
        termination=termination,
        outgoing=run.context.outgoing(),
        has_replied=run.context.reply is not None,
        wakes=tuple(run.context.wakes),
        pages=tuple((page, run.memory.read(page * PAGE_SIZE, PAGE_SIZE)) for page in kept),
        allocations=run.allocated if run.allocations_changed else None,
        store=run.context.remembered(),
    )


def conclude_failure(context: DispatchContext, burned: int, termination: Trapped | AllowanceExceeded) -> Journal:
    """The journal of a program that ran and failed, or that could not be instantiated (EXE-40, EXE-43)."""
    if isinstance(termination, AllowanceExceeded):
        return compute_stop_notes(context, burned)
    code = ReplyCode.from_execution_error(termination.trap.execution_error)
    is_panic = termination.trap is Trap.Panic
    return compute_error_notes(
        context, burned, Failure(code, termination.trap.value, termination.panic, is_panic=is_panic)
    )
