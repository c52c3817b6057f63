"""The specification and our Solidity contracts, asked the same altered calls in the middle of recorded histories.

Altered calldata finds what recorded calldata cannot: when a member is read, and what is seen if it is bad.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from gearexe_spec.conformance.reference.adapter import Exchange
from gearexe_spec.conformance.reference.onchain.scenarios import Scenario
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite
from gearexe_spec.conformance.wire import Apply, Init
from gearexe_spec.fuzzing.contract_campaign import Panel, Side

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


def altered_calls(init: Init, exchanges: Iterable[Exchange], chance: random.Random) -> Iterator[Apply]:
    """Each recorded step, and before it the same call with altered calldata, which leaves nothing behind."""
    state: Any = init.state
    foreign = {account["address"] for account in state["accounts"] if account["code"] != "0x"}
    for exchange in exchanges:
        request = exchange.request
        if not isinstance(request, Apply) or request.operation == "onchain/state":
            continue
        if "/steps/" in exchange.where and request.operation == "onchain/call" and request.input["to"] not in foreign:
            altered = alter(chance, bytes.fromhex(str(request.input["calldata"])[2:]))
            yield Apply(request.operation, {**request.input, "dry": True, "calldata": "0x" + altered.hex()})
        yield request


@pytest.mark.parametrize(("file", "name"), CASES)
def test_altered_calls_are_answered_alike(file: str, name: str) -> None:
    receivers, case = recorded(file, name)
    first, *exchanges = Scenario(receivers, case, "").exchanges()
    assert isinstance(first.request, Init)
    panel = Panel([Side("specification", SpecTarget())])
    panel.begin(first.request)
    asked = 0
    for request in altered_calls(first.request, exchanges, random.Random(name)):
        _, parted = panel.ask(first.request, request)
        assert parted is None, request
        asked += request.input.get("dry") is True
    assert asked >= 10
