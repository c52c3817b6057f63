"""`consensus-preparation/1`: preparing Ethereum blocks, codes to load."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.consensus.recorded import Form, accepted, ask, wire
from gearexe_spec.conformance.reference.consensus.worlds import error_name, world_form
from gearexe_spec.conformance.wire import Init


@adapter("consensus-preparation/1")
def preparation(document: Document) -> Iterator[Case]:
    """All blocks of a case are prepared by one request."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(f"case {index}", partial(_exchanges, case, f"/cases/{index}"))


def _exchanges(case: Form, where: str) -> Iterator[Exchange]:
    yield Exchange(Init("node", world_form(case["world"])), None, f"{where}/world")
    needed = accepted(
        chain=case["chain"],
        codesOnFirstRun=_codes(case["codes_on_first_run"]),
        codesLater=_codes(case["codes_later"]),
    )
    yield Exchange(ask("node/neededCodes", target=case["target"]), needed, where)
    steps: list[Any] = [{"block": step["block"], **_result(step["result"])} for step in case["steps"]]
    prepared = accepted(steps=steps, latestPrepared=case["latest_prepared"])
    yield Exchange(ask("node/prepare", target=case["target"]), prepared, f"{where}/steps")


def _codes(codes: Form) -> Form:
    return _result(codes)


def _result(result: Form) -> Form:
    if "error" in result:
        return {"error": error_name(result["error"])}
    form: Form = wire(result)
    return form
