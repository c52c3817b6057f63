"""JSON of others: depth is bounded whatever the interpreter's own limit is."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.codec.json_reader import GREATEST_DEPTH, TooDeep, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_reads_what_the_library_reads(value: object) -> None:
    text = json.dumps(value)
    assert read_json(text) == read_json(text.encode()) == value


def test_the_greatest_depth_is_read_and_one_more_is_not() -> None:
    fits = "[" * GREATEST_DEPTH + "]" * GREATEST_DEPTH
    assert read_json(fits) == json.loads(fits)
    with pytest.raises(TooDeep):
        read_json(f"[{fits}]")
    assert read_json(json.dumps(["[" * 1000, '\\"{[' * 1000])) == ["[" * 1000, '\\"{[' * 1000]


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 500_000, '"' + "\\" * 100_001, b"\xff", "", "[1,]"])
def test_hostile_text_is_an_error_even_where_recursion_is_allowed(text: str | bytes) -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        with pytest.raises(ValueError, match=r"."):
            read_json(text)
    finally:
        sys.setrecursionlimit(before)
