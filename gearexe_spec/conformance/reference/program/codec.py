"""The format `program-codec/1`: encodings and hashes of every type, and damaged encodings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.program import recorded
from gearexe_spec.conformance.reference.program.recorded import Form, data, number
from gearexe_spec.conformance.reference.program.values import convert
from gearexe_spec.conformance.wire import Accepted, Apply, RejectedAnswer

RULES = {
    "Allocations": ("PST-27",),
    "BlockEvent": ("BLK-45", "BLK-48"),
    "BlockHeader": ("BLK-18",),
    "CodeMetadata": ("BLK-51",),
    "CompactMb": ("BLK-88",),
    "Dispatch": ("PST-9", "PST-10"),
    "DispatchStash": ("PST-12", "PST-14", "PST-16"),
    "InjectedTransaction": ("BLK-20",),
    "Mailbox": ("PST-5", "PST-18"),
    "MailboxMessage": ("PST-17",),
    "MbMeta": ("BLK-17",),
    "MemoryPages": ("PST-22", "PST-24"),
    "MemoryPagesRegion": ("PST-20", "PST-21"),
    "Message": ("PST-50", "PST-56"),
    "MessageQueue": ("PST-13",),
    "MessageType": ("PST-9",),
    "Operation": ("BLK-80",),
    "Operations": ("BLK-81", "BLK-82", "BLK-83"),
    "Program": ("PST-31",),
    "ProgramState": ("PST-33",),
    "Promise": ("JOU-100",),
    "Schedule": ("PST-42",),
    "ScheduledTask": ("PST-40",),
    "SignedInjectedTransaction": ("BLK-25",),
    "StateHashWithQueueSize": ("JOU-20",),
    "StateTransition": ("PST-52",),
    "UserMailbox": ("PST-14", "PST-17"),
    "ValueClaim": ("PST-51",),
    "Waitlist": ("PST-12", "PST-14", "PST-15"),
}
"""Rules that the encoding of a type pins."""


@adapter("program-codec/1")
def program_codec(document: Document) -> Iterator[Case]:
    """Pure; one case per type for its values, one for its damaged encodings, and some for what derives from bytes."""
    parts: Any = document
    for name, values in parts["types"].items():
        yield Case(f"types/{name}", partial(_values, name, values), rules=RULES.get(name, ()))
    for name, damaged in parts["decode"].items():
        yield Case(f"decode/{name}", partial(_damaged, name, damaged))
    for name, ask in _DERIVED.items():
        yield Case(name, partial(_derived, name, parts[name], ask))


def _values(name: str, values: list[Form]) -> Iterator[Exchange]:
    for index, part in enumerate(values):
        where = f"/types/{name}/{index}"
        value = convert(name, part["value"], part)
        hashes: dict[str, Any] = {key: part[key] for key in part if key not in ("value", "scale")}
        encoded: dict[str, Any] = {"scale": data(part["scale"]), **hashes}
        yield Exchange(Apply("values/encode", {"type": name, "value": value}), Accepted(encoded), where)
        decoded: dict[str, Any] = {"value": value, "all": True, "encodes": data(part["scale"])}
        request = Apply("values/decode", {"type": name, "bytes": data(part["scale"])})
        yield Exchange(request, Accepted(decoded), where)


def _damaged(name: str, damaged: list[Form]) -> Iterator[Exchange]:
    for index, part in enumerate(damaged):
        raw = data(part["bytes"])
        request = Apply("values/decode", {"type": name, "bytes": raw})
        where = f"/decode/{name}/{index}"
        if part["result"] != "ok":
            yield Exchange(request, RejectedAnswer("", ""), where)
            continue
        taken = raw[: 2 + 2 * part["consumed"]]
        expected: dict[str, Any] = {
            "consumed": number(part["consumed"]),
            "all": part["all"],
            "encodes": data(part["encodes"]) if "encodes" in part else taken,
        }
        yield Exchange(request, Accepted(expected), where)


def _derived(name: str, parts: Any, ask: Callable[[Form], tuple[Apply, Form | None]]) -> Iterator[Exchange]:
    for index, part in enumerate(parts if isinstance(parts, list) else [parts]):
        request, expected = ask(part)
        answer = RejectedAnswer("", "") if expected is None else Accepted(expected)
        yield Exchange(request, answer, f"/{name}/{index}")


def _payload(part: Form) -> tuple[Apply, Form | None]:
    request = Apply("values/storePayload", {"payload": data(part["payload"])})
    return request, None if part.get("error") else {"lookup": data(part["lookup"]), "hash": part["hash"]}


def _reply_code(part: Form) -> tuple[Apply, Form | None]:
    return Apply("values/replyCode", {"bytes": part["bytes"]}), {"code": part["code"], "scale": part["scale"]}


def _zero_state(part: Form) -> tuple[Apply, Form | None]:
    expected = {**part, "readOfZeroHash": recorded.program_state(part["readOfZeroHash"])}
    return Apply("values/zeroState", {}), expected


def _ids(part: Form) -> tuple[Apply, Form | None]:
    form: dict[str, Any] = {
        "messageId": part["messageId"],
        "code": data(part["code"]),
        "nonce": number(part.get("nonce", 0)),
    }
    return Apply("values/messageIds", form), {name: part[name] for name in ("codeId", "outgoing", "reply")}


def _from_u64(part: Form) -> tuple[Apply, Form | None]:
    expected = {name: part[name] for name in ("actorId", "codeId", "messageId")}
    return Apply("values/idsFromNumber", {"number": number(part["number"])}), expected


_DERIVED: dict[str, Callable[[Form], tuple[Apply, Form | None]]] = {
    "payloads": _payload,
    "replyCodes": _reply_code,
    "zeroState": _zero_state,
    "ids": _ids,
    "fromU64": _from_u64,
}
