"""`consensus-admission/1`: which validator messages and receipts pass, by era."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.consensus.recorded import Form, accepted, ask, number, wire
from gearexe_spec.conformance.reference.consensus.worlds import error_name, world_form
from gearexe_spec.conformance.wire import Answer, Init, RejectedAnswer


@adapter("consensus-admission/1")
def admission(document: Document) -> Iterator[Case]:
    """State persists through the steps of a case."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(f"case {index}", partial(_exchanges, case, f"/cases/{index}"))


def _exchanges(case: Form, where: str) -> Iterator[Exchange]:
    for index, step in enumerate(case["steps"]):
        place = f"{where}/steps/{index}"
        match step["do"]:
            case "start":
                start: Form = {"world": world_form(case["world"]), "head": step["block"]}
                yield Exchange(Init("admission", start), None, place)
            case "chain_head":
                yield Exchange(ask("admission/chainHead", block=step["block"]), _head(step), place)
            case "validator_message":
                request = ask(
                    "admission/message",
                    peer=number(step["from_peer"]),
                    eraIndex=number(step["era_index"]),
                    signer=step["signer"],
                )
                penalised: list[Any] = [number(peer) for peer in step.get("penalised_peers", [])]
                yield Exchange(request, _verdict(step, penalisedPeers=penalised), place)
            case "receipt":
                yield Exchange(ask("admission/receipt", signer=step["signer"]), _verdict(step), place)
            case other:
                raise ValueError(f"unknown step {other}")


def _head(step: Form) -> Answer:
    if "error" in step:
        return RejectedAnswer(error_name(step["error"]), "")
    released = wire(step.get("released_from_cache", []))
    return accepted(era=number(step["era"]), current=step["current"], next=step["next"], released=released)


def _verdict(step: Form, **more: Any) -> Answer:
    return accepted(acceptance=step["acceptance"].capitalize(), delivered=step["delivered"], **more)
