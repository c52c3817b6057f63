"""The area `economics`: a world with the contracts of Symbiotic, and transactions that change it.

`init` takes what was deployed, in order. A contract that has no rules yet stands at its address all the same; whoever
calls it learns that it is not specified yet.

Rules: WIR-70 to WIR-76.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, cast

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64, U256
from gearexe_spec.base.rejection import NotSpecifiedYet
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.operations.economics_receivers import RECEIVERS
from gearexe_spec.conformance.operations.economics_stand_ins import STAND_INS
from gearexe_spec.conformance.operations.economics_token import TestToken, TokenRejection
from gearexe_spec.conformance.operations.registry import AREAS, Area, Input
from gearexe_spec.conformance.wire import Accepted, RejectedAnswer
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_create_address
from gearexe_spec.onchain.errors import decode_revert_data
from gearexe_spec.onchain.events import Log
from gearexe_spec.onchain.machine import Creation, ExternalCall, Frame
from gearexe_spec.onchain.middleware_words import read_word
from gearexe_spec.onchain.transaction import (
    Applied,
    Call,
    Constructor,
    Deployment,
    Result,
    Reverted,
    apply_call,
    apply_deployment,
)
from gearexe_spec.onchain.world import Account, Block, ContractKind, ExtensionCode, World
from gearexe_spec.symbiotic.constructors import CONSTRUCTORS
from gearexe_spec.symbiotic.errors import REJECTIONS
from gearexe_spec.symbiotic.hooks import BURNER_ON_SLASH, ON_SLASH

CONTRACT_KINDS = frozenset({"WrappedVara", "ERC1967Proxy", "Middleware", "POAMiddleware", "Router"})
"""Artifacts whose rules stand in the room of the contracts on chain; so do the Mirror's, which has no kind."""


@dataclass(frozen=True, slots=True)
class Unspecified(ExtensionCode):
    """A contract for which there are no rules yet."""

    artifact: str

    def run(self, frame: Frame) -> bytes:
        raise NotSpecifiedYet(f"contract {self.artifact}")


@dataclass(frozen=True, slots=True)
class EconomicsState:
    """The state of the area.

    Args:
        world: accounts and their storage.
        genesis: the form the area was begun with.
        past: what changed the world since, as operation and input.
    """

    world: World
    genesis: dict[str, Json]
    past: tuple[tuple[str, Json], ...] = ()


def load(form: Json) -> EconomicsState:
    """The world after its contracts were deployed, and after what happened since (WIR-70)."""
    parts = cast(dict[str, Any], form)
    world = World(from_json(U256, parts["chainId"]))
    for entry in parts["accounts"]:
        world = world.with_account(from_json(Address, entry["address"]), Account(from_json(U256, entry["balance"])))
    for entry in parts["contracts"]:
        world = _place(world, _block(parts), entry)
    for call in parts["calls"]:
        world = _settle(world, _block(parts), call)

    state = EconomicsState(world, {name: part for name, part in parts.items() if name != "past"})
    for operation, given in parts.get("past", ()):
        state, _ = TRANSITIONS[operation](state, given)
    return state


def _place(world: World, block: Block, entry: dict[str, Any]) -> World:
    """The world with one more contract; clones, which a factory makes, say their address (WIR-70).

    Raises:
        JsonFormError: a constructor reverts.
    """
    sender, nonce = from_json(Address, entry["from"]), from_json(U64, entry["nonce"])
    world = world.with_account(sender, replace(world.account(sender), nonce=nonce))
    try:
        result = (
            apply_call(world, block, _call(entry))
            if "to" in entry
            else apply_deployment(world, block, _deployment(entry))
        )
    except NotSpecifiedYet:
        address = from_json(Address | None, entry.get("address")) or compute_create_address(sender, nonce)
        unspecified = Unspecified(from_json(str, entry["artifact"]))
        world = world.with_account(sender, Account(world.account(sender).balance, nonce + 1))
        return world.with_account(address, Account(nonce=U64(1), code=unspecified))
    if isinstance(result, Reverted):
        raise JsonFormError(f"the constructor of {entry['artifact']} reverts")
    return result.world


