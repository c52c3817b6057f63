"""What is charged around the instructions: instantiation, memory, pages, storage.

Each cost is made here once; `PROCESS_COSTS` are the Schedule's weights as they are charged, with production's names.

Rules: GAS-4, GAS-5, GAS-20 to GAS-22, GAS-40, GAS-41.
Source: protocol/core/src/gas_metering/schedule.rs `Schedule::process_costs`, protocol/core/src/costs.rs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from gearexe_spec.wasm.schedule import (
    DB_WEIGHTS,
    INSTANTIATION_WEIGHTS,
    INSTRUMENTATION_WEIGHTS,
    LOAD_ALLOCATIONS_PER_INTERVAL,
    MEMORY_WEIGHTS,
    RENT_WEIGHTS,
    SYSCALL_WEIGHTS,
)
from gearexe_spec.wasm.section_sizes import SectionSizes


@dataclass(frozen=True, slots=True)
class PageCosts:
    """What touching a page of 16,384 bytes costs, by who touches it (GAS-40)."""

    read: int
    write: int
    write_after_read: int

    def of_touch(self, *, is_write: bool, was_read: bool) -> int:
        """What a touch costs that changes a page's flag: the first one, or the first to write (GAS-40, EXE-27)."""
        if was_read:
            return self.write_after_read
        return self.write if is_write else self.read


def _page_costs(toucher: str) -> PageCosts:
    """Writing includes bringing the page to storage afterwards."""
    read, write, write_after_read = (
        MEMORY_WEIGHTS[f"lazy_pages_{toucher}_{access}"] for access in ("read", "write", "write_after_read")
    )
    upload = MEMORY_WEIGHTS["upload_page_data"]
    return PageCosts(read, write + upload, write_after_read + upload)


SIGNAL_COSTS = _page_costs("signal")
"""The program's own loads and stores."""
HOST_COSTS = _page_costs("host_func")
"""System calls on behalf of the program."""
LOAD_PAGE = MEMORY_WEIGHTS["load_page_data"] + MEMORY_WEIGHTS["parachain_read_heuristic"]
"""In addition, for a page that is in storage."""

LAZY_PAGES_COSTS: Mapping[str, int] = MappingProxyType(
    {
        f"{toucher}_{field.name}": getattr(costs, field.name)
        for toucher, costs in (("signal", SIGNAL_COSTS), ("host_func", HOST_COSTS))
        for field in fields(PageCosts)
    }
    | {"load_page_storage_data": LOAD_PAGE}
)
"""The same with production's names."""

PROCESS_COSTS: Mapping[str, object] = MappingProxyType(
    {
        "db": DB_WEIGHTS,
        "ext": {
            "mem_grow": MEMORY_WEIGHTS["mem_grow"],
            "mem_grow_per_page": MEMORY_WEIGHTS["mem_grow_per_page"],
            "rent": {name: RENT_WEIGHTS[name] for name in ("dispatch_stash", "reservation", "waitlist")},
            "syscalls": SYSCALL_WEIGHTS,
        },
        "instantiation": INSTANTIATION_WEIGHTS,
        "instrumentation": INSTRUMENTATION_WEIGHTS,
        "lazy_pages": LAZY_PAGES_COSTS,
        "load_allocations_per_interval": LOAD_ALLOCATIONS_PER_INTERVAL,
    }
)
"""All costs, with production's names and nesting (GAS-4)."""

SECTIONS = ("code", "data", "global", "table", "element", "type")
"""The sections that instantiation is charged for, one after the other in this order (GAS-20)."""
PREPARATION_READS = 3
"""Objects read before every execution: program, code metadata, code (GAS-21)."""


def compute_read_cost(length: int = 0) -> int:
    """Reading one object: once, and so much per byte where its length is charged (GAS-21)."""
    return DB_WEIGHTS["read"] + DB_WEIGHTS["read_per_byte"] * length


def compute_section_costs(sizes: SectionSizes) -> tuple[int, ...]:
    """Gas for each section of an instrumented code, in the order of `SECTIONS` (GAS-5, GAS-20, EXE-38).

    Source: protocol/processor/src/precharge.rs `charge_gas_for_section_instantiation`.
    """
    return tuple(
        INSTANTIATION_WEIGHTS[f"{section}_section_per_byte"] * int(getattr(sizes, f"{section}_section"))
        for section in SECTIONS
    )


def compute_allocations_cost(intervals: int) -> int:
    """Loading a program's allocations: nothing if there are none, else one read and so much per interval (GAS-22)."""
    return LOAD_ALLOCATIONS_PER_INTERVAL * intervals + compute_read_cost() if intervals else 0


def compute_preparation_cost(sizes: SectionSizes, intervals: int) -> int:
    """Everything charged before an execution that reaches its end, the code's length being free (GAS-20 to GAS-22)."""
    reads = PREPARATION_READS * compute_read_cost()
    return reads + compute_allocations_cost(intervals) + sum(compute_section_costs(sizes))


def compute_growth_cost(pages: int) -> int:
    """Growing memory by `pages` of 64 KiB through `alloc` (GAS-41)."""
    return MEMORY_WEIGHTS["mem_grow"] + MEMORY_WEIGHTS["mem_grow_per_page"] * pages
