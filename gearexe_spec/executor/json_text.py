"""The JSON text in which nodes show signed and committed objects to people: compact, fields in a fixed order.

Numbers are plain numbers of any size. An actor is shown by its address, so an id whose first 12 bytes are not zero is
not shown whole. Bytes are hexadecimal in transactions and promises, and lists of numbers in messages.

Rules: INJ-10 to INJ-16.
Source: serde implementations in ethexe/common/src/{gear,injected}.rs, protocol/errors/src/simple.rs.
"""

from __future__ import annotations

import json
from typing import Any

from gearexe_spec.base.ids import ActorId
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.executor.injected_transaction import InjectedTransaction, SignedInjectedTransaction
from gearexe_spec.executor.receipts import Acceptance, Receipt, Reject
from gearexe_spec.executor.signed_message import SignedMessage
from gearexe_spec.program.outcome import Message, StateTransition, ValueClaim
from gearexe_spec.program.promise import Promise

Form = dict[str, Any]


def print_message(message: Message) -> str:
    """A committed message (INJ-15)."""
    return _print(_message(message))


def print_value_claim(claim: ValueClaim) -> str:
    """A committed claim (INJ-15)."""
    return _print(_value_claim(claim))


def print_state_transition(transition: StateTransition) -> str:
    """A committed transition (INJ-15)."""
    return _print(
        {
            "actor_id": _address(transition.actor_id),
            "new_state_hash": transition.new_state_hash.to_hex(),
            "exited": transition.exited,
            "inheritor": _address(transition.inheritor),
            "value_to_receive": int(transition.value_to_receive),
            "value_to_receive_negative_sign": transition.value_to_receive_negative_sign,
            "value_claims": [_value_claim(claim) for claim in transition.value_claims],
            "messages": [_message(message) for message in transition.messages],
        }
    )


def print_signed_transaction(signed: SignedInjectedTransaction) -> str:
    """A signed injected transaction (INJ-10)."""
    return _print({"data": _transaction(signed.data), **_signature(signed)})


def print_promise(promise: Promise) -> str:
    """A promise (INJ-13)."""
    return _print(_promise(promise))


def print_signed_receipt(signed: SignedMessage[Receipt]) -> str:
    """A signed receipt (INJ-14)."""
    receipt = signed.data
    if isinstance(receipt, Promise):
        data: Form = {"Promise": _promise(receipt)}
    else:
        data = {"Purged": {"tx_hash": receipt.tx_hash.to_hex(), "reason": receipt.reason.name}}
    return _print({"data": data, **_signature(signed)})


def print_acceptance(acceptance: Acceptance) -> str:
    """A node's answer to a transaction (INJ-16)."""
    return _print({"Reject": {"reason": acceptance.reason}} if isinstance(acceptance, Reject) else "Accept")


def reply_code_form(code: ReplyCode) -> str | Form:
    """A reply code as nested names: `{"Error":{"Execution":"RanOutOfGas"}}` (INJ-15)."""
    if code is ReplyCode.Unsupported:
        return "Unsupported"
    if code.is_success:
        return {"Success": code.name.removeprefix("Success")}
    for group, name in (("Execution", "Execution"), ("Unavailable", "UnavailableActor")):
        if code.name.startswith(group):
            return {"Error": {name: code.name.removeprefix(group)}}
    return {"Error": code.name.removeprefix("Error")}


def _message(message: Message) -> Form:
    details = message.reply_details
    return {
        "id": message.id.to_hex(),
        "destination": _address(message.destination),
        "payload": list(message.payload),
        "value": int(message.value),
        "reply_details": details and {"to": details.to.to_hex(), "code": reply_code_form(details.code)},
        "call": message.call,
    }


def _value_claim(claim: ValueClaim) -> Form:
    return {
        "message_id": claim.message_id.to_hex(),
        "destination": _address(claim.destination),
        "value": int(claim.value),
    }


def _transaction(transaction: InjectedTransaction) -> Form:
    return {
        "destination": _address(transaction.destination),
        "payload": "0x" + transaction.payload.hex(),
        "value": int(transaction.value),
        "reference_block": transaction.reference_block.to_hex(),
        "salt": "0x" + transaction.salt.hex(),
    }


def _promise(promise: Promise) -> Form:
    reply = promise.reply
    shown = {
        "payload": "0x" + reply.payload.hex(),
        "value": int(reply.value),
        "code": reply.code.to_bytes().to_hex(),
    }
    return {"tx_hash": promise.tx_hash.to_hex(), "reply": shown}


def _signature(signed: SignedMessage[Any]) -> Form:
    return {"signature": signed.signature.to_text(), "address": signed.address.to_hex()}


def _address(actor: ActorId) -> str:
    return actor.to_address_lossy().to_hex()


def _print(form: str | Form) -> str:
    return json.dumps(form, separators=(",", ":"), ensure_ascii=False)
