"""Recorded values of `codec.json`, type by type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gearexe_spec.conformance.reference.program import recorded
from gearexe_spec.conformance.reference.program.recorded import Form, data, number

SIGNAL_CODES_BY_ENCODING = {
    "0x0000": "ExecutionRanOutOfGas",
    "0x0001": "ExecutionMemoryOverflow",
    "0x0002": "ExecutionBackendError",
    "0x0003": "ExecutionUserspacePanic",
    "0x0004": "ExecutionUnreachableInstruction",
    "0x0005": "ExecutionStackLimitExceeded",
    "0x00ff": "ExecutionUnsupported",
    "0x01": "RemovedFromWaitlist",
}
SECTIONS = ("code", "data", "global", "table", "element", "type")


def convert(name: str, value: Any, part: Form) -> Any:
    """A recorded value in the wire's form; the whole entry helps where the value is not enough."""
    if name == "Operation":
        return _operation(value, data(part["scale"]))
    if name == "Operations":
        return _operations(value, data(part["scale"]))
    return _VALUES.get(name, generic)(value)


def generic(value: Any) -> Any:
    """Numbers become hex; long bytes are written out; everything else is as it was."""
    match value:
        case bool() | None:
            return value
        case int():
            return number(value)
        case list():
            return [generic(part) for part in value]
        case dict() if "length" in value and set(value) <= {"length", "runs"}:
            return data(value)
        case dict():
            return {key: generic(part) for key, part in value.items()}
        case _:
            return value


def payload_lookup(part: Form) -> Form:
    """A payload in place or apart."""
    if "direct" in part:
        return {"directPayload": {"data": data(part["direct"])}}
    return {"storedPayload": {"hash": part["stored"]}}


def details(part: Form | None) -> Form | None:
    """What a reply or a signal is about; signal codes are recorded by their encoding."""
    if part is not None and "signalTo" in part:
        return {"signalDetails": {"to": part["signalTo"], "code": SIGNAL_CODES_BY_ENCODING[part["code"]]}}
    return recorded.details(part)


def dispatch(part: Form) -> Form:
    """A stored dispatch."""
    return {
        **generic(part),
        "payload": payload_lookup(part["payload"]),
        "details": details(part["details"]),
        "context": recorded.context(part["context"]),
    }


def mailbox_message(part: Form) -> Form:
    """A message in a mailbox."""
    return {**generic(part), "payload": payload_lookup(part["payload"])}


def _by_id(parts: list[Form], value: Callable[[Form], Form]) -> Form:
    return {part["id"]: {"value": value(part), "expiry": number(part["expiry"])} for part in parts}


def reply_info(part: Form) -> Form:
    """A reply."""
    return {"payload": data(part["payload"]), "value": number(part["value"]), "code": _code(part["code"])}


def promise(part: Form) -> Form:
    """A promise, whole or compact."""
    if "reply" not in part:
        return generic(part)  # type: ignore[no-any-return]
    return {"txHash": part["txHash"], "reply": reply_info(part["reply"])}


def purged(part: Form) -> Form:
    """A purged transaction."""
    return {"txHash": part["txHash"], "reason": part["reason"]}


def receipt(part: Form) -> Form:
    """A promise or a purged transaction."""
    if "purged" in part:
        return {"purgedTransaction": purged(part["purged"])}
    whole = "reply" in part["promise"]
    return {"promise" if whole else "compactPromise": promise(part["promise"])}


def signed(value: Callable[[Form], Form]) -> Callable[[Form], Form]:
    """Something with a signature."""
    return lambda part: {
        "data": value(part["data"]),
        "signature": part["signature"],
        "address": part["address"],
    }


def chain_commitment(part: Form) -> Form:
    """Transitions and where they end."""
    return {**generic(part), "transitions": [recorded.transition(item) for item in part["transitions"]]}


def batch(part: Form) -> Form:
    """A batch."""
    chain = part["chainCommitment"]
    return {**generic(part), "chainCommitment": chain and chain_commitment(chain)}


def block_event(part: Form) -> Form:
    """An event of a Mirror, which names the actor, or of the Router."""
    fields = {key: generic(item) for key, item in part.items() if key not in ("event", "actor")}
    if "replyCode" in fields:
        fields["replyCode"] = _code(part["replyCode"])
    name = part["event"]
    event = {name[0].lower() + name[1:]: fields}
    return (
        {"fromMirror": {"actorId": part["actor"], "event": event}}
        if "actor" in part
        else {"fromRouter": {"event": event}}
    )


