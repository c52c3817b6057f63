"""Scenarios of the economics: what Symbiotic's contracts and the Middleware did, step by step.

Each case begins in one of the file's worlds. Recordings name accounts by labels, and give watched values decoded; both
are turned into addresses and words here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.codec.abi import encode_sequence
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, RejectedAnswer
from gearexe_spec.crypto.hashes import keccak256

AREA = "economics"
USUAL_GAS = 100_000_000
PROXY = "ERC1967Proxy"
Record = dict[str, Any]
WHITELISTED = (
    ("vaultFactory", "vault", 1, 2),
    ("delegatorFactory", "delegator", 0, 4),
    ("slasherFactory", "slasher", 0, 2),
)
"""Factory, and the labels of what it whitelists: kind, first number, how many."""
VAULT_CREATION = (
    ("version", "uint64"),
    ("owner", "address"),
    ("vaultParams", "bytes"),
    ("delegatorIndex", "uint64"),
    ("delegatorParams", "bytes"),
    ("withSlasher", "bool"),
    ("slasherIndex", "uint64"),
    ("slasherParams", "bytes"),
)
"""What VaultConfigurator's `create` takes, in order."""
SYMBIOTIC_CONTRACTS = (
    "vaultRegistry",
    "operatorRegistry",
    "networkRegistry",
    "middlewareService",
    "networkOptIn",
    "stakerRewardsFactory",
    "operatorRewards",
    "roleSlashRequester",
    "roleSlashExecutor",
    "vetoResolver",
)
"""The members of the one struct that is watched, in order."""
HOOKS = tuple(
    "0x" + keccak256(f"onSlash(bytes32,address,uint256,uint48{data})".encode())[:4].hex() for data in (",bytes", "")
)
"""Of delegators and of burners."""
GAS_CHECKS = frozenset({"InsufficientHookGas", "InsufficientBurnerGas"})
"""Errors of contracts that looked at the gas left."""
REASONS = {"": "Empty", "?": "ForeignError"}
"""Names of reverts that are no errors."""


@adapter("economics-scenario/1")
def read_scenarios(document: Document) -> Iterator[Case]:
    """The cases of a file."""
    worlds: Any = document["worlds"]
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        scenario = Scenario(worlds[case["world"]], case, f"/cases/{index}")
        yield Case(case["name"], scenario.exchanges, tuple(case.get("tags", ())))


