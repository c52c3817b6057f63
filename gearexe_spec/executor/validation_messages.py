"""What coordinator and participants send each other about a batch: requests to sign it, and signatures.

The era's index is little-endian on the wire and big-endian in the digest. The preimage of a request has neither tags
nor counts, so two requests can share a digest (BAT-41).

Rules: BAT-40 to BAT-46.
Source: ethexe/common/src/consensus.rs, ethexe/common/src/network.rs.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec, Reader, ScaleRejection, boolean, fixed, option, struct, u8, u64, vector
from gearexe_spec.crypto.ecdsa import PrivateKey, Signature, signature_codec
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor.batch_signing import recover_batch_signer, sign_batch
from gearexe_spec.executor.commitments import BatchCommitment, digest_batch, hash32
from gearexe_spec.executor.signed_data import SignedData, sign_data, signed_data
from gearexe_spec.onchain.commitments import encode_bool


@dataclass(frozen=True, slots=True)
class ValidationRequest:
    """What a batch holds, for participants to build it themselves (BAT-40)."""

    digest: Bytes32
    head: Bytes32 | None
    codes: tuple[CodeId, ...]
    rewards: bool
    validators: bool


@dataclass(frozen=True, slots=True)
class ValidationReply:
    """A participant's signature of a batch (BAT-43)."""

    digest: Bytes32
    signature: Signature


Payload = ValidationRequest | ValidationReply


@dataclass(frozen=True, slots=True)
class ValidatorMessage:
    """A request or a reply, and the era in which its sender acts (BAT-44)."""

    era_index: U64
    payload: Payload


validation_request: Codec[ValidationRequest] = struct(
    ValidationRequest,
    digest=hash32,
    head=option(hash32),
    codes=vector(fixed(CodeId)),
    rewards=boolean,
    validators=boolean,
)
validation_reply: Codec[ValidationReply] = struct(ValidationReply, digest=hash32, signature=signature_codec)


def make_validation_request(batch: BatchCommitment) -> ValidationRequest:
    """The request for a batch, codes in the batch's order (BAT-42)."""
    return ValidationRequest(
        digest=digest_batch(batch),
        head=None if batch.chain_commitment is None else batch.chain_commitment.head,
        codes=tuple(commitment.id for commitment in batch.code_commitments),
        rewards=batch.rewards_commitment is not None,
        validators=batch.validators_commitment is not None,
    )


def make_validation_reply(batch: BatchCommitment, router: Address, key: PrivateKey) -> ValidationReply:
    """The reply of a participant that accepts the batch (BAT-43)."""
    return ValidationReply(digest_batch(batch), sign_batch(batch, router, key))


def recover_reply_signer(reply: ValidationReply, router: Address) -> Address:
    """Who signed the batch; not compared with who sent the message (BAT-43).

    Raises:
        Rejected: RecoveryFailed.
    """
    return recover_batch_signer(reply.digest, router, reply.signature)


def preimage_request(request: ValidationRequest) -> bytes:
    """Digest, head if there is one, codes, two flags (BAT-41)."""
    flags = encode_bool(request.rewards) + encode_bool(request.validators)
    return request.digest + (request.head or b"") + b"".join(request.codes) + flags


def preimage_reply(reply: ValidationReply) -> bytes:
    """Digest 32, signature 65 (BAT-43)."""
    return reply.digest + reply.signature.encode()


def digest_payload(payload: Payload) -> Bytes32:
    """The digest of a request or reply alone (BAT-41, BAT-43)."""
    return keccak256(_preimage_payload(payload))


def digest_validator_message(message: ValidatorMessage) -> Bytes32:
    """What the sender signs: the era big-endian, then the preimage itself, not its digest (BAT-44)."""
    return keccak256(message.era_index.to_big_endian() + _preimage_payload(message.payload))


def sign_validator_message(message: ValidatorMessage, key: PrivateKey) -> SignedData[ValidatorMessage]:
    """The message as it is sent, with a raw signature (BAT-45)."""
    return sign_data(key, message, digest_validator_message(message))


class _PayloadCodec(Codec[ValidatorMessage]):
    """The era little-endian, then the payload of the given kind (BAT-44)."""

    def __init__(self, payload: Codec[ValidationRequest] | Codec[ValidationReply]) -> None:
        self.payload: Codec[ValidationRequest] | Codec[ValidationReply] = payload

    def encode_into(self, value: ValidatorMessage, out: bytearray) -> None:
        u64.encode_into(value.era_index, out)
        self.payload.encode_into(value.payload, out)  # type: ignore[arg-type]  # chosen by the payload's kind

    def decode_from(self, reader: Reader) -> ValidatorMessage:
        return ValidatorMessage(u64.decode_from(reader), self.payload.decode_from(reader))


class _SignedValidatorMessageCodec(Codec[SignedData[ValidatorMessage]]):
    """00 and a signed request, or 01 and a signed reply (BAT-46)."""

    def encode_into(self, value: SignedData[ValidatorMessage], out: bytearray) -> None:
        index = _KINDS.index(type(value.data.payload))
        out.append(index)
        _BY_INDEX[index].encode_into(value, out)

    def decode_from(self, reader: Reader) -> SignedData[ValidatorMessage]:
        index = u8.decode_from(reader)
        if index >= len(_BY_INDEX):
            raise Rejected(ScaleRejection.InvalidVariant)
        return _BY_INDEX[index].decode_from(reader)


_KINDS: tuple[type[Payload], ...] = (ValidationRequest, ValidationReply)
_BY_INDEX = (
    signed_data(_PayloadCodec(validation_request), digest_validator_message),
    signed_data(_PayloadCodec(validation_reply), digest_validator_message),
)
signed_validator_message: Codec[SignedData[ValidatorMessage]] = _SignedValidatorMessageCodec()


def _preimage_payload(payload: Payload) -> bytes:
    return preimage_request(payload) if isinstance(payload, ValidationRequest) else preimage_reply(payload)
