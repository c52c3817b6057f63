"""Which WASM pages a program has allocated: intervals, first fit, freeing.

Page numbers count pages of 65,536 bytes.

Rules: EXE-60 to EXE-66.
Source: protocol/core/src/memory.rs (`AllocationsContext`), protocol/core/src/pages.rs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from gearexe_spec.execution.parameters import MAX_WASM_PAGES

WASM_PAGE_SIZE = 65_536
MAX_PAGE_NUMBER = 65_535
MAX_PAGES_AMOUNT = 65_536

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PageSet:
    """A set of page numbers as disjoint, ascending intervals that do not touch, both ends included (EXE-60)."""

    intervals: tuple[Interval, ...] = ()

    @property
    def last(self) -> int | None:
        """The greatest page number."""
        return self.intervals[-1][1] if self.intervals else None

    def __contains__(self, page: int) -> bool:
        index = bisect_right(self.intervals, (page, MAX_PAGE_NUMBER)) - 1
        return index >= 0 and page <= self.intervals[index][1]

    def insert(self, start: int, end: int) -> PageSet:
        """The set with one more interval, joined to its neighbours (EXE-60)."""
        low = bisect_left(self.intervals, start, key=lambda interval: interval[1] + 1)
        high = bisect_right(self.intervals, end + 1, key=lambda interval: interval[0])
        touched = self.intervals[low:high]
        if touched:
            start, end = min(start, touched[0][0]), max(end, touched[-1][1])
        return PageSet((*self.intervals[:low], (start, end), *self.intervals[high:]))

    def remove(self, start: int, end: int) -> PageSet:
        """The set without the pages of an interval (EXE-60)."""
        low = bisect_left(self.intervals, start, key=lambda interval: interval[1])
        high = bisect_right(self.intervals, end, key=lambda interval: interval[0])
        left = tuple((first, start - 1) for first, _ in self.intervals[low : low + 1] if low < high and first < start)
        right = tuple((end + 1, last) for _, last in self.intervals[high - 1 : high] if low < high and last > end)
        return PageSet((*self.intervals[:low], *left, *right, *self.intervals[high:]))

    def gaps(self, start: int, end: int) -> Iterator[Interval]:
        """The unoccupied intervals inside `start` to `end`, ascending (EXE-62)."""
        free_from = start
        for first, last in self.intervals[bisect_left(self.intervals, start, key=lambda interval: interval[1]) :]:
            if first > end:
                break
            if first > free_from:
                yield free_from, first - 1
            free_from = max(free_from, last + 1)
        if free_from <= end:
            yield free_from, end


@dataclass(frozen=True, slots=True)
class Heap:
    """Where a program may allocate: from behind its static pages to the end of memory (EXE-61)."""

    start: int
    end: int = MAX_WASM_PAGES - 1

    @property
    def is_empty(self) -> bool:
        """Whether static pages fill the memory."""
        return self.start > self.end

    def covers(self, start: int, end: int) -> bool:
        """Whether an interval lies wholly inside."""
        return self.start <= start and end <= self.end


def find_first_fit(allocated: PageSet, heap: Heap, pages: int) -> Interval | None:
    """The lowest gap of the heap that holds `pages` pages, cut to them; None if there is none (EXE-62)."""
    for first, last in allocated.gaps(heap.start, heap.end):
        if last - first + 1 >= pages:
            return first, first + pages - 1
    return None


def compute_memory_size(allocated: PageSet, static_pages: int) -> int:
    """Pages of memory that an instance starts with (EXE-63).

    Source: protocol/processor/src/precharge.rs.
    """
    return static_pages if allocated.last is None else allocated.last + 1
