"""The contracts behind the wire: the same adapter, the same runner, another target."""

import copy
from pathlib import Path
from typing import Any

import pytest

from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.reference.adapter import ADAPTERS
from gearexe_spec.conformance.runner import Status, run_case
from gearexe_spec.conformance.suite import read_document
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


def cases(file: str) -> list[Any]:
    import_rooms()
    document = read_document(SUITE / f"{file}.json.xz")
    return list(ADAPTERS["onchain-scenario/1"](document))


@pytest.mark.parametrize("file", ["chain", "initialize", "multicall", "owner"])
def test_recorded_scenarios_pass(file: str) -> None:
    target = TargetChoice("evm")()
    scenarios = [case for case in cases(file) if not case.name.endswith("/decoded")]
    outcomes = [run_case(target, case, case.name) for case in scenarios]
    assert outcomes
    assert [outcome for outcome in outcomes if outcome.status is not Status.PASSED] == []


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
