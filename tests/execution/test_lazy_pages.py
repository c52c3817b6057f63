"""What touching pages costs system calls (EXE-70 to EXE-77)."""

import pytest

from gearexe_spec.execution.allocation import PageSet
from gearexe_spec.execution.lazy_pages import PAGE_SIZE, MemoryFault, select_kept_pages
from gearexe_spec.wasm.costs import HOST_COSTS, LOAD_PAGE
from tests.execution.bench import invoke, make_run

GAS = 10**12


def test_pages_of_the_stack_are_free() -> None:
    run = make_run(stack_end=4)
    assert run.pages.prepare_host_access(((0, 65_536),), ((0, 65_536),), GAS) == (GAS, None)


def test_a_page_is_paid_once_however_many_spans_touch_it() -> None:
    run = make_run(stack_end=0)
    left, fault = run.pages.prepare_host_access(((0, 10), (5, 10), (PAGE_SIZE - 1, 2)), (), GAS)
    assert fault is None
    assert GAS - left == 2 * HOST_COSTS.read
    assert run.pages.prepare_host_access(((0, 1),), (), left) == (left, None)


def test_reading_then_writing_costs_both() -> None:
    run = make_run(stack_end=0)
    left, _ = run.pages.prepare_host_access(((0, 1),), ((0, 1),), GAS)
    assert GAS - left == HOST_COSTS.read + HOST_COSTS.write_after_read
    assert run.pages.prepare_host_access(((0, 1),), ((0, 1),), left) == (left, None)


def test_a_stored_page_is_loaded_at_the_first_touch() -> None:
    run = make_run(stack_end=0, stored={1: b"\x07" * PAGE_SIZE})
    left, _ = run.pages.prepare_host_access((), ((PAGE_SIZE, 1),), GAS)
    assert GAS - left == HOST_COSTS.write + LOAD_PAGE
    assert run.memory.read(2 * PAGE_SIZE - 1, 1) == b"\x07"
    run.memory.write(PAGE_SIZE, b"\x09")
    run.pages.prepare_host_access(((PAGE_SIZE, 1),), (), left)
    assert run.memory.read(PAGE_SIZE, 1) == b"\x09"


@pytest.mark.parametrize("span", [(65_536, 1), (65_535, 2), (0xFFFFFFFF, 1), (0xFFFFFFFF, 2), (0, 0xFFFFFFFF)])
def test_what_is_not_in_memory_is_not_charged(span: tuple[int, int]) -> None:
    run = make_run(stack_end=0)
    assert run.pages.prepare_host_access(((0, 1), span), (), GAS) == (GAS, MemoryFault.OutOfBounds)
    left, fault = run.pages.prepare_host_access(((0, 1),), (span,), GAS)
    assert (GAS - left, fault) == (HOST_COSTS.read, MemoryFault.OutOfBounds)


def test_when_gas_runs_out_all_of_it_is_gone_and_nothing_more_is_paid() -> None:
    run = make_run(stack_end=0, stored={1: bytes(PAGE_SIZE)})
    gas = 2 * HOST_COSTS.read + LOAD_PAGE - 1
    assert run.pages.prepare_host_access(((0, 65_536),), (), gas) == (0, MemoryFault.GasExceeded)
    assert run.pages.exceeded
    assert [run.pages.flags.get(page) for page in range(4)] == [1, 1, 0, 0]


def test_kept_are_static_and_allocated_pages() -> None:
    allocated = PageSet(((3, 3),))
    assert select_kept_pages([20, 12, 8, 7, 1], 2, allocated) == (1, 7, 12)


def test_a_system_call_pays_for_its_place() -> None:
    run = make_run(stack_end=0)
    invoke(run, "gr_size", 0)
    assert run.counters.burned == HOST_COSTS.write + 962_155
