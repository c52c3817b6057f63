"""What the BFT engine signs and sends: votes, proposals, proposals in parts, certificates, synchronisation.

What is signed of a vote or a proposal is its own encoding. Rounds are signed numbers of 64 bits, of which -1 (no round)
and 0 to 2^32 - 1 are valid.

Rules: ROL-40 to ROL-54.
Source: ethexe/malachite/core/src/{codec,context,signing}.rs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import I64, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import (
    Codec,
    Reader,
    ScaleRejection,
    boolean,
    byte_vector,
    enumeration,
    fixed,
    i64,
    option,
    struct,
    u64,
    union,
    vector,
)
from gearexe_spec.crypto.bft_signature import BftSignature, is_bft_signature_valid, sign_bft
from gearexe_spec.crypto.ecdsa import PrivateKey, PublicKey
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor.commitments import hash32

GREATEST_ROUND = 2**32 - 1
NO_ROUND = I64(-1)


class _Round(Codec[I64]):
    """-1, or 0 to 2^32 - 1 (ROL-40)."""

    def encode_into(self, value: I64, out: bytearray) -> None:
        i64.encode_into(value, out)

    def decode_from(self, reader: Reader) -> I64:
        number = i64.decode_from(reader)
        if not NO_ROUND <= number <= GREATEST_ROUND:
            raise Rejected(ScaleRejection.InvalidVariant)
        return number


class _SignatureBytes(Codec[BftSignature]):
    """A byte string of 64 bytes (ROL-41)."""

    def encode_into(self, value: BftSignature, out: bytearray) -> None:
        _BYTES.encode_into(value, out)

    def decode_from(self, reader: Reader) -> BftSignature:
        return BftSignature.read(_BYTES.decode_from(reader))


class VoteType(Enum):
    """Which of the two votes of a round (ROL-42)."""

    Prevote = 0
    Precommit = 1


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote for a value, or for none (ROL-42)."""

    type: VoteType
    height: U64
    round: I64
    value_id: Bytes32 | None
    validator: Address


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed block, whole (ROL-43)."""

    height: U64
    round: I64
    block_bytes: bytes
    pol_round: I64
    proposer: Address


@dataclass(frozen=True, slots=True)
class SignedConsensusMessage:
    """A vote or a proposal and its signature (ROL-44)."""

    message: Vote | Proposal
    signature: BftSignature


@dataclass(frozen=True, slots=True)
class InitPart:
    """The first part of a streamed proposal (ROL-46)."""

    height: U64
    round: I64
    pol_round: I64
    proposer: Address


@dataclass(frozen=True, slots=True)
class DataPart:
    """Bytes of the block (ROL-46)."""

    block_bytes: bytes


@dataclass(frozen=True, slots=True)
class FinPart:
    """The proposer's signature of all before; not verified when it is received (ROL-46, ROL-47)."""

    signature: bytes


ProposalPart = InitPart | DataPart | FinPart


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """Nothing comes behind this in the stream (ROL-48)."""


@dataclass(frozen=True, slots=True)
class PartContent:
    """A part of the proposal (ROL-48)."""

    part: ProposalPart


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """One message of a stream (ROL-48)."""

    stream_id: bytes
    sequence: U64
    content: PartContent | StreamEnd


@dataclass(frozen=True, slots=True)
class ProposalParts:
    """The parts of one proposal, in order (ROL-49)."""

    height: U64
    round: I64
    proposer: Address
    parts: tuple[ProposalPart, ...]


@dataclass(frozen=True, slots=True)
class CertificateSignature:
    """One signature in a certificate of equal votes (ROL-50)."""

    address: Address
    signature: BftSignature


@dataclass(frozen=True, slots=True)
class CommitCertificate:
    """Precommits for a value, enough to decide it; a polka is the same of prevotes (ROL-50)."""

    height: U64
    round: I64
    value_id: Bytes32
    signatures: tuple[CertificateSignature, ...]


class RoundCertificateType(Enum):
    """What a certificate of a round shows (ROL-51)."""

    Skip = 0
    Precommit = 1


@dataclass(frozen=True, slots=True)
class RoundSignature:
    """One signature in a certificate of different votes (ROL-51)."""

    vote_type: VoteType
    value_id: Bytes32 | None
    address: Address
    signature: BftSignature


@dataclass(frozen=True, slots=True)
class RoundCertificate:
    """Votes that let a round be left (ROL-51)."""

    height: U64
    round: I64
    type: RoundCertificateType
    signatures: tuple[RoundSignature, ...]