class Scenario:
    """One recorded case."""

    def __init__(self, world: Record, case: Record, place: str) -> None:
        self.world = world
        self.case = case
        self.place = place
        self.labels: dict[str, str] = {
            **world["contracts"],
            **case.get("contracts", {}),
            **{label: account["address"] for label, account in case["accounts"].items()},
        }
        self.watched: dict[str, Record] = {view["id"]: view for view in case.get("watch", ())}

    def exchanges(self) -> Iterator[Exchange]:
        """World, steps with what is watched, and what is watched in the end."""
        yield Exchange(Init(AREA, self.genesis()), None, f"{self.place}/world")
        yield self.deployed()
        for index, step in enumerate(self.case["steps"]):
            place = f"{self.place}/steps/{index}"
            if runs_out_of_gas(step):
                continue  # gas is not metered, and only gas made it fail
            yield self.exchange(step, place)
            if step.get("after"):
                yield from self.compare_watched(step["block"], step["after"], f"{place}/after")
        if self.case.get("final"):
            yield from self.compare_watched(self.case["steps"][-1]["block"], self.case["final"], f"{self.place}/final")

    def genesis(self) -> Json:
        """The world of the case, as `init` takes it."""
        genesis = self.world["genesis"]
        block = {"number": genesis["blockNumber"], "timestamp": genesis["timestamp"]}
        return {
            "chainId": hex(genesis["chainId"]),
            "block": block_of(block),
            "accounts": [
                {"address": self.labels[label], "balance": as_hex(balance)}
                for label, balance in sorted(genesis["balances"].items())
            ],
            "contracts": [self.contract(entry) for entry in self.world["deployments"]],
            "calls": self.whitelistings(),
        }

    def whitelistings(self) -> list[Json]:
        """What the factories' owner does after the contracts are there."""
        owner, labels = self.address({"from": "factoryOwner"}, "from"), self.world["contracts"]
        return [
            {"from": owner, "to": labels[factory], "calldata": call_by_address("whitelist(address)", labels[label])}
            for factory, kind, first, count in WHITELISTED
            for label in (f"{kind}Impl{number}" for number in range(first, first + count))
        ]

    def contract(self, entry: Record) -> Json:
        """A contract of the world; a clone is made by a factory, whose rules give it its address."""
        form = self.deployment(entry)
        if not entry["artifact"].startswith("clone of "):
            return form
        factory, _, call = entry["createdBy"].partition(".")
        return form | {
            "address": entry["address"],
            "to": self.labels[factory],
            "calldata": "0x" + keccak256(call.encode())[:4].hex(),
        }

    def deployment(self, entry: Record) -> dict[str, Json]:
        """A contract that is deployed, without the block."""
        return {
            "from": self.address(entry, "from"),
            "nonce": hex(entry["nonce"]),
            "artifact": entry["artifact"],
            "constructorArguments": encode_arguments(entry["artifact"], entry.get("constructorArgs") or []),
            **({"code": entry["code"]} if "code" in entry else {}),
        }

    def deployed(self) -> Exchange:
        """Every contract of the world stands where it was recorded."""
        addresses: list[Json] = [entry["address"] for entry in self.world["deployments"]]
        request = Apply(f"{AREA}/hasCode", {"addresses": addresses})
        return Exchange(request, Accepted({"hasCode": [True] * len(addresses)}), f"{self.place}/world")

    def address(self, step: Record, role: str) -> str:
        """The address of a step's sender or target."""
        return str(step.get(f"{role}Address") or self.labels[step[role]])

    def exchange(self, step: Record, place: str) -> Exchange:
        """A step and what was recorded of it."""
        form: dict[str, Json] = {"block": block_of(step["block"]), "value": as_hex(step.get("value", 0))}
        if step["kind"] == "deploy":
            form |= self.deployment(step)
            return Exchange(Apply(f"{AREA}/deploy", form), self.expected(step), place)
        form |= {
            "from": self.address(step, "from"),
            "to": self.address(step, "to"),
            "calldata": vault_creation(step) if "calldataHash" in step else step.get("calldata", "0x"),
            "dry": step["kind"] == "view",
        }
        if "gas" in step:
            form |= limited(step)
        if step.get("creates"):
            form["initcodeHashes"] = [creation["initcodeHash"] for creation in step["creates"]]
        return Exchange(Apply(f"{AREA}/call", form), self.expected(step), place)

    def expected(self, step: Record) -> Answer:
        """What was recorded of a step."""
        result = step["result"]
        seen: dict[str, Json] = {"calls": [self.call(call) for call in step.get("foreignCalls", ())]}
        if result["status"] != "ok":
            name = result["error"]["name"]
            return RejectedAnswer(REASONS.get(name, name), "", {"data": result.get("return", "0x"), **seen})

        seen["creations"] = [self.creation(creation) for creation in step.get("creates", ())]
        seen["returnData"] = self.address(step, "to") if step["kind"] == "deploy" else result.get("return", "0x")
        if step["kind"] == "view":
            return Accepted(seen)
        if "logsDigest" in step:
            digest = step["logsDigest"]
            seen["logsDigest"] = {"count": hex(digest["count"]), "keccak256": digest["keccak256"]}
        else:
            seen["logs"] = [self.log(log) for log in step.get("logs", ())]
        return Accepted(seen)

    def call(self, call: Record) -> Json:
        """A call of a test contract; of its gas only what the contracts fix, that of hooks."""
        return {
            "from": self.address(call, "from"),
            "to": self.address(call, "to"),
            "value": as_hex(call.get("value", 0)),
            "calldata": call.get("calldata", "0x"),
            "static": call.get("static", False),
            "success": call["success"],
            "returnData": call.get("return", "0x"),
            **({"gas": hex(call["gas"])} if call.get("calldata", "0x").startswith(HOOKS) else {}),
        }

    def creation(self, creation: Record) -> Json:
        """A contract made inside a step; its salt shows in the address."""
        deployer = creation["deployer"]
        return {
            "address": creation["address"],
            "from": self.labels.get(deployer, deployer),
            "initcodeHash": creation["initcodeHash"],
        }

    def log(self, log: Record) -> Json:
        """A log as it goes over the wire."""
        address = log["address"] if "address" in log else self.labels[log["label"]]
        return {"address": address, "topics": log.get("topics", []), "data": log.get("data", "0x")}

    def compare_watched(self, block: Record, values: Record, place: str) -> Iterator[Exchange]:
        """Watched values, asked for in a block: words of storage, and views."""
        words = {name: value for name, value in values.items() if "slot" in self.watched[name]}
        if words:
            yield self.compare_slots(words, place)
        if len(words) < len(values):
            yield self.compare_views(block, {name: values[name] for name in values if name not in words}, place)

    def compare_slots(self, words: Record, place: str) -> Exchange:
        """Words of storage."""
        slots: list[Json] = [
            {"address": self.address(self.watched[name], "to"), "slot": self.watched[name]["slot"]}
            for name in sorted(words)
        ]
        expected: list[Json] = ["0x" + encode_item(words[name]).hex() for name in sorted(words)]
        return Exchange(Apply(f"{AREA}/slots", {"slots": slots}), Accepted({"words": expected}), place)

    def compare_views(self, block: Record, values: Record, place: str) -> Exchange:
        """Watched views, asked for in a block."""
        if not all(is_static(value) for value in values.values()):
            return Exchange(Apply(f"{AREA}/dynamicViews", {}), None, place)
        views: list[Json] = [self.view(self.watched[name]) for name in sorted(values)]
        expected: list[Json] = [value_of(values[name]) for name in sorted(values)]
        request = Apply(f"{AREA}/views", {"block": block_of(block), "views": views})
        return Exchange(request, Accepted({"values": expected}), place)

    def view(self, view: Record) -> Json:
        """The call behind a watched value."""
        signature = view["function"]
        types = signature[signature.index("(") :]
        calldata = keccak256(signature.encode())[:4] + encode_values(types, view["args"])
        return {"to": self.address(view, "to"), "calldata": "0x" + calldata.hex()}


