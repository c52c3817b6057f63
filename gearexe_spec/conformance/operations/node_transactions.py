"""What a node makes of injected transactions: the mempool's area, and operations of the area `node`.

Rules: BLK-100 to BLK-103; INJ-40 to INJ-69.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.operations.node import Node, World, to_view
from gearexe_spec.conformance.operations.node import load as load_node
from gearexe_spec.conformance.operations.registry import AREAS, Area, Input
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor.injected_transaction import InjectedTransaction, compute_transaction_id
from gearexe_spec.executor.mempool import (
    Mempool,
    fetch_transactions,
    forget_transactions,
    insert_transaction,
    set_chain_head,
)
from gearexe_spec.executor.node_view import NodeView
from gearexe_spec.executor.quarantine import find_anchor, is_strict_descendant
from gearexe_spec.executor.receipts import acceptance
from gearexe_spec.executor.tx_validity import compute_validity, make_checker


def transition_anchor(node: Node, form: Input) -> tuple[Node, Json]:
    """The ancestor at a depth; null: the chain is too short."""
    head = from_json(Bytes32, form["head"], "/head")
    depth = int(from_json(U64, form["depth"], "/depth"))
    return node, {"anchor": to_json(find_anchor(_without(node, form), head, depth))}


def transition_descendant(node: Node, form: Input) -> tuple[Node, Json]:
    """Whether a block lies behind another."""
    candidate = from_json(Bytes32, form["candidate"], "/candidate")
    ancestor = from_json(Bytes32, form["ancestor"], "/ancestor")
    return node, {"isDescendant": is_strict_descendant(_without(node, form), candidate, ancestor)}


def transition_validity(node: Node, form: Input) -> tuple[Node, Json]:
    """The verdict on a transaction, or the error that prevents one."""
    transaction = from_json(InjectedTransaction, form["tx"], "/tx")
    head, parent = from_json(Bytes32, form["head"], "/head"), from_json(Bytes32, form["parentMb"], "/parentMb")
    shown: dict[str, Json] = {"hash": to_json(compute_transaction_id(transaction))}
    try:
        verdict = compute_validity(make_checker(node.view, head, parent), transaction)
    except Rejected as rejected:
        return node, {**shown, "error": rejected.reason.name}
    return node, {**shown, "verdict": verdict.name}


AREAS["node"].transitions.update(
    {
        "findAnchor": transition_anchor,
        "isStrictDescendant": transition_descendant,
        "txValidity": transition_validity,
    }
)


@dataclass(frozen=True, slots=True)
class PoolAndNode:
    """A mempool and the node it belongs to."""

    node: Node
    pool: Mempool


def load(form: Json) -> PoolAndNode:
    """An empty pool of a capacity, on a node."""
    if not isinstance(form, dict):
        raise JsonFormError("an object is expected")
    return PoolAndNode(load_node(form["world"]), Mempool(int(from_json(U64, form["capacity"], "/capacity"))))


def dump(state: PoolAndNode) -> Json:
    """What waits and what was seen, by hash."""
    world: World = state.node.world
    return {
        "world": to_json(world),
        "capacity": hex(state.pool.capacity),
        "waiting": [to_json(each) for each in sorted(state.pool.waiting)],
        "seen": [to_json(each) for each in sorted(state.pool.seen)],
    }


def root(state: PoolAndNode) -> str:
    """Stands for what waits and what was seen."""
    shown = (sorted(state.pool.waiting), sorted(state.pool.seen.items()), state.pool.head_height)
    return "0x" + keccak256(repr(shown).encode()).hex()


def transition_insert(state: PoolAndNode, form: Input) -> tuple[PoolAndNode, Json]:
    """One transaction more, or why not."""
    transaction = from_json(InjectedTransaction, form["tx"], "/tx")
    pool, insertion = insert_transaction(state.pool, state.node.view, transaction)
    return replace(state, pool=pool), {
        "result": insertion.name,
        "acceptance": to_json(acceptance.encode(insertion.to_acceptance())),
        "poolSize": hex(len(pool.waiting)),
        "hash": to_json(compute_transaction_id(transaction)),
    }


def transition_fetch(state: PoolAndNode, form: Input) -> tuple[PoolAndNode, Json]:
    """Hashes of what may be proposed at a head, sorted."""
    fetched = fetch_transactions(state.pool, state.node.view, from_json(Bytes32, form["block"], "/block"))
    return state, {"hashes": [to_json(compute_transaction_id(each)) for each in fetched]}


def transition_count(state: PoolAndNode, form: Input) -> tuple[PoolAndNode, Json]:
    """Whether anything may be proposed at a head, and how much."""
    fetched = fetch_transactions(state.pool, state.node.view, from_json(Bytes32, form["block"], "/block"))
    return state, {"fetched": bool(fetched), "count": hex(len(fetched))}


def transition_head(state: PoolAndNode, form: Input) -> tuple[PoolAndNode, Json]:
    """A new head; what was purged, sorted by hash."""
    pool, purged = set_chain_head(state.pool, state.node.view, from_json(Bytes32, form["block"], "/block"))
    return replace(state, pool=pool), {"purged": to_json(purged), "poolSize": hex(len(pool.waiting))}


def transition_forget(state: PoolAndNode, form: Input) -> tuple[PoolAndNode, Json]:
    """Finalized transactions."""
    pool = forget_transactions(state.pool, from_json(tuple[InjectedTransaction, ...], form["txs"], "/txs"))
    return replace(state, pool=pool), {"poolSize": hex(len(pool.waiting))}


AREAS["mempool"] = Area(
    load=load,
    dump=dump,
    root=root,
    transitions={
        "insert": transition_insert,
        "fetch": transition_fetch,
        "count": transition_count,
        "setChainHead": transition_head,
        "forget": transition_forget,
    },
)


def _without(node: Node, form: Input) -> NodeView:
    """The node as if one header were not there."""
    missing = from_json(Bytes32 | None, form["missingHeader"], "/missingHeader")
    if missing is None:
        return node.view
    kept = tuple(block for block in node.world.ethereum_blocks if block.hash != missing)
    return to_view(replace(node.world, ethereum_blocks=kept))
