"""Operations on the parts of a batch: all their forms, and packing them.

Rules: BAT-1 to BAT-13, BAT-20 to BAT-38; COM-1 to COM-22; INJ-15.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes4
from gearexe_spec.base.numeric import U64
from gearexe_spec.codec.abi import AbiType
from gearexe_spec.codec.scale import Codec
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.execution.codes import ReplyCode, reply_code
from gearexe_spec.executor import batches, commitments
from gearexe_spec.executor.batch_signing import sign_batch_by_all
from gearexe_spec.executor.batches import BatchParts
from gearexe_spec.executor.json_text import print_message, print_state_transition, print_value_claim
from gearexe_spec.executor.squashing import sort_transitions, squash_transitions
from gearexe_spec.executor.validation_messages import make_validation_request
from gearexe_spec.onchain import commitment_abi
from gearexe_spec.onchain import commitments as on_chain
from gearexe_spec.program import outcome


@dataclass(frozen=True, slots=True)
class _Kind:
    """Everything one type of commitment has."""

    type: Any
    scale: Codec[Any]
    abi: AbiType[Any]
    to_on_chain: Callable[[Any], Any]
    digest: Callable[[Any], bytes]
    print: Callable[[Any], str] | None = None


def _rewards_for_calls(commitment: commitments.RewardsCommitment) -> on_chain.RewardsCommitment:
    return commitments.to_on_chain_rewards(commitment, commitments.FOR_CALLS)


def _batch_for_calls(batch: commitments.BatchCommitment) -> on_chain.BatchCommitment:
    return commitments.to_on_chain_batch(batch, commitments.FOR_CALLS)


def _digest_message(message: outcome.Message) -> bytes:
    return on_chain.hash_message(outcome.to_on_chain_message(message))


def _digest_claim(claim: outcome.ValueClaim) -> bytes:
    return on_chain.hash_value_claim(outcome.to_on_chain_claim(claim))


def _same(value: Any) -> Any:
    return value


KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        "message": _Kind(
            outcome.Message,
            outcome.message,
            commitment_abi.message,
            outcome.to_on_chain_message,
            _digest_message,
            print_message,
        ),
        "valueClaim": _Kind(
            outcome.ValueClaim,
            outcome.value_claim,
            commitment_abi.value_claim,
            outcome.to_on_chain_claim,
            _digest_claim,
            print_value_claim,
        ),
        "stateTransition": _Kind(
            outcome.StateTransition,
            outcome.state_transition,
            commitment_abi.state_transition,
            outcome.to_on_chain_transition,
            outcome.digest_transition,
            print_state_transition,
        ),
        "chainCommitment": _Kind(
            commitments.ChainCommitment,
            commitments.chain_commitment,
            commitment_abi.chain_commitment,
            commitments.to_on_chain_chain,
            commitments.digest_chain_commitment,
        ),
        "codeCommitment": _Kind(
            on_chain.CodeCommitment,
            commitments.code_commitment,
            commitment_abi.code_commitment,
            _same,
            on_chain.hash_code_commitment,
        ),
        "rewardsCommitment": _Kind(
            commitments.RewardsCommitment,
            commitments.rewards_commitment,
            commitment_abi.rewards_commitment,
            _rewards_for_calls,
            commitments.digest_rewards_commitment,
        ),
        "validatorsCommitment": _Kind(
            commitments.ValidatorsCommitment,
            commitments.validators_commitment,
            commitment_abi.validators_commitment,
            commitments.to_on_chain_validators,
            commitments.digest_validators_commitment,
        ),
        "batchCommitment": _Kind(
            commitments.BatchCommitment,
            commitments.batch_commitment,
            commitment_abi.batch_commitment,
            _batch_for_calls,
            commitments.digest_batch,
        ),
    }
)
LISTS = MappingProxyType(
    {
        "listOfMessages": "message",
        "listOfValueClaims": "valueClaim",
        "listOfStateTransitions": "stateTransition",
        "listOfCodeCommitments": "codeCommitment",
    }
)
OPTIONS = MappingProxyType(
    {
        "optionOfChainCommitment": "chainCommitment",
        "optionOfRewardsCommitment": "rewardsCommitment",
        "optionOfValidatorsCommitment": "validatorsCommitment",
    }
)
INCLUSIONS: Mapping[str, Callable[[BatchParts, Any], BatchParts | None]] = MappingProxyType(
    {
        "chainCommitment": batches.include_chain,
        "codeCommitment": batches.include_code,
        "rewardsCommitment": batches.include_rewards,
        "validatorsCommitment": batches.include_validators,
    }
)
CHARGES: Mapping[str, Callable[[Any], int]] = MappingProxyType(
    {
        "chainCommitment": batches.charge_of_chain,
        "codeCommitment": lambda _: batches.CODE_COMMITMENT_CHARGE,
        "rewardsCommitment": batches.charge_of_rewards,
        "validatorsCommitment": batches.charge_of_validators,
    }
)


@operation("commitment/encode")
def encode(form: Input) -> Json:
    """SCALE, ABI, size, digest and, where there is one, the JSON text of a part of a batch."""
    kind = _kind(form)
    value = from_json(kind.type, form["value"], "/value")
    abi = kind.abi.encode(kind.to_on_chain(value))
    outputs: dict[str, Json] = {
        "scale": to_json(kind.scale.encode(value)),
        "abi": to_json(abi),
        "abiSize": hex(len(abi)),
        "digest": to_json(kind.digest(value)),
    }
    if kind.print is not None:
        outputs["json"] = kind.print(value)
    if isinstance(value, commitments.RewardsCommitment):
        outputs["operatorsDigest"] = to_json(on_chain.hash_operator_rewards(value.operators))
        outputs["stakersDigest"] = to_json(on_chain.hash_staker_rewards(value.stakers))
    if isinstance(value, commitments.BatchCommitment):
        outputs["request"] = to_json(make_validation_request(value))
    return outputs


@operation("commitment/decode")
def decode(form: Input) -> Json:
    """A part of a batch from its SCALE form."""
    return {"value": to_json(_kind(form).scale.decode(from_json(bytes, form["scale"], "/scale")))}


@operation("commitment/combine")
def combine(form: Input) -> Json:
    """The digest of a list, of something absent or present, or of bytes."""
    name = from_json(str, form["kind"], "/kind")
    if name == "bytes":
        return {"digest": to_json(keccak256(from_json(bytes, form["value"], "/value")))}
    if name in OPTIONS:
        kind = KINDS[OPTIONS[name]]
        return {"digest": to_json(kind.digest(from_json(kind.type | None, form["value"], "/value")))}
    if name not in LISTS:
        raise JsonFormError(f"/kind: {name}")
    kind = KINDS[LISTS[name]]
    values = from_json(tuple[kind.type, ...], form["value"], "/value")  # type: ignore[name-defined]  # made of values
    return {"digest": to_json(keccak256(b"".join(kind.digest(value) for value in values)))}


@operation("commitment/commitBatch")
def commit_batch(form: Input) -> Json:
    """A batch signed by several keys, and the call that hands it to the Router."""
    batch = from_json(commitments.BatchCommitment, form["batch"], "/batch")
    keys = from_json(tuple[PrivateKey, ...], form["secrets"], "/secrets")
    signed = sign_batch_by_all(batch, from_json(Address, form["router"], "/router"), keys)
    return {
        "calldata": to_json(signed.to_calldata()),
        "signatures": [to_json(signature.encode()) for signature in signed.ordered_signatures()],
        "signers": [to_json(signer) for signer in sorted(signed.signatures)],
    }


@operation("commitment/replyCode")
def read_reply_code(form: Input) -> Json:
    """Four bytes read as a reply code."""
    code = ReplyCode.from_bytes(from_json(Bytes4, form["bytes"], "/bytes"))
    return {"code": code.name, "normalized": to_json(code.to_bytes()), "scale": to_json(reply_code.encode(code))}


@operation("commitment/decodeReplyCode")
def decode_reply_code(form: Input) -> Json:
    """A reply code from its SCALE form."""
    return {"code": reply_code.decode(from_json(bytes, form["scale"], "/scale")).name}


@operation("packing/charge")
def charge(form: Input) -> Json:
    """Bytes that a part is charged with, absent or present."""
    kind = _kind(form)
    value = from_json(kind.type | None, form["value"], "/value")
    return {"charge": hex(CHARGES[from_json(str, form["kind"])](value))}


@operation("packing/fill")
def fill(form: Input) -> Json:
    """Parts included one after another under a limit, and what is left after squashing and sorting."""
    parts, results = _include_all(form, from_json(U64, form["limit"], "/limit"))
    finished = batches.finish_parts(parts)
    shown = {
        "chainCommitment": finished.chain_commitment,
        "codeCommitments": finished.code_commitments,
        "rewardsCommitment": finished.rewards_commitment,
        "validatorsCommitment": finished.validators_commitment,
    }
    return {"steps": results, "parts": {name: to_json(part) for name, part in shown.items()}}


@operation("packing/smallestSufficientLimit")
def smallest_sufficient_limit(form: Input) -> Json:
    """The least limit under which everything is included; 2^64 - 1 if that could not be."""
    parts, _ = _include_all(form, U64(U64.MAX))
    return {"limit": hex(U64.MAX - int(parts.remaining))}


@operation("packing/squash")
def squash(form: Input) -> Json:
    """Transitions squashed, then sorted, and the digest of the sorted ones."""
    transitions = from_json(tuple[outcome.StateTransition, ...], form["transitions"], "/transitions")
    squashed = squash_transitions(transitions)
    ordered = sort_transitions(squashed)
    return {
        "squashed": to_json(squashed),
        "sorted": to_json(ordered),
        "digest": to_json(outcome.digest_transitions(ordered)),
    }


def _include_all(form: Input, limit: U64) -> tuple[BatchParts, list[Json]]:
    parts = BatchParts(limit)
    results: list[Json] = []
    for index, step in enumerate(from_json_list(form["steps"])):
        kind = _kind(step)
        value = from_json(kind.type, step["value"], f"/steps/{index}/value")
        included = INCLUSIONS[from_json(str, step["kind"])](parts, value)
        parts = parts if included is None else included
        results.append({"accepted": included is not None, "hasChainCommitment": parts.chain_commitment is not None})
    return parts, results


def from_json_list(part: Json) -> list[dict[str, Json]]:
    """A list of objects, as they are."""
    if not isinstance(part, list) or not all(isinstance(item, dict) for item in part):
        raise JsonFormError("a list of objects is expected")
    return [item for item in part if isinstance(item, dict)]


def _kind(form: Mapping[str, Json]) -> _Kind:
    name = from_json(str, form["kind"], "/kind")
    if name not in KINDS:
        raise JsonFormError(f"/kind: {name} is none of {', '.join(KINDS)}")
    return KINDS[name]
