"""Memory pages that are paid for and loaded when they are touched for the first time.

A page here is a Gear page of 16,384 bytes, a quarter of a WASM page. What the program touches is charged by the hooks
inside its code; what a system call touches on its behalf is charged here. Both use one table of flags, one byte per
page.

Rules: EXE-70 to EXE-77.
Source: protocol/lazy-pages/src/process.rs, host_func.rs, signal.rs; protocol/processor/src/ext.rs `into_ext_info`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Protocol

from gearexe_spec.execution.allocation import WASM_PAGE_SIZE, PageSet
from gearexe_spec.execution.program import PageContents
from gearexe_spec.wasm.costs import HOST_COSTS, LOAD_PAGE, SIGNAL_COSTS, PageCosts
from gearexe_spec.wasm.page_hooks import READ, WRITTEN

PAGE_SIZE = 16_384
PAGES_PER_WASM_PAGE = WASM_PAGE_SIZE // PAGE_SIZE
ADDRESS_SPACE = 1 << 32

Span = tuple[int, int]
"""Offset and length in bytes of an access."""


class MemoryFault(Enum):
    """Why memory could not be accessed for a system call (EXE-74)."""

    OutOfBounds = "outOfBounds"
    TooBig = "tooBig"
    GasExceeded = "gasExceeded"


class Flags(Protocol):
    """One byte per Gear page of the address space."""

    def get(self, page: int) -> int:
        """0, READ or WRITTEN."""
        ...

    def set(self, page: int, flag: int) -> None:
        """Change the flag of a page."""
        ...

    def set_all(self) -> None:
        """All pages are WRITTEN from now on: nothing is charged any more."""
        ...

    def written(self, first: int, end: int) -> list[int]:
        """Pages from `first` up to but not including `end` that are WRITTEN, ascending."""
        ...


class LazyPages:
    """The pages of one execution.

    Args:
        flags: what was touched so far; shared with the hooks in the code.
        stack_end: pages below are free and never kept (EXE-70); Gear page number.
        stored: contents in storage, by page.
        load: puts stored contents into the instance's memory.
        memory_size: present size of the memory in WASM pages.
    """

    __slots__ = ("exceeded", "flags", "load", "memory_size", "stack_end", "stored")

    def __init__(
        self,
        flags: Flags,
        stack_end: int,
        stored: PageContents,
        load: Callable[[int, bytes], None],
        memory_size: Callable[[], int],
    ) -> None:
        self.flags = flags
        self.stack_end = stack_end
        self.stored = stored
        self.load = load
        self.memory_size = memory_size
        self.exceeded = False

    def prepare_host_access(
        self, reads: tuple[Span, ...], writes: tuple[Span, ...], gas: int
    ) -> tuple[int, MemoryFault | None]:
        """Charge and load what a system call is about to read and to write, reads first (EXE-71 to EXE-74).

        Args:
            gas: value of the current counter.

        Returns:
            What is left of `gas`, and why the access is not possible if so.
        """
        for spans, is_write in ((reads, False), (writes, True)):
            if not spans:
                continue
            pages = self._find_pages(spans)
            if pages is None:
                return gas, MemoryFault.OutOfBounds
            gas = self._touch(pages, is_write, gas)
            if self.exceeded:
                return gas, MemoryFault.GasExceeded
        return gas, None

    def _find_pages(self, spans: tuple[Span, ...]) -> Iterable[int] | None:
        """The pages under some spans, ascending, each once; None if the last is not wholly in memory (EXE-71)."""
        behind = self.memory_size() * PAGES_PER_WASM_PAGE
        ranges = []
        for offset, length in spans:
            last = (offset + (length or 1) - 1) // PAGE_SIZE
            if last >= behind:
                return None
            ranges.append(range(offset // PAGE_SIZE, last + 1))
        return ranges[0] if len(ranges) == 1 else sorted({page for pages in ranges for page in pages})

    def touch_by_program(self, page: int, is_write: bool, gas: int) -> int:
        """Charge a load or store of the program; the hooks ask only where something is to be paid (EXE-75, EXE-76).

        Args:
            gas: the program's counter.

        Returns:
            What is left of it.
        """
        gas = self._charge(page, is_write, gas, SIGNAL_COSTS)
        if self.exceeded:
            self.flags.set_all()
        return gas

    def _touch(self, pages: Iterable[int], is_write: bool, gas: int) -> int:
        """Charge one access of each page by a system call (EXE-72, EXE-73)."""
        for page in pages:
            gas = self._charge(page, is_write, gas, HOST_COSTS)
            if self.exceeded:
                break
        return gas

    def _charge(self, page: int, is_write: bool, gas: int, costs: PageCosts) -> int:
        """Charge one access of one page, mark and load it (EXE-27, EXE-70, EXE-72)."""
        flag = self.flags.get(page)
        if page < self.stack_end or flag == WRITTEN or (flag == READ and not is_write):
            return gas
        was_read = flag == READ
        gas = self._pay(page, WRITTEN if is_write else READ, gas, costs.of_touch(is_write=is_write, was_read=was_read))
        return self._load(page, gas) if page in self.stored and not was_read and not self.exceeded else gas

    def _load(self, page: int, gas: int) -> int:
        if gas < LOAD_PAGE:
            self.exceeded = True
            return 0
        self.load(page, self.stored[page])
        return gas - LOAD_PAGE

    def _pay(self, page: int, flag: int, gas: int, cost: int) -> int:
        if gas < cost:
            self.exceeded = True
            return 0
        self.flags.set(page, flag)
        return gas - cost

    def written(self) -> list[int]:
        """Written pages behind the stack, ascending."""
        return self.flags.written(self.stack_end, self.memory_size() * PAGES_PER_WASM_PAGE)


def select_kept_pages(written: Iterable[int], static_pages: int, allocated: PageSet) -> tuple[int, ...]:
    """Which written pages are kept: those in static pages or still allocated, ascending (EXE-77)."""
    return tuple(
        page
        for page in sorted(written)
        if page // PAGES_PER_WASM_PAGE < static_pages or page // PAGES_PER_WASM_PAGE in allocated
    )
