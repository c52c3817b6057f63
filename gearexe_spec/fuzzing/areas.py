"""What can be asked of both sides, by area."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gearexe_spec.conformance.wire import Apply
from gearexe_spec.fuzzing.block_cases import make_block_case
from gearexe_spec.fuzzing.budget_cases import make_budget_case
from gearexe_spec.fuzzing.code_modules import make_code_case
from gearexe_spec.fuzzing.codec_cases import (
    make_codec_case,
    make_hostile_case,
    make_signatures_case,
    make_values_case,
)
from gearexe_spec.fuzzing.program_cases import make_program_case
from gearexe_spec.fuzzing.queue_cases import make_queue_case


@dataclass(frozen=True, slots=True)
class CaseArea:
    """An area of cases.

    Args:
        make: the case with this seed and index.
        about: one line for people.
    """

    make: Callable[[int, int], Apply]
    about: str


SCENARIOS = "scenarios"
"""The area whose cases are whole scenarios, asked of contracts on an EVM."""
SCENARIOS_ABOUT = "recorded scenarios with some calls changed, on the specification and on our contracts"

AREAS: Mapping[str, CaseArea] = {
    "codec": CaseArea(make_codec_case, "values and damaged bytes of every type, ids, signatures, mixed"),
    "values": CaseArea(make_values_case, "whole values of every stored and signed type in turn"),
    "hostile": CaseArea(make_hostile_case, "damaged bytes for the decoder of every type in turn"),
    "signatures": CaseArea(make_signatures_case, "keys, signatures and recoveries in three formats, ids"),
    "program": CaseArea(make_block_case, "journals, due tasks, restored schedules, memory"),
    "execution": CaseArea(make_queue_case, "queue runs: random programs, states, queues and budgets"),
    "budgets": CaseArea(make_budget_case, "queue runs whose gas or allowance ends at a border"),
    "wasm": CaseArea(make_code_case, "codes: valid, breaking a rule, changed at an instruction, changed at a byte"),
    "programs": CaseArea(make_program_case, "the programs of `execution` as codes, whole and damaged"),
}
"""By the name on the command line."""
