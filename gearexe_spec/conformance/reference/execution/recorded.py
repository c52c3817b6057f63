"""From the recorded form of runs, states and notes to the wire's: numbers become hex strings, names are ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gearexe_spec.conformance.reference.program.recorded import REPLY_CODES, Form, capital, number


def data(part: str | Form) -> str:
    """Bytes; long ones are recorded as a filling with parts written over it."""
    if isinstance(part, str):
        return part
    content = bytearray(bytes((part["fill"],)) * part["length"])
    for offset, piece in part["parts"]:
        written = bytes.fromhex(piece[2:])
        content[offset : offset + len(written)] = written
    return "0x" + content.hex()


def optional_number(part: int | str | None) -> str | None:
    """A number or none."""
    return None if part is None else number(part)


def state(part: Form) -> Form:
    """A whole state, contents included."""
    return {
        "program": program(part["program"]),
        "canonicalQueue": queue(part["canonicalQueue"]),
        "injectedQueue": queue(part["injectedQueue"]),
        "waitlist": part["waitlistHash"],
        "stash": part["stashHash"],
        "mailbox": part["mailboxHash"],
        "balance": part["balance"],
        "executableBalance": part["executableBalance"],
    }


def program(part: Form) -> Form:
    """Active with its memory, exited or terminated."""
    match part["status"]:
        case "exited":
            return {"exited": {"inheritor": part["actor"]}}
        case "terminated":
            return {"terminated": {"source": part["actor"]}}
    return {
        "active": {
            "initialized": part["initialized"],
            "memoryInfix": number(part["memoryInfix"]),
            "allocations": intervals(part["allocations"]),
            "pages": [{"page": number(page["page"]), "data": data(page["data"])} for page in part["pages"]],
        }
    }


def queue(part: Form) -> Form:
    """The dispatches of a queue."""
    return {"dispatches": [queued(item) for item in part["dispatches"]], "size": number(part["cachedSize"])}


def queued(part: Form) -> Form:
    """A dispatch in a queue."""
    return {
        "id": part["id"],
        "kind": capital(part["kind"]),
        "source": part["source"],
        "payload": data(part["payload"]),
        "payloadStored": part["payloadStored"],
        "value": part["value"],
        "details": details(part["details"]),
        "context": context(part["context"]),
        "messageType": capital(part["messageType"]),
        "call": part["call"],
    }


def details(part: Form | None) -> Form | None:
    """What a reply answers; Gear.exe has no signals."""
    return part and {"replyDetails": {"to": part["replyTo"], "code": REPLY_CODES[part["replyCode"]]}}


def context(part: Form | None) -> Form | None:
    """What a message remembers; only the nonce is recorded, the rest is always empty."""
    if part is None:
        return None
    nonce = number(part["localNonce"])
    return {"initialized": [], "reservationNonce": "0x0", "systemReservation": None, "localNonce": nonce}


def intervals(part: list[list[int]]) -> list[list[str]]:
    """Intervals of pages."""
    return [[number(first), number(last)] for first, last in part]


def state_hashes(part: Form) -> Form:
    """A state by the hashes of what it refers to."""
    status = part["program"]
    forms: Form = {
        "exited": lambda: {"exitedProgram": {"inheritor": status["actor"]}},
        "terminated": lambda: {"terminatedProgram": {"source": status["actor"]}},
        "active": lambda: {
            "activeProgram": {
                "allocations": status["allocationsHash"],
                "pages": status["pagesHash"],
                "memoryInfix": number(status["memoryInfix"]),
                "initialized": status["initialized"],
            }
        },
    }
    return {
        "program": forms[status["status"]](),
        "canonicalQueue": _queue_hash(part["canonicalQueue"]),
        "injectedQueue": _queue_hash(part["injectedQueue"]),
        "waitlist": part["waitlistHash"],
        "stash": part["stashHash"],
        "mailbox": part["mailboxHash"],
        "balance": part["balance"],
        "executableBalance": part["executableBalance"],
    }


def _queue_hash(part: Form) -> Form:
    return {"hash": part["hash"], "size": number(part["cachedSize"])}


def page_hashes(part: Form) -> list[str]:
    """Hashes of a state's pages."""
    return [page["hash"] for page in part["program"].get("pages", [])]


def note(part: Form) -> Form:
    """A note under the name of its kind."""
    return {part["note"]: _NOTES[part["note"]](part)}


def _message(part: Form) -> Form:
    return {
        "id": part["id"],
        "source": part["source"],
        "destination": part["destination"],
        "payload": data(part["payload"]),
        "value": part["value"],
        "details": details(part["details"]),
    }


def _stored(part: Form) -> Form:
    return {"kind": capital(part["kind"]), "message": _message(part), "context": context(part["context"])}


def _outcome(part: Form) -> Form:
    """Programs are named, reasons are not compared: production's are free text."""
    fields = {name: part[name] for name in ("programId", "origin") if name in part}
    return {part["outcome"]: fields}


_NOTES: dict[str, Callable[[Form], Any]] = {
    "messageDispatched": lambda part: {
        "messageId": part["messageId"],
        "source": part["source"],
        "outcome": _outcome(part),
    },
    "gasBurned": lambda part: {
        "messageId": part["messageId"],
        "amount": number(part["amount"]),
        "isPanic": part["isPanic"],
    },
    "exitDispatch": lambda part: {"idExited": part["idExited"], "valueDestination": part["valueDestination"]},
    "messageConsumed": lambda part: {"messageId": part["messageId"]},
    "sendDispatch": lambda part: {
        "messageId": part["messageId"],
        "dispatch": {
            "kind": capital(part["dispatch"]["kind"]),
            "message": _message(part["dispatch"]) | {"gasLimit": optional_number(part["dispatch"]["gasLimit"])},
        },
        "delay": number(part["delay"]),
        "reservation": part["reservation"],
    },
    "waitDispatch": lambda part: {
        "dispatch": _stored(part["dispatch"]),
        "duration": optional_number(part["duration"]),
        "waitedType": capital(part["waitedType"]),
    },
    "wakeMessage": lambda part: {
        "messageId": part["messageId"],
        "programId": part["programId"],
        "awakeningId": part["awakeningId"],
        "delay": number(part["delay"]),
    },
    "updatePage": lambda part: {
        "programId": part["programId"],
        "pageNumber": number(part["page"]),
        "data": data(part["data"]),
        "hash": part["hash"],
    },
    "updateAllocations": lambda part: {
        "programId": part["programId"],
        "allocations": intervals(part["allocations"]),
    },
    "sendValue": lambda part: {
        "from": part["from"],
        "to": part["to"],
        "value": part["value"],
        "locked": part["locked"],
    },
    "stopProcessing": lambda part: {
        "dispatch": _stored(part["dispatch"]),
        "gasBurned": number(part["gasBurned"]),
    },
}
