"""Sets of pages and first fit (EXE-60 to EXE-63), held against plain sets."""

from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.execution.allocation import Heap, PageSet, compute_memory_size, find_first_fit

pages = st.integers(0, 40)
sets = st.frozensets(pages)
ranges = st.tuples(pages, pages).map(lambda pair: (min(pair), max(pair)))


def to_set(page_set: PageSet) -> set[int]:
    return {page for first, last in page_set.intervals for page in range(first, last + 1)}


def of(numbers: frozenset[int]) -> PageSet:
    starts = sorted(number for number in numbers if number - 1 not in numbers)
    ends = sorted(number for number in numbers if number + 1 not in numbers)
    return PageSet(tuple(zip(starts, ends, strict=True)))


@given(sets, ranges)
def test_inserting_is_the_union(numbers: frozenset[int], added: tuple[int, int]) -> None:
    result = of(numbers).insert(*added)
    expected = numbers | set(range(added[0], added[1] + 1))
    assert to_set(result) == expected
    assert result == of(frozenset(expected))


@given(sets, ranges)
def test_removing_is_the_difference(numbers: frozenset[int], removed: tuple[int, int]) -> None:
    result = of(numbers).remove(*removed)
    expected = numbers - set(range(removed[0], removed[1] + 1))
    assert to_set(result) == expected
    assert result == of(frozenset(expected))


@given(sets, ranges, st.integers(1, 12))
def test_the_lowest_gap_that_holds_all(numbers: frozenset[int], heap: tuple[int, int], amount: int) -> None:
    found = find_first_fit(of(numbers), Heap(*heap), amount)
    starts = [
        start for start in range(heap[0], heap[1] - amount + 2) if not numbers & set(range(start, start + amount))
    ]
    assert found == ((starts[0], starts[0] + amount - 1) if starts else None)


@given(sets, pages)
def test_membership(numbers: frozenset[int], page: int) -> None:
    assert (page in of(numbers)) == (page in numbers)


def test_production_s_own_example() -> None:
    """Sheet values: heap 16 to 255, 16 pages of memory."""
    heap, allocated = Heap(16, 255), PageSet()
    for start in range(16, 256, 16):
        found = find_first_fit(allocated, heap, 16)
        assert found == (start, start + 15)
        allocated = allocated.insert(*found)
    assert find_first_fit(allocated, heap, 16) is None
    assert find_first_fit(allocated.remove(137, 137), heap, 1) == (137, 137)
    assert find_first_fit(allocated.remove(117, 118), heap, 2) == (117, 118)
    assert find_first_fit(allocated.remove(117, 117).remove(158, 158), heap, 2) is None


def test_memory_reaches_to_the_last_allocated_page() -> None:
    assert compute_memory_size(PageSet(), 17) == 17
    assert compute_memory_size(PageSet(((17, 18), (20, 30))), 17) == 31
    assert Heap(32_768).is_empty
