"""The area `admission`: what a node lets pass.

Rules: ROL-80 to ROL-86.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.operations.node import Node
from gearexe_spec.conformance.operations.node import load as load_node
from gearexe_spec.conformance.operations.registry import AREAS, Area, Input
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor.admission import Admission, Gate, Sender, admit_message, admit_receipt, move_gate, open_gate


@dataclass(frozen=True, slots=True)
class GateAndNode:
    """A gate and the node it belongs to."""

    node: Node
    gate: Gate


def load(form: Json) -> GateAndNode:
    """A gate that opens at a head."""
    if not isinstance(form, dict):
        raise JsonFormError("an object is expected")
    node = load_node(form["world"])
    return GateAndNode(node, open_gate(node.view, from_json(Bytes32, form["head"], "/head")))


def dump(state: GateAndNode) -> Json:
    """Era, sets, and how much is kept."""
    gate = state.gate
    return {
        "world": to_json(state.node.world),
        "era": to_json(gate.era),
        "current": to_json(gate.current),
        "next": to_json(gate.next),
        "cached": to_json(gate.cached),
    }


def root(state: GateAndNode) -> str:
    """Stands for the gate."""
    gate = state.gate
    return "0x" + keccak256(repr((gate.era, gate.current, gate.next, gate.cached)).encode()).hex()


def transition_head(state: GateAndNode, form: Input) -> tuple[GateAndNode, Json]:
    """A new head; what comes out of the cache is sorted here."""
    gate, released = move_gate(state.gate, state.node.view, from_json(Bytes32, form["block"], "/block"))
    return replace(state, gate=gate), {
        "era": to_json(gate.era),
        "current": to_json(gate.current),
        "next": to_json(gate.next),
        "released": to_json(tuple(sorted(released, key=lambda sender: (sender.era_index, sender.signer)))),
    }


def transition_message(state: GateAndNode, form: Input) -> tuple[GateAndNode, Json]:
    """A validator's message from a peer."""
    peer = from_json(U64, form["peer"], "/peer")
    sender = Sender(from_json(U64, form["eraIndex"], "/eraIndex"), from_json(Address, form["signer"], "/signer"))
    gate, admission = admit_message(state.gate, peer, sender)
    penalised: list[Json] = [hex(peer)] if admission is Admission.Reject else []
    return replace(state, gate=gate), {**_shown(admission), "penalisedPeers": penalised}


def transition_receipt(state: GateAndNode, form: Input) -> tuple[GateAndNode, Json]:
    """A receipt."""
    return state, _shown(admit_receipt(state.gate, from_json(Address, form["signer"], "/signer")))


AREAS["admission"] = Area(
    load=load,
    dump=dump,
    root=root,
    transitions={"chainHead": transition_head, "message": transition_message, "receipt": transition_receipt},
)


def _shown(admission: Admission) -> dict[str, Json]:
    return {"acceptance": admission.name, "delivered": admission is Admission.Accept}
