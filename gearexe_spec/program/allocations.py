"""The allocated WASM pages of a program, as disjoint intervals.

Rules: PST-27 to PST-30.
"""

from __future__ import annotations

from collections.abc import Iterable

from gearexe_spec.base.numeric import U32
from gearexe_spec.codec.scale import Codec, Reader, ordered_map, u32
from gearexe_spec.program.storage import Kind

Interval = tuple[U32, U32]
"""First and last WASM page, both included."""
Allocations = tuple[Interval, ...]

GEAR_PAGES_PER_WASM_PAGE = 4


class _AllocationsCodec(Codec[Allocations]):
    """An ordered map from first to last page; nothing else is looked at when decoding (PST-27)."""

    entries = ordered_map(u32, u32)

    def encode_into(self, value: Allocations, out: bytearray) -> None:
        self.entries.encode_into(dict(value), out)

    def decode_from(self, reader: Reader) -> Allocations:
        return tuple(self.entries.decode_from(reader).items())


allocations: Codec[Allocations] = _AllocationsCodec()
ALLOCATIONS: Kind[Allocations] = Kind(allocations, ())


def merge_intervals(intervals: Iterable[tuple[int, int]]) -> Allocations:
    """The same pages as disjoint, ascending intervals that do not touch (PST-28)."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(intervals):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple((U32(first), U32(last)) for first, last in merged)


def removed_intervals(before: Allocations, after: Allocations) -> list[tuple[int, int]]:
    """The WASM pages in `before` that are not in `after`, as ascending intervals (PST-29)."""
    removed: list[tuple[int, int]] = []
    for first, last in before:
        start = int(first)
        for other_first, other_last in after:
            if other_last < start or other_first > last:
                continue
            if other_first > start:
                removed.append((start, int(other_first) - 1))
            start = max(start, int(other_last) + 1)
        if start <= last:
            removed.append((start, int(last)))
    return removed


def freed_gear_pages(before: Allocations, after: Allocations) -> list[U32]:
    """The Gear pages, four per WASM page, that are freed, ascending (PST-29).

    Source: ethexe/runtime/common/src/state.rs `Allocations::update`.
    """
    return [
        U32(page)
        for first, last in removed_intervals(before, after)
        for page in range(first * GEAR_PAGES_PER_WASM_PAGE, (last + 1) * GEAR_PAGES_PER_WASM_PAGE)
    ]
