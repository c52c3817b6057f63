"""`economics-merkle/1`: Merkle trees of rewards, whole, and proofs of their leaves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.wire import Accepted, Apply

Form = dict[str, Any]


@adapter("economics-merkle/1")
def merkle(document: Document) -> Iterator[Case]:
    """Pure: one case for each tree; proofs are asked for together."""
    trees: Any = document["trees"]
    for index, tree in enumerate(trees):
        yield Case(f"tree {index}", partial(_tree, tree, f"/trees/{index}"), rules=("CRY-70", "CRY-73", "CRY-75"))


def _tree(tree: Form, where: str) -> Iterator[Exchange]:
    values: list[Form] = tree["values"]
    given: list[Any] = [[_value(part) for part in entry["value"]] for entry in values]
    wanted = [index for index, entry in enumerate(values) if entry.get("proof") is not None]
    request = Apply(
        "merkle/tree",
        {
            "leafEncoding": tree["leafEncoding"],
            "sortLeaves": tree["sortLeaves"],
            "values": given,
            "proofsOf": [hex(index) for index in wanted],
        },
    )
    outputs: dict[str, Any] = {
        "root": tree["root"],
        "leafHashes": [entry["leafHash"] for entry in values],
        "treeIndices": [_number(entry["treeIndex"]) for entry in values],
        "proofs": [values[index]["proof"] for index in wanted],
    }
    if tree.get("tree") is not None:
        outputs["tree"] = tree["tree"]
    yield Exchange(request, Accepted(outputs), where)
    for index in wanted:
        entry = values[index]
        claim = Apply("merkle/verify", {"root": tree["root"], "leaf": entry["leafHash"], "proof": entry["proof"]})
        yield Exchange(claim, Accepted({"valid": True}), f"{where}/values/{index}")


def _value(part: Any) -> str:
    """Addresses and text as they are, numbers in hexadecimal."""
    if isinstance(part, int):
        return hex(part)
    return hex(int(part)) if part.isdigit() else str(part)


def _number(part: Any) -> str:
    return hex(part if isinstance(part, int) else int(part, 0))
