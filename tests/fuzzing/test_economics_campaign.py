"""Random histories of the economics: both sides agree, a fault is found and made small, the money is counted."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gearexe_spec.conformance.revisions import same_reason
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Request
from gearexe_spec.evm.artifacts import ArtifactError
from gearexe_spec.evm.economics_artifacts import EconomicsArtifacts, find_economics_artifacts
from gearexe_spec.fuzzing.contract_campaign import shrink, to_document
from gearexe_spec.fuzzing.economics_campaign import EQUAL, Books, EconomicsPanel, again, replay, run
from gearexe_spec.fuzzing.economics_campaign import run_history as run_one
from gearexe_spec.fuzzing.economics_people import encode_call


def missing() -> str:
    """What is not installed of the official contracts."""
    try:
        find_economics_artifacts().check()
    except ArtifactError as error:
        return str(error)
    return ""


installed = pytest.mark.skipif(bool(missing()), reason=f"the official contracts are needed: {missing()}")
REGISTER = encode_call("registerOperator()")


class Faulty(SpecTarget):
    """Forgets the event of every registration of an operator."""

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        is_registration = isinstance(request, Apply) and request.input.get("calldata") == REGISTER
        if is_registration and isinstance(answer, Accepted) and isinstance(answer.outputs, dict):
            return Accepted({**answer.outputs, "logs": []})
        return answer


class Thief(SpecTarget):
    """Shows everybody one unit more than they have."""

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        if not isinstance(request, Apply) or request.operation != "economics/views":
            return answer
        assert isinstance(answer, Accepted)
        assert isinstance(answer.outputs, dict)
        values: Any = answer.outputs["values"]
        more = [{"returnData": "0x" + f"{int(value['returnData'], 16) + 1:064x}"} for value in values]
        return Accepted({"values": more})


class Forger(SpecTarget):
    """Shows one unit more of a token than there is."""

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        if not isinstance(request, Apply) or request.operation != "economics/views":
            return answer
        assert isinstance(answer, Accepted)
        assert isinstance(answer.outputs, dict)
        *values, supply = answer.outputs["values"]  # type: ignore[misc]
        return Accepted({"values": [*values, {"returnData": "0x" + f"{int(supply['returnData'], 16) + 1:064x}"}]})


@installed
def test_both_sides_agree(tmp_path: Path) -> None:
    assert run(Console(quiet=True), 1, 60, tmp_path) == EQUAL
    assert not list(tmp_path.iterdir())


@installed
def test_a_fault_is_found_and_made_small() -> None:
    panel = EconomicsPanel(Faulty())
    found = run_one(panel, 2, 40)
    assert found is not None
    assert found.difference.path == "/read/0"
    assert found.difference.expected.startswith("event AddEntity(entity 0xa0")
    small = shrink(panel, found, replay)
    assert [request.input["calldata"] for request in small.requests] == [REGISTER]


@installed
def test_money_is_counted() -> None:
    found = run_one(EconomicsPanel(Thief()), 2, 40)
    assert found is not None
    assert found.difference.path.startswith("/values/0")


@installed
def test_the_supply_is_counted() -> None:
    found = run_one(EconomicsPanel(Forger()), 2, 40)
    assert found is not None
    assert found.difference.path == "/values/2/returnData"


@installed
def test_a_kept_difference_that_is_repaired_is_none() -> None:
    panel = EconomicsPanel(Faulty())
    found = run_one(panel, 2, 40)
    assert found is not None
    document = to_document(2, found)
    assert again(Console(quiet=True), document) == EQUAL


def test_books_follow_transfers() -> None:
    books, topic = Books(), "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    alice, bob = ("0x" + f"{number:064x}" for number in (1, 2))
    touched = books.enter([{"address": "0xaa", "topics": [topic, alice, bob], "data": "0x05"}])
    assert touched == {("0xaa", "0x" + alice[26:]), ("0xaa", "0x" + bob[26:])}
    assert sorted(books.holders["0xaa"].values()) == [-5, 5]


def test_books_know_what_was_made_and_burned() -> None:
    books, topic = Books(), "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    nobody, alice = ("0x" + f"{number:064x}" for number in (0, 1))
    made = {"address": "0xaa", "topics": [topic, nobody, alice], "data": "0x09"}
    burned = {"address": "0xaa", "topics": [topic, alice, nobody], "data": "0x04"}
    assert books.enter([made, burned]) == {("0xaa", "0x" + alice[26:])}
    assert books.supplies == {"0xaa": 5}


def test_names_of_the_build_are_declared() -> None:
    assert same_reason("economics/call", "MathOverflowedMulDiv", "Panic") == "REV-SHARES"
    assert same_reason("economics/call", "FailedInnerCall", "FailedCall") == "REV-INNER-CALL"
    assert same_reason("economics/call", "Panic", "Empty") is None
    assert same_reason("onchain/call", "MathOverflowedMulDiv", "Panic") is None


def test_what_is_missing_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="npm ci"):
        EconomicsArtifacts((tmp_path,)).check()
