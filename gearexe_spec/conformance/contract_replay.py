"""Production's recorded scenarios, run again on contracts: ours, or any artifacts that are given.

Here the deployment is run as well, with the bytecode of the artifacts in place of production's. Since the addresses of
CREATE follow from nonces and those of clones from the same creation code, every address comes out as recorded, and
everything recorded is compared: status, return and revert data, events, calls across the border, creations, storage.

Run: python -m gearexe_spec.conformance.contract_replay SUITE [--artifacts DIR] [--only GLOB]
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import typer

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.conformance.suite import find_files, matches, read_document
from gearexe_spec.evm.artifacts import Artifacts, load_artifacts
from gearexe_spec.evm.revisions import Revision, revision_of, strip_paths, strip_result
from gearexe_spec.evm.storage_view import (
    ROUTER_V1,
    Known,
    Layout,
    Paths,
    mirror_layout,
    read_router,
    router_layout,
    token_layout,
)
from gearexe_spec.evm.world import Block, Receipt, World, salted_block_hashes, select_foreign_calls

Recorded = dict[str, Any]

FORMAT = "onchain-scenario/1"
CAPPED_GAS = {500_000, 502_300, 7_300}
"""Gas of calls that production caps; other amounts depend on compiled code."""
UNINITIALIZED = "0xc28a273c"
"""`ERC1967ProxyUninitialized()`."""
ADDRESS = re.compile(r"\b0x[0-9a-f]{40}\b")


@dataclass(frozen=True)
class Difference:
    """The first thing in a case that came out otherwise."""

    where: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.where}\n  expected {self.expected}\n  got      {self.got}"


@dataclass
class Replay:
    """One case on a world of its own.

    Args:
        protocol: contracts of the protocol so far, clones included; all other accounts are foreign.
        expected: the recorded state after the last step.
    """

    case: Recorded
    artifacts: Artifacts
    world: World
    protocol: set[Address] = field(default_factory=set)
    expected: Paths = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)

    @cached_property
    def revision(self) -> Revision:
        """Of the artifacts; what it may differ in is declared."""
        return revision_of(self.artifacts)

    def run(self) -> Iterator[Difference]:
        """The differences, step by step; whoever takes only the first has the one that counts."""
        for place, step in enumerate(self.case["deployment"]):
            yield from self.run_step(step, f"deployment {place}")
        self.expected = dict(self.case["initialState"])
        yield from self.compare_state("initialState", self.expected)
        for place, step in enumerate(self.case["steps"]):
            where = f"step {place} {step.get('function', step['kind'])}"
            yield from self.run_step(step, where)
            self.apply_delta(step.get("delta", {}))
            yield from self.compare_state(f"{where} state", self.expected)
        yield from self.compare_state("finalState", self.case["finalState"])
        for view in self.case.get("finalViews", []):
            yield from self.run_view(view)

    def run_step(self, step: Recorded, where: str) -> Iterator[Difference]:
        """Run one step and compare its result."""
        self.world.block = Block(step["block"]["number"], step["block"]["timestamp"])
        if step["kind"] == "setStorage":
            self.world.set_storage(address(step["address"]), int(step["slot"], 16), int(step["value"], 16))
            return
        receipt = self.create(step) if step["kind"] == "create" else self.call(step)
        if step["kind"] == "create":
            yield from compare(f"{where} created", step["created"], receipt.created and receipt.created.to_hex())
            if receipt.ok and receipt.created:
                self.protocol.add(receipt.created)
        if self.revision.bare_proxies and step["result"].get("revert", {}).get("data") == UNINITIALIZED:
            return
        inside = self.protocol | {creation.address for creation in receipt.creations}
        inside |= {receipt.created} if receipt.created else set()
        if receipt.ok and not step.get("dry"):
            self.protocol = inside
        for name, expected, got in result_parts(self.revised(step), receipt, inside):
            yield from compare(f"{where} {name}", expected, got)

    def call(self, step: Recorded) -> Receipt:
        """Send the recorded message."""
        return self.world.call(
            address(step["from"]),
            address(step["to"]),
            data(step.get("calldata")),
            value=int(step.get("value", "0x0"), 16),
            blob_hashes=[data(item) for item in step.get("blobHashes", [])],
            dry=step.get("dry", False),
        )

    def create(self, step: Recorded) -> Receipt:
        """Create the recorded contract from the artifact of its name."""
        artifact = self.artifacts[step["contract"]]
        arguments = data(step.get("constructorArgs"))
        if "initialization" in step:
            call = data(step["initialization"]["calldata"])
            arguments = artifact.abi.encode_constructor(address(step["implementation"]), call)
        return self.world.create(
            address(step["from"]),
            artifact.bytecode + arguments,
            value=int(step.get("value", "0x0"), 16),
            dry=step.get("dry", False),
        )

    def run_view(self, view: Recorded) -> Iterator[Difference]:
        """Ask a view in the last block."""
        receipt = self.world.call(Address.zero(), self.target(view), data(view["calldata"]), dry=True)
        recorded = {"status": "revert" if "revert" in view else "ok", **view}
        for name, expected, got in result_parts(self.revised(view | {"result": recorded}), receipt, self.protocol):
            yield from compare(f"view {view['function']} {name}", expected, got)

    def revised(self, step: Recorded) -> Recorded:
        """The recorded result as the revision of the artifacts gives it."""
        result: Recorded = step["result"]
        function = step.get("function")
        if step.get("contract", "Router") != "Router":
            return result
        if function in self.revision.absent_functions and self.world.code(self.target(step)):
            return {"status": "revert", "revert": {}}
        if function in self.revision.shorter_results and result.get("returnData"):
            stripped = strip_result(self.artifacts, function, data(result["returnData"]))
            return result | {"returnData": text(stripped)}
        return result

    def target(self, step: Recorded) -> Address:
        """Where a call or view goes."""
        labels = {label: place for place, label in self.case["labels"].items()}
        return address(step.get("to") or (labels | self.case["addresses"])[step["toLabel"]])

    def compare_state(self, where: str, expected: Paths) -> Iterator[Difference]:
        """Recorded state against the storage, as far as the revision has it."""
        found = strip_paths(self.revision, self.read_state())
        yield from compare(where, strip_paths(self.revision, expected), found)

    def apply_delta(self, delta: Recorded) -> None:
        """What changed in the recorded state."""
        for path, value in delta.items():
            if value is None:
                self.expected.pop(path, None)
            else:
                self.expected[path] = value

    def read_state(self) -> Paths:
        """The state of the contracts, from their storage, and the balances of the labelled accounts."""
        addresses = self.case["addresses"]
        paths: Paths = {}
        known = self.known
        if "router" in addresses and self.world.code(address(addresses["router"])):
            layout = self.layouts.setdefault("router", router_layout(ROUTER_V1, known))
            paths |= read_router(self.world, address(addresses["router"]), layout)
        if "wvara" in addresses and self.has_token():
            layout = self.layouts.setdefault("wvara", token_layout(known))
            paths |= layout.read(self.world.storage_words(address(addresses["wvara"])))
        for clone in known.addresses:
            if f"mirrors/{clone}" in self.layouts or self.is_program(clone):
                layout = self.layouts.setdefault(f"mirrors/{clone}", mirror_layout(clone))
                paths |= layout.read(self.world.storage_words(clone))
        balances = {label: self.world.balance(address(label)) for label in self.case["labels"]}
        paths |= {f"balances/{label}": hex(wei) for label, wei in balances.items() if wei}
        return {path: value for path, value in paths.items() if not self.strangers.intersection(path.split("/"))}

    def has_token(self) -> bool:
        """Whether the token is the real one, not a foreign contract in its place."""
        return address(self.case["addresses"]["wvara"]) in self.protocol

    def is_program(self, clone: Address) -> bool:
        """Whether a contract of the protocol is a clone: none of those with a role, and no stored bytes."""
        return clone in self.protocol and clone.to_hex() in self.mirrors and self.world.code(clone) != b""

    @cached_property
    def recorded_paths(self) -> set[str]:
        """Every path of the recording."""
        deltas = (step.get("delta", {}) for step in self.case["steps"])
        return {*self.case["initialState"], *self.case["finalState"]}.union(*deltas)

    @cached_property
    def mirrors(self) -> set[str]:
        """Addresses of programs in the recording."""
        return {path.split("/")[1] for path in self.recorded_paths if path.startswith("mirrors/")}

    @cached_property
    def strangers(self) -> set[str]:
        """Addresses that occur as arguments only: the recording does not say what the maps hold for them."""
        everywhere = set(ADDRESS.findall(json.dumps(self.case["steps"])))
        return (
            everywhere - set(self.case["labels"]) - {part for path in self.recorded_paths for part in path.split("/")}
        )

    @cached_property
    def known(self) -> Known:
        """Every address and code id that occurs in the recording."""
        parts = {part for path in self.recorded_paths for part in path.split("/") if part.startswith("0x")}
        addresses = {part for part in parts if len(part) == 42} | set(self.case["labels"]) | self.strangers
        codes = {part for part in parts if len(part) == 66}
        return Known(tuple(map(address, sorted(addresses))), tuple(map(Bytes32.from_hex, sorted(codes))))


def start(case: Recorded, receivers: Recorded, artifacts: Artifacts) -> Replay:
    """A world as the recording found it."""
    genesis = case["genesis"]
    world = World(
        Block(genesis["block"]["number"], genesis["block"]["timestamp"]),
        chain_id=genesis["chainId"],
        block_hash=salted_block_hashes(data(genesis["blockHashSalt"])),
    )
    for account in genesis["accounts"]:
        if account["kind"] != "eoa":
            world.set_code(address(account["address"]), data(receivers[account["kind"]]["runtime"]))
        world.set_balance(address(account["address"]), int(account.get("balance", "0x0"), 16))
    return Replay(case, artifacts, world)


def result_parts(result: Recorded, receipt: Receipt, protocol: set[Address]) -> Iterator[tuple[str, Any, Any]]:
    """Recorded and found parts of a result, the telling ones first."""
    yield "status", result["status"], "ok" if receipt.ok else "revert"
    recorded = result.get("returnData", "0x") if receipt.ok else result["revert"].get("data", "0x")
    yield "data", recorded, text(receipt.return_data)
    logs = [(log["address"], log.get("topics", []), log.get("data", "0x")) for log in result.get("logs", [])]
    yield (
        "logs",
        logs,
        [(text(log.address), [text(topic) for topic in log.topics], text(log.data)) for log in receipt.logs],
    )
    foreign = select_foreign_calls(receipt.calls, protocol)
    calls = [recorded_call(call) for call in result.get("calls", [])]
    found = [
        {
            "from": text(call.sender),
            "to": text(call.to),
            "value": hex(call.value),
            "calldata": text(call.calldata),
            "gas": call.gas,
            "success": call.success,
            "returnData": text(call.return_data),
            "static": call.static,
            "parent": call.parent,
        }
        for call in foreign
    ]
    for mine, other in zip(found, calls, strict=False):
        if other["gas"] not in CAPPED_GAS:
            mine["gas"] = other["gas"]
    yield "calls", calls, found
    creations = [(item["address"], item["from"], item["initcodeHash"]) for item in result.get("creations", [])]
    yield (
        "creations",
        creations,
        [(text(item.address), text(item.creator), text(item.initcode_hash)) for item in receipt.creations],
    )


def recorded_call(call: Recorded) -> Recorded:
    """A recorded call with all its fields."""
    absent = {"value": "0x0", "calldata": "0x", "success": False, "returnData": "0x", "static": False, "parent": None}
    return {name: value for name, value in (absent | call).items() if name != "toLabel"}


def compare(where: str, expected: Any, got: Any) -> Iterator[Difference]:
    """The first place in which two values differ, if they do."""
    if expected == got:
        return
    if isinstance(expected, dict) and isinstance(got, dict):
        name = next(name for name in sorted({*expected, *got}) if expected.get(name) != got.get(name))
        yield from compare(f"{where} {name}", expected.get(name), got.get(name))
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        place = next(place for place, pair in enumerate(zip(expected, got, strict=True)) if pair[0] != pair[1])
        yield from compare(f"{where} {place}", expected[place], got[place])
    else:
        yield Difference(where, expected, got)


def address(form: str) -> Address:
    """An address from its text."""
    return Address.from_hex(form)


def data(form: str | None) -> bytes:
    """Bytes from their text; absent ones are empty."""
    return bytes.fromhex((form or "0x")[2:])


def text(value: bytes) -> str:
    """The text of bytes."""
    return "0x" + value.hex()


def replay_suite(suite: Path, artifacts: Artifacts, only: str | None = None) -> Iterator[tuple[str, Difference | None]]:
    """Each recorded case by name, with its first difference."""
    for file in find_files(suite):
        document: Any = read_document(file.path)
        parts = document if isinstance(document, dict) else document.parts
        if parts.get("format") != FORMAT:
            continue
        for case in parts["cases"]:
            name = f"{file.name}/{case['name']}"
            if matches(name, only):
                yield name, next(start(case, parts["receivers"], artifacts).run(), None)


def main(suite: Path, artifacts: Path | None = None, only: str | None = None) -> None:
    """Replay recorded scenarios on contracts."""
    passed = failed = 0
    for name, difference in replay_suite(suite, load_artifacts(artifacts), only):
        passed, failed = passed + (difference is None), failed + (difference is not None)
        if difference is not None:
            typer.echo(f"{name}  DIFFERENT\n  {difference}")
    typer.echo(f"{passed} cases agree, {failed} differ")
    raise typer.Exit(code=1 if failed or not passed else 0)


if __name__ == "__main__":
    typer.run(main)
