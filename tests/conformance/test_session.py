"""The specification as a target: the four answers, states, saving."""

from collections.abc import Iterator
from enum import auto
from typing import Any

import pytest

from gearexe_spec.base.rejection import NotSpecifiedYet, Rejected, Rejection
from gearexe_spec.conformance.operations.registry import AREAS, PURE, Area, operation
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.wire import (
    Accepted,
    Apply,
    Failure,
    GetState,
    Init,
    RejectedAnswer,
    Restore,
    Save,
    Unsupported,
)


class CounterRejection(Rejection):
    TooMuch = auto()


def add(state: int, parts: dict[str, Any]) -> tuple[int, Any]:
    total = state + parts["by"]
    if total > 10:
        raise Rejected(CounterRejection.TooMuch, total, {"limit": 10})
    return total, {"was": state}


def broken(state: int, parts: dict[str, Any]) -> tuple[int, Any]:
    raise ZeroDivisionError("oops")


def later(state: int, parts: dict[str, Any]) -> tuple[int, Any]:
    raise NotSpecifiedYet("counting backwards")


@pytest.fixture
def target() -> Iterator[SpecTarget]:
    transitions = {"add": add, "broken": broken, "later": later}
    AREAS["counter"] = Area(load=int, dump=lambda state: state, root=hex, transitions=transitions)
    operation("test/double")(lambda parts: {"twice": int(str(parts["of"])) * 2})
    yield SpecTarget()
    del AREAS["counter"], PURE["test/double"]


def test_pure_operation(target: SpecTarget) -> None:
    assert target.answer(Apply("test/double", {"of": 21})) == Accepted({"twice": 42})


def test_transition_keeps_state_and_root_on_demand(target: SpecTarget) -> None:
    assert target.answer(Init("counter", 1)) == Accepted(root="0x1")
    assert target.answer(Apply("counter/add", {"by": 2})) == Accepted({"was": 1})
    assert target.answer(Apply("counter/add", {"by": 2}, root=True)) == Accepted({"was": 3}, "0x5")
    assert target.answer(GetState("counter")) == Accepted(5, "0x5")


def test_rejection_leaves_the_state(target: SpecTarget) -> None:
    target.answer(Init("counter", 9))
    answer = target.answer(Apply("counter/add", {"by": 2}))
    assert answer == RejectedAnswer("TooMuch", "execute", {"arg0": "0xb", "limit": "0xa"})
    assert target.answer(GetState("counter")) == Accepted(9, "0x9")


def test_save_restore_and_reset(target: SpecTarget) -> None:
    target.answer(Init("counter", 1))
    target.answer(Save("here"))
    target.answer(Apply("counter/add", {"by": 5}))
    assert target.answer(Restore("here")) == Accepted()
    assert target.answer(GetState("counter")) == Accepted(1, "0x1")
    target.reset()
    assert isinstance(target.answer(Restore("here")), Failure)
    assert isinstance(target.answer(GetState("counter")), Failure)


@pytest.mark.parametrize(
    ("request_", "kind", "words"),
    [
        (Apply("nowhere/nothing", {}), Unsupported, "nowhere/nothing"),
        (Apply("counter/nothing", {}), Unsupported, "counter/nothing"),
        (Apply("counter/later", {}), Unsupported, "counting backwards"),
        (Apply("counter/broken", {}), Failure, "ZeroDivisionError: oops"),
        (Init("nowhere", 1), Unsupported, "nowhere"),
        (Init("counter", "seven"), Failure, "ValueError"),
        (Apply("test/double", {}), Failure, "malformed request: /of: missing"),
    ],
)
def test_what_is_not_accepted(target: SpecTarget, request_: Any, kind: type, words: str) -> None:
    target.answer(Init("counter", 1))
    answer = target.answer(request_)
    assert isinstance(answer, kind)
    assert words in str(answer)
    assert target.answer(GetState("counter")) == Accepted(1, "0x1")