def runs_out_of_gas(step: Record) -> bool:
    """Whether a step fails for want of gas, and not because a contract looked how much was left."""
    result = step["result"]
    name = (result.get("error") or {}).get("name")
    return step.get("gas", USUAL_GAS) != USUAL_GAS and result["status"] != "ok" and name not in GAS_CHECKS


def limited(step: Record) -> dict[str, Json]:
    """The gas of a step, and what contracts found that looked at it: enough for each hook that was called, then not."""
    found: list[Json] = [True] * len(step.get("foreignCalls", ()))
    return {"gas": hex(step["gas"]), "gasChecks": [*found, step["result"]["status"] == "ok"]}


def call_by_address(signature: str, address: str) -> str:
    """The calldata of a function that takes an address."""
    return "0x" + (keccak256(signature.encode())[:4] + encode_values("(address)", [address])).hex()


def vault_creation(step: Record) -> str:
    """The calldata of the one function whose calls are recorded by their arguments; its hash must be the recorded one.

    Raises:
        ValueError: it is another function, or another hash.
    """
    params = step["args"].get("params", {})
    if set(params) != {name for name, _ in VAULT_CREATION}:
        raise ValueError(f"no calldata is recorded of {step['function']}")
    kind = f"({','.join(kind for _, kind in VAULT_CREATION)})"
    values = tuple(typed(kind, params[name]) for name, kind in VAULT_CREATION)
    calldata = keccak256(f"create({kind})".encode())[:4] + encode_sequence((parse_type(kind),), (values,))
    if keccak256(calldata).to_hex() != step["calldataHash"]:
        raise ValueError("the arguments are not those of the recorded calldata")
    return "0x" + calldata.hex()


def encode_values(types: str, values: Sequence[Any]) -> bytes:
    """Recorded arguments in the order of their types, which are written as a tuple."""
    kinds = [parse_type(kind) for kind in split_types(types)]
    return encode_sequence(kinds, [typed(kind, value) for kind, value in zip(split_types(types), values, strict=True)])


def split_types(types: str) -> list[str]:
    """The static types of an argument list."""
    return [kind for kind in types.strip("()").split(",") if kind]


def typed(kind: str, value: Any) -> Any:
    """A recorded value of a static type, as the encoder takes it."""
    match kind:
        case "address":
            return Address(bytes.fromhex(value[2:]))
        case "bool" | "string":
            return value
    if kind.startswith("bytes"):
        return bytes.fromhex(value[2:])
    return value if isinstance(value, int) else int(value, 16)


def encode_arguments(artifact: str, values: Sequence[Any]) -> str:
    """The arguments of a constructor; their types are those of the recorded values."""
    kinds = ["address", "bytes"] if artifact == PROXY else [kind_of(value) for value in values]
    return "0x" + encode_values(f"({','.join(kinds)})", values).hex()


def kind_of(value: Any) -> str:
    """The type that a recorded argument of a constructor has by its looks."""
    if not isinstance(value, str):
        return "bool" if isinstance(value, bool) else "uint256"
    if not value.startswith("0x"):
        return "string"
    return "address" if len(value) == 42 else "uint256"


def is_static(value: Any) -> bool:
    """Whether a watched value shows its words by itself; of structs, lists in lists and texts the type is needed."""
    items = members_of(value)
    return all(isinstance(item, int) or (isinstance(item, str) and item.startswith("0x")) for item in items) or (
        isinstance(value, dict) and set(value) == {"revert"}
    )


def value_of(value: Any) -> Json:
    """A watched value as the words its view returned, or as the name of its revert."""
    if isinstance(value, dict) and set(value) == {"revert"}:
        name = value["revert"]
        return {"reason": REASONS["" if name == "empty" else name] if name in ("empty", "?") else name}
    items = members_of(value)
    return {"returnData": "0x" + b"".join(map(encode_item, items)).hex()}


def members_of(value: Any) -> list[Any]:
    """The outputs of a view; a struct's members in their order."""
    if isinstance(value, dict) and set(value) == set(SYMBIOTIC_CONTRACTS):
        return [value[name] for name in SYMBIOTIC_CONTRACTS]
    return value if isinstance(value, list) else [value]


def encode_item(item: Any) -> bytes:
    """A static value as its word; hex is right-aligned, whether a number, an address or a whole word."""
    return int(item, 16).to_bytes(32, "big") if isinstance(item, str) else int(item).to_bytes(32, "big")


def as_hex(number: int | str) -> str:
    """A number as minimal hex."""
    return hex(number) if isinstance(number, int) else hex(int(number, 16))


def block_of(block: Record) -> Json:
    """A block as it goes over the wire."""
    return {"number": hex(block["number"]), "timestamp": hex(block["timestamp"])}
