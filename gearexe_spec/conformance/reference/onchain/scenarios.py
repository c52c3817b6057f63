"""Scenarios: what production's contracts did, step by step.

Every case begins with the chain before the deployment. The recorded deployment is replayed like the steps, and the
state after it compared with the recorded one. Gas is compared where production caps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.codec.abi import encode_sequence
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.onchain.decoded import decoded_exchanges
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, RejectedAnswer

AREA = "onchain"
CAPPED_GAS = frozenset({7_300, 500_000, 502_300})
ZERO_ADDRESS = "0x" + "00" * 20
NEXT_TO_NOTHING = 30_000
"""Gas with which no function of production's contracts that writes storage can end."""
FOREIGN_ERROR = "ForeignError"
"""How targets name an error that is none of production's."""
PLAIN_REVERTS = {"panic": "Panic", "error": "Error", "empty": "Empty"}
Record = dict[str, Any]


@adapter("onchain-scenario/1")
def read_scenarios(document: Document) -> Iterator[Case]:
    """The cases of a file."""
    receivers: Record = document["receivers"]  # type: ignore[assignment]
    cases: list[Record] = document["cases"]  # type: ignore[assignment]
    for index, case in enumerate(cases):
        scenario = Scenario(receivers, case, f"/cases/{index}")
        yield Case(case["name"], scenario.exchanges, tuple(case["flags"]))
        decoded = partial(decoded_exchanges, case, scenario.place, scenario.foreign_errors)
        yield Case(f"{case['name']}/decoded", decoded, tuple(case["flags"]))


class Scenario:
    """One recorded case."""

    def __init__(self, receivers: Record, case: Record, place: str) -> None:
        self.receivers = receivers
        self.case = case
        self.place = place
        accounts: list[Record] = case["genesis"]["accounts"]
        self.persons = {account["address"] for account in accounts}
        self.foreign_code = {account["address"] for account in accounts if account["kind"] != "eoa"}
        self.foreign_errors = {
            entry["name"] for receiver in receivers.values() for entry in receiver["abi"] if entry["type"] == "error"
        }

    def exchanges(self) -> Iterator[Exchange]:
        """Deployment, state, steps, state, views."""
        case = self.case
        yield Exchange(Init(AREA, self.genesis()), None, f"{self.place}/genesis")
        for index, step in enumerate(case["deployment"]):
            yield self.exchange(step, f"{self.place}/deployment/{index}", with_delta=False)
        yield self.compare_state("initialState")
        for index, step in enumerate(case["steps"]):
            yield self.exchange(step, f"{self.place}/steps/{index}", with_delta=True)
        yield self.compare_state("finalState")
        for index, view in enumerate(case.get("finalViews", ())):
            yield self.exchange(self.as_step(view), f"{self.place}/finalViews/{index}", with_delta=True)

    def genesis(self) -> Json:
        """The chain before the deployment, and what is watched."""
        genesis, addresses = self.case["genesis"], self.case["addresses"]
        hashes = genesis.get("cloneInitcodeHashes")
        router = addresses.get("router")
        return {
            "chainId": hex(genesis["chainId"]),
            "blockHashSalt": genesis["blockHashSalt"],
            "block": block_of(genesis),
            "accounts": [self.account(account) for account in genesis["accounts"]],
            "cloneInitcodeHashes": [{"router": router, **hashes}] if hashes and router else [],
            "roles": addresses,
            "watch": sorted(self.case["labels"]),
            "codes": self.codes(),
        }

    def account(self, account: Record) -> Json:
        """An account with its runtime code."""
        kind = account["kind"]
        code = "0x" if kind == "eoa" else self.receivers[kind]["runtime"]
        return {"address": account["address"], "balance": account.get("balance", "0x0"), "kind": kind, "code": code}

    def codes(self) -> list[Json]:
        """Ids of the codes that occur, for targets that look them up in storage."""
        states = [self.case["initialState"], self.case["finalState"]]
        states += [step.get("delta", {}) for step in self.case["steps"]]
        prefix = "router/codes/"
        return sorted({path.removeprefix(prefix) for state in states for path in state if path.startswith(prefix)})

    def compare_state(self, name: str) -> Exchange:
        """The whole state must be the recorded one."""
        paths = wire_pairs(self.case[name])
        return Exchange(Apply(f"{AREA}/state", {}), Accepted({"paths": paths}), f"{self.place}/{name}")

    def as_step(self, view: Record) -> Record:
        """A view as a step without effect in the last block."""
        last = (self.case["steps"] or self.case["deployment"])[-1]
        result: Record = {"status": "revert" if "revert" in view else "ok"}
        result |= {name: view[name] for name in ("returnData", "revert", "calls") if name in view}
        label = view["toLabel"]
        address = self.case["addresses"].get(label) or next(
            address for address, other in self.case["labels"].items() if other == label
        )
        return {
            "kind": "call",
            "block": last["block"],
            "dry": True,
            "from": ZERO_ADDRESS,
            "to": address,
            "calldata": view["calldata"],
            "result": result,
        }

    def exchange(self, step: Record, place: str, *, with_delta: bool) -> Exchange:
        """A step and what production answered."""
        match step["kind"]:
            case "call":
                form = self.call_form(step)
            case "create":
                form = self.create_form(step)
            case kind:
                assert kind == "setStorage"
                form = {"block": block_of(step), "address": step["address"]}
                form |= {name: word(step[name]) for name in ("slot", "value")}
        return Exchange(Apply(f"{AREA}/{step['kind']}", form), self.expected(step, with_delta), place)

    def call_form(self, step: Record) -> dict[str, Json]:
        """A call as it goes over the wire."""
        return {
            "block": block_of(step),
            "from": step["from"],
            "to": step["to"],
            "calldata": step.get("calldata", "0x"),
            "value": step.get("value", "0x0"),
            "blobHashes": step.get("blobHashes", []),
            "dry": step.get("dry", False),
            "foreign": self.foreign_answers(step),
        }

    def create_form(self, step: Record) -> dict[str, Json]:
        """A deployment as it goes over the wire."""
        return {
            "block": block_of(step),
            "from": step["from"],
            "contract": step["contract"],
            "constructorArguments": step.get("constructorArgs") or proxy_arguments(step),
            "value": step.get("value", "0x0"),
            "dry": step.get("dry", False),
            "foreign": self.foreign_answers(step),
        }

    def foreign_answers(self, step: Record) -> list[Json]:
        """What foreign code answered, in the order in which it was called, the target of the step first."""
        result, calls = step["result"], step["result"].get("calls", [])
        answers: list[Json] = []
        if step.get("to") in self.foreign_code:
            data = result.get("returnData") or result.get("revert", {}).get("data", "0x")
            own = [call for call in calls if "parent" not in call and call["from"] == step["to"]]
            answers.append(answer(step["to"], result["status"] == "ok", data, own))
        for index, call in enumerate(calls):
            if call["to"] in self.foreign_code:
                inner = [other for other in calls if other.get("parent") == index and other["from"] == call["to"]]
                answers.append(answer(call["to"], call.get("success", False), call.get("returnData", "0x"), inner))
        return answers

    def expected(self, step: Record, with_delta: bool) -> Answer:
        """What production answered."""
        result: Record = step.get("result", {"status": "ok"})
        seen: dict[str, Json] = {}
        if step["kind"] != "setStorage":
            seen["calls"] = [self.call(call) for call in result.get("calls", [])]
            seen["creations"] = list(result.get("creations", []))
        if result.get("status", "ok") == "revert":
            revert = result["revert"]
            return RejectedAnswer(self.reason(revert), "", {"data": revert["data"], **seen})

        if step["kind"] == "call":
            seen["returnData"] = result.get("returnData", "0x")
        if step["kind"] == "create":
            seen["returnData"] = step["created"]
        if step["kind"] != "setStorage":
            seen["logs"] = [log_of(log) for log in result.get("logs", [])]
        if with_delta:
            seen["delta"] = wire_pairs(step.get("delta", {}))
        return Accepted(seen)

    def reason(self, revert: Record) -> str:
        """The name of a revert."""
        name = PLAIN_REVERTS.get(revert["kind"]) or str(revert["error"])
        return FOREIGN_ERROR if name in self.foreign_errors else name

    def call(self, call: Record) -> Json:
        """A call to or from foreign code; its gas where production caps it."""
        form: dict[str, Json] = {
            "from": call["from"],
            "to": call["to"],
            "value": call.get("value", "0x0"),
            "calldata": call.get("calldata", "0x"),
            "static": call.get("static", False),
            "parent": wire_value(call.get("parent")),
            "success": call.get("success", False),
            "returnData": call.get("returnData", "0x"),
        }
        if call["gas"] in CAPPED_GAS and call["from"] not in self.persons:
            form["gas"] = hex(call["gas"])
        return form


