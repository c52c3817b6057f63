"""The page table: which Gear pages (16,384 bytes) a program has stored, and under which hashes.

The 131,072 pages of the address space lie in 16 regions of 8,192; each region is an object of its own, so that a change
costs the pages of its region and not of the program.

Rules: PST-20 to PST-26.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U32
from gearexe_spec.codec.scale import Codec, array, u32
from gearexe_spec.program.storage import HASH, Kind, Reference, Storage, optional_reference
from gearexe_spec.program.tables import table

GEAR_PAGE_SIZE = 16_384
REGIONS = 16
PAGES_PER_REGION = 8_192

MemoryPagesRegion = Map[U32, Bytes32]
"""Hash of the content by absolute page number."""

memory_pages_region: Codec[MemoryPagesRegion] = table(u32, HASH)
MEMORY_PAGES_REGION: Kind[MemoryPagesRegion] = Kind(memory_pages_region, Map())

MemoryPages = tuple[Reference[MemoryPagesRegion], ...]
"""The 16 regions."""

EMPTY_PAGES: MemoryPages = (Reference.absent(MEMORY_PAGES_REGION),) * REGIONS

memory_pages: Codec[MemoryPages] = array(optional_reference(MEMORY_PAGES_REGION), REGIONS)
MEMORY_PAGES: Kind[MemoryPages] = Kind(memory_pages, EMPTY_PAGES, parts=lambda regions: regions)


def update_pages(storage: Storage, table: MemoryPages, hashes: Mapping[U32, Bytes32]) -> MemoryPages:
    """Enter the hashes of new page contents (PST-25).

    Source: ethexe/runtime/common/src/state.rs `MemoryPages::update_and_store_regions`.
    """
    return _change_regions(storage, table, hashes, lambda region, page: region.set(page, hashes[page]), False)


def remove_pages(storage: Storage, table: MemoryPages, pages: Iterable[U32]) -> MemoryPages:
    """Take pages out of the table (PST-26).

    A region that loses its last page keeps its old entry, and with it all its pages: production stores the empty region
    as nothing and then leaves the entry alone.

    Source: ethexe/runtime/common/src/state.rs `MemoryPages::remove_and_store_regions`.
    """
    return _change_regions(
        storage, table, pages, lambda region, page: region.delete(page) if page in region else region, True
    )


def page_hash(storage: Storage, table: MemoryPages, page: U32) -> Bytes32 | None:
    """Hash of the stored content of a page; None if the program never wrote it (PST-21)."""
    return table[int(page) // PAGES_PER_REGION].load(storage).get(page)


def _change_regions(
    storage: Storage,
    table: MemoryPages,
    pages: Iterable[U32],
    change: Callable[[MemoryPagesRegion, U32], MemoryPagesRegion],
    keep_emptied: bool,
) -> MemoryPages:
    """Sort the pages into their regions and change those, ascending (PST-20 to PST-22)."""
    by_region: defaultdict[int, list[U32]] = defaultdict(list)
    for page in pages:
        by_region[int(page) // PAGES_PER_REGION].append(page)
    changed = list(table)
    for index in sorted(by_region):
        region = table[index].load(storage)
        for page in by_region[index]:
            region = change(region, page)
        if region or not keep_emptied:
            changed[index] = Reference.to(MEMORY_PAGES_REGION, region)
    return tuple(changed)
