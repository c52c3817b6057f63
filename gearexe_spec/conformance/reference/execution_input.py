"""The format `consensus-mb-execution-input/1`: what the operations of a block are executed on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.json_form import camel_case
from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.program.blocks import request_form
from gearexe_spec.conformance.reference.program.recorded import ZERO_ID, Form, number
from gearexe_spec.conformance.reference.program.values import block_event
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, RejectedAnswer

REASONS = {
    "advance_chain_disconnected": "AdvanceChainDisconnected",
    "advance_chain_header_missing": "AdvanceChainHeaderMissing",
    "advance_block_events_missing": "AdvanceBlockEventsMissing",
    "block_not_synced": "BlockNotSynced",
    "genesis_missing": "GenesisBlockMissing",
    "header_missing": "AnchorBlockHeaderMissing",
    "parent_states_missing": "ParentMbStatesMissing",
    "start_block_height_zero": "StartBlockHeightZero",
    "start_block_not_genesis": "StartBlockNotGenesis",
    "target_older_than_last_advanced": "TargetEbOlderThanLastAdvanced",
    "target_same_height_as_last_advanced": "TargetEbSameHeightAsLastAdvanced",
}


@adapter("consensus-mb-execution-input/1")
def execution_input(document: Document) -> Iterator[Case]:
    """Pure: each case brings its world."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(case.get("name", f"case {index}"), partial(_ask, case, f"/cases/{index}"))


def _ask(case: Form, where: str) -> Iterator[Exchange]:
    world, parent = case["world"], _parent(case)
    form: Form = {
        "ethereumBlocks": {block["hash"]: _ethereum_block(block) for block in world["ethereum_blocks"]},
        "startBlock": world["start_block"],
        "genesisBlock": world["genesis_block"],
        "lastAdvanced": parent.get("last_advanced_eb") or ZERO_ID,
        "hasParentStates": "program_states" in parent,
        "operations": [_operation(part) for part in case["operations"]],
    }
    yield Exchange(Apply("blocks/blockInput", form), _answer(case["result"]), where)


def _parent(case: Form) -> Form:
    """The parent block; that of the first block is known to every node, without programs."""
    for block in case["world"]["sequencer_blocks"]:
        if block["hash"] == case["parent_mb"]:
            return dict(block)
    return {"program_states": []} if case["parent_mb"] == ZERO_ID else {}


def _ethereum_block(block: Form) -> Form:
    header = {
        "height": number(block["height"]),
        "timestamp": number(block["timestamp"]),
        "parentHash": block["parent_hash"],
    }
    events = [block_event(_event(event)) for event in block["events"]] if "events" in block else None
    return {"header": header, "events": events}


def _event(part: Form) -> Form:
    """An event with the names that the program formats give to its fields."""
    renamed = {camel_case(name): value for name, value in part.items()}
    if "mirror" in renamed:
        renamed["actor"] = renamed.pop("mirror")
    if part["event"] in ("MBCommitted", "EBCommitted"):
        renamed["hash"] = renamed.pop("head", None) or renamed.pop("blockHash")
    return renamed


def _operation(part: Form) -> Form:
    kind = part["op"]
    if kind == "advance":
        return {"advanceTillEthereumBlock": {"blockHash": part["block_hash"]}}
    if kind == "progress_tasks":
        return {"progressTasks": {}}
    if kind == "injected":
        return {"injected": _signed(part)}
    name = camel_case(kind)
    return {name: {"gasAllowance": number(part["gas_allowance"])}}


def _signed(part: Form) -> str:
    """The encoding of a signed transaction, put together from its parts."""
    tx = part["tx"]
    return "0x" + "".join(
        (
            tx["destination"][2:],
            _bytes(tx["payload"]),
            int(tx["value"], 16).to_bytes(16, "little").hex(),
            tx["reference_block"][2:],
            _bytes(tx["salt"]),
            part["signature"][2:],
            part["address"][2:],
        )
    )


def _bytes(text: str) -> str:
    """Bytes with their length before them, as SCALE has it."""
    length = (len(text) - 2) // 2
    if length < 64:
        prefix = bytes([length << 2])
    elif length < 16_384:
        prefix = (length << 2 | 1).to_bytes(2, "little")
    else:
        prefix = (length << 2 | 2).to_bytes(4, "little")
    return prefix.hex() + text[2:]


def _answer(result: Form) -> Answer:
    if "error" in result:
        return RejectedAnswer(REASONS[result["error"]], "")
    gas = result["gas_allowance"]
    return Accepted(
        {
            "height": number(result["height"]),
            "timestamp": number(result["timestamp"]),
            "events": [request_form(_request(event)) for event in result["events"]],
            "injected": [{"source": part["source"], "messageId": part["hash"]} for part in result["injected"]],
            "gasAllowance": None if gas is None else number(gas),
            "mailboxValidity": number(result["mailbox_validity"]),
            "answersEventDestinations": result["event_destinations_autoreply"],
        }
    )


def _request(part: Form) -> Form:
    renamed = _event(part)
    return {**renamed, "actor": renamed["actorId"]} if part["event"] == "ProgramCreated" else renamed
