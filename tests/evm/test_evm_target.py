"""The contracts behind the wire: the same adapter, the same runner, another target."""

import copy
from pathlib import Path
from typing import Any

import pytest

from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.reference.adapter import ADAPTERS, Case
from gearexe_spec.conformance.runner import Status, run_case
from gearexe_spec.conformance.suite import find_files, read_document
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.targets.target import TargetUnavailable
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

SUITE = Path(__file__).parents[2] / "vectors" / "production" / "onchain"
ALICE, BOB = "0x" + "a1" * 20, "0x" + "b0" * 20
BLOCK = {"number": "0x10", "timestamp": "0x20"}


SCENARIOS = [file.name for file in find_files(SUITE) if file.name not in ("coverage", "hashes")]


def document_of(file: str) -> Any:
    return read_document(next(found.path for found in find_files(SUITE) if found.name == file))


def scenarios(document: Any) -> list[Case]:
    """The cases that run; the others are about what the calls and answers mean."""
    import_rooms()
    return [case for case in ADAPTERS["onchain-scenario/1"](document) if not case.name.endswith("/decoded")]


def test_there_are_as_many_files_as_were_recorded() -> None:
    assert len(SCENARIOS) == 20


@pytest.mark.parametrize("file", SCENARIOS)
def test_recorded_scenarios_pass(file: str) -> None:
    target = TargetChoice("evm")()
    outcomes = [run_case(target, case, case.name) for case in scenarios(document_of(file))]
    assert outcomes
    assert [outcome for outcome in outcomes if outcome.status is not Status.PASSED] == []


@pytest.fixture(scope="module")
def recorded() -> Any:
    """A file with one case, in which everything occurs that is compared."""
    document = document_of("chain")
    return {**document, "cases": [case for case in document["cases"] if case["name"] == "callbacks"]}


def find(case: dict[str, Any], part: str) -> dict[str, Any]:
    """The first step with this part of a result, or of itself."""
    return next(step for step in case["steps"] if step.get(part) or step.get("result", {}).get(part))


def alter_log(case: dict[str, Any]) -> None:
    find(case, "logs")["result"]["logs"][0]["topics"][0] = "0x" + "11" * 32


def drop_log(case: dict[str, Any]) -> None:
    find(case, "logs")["result"]["logs"].pop()


def alter_return(case: dict[str, Any]) -> None:
    find(case, "returnData")["result"]["returnData"] += "00"


def alter_call(case: dict[str, Any]) -> None:
    find(case, "calls")["result"]["calls"][0]["gas"] = 7_300


def alter_status(case: dict[str, Any]) -> None:
    find(case, "logs")["result"]["status"] = "revert"


def alter_state(case: dict[str, Any]) -> None:
    delta = find(case, "delta")["delta"]
    delta[next(iter(delta))] = "0x1234"


def drop_state(case: dict[str, Any]) -> None:
    find(case, "delta")["delta"].popitem()


def alter_creation(case: dict[str, Any]) -> None:
    find(case, "creations")["result"]["creations"][0]["initcodeHash"] = "0x" + "22" * 32


@pytest.mark.parametrize(
    "alter",
    [alter_log, drop_log, alter_return, alter_call, alter_status, alter_state, drop_state, alter_creation],
)
def test_an_altered_recording_is_noticed(alter: Any, recorded: Any) -> None:
    document = copy.deepcopy(recorded)
    alter(document["cases"][0])
    (case,) = scenarios(document)
    assert run_case(EvmTarget(), case, case.name).status is Status.FAILED


def chain(code: str = "0x") -> dict[str, Any]:
    def account(address: str, code: str) -> dict[str, Any]:
        return {"address": address, "balance": "0x64", "kind": "eoa", "code": code}

    return {
        "chainId": "0x1",
        "blockHashSalt": "0x" + "00" * 32,
        "accounts": [account(ALICE, "0x"), account(BOB, code)],
        "cloneInitcodeHashes": [],
        "roles": {},
        "watch": [ALICE, BOB],
        "codes": [],
    }


def call(value: int = 0, dry: bool = False) -> Apply:
    form = {
        "block": BLOCK,
        "from": ALICE,
        "to": BOB,
        "calldata": "0x",
        "value": hex(value),
        "blobHashes": [],
        "dry": dry,
    }
    return Apply("onchain/call", {**form, "foreign": []})


def paths(target: EvmTarget) -> Any:
    answer = target.answer(GetState("onchain"))
    assert isinstance(answer, Accepted)
    return answer.outputs


def test_a_transfer_changes_two_balances_unless_it_is_dry() -> None:
    target = EvmTarget()
    assert isinstance(target.answer(Init("onchain", chain())), Accepted)
    dry, wet = target.answer(call(5, dry=True)), target.answer(call(5))
    assert isinstance(dry, Accepted)
    assert isinstance(wet, Accepted)
    assert isinstance(dry.outputs, dict)
    assert isinstance(wet.outputs, dict)
    assert dry.outputs["delta"] == []
    assert wet.outputs["delta"] == [[f"balances/{ALICE}", "0x5f"], [f"balances/{BOB}", "0x69"]]


def test_an_unknown_revert_is_a_foreign_error() -> None:
    target = EvmTarget()
    target.answer(Init("onchain", chain("0x60aa5f5360015ffd")))
    answer = target.answer(call())
    assert isinstance(answer, RejectedAnswer)
    assert (answer.reason, answer.details["data"]) == ("ForeignError", "0xaa")


def test_states_are_saved_and_restored() -> None:
    target = EvmTarget()
    target.answer(Init("onchain", chain()))
    target.answer(Save("before"))
    before = copy.deepcopy(paths(target))
    for _ in range(2):
        target.answer(call(7))
        assert paths(target) != before
        assert isinstance(target.answer(Restore("before")), Accepted)
        assert paths(target) == before


@pytest.mark.parametrize(
    "request_",
    [
        Init("onchain", {}),
        Init("onchain", 5),
        Apply("onchain/call", {}),
        Apply("onchain/call", {"block": BLOCK, "from": "0x12"}),
        call(101),
        Apply("onchain/create", {"block": BLOCK, "contract": "Nothing", "constructorArguments": "0x", "from": ALICE}),
    ],
)
def test_malformed_requests_are_failures(request_: Any) -> None:
    target = EvmTarget()
    target.answer(Init("onchain", chain()))
    assert isinstance(target.answer(request_), Failure)


@pytest.mark.parametrize(
    "request_",
    [Apply("hash/messageId", {}), Apply("onchain/dance", {"block": BLOCK}), Restore("x"), Init("program", {})],
)
def test_what_it_does_not_offer_is_unsupported(request_: Any) -> None:
    target = EvmTarget()
    target.answer(Init("onchain", chain()))
    assert isinstance(target.answer(request_), Unsupported)


def test_without_a_chain_there_is_nothing_to_ask() -> None:
    assert isinstance(EvmTarget().answer(call()), Failure)


def test_a_folder_without_artifacts_is_unavailable(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(TargetUnavailable):
            TargetChoice(f"evm:{folder}")()
