"""What recordings say beside the bytes: arguments, results, events and errors by name.

They are cases of their own, so that a client without an interface decoder is still held against the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.adapter import Exchange
from gearexe_spec.conformance.reference.onchain.hashes import wire_form
from gearexe_spec.conformance.wire import Accepted, Apply

PRODUCTION = frozenset({"Router", "Mirror", "WrappedVara", "BatchMulticall", "POAMiddleware", "Gear"})
NAMES = {"panic": "Panic", "error": "Error", "empty": "empty"}
Record = dict[str, Any]


def decoded_exchanges(case: Record, place: str, foreign_errors: set[str]) -> Iterator[Exchange]:
    """Everything a case says by name."""
    for part in ("deployment", "steps", "finalViews"):
        for index, step in enumerate(case.get(part, ())):
            yield from step_exchanges(step, f"{place}/{part}/{index}", foreign_errors)


def step_exchanges(step: Record, place: str, foreign_errors: set[str]) -> Iterator[Exchange]:
    """Everything a step says by name."""
    result = step.get("result", step)
    if step.get("contract") in PRODUCTION and "args" in step and "calldata" in step:
        yield from call_exchange(step, place)
    initialization = step.get("initialization", {})
    if initialization.get("contract") in PRODUCTION and "args" in initialization:
        yield from call_exchange(initialization, f"{place}/initialization")
    if step.get("contract") in PRODUCTION and "returns" in result:
        form = {"contract": step["contract"], "function": step["function"], "data": result["returnData"]}
        expected = {"returns": wire_form(result["returns"])}
        yield Exchange(Apply("contractAbi/decodeReturns", form), Accepted(expected), f"{place}/result/returns")
    for index, log in enumerate(result.get("logs", ())):
        form = {"topics": log.get("topics", []), "data": log.get("data", "0x")}
        expected = {"event": log.get("event"), "args": wire_form(log.get("args", {}))}
        yield Exchange(Apply("contractAbi/decodeEvent", form), Accepted(expected), f"{place}/result/logs/{index}")
    revert = result.get("revert")
    if revert is not None and revert.get("error") not in foreign_errors:
        form = {"data": revert["data"]}
        yield Exchange(Apply("contractAbi/decodeError", form), Accepted(error_form(revert)), f"{place}/result/revert")


def call_exchange(step: Record, place: str) -> Iterator[Exchange]:
    """Arguments that are recorded are exactly what the calldata encodes."""
    form = {"contract": step["contract"], "calldata": step["calldata"]}
    expected = {"function": step["function"], "args": wire_form(step["args"]), "canonical": True}
    yield Exchange(Apply("contractAbi/decodeCall", form), Accepted(expected), f"{place}/args")


def error_form(revert: Record) -> Json:
    """An error as it goes over the wire."""
    arguments = {name: revert[name] for name in ("code", "message") if name in revert} | revert.get("args", {})
    return {"error": NAMES.get(revert["kind"]) or revert["error"], "args": wire_form(arguments)}
