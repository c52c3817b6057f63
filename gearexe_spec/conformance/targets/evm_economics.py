"""The area `economics` on an EVM: Symbiotic's official contracts and the published Middleware.

Rules: WIR-70 to WIR-76.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64, U256
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.targets.evm_forms import creation_form, log_form
from gearexe_spec.conformance.wire import Accepted, Answer, RejectedAnswer, Unsupported
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.artifacts import ArtifactError
from gearexe_spec.evm.contract_abi import ERROR_STRING, PANIC
from gearexe_spec.evm.economics_artifacts import CONTRACTS, OWN, find_economics_artifacts
from gearexe_spec.evm.world import Block, Log, Receipt, Snapshot, TracedCall, World
from gearexe_spec.symbiotic.hooks import BURNER_ON_SLASH, ON_SLASH

AREA = "economics"
STEPS = ("call", "deploy", "views", "slots", "hasCode")
GAS = 100_000_000
"""Of a step that does not say otherwise, as in the recordings."""
Form = dict[str, Any]


@dataclass
class Scene:
    """A world of the economics.

    Args:
        world: the accounts.
        genesis: the form it was begun with.
        foreign: test contracts, calls of which are listed unless another test contract makes them.
        silent: test contracts of the world itself, calls of which are not listed.
        changes: how often it was changed since.
    """

    world: World
    genesis: Form
    foreign: frozenset[Address] = frozenset()
    silent: frozenset[Address] = frozenset()
    changes: int = 0


@dataclass(frozen=True, slots=True)
class SavedScene:
    """A world to go back to."""

    snapshot: Snapshot
    genesis: Form
    foreign: frozenset[Address]
    silent: frozenset[Address]
    changes: int


class EvmEconomics:
    """Answers the area by running contracts.

    Args:
        folder: of artifacts, before those that are installed.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.artifacts = find_economics_artifacts(folder)
        self.scene: Scene | None = None
        self._begun: dict[str, SavedScene] = {}

    @cached_property
    def errors(self) -> dict[bytes, str]:
        """Names of errors by selector."""
        errors = {PANIC: "Panic", ERROR_STRING: "Error"}
        for contract in CONTRACTS:
            errors |= {selector: error.name for selector, error in self.artifacts[contract].abi.errors.items()}
        return errors

    def running(self) -> Scene:
        """The scene that `init` made.

        Raises:
            JsonFormError: there is none.
        """
        if self.scene is None:
            raise JsonFormError(f"area {AREA} has no state: init it first")
        return self.scene

    # states

    def init(self, form: Form) -> Answer:
        """The world after its contracts were deployed, and after what happened since; worlds are made once (WIR-70)."""
        genesis, past = {name: part for name, part in form.items() if name != "past"}, form.get("past", ())
        try:
            self._begin_once(genesis, past)
        except ArtifactError as missing:
            return Unsupported(f"{AREA}: {missing}")
        return Accepted()

    def _begin_once(self, genesis: Form, past: Sequence[tuple[str, Form]]) -> None:
        key = json.dumps([genesis, past], sort_keys=True)
        if key in self._begun:
            self.restore(self._begun[key])
            return
        if past:
            self._begin_once(genesis, ())
            for step, given in past:
                self.apply(step, given)
        else:
            self.artifacts.check()
            self.scene = self._begin(genesis)
        self._begun[key] = self.save()

    def dump(self) -> Json:
        """How often the world was changed (WIR-71)."""
        return {"changes": hex(self.running().changes)}

    def save(self) -> SavedScene:
        """All there is."""
        scene = self.running()
        return SavedScene(scene.world.snapshot(), scene.genesis, scene.foreign, scene.silent, scene.changes)

    def restore(self, saved: SavedScene) -> None:
        """Go back."""
        world = World(Block(0, 0), chain_id=from_json(U256, saved.genesis["chainId"]), block_hash=_hash_of)
        world.revert(saved.snapshot)
        self.scene = Scene(world, saved.genesis, saved.foreign, saved.silent, saved.changes)

    def _begin(self, genesis: Form) -> Scene:
        world = World(_block(genesis), chain_id=from_json(U256, genesis["chainId"]), block_hash=_hash_of)
        scene = Scene(world, genesis)
        for account in genesis["accounts"]:
            world.set_balance(from_json(Address, account["address"]), from_json(U256, account["balance"]))
        for entry in genesis["contracts"]:
            sender = from_json(Address, entry["from"])
            world.set_nonce(sender, from_json(U64, entry["nonce"]))
            receipt = self._call(scene, entry) if "to" in entry else self._deploy(scene, entry)
            if not receipt.ok:
                raise JsonFormError(f"the constructor of {entry['artifact']} reverts: {self._reason(receipt)}")
        for call in genesis["calls"]:
            receipt = self._call(scene, call)
            if not receipt.ok:
                raise JsonFormError(f"the call of {call['to']} reverts: {self._reason(receipt)}")
        return scene

    # steps

    def apply(self, step: str, form: Form) -> Answer:
        """One step (WIR-72 to WIR-76)."""
        if step not in STEPS:
            return Unsupported(f"{AREA}/{step}")
        scene = self.running()
        match step:
            case "hasCode":
                addresses = from_json(tuple[Address, ...], form["addresses"])
                return Accepted({"hasCode": [bool(scene.world.code(address)) for address in addresses]})
            case "views":
                scene.world.block = _block(form)
                return Accepted({"values": [self._view(scene, view) for view in form["views"]]})
            case "slots":
                return Accepted({"words": [_slot(scene.world, slot) for slot in form["slots"]]})
            case "call":
                scene.world.block = _block(form)
                dry = from_json(bool, form["dry"])
                receipt = self._call(scene, form, dry)
            case _:
                scene.world.block = _block(form)
                dry = False
                receipt = self._deploy(scene, form)
        if not dry:
            scene.changes += 1
        return self._seen(scene, receipt)

    def _call(self, scene: Scene, form: Form, dry: bool = False) -> Receipt:
        return scene.world.call(
            from_json(Address, form["from"]),
            from_json(Address, form["to"]),
            from_json(bytes, form["calldata"]),
            value=from_json(U256, form.get("value", "0x0")),
            blob_hashes=from_json(tuple[Bytes32, ...], form.get("blobHashes", [])),
            gas=from_json(U64, form.get("gas", hex(GAS))),
            dry=dry,
        )

    def _deploy(self, scene: Scene, form: Form) -> Receipt:
        artifact, code = from_json(str, form["artifact"]), from_json(bytes | None, form.get("code"))
        initcode = (self.artifacts[artifact].bytecode if code is None else code) + from_json(
            bytes, form["constructorArguments"]
        )
        sender, value = from_json(Address, form["from"]), from_json(U256, form.get("value", "0x0"))
        receipt = scene.world.create(sender, initcode, value=value, gas=GAS)
        if receipt.ok and receipt.created is not None:
            scene.foreign |= {receipt.created} if code is not None else set()
            scene.silent |= {receipt.created} if artifact in OWN else set()
        return receipt

    def _view(self, scene: Scene, view: Form) -> Json:
        receipt = self._call(scene, {**view, "from": to_json(Address.zero())}, dry=True)
        if receipt.ok:
            return {"returnData": to_json(receipt.return_data)}
        return {"reason": self._reason(receipt)}

    def _seen(self, scene: Scene, receipt: Receipt) -> Answer:
        """What everybody can see of a transaction (WIR-72)."""
        seen: dict[str, Json] = {
            "calls": [
                _call_form(call)
                for call in receipt.calls
                if call.to in scene.foreign and call.sender not in scene.foreign | scene.silent
            ],
            "creations": [creation_form(creation) for creation in receipt.creations],
        }
        if not receipt.ok:
            return RejectedAnswer(self._reason(receipt), "execute", {"data": to_json(receipt.return_data), **seen})
        output = receipt.return_data if receipt.created is None else bytes(receipt.created)
        logs: list[Json] = [log_form(log) for log in receipt.logs]
        return Accepted({"returnData": to_json(output), "logs": logs, "logsDigest": _digest(receipt.logs), **seen})

    def _reason(self, receipt: Receipt) -> str:
        data = receipt.return_data
        return self.errors.get(data[:4], "ForeignError") if data else "Empty"


def _block(form: Form) -> Block:
    return Block(from_json(U256, form["block"]["number"]), from_json(U256, form["block"]["timestamp"]))


def _hash_of(number: int) -> bytes:
    return keccak256(number.to_bytes(32, "big"))


def _slot(world: World, form: Form) -> Json:
    word = world.storage(from_json(Address, form["address"]), int.from_bytes(from_json(bytes, form["slot"]), "big"))
    return "0x" + word.to_bytes(32, "big").hex()


def _digest(logs: tuple[Log, ...]) -> Json:
    content = b"".join(
        bytes(log.address) + bytes([len(log.topics)]) + b"".join(log.topics) + keccak256(log.data) for log in logs
    )
    return {"count": hex(len(logs)), "keccak256": keccak256(content).to_hex()}


def _call_form(call: TracedCall) -> Json:
    return {
        "from": to_json(call.sender),
        "to": to_json(call.to),
        "value": hex(call.value),
        "calldata": to_json(call.calldata),
        "static": call.static,
        "success": call.success,
        "returnData": to_json(call.return_data),
        **({"gas": hex(call.gas)} if call.calldata.startswith((ON_SLASH, BURNER_ON_SLASH)) else {}),
    }
