"""Comparison: the first difference, and what counts as one."""

from typing import Any

import pytest

from gearexe_spec.conformance.compare import Difference, compare_answers, compare_json
from gearexe_spec.conformance.wire import Accepted, Failure, RejectedAnswer, Unsupported


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ({"a": 1}, {"a": 1, "more": 2}),
        ([{"a": None}], [{"a": None, "b": 1}]),
        ({}, {"a": 1}),
        (None, None),
    ],
)
def test_satisfied(expected: Any, got: Any) -> None:
    assert compare_json(expected, got) is None


@pytest.mark.parametrize(
    ("expected", "got", "path", "texts"),
    [
        ({"a": {"b/c": [1, 2]}}, {"a": {"b/c": [1, 3]}}, "/a/b~1c/1", ("2", "3")),
        ({"a": None}, {}, "/a", ("null", "nothing")),
        ([1], [1, 2], "/1", ("nothing (1 items)", "2")),
        ([1, 2], [1], "/1", ("2", "nothing (1 items)")),
        (1, True, "", ("1", "true")),
        ("1", 1, "", ("1", "1")),
        ({}, [], "", ("{}", "[]")),
        (None, {"a": 1}, "", ("null", '{"a": 1}')),
    ],
)
def test_different(expected: Any, got: Any, path: str, texts: tuple[str, str]) -> None:
    assert compare_json(expected, got) == Difference(path, *texts)


def test_rejections() -> None:
    got = RejectedAnswer("TooMuch", "execute", {"data": "0x01"})
    assert compare_answers(RejectedAnswer("TooMuch", "execute", {"data": "0x01"}), got) is None
    assert compare_answers(RejectedAnswer("", ""), got) is None
    assert compare_answers(RejectedAnswer("Other", ""), got) == Difference("/reason", "Other", "TooMuch")
    assert compare_answers(RejectedAnswer("", "decode"), got) == Difference("/phase", "decode", "execute")
    assert compare_answers(RejectedAnswer("", "", {"data": "0x02"}), got) == Difference("/details/data", "0x02", "0x01")


def test_kinds_of_answers_never_satisfy_each_other() -> None:
    answers = [Accepted(), RejectedAnswer("A", "execute"), Unsupported("x"), Failure("y")]
    for expected in answers:
        for got in answers:
            assert (compare_answers(expected, got) is None) == (type(expected) is type(got))
    assert compare_answers(None, Accepted({"a": 1})) is None
    assert compare_answers(None, Failure("y")) == Difference("", "accepted", "failure: y")


def test_roots() -> None:
    assert compare_answers(Accepted(None, "0x1"), Accepted(None, "0x2")) == Difference("/root", "0x1", "0x2")
    assert compare_answers(Accepted(None, None), Accepted(None, "0x2")) is None
    assert compare_answers(Accepted(None, "0x1"), Accepted(None, None)) is None
    assert compare_answers(Accepted(1, "0x1"), Accepted(2, "0x2")) == Difference("", "1", "2")
