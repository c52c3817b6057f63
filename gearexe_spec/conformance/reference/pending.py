"""Recorded formats whose subject the specification does not cover yet: each case counts as not specified yet.

A format leaves this list with the adapter that reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gearexe_spec.conformance.reference.adapter import ADAPTERS, Case, Document, Exchange
from gearexe_spec.conformance.wire import Accepted, Apply

PENDING = ("consensus-roles/1",)


def pending_cases(document: Document) -> Iterator[Case]:
    """The recorded cases by name; each asks for an operation that nobody offers."""
    groups: Any = document.get("groups") or {"cases": document["cases"]}
    what = f"recordings in the format {document['format']}"
    for group, cases in groups.items():
        for index, case in enumerate(cases):
            name = case["name"] if isinstance(case, dict) and "name" in case else str(index)
            yield Case(f"{group}/{name}", lambda: iter([Exchange(Apply(what, {}), Accepted())]))


def register_pending() -> None:
    """Register the formats that have no adapter of their own; called after all adapters are imported."""
    for name in PENDING:
        ADAPTERS.setdefault(name, pending_cases)
