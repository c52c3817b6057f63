"""The area `onchain`: a world of contracts, and transactions that change it.

`init` takes the chain before anything was deployed: chain id, salt of the block hashes, accounts with balance, kind and
code, hashes of the clones' initcode, and what is watched. A target with an EVM runs the foreign code; one without it is
told with every transaction what foreign code answered (`foreign`).

Rules: WIR-44 to WIR-52.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, cast

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64, U256
from gearexe_spec.base.rejection import NotSpecifiedYet
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.onchain_world import Roles, world_from_paths
from gearexe_spec.conformance.operations.onchain_paths import Paths, Watch, compare_paths, list_paths, read_paths
from gearexe_spec.conformance.operations.onchain_receivers import DELEGATES
from gearexe_spec.conformance.operations.registry import AREAS, Area, Input
from gearexe_spec.conformance.wire import Accepted, RejectedAnswer
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.environment import Answer, ForeignCall, NestedCall, Script
from gearexe_spec.onchain.events import Log
from gearexe_spec.onchain.machine import Creation, ExternalCall
from gearexe_spec.onchain.storage_words import set_storage_word
from gearexe_spec.onchain.transaction import (
    Applied,
    Call,
    Deployment,
    Result,
    apply_call,
    apply_deployment,
)
from gearexe_spec.onchain.world import Account, Block, CloneInitcode, ContractKind, ForeignCode, World


@dataclass(frozen=True, slots=True)
class OnchainState:
    """The state of the area.

    Args:
        world: accounts and their storage.
        salt: block hashes are made of it.
        watch: what is compared.
        genesis: the form the area was begun with.
        paths: of the world, so that a transaction's changes cost one reading.
    """

    world: World
    salt: Bytes32
    watch: Watch
    genesis: dict[str, Json]
    paths: Paths


def load(form: Json) -> OnchainState:
    """The chain before anything was deployed, or where its `state` says that it stands (WIR-44)."""
    parts = cast(dict[str, Any], form)
    accounts = {from_json(Address, entry["address"]): _account(entry) for entry in parts["accounts"]}
    clones = {
        from_json(Address, entry["router"]): CloneInitcode(
            from_json(Bytes32, entry["small"]), from_json(Bytes32, entry["full"])
        )
        for entry in parts["cloneInitcodeHashes"]
    }
    world = World(from_json(U256, parts["chainId"]), Map(accounts), Map(clones))
    roles = parts["roles"]
    if parts.get("state"):
        world = _stand_at(world, parts, accounts)
    watch = Watch(
        router=from_json(Address | None, roles.get("router")),
        wvara=from_json(Address | None, roles.get("wvara")),
        addresses=frozenset(from_json(Address, address) for address in parts["watch"]),
    )
    genesis = {name: part for name, part in parts.items() if name != "state"}
    return OnchainState(world, from_json(Bytes32, parts["blockHashSalt"]), watch, genesis, read_paths(world, watch))


def _stand_at(world: World, parts: dict[str, Any], given: dict[Address, Account]) -> World:
    """The world that paths describe, foreign code included; nonces of people and the POA list are not in paths.

    Raises:
        NotSpecifiedYet: there is no Router to stand around.
    """
    roles, paths = parts["roles"], dict(parts["state"])
    if "router/implementation" not in paths:
        raise NotSpecifiedYet("a state without Router")
    router, wvara, mirror = (from_json(Address | None, roles.get(name)) for name in ("router", "wvara", "mirror"))
    foreign = {address: account for address, account in given.items() if account.code is not None}
    known = Roles(router, None if wvara in foreign else wvara, None if mirror in foreign else mirror)
    described = world_from_paths(paths, known, world.chain_id, world.clone_initcode.get(router))
    accounts = described.accounts
    for address, account in foreign.items():
        accounts = accounts.set(address, replace(account, balance=described.account(address).balance))
    return replace(described, accounts=accounts)


def _account(entry: dict[str, Any]) -> Account:
    balance = from_json(U256, entry["balance"])
    if entry["code"] == "0x":
        return Account(balance)
    return Account(balance, U64(1), ForeignCode(entry["kind"]))


def dump(state: OnchainState) -> Json:
    """What the area was begun with, and what is watched now as pairs of path and value (WIR-41)."""
    return {**state.genesis, "state": list_paths(state.paths)}


def root(state: OnchainState) -> str:
    """A hash that stands for what is watched."""
    return keccak256(json.dumps(list_paths(state.paths), separators=(",", ":")).encode()).to_hex()


def apply_call_step(state: OnchainState, form: Input) -> tuple[OnchainState, Json]:
    """`onchain/call`: a transaction that calls an account (WIR-45)."""
    call = Call(
        sender=from_json(Address, form["from"]),
        to=from_json(Address, form["to"]),
        data=from_json(bytes, form["calldata"]),
        value=from_json(U256, form["value"]),
        blob_hashes=from_json(tuple[Bytes32, ...], form["blobHashes"]),
    )
    result = apply_call(state.world, _block(state, form), call, _script(state, form))
    return _settle(state, form, result)


def apply_create_step(state: OnchainState, form: Input) -> tuple[OnchainState, Json]:
    """`onchain/create`: a transaction that deploys a contract (WIR-46)."""
    contract = from_json(str, form["contract"])
    deployment = Deployment(
        sender=from_json(Address, form["from"]),
        contract=None if contract == "Mirror" else _kind(contract),
        arguments=from_json(bytes, form["constructorArguments"]),
        value=from_json(U256, form["value"]),
    )
    result = apply_deployment(state.world, _block(state, form), deployment, _script(state, form))
    return _settle(state, form, result)


def _kind(contract: str) -> ContractKind:
    if contract not in ContractKind.__members__:
        raise NotSpecifiedYet(f"contract {contract}")
    return ContractKind[contract]


def set_storage_step(state: OnchainState, form: Input) -> tuple[OnchainState, Json]:
    """`onchain/setStorage`: a word written from outside (WIR-47)."""
    address, slot = from_json(Address, form["address"]), from_json(U256, form["slot"])
    world = set_storage_word(state.world, address, slot, from_json(U256, form["value"]))
    return _change(state, world, {})


def read_state_step(state: OnchainState, form: Input) -> tuple[OnchainState, Json]:
    """`onchain/state`: what is watched (WIR-41)."""
    return state, {"paths": list_paths(state.paths)}


def _block(state: OnchainState, form: Input) -> Block:
    block = cast(dict[str, Json], form["block"])
    salt = state.salt

    def hash_of(number: int) -> Bytes32:
        return keccak256(salt + number.to_bytes(32, "big"))

    return Block(from_json(U256, block["number"]), from_json(U256, block["timestamp"]), hash_of)


def _script(state: OnchainState, form: Input) -> Script:
    answers = cast(list[dict[str, Any]], form["foreign"])

    def delegate(call: ForeignCall) -> Answer | None:
        code = state.world.account(call.code_address).code
        model = DELEGATES.get(code.kind) if isinstance(code, ForeignCode) else None
        return model(call) if model else None

    return Script(tuple(_answer(entry) for entry in answers), delegate)


def _answer(entry: dict[str, Any]) -> Answer:
    calls = tuple(
        NestedCall(
            from_json(Address, call["to"]),
            from_json(U256, call["value"]),
            from_json(bytes, call["calldata"]),
            from_json(bool, call["static"]),
            from_json(bool, call["outOfGas"]),
        )
        for call in entry["calls"]
    )
    return Answer(from_json(bool, entry["success"]), from_json(bytes, entry["returnData"]), calls)


def _settle(state: OnchainState, form: Input, result: Result) -> tuple[OnchainState, Json]:
    """The new state, and what everybody can see; a dry transaction leaves nothing behind (WIR-48 to WIR-50)."""
    dry = from_json(bool, form["dry"])
    seen: dict[str, Json] = {
        "calls": [_call_form(call) for call in result.calls],
        "creations": [_creation_form(creation) for creation in result.creations],
    }
    if isinstance(result, Applied):
        seen |= {"returnData": to_json(result.output), "logs": [_log_form(log) for log in result.logs]}
        return _change(state, result.world, seen, dry)

    details = {"data": to_json(result.data), **seen}
    answer = RejectedAnswer(result.rejected.reason.name, str(result.rejected.reason.phase), details)
    kept = state if dry else replace(state, world=result.world)
    return kept, cast(Json, answer)


def _change(state: OnchainState, world: World, seen: dict[str, Json], dry: bool = False) -> tuple[OnchainState, Json]:
    paths = read_paths(world, state.watch)
    seen["delta"] = compare_paths(state.paths, paths)
    if dry:
        return state, cast(Json, Accepted(seen | {"delta": []}))
    return replace(state, world=world, paths=paths), cast(Json, Accepted(seen))


def _log_form(log: Log) -> Json:
    return {"address": to_json(log.address), "topics": to_json(log.topics), "data": to_json(log.data)}


def _call_form(call: ExternalCall) -> Json:
    form: dict[str, Json] = {
        "from": to_json(call.sender),
        "to": to_json(call.to),
        "value": to_json(call.value),
        "calldata": to_json(call.calldata),
        "static": call.static,
        "parent": to_json(call.parent),
        "success": call.success,
        "returnData": to_json(call.data),
    }
    return form | ({"gas": to_json(call.gas)} if call.gas is not None else {})


def _creation_form(creation: Creation) -> Json:
    return {
        "address": to_json(creation.address),
        "from": to_json(creation.creator),
        "initcodeHash": to_json(creation.initcode_hash),
    }


AREAS["onchain"] = Area(
    load=load,
    dump=dump,
    root=root,
    transitions={
        "call": apply_call_step,
        "create": apply_create_step,
        "setStorage": set_storage_step,
        "state": read_state_step,
    },
)

__all__ = ["JsonFormError", "OnchainState"]
