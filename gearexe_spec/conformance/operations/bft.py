"""Operations on what the BFT engine signs, sends and decides.

Rules: ROL-40 to ROL-74; BLK-86, BLK-87; CRY-36 to CRY-38.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import I64, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec, byte_vector
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.operations.registry import AREAS, Area, Input, operation
from gearexe_spec.crypto.bft_signature import BftSignature, is_bft_signature_valid, sign_bft
from gearexe_spec.crypto.ecdsa import PrivateKey, PublicKey
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor import bft_certificates as certificates
from gearexe_spec.executor import bft_messages as messages
from gearexe_spec.executor.bft_streams import Streams, insert_part, join_block_bytes
from gearexe_spec.executor.sequencer_blocks import compute_buffer_key, compute_value_id

_WIRE_KINDS: Mapping[str, tuple[Any, Codec[Any]]] = MappingProxyType(
    {
        "status": (messages.Status, messages.status),
        "request": (messages.SyncRequest, messages.sync_request),
        "response": (messages.SyncResponse, messages.sync_response),
        "proposedValue": (messages.ProposedValue, messages.proposed_value),
        "proposalParts": (messages.ProposalParts, messages.proposal_parts),
        "commitCertificate": (messages.CommitCertificate, messages.commit_certificate),
        "validatorProof": (messages.ValidatorProof, messages.validator_proof),
        "streamMessage": (messages.StreamMessage, messages.stream_message),
    }
)


@operation("bft/vote")
def sign_vote(form: Input) -> Json:
    """A vote signed and as it is sent, first and again."""
    signed = _sign(form, messages.Vote, "vote")
    assert isinstance(signed.message, messages.Vote)
    again = messages.LivenessVote(signed.message, signed.signature)
    return {**_signed_form(signed), "livenessWire": to_json(messages.liveness_message.encode(again))}


@operation("bft/proposal")
def sign_proposal(form: Input) -> Json:
    """A proposal signed and as it is sent."""
    return _signed_form(_sign(form, messages.Proposal, "proposal"))


@operation("bft/decodeAsBoth")
def decode_as_both(form: Input) -> Json:
    """The same bytes read as a vote and as a proposal; null where they are none."""
    data = from_json(bytes, form["bytes"], "/bytes")
    return {"vote": _read(messages.vote, data), "proposal": _read(messages.proposal, data)}


@operation("bft/decodeSigned")
def decode_signed(form: Input) -> Json:
    """A signed vote or proposal from the wire."""
    signed = messages.signed_consensus_message.decode(from_json(bytes, form["wire"], "/wire"))
    name = "proposal" if isinstance(signed.message, messages.Proposal) else "vote"
    return {name: to_json(signed.message), "signature": to_json(signed.signature)}


@operation("bft/verify")
def verify(form: Input) -> Json:
    """Whether a signature's bytes decode, and if so, whether it is the key's signature of the message."""
    key = from_json(PublicKey, form["publicKey"], "/publicKey")
    try:
        signature = BftSignature.read(from_json(bytes, form["signature"], "/signature"))
    except Rejected:
        return {"decodes": False, "valid": None}
    message = from_json(bytes, form["message"], "/message")
    return {"decodes": True, "valid": is_bft_signature_valid(signature, key, message)}


@operation("bft/validatorSet")
def validator_set(form: Input) -> Json:
    """The order of a set, and who proposes at some heights and rounds."""
    keys = from_json(tuple[PrivateKey, ...], form["secrets"], "/secrets")
    validators = certificates.ValidatorSet.of([key.public_key() for key in keys])
    turns = from_json(tuple[tuple[U64, U64], ...], form["turns"], "/turns")
    return {
        "order": to_json(validators.order),
        "proposers": [
            to_json(certificates.choose_proposer(validators, height, I64(int(number)))) for height, number in turns
        ],
    }


@operation("bft/thresholds")
def thresholds(form: Input) -> Json:
    """How much power is enough, by formula and by trying."""
    total = int(from_json(U64, form["total"], "/total"))
    quorum, honest = certificates.compute_quorum(total), certificates.compute_honest(total)
    return {
        "quorumMinExpected": hex(quorum),
        "honestMinExpected": hex(honest),
        "quorumSmallestWeight": hex(_smallest(quorum, total, certificates.is_quorum)),
        "honestSmallestWeight": hex(_smallest(honest, total, certificates.is_honest)),
    }


@operation("bft/certificate")
def check_certificate(form: Input) -> Json:
    """A certificate from the wire, judged for a set of validators."""
    keys = from_json(tuple[PublicKey, ...], form["validators"], "/validators")
    validators = certificates.ValidatorSet.of(keys)
    data = from_json(bytes, form["wire"], "/wire")
    if from_json(str, form["kind"], "/kind") == "commit":
        decided = messages.commit_certificate.decode(data)
        certificates.check_certificate(decided, messages.VoteType.Precommit, validators)
        return {"valid": True}
    sent = messages.liveness_message.decode(data)
    if isinstance(sent, messages.PolkaCertificate):
        certificates.check_certificate(sent.certificate, messages.VoteType.Prevote, validators)
    elif isinstance(sent, messages.RoundCertificate):
        certificates.check_round_certificate(sent, validators)
    else:
        raise JsonFormError("/wire: a vote is no certificate")
    return {"valid": True}


@operation("bft/encodeCertificate")
def encode_certificate(form: Input) -> Json:
    """The wire form of a certificate."""
    if from_json(str, form["kind"], "/kind") == "round":
        round_certificate = from_json(messages.RoundCertificate, form["value"], "/value")
        return {"wire": to_json(messages.liveness_message.encode(round_certificate))}
    certificate = from_json(messages.CommitCertificate, form["value"], "/value")
    if form["kind"] == "commit":
        return {"wire": to_json(messages.commit_certificate.encode(certificate))}
    return {"wire": to_json(messages.liveness_message.encode(messages.PolkaCertificate(certificate)))}


@operation("bft/value")
def value(form: Input) -> Json:
    """The names and forms of a proposed block."""
    block_bytes = from_json(bytes, form["blockBytes"], "/blockBytes")
    height = from_json(U64, form["height"], "/height")
    number = from_json(I64, form["round"], "/round")
    proposer = from_json(Address, form["proposer"], "/proposer")
    opening = messages.InitPart(height, number, messages.NO_ROUND, proposer)
    parts = messages.ProposalParts(height, number, proposer, (opening, messages.DataPart(block_bytes)))
    fin = sign_bft(
        from_json(PrivateKey, form["finSecret"], "/finSecret"),
        messages.encode_fin_bytes(height, number, block_bytes),
    )
    return {
        "valueId": to_json(compute_value_id(block_bytes)),
        "bufferKey": to_json(compute_buffer_key(height, number, proposer, block_bytes)),
        "bufferKeyWithoutData": to_json(compute_buffer_key(height, number, proposer, b"")),
        "finSignature": to_json(fin),
        "partsScale": to_json(messages.proposal_parts.encode(parts)),
        "valueScale": to_json(_BYTES.encode(block_bytes)),
    }


@operation("bft/encode")
def encode(form: Input) -> Json:
    """The wire form of a synchronisation message."""
    kind, codec = _wire_kind(form)
    return {"wire": to_json(codec.encode(from_json(kind, form["value"], "/value")))}


@operation("bft/decode")
def decode(form: Input) -> Json:
    """A synchronisation message from the wire, and its encoding again."""
    _, codec = _wire_kind(form)
    message = codec.decode(from_json(bytes, form["wire"], "/wire"))
    shown: dict[str, Json] = {"value": to_json(message), "wire": to_json(codec.encode(message))}
    if isinstance(message, messages.SyncRequest):
        shown["lastHeight"] = to_json(message.last_height)
    return shown


@operation("bft/validatorProof")
def validator_proof(form: Input) -> Json:
    """The proof that a peer is a validator's, and whether it would serve another peer."""
    peer_id = from_json(bytes, form["peerId"], "/peerId")
    proof = messages.make_validator_proof(from_json(PrivateKey, form["secret"], "/secret"), peer_id)
    other = replace(proof, peer_id=peer_id + b"\0")
    return {
        "publicKey": to_json(proof.public_key),
        "signature": to_json(proof.signature),
        "signedBytes": to_json(messages.encode_proof_bytes(proof.public_key, peer_id)),
        "valid": messages.is_validator_proof_valid(proof),
        "validWithAnotherPeerId": messages.is_validator_proof_valid(other),
        "wire": to_json(messages.validator_proof.encode(proof)),
    }


