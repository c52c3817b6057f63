"""The specification and our Solidity contracts, asked the same altered calls in the middle of recorded histories.

Altered calldata finds what recorded calldata cannot: when a member is read, and what is seen if it is bad.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from gearexe_spec.conformance.contract_replay import Replay, start
from gearexe_spec.conformance.operations import onchain
from gearexe_spec.conformance.reference.onchain.scenarios import Scenario
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite
from gearexe_spec.conformance.wire import Accepted
from gearexe_spec.evm.artifacts import embedded_artifacts
from gearexe_spec.evm.world import Block, Receipt, select_foreign_calls

Recorded = dict[str, Any]
BITS = (0, 1, 5, 6, 8, 31, 32, 47, 48, 63, 64, 127, 128, 159, 160, 248, 255)
CASES = (
    ("malformed", "batch_words"),
    ("malformed", "arguments"),
    ("chain", "callbacks"),
    ("chain", "transition_checks"),
    ("validators", "checks"),
    ("rewards", "stub_middleware"),
    ("multicall", "create_program_batch"),
    ("codes", "request_on_behalf"),
    ("frost", "single_key"),
)


def recorded(file: str, name: str) -> tuple[Recorded, Recorded]:
    (found,) = (item for item in find_files(shipped_suite() / "onchain") if item.name.split("/")[-1] == file)
    document: Any = read_document(found.path)
    return document["receivers"], next(case for case in document["cases"] if case["name"] == name)


def alter(chance: random.Random, data: bytes) -> bytes:
    """Calldata with one to three words changed, cut or prolonged."""
    altered = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 3])):
        words = max(1, (len(altered) - 4) // 32)
        at = 4 + 32 * chance.randrange(words)
        word = int.from_bytes(altered[at : at + 32].ljust(32, b"\0"), "big")
        match chance.randrange(6):
            case 0:
                del altered[chance.randrange(len(altered) + 1) :]
            case 1:
                altered += bytes(chance.randrange(40))
            case 2 | 3:
                altered[at : at + 32] = (word ^ 1 << chance.choice(BITS)).to_bytes(32, "big")
            case 4:
                near = chance.choice([0, 1, 2, 32, 64, 2**64 - 1, 2**64, 2**255, 2**256 - 1, len(data), len(data) - 36])
                altered[at : at + 32] = (near % 2**256).to_bytes(32, "big")
            case 5:
                altered[at : at + 32] = chance.randbytes(32)
    return bytes(altered)


def recorded_form(replay: Replay, receipt: Receipt) -> Recorded:
    """What the contracts did, as recordings say it."""
    inside = replay.protocol | {creation.address for creation in receipt.creations}
    calls = []
    for call in select_foreign_calls(receipt.calls, inside):
        form: Recorded = {"from": call.sender.to_hex(), "to": call.to.to_hex(), "gas": call.gas}
        form |= {"calldata": "0x" + call.calldata.hex(), "value": hex(call.value)}
        form |= {"success": call.success, "static": call.static}
        form |= {"returnData": "0x" + call.return_data.hex()} if call.return_data else {}
        form |= {"parent": call.parent} if call.parent is not None else {}
        calls.append(form)
    return {"status": "ok" if receipt.ok else "revert", "calls": calls}


def questions(
    replay: Replay, scenario: Scenario, chance: random.Random
) -> Iterator[tuple[str, Any, Recorded, Recorded]]:
    """Altered calls at each step: where, the specification's state, the call, what the contracts did."""
    state = onchain.load(scenario.genesis())
    for phase in ("deployment", "steps"):
        for place, step in enumerate(scenario.case[phase]):
            target = step.get("to")
            if phase == "steps" and step["kind"] == "call" and target not in scenario.foreign_code:
                altered = alter(chance, bytes.fromhex(step.get("calldata", "0x")[2:]))
                question = dict(step, dry=True, calldata="0x" + altered.hex())
                replay.world.block = Block(step["block"]["number"], step["block"]["timestamp"])
                receipt = replay.call(question)
                question["result"] = recorded_form(replay, receipt)
                answer = {"data": "0x" + receipt.return_data.hex(), "logs": [log.data.hex() for log in receipt.logs]}
                yield f"{phase} {place} {step.get('function')}", state, question, answer
            assert not list(replay.run_step(step, f"{phase} {place}"))
            state = advance(state, scenario, step)


def advance(state: Any, scenario: Scenario, step: Recorded) -> Any:
    if step["kind"] == "create":
        return onchain.apply_create_step(state, scenario.create_form(step))[0]
    if step["kind"] == "call":
        return onchain.apply_call_step(state, scenario.call_form(step))[0]
    form = {name: hex(int(step[name], 16)) for name in ("slot", "value")}
    return onchain.set_storage_step(state, {"address": step["address"], **form})[0]


@pytest.mark.parametrize(("file", "name"), CASES)
def test_altered_calls_are_answered_alike(file: str, name: str) -> None:
    receivers, case = recorded(file, name)
    scenario = Scenario(receivers, case, "")
    replay = start(case, receivers, embedded_artifacts())
    asked = 0
    for where, state, question, expected in questions(replay, scenario, random.Random(name)):
        _, answer = onchain.apply_call_step(state, scenario.call_form(question))
        if isinstance(answer, Accepted):
            outputs: Any = answer.outputs
            seen = {"data": outputs["returnData"], "logs": [log["data"][2:] for log in outputs["logs"]]}
        else:
            outputs = answer.details  # type: ignore[union-attr]
            seen = {"data": outputs["data"], "logs": expected["logs"]}
        assert isinstance(answer, Accepted) == (question["result"]["status"] == "ok"), where
        assert seen == expected, where
        calls = [(call["to"], call["calldata"], call["success"]) for call in outputs["calls"]]
        assert calls == [(call["to"], call["calldata"], call["success"]) for call in question["result"]["calls"]], where
        asked += 1
    assert asked >= 10
