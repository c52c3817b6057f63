"""`consensus-validation-messages/1`, `consensus-injected/1`, `consensus-identity/1`: what is signed and sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, adapter
from gearexe_spec.conformance.reference.consensus.recorded import (
    Exchanges,
    Form,
    accepted,
    ask,
    error_of,
    number,
    refused,
    replay_groups,
    wire,
)
from gearexe_spec.conformance.wire import RejectedAnswer

PURGE_REASONS = {1: "Outdated", 2: "UnknownReferenceBlock", 255: "NonZeroValue"}


@adapter("consensus-validation-messages/1")
def validation_messages(document: Document) -> Iterator[Case]:
    """Pure."""
    return replay_groups(
        document,
        {"requests": _request, "replies": _reply, "decode": _decode_message, "equal_digests": _digest_of_request},
    )


@adapter("consensus-injected/1")
def injected(document: Document) -> Iterator[Case]:
    """Pure."""
    return replay_groups(
        document,
        {
            "transactions": _transaction,
            "payload_limit": _payload_limit,
            "decode_signed": _decode_signed,
            "json_input": _json_input,
            "shielded": _shielded,
            "promises": _promise,
            "receipts": _receipt,
            "decode_receipts": _decode_receipt,
            "acceptance": _acceptance,
        },
    )


@adapter("consensus-identity/1")
def identity(document: Document) -> Iterator[Case]:
    """Pure."""
    return replay_groups(document, {"records": _record, "decode": _decode_record})


def _request(vector: Form) -> Exchanges:
    sent = ask(
        "validation/signRequest",
        secret=vector["secret"],
        eraIndex=number(vector["era_index"]),
        request=wire(vector["request"]),
    )
    yield (
        sent,
        accepted(
            address=vector["address"],
            messageDigest=vector["message_digest"],
            requestDigest=vector["request_digest"],
            requestScale=vector["request_scale"],
            signature=vector["signature"],
            wire=vector["wire"],
        ),
    )


def _reply(vector: Form) -> Exchanges:
    sent = ask(
        "validation/signReply",
        secret=vector["secret"],
        eraIndex=number(vector["era_index"]),
        digest=vector["digest"],
        router=vector["router"],
    )
    yield (
        sent,
        accepted(
            address=vector["address"],
            contractSignature=vector["contract_signature"],
            messageDigest=vector["message_digest"],
            replyDigest=vector["reply_digest"],
            signature=vector["signature"],
            wire=vector["wire"],
        ),
    )


def _decode_message(vector: Form) -> Exchanges:
    request = ask("validation/decode", wire=vector["wire"])
    label = error_of(vector["result"])
    yield request, refused(label) if label else accepted(**wire(vector["result"]))


def _digest_of_request(vector: Form) -> Exchanges:
    yield ask("validation/requestDigest", request=wire(vector["request"])), accepted(digest=vector["digest"])


def _transaction(vector: Form) -> Exchanges:
    outputs = {name: vector[name] for name in ("address", "digest", "hash", "json", "scale", "signature")}
    yield (
        ask("injected/sign", secret=vector["secret"], tx=wire(vector["tx"])),
        accepted(messageId=vector["message_id"], signedScale=vector["signed_scale"], **outputs),
    )


def _payload_limit(vector: Form) -> Exchanges:
    payload = bytes(i % 251 ^ vector["payload_xor"] for i in range(vector["payload_length"]))
    tx = {
        "destination": vector["destination"],
        "payload": "0x" + payload.hex(),
        "value": number(vector["value"]),
        "referenceBlock": vector["reference_block"],
        "salt": vector["salt"],
    }
    outputs: dict[str, Any] = {"scaleLength": number(vector["scale_length"]), "decodes": vector["decodes"]}
    if vector["decodes"]:
        outputs |= {"digest": vector["digest"], "hash": vector["hash"]}
    yield ask("injected/encode", tx=tx), accepted(**outputs)


def _decode_signed(vector: Form) -> Exchanges:
    request = ask("injected/decodeSigned", scale=vector["scale"])
    label = error_of(vector["result"])
    yield request, refused(label) if label else accepted(**wire(vector["result"]))


def _json_input(vector: Form) -> Exchanges:
    request = ask("injected/readJson", json=vector["json"])
    label = error_of(vector["result"])
    yield request, refused(label) if label else accepted(**wire(vector["result"]))


def _shielded(vector: Form) -> Exchanges:
    tx = vector["tx"]
    if (vector["reference_block"], vector["salt"]) != (tx["reference_block"], tx["salt"]):
        raise ValueError("what stays in the clear is that of the transaction")
    request = ask(
        "injected/associatedData", destination=tx["destination"], value=number(tx["value"]), payload=tx["payload"]
    )
    yield request, accepted(aad=vector["aad"])


def _promise(vector: Form) -> Exchanges:
    yield (
        ask("injected/promise", promise=wire(vector["promise"])),
        accepted(
            compact=wire(vector["compact"]),
            compactScale=vector["compact_scale"],
            digest=vector["digest"],
            json=vector["json"],
            replyHash=vector["reply_hash"],
            replyScale=vector["reply_scale"],
            scale=vector["scale"],
        ),
    )


def _receipt(vector: Form) -> Exchanges:
    outputs = {
        "address": vector["address"],
        "compactDigest": vector["compact_digest"],
        "compactScale": vector["compact_scale"],
        "compactWire": vector["compact_wire"],
        "digest": vector["digest"],
        "fullScale": vector["full_scale"],
        "json": vector["json"],
        "scale": vector["scale"],
        "signature": vector["signature"],
        "upgrade": vector["upgrade"],
    }
    if "purged_digest" in vector:
        outputs["purgedDigest"] = vector["purged_digest"]
    receipt = _receipt_form(vector["receipt"])
    yield ask("injected/signReceipt", secret=vector["secret"], receipt=receipt), accepted(**outputs)
    if "fill_with_other_body" in vector:
        if vector["fill_with_other_body"] != "hashes_mismatch":
            raise ValueError("another body fits")
        own = receipt["promise"]
        other = {**own, "reply": {**own["reply"], "payload": own["reply"]["payload"] + "00"}}
        compact = vector["compact_wire"]
        yield ask("injected/fillReceipt", compact=compact, body=other), RejectedAnswer("HashesMismatch", "validate")
        yield ask("injected/fillReceipt", compact=compact, body=own), accepted(fullScale=vector["full_scale"])


def _decode_receipt(vector: Form) -> Exchanges:
    request = ask("injected/decodeReceipt", wire=vector["wire"])
    label = error_of(vector["result"])
    if label:
        yield request, refused(label)
    else:
        receipt = _receipt_form(vector["result"]["receipt"], compact=True)
        yield request, accepted(address=vector["result"]["address"], receipt=receipt)


def _receipt_form(receipt: Form, compact: bool = False) -> Form:
    if "purged" in receipt:
        purged = receipt["purged"]
        return {"purgedTransaction": {"txHash": purged["tx_hash"], "reason": PURGE_REASONS[purged["reason"]]}}
    return {"compactPromise" if compact else "promise": wire(receipt["promise"])}


def _acceptance(vector: Form) -> Exchanges:
    request = ask("injected/acceptance", reason=vector["reason"])
    yield request, accepted(json=vector["json"], scale=vector["scale"])
    yield ask("injected/decodeAcceptance", scale=vector["scale"]), accepted(reason=vector["reason"])


def _record(vector: Form) -> Exchanges:
    addresses: list[Any] = [address["bytes"] for address in vector["addresses"]]
    request = ask(
        "identity/sign",
        addresses=addresses,
        creationTime=number(vector["creation_time"]),
        validatorSecret=vector["validator_secret"],
        networkSecret=vector["network_secret"],
    )
    yield (
        request,
        accepted(
            digest=vector["digest"],
            identityScale=vector["identity_scale"],
            peerId=vector["peer_id"],
            peerIdText=vector["peer_id_text"],
            texts=[address["text"] for address in vector["addresses"]],
            validator=vector["validator"],
            wire=vector["wire"],
        ),
    )


def _decode_record(vector: Form) -> Exchanges:
    request = ask("identity/decode", wire=vector["wire"])
    label = error_of(vector["result"])
    yield request, refused(label) if label else accepted(**wire(vector["result"]))