@operation("bft/networkSecret")
def network_secret(form: Input) -> Json:
    """The network secret that belongs to a validator's secret."""
    return {"secret": to_json(messages.derive_network_secret(from_json(PrivateKey, form["secret"], "/secret")))}


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Streams have no stored form; a session begins with none."""

    streams: Streams


def _load(form: Json) -> _Loaded:
    if form not in ({}, None):
        raise JsonFormError("streams begin empty")
    return _Loaded(Streams())


def _dump(state: _Loaded) -> Json:
    return {"known": hex(len(state.streams.by_key))}


def _root(state: _Loaded) -> str:
    shown = sorted(repr((key, stream.is_done, len(stream.contents))) for key, stream in state.streams.by_key.items())
    return "0x" + keccak256("".join(shown).encode()).hex()


def transition_insert(state: _Loaded, form: Input) -> tuple[_Loaded, Json]:
    """One message of a stream from a peer; says what it was, and the proposal if it is complete."""
    message = messages.stream_message.decode(from_json(bytes, form["wire"], "/wire"))
    streams, complete = insert_part(state.streams, from_json(bytes, form["peer"], "/peer"), message)
    shown: Json = None
    if complete is not None:
        shown = {**_object(to_json(complete)), "blockBytes": to_json(join_block_bytes(complete.parts))}
    return _Loaded(streams), {"message": to_json(message), "complete": shown}


AREAS["bftStreams"] = Area(load=_load, dump=_dump, root=_root, transitions={"insert": transition_insert})

_BYTES = byte_vector()


def _sign(form: Input, kind: Any, name: str) -> messages.SignedConsensusMessage:
    message = from_json(kind, form[name], f"/{name}")
    return messages.sign_consensus_message(from_json(PrivateKey, form["secret"], "/secret"), message)


def _signed_form(signed: messages.SignedConsensusMessage) -> dict[str, Json]:
    return {
        "signature": to_json(signed.signature),
        "signedBytes": to_json(messages.encode_signed_bytes(signed.message)),
        "wire": to_json(messages.signed_consensus_message.encode(signed)),
    }


def _read(codec: Codec[Any], data: bytes) -> Json:
    try:
        return to_json(codec.decode_prefix(data)[0])
    except Rejected:
        return None


def _smallest(guess: int, total: int, is_enough: Any) -> int:
    """The least weight that is enough, looked for around the formula's answer."""
    return next(weight for weight in range(max(guess - 2, 0), guess + 3) if is_enough(weight, total))


def _wire_kind(form: Input) -> tuple[Any, Codec[Any]]:
    name = from_json(str, form["kind"], "/kind")
    if name not in _WIRE_KINDS:
        raise JsonFormError(f"/kind: {name} is none of {', '.join(_WIRE_KINDS)}")
    return _WIRE_KINDS[name]


def _object(form: Json) -> dict[str, Json]:
    assert isinstance(form, dict)
    return form
