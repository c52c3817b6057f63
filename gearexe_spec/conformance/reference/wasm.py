"""The recordings of production's code validation and instrumentation.

Hashes, bytes and names are compared as recorded; plain numbers become hex strings. Informative fields are left out:
the offsets of malformed and invalid bytes, and the gas of the module that computed a numeric table.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.wire import Accepted, Apply, RejectedAnswer

Form = dict[str, Any]

_UNIT: Json = {"cost": "0x1", "perLocal": "0x1", "growPerPage": None}
STAGES: dict[str, tuple[int | None, Json]] = {
    "stack": (36743, None),
    "gas": (None, "schedule"),
    "gasUnit": (None, _UNIT),
    "gasThree": (None, {"cost": "0x3", "perLocal": "0x7", "growPerPage": None}),
    "stackUnit": (1024, _UNIT),
    "gasZero": (None, {"cost": "0x0", "perLocal": "0x0", "growPerPage": None}),
    "gasHuge": (None, {"cost": "0x7fffffff", "perLocal": "0x0", "growPerPage": None}),
    "gasMax": (None, {"cost": "0xffffffff", "perLocal": "0xffffffff", "growPerPage": None}),
    "gasGrow": (None, {"cost": "0x1", "perLocal": "0x1", "growPerPage": "0xa"}),
    "stackLow": (100, None),
}
"""Stack limit and gas rules of the recorded steps."""


def data(part: Json) -> str:
    """Bytes as hex; long ones are recorded compressed."""
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        raise TypeError("bytes are text or a record")
    content = zlib.decompress(bytes.fromhex(str(part["zlib"])[2:]))
    if len(content) != part["length"]:
        raise ValueError("a compressed byte string has another length than recorded")
    return "0x" + content.hex()


def numbers(value: Any) -> Any:
    """Plain numbers, at any depth, as minimal hex."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return {name: numbers(item) for name, item in value.items()}


def refusal(error: Form, outer: str | None = None) -> RejectedAnswer:
    """The recorded error as it stands on the wire."""
    outer = outer or error["outer"]
    inner = str(error.get("inner", ""))
    name = inner if inner.startswith(str(outer)) else f"{outer}{inner}"
    carried: dict[str, Json] = {
        key: numbers(error[key]) for key in ("limit", "actual", "kind", "index") if key in error
    }
    fields: Json = numbers(error["fields"]) if "fields" in error else carried or None
    return RejectedAnswer(name, "validate", {"outer": outer, "inner": error.get("inner"), "fields": fields})


def _cases(document: Document, exchanges: Callable[[Form], Iterator[Exchange]]) -> Iterator[Case]:
    recorded: Any = document["cases"]
    for form in recorded:
        yield Case(form["name"], lambda form=form: exchanges(form))  # type: ignore[misc]  # bound now, called later


@adapter("wasm-modules/1")
def modules(document: Document) -> Iterator[Case]:
    """Verdict, artifacts, blocks and single steps."""
    return _cases(document, _module)


@adapter("wasm-opcodes/1")
def opcodes(document: Document) -> Iterator[Case]:
    """The same, and the weight of one instruction."""
    return _cases(document, _opcode)


def _module(form: Form) -> Iterator[Exchange]:
    wasm = data(form["wasm"])
    request = Apply("code/check", {"wasm": wasm})
    yield Exchange(Apply("code/id", {"code": wasm}), Accepted({"codeId": form["codeId"]}), "codeId")
    if not form["accepted"]:
        yield Exchange(request, refusal(form["error"]), "error")
    else:
        yield Exchange(request, Accepted(_artifacts(form)))
    blocks: dict[str, Json] = {name: form[name] for name in ("blocks", "blocksHash") if name in form}
    if blocks:
        yield Exchange(Apply("code/meteredBlocks", {"wasm": wasm}), Accepted(blocks), "blocks")
    yield from _stages(wasm, form.get("stages", {}))


def _artifacts(form: Form) -> Json:
    same = ("codeId", "metadataScale", "instrumentedScaleHash", "instrumentedHash")
    expected: dict[str, Json] = {name: form[name] for name in same if name in form}
    expected["sectionSizes"] = numbers(form["sectionSizes"])
    if "instrumented" in form:
        expected["instrumented"] = data(form["instrumented"])
    if "metadata" in form:
        expected["metadata"] = _metadata(form["metadata"])
    return expected


def _metadata(form: Form) -> Json:
    status = dict(form["instrumentationStatus"])
    kind = status.pop("kind")
    return numbers(form) | {"instrumentationStatus": {kind[0].lower() + kind[1:]: numbers(status)}}  # type: ignore[no-any-return]


def _stages(wasm: str, stages: Form) -> Iterator[Exchange]:
    for name, recorded in stages.items():
        where = f"stages/{name}"
        if name in ("roundtrip", "parse"):
            yield Exchange(Apply("code/parse", {"wasm": wasm}), _parsed(recorded, name == "parse"), where)
            continue
        limit, rules = STAGES[name]
        request = Apply("code/stage", {"wasm": wasm, "stackLimit": numbers(limit), "gasRules": rules})
        if isinstance(recorded, dict) and "error" in recorded:
            yield Exchange(request, refusal({"inner": recorded["error"]}, "Instrumentation"), where)
            continue
        expected: dict[str, Json] = {"bytes": data(recorded["bytes"])}
        if "blocks" in recorded:
            expected["blocks"] = recorded["blocks"]
        yield Exchange(request, Accepted(expected), where)


