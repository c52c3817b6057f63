"""Recorded worlds of nodes as the area `node` stores them: absent fields become null, operations their hashes."""

from __future__ import annotations

from typing import Any

from gearexe_spec.conformance.json_form import camel_case
from gearexe_spec.conformance.reference.consensus.recorded import Form, number, wire
from gearexe_spec.conformance.reference.program.values import block_event

META = (
    "codes_queue",
    "last_committed_batch",
    "last_committed_mb",
    "last_committed_eb",
    "latest_era_validators_committed",
)
PROGRAMS = {
    "active_initialized": "ActiveInitialized",
    "active_uninitialized": "ActiveUninitialized",
    "exited": "Exited",
    "terminated": "Terminated",
}


def world_form(world: Form) -> Form:
    """The whole world."""
    plain = ("max_validators", "start_block", "genesis_block", "latest_finalized_mb", "latest_computed_mb", "timelines")
    form: Form = wire({name: world[name] for name in plain})
    form["ethereumBlocks"] = [_ethereum_block(block) for block in world["ethereum_blocks"]]
    form["sequencerBlocks"] = [_sequencer_block(block) for block in world["sequencer_blocks"]]
    form["codeValidity"] = [[code, valid] for code, valid in world["code_validity"].items()]
    form["validators"] = [[hex(int(era)), members] for era, members in world["validators"].items()]
    form["elections"] = [[hex(int(time)), members] for time, members in world["elections"].items()]
    return form


def _ethereum_block(block: Form) -> Form:
    fields = ("hash", "height", "timestamp", "parent_hash", "synced", "prepared")
    form: Form = wire({name: block[name] for name in fields})
    form |= wire({name: block.get(name) for name in META})
    events = block.get("events")
    form["events"] = None if events is None else [event_form(event) for event in events]
    return form


def event_form(event: Form) -> Form:
    """An event as nodes store it."""
    renamed = {camel_case(name): value for name, value in event.items()}
    if "mirror" in renamed:
        renamed["actor"] = renamed.pop("mirror")
    if event["event"] in ("MBCommitted", "EBCommitted"):
        renamed["hash"] = renamed.pop("head", None) or renamed.pop("blockHash")
    form: Form = block_event(renamed)
    return form


def _sequencer_block(block: Form) -> Form:
    form: Form = wire({name: block[name] for name in ("hash", "computed", "last_advanced_eb")})
    form |= wire({name: block.get(name) for name in ("parent", "height", "outcome", "committed_message_ids")})
    form["injectedHashes"] = [each["hash"] for each in block.get("operations", []) if each["op"] == "injected"]
    states = block.get("program_states")
    form["programStates"] = None if states is None else [_program(state) for state in states]
    return form


def _program(state: Form) -> Form:
    return {
        "actorId": state["actor_id"],
        "program": PROGRAMS[state["program"]],
        "canonicalQueue": number(state["canonical_queue"]),
        "injectedQueue": number(state["injected_queue"]),
        "waitlist": bool(state["waitlist"]),
        "executableBalance": number(state["executable_balance"]),
        "stored": state.get("stored", True),
    }


def error_name(label: str) -> str:
    """`mb_row_missing` is called `MbRowMissing` here."""
    return "".join(part.capitalize() for part in label.split("_"))


def rejected_form(rejected: Form) -> Any:
    """Why a node says no."""
    return wire(rejected)