def code_metadata(part: Form) -> Form:
    """What is known of a code."""
    status = part["status"]
    kinds = {"failed": "instrumentationFailed", "instrumented": "instrumented"}
    named = (
        {"notInstrumented": {}}
        if isinstance(status, str)
        else {kinds[key]: generic(item) for key, item in status.items()}
    )
    fields = {key: generic(item) for key, item in part.items() if key != "status"}
    return {**fields, "instrumentationStatus": named}


def sections(part: Form) -> Form:
    """Sizes of sections."""
    return {f"{name}Section": number(part[name]) for name in SECTIONS}


def _code(code: str) -> str:
    return recorded.REPLY_CODES[code]


def _operation(value: Any, scale: str) -> Form:
    if value == "ProgressTasks":
        return {"progressTasks": {}}
    ((name, part),) = value.items()
    if name == "Injected":
        return {"injected": "0x" + scale[10:]}
    field = "blockHash" if name == "AdvanceTillEthereumBlock" else "gasAllowance"
    return {name[0].lower() + name[1:]: {field: generic(part)}}


def _operations(values: list[Any], scale: str) -> list[Form]:
    """Injected transactions are cut out of the encoding of the whole list: all else has a known length."""
    rest, converted = scale[4:], []
    for value in values:
        name = value if isinstance(value, str) else next(iter(value))
        length = 4 + {"ProgressTasks": 0, "AdvanceTillEthereumBlock": 32}.get(name, 8)
        if name == "Injected":
            length = 4 + _signed_length(value["Injected"])
        converted.append(_operation(value, "0x" + rest[: 2 * length]))
        rest = rest[2 * length :]
    return converted


def _signed_length(part: Form) -> int:
    """Bytes of a signed transaction: 165 fixed ones and two byte strings with their lengths."""
    texts = [(len(data(part["data"][name])) - 2) // 2 for name in ("payload", "salt")]
    return 165 + sum(length + (1 if length < 64 else 2 if length < 16_384 else 4) for length in texts)


_VALUES: dict[str, Callable[[Any], Any]] = {
    "BatchCommitment": batch,
    "BlockEvent": block_event,
    "ChainCommitment": chain_commitment,
    "CodeMetadata": code_metadata,
    "ContextStore": recorded.context,
    "Dispatch": dispatch,
    "DispatchStash": lambda parts: _by_id(
        parts, lambda part: {"dispatch": dispatch(part["dispatch"]), "user": part["user"]}
    ),
    "InstantiatedSectionSizes": sections,
    "InstrumentedCode": lambda part: {"code": data(part["bytes"]), "sectionSizes": sections(part["sections"])},
    "Mailbox": lambda parts: {part["user"]: part["hash"] for part in parts},
    "MailboxMessage": mailbox_message,
    "MemoryPagesRegion": lambda parts: {number(part["page"]): part["hash"] for part in parts},
    "Message": recorded.outgoing,
    "MessageDetails": details,
    "MessageQueue": lambda parts: [dispatch(part) for part in parts],
    "Messages": lambda parts: [recorded.outgoing(part) for part in parts],
    "Outcome": lambda parts: [recorded.transition(part) for part in parts],
    "PayloadLookup": payload_lookup,
    "Program": recorded.program,
    "ProgramState": recorded.program_state,
    "ProgramStates": lambda parts: {part["actorId"]: generic(part["state"]) for part in parts},
    "Promise": promise,
    "PurgedTransaction": purged,
    "Receipt<CompactPromise>": receipt,
    "Receipt<Promise>": receipt,
    "ReplyCode": _code,
    "ReplyInfo": reply_info,
    "Schedule": recorded.schedule,
    "ScheduledTask": recorded.task,
    "SignalCode": recorded.SIGNAL_CODES.__getitem__,
    "SignedCompactTxReceipt": signed(receipt),
    "SignedInjectedTransaction": signed(generic),
    "SignedTxReceipt": signed(receipt),
    "StateTransition": recorded.transition,
    "UserMailbox": lambda parts: _by_id(parts, lambda part: mailbox_message(part["message"])),
    "Waitlist": lambda parts: _by_id(parts, lambda part: dispatch(part["dispatch"])),
}
