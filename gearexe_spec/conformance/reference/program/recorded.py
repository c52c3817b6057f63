"""From the recorded form to the wire's: what was left out is filled in, numbers become hex strings, names are ours."""

from __future__ import annotations

from typing import Any

Form = dict[str, Any]

ZERO_ID = "0x" + "00" * 32

REPLY_CODES = {
    "0x00000000": "SuccessAuto",
    "0x00010000": "SuccessManual",
    "0x00ff0000": "SuccessUnsupported",
    "0x01000000": "ExecutionRanOutOfGas",
    "0x01000100": "ExecutionMemoryOverflow",
    "0x01000200": "ExecutionBackendError",
    "0x01000300": "ExecutionUserspacePanic",
    "0x01000400": "ExecutionUnreachableInstruction",
    "0x01000500": "ExecutionStackLimitExceeded",
    "0x0100ff00": "ExecutionUnsupported",
    "0x01020000": "UnavailableProgramExited",
    "0x01020100": "UnavailableInitializationFailure",
    "0x01020200": "UnavailableUninitialized",
    "0x01020300": "UnavailableProgramNotCreated",
    "0x01020400": "UnavailableReinstrumentationFailure",
    "0x0102ff00": "UnavailableUnsupported",
    "0x01030000": "RemovedFromWaitlist",
    "0x01ff0000": "ErrorUnsupported",
    "0xff000000": "Unsupported",
}
SIGNAL_CODES = {
    100: "ExecutionUserspacePanic",
    101: "ExecutionRanOutOfGas",
    102: "ExecutionBackendError",
    103: "ExecutionMemoryOverflow",
    104: "ExecutionUnreachableInstruction",
    105: "ExecutionStackLimitExceeded",
    200: "RemovedFromWaitlist",
    0xFFFFFFFF: "ExecutionUnsupported",
}


def number(part: int | str) -> str:
    """A number, plain up to 2^53 and hex above, as minimal hex."""
    return hex(part if isinstance(part, int) else int(part, 16))


def data(part: str | Form) -> str:
    """Bytes; long ones are recorded as the runs that are not zero."""
    if isinstance(part, str):
        return part
    content = bytearray(part["length"])
    for offset, run in part.get("runs", []):
        piece = bytes.fromhex(run[2:])
        content[offset : offset + len(piece)] = piece
    return "0x" + content.hex()


def capital(name: str) -> str:
    """`balanceUnderflow` is called `BalanceUnderflow` here."""
    return name[:1].upper() + name[1:]


def objects(part: Form) -> Form:
    """Stored objects by hash."""
    return {key: data(blob) for key, blob in part.items()}


def states(part: Form) -> Form:
    """What the network keeps per program."""
    return {
        actor: {
            "hash": record["hash"],
            "canonicalQueueSize": number(record.get("canonicalQueueSize", 0)),
            "injectedQueueSize": number(record.get("injectedQueueSize", 0)),
        }
        for actor, record in part.items()
    }


def program_states(part: Form) -> Form:
    """Decoded program states by program."""
    return {actor: program_state(state) for actor, state in part.items()}


def program_state(part: Form) -> Form:
    """A decoded program state."""
    return {
        "program": program(part["program"]),
        "canonicalQueue": queue(part["canonicalQueue"]),
        "injectedQueue": queue(part["injectedQueue"]),
        "waitlist": part.get("waitlist"),
        "stash": part.get("stash"),
        "mailbox": part.get("mailbox"),
        "balance": number(part.get("balance", 0)),
        "executableBalance": number(part.get("executableBalance", 0)),
    }


def program(part: Form) -> Form:
    """Active, exited or terminated."""
    if "exited" in part:
        return {"exitedProgram": {"inheritor": part["exited"]}}
    if "terminated" in part:
        return {"terminatedProgram": {"source": part["terminated"]}}
    active = part["active"]
    return {
        "activeProgram": {
            "allocations": active.get("allocations"),
            "pages": active.get("pages"),
            "memoryInfix": number(active.get("memoryInfix", 0)),
            "initialized": active.get("initialized", False),
        }
    }


def queue(part: Form) -> Form:
    """Hash and size of a queue."""
    return {"hash": part.get("hash"), "size": number(part.get("size", 0))}


def schedule(part: list[Form]) -> list[Any]:
    """Tasks by height."""
    return [[number(entry["height"]), [task(item) for item in entry["tasks"]]] for entry in part]


def task(part: Form) -> Form:
    """A task under the name of its kind."""
    fields = {name: part[name] for name in ("program", "user", "messageId", "reservationId") if name in part}
    return {part["kind"][0].lower() + part["kind"][1:]: fields}


def transition(part: Form) -> Form:
    """A state transition with its digest."""
    expected = {
        "actorId": part["actorId"],
        "newStateHash": part.get("newStateHash", ZERO_ID),
        "exited": part.get("exited", False),
        "inheritor": part.get("inheritor", ZERO_ID),
        "valueToReceive": number(part.get("valueToReceive", 0)),
        "valueToReceiveNegativeSign": part.get("valueToReceiveNegativeSign", False),
        "valueClaims": [claim(item) for item in part.get("valueClaims", [])],
        "messages": [outgoing(item) for item in part.get("messages", [])],
    }
    return expected | ({"digest": part["digest"]} if "digest" in part else {})


def claim(part: Form) -> Form:
    """A claimed value."""
    return {
        "messageId": part["messageId"],
        "destination": part.get("destination", ZERO_ID),
        "value": number(part.get("value", 0)),
    }


def outgoing(part: Form) -> Form:
    """A message to a user."""
    reply = part.get("replyDetails")
    return {
        "id": part["id"],
        "destination": part.get("destination", ZERO_ID),
        "payload": data(part.get("payload", "0x")),
        "value": number(part.get("value", 0)),
        "replyDetails": reply and {"to": reply["replyTo"], "code": REPLY_CODES[reply["code"]]},
        "call": part.get("call", False),
    }


def details(part: Form | None) -> Form | None:
    """What a reply or a signal is about."""
    if part is None:
        return None
    if "signalTo" in part:
        return {"signalDetails": {"to": part["signalTo"], "code": SIGNAL_CODES[part["code"]]}}
    return {"replyDetails": {"to": part["replyTo"], "code": REPLY_CODES[part["code"]]}}


def context(part: Form | None) -> Form | None:
    """What a message remembers; an empty object is a context, an absent one is none."""
    if part is None:
        return None
    reserved = part.get("systemReservation")
    return {
        "initialized": sorted(part.get("initialized", [])),
        "reservationNonce": number(part.get("reservationNonce", 0)),
        "systemReservation": None if reserved is None else number(reserved),
        "localNonce": number(part.get("localNonce", 0)),
    }
