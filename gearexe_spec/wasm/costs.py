"""What is charged around the instructions: instantiation, system calls, pages, storage.

`PROCESS_COSTS` are the Schedule's weights as they are charged, with production's names.

Rules: GAS-4, GAS-5, GAS-20 to GAS-22, GAS-40, GAS-41.
Source: protocol/core/src/gas_metering/schedule.rs `Schedule::process_costs`, protocol/core/src/costs.rs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gearexe_spec.base.numeric import U64
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

_UPLOAD = MEMORY_WEIGHTS["upload_page_data"]

LAZY_PAGES_COSTS: Mapping[str, int] = MappingProxyType(
    {
        "signal_read": MEMORY_WEIGHTS["lazy_pages_signal_read"],
        "signal_write": MEMORY_WEIGHTS["lazy_pages_signal_write"] + _UPLOAD,
        "signal_write_after_read": MEMORY_WEIGHTS["lazy_pages_signal_write_after_read"] + _UPLOAD,
        "host_func_read": MEMORY_WEIGHTS["lazy_pages_host_func_read"],
        "host_func_write": MEMORY_WEIGHTS["lazy_pages_host_func_write"] + _UPLOAD,
        "host_func_write_after_read": MEMORY_WEIGHTS["lazy_pages_host_func_write_after_read"] + _UPLOAD,
        "load_page_storage_data": MEMORY_WEIGHTS["load_page_data"] + MEMORY_WEIGHTS["parachain_read_heuristic"],
    }
)
"""Touching a gear page, by who touches it and how; writing pays for keeping the page (GAS-40)."""

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

PREPARATION_READS = 3
"""Objects read before every execution: program, code metadata, code; their length costs nothing (GAS-21)."""


@dataclass(frozen=True, slots=True)
class InstantiationCosts:
    """Gas for each section of an instrumented code, charged one after the other in this order (GAS-20)."""

    code_section: U64
    data_section: U64
    global_section: U64
    table_section: U64
    element_section: U64
    type_section: U64

    @property
    def total(self) -> int:
        """All six."""
        return (
            self.code_section
            + self.data_section
            + self.global_section
            + self.table_section
            + self.element_section
            + self.type_section
        )


def compute_cost(size: int, weight: int) -> U64:
    """So much per unit, held at 2^64 - 1 (GAS-5)."""
    return U64.saturate(size * weight)


def compute_instantiation_costs(sizes: SectionSizes) -> InstantiationCosts:
    """What instantiating a code costs before every execution (GAS-20).

    Source: protocol/processor/src/precharge.rs `charge_gas_for_section_instantiation`.
    """
    weights = INSTANTIATION_WEIGHTS
    return InstantiationCosts(
        code_section=compute_cost(sizes.code_section, weights["code_section_per_byte"]),
        data_section=compute_cost(sizes.data_section, weights["data_section_per_byte"]),
        global_section=compute_cost(sizes.global_section, weights["global_section_per_byte"]),
        table_section=compute_cost(sizes.table_section, weights["table_section_per_byte"]),
        element_section=compute_cost(sizes.element_section, weights["element_section_per_byte"]),
        type_section=compute_cost(sizes.type_section, weights["type_section_per_byte"]),
    )


def compute_allocations_cost(intervals: int) -> U64:
    """Loading a program's allocations: nothing if there are none, else one read and so much per interval (GAS-22)."""
    if intervals == 0:
        return U64(0)
    return U64.saturate(LOAD_ALLOCATIONS_PER_INTERVAL * intervals + DB_WEIGHTS["read"])


def compute_preparation_cost(sizes: SectionSizes, intervals: int) -> U64:
    """Everything charged before an execution that reaches its end (GAS-20 to GAS-22)."""
    reads = PREPARATION_READS * DB_WEIGHTS["read"]
    return U64.saturate(reads + compute_allocations_cost(intervals) + compute_instantiation_costs(sizes).total)


def compute_growth_cost(pages: int) -> U64:
    """Growing memory by `pages` of 64 KiB through `alloc` (GAS-41)."""
    return U64.saturate(MEMORY_WEIGHTS["mem_grow"] + MEMORY_WEIGHTS["mem_grow_per_page"] * pages)


def compute_page_cost(*, write: bool, accessed: bool, stored: bool, by_host: bool = False) -> U64:
    """Touching a page (GAS-40).

    Args:
        write: whether it is written now.
        accessed: whether it was read before in this execution; a page written before costs nothing more.
        stored: whether storage has contents for it; loaded at the first touch.
        by_host: whether a system call touches it, not the program's own code.
    """
    toucher = "host_func" if by_host else "signal"
    access = ("write_after_read" if accessed else "write") if write else "read"
    cost = LAZY_PAGES_COSTS[f"{toucher}_{access}"] if write or not accessed else 0
    load = LAZY_PAGES_COSTS["load_page_storage_data"] if stored and not accessed else 0
    return U64(cost + load)
