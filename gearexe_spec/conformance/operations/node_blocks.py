"""Operations of the area `node` that build and judge sequencer blocks.

Rules: BLK-120 to BLK-139.
"""

from __future__ import annotations

from dataclasses import replace

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.operations.node import Node
from gearexe_spec.conformance.operations.registry import AREAS, Input
from gearexe_spec.conformance.operations.sequencer import dump_operation
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.executor.block_proposals import (
    ProposalRejection,
    Quarantine,
    build_operations,
    find_touched_programs,
    validate_payload,
)
from gearexe_spec.executor.injected_transaction import (
    InjectedTransaction,
    SignedInjectedTransaction,
    compute_transaction_id,
    digest_transaction,
    signed_injected_transaction,
)
from gearexe_spec.executor.sequencer_blocks import hash_operations, operations
from gearexe_spec.executor.signed_message import SignedMessage, sign_message


def transition_touched(node: Node, form: Input) -> tuple[Node, Json]:
    """Programs that events mean work for, sorted."""
    after, until = from_json(Bytes32, form["after"], "/after"), from_json(Bytes32, form["until"], "/until")
    touched = find_touched_programs(node.view, after, until)
    return node, {"touched": to_json(tuple(sorted(touched)))}


def transition_build(node: Node, form: Input) -> tuple[Node, Json]:
    """What the node proposes, null if nothing, and whether it would accept that itself."""
    parent, head = _place(form)
    quarantine = from_json(Quarantine, form["quarantine"], "/quarantine")
    pool = _load_pool(form["pool"])
    shown: dict[str, Json] = {
        "pool": [
            {
                "hash": to_json(compute_transaction_id(signed.data)),
                "size": hex(len(signed_injected_transaction.encode(signed))),
            }
            for signed in pool
        ]
    }
    contents = build_operations(node.view, parent, head, quarantine, pool)
    if contents is None:
        return node, {**shown, "operations": None}
    payload = operations.encode(contents)
    verdict = _judge(node, parent, head, quarantine.canonical, payload)
    return node, {
        **shown,
        "operations": [dump_operation(each) for each in contents],
        "operationsHash": to_json(hash_operations(contents)),
        "payload": to_json(payload),
        "payloadLength": hex(len(payload)),
        "injectedCount": hex(sum(isinstance(each, SignedMessage) for each in contents)),
        "sameViewValidation": verdict,
    }


def transition_validate(node: Node, form: Input) -> tuple[Node, Json]:
    """Whether the node accepts a proposed payload, why not, or the error that prevents an answer."""
    parent, head = _place(form)
    stored = from_json(tuple[MessageId, ...] | None, form["parentInjected"], "/parentInjected")
    judge = node if stored is None else _with_injected(node, parent, stored)
    canonical = from_json(U32, form["canonicalQuarantine"], "/canonicalQuarantine")
    return node, {"result": _judge(judge, parent, head, canonical, from_json(bytes, form["payload"], "/payload"))}


AREAS["node"].transitions.update(
    {"touchedPrograms": transition_touched, "buildBlock": transition_build, "validateBlock": transition_validate}
)


def _judge(node: Node, parent: Bytes32, head: Bytes32, canonical: U32, payload: bytes) -> Json:
    try:
        validate_payload(node.view, parent, head, canonical, payload)
    except Rejected as rejected:
        if not isinstance(rejected.reason, ProposalRejection):
            return {"error": rejected.reason.name}
        details = rejected.arguments[0] if rejected.arguments else {}
        assert isinstance(details, dict)
        return {"rejected": {"reason": rejected.reason.name, **details}}
    return "accepted"


def _place(form: Input) -> tuple[Bytes32, Bytes32]:
    return from_json(Bytes32, form["parentMb"], "/parentMb"), from_json(Bytes32, form["head"], "/head")


def _load_pool(form: Json) -> list[SignedInjectedTransaction]:
    """Signed transactions, or unsigned ones with the secret to sign them."""
    if not isinstance(form, list):
        raise JsonFormError("/pool: a list is expected")
    pool = []
    for index, part in enumerate(form):
        if not isinstance(part, dict):
            raise JsonFormError(f"/pool/{index}: an object is expected")
        if "signed" in part:
            pool.append(signed_injected_transaction.decode(from_json(bytes, part["signed"], f"/pool/{index}/signed")))
        else:
            transaction = from_json(InjectedTransaction, part["tx"], f"/pool/{index}/tx")
            key = from_json(PrivateKey, part["secret"], f"/pool/{index}/secret")
            pool.append(sign_message(key, transaction, digest_transaction(transaction)))
    return pool


def _with_injected(node: Node, block: Bytes32, hashes: tuple[MessageId, ...]) -> Node:
    record = replace(node.view.sequencer[block], injected_hashes=hashes)
    view = replace(node.view, sequencer={**node.view.sequencer, block: record})
    return replace(node, view=view)
