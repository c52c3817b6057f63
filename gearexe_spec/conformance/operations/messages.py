"""Operations on what executors and users sign and send.

Rules: BAT-40 to BAT-48; INJ-10 to INJ-31; BLK-20 to BLK-27; ROL-20 to ROL-28.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U64, U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto.ecdsa import PrivateKey, hash_for_intended_validator, sign
from gearexe_spec.execution.message import reply_info
from gearexe_spec.executor import receipts
from gearexe_spec.executor.identity import (
    ValidatorIdentity,
    digest_identity,
    is_newer,
    sign_identity,
    signed_validator_identity,
    validator_identity,
)
from gearexe_spec.executor.injected_transaction import (
    InjectedTransaction,
    SignedInjectedTransaction,
    compute_transaction_id,
    digest_transaction,
    injected_transaction,
    signed_injected_transaction,
)
from gearexe_spec.executor.json_input import read_signed_transaction
from gearexe_spec.executor.json_text import (
    print_acceptance,
    print_promise,
    print_signed_receipt,
    print_signed_transaction,
)
from gearexe_spec.executor.multiaddress import decode_multiaddress, encode_base58, print_multiaddress
from gearexe_spec.executor.shielded import ShieldedFields, compute_associated_data
from gearexe_spec.executor.signed_data import SignedData
from gearexe_spec.executor.signed_message import sign_message
from gearexe_spec.executor.validation_messages import (
    ValidationReply,
    ValidationRequest,
    ValidatorMessage,
    digest_payload,
    digest_validator_message,
    sign_validator_message,
    signed_validator_message,
    validation_request,
)
from gearexe_spec.program.promise import (
    Promise,
    compact_promise,
    digest_promise,
    hash_reply,
    promise,
    to_compact,
)


@operation("validation/signRequest")
def sign_request(form: Input) -> Json:
    """A validation request as its sender signs and sends it."""
    request = from_json(ValidationRequest, form["request"], "/request")
    message = ValidatorMessage(from_json(U64, form["eraIndex"], "/eraIndex"), request)
    signed = sign_validator_message(message, from_json(PrivateKey, form["secret"], "/secret"))
    return {
        **_signed_message_form(signed),
        "requestDigest": to_json(digest_payload(request)),
        "requestScale": to_json(validation_request.encode(request)),
    }


@operation("validation/signReply")
def sign_reply(form: Input) -> Json:
    """A validation reply for a batch of this digest, as its sender signs and sends it."""
    key = from_json(PrivateKey, form["secret"], "/secret")
    digest = from_json(Bytes32, form["digest"], "/digest")
    signature = sign(key, hash_for_intended_validator(from_json(Address, form["router"], "/router"), digest))
    reply = ValidationReply(digest, signature)
    message = ValidatorMessage(from_json(U64, form["eraIndex"], "/eraIndex"), reply)
    return {
        **_signed_message_form(sign_validator_message(message, key)),
        "contractSignature": to_json(signature.encode()),
        "replyDigest": to_json(digest_payload(reply)),
    }


@operation("validation/decode")
def decode_message(form: Input) -> Json:
    """A request or reply from the wire, who signed it, and how many bytes are left."""
    data = from_json(bytes, form["wire"], "/wire")
    signed, length = signed_validator_message.decode_prefix(data)
    payload = signed.data.payload
    shown = (
        to_json(payload)
        if isinstance(payload, ValidationRequest)
        else {"digest": to_json(payload.digest), "contractSignature": to_json(payload.signature.encode())}
    )
    return {
        "address": to_json(signed.signer),
        "eraIndex": to_json(signed.data.era_index),
        "kind": "request" if isinstance(payload, ValidationRequest) else "reply",
        "leftOverBytes": hex(len(data) - length),
        "payload": shown,
    }


@operation("validation/requestDigest")
def digest_of_request(form: Input) -> Json:
    """The digest of a request alone."""
    return {"digest": to_json(digest_payload(from_json(ValidationRequest, form["request"], "/request")))}


@operation("injected/sign")
def sign_transaction(form: Input) -> Json:
    """An injected transaction in all its forms."""
    transaction = from_json(InjectedTransaction, form["tx"], "/tx")
    digest = digest_transaction(transaction)
    signed = sign_message(from_json(PrivateKey, form["secret"], "/secret"), transaction, digest)
    transaction_id = to_json(compute_transaction_id(transaction))
    return {
        "address": to_json(signed.address),
        "digest": to_json(digest),
        "hash": transaction_id,
        "messageId": transaction_id,
        "json": print_signed_transaction(signed),
        "scale": to_json(injected_transaction.encode(transaction)),
        "signature": to_json(signed.signature.encode()),
        "signedScale": to_json(signed_injected_transaction.encode(signed)),
    }


@operation("injected/encode")
def encode_transaction(form: Input) -> Json:
    """How long a transaction is, and whether its encoding can be read again."""
    transaction = from_json(InjectedTransaction, form["tx"], "/tx")
    data = injected_transaction.encode(transaction)
    return {
        "scaleLength": hex(len(data)),
        "decodes": _decodes(injected_transaction, data),
        "digest": to_json(digest_transaction(transaction)),
        "hash": to_json(compute_transaction_id(transaction)),
    }


@operation("injected/decodeSigned")
def decode_signed_transaction(form: Input) -> Json:
    """A signed transaction from its SCALE form, and how many bytes are left."""
    data = from_json(bytes, form["scale"], "/scale")
    signed, length = signed_injected_transaction.decode_prefix(data)
    return {**_transaction_form(signed), "leftOverBytes": hex(len(data) - length)}


@operation("injected/readJson")
def read_json(form: Input) -> Json:
    """A signed transaction from its JSON form."""
    signed = read_signed_transaction(from_json(str, form["json"], "/json"))
    return {**_transaction_form(signed), "printed": print_signed_transaction(signed), "tx": to_json(signed.data)}


@operation("injected/associatedData")
def associated_data(form: Input) -> Json:
    """What binds the ciphertext of a shielded transaction."""
    fields = ShieldedFields(
        from_json(ActorId, form["destination"], "/destination"),
        from_json(U128, form["value"], "/value"),
        from_json(bytes, form["payload"], "/payload"),
    )
    return {"aad": to_json(compute_associated_data(fields))}


@operation("injected/promise")
def show_promise(form: Input) -> Json:
    """A promise in all its forms."""
    source = from_json(Promise, form["promise"], "/promise")
    compact = to_compact(source)
    return {
        "compact": to_json(compact),
        "compactScale": to_json(compact_promise.encode(compact)),
        "digest": to_json(digest_promise(source)),
        "json": print_promise(source),
        "replyHash": to_json(hash_reply(source.reply)),
        "replyScale": to_json(reply_info.encode(source.reply)),
        "scale": to_json(promise.encode(source)),
    }


@operation("injected/signReceipt")
def sign_receipt(form: Input) -> Json:
    """A receipt in all its forms, signed."""
    receipt = from_json(receipts.Receipt, form["receipt"], "/receipt")
    digest = receipts.digest_receipt(receipt)
    signed = sign_message(from_json(PrivateKey, form["secret"], "/secret"), receipt, digest)
    compact = receipts.to_signed_compact(signed)
    outputs: dict[str, Json] = {
        "address": to_json(signed.address),
        "compactDigest": to_json(receipts.digest_compact_receipt(compact.data)),
        "compactScale": to_json(receipts.compact_receipt.encode(compact.data)),
        "compactWire": to_json(receipts.signed_compact_receipt.encode(compact)),
        "digest": to_json(digest),
        "fullScale": to_json(receipts.signed_receipt.encode(signed)),
        "json": print_signed_receipt(signed),
        "scale": to_json(receipts.receipt.encode(receipt)),
        "signature": to_json(signed.signature.encode()),
        "upgrade": "ready" if receipts.is_complete(compact.data) else "pending",
    }
    if isinstance(receipt, receipts.PurgedTransaction):
        outputs["purgedDigest"] = to_json(receipts.digest_purged(receipt))
    return outputs


@operation("injected/fillReceipt")
def fill_receipt(form: Input) -> Json:
    """A compact receipt completed with the promise the node computed itself."""
    compact = receipts.signed_compact_receipt.decode(from_json(bytes, form["compact"], "/compact"))
    filled = receipts.fill_receipt(compact, from_json(Promise, form["body"], "/body"))
    return {"fullScale": to_json(receipts.signed_receipt.encode(filled))}


@operation("injected/decodeReceipt")
def decode_receipt(form: Input) -> Json:
    """A compact receipt from the wire."""
    signed = receipts.signed_compact_receipt.decode(from_json(bytes, form["wire"], "/wire"))
    name = "purgedTransaction" if isinstance(signed.data, receipts.PurgedTransaction) else "compactPromise"
    return {"address": to_json(signed.address), "receipt": {name: to_json(signed.data)}}


@operation("injected/acceptance")
def show_acceptance(form: Input) -> Json:
    """A node's answer to a transaction; without a reason it is yes."""
    reason = from_json(str | None, form["reason"], "/reason")
    acceptance = receipts.Accept() if reason is None else receipts.Reject(reason)
    return {"json": print_acceptance(acceptance), "scale": to_json(receipts.acceptance.encode(acceptance))}


