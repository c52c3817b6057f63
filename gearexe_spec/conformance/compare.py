"""Comparing an answer with the expected one: the first difference, as path, expected, got.

Every expected field must be there and equal; further fields are allowed. Lists have the same length. A number, a
boolean and a string never equal each other.

Rules: WIR-30 to WIR-33.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.wire import Accepted, Answer, Failure, RejectedAnswer, Unsupported

ABSENT = "nothing"
"""How a report names a field or item that is not there."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two answers part.

    Args:
        path: JSON pointer into the answer's outputs; empty for the whole.
        expected: short text.
        got: short text.
    """

    path: str
    expected: str
    got: str


def compare_answers(expected: Answer | None, got: Answer) -> Difference | None:
    """The first difference between an expected answer and the one given; None if it satisfies (WIR-30)."""
    match expected, got:
        case None, Accepted():
            return None
        case Accepted(), Accepted():
            difference = compare_json(expected.outputs, got.outputs)
            if difference is None and expected.root and got.root and expected.root != got.root:
                return Difference("/root", expected.root, got.root)
            return difference
        case RejectedAnswer(), RejectedAnswer():
            return _compare_rejections(expected, got)
        case (Unsupported(), Unsupported()) | (Failure(), Failure()):
            return None
    return Difference("", "accepted" if expected is None else describe(expected), describe(got))


def compare_json(expected: Json, got: Json, path: str = "") -> Difference | None:
    """The first difference between JSON values; fields of `got` that `expected` lacks are allowed (WIR-31)."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return _compare_objects(expected, got, path)
    if isinstance(expected, list) and isinstance(got, list):
        return _compare_lists(expected, got, path)
    if type(expected) is type(got) and expected == got:
        return None
    return Difference(path, shorten(expected), shorten(got))


def describe(answer: Answer) -> str:
    """One line that names an answer."""
    match answer:
        case Accepted():
            return "accepted" if answer.outputs is None else f"accepted: {shorten(answer.outputs)}"
        case RejectedAnswer():
            return f"rejected: {answer.reason or 'any reason'}"
        case Unsupported():
            return f"unsupported: {answer.what}"
        case Failure():
            return f"failure: {answer.message}"


def shorten(value: Json, length: int = 160) -> str:
    """A value as JSON text that fits a report."""

    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= length else f"{text[: length - 20]}… ({len(text)} characters)"


def pointer(path: str, key: str | int) -> str:
    """The JSON pointer one step below `path` (RFC 6901)."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _compare_rejections(expected: RejectedAnswer, got: RejectedAnswer) -> Difference | None:
    """An empty reason or phase is not compared (WIR-33)."""
    if expected.reason and expected.reason != got.reason:
        return Difference("/reason", expected.reason, got.reason)
    if expected.phase and expected.phase != got.phase:
        return Difference("/phase", expected.phase, got.phase)
    return _compare_objects(expected.details, got.details, "/details")


def _compare_objects(expected: dict[str, Json], got: dict[str, Json], path: str) -> Difference | None:
    for name, part in expected.items():
        below = pointer(path, name)
        if name not in got:
            return Difference(below, shorten(part), ABSENT)
        difference = compare_json(part, got[name], below)
        if difference:
            return difference
    return None


def _compare_lists(expected: list[Json], got: list[Json], path: str) -> Difference | None:
    for index, (part, other) in enumerate(zip(expected, got, strict=False)):
        difference = compare_json(part, other, pointer(path, index))
        if difference:
            return difference
    if len(expected) == len(got):
        return None
    index = min(len(expected), len(got))
    sides = (
        shorten(items[index]) if index < len(items) else f"{ABSENT} ({len(items)} items)" for items in (expected, got)
    )
    return Difference(pointer(path, index), *sides)
