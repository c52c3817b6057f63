"""Hashes, ids, digests and signatures: one case for each recorded vector."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, RejectedAnswer

COMPARED = ("digest", "preimage", "parts", "address", "addressOfR", "signature", "threshold")
KEYS = ("privateKey", "secretKey", "nonce")
"""Recorded beside the inputs where production accepted a signature made with them."""
Record = dict[str, Any]


@adapter("onchain-hashes/1")
def read_hashes(document: Document) -> Iterator[Case]:
    """The vectors of all groups."""
    groups: dict[str, list[Record]] = document["groups"]  # type: ignore[assignment]
    for group, vectors in groups.items():
        for index, vector in enumerate(vectors):
            place = f"/groups/{group}/{index}"
            yield Case(f"{group}/{index}", partial(exchanges, group, vector, place))


def exchanges(group: str, vector: Record, place: str) -> Iterator[Exchange]:
    """The one exchange of a vector."""
    form = {name: wire_form(value) for name, value in vector["inputs"].items()}
    form |= {name: vector[name] for name in KEYS if name in vector}
    yield Exchange(Apply(f"hash/{group}", form), expected(vector), place)


def expected(vector: Record) -> Answer:
    """What was recorded of the answer."""
    if "revert" in vector:
        return RejectedAnswer("Panic", "", {"arg0": hex(vector["revert"]["code"])})
    return Accepted({name: vector[name] for name in COMPARED if name in vector})


def wire_form(value: Json) -> Json:
    """A recorded value in the form of the wire: numbers as minimal hex."""
    if isinstance(value, dict):
        return {name: wire_form(part) for name, part in value.items()}
    if isinstance(value, list):
        return [wire_form(part) for part in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value)
    return value
