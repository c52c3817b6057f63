"""`consensus-roles/1`: one validator between heads, requests and replies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.json_form import camel_case
from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.consensus.recorded import Form, accepted, ask, number, wire
from gearexe_spec.conformance.reference.consensus.worlds import error_name, world_form
from gearexe_spec.conformance.wire import Answer, Apply, Init, RejectedAnswer

INPUTS = {
    "new_head": "newHead",
    "synced_block": "syncedBlock",
    "prepared_block": "preparedBlock",
    "mark_synced_in_database": "markSynced",
    "mark_prepared_in_database": "markPrepared",
}
WARNINGS = {
    "unexpected_synced_block": "UnexpectedSyncedBlock",
    "unexpected_prepared_block": "UnexpectedPreparedBlock",
    "request_saved_for_later": "RequestSavedForLater",
    "request_while_validating": "RequestWhileValidating",
    "request_rejected": "RequestRejected",
    "reply_for_another_digest": "ReplyForAnotherDigest",
    "reply_of_unknown_validator": "ReplyOfUnknownValidator",
}


@adapter("consensus-roles/1")
def roles(document: Document) -> Iterator[Case]:
    """State persists through the steps of a case."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(f"case {index}", partial(_exchanges, case, f"/cases/{index}"))


def _exchanges(case: Form, where: str) -> Iterator[Exchange]:
    start: Form = {"world": world_form(case["world"]), "config": _config(case)}
    yield Exchange(Init("roles", start), None, f"{where}/world")
    fails = case["config"]["submission_fails"]
    for index, step in enumerate(case["steps"]):
        place = f"{where}/steps/{index}"
        yield Exchange(_input(step), _at_once(step), place)
        if "events" in step:
            yield Exchange(ask("roles/settle", submissionFails=fails), _settled(step), place)


def _config(case: Form) -> Form:
    config = case["config"]
    limits = ("batch_size_limit", "commitment_delay_limit", "uncommitted_chain_len_threshold")
    return {
        "key": case["own_secret"],
        "router": config["router"],
        "signaturesThreshold": number(config["signatures_threshold"]),
        "batchCommitmentPeriod": number(config["batch_commitment_period"]),
        "limits": wire({name: config[name] for name in limits}),
    }


def _input(step: Form) -> Apply:
    match step["do"]:
        case "request":
            return ask("roles/request", sender=step["from"], request=wire(step["request"]))
        case "reply":
            return ask("roles/reply", digest=step["digest"], contractSignature=step["contract_signature"])
        case other:
            return ask(f"roles/{INPUTS[other]}", block=step["block"])


def _at_once(step: Form) -> Answer:
    if "state_at_once" in step:
        more = {} if "events" in step else {"pendingRequests": number(step["pending_requests"])}
        return accepted(state=camel_case(step["state_at_once"]), **more)
    return RejectedAnswer(_fatal(step), "") if "fatal" in step else accepted()


def _settled(step: Form) -> Answer:
    told: list[Any] = [_event(event) for event in step["events"]]
    if "fatal" in step:
        return accepted(events=told, fatal=_fatal(step))
    calls: list[Any] = [wire(call) for call in step.get("commit_calls", [])]
    return accepted(
        events=told,
        state=camel_case(step["state"]),
        pendingRequests=number(step["pending_requests"]),
        commitCalls=calls,
        fatal=None,
    )


def _fatal(step: Form) -> str:
    label = step["fatal"]
    return error_name(label if isinstance(label, str) else next(iter(label.values())))


def _event(event: Form) -> Form:
    if "publish" in event:
        return {"published": wire({name: part for name, part in event.items() if name != "publish"})}
    if event.get("submitted"):
        return {"submitted": {}}
    return {"warned": {"warning": _warning(event), "reason": event.get("reason")}}


def _warning(event: Form) -> str:
    """What the label says; those that no public recording has are told by what is left for them."""
    label = event.get("warning", "submission")
    if label in WARNINGS:
        return WARNINGS[label]
    return "ReplyWithBrokenSignature" if "reply" in label else "SubmissionFailed"
