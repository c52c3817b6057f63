"""Recordings are of the pinned revision; the release is held to all of them but what is declared (REV-4)."""

import pytest

from gearexe_spec.conformance.revisions import leave_out_declared
from gearexe_spec.conformance.wire import Accepted, Apply, Init, RejectedAnswer

RECORDED = Accepted({"committedMessageIds": ["0x01"], "transitions": []})


def test_only_declared_fields_of_the_declared_operation_are_left_out() -> None:
    assert leave_out_declared(Apply("program/applyJournals", {}), RECORDED) == Accepted({"transitions": []})
    assert leave_out_declared(Apply("program/restoreSchedule", {}), RECORDED) == RECORDED


@pytest.mark.parametrize("expected", [None, RejectedAnswer("Reason", "execute"), Accepted([1])])
def test_everything_else_stays(expected: Accepted | RejectedAnswer | None) -> None:
    assert leave_out_declared(Apply("program/applyJournals", {}), expected) == expected
    assert leave_out_declared(Init("onchain", {}), RECORDED) == RECORDED