def _settle(world: World, block: Block, form: dict[str, Any]) -> World:
    """The world after a call that belongs to its making; one that needs a contract without rules has none (WIR-70).

    Raises:
        JsonFormError: the call reverts.
    """
    call = _call(form)
    try:
        result = apply_call(world, block, call)
    except NotSpecifiedYet as missing:
        sender = world.account(call.sender)
        world = world.with_account(call.sender, replace(sender, nonce=sender.nonce + 1))
        return world.with_account(
            call.to, replace(world.account(call.to), code=Unspecified(str(missing).removeprefix("contract ")))
        )
    if isinstance(result, Reverted):
        raise JsonFormError(f"the call of {form['to']} reverts")
    return result.world


def _deployment(form: Input) -> Deployment:
    artifact = from_json(str, form["artifact"])
    contract: ContractKind | Constructor | None
    if artifact == "Mirror":
        contract = None
    elif artifact in CONTRACT_KINDS:
        contract = ContractKind[artifact]
    elif artifact in CONSTRUCTORS:
        contract = CONSTRUCTORS[artifact]
    elif artifact in RECEIVERS:
        contract = RECEIVERS[artifact]
    elif artifact in STAND_INS:
        contract = STAND_INS[artifact]
    else:
        raise NotSpecifiedYet(f"contract {artifact}")
    arguments, value = from_json(bytes, form["constructorArguments"]), from_json(U256, form.get("value", "0x0"))
    return Deployment(from_json(Address, form["from"]), contract, arguments, value)


def write_down(state: EconomicsState) -> dict[str, Json]:
    """How the world began, and what happened since, as `load` takes it (WIR-70)."""
    return {**state.genesis, "past": [[operation, given] for operation, given in state.past]}


def dump(state: EconomicsState) -> Json:
    """How often the world was changed; what is in it the contracts' own views tell (WIR-71)."""
    return {"changes": hex(len(state.past))}


def root(state: EconomicsState) -> str:
    """A hash that stands for how the world began, and for what happened since."""
    return keccak256(json.dumps(write_down(state), separators=(",", ":"), sort_keys=True).encode()).to_hex()


def apply_call_step(state: EconomicsState, form: Input) -> tuple[EconomicsState, Json]:
    """`economics/call`: a transaction that calls an account; a dry one leaves nothing behind (WIR-72)."""
    result = apply_call(state.world, _block(form), _call(form))
    kept = state if from_json(bool, form["dry"]) else _advance(state, result, "call", form)
    return kept, _seen(state, result)


def apply_deploy_step(state: EconomicsState, form: Input) -> tuple[EconomicsState, Json]:
    """`economics/deploy`: a transaction that makes a contract (WIR-73)."""
    result = apply_deployment(state.world, _block(form), _deployment(form))
    return _advance(state, result, "deploy", form), _seen(state, result)


def read_views(state: EconomicsState, form: Input) -> tuple[EconomicsState, Json]:
    """`economics/views`: several calls without effect, each on the same world (WIR-74)."""
    values: list[Json] = []
    for view in cast(list[dict[str, Any]], form["views"]):
        result = apply_call(
            state.world,
            _block(form),
            Call(Address.zero(), from_json(Address, view["to"]), from_json(bytes, view["calldata"])),
        )
        if isinstance(result, Applied):
            values.append({"returnData": to_json(result.output)})
        else:
            values.append({"reason": _reason(result)})
    return state, {"values": values}


def read_slots(state: EconomicsState, form: Input) -> tuple[EconomicsState, Json]:
    """`economics/slots`: words of storage of Middlewares (WIR-76).

    Raises:
        NotSpecifiedYet: of another contract, whose layout has no rules.
    """
    words: list[Json] = []
    for slot in cast(list[dict[str, Any]], form["slots"]):
        address = from_json(Address, slot["address"])
        storage = state.world.account(address).storage
        if not storage.middlewares:
            raise NotSpecifiedYet(f"words of storage of {address}")
        words.append(to_json(read_word(storage, U256(int.from_bytes(from_json(bytes, slot["slot"]), "big")))))
    return state, {"words": words}


