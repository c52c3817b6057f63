"""The area `economics`: its state survives being written down, and what has no rules says so."""

from typing import Any

import pytest

from gearexe_spec.base.rejection import NotSpecifiedYet
from gearexe_spec.conformance.operations.economics_world import TRANSITIONS, dump, load, root, write_down
from gearexe_spec.conformance.wire import Accepted, RejectedAnswer

DEPLOYER, OPERATOR = "0x" + "dd" * 20, "0x" + "11" * 20
BLOCK = {"number": "0x1", "timestamp": "0x64"}
REGISTER = "0x2acde098"
"""`registerOperator()`, as recordings have it."""


def genesis() -> dict[str, Any]:
    contracts = [
        {"artifact": artifact, "from": DEPLOYER, "nonce": hex(nonce), "constructorArguments": "0x"}
        for nonce, artifact in enumerate(("OperatorRegistry", "Mystery"))
    ]
    return {"chainId": "0x1", "block": BLOCK, "accounts": [], "contracts": contracts, "calls": []}


def call(to: str, *, dry: bool = False) -> dict[str, Any]:
    return {"block": BLOCK, "from": OPERATOR, "to": to, "calldata": REGISTER, "value": "0x0", "dry": dry}


def addresses(state: Any) -> dict[str, str]:
    codes = ((address, account.code) for address, account in state.world.accounts.items())
    return {type(code).__name__: address.to_hex() for address, code in codes if code is not None}


def test_a_state_read_back_goes_on_as_before() -> None:
    state = load(genesis())
    registry = addresses(state)["OperatorRegistry"]
    dry, answer = TRANSITIONS["call"](state, call(registry, dry=True))
    assert dry is state
    assert isinstance(answer, Accepted)
    state, answer = TRANSITIONS["call"](state, call(registry))
    assert isinstance(answer, Accepted)
    again = load(write_down(state))
    assert dump(again) == dump(state) == {"changes": "0x1"}
    assert root(again) == root(state) != root(load(genesis()))
    _, answer = TRANSITIONS["call"](again, call(registry))
    assert isinstance(answer, RejectedAnswer)
    assert (answer.reason, answer.details["data"]) == ("OperatorAlreadyRegistered", "0x42ee68b5")


def test_a_contract_without_rules_says_so() -> None:
    state = load(genesis())
    with pytest.raises(NotSpecifiedYet, match="Mystery"):
        TRANSITIONS["call"](state, call(addresses(state)["Unspecified"]))
