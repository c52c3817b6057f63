"""The area `node`: what one node knows, and what it decides from that.

Rules: BAT-50 to BAT-84.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U16, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.registry import AREAS, Area, Input
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor.batch_building import BatchLimits, Election, build_batch, find_election
from gearexe_spec.executor.batch_validation import BatchRejection, asks_for_election, validate_request
from gearexe_spec.executor.batches import compute_batch_size
from gearexe_spec.executor.commitments import digest_batch
from gearexe_spec.executor.node_view import ZERO_BLOCK, EthereumRecord, NodeView, SequencerRecord
from gearexe_spec.executor.timelines import Timelines
from gearexe_spec.executor.validation_messages import ValidationRequest, make_validation_request


@dataclass(frozen=True, slots=True)
class World:
    """The stored form of what a node knows; the last Ethereum block listed is the latest synced one."""

    timelines: Timelines
    max_validators: U16
    start_block: Bytes32
    genesis_block: Bytes32
    latest_finalized_mb: Bytes32
    latest_computed_mb: Bytes32
    ethereum_blocks: tuple[EthereumRecord, ...]
    sequencer_blocks: tuple[SequencerRecord, ...]
    code_validity: tuple[tuple[CodeId, bool], ...]
    validators: tuple[tuple[U64, tuple[Address, ...]], ...]
    elections: tuple[tuple[U64, tuple[Address, ...]], ...]


def to_view(world: World) -> NodeView:
    """The world with everything by its key, and the zero block."""
    return NodeView(
        timelines=world.timelines,
        max_validators=world.max_validators,
        start_block=world.start_block,
        latest_synced_eb=world.ethereum_blocks[-1].hash if world.ethereum_blocks else Bytes32.zero(),
        latest_finalized_mb=world.latest_finalized_mb,
        latest_computed_mb=world.latest_computed_mb,
        ethereum={record.hash: record for record in world.ethereum_blocks},
        sequencer={record.hash: record for record in (ZERO_BLOCK, *world.sequencer_blocks)},
        code_validity=dict(world.code_validity),
        validators=dict(world.validators),
        elections=dict(world.elections),
    )


@dataclass(frozen=True, slots=True)
class Node:
    """The state of the area: as it is stored, and as it is looked at."""

    world: World
    view: NodeView


def load(form: Json) -> Node:
    """A node from its stored form."""
    world = from_json(World, form)
    return Node(world, to_view(world))


def dump(node: Node) -> Json:
    """The stored form."""
    return to_json(node.world)


def root(node: Node) -> str:
    """Stands for all that is known."""
    return "0x" + keccak256(repr(node.world).encode()).hex()


def transition_build(node: Node, form: Input) -> tuple[Node, Json]:
    """The batch that the node proposes for an Ethereum block; an error where it cannot tell."""
    block, limits = _place(form)
    asked: list[Json] = []
    try:
        election = _ask(node.view, block, asked)
        batch = build_batch(node.view, block, limits, election)
    except Rejected as rejected:
        return node, {"error": rejected.reason.name, "electionsAsked": asked}
    if batch is None:
        return node, {"batch": None, "electionsAsked": asked}
    return node, {
        "batch": to_json(batch),
        "digest": to_json(digest_batch(batch)),
        "abiSize": hex(compute_batch_size(batch)),
        "request": to_json(make_validation_request(batch)),
        "electionsAsked": asked,
    }


def transition_validate(node: Node, form: Input) -> tuple[Node, Json]:
    """Whether the node signs what it is asked to: the digest, or why not, or an error where it cannot tell."""
    block, limits = _place(form)
    request = from_json(ValidationRequest, form["request"], "/request")
    asked: list[Json] = []
    try:
        election = _ask(node.view, block, asked) if asks_for_election(request) else None
        digest = validate_request(node.view, block, limits, request, election)
    except Rejected as rejected:
        if not isinstance(rejected.reason, BatchRejection):
            return node, {"error": rejected.reason.name, "electionsAsked": asked}
        details: Any = rejected.arguments[0] if rejected.arguments else {}
        refusal: Json = {"reason": rejected.reason.name, **{name: to_json(part) for name, part in details.items()}}
        return node, {"rejected": refusal, "electionsAsked": asked}
    return node, {"accepted": to_json(digest), "electionsAsked": asked}


AREAS["node"] = Area(
    load=load, dump=dump, root=root, transitions={"buildBatch": transition_build, "validateBatch": transition_validate}
)


def _place(form: Input) -> tuple[Bytes32, BatchLimits]:
    return from_json(Bytes32, form["block"], "/block"), from_json(BatchLimits, form["limits"], "/limits")


def _ask(view: NodeView, block: Bytes32, asked: list[Json]) -> Election | None:
    """The election for a block; notes what the Middleware was asked."""
    election = find_election(view, block)
    if election is not None:
        asked.append({"timestamp": to_json(election.timestamp), "maxValidators": to_json(view.max_validators)})
    return election
