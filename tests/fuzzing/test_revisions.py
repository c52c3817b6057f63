"""Declared differences are forgiven, others are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from gearexe_spec.conformance.revisions import REVISION_DIFFERENCES, Verdict, compare_with_production
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Failure, RejectedAnswer, Unsupported

CHAPTER = Path(__file__).parents[2] / "spec" / "32-revisions.md"
NAMED = RejectedAnswer("BalanceUnderflow", "execute")
JOURNALS = "program/applyJournals"


def verdict(operation: str, specification: Answer, production: Answer) -> Verdict:
    return compare_with_production(Apply(operation, {}), specification, production)[0]


def test_every_difference_stands_in_the_chapter() -> None:
    rows = {line.split("|")[1].strip() for line in CHAPTER.read_text().splitlines() if line.startswith("| REV-")}
    assert {entry.rule for entry in REVISION_DIFFERENCES} == {row for row in rows if not row[4:].isdigit()}
    assert len({entry.rule for entry in REVISION_DIFFERENCES}) == len(REVISION_DIFFERENCES)


@pytest.mark.parametrize(
    ("operation", "specification", "production", "expected"),
    [
        (JOURNALS, Accepted({"a": "0x1", "b": "0x2"}), Accepted({"a": "0x1"}), Verdict.SAME),
        (JOURNALS, Accepted({"a": "0x1"}), Accepted({"a": "0x2"}), Verdict.DIFFERENT),
        (JOURNALS, Accepted({}), Accepted({"a": "0x2"}), Verdict.DIFFERENT),
        (JOURNALS, Accepted({}), Accepted({"committedMessageIds": []}), Verdict.SAME),
        ("queue/run", Accepted({}), Accepted({"committedMessageIds": []}), Verdict.DIFFERENT),
        (JOURNALS, NAMED, Failure("panic: Insufficient balance"), Verdict.SAME),
        (JOURNALS, Accepted({}), Failure("panic: Insufficient balance"), Verdict.DIFFERENT),
        (JOURNALS, NAMED, Failure("request: notes expected"), Verdict.DIFFERENT),
        ("code/check", NAMED, Failure("panic: attempt to add"), Verdict.DIFFERENT),
        (JOURNALS, Failure("TypeError"), Failure("panic: anything"), Verdict.DIFFERENT),
        (JOURNALS, NAMED, Accepted({}), Verdict.DIFFERENT),
        (JOURNALS, NAMED, Unsupported("REV-NEVER-MADE: note sendSignal"), Verdict.DECLARED),
        (JOURNALS, NAMED, Unsupported("REV-OPERATIONS: something else"), Verdict.DIFFERENT),
        (JOURNALS, NAMED, Unsupported("note sendSignal"), Verdict.DIFFERENT),
        (JOURNALS, Unsupported("not specified yet"), Accepted({}), Verdict.UNSPECIFIED),
        (
            "values/decode",
            RejectedAnswer("UnexpectedEnd", "decode"),
            RejectedAnswer("DecodeError", "decode"),
            Verdict.SAME,
        ),
        ("values/decode", Accepted({}), RejectedAnswer("DecodeError", "decode"), Verdict.DIFFERENT),
        (
            "code/check",
            RejectedAnswer("Validation", "validate"),
            RejectedAnswer("Validation", "validate", {"offset": "0x1"}),
            Verdict.SAME,
        ),
        (
            "code/check",
            RejectedAnswer("Validation", "validate"),
            RejectedAnswer("SectionNotFound", "validate"),
            Verdict.DIFFERENT,
        ),
    ],
)
def test_verdicts(operation: str, specification: Answer, production: Answer, expected: Verdict) -> None:
    assert verdict(operation, specification, production) is expected