def read_contracts(state: EconomicsState, form: Input) -> tuple[EconomicsState, Json]:
    """`economics/hasCode`: which of some addresses have code (WIR-75)."""
    addresses = from_json(tuple[Address, ...], form["addresses"])
    return state, {"hasCode": [state.world.account(address).code is not None for address in addresses]}


def _call(form: Input) -> Call:
    return Call(
        sender=from_json(Address, form["from"]),
        to=from_json(Address, form["to"]),
        data=from_json(bytes, form["calldata"]),
        value=from_json(U256, form.get("value", "0x0")),
        blob_hashes=from_json(tuple[Bytes32, ...], form.get("blobHashes", [])),
        initcode_hashes=from_json(tuple[Bytes32, ...], form.get("initcodeHashes", [])),
        gas_checks=from_json(tuple[bool, ...], form.get("gasChecks", [])),
    )


def _block(form: Input) -> Block:
    block = cast(dict[str, Json], form["block"])
    return Block(from_json(U256, block["number"]), from_json(U256, block["timestamp"]), _hash_of)


def _hash_of(number: int) -> Bytes32:
    return keccak256(number.to_bytes(32, "big"))


def _advance(state: EconomicsState, result: Result, operation: str, form: Input) -> EconomicsState:
    return replace(state, world=result.world, past=(*state.past, (operation, cast(Json, form))))


def _seen(state: EconomicsState, result: Result) -> Json:
    """What everybody can see of a transaction (WIR-72)."""
    world = state.world
    seen: dict[str, Json] = {
        "calls": [_call_form(call) for call in result.calls if _enters_foreign_code(world, call)],
        "creations": [_creation_form(creation) for creation in result.creations],
    }
    if isinstance(result, Applied):
        logs: list[Json] = [_log_form(log) for log in result.logs]
        seen |= {"returnData": to_json(result.output), "logs": logs, "logsDigest": digest_logs(result.logs)}
        return cast(Json, Accepted(seen))
    return cast(Json, RejectedAnswer(_reason(result), "execute", {"data": to_json(result.data), **seen}))


def _reason(result: Reverted) -> str:
    reason, _ = decode_revert_data(result.data, (*REJECTIONS, TokenRejection))
    return reason.name


def _enters_foreign_code(world: World, call: ExternalCall) -> bool:
    return _is_foreign(world, call.to) and not _is_test_contract(world, call.sender)


def _is_test_contract(world: World, address: Address) -> bool:
    return _is_foreign(world, address) or isinstance(world.account(address).code, TestToken)


def _is_foreign(world: World, address: Address) -> bool:
    code = world.account(address).code
    return isinstance(code, ExtensionCode) and code.foreign


def digest_logs(logs: tuple[Log, ...]) -> Json:
    """How many logs, and the hash of them all: emitter, number of topics, topics, hash of the data (WIR-72)."""
    content = b"".join(
        bytes(log.address) + bytes([len(log.topics)]) + b"".join(log.topics) + keccak256(log.data) for log in logs
    )
    return {"count": hex(len(logs)), "keccak256": keccak256(content).to_hex()}


def _log_form(log: Log) -> Json:
    return {"address": to_json(log.address), "topics": to_json(log.topics), "data": to_json(log.data)}


def _call_form(call: ExternalCall) -> Json:
    return {
        "from": to_json(call.sender),
        "to": to_json(call.to),
        "value": to_json(call.value),
        "calldata": to_json(call.calldata),
        "static": call.static,
        "success": call.success,
        "returnData": to_json(call.data),
        **({"gas": to_json(call.gas)} if call.calldata.startswith((ON_SLASH, BURNER_ON_SLASH)) else {}),
    }


def _creation_form(creation: Creation) -> Json:
    return {
        "address": to_json(creation.address),
        "from": to_json(creation.creator),
        "initcodeHash": to_json(creation.initcode_hash),
    }


TRANSITIONS = {
    "call": apply_call_step,
    "deploy": apply_deploy_step,
    "views": read_views,
    "slots": read_slots,
    "hasCode": read_contracts,
}
AREAS["economics"] = Area(load=load, dump=dump, root=root, transitions=dict(TRANSITIONS))