@dataclass(frozen=True, slots=True)
class PolkaCertificate:
    """A certificate of prevotes as it is sent (ROL-50)."""

    certificate: CommitCertificate


@dataclass(frozen=True, slots=True)
class LivenessVote:
    """A vote as it is sent again (ROL-52)."""

    message: Vote
    signature: BftSignature


LivenessMessage = LivenessVote | PolkaCertificate | RoundCertificate


@dataclass(frozen=True, slots=True)
class Status:
    """How far a peer is (ROL-53)."""

    peer_id: bytes
    tip_height: U64
    history_min_height: U64


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """Asks for decided blocks; without an end for one (ROL-53)."""

    height: U64
    end_height: U64 | None

    @property
    def last_height(self) -> U64:
        """The end, or the one height."""
        return self.height if self.end_height is None else self.end_height


@dataclass(frozen=True, slots=True)
class DecidedValue:
    """A decided block and its certificate (ROL-53)."""

    value_bytes: bytes
    certificate: CommitCertificate


@dataclass(frozen=True, slots=True)
class SyncResponse:
    """Decided blocks from a height on (ROL-53)."""

    start_height: U64
    values: tuple[DecidedValue, ...]


@dataclass(frozen=True, slots=True)
class ProposedValue:
    """A proposal as a node keeps it (ROL-53)."""

    height: U64
    round: I64
    valid_round: I64
    proposer: Address
    block_bytes: bytes
    valid: bool


@dataclass(frozen=True, slots=True)
class ValidatorProof:
    """Shows that a peer belongs to a validator (ROL-54)."""

    public_key: PublicKey
    peer_id: bytes
    signature: BftSignature


_BYTES = byte_vector()
_ADDRESS = fixed(Address)
bft_round: Codec[I64] = _Round()
signature_bytes: Codec[BftSignature] = _SignatureBytes()
vote: Codec[Vote] = struct(
    Vote, type=enumeration(VoteType), height=u64, round=bft_round, value_id=option(hash32), validator=_ADDRESS
)
proposal: Codec[Proposal] = struct(
    Proposal, height=u64, round=bft_round, block_bytes=_BYTES, pol_round=bft_round, proposer=_ADDRESS
)
init_part: Codec[InitPart] = struct(InitPart, height=u64, round=bft_round, pol_round=bft_round, proposer=_ADDRESS)
proposal_part: Codec[ProposalPart] = union(
    {
        0: (InitPart, init_part),
        1: (DataPart, struct(DataPart, block_bytes=_BYTES)),
        2: (FinPart, struct(FinPart, signature=_BYTES)),
    }
)
stream_message: Codec[StreamMessage] = struct(
    StreamMessage,
    stream_id=_BYTES,
    sequence=u64,
    content=union({0: (PartContent, struct(PartContent, part=proposal_part)), 1: (StreamEnd, struct(StreamEnd))}),
)
proposal_parts: Codec[ProposalParts] = struct(
    ProposalParts, height=u64, round=bft_round, proposer=_ADDRESS, parts=vector(proposal_part)
)
commit_certificate: Codec[CommitCertificate] = struct(
    CommitCertificate,
    height=u64,
    round=bft_round,
    value_id=hash32,
    signatures=vector(struct(CertificateSignature, address=_ADDRESS, signature=signature_bytes)),
)
round_certificate: Codec[RoundCertificate] = struct(
    RoundCertificate,
    height=u64,
    round=bft_round,
    type=enumeration(RoundCertificateType),
    signatures=vector(
        struct(
            RoundSignature,
            vote_type=enumeration(VoteType),
            value_id=option(hash32),
            address=_ADDRESS,
            signature=signature_bytes,
        )
    ),
)
status: Codec[Status] = struct(Status, peer_id=_BYTES, tip_height=u64, history_min_height=u64)
sync_request: Codec[SyncRequest] = union({0: (SyncRequest, struct(SyncRequest, height=u64, end_height=option(u64)))})
sync_response: Codec[SyncResponse] = union(
    {
        0: (
            SyncResponse,
            struct(
                SyncResponse,
                start_height=u64,
                values=vector(struct(DecidedValue, value_bytes=_BYTES, certificate=commit_certificate)),
            ),
        )
    }
)
proposed_value: Codec[ProposedValue] = struct(
    ProposedValue,
    height=u64,
    round=bft_round,
    valid_round=bft_round,
    proposer=_ADDRESS,
    block_bytes=_BYTES,
    valid=boolean,
)


