"""`consensus-mb-building/1`, `consensus-mb-validation/1`: proposing and judging sequencer blocks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.consensus.blocks import OPERATIONS
from gearexe_spec.conformance.reference.consensus.recorded import Form, accepted, ask, number
from gearexe_spec.conformance.reference.consensus.worlds import error_name, world_form
from gearexe_spec.conformance.wire import Answer, Init, RejectedAnswer


@adapter("consensus-mb-building/1")
def building(document: Document) -> Iterator[Case]:
    """One world for each case; all pools of the size cap share one."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(f"{index} {case['name']}", partial(_build, case, f"/cases/{index}"))
    cap: Any = document["size_cap"]
    for index in range(len(cap["pools"])):
        yield Case(f"size cap {index}", partial(_size_cap, cap, index))


@adapter("consensus-mb-validation/1")
def validation(document: Document) -> Iterator[Case]:
    """The steps do not change the world."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(f"{index} {case['name']}", partial(_validate, case, f"/cases/{index}"))
    touched: Any = document["touched_programs"]
    for index, case in enumerate(touched):
        yield Case(f"touched {index}", partial(_touched, case, f"/touched_programs/{index}"))


def _build(case: Form, where: str) -> Iterator[Exchange]:
    yield Exchange(Init("node", world_form(case["world"])), None, f"{where}/world")
    pool: list[Any] = [{"signed": signed["scale"]} for signed in case["pool"]]
    shown: list[Any] = [{"hash": signed["hash"]} for signed in case["pool"]]
    yield Exchange(_build_request(case, pool), _built(case["result"], shown, case["same_view_validation"]), where)


def _build_request(case: Form, pool: list[Any]) -> Any:
    return ask(
        "node/buildBlock",
        parentMb=case["parent_mb"],
        head=case["head"],
        quarantine={
            "canonical": number(case["canonical_quarantine"]),
            "delay": number(case["post_quarantine_delay"]),
        },
        pool=pool,
    )


def _built(result: Any, pool: list[Any], validation: Any) -> Answer:
    if result == "waits":
        return accepted(operations=None, pool=pool)
    if "error" in result:
        return RejectedAnswer(error_name(result["error"]), "")
    operations: list[Any] = [_operation(operation) for operation in result["operations"]]
    outputs: dict[str, Any] = {
        "operations": operations,
        "operationsHash": result["operations_hash"],
        "payloadLength": number(result["payload_length"]),
        "injectedCount": number(result["injected_count"]),
        "pool": pool,
    }
    if result["payload"] is not None:
        outputs["payload"] = result["payload"]
    if validation is not None:
        outputs["sameViewValidation"] = _verdict(validation)
    return accepted(**outputs)


def _operation(operation: Form) -> Form:
    name = operation["op"]
    if name == "injected":
        return {"injected": {"hash": operation["hash"]}}
    fields: Form = {}
    if "block_hash" in operation:
        fields["blockHash"] = operation["block_hash"]
    if "gas_allowance" in operation:
        fields["gasAllowance"] = number(operation["gas_allowance"])
    return {OPERATIONS[name]: fields}


def _size_cap(cap: Form, index: int) -> Iterator[Exchange]:
    """Payloads and salts by rule."""
    where = f"/size_cap/pools/{index}"
    recorded = cap["pools"][index]
    if (recorded["payload_byte_j"], recorded["salt_of_i"]) != ("j mod 251", "one byte i"):
        raise ValueError("another rule")
    pool: list[Any] = []
    shown: list[Any] = []
    for place, length in enumerate(recorded["payload_lengths"]):
        tx = {
            "destination": recorded["destination"],
            "payload": "0x" + bytes(j % 251 for j in range(length)).hex(),
            "value": "0x0",
            "referenceBlock": recorded["reference_block"],
            "salt": f"0x{place:02x}",
        }
        pool.append({"tx": tx, "secret": recorded["secret"]})
        shown.append({"hash": recorded["hashes"][place], "size": number(recorded["scale_sizes"][place])})
    yield Exchange(Init("node", world_form(cap["world"])), None, f"{where}/world")
    yield Exchange(_build_request(cap, pool), _built(recorded["result"], shown, None), where)


def _validate(case: Form, where: str) -> Iterator[Exchange]:
    yield Exchange(Init("node", world_form(case["world"])), None, f"{where}/world")
    for index, step in enumerate(case["steps"]):
        stored = step.get("parent_operations")
        hashes: Any = None if stored is None else [each["hash"] for each in stored if each["op"] == "injected"]
        request = ask(
            "node/validateBlock",
            parentMb=step["parent_mb"],
            head=case["head"],
            canonicalQuarantine=number(case["canonical_quarantine"]),
            payload=step["payload"],
            parentInjected=hashes,
        )
        yield Exchange(request, accepted(result=_verdict(step["result"])), f"{where}/steps/{index}")


def _verdict(result: Any) -> Any:
    if result == "accepted":
        return result
    if "error" in result:
        return {"error": error_name(result["error"])}
    rejected = result["rejected"]
    return {"rejected": {**rejected, "reason": error_name(rejected["reason"])}}


def _touched(case: Form, where: str) -> Iterator[Exchange]:
    yield Exchange(Init("node", world_form(case["world"])), None, f"{where}/world")
    for index, query in enumerate(case["queries"]):
        request = ask("node/touchedPrograms", after=query["after"], until=query["until"])
        touched = query["touched"]
        expected: Answer = (
            RejectedAnswer(error_name(touched["error"]), "") if isinstance(touched, dict) else accepted(touched=touched)
        )
        yield Exchange(request, expected, f"{where}/queries/{index}")
