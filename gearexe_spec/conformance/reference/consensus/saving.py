"""`consensus-mb-saving/1`: saving proposals, finalization, events held back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.consensus.blocks import operation_form
from gearexe_spec.conformance.reference.consensus.recorded import Form, accepted, ask, number, wire
from gearexe_spec.conformance.wire import Init

EVENTS = {"proposal": "proposed", "finalized": "finalized"}


@adapter("consensus-mb-saving/1")
def saving(document: Document) -> Iterator[Case]:
    """State persists through the steps of a case."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(f"case {index}", partial(_exchanges, case, f"/cases/{index}"))


def _exchanges(case: Form, where: str) -> Iterator[Exchange]:
    world = case["world"]
    start: Form = {
        "prepared": [block["hash"] for block in world["ethereum_blocks"] if block["prepared"]],
        "advanced": [[block["hash"], block["last_advanced_eb"]] for block in world["sequencer_blocks"]],
    }
    yield Exchange(Init("saving", start), None, f"{where}/world")
    for index, step in enumerate(case["steps"]):
        place = f"{where}/steps/{index}"
        outputs: dict[str, Any] = {
            "emitted": [_event(event) for event in step["emitted"]],
            "heldBack": number(step["held_back"]),
        }
        match step["do"]:
            case "proposal":
                outputs |= wire({name: step[name] for name in ("mb", "compact", "computed", "last_advanced_eb")})
                outputs["operations"] = [_operation(operation) for operation in step["operations"]]
                yield Exchange(ask("saving/proposal", block=step["block"]), accepted(**outputs), place)
            case "finalized":
                outputs["latestFinalizedMb"] = step["latest_finalized_mb"]
                request = ask(
                    "saving/finalized",
                    mb=step["mb"],
                    height=number(step["height"]),
                    signatures=step["signatures"],
                )
                yield Exchange(request, accepted(**outputs), place)
            case "prepared":
                yield Exchange(ask("saving/prepared", eb=step["eb"]), accepted(**outputs), place)
            case other:
                raise ValueError(f"unknown step {other}")


def _event(event: Form) -> Form:
    fields = wire({name: value for name, value in event.items() if name != "event"})
    return {EVENTS[event["event"]]: fields}


def _operation(operation: Form) -> Form:
    form = operation_form(operation)
    if "injected" in form:
        form["injected"]["hash"] = operation["hash"]
    return form
