"""`consensus-signatures/1`: keys, the three signing formats, recovery, text forms."""

from __future__ import annotations

from collections.abc import Iterator

from gearexe_spec.conformance.reference.adapter import Case, Document, adapter
from gearexe_spec.conformance.reference.consensus.recorded import (
    Exchanges,
    Form,
    accepted,
    ask,
    refused,
    replay_groups,
    wire,
)
from gearexe_spec.conformance.wire import Answer, RejectedAnswer

FORMATS = ("raw", "eip191", "contract")


@adapter("consensus-signatures/1")
def signatures(document: Document) -> Iterator[Case]:
    """Pure."""
    return replay_groups(
        document,
        {"keys": _key, "sign": _sign, "recover": _recover, "address_text": _address, "signature_text": _signature},
    )


def _key(vector: Form) -> Exchanges:
    expected: Answer = (
        refused(vector["error"])
        if "error" in vector
        else accepted(address=vector["address"], publicKey=vector["public_key"])
    )
    yield ask("signature/key", secret=vector["secret"]), expected


def _sign(vector: Form) -> Exchanges:
    outputs = {name: vector[name] for name in FORMATS}
    yield (
        ask("signature/sign", secret=vector["secret"], digest=vector["digest"], router=vector["router"]),
        accepted(address=vector["address"], **outputs),
    )


def _recover(vector: Form) -> Exchanges:
    request = ask("signature/recover", signature=vector["signature"], digest=vector["digest"], router=vector["router"])
    if vector["decode"] == "ok":
        outputs = {name: wire(vector[name]) for name in FORMATS}
        yield request, accepted(normalized=vector["normalized"], **outputs)
    else:
        yield request, _refusal(vector["decode"])


def _address(vector: Form) -> Exchanges:
    request = ask("signature/addressText", text=vector["text"])
    if vector["address"] is None:
        yield request, RejectedAnswer("InvalidAddressText", "decode")
    else:
        yield request, accepted(address=vector["address"], printed=vector["printed"])


def _signature(vector: Form) -> Exchanges:
    request = ask("signature/signatureText", text=vector["text"])
    if vector["signature"] is None:
        yield request, RejectedAnswer("", "decode")
    elif vector["signature"] == "panic":
        yield request, _refusal("panic")
    else:
        yield request, accepted(signature=vector["signature"], printed=vector["printed"])


def _refusal(label: str) -> RejectedAnswer:
    """The decoder refuses a wrong v, and aborts on a scalar out of range, which is a refusal here."""
    return RejectedAnswer("ScalarOutOfRange" if label == "panic" else "InvalidSignatureBytes", "decode")