@operation("injected/decodeAcceptance")
def decode_acceptance(form: Input) -> Json:
    """A node's answer from its SCALE form."""
    answer = receipts.acceptance.decode(from_json(bytes, form["scale"], "/scale"))
    return {"reason": answer.reason if isinstance(answer, receipts.Reject) else None}


@operation("identity/sign")
def sign_validator_identity(form: Input) -> Json:
    """A validator's discovery record in all its forms."""
    identity = ValidatorIdentity(
        from_json(tuple[bytes, ...], form["addresses"], "/addresses"),
        from_json(U128, form["creationTime"], "/creationTime"),
    )
    signed = sign_identity(
        identity,
        from_json(PrivateKey, form["validatorSecret"], "/validatorSecret"),
        from_json(PrivateKey, form["networkSecret"], "/networkSecret"),
    )
    return {
        "digest": to_json(digest_identity(identity)),
        "identityScale": to_json(validator_identity.encode(identity)),
        "peerId": to_json(signed.peer_id),
        "peerIdText": encode_base58(signed.peer_id),
        "texts": [print_multiaddress(decode_multiaddress(address)) for address in identity.addresses],
        "validator": to_json(signed.validator),
        "wire": to_json(signed_validator_identity.encode(signed)),
    }


@operation("identity/decode")
def decode_identity(form: Input) -> Json:
    """A discovery record from the wire."""
    signed = signed_validator_identity.decode(from_json(bytes, form["wire"], "/wire"))
    return {
        "addresses": hex(len(signed.identity.addresses)),
        "peerId": to_json(signed.peer_id),
        "validator": to_json(signed.validator),
    }


@operation("identity/replaces")
def replaces_identity(form: Input) -> Json:
    """Whether a discovery record replaces a known one; null: none is known."""
    record = signed_validator_identity.decode(from_json(bytes, form["wire"], "/wire"))
    known = from_json(bytes | None, form["known"], "/known")
    return {"replaces": is_newer(record, None if known is None else signed_validator_identity.decode(known))}


def _signed_message_form(signed: SignedData[ValidatorMessage]) -> dict[str, Json]:
    return {
        "address": to_json(signed.signer),
        "messageDigest": to_json(digest_validator_message(signed.data)),
        "signature": to_json(signed.signature.encode()),
        "wire": to_json(signed_validator_message.encode(signed)),
    }


def _transaction_form(signed: SignedInjectedTransaction) -> dict[str, Json]:
    return {
        "address": to_json(signed.address),
        "hash": to_json(compute_transaction_id(signed.data)),
        "signature": to_json(signed.signature.encode()),
    }


def _decodes(codec: Codec[InjectedTransaction], data: bytes) -> bool:
    try:
        codec.decode(data)
    except Rejected:
        return False
    return True
