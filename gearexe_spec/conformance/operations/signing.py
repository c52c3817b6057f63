"""Keys, signatures and recoveries in the three formats, and ids.

`format` is `Plain` (the digest itself is signed), `Message` (as users and validators sign objects) or `Contract` (as
validators sign batches, for the Router `contract`).

Rules: CRY-20 to CRY-29, CRY-40 and on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from gearexe_spec.base.fixed_bytes import Address, Bytes32, Bytes65
from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U32
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto.ecdsa import (
    PrivateKey,
    Signature,
    hash_for_intended_validator,
    hash_personal_message,
    recover,
    sign,
)
from gearexe_spec.crypto.hashes import blake2b256, keccak256
from gearexe_spec.crypto.ids import compute_code_id, compute_outgoing_id, compute_reply_id


class Format(Enum):
    """What is signed of a digest."""

    Plain = auto()
    Message = auto()
    Contract = auto()


@dataclass(frozen=True, slots=True)
class _SignForm:
    private_key: Bytes32
    digest: Bytes32
    format: Format
    contract: Address | None


@dataclass(frozen=True, slots=True)
class _RecoverForm:
    signature: Bytes65
    digest: Bytes32
    format: Format
    contract: Address | None


@dataclass(frozen=True, slots=True)
class _IdsForm:
    message_id: MessageId
    nonce: U32
    code: bytes


@operation("signing/sign")
def sign_digest(form: Input) -> Json:
    """Sign a digest; v is 27 or 28."""
    asked: _SignForm = from_json(_SignForm, form)
    signature = sign(PrivateKey(asked.private_key), _prehash(asked))
    return {"signature": to_json(signature.encode())}


@operation("signing/recover")
def recover_key(form: Input) -> Json:
    """Who signed; the signature comes back normalised."""
    asked: _RecoverForm = from_json(_RecoverForm, form)
    signature = Signature.decode(asked.signature)
    key = recover(signature, _prehash(asked))
    return {
        "publicKey": to_json(key),
        "address": to_json(key.to_address()),
        "signature": to_json(signature.encode()),
    }


@operation("signing/publicKey")
def public_key(form: Input) -> Json:
    """The public key of a private key, and its address."""
    key = PrivateKey(from_json(Bytes32, form["privateKey"], "/privateKey"))
    return {"publicKey": to_json(key.public_key()), "address": to_json(key.to_address())}


@operation("signing/ids")
def ids(form: Input) -> Json:
    """What a message id and a nonce lead to, and the hashes of bytes."""
    asked: _IdsForm = from_json(_IdsForm, form)
    return {
        "reply": to_json(compute_reply_id(asked.message_id)),
        "outgoing": to_json(compute_outgoing_id(asked.message_id, asked.nonce)),
        "codeId": to_json(compute_code_id(asked.code)),
        "blake2b256": to_json(blake2b256(asked.code)),
        "keccak256": to_json(keccak256(asked.code)),
    }


def _prehash(asked: _SignForm | _RecoverForm) -> Bytes32:
    match asked.format, asked.contract:
        case Format.Plain, _:
            return asked.digest
        case Format.Contract, Address() as contract:
            return hash_for_intended_validator(contract, asked.digest)
    return hash_personal_message(asked.digest)