def _parsed(recorded: Json, is_error: bool) -> Accepted | RejectedAnswer:
    if is_error and isinstance(recorded, dict):
        return refusal(recorded, "Module")
    return Accepted({"wasm": data(recorded)})


def _opcode(form: Form) -> Iterator[Exchange]:
    yield from _module(form)
    request = Apply("code/instructionCost", {"wasm": data(form["wasm"]), "position": hex(form["position"])})
    yield Exchange(request, Accepted({"opcode": form["opcode"], "cost": numbers(form["cost"])}), "cost")


@adapter("wasm-codes/1")
def codes(document: Document) -> Iterator[Case]:
    """Uploaded codes with a claimed id."""
    return _cases(document, _uploaded)


def _uploaded(form: Form) -> Iterator[Exchange]:
    request = Apply("code/process", {"wasm": data(form["wasm"]), "claimedCodeId": form["claimedCodeId"]})
    yield Exchange(request, Accepted(form["result"]))


@adapter("wasm-parser/1")
def parser(document: Document) -> Iterator[Case]:
    """The parser without validation before it."""
    return _cases(document, _parser)


def _parser(form: Form) -> Iterator[Exchange]:
    is_error = "parseError" in form
    recorded = form["parseError"] if is_error else form["roundtrip"]
    yield Exchange(Apply("code/parse", {"wasm": data(form["wasm"])}), _parsed(recorded, is_error))


@adapter("wasm-stages/1")
def stages(document: Document) -> Iterator[Case]:
    """Instrumentation with other rules than the Schedule's."""
    return _cases(document, lambda form: _stages(data(form["wasm"]), form["stages"]))


@adapter("wasm-schedule/1")
def schedule(document: Document) -> Iterator[Case]:
    """The Schedule and the costs made from it."""
    expected = numbers({"schedule": document["schedule"], "processCosts": document["processCosts"]})
    yield Case("schedule", lambda: iter((Exchange(Apply("code/schedule", {}), Accepted(expected)),)))


@adapter("wasm-syscalls/1")
def syscalls(document: Document) -> Iterator[Case]:
    """Every system call."""
    recorded: Any = document["syscalls"]
    expected: Json = [_syscall(form) for form in recorded]
    yield Case("syscalls", lambda: iter((Exchange(Apply("code/syscalls", {}), Accepted(expected)),)))


def _syscall(form: Form) -> Json:
    expected: dict[str, Json] = {name: form[name] for name in ("name", "importable", "vara")}
    if "params" not in form:
        return expected | {"signature": None}
    signature = {"params": form["params"], "results": form["results"]}
    return expected | {"fallible": form["fallible"], "signature": signature}


@adapter("wasm-execution/1")
def execution(document: Document) -> Iterator[Case]:
    """Instrumented code run with several amounts of gas, and as one message."""
    return _cases(document, _runs)


def _runs(form: Form) -> Iterator[Exchange]:
    wasm, entry = data(form["wasm"]), form["entry"]
    for index, recorded in enumerate(form["runs"]):
        request = Apply("code/run", {"wasm": wasm, "entry": entry, "gas": hex(recorded["gas"])})
        yield Exchange(request, Accepted(_run(recorded)), f"runs/{index}")
    if "dispatch" in form:
        request = Apply("code/dispatch", {"wasm": wasm, "entry": entry})
        yield Exchange(request, Accepted(numbers(form["dispatch"])), "dispatch")


def _run(recorded: Form) -> Json:
    expected: dict[str, Json] = {"result": numbers(recorded["result"])}
    if "gasLeft" in recorded:
        expected["gasLeft"] = numbers(recorded["gasLeft"])
    if "memory" in recorded:
        expected["memory"] = [[numbers(offset), data(content)] for offset, content in recorded["memory"]]
    return expected


@adapter("wasm-numerics/1")
def numerics(document: Document) -> Iterator[Case]:
    """Every numeric instruction on edge values."""
    return _cases(document, _table)


def _table(form: Form) -> Iterator[Exchange]:
    """Pairs of the recorded operands that are absent from the table trap."""
    recorded: dict[tuple[str, ...], str] = {}
    for line in form["table"]:
        operands, _, result = line.partition(" = ")
        recorded[tuple(operands.split())] = "0x" + result
    columns = [list(dict.fromkeys(column)) for column in zip(*recorded, strict=True)]
    asked = [(first,) for first in columns[0]]
    for column in columns[1:]:
        asked = [(*operands, value) for operands in asked for value in column]  # type: ignore[misc]  # one longer
    request = Apply(
        "code/evaluate",
        {"opcode": form["opcode"], "operands": [["0x" + value for value in operands] for operands in asked]},
    )
    yield Exchange(request, Accepted({"results": [recorded.get(operands) for operands in asked]}))
