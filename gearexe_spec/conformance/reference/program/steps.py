"""The format `program-steps/1`: parts of the state machine taken one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.program import recorded
from gearexe_spec.conformance.reference.program.notes import note
from gearexe_spec.conformance.reference.program.recorded import Form, number
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, RejectedAnswer

BLOCK_ALLOWANCE = 4_000_000_000_000
NOTE_RULES = {
    "MessageDispatched": ("EXE-91", "EXE-92"),
    "GasBurned": ("EXE-92",),
    "ExitDispatch": ("EXE-92",),
    "MessageConsumed": ("EXE-92",),
    "SendDispatch": ("EXE-93",),
    "WaitDispatch": ("EXE-90", "EXE-93"),
    "WakeMessage": ("EXE-93",),
    "UpdatePage": ("EXE-94",),
    "UpdateAllocations": ("EXE-94",),
    "SendValue": ("EXE-95",),
    "StopProcessing": ("EXE-96",),
}
RUN_LIMITS = {"outgoingMessages": 16, "outgoingBytes": 4096, "callReplies": 1}


@adapter("program-steps/1")
def program_steps(document: Document) -> Iterator[Case]:
    """Pure: each case brings all objects it needs."""
    ask = _SUBJECTS[str(document["subject"])]
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(case["name"], partial(ask, case, f"/cases/{index}"), tuple(case.get("flags", [])), _rules(case))


def _rules(case: Form) -> tuple[str, ...]:
    """Rules that the case pins by what it is made of: kinds of notes, first entries of a page table."""
    journals = case.get("journals") or [case.get("input", {})]
    kinds = {item["note"] for part in journals for item in part.get("notes", [])}
    pages = ("PST-23", "PST-30") if "steps" in case else ()
    return (*pages, *sorted({rule for kind in kinds for rule in NOTE_RULES.get(kind, ("EXE-97",))}))


def _journal(case: Form, where: str) -> Iterator[Exchange]:
    journals = [
        {
            "program": part["program"],
            "messageType": part["messageType"],
            "callReply": part.get("callReply", False),
            "allowanceLeft": number(part.get("allowanceLeft", BLOCK_ALLOWANCE)),
            "notes": [note(item) for item in part.get("notes", [])],
        }
        for part in case["journals"]
    ]
    limits = case.get("limits")
    form = {**_network(case["initial"]), "config": _config(case["config"]), "journals": journals}
    request = Apply("program/applyJournals", form | {"limits": None if limits is None else _limits(limits)})
    output = case["output"]
    expected = {
        "limits": _limits(output.get("limits", {})),
        "outOfGas": output.get("outOfGas", False),
        "modifications": number(output.get("modifications", 0)),
    }
    yield Exchange(request, _answer(output, expected), where)


def _tasks(case: Form, where: str) -> Iterator[Exchange]:
    form = {**_network(case["initial"]), "config": _config(case["config"])}
    output = case["output"]
    expected = {
        "tasks": [recorded.task(task) for task in output.get("tasks", [])],
        "modifications": number(output.get("modifications", 0)),
    }
    yield Exchange(Apply("program/applyDueTasks", form), _answer(output, expected), where)


def _restore(case: Form, where: str) -> Iterator[Exchange]:
    output = case["output"]
    expected = {"schedule": recorded.schedule(output.get("schedule", [])), "scheduleHash": output["scheduleHash"]}
    yield Exchange(Apply("program/restoreSchedule", _network(case["initial"])), Accepted(expected), where)


def _pages(case: Form, where: str) -> Iterator[Exchange]:
    request = Apply("program/changeMemory", {"steps": [_memory_step(step) for step in case["steps"]]})
    expected: list[Any] = [_memory_result(step["result"]) for step in case["steps"]]
    yield Exchange(request, Accepted({"results": expected}), where)


def _memory_step(step: Form) -> Form:
    if "update" in step:
        return {
            "updatePages": {"pages": {number(int(page)): recorded.data(blob) for page, blob in step["update"].items()}}
        }
    if "remove" in step:
        return {"removePages": {"pages": [number(page) for page in step["remove"]]}}
    return {
        "setAllocations": {"ranges": [[number(first), number(last)] for first, last in step.get("allocations", [])]}
    }


def _memory_result(result: Form) -> Form:
    if "pagesHash" in result:
        regions = {
            number(int(index)): {
                "hash": region["hash"],
                "pages": {number(page["page"]): page["hash"] for page in region["pages"]},
            }
            for index, region in result.get("regions", {}).items()
        }
        return {"pagesHash": result["pagesHash"], "regions": regions}
    return {
        "removed": [number(page) for page in result.get("removed", [])],
        "allocations": [[number(first), number(last)] for first, last in result.get("allocations", [])],
        "hash": result.get("hash"),
        "scale": result["scale"],
    }


def _runtime(case: Form, where: str) -> Iterator[Exchange]:
    source, output = case["input"], case["output"]
    form = {
        **_network(case["initial"]),
        "program": source["program"],
        "queue": source["queue"],
        "isFirstExecution": source.get("firstExecution", False),
        "callReply": source.get("callReply", False),
        "allowance": number(source.get("allowance", 0)),
        "limits": _limits(source.get("limits", RUN_LIMITS)),
        "notes": [note(item) for item in source.get("notes", [])],
    }
    yield Exchange(Apply("program/applyRunNotes", form), _run_answer(output), where)


def _run_answer(output: Form) -> Answer:
    if "error" in output:
        return _rejected(output["error"])
    expected: dict[str, Any] = {
        "forwarded": [number(index) for index in output.get("forwarded", [])],
        "stopped": output.get("stopped", False),
        "allowanceLeft": number(output.get("allowanceLeft", 0)),
        "limits": _limits(output.get("limits", {})),
        "newStateHash": output.get("newStateHash"),
        "state": recorded.program_state(output["state"]) if "state" in output else None,
        "objects": recorded.objects(output.get("cas", {})),
    }
    return Accepted(expected)


def _network(initial: Form) -> dict[str, Any]:
    return {
        "objects": recorded.objects(initial.get("cas", {})),
        "states": recorded.states(initial.get("states", {})),
        "schedule": recorded.schedule(initial.get("schedule", [])),
    }


def _config(config: Form) -> Form:
    return {
        "height": number(config.get("height", 0)),
        "timestamp": "0x0",
        "mailboxValidity": number(config.get("mailboxValidity", 0)),
        "answersEventDestinations": config.get("eventDestinationsAutoreply", False),
    }


def _limits(limits: Form) -> Form:
    return {name: number(limits.get(name, 0)) for name in ("outgoingMessages", "outgoingBytes", "callReplies")}


def _answer(output: Form, more: Form) -> Answer:
    if "error" in output:
        return _rejected(output["error"])
    return Accepted(finished_block(output) | more)


def _rejected(error: Form) -> Answer:
    return RejectedAnswer(recorded.capital(error["name"]), "")


def finished_block(output: Form) -> dict[str, Any]:
    """What a finished block shows; absent lists are empty, an absent schedule did not change."""
    expected: dict[str, Any] = {
        "transitions": [recorded.transition(part) for part in output.get("transitions", [])],
        "states": recorded.states(output.get("states", {})),
        "objects": recorded.objects(output.get("cas", {})) if isinstance(output.get("cas", {}), dict) else {},
        "programCreations": [[part["actorId"], part["codeId"]] for part in output.get("programCreations", [])],
        "committedMessageIds": output.get("committedMessageIds", []),
    }
    for name in ("transitionsDigest", "outcomeHash", "programStatesHash", "scheduleHash"):
        if name in output:
            expected[name] = output[name]
    if "programs" in output:
        expected["programs"] = recorded.program_states(output["programs"])
    if "schedule" in output:
        expected["schedule"] = recorded.schedule(output["schedule"])
    return expected


_SUBJECTS: dict[str, Callable[[Form, str], Iterator[Exchange]]] = {
    "journal": _journal,
    "runtime": _runtime,
    "tasks": _tasks,
    "restore": _restore,
    "pages": _pages,
}
