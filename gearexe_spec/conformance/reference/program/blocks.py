"""The format `program-blocks/1`: histories of whole networks, and replies calculated between their blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.program import recorded
from gearexe_spec.conformance.reference.program.recorded import ZERO_ID, Form, data, number
from gearexe_spec.conformance.reference.program.steps import finished_block
from gearexe_spec.conformance.reference.program.values import block_event
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, RejectedAnswer

VALID, ORIGINAL, INSTRUMENTED, METADATA = "valid", "original", "instrumented", "metadata"
IGNORED_REQUESTS: dict[str, Form] = {
    "CodeValidationRequested": {"codeId": ZERO_ID, "timestamp": 0, "txHash": ZERO_ID},
    "ComputationSettingsChanged": {"threshold": 0, "wvaraPerSecond": 0},
    "StorageSlotChanged": {"slot": ZERO_ID},
    "ValidatorsCommittedForEra": {"eraIndex": 0},
    "ProtocolVersionChanged": {"newProtocolVersion": 0},
}
SECTIONS = ("code", "data", "global", "table", "element", "type")


@dataclass(frozen=True)
class _Source:
    """What the cases of one file share: programs by name, and objects where the file keeps them once."""

    programs: Form
    cas: Form


@adapter("program-blocks/1")
def program_blocks(document: Document) -> Iterator[Case]:
    """One session per case: the network, its blocks and the questions between them."""
    source = _Source(_programs(document), recorded.objects(document.get("cas", {})))  # type: ignore[arg-type]
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(case["name"], partial(_history, source, case, f"/cases/{index}"), tuple(case.get("flags", [])))


def _programs(document: Document) -> Form:
    """Programs by name; real programs lie in a file of their own."""
    programs: Any = document["programs"]
    if all(isinstance(program, dict) for program in programs.values()):
        return dict(programs)
    shared: Any = document.sibling("programs.json")["programs"]
    return {name: shared[name] for name in programs}


def _history(source: _Source, case: Form, where: str) -> Iterator[Exchange]:
    yield Exchange(Init("blocks", _network(source, case)), None, f"{where}/initial")
    questions = case.get("overlay", [])
    yield from _questions(questions, 0, where)
    for index, block in enumerate(case.get("blocks", [])):
        place = f"{where}/blocks/{index}"
        yield from _transactions(block["input"], f"{place}/input/injected")
        request = Apply("blocks/applyBlock", _input(block["input"]))
        yield Exchange(request, _output(source, block["output"]), f"{place}/output")
        yield from _objects(_new_objects(source, block["output"]), f"{place}/output/cas")
        yield from _questions(questions, index + 1, where)
    if "codeRecordAfter" in case:
        yield _code_record(case["codeRecordAfter"], f"{where}/codeRecordAfter")


def _network(source: _Source, case: Form) -> Form:
    initial = case.get("initial", {})
    return {
        "objects": _initial_objects(source, initial),
        "states": recorded.states(initial.get("states", {})),
        "schedule": recorded.schedule(initial.get("schedule", [])),
        "codes": dict(_code(source.programs[name], known) for name, known in case.get("codes", {}).items()),
        "programCodes": case.get("programCodes", {}),
        "chunkSize": number(case.get("chunkSize", 16)),
    }


def _initial_objects(source: _Source, initial: Form) -> Form:
    kept = initial.get("cas", {})
    if isinstance(kept, dict):
        return recorded.objects(kept)
    return {key: source.cas[key] for key in kept if key in source.cas}


def _code(program: Form, known: str) -> tuple[str, Form]:
    """What the node knows of a code; instrumented code that the file leaves out is made on demand."""
    record: Form = {VALID: True, ORIGINAL: program["wasm"], INSTRUMENTED: None, METADATA: None}
    if known == "invalid":
        record = {VALID: False, ORIGINAL: None, INSTRUMENTED: None, METADATA: None}
    elif known == "noOriginal":
        record[ORIGINAL] = None
    elif known != "lazy" and "instrumented" in program:
        record[METADATA] = _metadata(program["metadata"])
        if known.startswith("failed"):
            record[METADATA]["instrumentationStatus"] = {"instrumentationFailed": {"version": number(int(known[-1]))}}
        if not known.startswith("failedBare"):
            record[INSTRUMENTED] = {"code": program["instrumented"], "sectionSizes": _sections(program["sections"])}
    return program["codeId"], record


def _metadata(part: Form) -> Form:
    stack_end = part.get("stackEnd")
    return {
        "originalCodeLen": number(part.get("originalCodeLen", 0)),
        "exports": part.get("exports", []),
        "staticPages": number(part.get("staticPages", 0)),
        "stackEnd": None if stack_end is None else number(stack_end),
        "instrumentationStatus": _status(part["status"]),
    }


def _status(part: Form | str) -> Form:
    if isinstance(part, str):
        return {"notInstrumented": {}}
    if "failed" in part:
        return {"instrumentationFailed": {"version": number(part["failed"]["version"])}}
    done = part["instrumented"]
    return {"instrumented": {"version": number(done["version"]), "codeLen": number(done.get("codeLen", 0))}}


def _sections(part: Form) -> Form:
    return {f"{name}Section": number(part.get(name, 0)) for name in SECTIONS}


def _transactions(source: Form, where: str) -> Iterator[Exchange]:
    for index, part in enumerate(source.get("injected", [])):
        place = f"{where}/{index}"
        request = Apply("blocks/signInjected", {"privateKey": part["privateKey"], "transaction": _transaction(part)})
        yield Exchange(request, Accepted({"signed": data(part["signed"])}), place)
        expected = {
            "source": part["source"],
            "transaction": _transaction(part),
            "messageId": part["messageId"],
        }
        yield Exchange(Apply("blocks/readInjected", {"signed": data(part["signed"])}), Accepted(expected), place)


def _transaction(part: Form) -> Form:
    return {
        "destination": part.get("destination", ZERO_ID),
        "payload": data(part.get("payload", "0x")),
        "value": number(part.get("value", 0)),
        "referenceBlock": part.get("referenceBlock", ZERO_ID),
        "salt": data(part.get("salt", "0x")),
    }


def _input(part: Form) -> Form:
    gas = part.get("gasAllowance")
    return {
        "height": number(part.get("height", 0)),
        "timestamp": number(part.get("timestamp", 0)),
        "events": [request_form(event) for event in part.get("events", [])],
        "injected": [{"source": tx["source"], "transaction": _transaction(tx)} for tx in part.get("injected", [])],
        "gasAllowance": None if gas is None else number(gas),
        "emitsPromises": part.get("promises", False),
        "mailboxValidity": number(part.get("mailboxValidity", 0)),
        "answersEventDestinations": part.get("eventDestinationsAutoreply", False),
    }


def request_form(part: Form) -> Form:
    """A request; those that no program hears of lie one level deeper."""
    name, actor = part["event"], part.get("actor", ZERO_ID)
    fields: dict[str, Form] = {
        "ProgramCreated": {"codeId": part.get("codeId", ZERO_ID)},
        "OwnedBalanceTopUpRequested": {"value": number(part.get("value", 0))},
        "ExecutableBalanceTopUpRequested": {"value": number(part.get("value", 0))},
        "MessageQueueingRequested": {
            "id": part.get("id", ZERO_ID),
            "source": part.get("source", ZERO_ID),
            "payload": data(part.get("payload", "0x")),
            "value": number(part.get("value", 0)),
            "callReply": part.get("callReply", False),
        },
        "ReplyQueueingRequested": {
            "repliedTo": part.get("repliedTo", ZERO_ID),
            "source": part.get("source", ZERO_ID),
            "payload": data(part.get("payload", "0x")),
            "value": number(part.get("value", 0)),
        },
        "ValueClaimingRequested": {
            "claimedId": part.get("claimedId", ZERO_ID),
            "source": part.get("source", ZERO_ID),
        },
    }
    if name not in fields:
        return {"otherRequest": {"event": block_event(IGNORED_REQUESTS[name] | part)["fromRouter"]["event"]}}
    return {name[0].lower() + name[1:]: {"actor": actor} | fields[name]}


def _output(source: _Source, output: Form) -> Answer:
    if "error" in output:
        return _rejected(output["error"])
    expected = finished_block(output)
    expected["objects"] = {key: number(len(blob) // 2 - 1) for key, blob in _new_objects(source, output).items()}
    expected["promises"] = [_promise(part) for part in output.get("promises", [])]
    expected["chunks"] = [_chunk(part) for part in output.get("chunks", [])]
    return Accepted(expected)


def _new_objects(source: _Source, output: Form) -> Form:
    """What a block newly stored, by key."""
    kept = output.get("cas", {})
    if isinstance(kept, dict):
        return recorded.objects(kept)
    return {key: source.cas[key] for key in kept if key in source.cas}


def _objects(objects: Form, where: str) -> Iterator[Exchange]:
    if objects:
        request = Apply("blocks/getObjects", {"keys": [*objects]})
        yield Exchange(request, Accepted({"objects": objects}), where)


def _rejected(error: Form) -> Answer:
    details = {name: error[name] for name in error if name not in ("kind", "name")}
    return RejectedAnswer(recorded.capital(error["name"]), "", details)


def _promise(part: Form) -> Form:
    return {
        "txHash": part["txHash"],
        "reply": _reply(part),
        "replyHash": part["replyHash"],
        "digest": part["digest"],
    }


def _reply(part: Form) -> Form:
    return {
        "payload": data(part.get("payload", "0x")),
        "value": number(part.get("value", 0)),
        "code": recorded.REPLY_CODES[part["code"]],
    }


def _chunk(part: Form) -> Form:
    """A chunk; one that became empty has no allowance on record."""
    expected: Form = {"queue": part["queue"], "runs": [_run(run) for run in part.get("runs", [])]}
    return expected | ({"allowance": number(part["allowance"])} if "allowance" in part else {})


def _run(part: Form) -> Form:
    return {
        "program": part["program"],
        "state": part.get("state", ZERO_ID),
        "newState": part.get("newState", ZERO_ID),
        "gasSpent": number(part.get("gasSpent", 0)),
        "code": part.get("code", True),
        "dispatches": [_dispatch(dispatch) for dispatch in part.get("dispatches", [])],
    }


def _dispatch(part: Form) -> Form:
    if part.get("stopped"):
        return {"outcome": None, "notes": number(part.get("notes", 0))}
    return {
        "messageId": part["messageId"],
        "gasBurned": number(part.get("gasBurned", 0)),
        "outcome": part["outcome"],
        "isCharged": part.get("charged", True),
        "notes": number(part.get("notes", 0)),
    }


def _questions(questions: list[Form], after: int, where: str) -> Iterator[Exchange]:
    for index, question in enumerate(questions):
        if question.get("after", 0) != after:
            continue
        yield Exchange(
            Apply("blocks/calculateReply", _question(question["input"])),
            _answer(question["output"]),
            f"{where}/overlay/{index}",
        )


def _question(part: Form) -> Form:
    return {
        "height": number(part.get("height", 0)),
        "timestamp": number(part.get("timestamp", 0)),
        "source": part.get("source", ZERO_ID),
        "program": part.get("program", ZERO_ID),
        "payload": data(part.get("payload", "0x")),
        "value": number(part.get("value", 0)),
        "gasAllowance": number(part.get("gasAllowance", 0)),
        "topUp": number(part.get("topUp", 0)),
    }


def _answer(output: Form) -> Answer:
    if "error" in output:
        return _rejected(output["error"])
    expected: dict[str, Any] = {
        "reply": _reply(output["reply"]),
        "messages": [recorded.outgoing(part) for part in output.get("messages", [])],
        "chunks": [_chunk(part) for part in output.get("chunks", [])],
    }
    return Accepted(expected)


def _code_record(part: Form, where: str) -> Exchange:
    metadata = part.get("metadata")
    expected: dict[str, Any] = {
        "instrumented": part.get("instrumented"),
        "metadata": metadata and _metadata(metadata["view"]),
        "metadataScale": metadata and metadata["scale"],
    }
    return Exchange(Apply("blocks/getCode", {"codeId": part["codeId"]}), Accepted(expected), where)