class _Embedded(Codec[Vote]):
    """A vote inside a byte string, whatever follows it there (ROL-45)."""

    def encode_into(self, value: Vote, out: bytearray) -> None:
        _BYTES.encode_into(vote.encode(value), out)

    def decode_from(self, reader: Reader) -> Vote:
        return vote.decode_prefix(_BYTES.decode_from(reader))[0]


class _SignedMessages(Codec[SignedConsensusMessage]):
    """00 and a vote, or 01 and a proposal, each as a byte string; then the signature (ROL-44, ROL-45)."""

    def encode_into(self, value: SignedConsensusMessage, out: bytearray) -> None:
        out.append(isinstance(value.message, Proposal))
        _BYTES.encode_into(encode_signed_bytes(value.message), out)
        signature_bytes.encode_into(value.signature, out)

    def decode_from(self, reader: Reader) -> SignedConsensusMessage:
        is_proposal = boolean.decode_from(reader)
        data = _BYTES.decode_from(reader)
        message = proposal.decode_prefix(data)[0] if is_proposal else vote.decode_prefix(data)[0]
        return SignedConsensusMessage(message, signature_bytes.decode_from(reader))


class _ProofCodec(Codec[ValidatorProof]):
    """Key, peer id and signature as byte strings (ROL-54)."""

    def encode_into(self, value: ValidatorProof, out: bytearray) -> None:
        for part in (value.public_key, value.peer_id, value.signature):
            _BYTES.encode_into(part, out)

    def decode_from(self, reader: Reader) -> ValidatorProof:
        key = _BYTES.decode_from(reader)
        if len(key) != PublicKey.LENGTH:
            raise Rejected(ScaleRejection.LengthOutOfRange)
        return ValidatorProof(PublicKey(key), _BYTES.decode_from(reader), signature_bytes.decode_from(reader))


signed_consensus_message: Codec[SignedConsensusMessage] = _SignedMessages()
liveness_message: Codec[LivenessMessage] = union(
    {
        0: (LivenessVote, struct(LivenessVote, message=_Embedded(), signature=signature_bytes)),
        1: (PolkaCertificate, struct(PolkaCertificate, certificate=commit_certificate)),
        2: (RoundCertificate, round_certificate),
    }
)
validator_proof: Codec[ValidatorProof] = _ProofCodec()


def encode_signed_bytes(message: Vote | Proposal) -> bytes:
    """What is signed of a vote or proposal: its encoding (ROL-42, ROL-43)."""
    return proposal.encode(message) if isinstance(message, Proposal) else vote.encode(message)


def sign_consensus_message(key: PrivateKey, message: Vote | Proposal) -> SignedConsensusMessage:
    """The message with its signature (ROL-44)."""
    return SignedConsensusMessage(message, sign_bft(key, encode_signed_bytes(message)))


def encode_fin_bytes(height: U64, proposal_round: I64, block_bytes: bytes) -> bytes:
    """What is signed at the end of a streamed proposal: a hash of height, round and block (ROL-47)."""
    place = height.to_big_endian() + int(proposal_round).to_bytes(8, "big", signed=True)
    return keccak256(place + block_bytes)


def encode_proof_bytes(key: PublicKey, peer_id: bytes) -> bytes:
    """What a validator signs to prove that a peer is its own (ROL-54)."""
    return b"PoV" + b"".join(len(part).to_bytes(4, "big") + part for part in (key, peer_id))


def make_validator_proof(key: PrivateKey, peer_id: bytes) -> ValidatorProof:
    """The proof of a validator for its peer id (ROL-54)."""
    public_key = key.public_key()
    return ValidatorProof(public_key, peer_id, sign_bft(key, encode_proof_bytes(public_key, peer_id)))


def is_validator_proof_valid(proof: ValidatorProof) -> bool:
    """Whether the proof's key signed it; that the peer id is the sender's is another check (ROL-54)."""
    return is_bft_signature_valid(
        proof.signature, proof.public_key, encode_proof_bytes(proof.public_key, proof.peer_id)
    )


def derive_network_secret(secret: PrivateKey) -> Bytes32:
    """The secret of the network identity that belongs to a validator's secret (ROL-55)."""
    return keccak256(b"mala-svc-libp2p:v1:" + secret)
