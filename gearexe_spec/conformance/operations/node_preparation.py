"""Operations of the area `node` that prepare Ethereum blocks.

Rules: BLK-110 to BLK-118.
"""

from __future__ import annotations

from dataclasses import replace

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.node import Node, to_view
from gearexe_spec.conformance.operations.registry import AREAS, Input
from gearexe_spec.executor.node_view import EthereumRecord, NodeView
from gearexe_spec.executor.preparation import (
    find_chain,
    find_needed_codes,
    prepare_block,
    read_router_events,
    split_codes_queue,
)


def transition_needs(node: Node, form: Input) -> tuple[Node, Json]:
    """Blocks to prepare for a target, and codes to load and wait for, on the first run and later."""
    chain = find_chain(node.view, from_json(Bytes32, form["target"], "/target"))
    return node, {
        "chain": to_json(chain),
        "codesOnFirstRun": _codes(node.view, chain, is_first_run=True),
        "codesLater": _codes(node.view, chain, is_first_run=False),
    }


def transition_prepare(node: Node, form: Input) -> tuple[Node, Json]:
    """Prepare all blocks up to a target, each on top of the one before, until one cannot be."""
    steps: list[Json] = []
    latest = Bytes32.zero()
    for block in find_chain(node.view, from_json(Bytes32, form["target"], "/target")):
        try:
            record = prepare_block(node.view, block)
        except Rejected as rejected:
            steps.append({"block": to_json(block), "error": rejected.reason.name})
            break
        parent = node.view.header(record.parent_hash)
        kept, appended = split_codes_queue(parent, read_router_events(node.view, block))
        notes: dict[str, Json] = {
            "codesQueueKept": to_json(kept),
            "codesQueueAppended": to_json(appended),
            "lastCommittedBatch": to_json(record.last_committed_batch),
            "lastCommittedMb": to_json(record.last_committed_mb),
            "lastCommittedEb": to_json(record.last_committed_eb),
            "latestEraValidatorsCommitted": to_json(record.latest_era_validators_committed),
            "prepared": record.prepared,
        }
        steps.append({"block": to_json(block), **notes})
        node, latest = _with(node, record), block
    return node, {"steps": steps, "latestPrepared": to_json(latest)}


AREAS["node"].transitions.update({"neededCodes": transition_needs, "prepare": transition_prepare})


def _codes(view: NodeView, chain: tuple[Bytes32, ...], is_first_run: bool) -> Json:
    try:
        return to_json(find_needed_codes(view, chain, is_first_run))
    except Rejected as rejected:
        return {"error": rejected.reason.name}


def _with(node: Node, record: EthereumRecord) -> Node:
    blocks = tuple(record if block.hash == record.hash else block for block in node.world.ethereum_blocks)
    world = replace(node.world, ethereum_blocks=blocks)
    return Node(world, to_view(world))
