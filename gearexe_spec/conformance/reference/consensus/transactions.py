"""`consensus-quarantine/1`, `consensus-tx-validity/1`, `consensus-mempool/1`: parts of building and validating."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.reference.consensus.recorded import Form, accepted, ask, number, wire
from gearexe_spec.conformance.reference.consensus.worlds import error_name, world_form
from gearexe_spec.conformance.wire import Answer, Apply, Init, RejectedAnswer

PURGE_REASONS = {1: "Outdated", 2: "UnknownReferenceBlock", 255: "NonZeroValue"}
ZERO_ID = "0x" + "00" * 32


@adapter("consensus-quarantine/1")
def quarantine(document: Document) -> Iterator[Case]:
    """The steps do not change the world."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(f"case {index}", partial(_quarantine, case, f"/cases/{index}"))


@adapter("consensus-tx-validity/1")
def tx_validity(document: Document) -> Iterator[Case]:
    """The queries do not change the world."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(f"case {index}", partial(_validity, case, f"/cases/{index}"))


@adapter("consensus-mempool/1")
def mempool(document: Document) -> Iterator[Case]:
    """The pool's state persists through the steps of a case."""
    cases: Any = document["cases"]
    for index, case in enumerate(cases):
        yield Case(f"case {index}", partial(_mempool, case, f"/cases/{index}"))
    age: Any = document["age"]
    yield Case("age", partial(_age, age))


def _quarantine(case: Form, where: str) -> Iterator[Exchange]:
    yield Exchange(Init("node", world_form(case["world"])), None, f"{where}/world")
    for index, query in enumerate(case["anchors"]):
        yield Exchange(*_anchor(query, query["result"]), f"{where}/anchors/{index}")
    for index, query in enumerate(case["gaps"]):
        if "anchor" in query:
            yield Exchange(*_anchor(query, query["anchor"]), f"{where}/gaps/{index}")
        if "descendant" in query:
            yield Exchange(*_descendant(query, query["descendant"]), f"{where}/gaps/{index}")
    for index, query in enumerate(case["descendants"]):
        yield Exchange(*_descendant(query, query["result"]), f"{where}/descendants/{index}")


def _anchor(query: Form, result: Any) -> tuple[Apply, Answer]:
    missing = query.get("missing_header")
    request = ask("node/findAnchor", head=query["head"], depth=number(query["depth"]), missingHeader=missing)
    return request, _missing() if result == "error" else accepted(anchor=result)


def _descendant(query: Form, result: Any) -> tuple[Apply, Answer]:
    request = ask(
        "node/isStrictDescendant",
        candidate=query["candidate"],
        ancestor=query["ancestor"],
        missingHeader=query.get("missing_header"),
    )
    return request, _missing() if result == "error" else accepted(isDescendant=result)


def _missing() -> Answer:
    return RejectedAnswer("HeaderMissing", "")


def _validity(case: Form, where: str) -> Iterator[Exchange]:
    yield Exchange(Init("node", world_form(case["world"])), None, f"{where}/world")
    for index, query in enumerate(case["queries"]):
        request = ask("node/txValidity", head=query["head"], parentMb=query["parent_mb"], tx=wire(query["tx"]["tx"]))
        result = query["result"]
        expected: Form = {"hash": query["tx"]["hash"]}
        if isinstance(result, dict):
            expected["error"] = error_name(result["error"])
        else:
            expected["verdict"] = result
        yield Exchange(request, accepted(**expected), f"{where}/queries/{index}")


def _mempool(case: Form, where: str) -> Iterator[Exchange]:
    start: Form = {"world": world_form(case["world"]), "capacity": number(case["capacity"])}
    yield Exchange(Init("mempool", start), None, f"{where}/world")
    recorded: list[Form] = case["transactions"]
    for index, step in enumerate(case["steps"]):
        place = f"{where}/steps/{index}"
        match step["do"]:
            case "insert":
                tx = recorded[step["tx"]]
                expected = accepted(
                    result=step["result"],
                    acceptance=step["acceptance"],
                    poolSize=number(step["pool_size"]),
                    hash=tx["hash"],
                )
                yield Exchange(ask("mempool/insert", tx=wire(tx["tx"])), expected, place)
            case "fetch":
                expected = accepted(hashes=step["result"])
                yield Exchange(ask("mempool/fetch", block=step["block"]), expected, place)
            case "set_chain_head":
                purged: list[Any] = [_purged(each) for each in step["purged"]]
                expected = accepted(purged=purged, poolSize=number(step["pool_size"]))
                yield Exchange(ask("mempool/setChainHead", block=step["block"]), expected, place)
            case "forget":
                txs: list[Any] = [wire(recorded[tx]["tx"]) for tx in step["txs"]]
                expected = accepted(poolSize=number(step["pool_size"]))
                yield Exchange(ask("mempool/forget", txs=txs), expected, place)
            case other:
                raise ValueError(f"unknown step {other}")


def _purged(purged: Form) -> Form:
    return {"txHash": purged["tx_hash"], "reason": PURGE_REASONS[purged["reason"]]}


def _age(age: Form) -> Iterator[Exchange]:
    """Single transactions around the window: in a pool that knows no head yet, and in one that knows it."""
    world = world_form(age["world"])
    heights = {block["hash"]: block["height"] for block in age["world"]["ethereum_blocks"]}
    for index, query in enumerate(age["queries"]):
        where = f"/age/queries/{index}"
        if (heights[query["head"]], heights[query["reference_block"]]) != (
            query["head_height"],
            query["reference_height"],
        ):
            raise ValueError("heights differ from the world's")
        tx: Form = {
            "destination": ZERO_ID,
            "payload": "0x",
            "value": "0x0",
            "referenceBlock": query["reference_block"],
            "salt": "0x",
        }
        head = query["head"]
        empty: Form = {"world": world, "capacity": "0x64"}
        purged = query["purged_when_head_is_set"]
        before, after = query["fetched_before_head_is_known"], query["fetched"]
        yield Exchange(Init("mempool", empty), None, where)
        yield Exchange(ask("mempool/insert", tx=tx), accepted(result="Inserted"), where)
        yield Exchange(ask("mempool/count", block=head), accepted(fetched=before), where)
        left = accepted(poolSize="0x0" if purged else "0x1")
        yield Exchange(ask("mempool/setChainHead", block=head), left, where)
        yield Exchange(Init("mempool", empty), None, where)
        yield Exchange(ask("mempool/setChainHead", block=head), None, where)
        yield Exchange(ask("mempool/insert", tx=tx), accepted(result=query["insert"]), where)
        yield Exchange(ask("mempool/count", block=head), accepted(fetched=after), where)
