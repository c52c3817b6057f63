"""Recorded journal notes."""

from __future__ import annotations

from collections.abc import Callable

from gearexe_spec.conformance.reference.program.recorded import ZERO_ID, Form, context, data, details, number


def note(part: Form) -> Form:
    """A note under the name of its kind."""
    kind = part["note"]
    return {kind[0].lower() + kind[1:]: _FIELDS[kind](part)}


def _message(part: Form) -> Form:
    return {
        "id": part["id"],
        "source": part.get("source", ZERO_ID),
        "destination": part.get("destination", ZERO_ID),
        "payload": data(part.get("payload", "0x")),
        "value": number(part.get("value", 0)),
        "details": details(part.get("details")),
    }


def _sent(part: Form) -> Form:
    gas = part.get("gasLimit")
    return {"kind": part["kind"], "message": _message(part) | {"gasLimit": None if gas is None else number(gas)}}


def _stored(part: Form) -> Form:
    return {"kind": part["kind"], "message": _message(part), "context": context(part.get("context"))}


def _outcome(part: Form) -> Form:
    name, _, origin = part.get("outcome", "Success").partition(" ")
    program = {"programId": part.get("program", ZERO_ID)}
    fields: dict[str, Form] = {
        "Success": {},
        "NoExecution": {},
        "InitSuccess": program,
        "InitFailure": program | {"origin": origin, "reason": ""},
        "MessageTrap": program | {"trap": ""},
        "Exit": program,
    }
    return {name[0].lower() + name[1:]: fields[name]}


def _id(part: Form, name: str = "messageId") -> str:
    return str(part.get(name, ZERO_ID))


_FIELDS: dict[str, Callable[[Form], Form]] = {
    "MessageDispatched": lambda part: {
        "messageId": _id(part),
        "source": _id(part, "source"),
        "outcome": _outcome(part),
    },
    "GasBurned": lambda part: {
        "messageId": _id(part),
        "amount": number(part.get("amount", 0)),
        "isPanic": part.get("isPanic", False),
    },
    "ExitDispatch": lambda part: {"idExited": _id(part, "program"), "valueDestination": _id(part, "inheritor")},
    "MessageConsumed": lambda part: {"messageId": _id(part)},
    "SendDispatch": lambda part: {
        "messageId": _id(part),
        "dispatch": _sent(part["dispatch"]),
        "delay": number(part.get("delay", 0)),
        "reservation": part.get("reservation"),
    },
    "WaitDispatch": lambda part: {
        "dispatch": _stored(part["dispatch"]),
        "duration": None if part.get("duration") is None else number(part["duration"]),
        "waitedType": part["waitedType"],
    },
    "WakeMessage": lambda part: {
        "messageId": _id(part),
        "programId": _id(part, "program"),
        "awakeningId": _id(part, "awakeningId"),
        "delay": number(part.get("delay", 0)),
    },
    "UpdatePage": lambda part: {
        "programId": _id(part, "program"),
        "pageNumber": number(part.get("page", 0)),
        "data": data(part["data"]),
    },
    "UpdateAllocations": lambda part: {
        "programId": _id(part, "program"),
        "allocations": [[number(first), number(last)] for first, last in part.get("allocations", [])],
    },
    "SendValue": lambda part: {
        "from": _id(part, "from"),
        "to": _id(part, "to"),
        "value": number(part.get("value", 0)),
        "locked": part.get("locked", False),
    },
    "StopProcessing": lambda part: {
        "dispatch": _stored(part["dispatch"]),
        "gasBurned": number(part.get("gasBurned", 0)),
    },
    "StoreNewPrograms": lambda part: {
        "programId": _id(part, "program"),
        "codeId": _id(part, "codeId"),
        "candidates": [],
    },
    "ReserveGas": lambda part: {
        "messageId": _id(part),
        "reservationId": _id(part, "reservationId"),
        "programId": _id(part, "program"),
        "amount": number(part.get("amount", 0)),
        "duration": number(part.get("duration", 0)),
    },
    "UnreserveGas": lambda part: {
        "reservationId": _id(part, "reservationId"),
        "programId": _id(part, "program"),
        "expiration": number(part.get("expiration", 0)),
    },
    "UpdateGasReservations": lambda part: {"programId": _id(part, "program")},
    "SystemReserveGas": lambda part: {"messageId": _id(part), "amount": number(part.get("amount", 0))},
    "SystemUnreserveGas": lambda part: {"messageId": _id(part)},
    "SendSignal": lambda part: {
        "messageId": _id(part),
        "destination": _id(part, "destination"),
        "code": "RemovedFromWaitlist",
    },
    "ReplyDeposit": lambda part: {
        "messageId": _id(part),
        "futureReplyId": _id(part, "futureReplyId"),
        "amount": number(part.get("amount", 0)),
    },
}
