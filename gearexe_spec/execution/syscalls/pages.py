"""Allocating and freeing WASM pages.

Rules: SYS-63 to SYS-68.
Source: protocol/core/src/memory.rs (`AllocationsContext`), protocol/processor/src/ext.rs,
protocol/backend/src/funcs.rs.
"""

from __future__ import annotations

from gearexe_spec.execution.allocation import MAX_PAGE_NUMBER, MAX_PAGES_AMOUNT, find_first_fit
from gearexe_spec.execution.costs import FREE_RANGE_PER_PAGE
from gearexe_spec.execution.run import Run
from gearexe_spec.execution.termination import Stopped, Trap, trapped
from gearexe_spec.wasm.costs import compute_growth_cost

FAILED = 0xFFFFFFFF
OK = 0
NOT_FREED = 1


class OutsideHeap(Exception):
    """A range to free is not wholly in the heap; undoes its charge."""


def alloc(run: Run, pages: int) -> int:
    """Allocate adjacent pages and return the first, or 0xFFFFFFFF (SYS-63 to SYS-65, EXE-61)."""
    if pages > MAX_PAGES_AMOUNT or run.heap.is_empty:
        return FAILED
    if pages == 0:
        return run.heap.start
    interval = find_first_fit(run.allocated, run.heap, pages)
    if interval is None or not _grow(run, interval[1] + 1 - run.memory.size()):
        return FAILED
    run.allocated = run.allocated.insert(*interval)
    run.allocations_changed = True
    return interval[0]


def _grow(run: Run, growth: int) -> bool:
    """Make the memory larger if need be; a lack of gas is only a failed allocation (SYS-64)."""
    if growth <= 0:
        return True
    try:
        with run.counters as counters:
            counters.charge_if_enough(compute_growth_cost(growth))
    except Stopped:
        return False
    run.memory.grow(growth)
    return True


def free(run: Run, page: int) -> int:
    """Free one page: 0 if it was allocated, else 1 (SYS-66)."""
    if page > MAX_PAGE_NUMBER:
        raise trapped(Trap.Unknown)
    if not run.heap.covers(page, page) or page not in run.allocated:
        return NOT_FREED
    run.allocated = run.allocated.remove(page, page)
    run.allocations_changed = True
    return OK


def free_range(run: Run, start: int, end: int) -> int:
    """Free what is allocated from `start` to `end`, both included: 0 if the range lies in the heap (SYS-67, SYS-68)."""
    if start > MAX_PAGE_NUMBER or end > MAX_PAGE_NUMBER:
        raise trapped(Trap.Unknown)
    if start > end:
        return NOT_FREED
    try:
        with run.counters as counters:
            counters.charge_if_enough(FREE_RANGE_PER_PAGE * (end - start + 1))
            if not run.heap.covers(start, end):
                raise OutsideHeap
    except OutsideHeap:
        return NOT_FREED
    remaining = run.allocated.remove(start, end)
    run.allocations_changed |= remaining != run.allocated
    run.allocated = remaining
    return OK
