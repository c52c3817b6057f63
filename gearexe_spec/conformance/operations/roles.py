"""The area `roles`: one validator and what its node knows.

An input tells the state right after it; `settle` does the work that is left, and tells what came of it. `markSynced`
and `markPrepared` change what the node knows and nothing else.

Rules: ROL-90 to ROL-112.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.conformance.json_form import Json, JsonFormError, camel_case_variant, from_json, to_json
from gearexe_spec.conformance.operations.node import Node, World, to_view
from gearexe_spec.conformance.operations.registry import AREAS, Area, Input, Transition
from gearexe_spec.conformance.vectors.canonical import content_hash
from gearexe_spec.crypto.ecdsa import Signature
from gearexe_spec.executor.batch_signing import SignedBatch
from gearexe_spec.executor.commitments import digest_batch
from gearexe_spec.executor.node_view import NodeView
from gearexe_spec.executor.role_work import Published, RoleEvent, settle
from gearexe_spec.executor.roles import (
    Validator,
    ValidatorConfig,
    apply_new_head,
    apply_prepared_block,
    apply_reply,
    apply_request,
    apply_synced_block,
)
from gearexe_spec.executor.validation_messages import ValidationReply, ValidationRequest, signed_validator_message

AtBlock = Callable[[Validator, ValidatorConfig, NodeView, Bytes32], Validator]


@dataclass(frozen=True, slots=True)
class _Stored:
    world: World
    config: ValidatorConfig
    validator: Validator


@dataclass(frozen=True, slots=True)
class ValidatorNode:
    """A validator and its node."""

    node: Node
    config: ValidatorConfig
    validator: Validator


def load(form: Json) -> ValidatorNode:
    """From the stored form; without `validator` one that has just started."""
    if isinstance(form, dict):
        form = {"validator": to_json(Validator()), **form}
    stored = from_json(_Stored, form)
    if stored.config.batch_commitment_period == 0:
        raise JsonFormError("/config/batchCommitmentPeriod: not 0")
    return ValidatorNode(Node(stored.world, to_view(stored.world)), stored.config, stored.validator)


def dump(state: ValidatorNode) -> Json:
    """The stored form."""
    return to_json(_Stored(state.node.world, state.config, state.validator))


def root(state: ValidatorNode) -> str:
    """Stands for all of it."""
    return content_hash(dump(state))


def transition_request(state: ValidatorNode, form: Input) -> tuple[ValidatorNode, Json]:
    """A request of a known sender."""
    sender = from_json(Address, form["sender"], "/sender")
    request = from_json(ValidationRequest, form["request"], "/request")
    return _after(state, apply_request(state.validator, sender, request))


def transition_reply(state: ValidatorNode, form: Input) -> tuple[ValidatorNode, Json]:
    """A reply: the digest and 65 bytes of signature."""
    signature = Signature.decode(from_json(bytes, form["contractSignature"], "/contractSignature"))
    reply = ValidationReply(from_json(Bytes32, form["digest"], "/digest"), signature)
    return _after(state, apply_reply(state.validator, state.config, reply))


def transition_settle(state: ValidatorNode, form: Input) -> tuple[ValidatorNode, Json]:
    """The work that is left."""
    fails = from_json(bool, form["submissionFails"], "/submissionFails")
    settled = settle(state.validator, state.config, state.node.view, fails)
    state, outputs = _after(state, settled.validator)
    return state, {
        **outputs,
        "events": [_event(event) for event in settled.events],
        "commitCalls": [_commit_call(signed) for signed in settled.submissions],
        "fatal": to_json(settled.fatal),
    }


def _block_input(apply: AtBlock) -> Transition:
    def transition(state: ValidatorNode, form: Input) -> tuple[ValidatorNode, Json]:
        block = from_json(Bytes32, form["block"], "/block")
        return _after(state, apply(state.validator, state.config, state.node.view, block))

    return transition


def _mark(name: str) -> Transition:
    def transition(state: ValidatorNode, form: Input) -> tuple[ValidatorNode, Json]:
        block = from_json(Bytes32, form["block"], "/block")
        flag: Any = {name: True}
        blocks = tuple(
            replace(record, **flag) if record.hash == block else record for record in state.node.world.ethereum_blocks
        )
        world = replace(state.node.world, ethereum_blocks=blocks)
        return replace(state, node=Node(world, to_view(world))), {}

    return transition


AREAS["roles"] = Area(
    load=load,
    dump=dump,
    root=root,
    transitions={
        "markSynced": _mark("synced"),
        "markPrepared": _mark("prepared"),
        "newHead": _block_input(apply_new_head),
        "syncedBlock": _block_input(apply_synced_block),
        "preparedBlock": _block_input(apply_prepared_block),
        "request": transition_request,
        "reply": transition_reply,
        "settle": transition_settle,
    },
)


def _after(state: ValidatorNode, validator: Validator) -> tuple[ValidatorNode, dict[str, Json]]:
    return replace(state, validator=validator), {
        "state": camel_case_variant(type(validator.state)),
        "pendingRequests": hex(len(validator.pending)),
    }


def _event(event: RoleEvent) -> Json:
    if not isinstance(event, Published):
        return {camel_case_variant(type(event)): to_json(event)}
    payload = event.message.data.payload
    shown: dict[str, Json] = (
        {"request": to_json(payload)}
        if isinstance(payload, ValidationRequest)
        else {"digest": to_json(payload.digest), "contractSignature": to_json(payload.signature.encode())}
    )
    return {
        "published": {
            "address": to_json(event.message.signer),
            "eraIndex": to_json(event.message.data.era_index),
            "wire": to_json(signed_validator_message.encode(event.message)),
            **shown,
        }
    }


def _commit_call(signed: SignedBatch) -> Json:
    return {
        "batch": to_json(signed.batch),
        "digest": to_json(digest_batch(signed.batch)),
        "signatures": [to_json(signature.encode()) for signature in signed.ordered_signatures()],
    }
