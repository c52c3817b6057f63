"""`consensus-batches/1`: building and validating batches over described worlds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.consensus.recorded import Form, accepted, ask, wire
from gearexe_spec.conformance.reference.consensus.worlds import error_name, world_form
from gearexe_spec.conformance.wire import Accepted, Init


@adapter("consensus-batches/1")
def batches(document: Document) -> Iterator[Case]:
    """One session for each case; the steps do not change the world."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(f"{index} {case['name']}", partial(_exchanges, case, f"/cases/{index}"))


def _exchanges(case: Form, where: str) -> Iterator[Exchange]:
    yield Exchange(Init("node", world_form(case["world"])), None, f"{where}/world")
    for index, step in enumerate(case["steps"]):
        parts: Form = {"block": step["block"], "limits": wire(step["limits"])}
        if step["do"] == "validate":
            request = ask("node/validateBatch", request=wire(step["request"]), **parts)
        else:
            request = ask("node/buildBatch", **parts)
        yield Exchange(request, _expected(step), f"{where}/steps/{index}")


def _expected(step: Form) -> Accepted:
    result = step["result"]
    elections: list[Any] = [wire(election) for election in step["elections_asked"]]
    if result == "none":
        return accepted(batch=None, electionsAsked=elections)
    label = result.get("error", result.get("panic"))
    if label is not None:
        return accepted(error=error_name(label), electionsAsked=elections)
    return accepted(**wire(result), electionsAsked=elections)
