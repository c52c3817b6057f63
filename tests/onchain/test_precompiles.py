"""Precompiles as somebody's destination: what the specification answers, an EVM answers (ROU-30)."""

from __future__ import annotations

from typing import Any

import pytest

from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, RejectedAnswer, Unsupported
from tests.vectors.crypto.test_ecdsa import DIGEST, SIGNATURE

PAYER = "0x" + "a1" * 20
RECOVERY = DIGEST + bytes(31) + SIGNATURE[64:] + SIGNATURE[:64]


def ask(target: SpecTarget | EvmTarget, number: int, data: bytes, value: int) -> Answer:
    """One call of a precompile by somebody with a hundred wei."""
    to = f"0x{number:040x}"
    state: Any = {
        "chainId": "0x1",
        "blockHashSalt": "0x" + "00" * 32,
        "block": {"number": "0x10", "timestamp": "0x20"},
        "accounts": [{"address": PAYER, "balance": "0x64", "kind": "eoa", "code": "0x"}],
        "cloneInitcodeHashes": [],
        "roles": {},
        "watch": [PAYER, to],
        "codes": [],
    }
    assert isinstance(target.answer(Init("onchain", state)), Accepted)
    form: Any = {"block": state["block"], "from": PAYER, "to": to, "calldata": "0x" + data.hex(), "value": hex(value)}
    return target.answer(Apply("onchain/call", {**form, "blobHashes": [], "dry": False, "foreign": []}))


def outcome(answer: Answer) -> Any:
    match answer:
        case Accepted(outputs=dict() as parts):
            return parts["returnData"], parts["delta"], parts["calls"]
        case RejectedAnswer(reason, _, details):
            return reason, details["data"]
    return answer


@pytest.mark.parametrize("value", [0, 7])
@pytest.mark.parametrize("data", [b"", b"abc", RECOVERY, RECOVERY[:-1]], ids=["empty", "short", "signed", "cut"])
@pytest.mark.parametrize("number", range(1, 19))
def test_a_precompile_answers_as_on_an_evm(number: int, data: bytes, value: int) -> None:
    got = ask(SpecTarget(), number, data, value)
    if data and number > 4 and isinstance(got, Unsupported):
        return  # precompiles of curves and big numbers take no part in the protocol
    assert outcome(got) == outcome(ask(EvmTarget(), number, data, value))
