"""The contracts on an EVM as oracle of `contract` vectors: every message gives the same on both.

Rules: VEC-19.
"""

from __future__ import annotations

from functools import cache

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.adapter import Document
from gearexe_spec.conformance.runner import Status, cases_of, run_case
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.vectors.oracles import Confirmation
from gearexe_spec.conformance.vectors.recorder import Recorded


def confirm_contract(recorded: Recorded) -> Confirmation:
    """Where the contracts differ from a recorded case, and whether they are there to be asked (VEC-19)."""
    parts: dict[str, Json] = {"format": f"{recorded.format}/1", "cases": [recorded.case]}
    (case,) = cases_of(Document(parts, neighbours=lambda name: _state(recorded, name)))
    outcome = run_case(_target(), case, case.name)
    if outcome.status is Status.UNSUPPORTED:
        return Confirmation(is_unasked=True)
    difference = outcome.difference
    if difference is None:
        return Confirmation()
    return Confirmation(f"the contracts say {difference.got} at {difference.path}, we say {difference.expected}")


def _state(recorded: Recorded, name: str) -> Document:
    return Document({"state": recorded.states[name.removeprefix("states/").removesuffix(".json")]})


@cache
def _target() -> EvmTarget:
    return EvmTarget()
