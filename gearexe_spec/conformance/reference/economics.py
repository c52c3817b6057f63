"""Adapters of the folder `economics`; its README says what the fields are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.wire import Accepted, Apply


@adapter("economics-draws/1")
def election_draws(document: Document) -> Iterator[Case]:
    """Pure: the seed of a timestamp and its remainders."""
    contenders = [hex(modulus) for modulus in _list(document["moduli"])]
    for index, row in enumerate(_list(document["rows"])):
        yield Case(f"row {index}", partial(_draw, row, contenders, index), rules=("ELE-4",))


def _draw(row: dict[str, Any], contenders: list[str], index: int) -> Iterator[Exchange]:
    request = Apply("economics/electionDraws", {"timestamp": hex(row["timestamp"]), "contenders": list(contenders)})
    expected = Accepted({"seed": row["seed"], "draws": [hex(draw) for draw in row["draws"]]})
    yield Exchange(request, expected, f"/rows/{index}")


def _list(part: Any) -> list[Any]:
    if not isinstance(part, list):
        raise TypeError("a list is expected")
    return part