def answer(address: str, success: bool, data: str, calls: list[Record]) -> Json:
    """What one call of foreign code led to."""
    return {
        "address": address,
        "success": success,
        "returnData": data,
        "calls": [
            {
                "to": call["to"],
                "value": call.get("value", "0x0"),
                "calldata": call.get("calldata", "0x"),
                "static": call.get("static", False),
                "outOfGas": is_out_of_gas(call),
            }
            for call in calls
        ],
    }


def is_out_of_gas(call: Record) -> bool:
    """Whether foreign code gave so little gas that a call of our contracts failed for that alone.

    Gas is not part of the specification, so it is input: the failure is silent, and the gas next to nothing.
    """
    return call["gas"] < NEXT_TO_NOTHING and not call.get("success", False) and "returnData" not in call


def proxy_arguments(step: Record) -> str:
    """The arguments of a proxy's constructor, which recordings give in two parts."""
    if "implementation" not in step:
        return "0x"
    data = bytes.fromhex(step.get("initialization", {}).get("calldata", "0x")[2:])
    implementation = bytes.fromhex(step["implementation"][2:])
    return "0x" + encode_sequence((parse_type("address"), parse_type("bytes")), (Address(implementation), data)).hex()


def log_of(log: Record) -> Json:
    """A log as it goes over the wire."""
    return {"address": log["address"], "topics": log.get("topics", []), "data": log.get("data", "0x")}


def block_of(step: Record) -> Json:
    """A block as it goes over the wire."""
    return {"number": hex(step["block"]["number"]), "timestamp": hex(step["block"]["timestamp"])}


def word(text: str) -> str:
    """A word, recorded with all its digits, as a minimal number."""
    return hex(int(text, 16))


def wire_pairs(paths: Record) -> list[Json]:
    """Paths and values, sorted by path."""
    return [[path, wire_value(paths[path])] for path in sorted(paths)]


def wire_value(value: Json) -> Json:
    """A recorded value in the form of the wire: numbers as minimal hex."""
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value)
    return value
