"""`consensus-commitments/1` and `consensus-packing/1`: the parts of batches in all forms, and how they are packed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.json_form import camel_case
from gearexe_spec.conformance.reference.adapter import Case, Document, adapter
from gearexe_spec.conformance.reference.consensus.recorded import (
    Builder,
    Exchanges,
    Form,
    accepted,
    ask,
    number,
    replay_groups,
    wire,
)
from gearexe_spec.conformance.reference.program.recorded import REPLY_CODES
from gearexe_spec.conformance.wire import RejectedAnswer

KINDS = (
    "message",
    "value_claim",
    "state_transition",
    "chain_commitment",
    "code_commitment",
    "rewards_commitment",
    "validators_commitment",
    "batch_commitment",
)


@adapter("consensus-commitments/1")
def commitments(document: Document) -> Iterator[Case]:
    """Pure."""
    builders: dict[str, Builder] = {kind: partial(_encode, camel_case(kind)) for kind in KINDS}
    others: dict[str, Builder] = {
        "combinators": _combine,
        "commit_batch_call": _commit_batch,
        "reply_code": _reply_code,
    }
    return replay_groups(document, builders | others)


@adapter("consensus-packing/1")
def packing(document: Document) -> Iterator[Case]:
    """Pure."""
    return replay_groups(document, {"charges": _charge, "filler": _fill, "squash": _squash})


def _encode(kind: str, vector: Form) -> Exchanges:
    value = wire(vector["value"])
    outputs: dict[str, Any] = {"abiSize": number(vector["abi_size"])}
    outputs |= {name: vector[name] for name in ("abi", "digest", "json", "scale") if name in vector}
    outputs |= {camel_case(name): vector[name] for name in ("operators_digest", "stakers_digest") if name in vector}
    if "request" in vector:
        outputs["request"] = wire(vector["request"])
    yield ask("commitment/encode", kind=kind, value=value), accepted(**outputs)
    yield ask("commitment/decode", kind=kind, scale=vector["scale"]), accepted(value=value)


def _combine(vector: Form) -> Exchanges:
    request = ask("commitment/combine", kind=camel_case(vector["kind"]), value=wire(vector["value"]))
    yield request, accepted(digest=vector["digest"])


def _commit_batch(vector: Form) -> Exchanges:
    request = ask(
        "commitment/commitBatch",
        batch=wire(vector["batch"]),
        router=vector["router"],
        secrets=[signer["secret"] for signer in vector["signers"]],
    )
    signers = sorted(signer["address"] for signer in vector["signers"])
    yield request, accepted(calldata=vector["calldata"], signatures=vector["signatures"], signers=signers)


def _reply_code(vector: Form) -> Exchanges:
    name = REPLY_CODES[vector["normalized"]]
    outputs = {"code": name, "normalized": vector["normalized"], "scale": vector["scale"]}
    yield ask("commitment/replyCode", bytes=vector["bytes"]), accepted(**outputs)
    yield ask("commitment/decodeReplyCode", scale=vector["scale"]), accepted(code=name)


def _charge(vector: Form) -> Exchanges:
    request = ask("packing/charge", kind=camel_case(vector["kind"]), value=wire(vector["value"]))
    yield request, accepted(charge=number(vector["charge"]))


def _fill(vector: Form) -> Exchanges:
    steps: list[Any] = [{"kind": camel_case(step["include"]), "value": wire(step["value"])} for step in vector["steps"]]
    results: list[Any] = [
        {"accepted": step["accepted"], "hasChainCommitment": step["has_chain_commitment"]} for step in vector["steps"]
    ]
    yield (
        ask("packing/fill", limit=number(vector["batch_size_limit"]), steps=steps),
        accepted(steps=results, parts=wire(vector["parts"])),
    )
    smallest = number(vector["smallest_sufficient_limit"])
    yield ask("packing/smallestSufficientLimit", steps=steps), accepted(limit=smallest)


def _squash(vector: Form) -> Exchanges:
    request = ask("packing/squash", transitions=wire(vector["transitions"]))
    if "digest" not in vector:
        yield request, RejectedAnswer("ValueOverflow", "")
    else:
        yield (
            request,
            accepted(squashed=wire(vector["squashed"]), sorted=wire(vector["sorted"]), digest=vector["digest"]),
        )
