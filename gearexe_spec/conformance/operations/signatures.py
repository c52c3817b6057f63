"""Operations on keys and signatures.

Rules: CRY-20 to CRY-31.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto.ecdsa import (
    PrivateKey,
    Signature,
    address_from_text,
    hash_for_intended_validator,
    hash_personal_message,
    recover,
    sign,
)


@operation("signature/key")
def key(form: Input) -> Json:
    """Public key and address of a secret."""
    secret = from_json(PrivateKey, form["secret"], "/secret")
    return {"address": to_json(secret.to_address()), "publicKey": to_json(secret.public_key())}


@operation("signature/sign")
def sign_in_all_formats(form: Input) -> Json:
    """A digest signed in the three formats."""
    secret = from_json(PrivateKey, form["secret"], "/secret")
    signatures: dict[str, Json] = {
        name: to_json(sign(secret, prehash).encode()) for name, prehash in _prehashes(form).items()
    }
    return {"address": to_json(secret.to_address()), **signatures}


@operation("signature/recover")
def recover_in_all_formats(form: Input) -> Json:
    """A signature read and normalised, and who signed a digest in each of the three formats; null: nobody."""
    signature = Signature.decode(from_json(bytes, form["signature"], "/signature"))
    signers = {name: _signer(signature, prehash) for name, prehash in _prehashes(form).items()}
    return {"normalized": to_json(signature.encode()), **signers}


@operation("signature/addressText")
def address_text(form: Input) -> Json:
    """An address read from text, and how it is printed."""
    address = address_from_text(from_json(str, form["text"], "/text"))
    return {"address": to_json(address), "printed": address.to_hex()}


@operation("signature/signatureText")
def signature_text(form: Input) -> Json:
    """A signature read from text, and how it is printed."""
    signature = Signature.from_text(from_json(str, form["text"], "/text"))
    return {"signature": to_json(signature.encode()), "printed": signature.to_text()}


def _prehashes(form: Input) -> dict[str, Bytes32]:
    digest = from_json(Bytes32, form["digest"], "/digest")
    router = from_json(Address, form["router"], "/router")
    return {
        "raw": digest,
        "eip191": hash_personal_message(digest),
        "contract": hash_for_intended_validator(router, digest),
    }


def _signer(signature: Signature, prehash: Bytes32) -> Json:
    try:
        public_key = recover(signature, prehash)
    except Rejected:
        return None
    return {"address": to_json(public_key.to_address()), "publicKey": to_json(public_key)}
