"""The format `execution/1`: production's runs of one queue of one program."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.execution.recorded import (
    data,
    note,
    optional_number,
    page_hashes,
    state,
    state_hashes,
)
from gearexe_spec.conformance.reference.program.recorded import REPLY_CODES, Form, capital, number
from gearexe_spec.conformance.wire import Accepted, Apply, RejectedAnswer

SECTIONS = ("code", "data", "global", "table", "element", "type")
VALUE_PER_GAS = 100
"""A row's budget of gas, as executable balance."""


@adapter("execution/1")
def execution(document: Document) -> Iterator[Case]:
    """First the programs of the file, then its cases."""
    programs: Any = document["programs"]
    cases: Any = document["cases"]
    for name, program in programs.items():
        yield Case(f"program {name}", partial(_check_program, program, f"/programs/{name}"))
    for index, case in enumerate(cases):
        ask = _vary if "vary" in case else _run
        yield Case(case["name"], partial(ask, case, programs, f"/cases/{index}"))


def _check_program(program: Form, where: str) -> Iterator[Exchange]:
    request = Apply("execution/checkCode", {"wasm": data(program["wasm"])})
    code_id = Apply("ids/computeCodeId", {"code": data(program["wasm"])})
    yield Exchange(code_id, Accepted({"result": program["codeId"]}), where)
    if program.get("rejected"):
        yield Exchange(request, RejectedAnswer("", ""), where)
        return
    expected = {
        "codeId": program["codeId"],
        "sections": {f"{name}Section": number(program["sections"][name]) for name in SECTIONS},
        "staticPages": number(program["staticPages"]),
        "stackEnd": optional_number(program["stackEnd"]),
        "exports": [capital(name) for name in program["exports"]],
        "instrumentedHash": program["instrumentedHash"],
        "instrumentedLength": number(program["instrumentedLength"]),
    }
    yield Exchange(request, Accepted(expected), where)


def _request(case: Form, programs: Form) -> Form:
    source = case["input"]
    program = source["program"]
    return {
        "wasm": None if program is None else data(programs[program]["wasm"]),
        "programId": source["programId"],
        "queue": capital(source["queueType"]),
        "gasAllowance": number(source["gasAllowance"]),
        "block": {name: number(source["block"][name]) for name in ("height", "timestamp")},
        "promises": source["promises"],
        "state": state(source["state"]),
    }


def _state(case: Form, where: str) -> Exchange:
    source = case["input"]
    expected = {
        "stateHash": source["stateHash"],
        "state": state_hashes(source["state"]),
        "pages": page_hashes(source["state"]),
    }
    return Exchange(
        Apply("execution/encodeState", {"state": state(source["state"])}), Accepted(expected), f"{where}/input/state"
    )


def _run(case: Form, programs: Form, where: str) -> Iterator[Exchange]:
    yield _state(case, where)
    output = case["output"]
    expected: Form = {
        "status": output["status"],
        "dispatches": [_dispatch(item) for item in output["dispatches"]],
        "promises": [_promise(item) for item in output["promises"]],
        "written": _written(output),
    }
    if "stateHash" in output:
        expected |= {
            "gasSpent": number(output["gasSpent"]),
            "stateHash": output["stateHash"],
            "state": state_hashes(output["state"]),
        }
    yield Exchange(Apply("execution/processQueue", _request(case, programs)), Accepted(expected), f"{where}/output")


def _dispatch(part: Form) -> Form:
    limits = part["limitsLeft"]
    return {
        "messageId": part["messageId"],
        "journal": [note(item) for item in part["journal"]],
        "forwarded": [number(index) for index in part["forwarded"]],
        "stateHash": part["stateHash"],
        "executableBalance": part["executableBalance"],
        "chargedToExecutableBalance": part["chargedToExecutableBalance"],
        "allowanceLeft": number(part["allowanceLeft"]),
        "limitsLeft": {
            "outgoingMessages": number(limits["messages"]),
            "outgoingBytes": number(limits["bytes"]),
            "callReplies": number(limits["callReplies"]),
        },
    }


def _promise(part: Form) -> Form:
    return {
        "txHash": part["txHash"],
        "payload": data(part["payload"]),
        "value": part["value"],
        "replyCode": REPLY_CODES[part["replyCode"]],
        "replyHash": part["replyHash"],
    }


def _written(output: Form) -> list[Form]:
    """Objects in the order of their first write; the contents of pages stand in the notes."""
    pages = {
        item["hash"]: item["data"]
        for dispatch in output["dispatches"]
        for item in dispatch["journal"]
        if item["note"] == "updatePage"
    }
    return [
        {"hash": item["hash"], "kind": item["kind"], "data": data(item.get("data", pages.get(item["hash"])))}
        for item in output["written"]
    ]


def _vary(case: Form, programs: Form, where: str) -> Iterator[Exchange]:
    yield _state(case, where)
    request = _request(case, programs)
    for index, row in enumerate(case["rows"]):
        changed = dict(request)
        if case["vary"] in ("allowance", "both"):
            changed["gasAllowance"] = number(row["value"])
        if case["vary"] in ("gas", "both"):
            balance = hex(VALUE_PER_GAS * int(number(row["value"]), 16))
            changed["state"] = request["state"] | {"executableBalance": balance}
        expected = {
            "status": "ok",
            "gasSpent": number(row["gasSpent"]),
            "stateHash": row["stateHash"],
            "dispatches": [_row(item) for item in row["dispatches"]],
        }
        yield Exchange(Apply("execution/summarizeQueue", changed), Accepted(expected), f"{where}/rows/{index}")


def _row(part: Form) -> Form:
    """What a row leaves out is not there; reasons are not compared, production's are free text."""
    reply = part.get("replyCode")
    waited = part.get("waited")
    return {
        "notes": part["notes"],
        "burned": optional_number(part.get("burned")),
        "stopped": optional_number(part.get("stopped")),
        "outcome": part.get("outcome"),
        "replyCode": reply and REPLY_CODES[reply],
        "waited": waited and capital(waited),
        "stateHash": part["stateHash"],
    }
