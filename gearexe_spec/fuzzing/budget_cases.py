"""Queue runs whose budgets end where something changes: at a charge, a page, a fee, a token.

The specification runs each case of `execution` with all the gas there is, and its gas tells where the borders lie. What
is compared is production's answer all the same: a wrong border only makes a less pointed case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import from_json
from gearexe_spec.conformance.operations.live import run
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.execution.costs import SENDING_FEE, WAITING_FEE
from gearexe_spec.execution.parameters import VALUE_PER_GAS
from gearexe_spec.fuzzing.codec_cases import hex_of
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.queue_cases import CHUNK_GAS, make_queue_case
from gearexe_spec.program.state import read_state, write_state
from gearexe_spec.program.storage import Storage
from gearexe_spec.wasm.costs import HOST_COSTS, LOAD_PAGE, SIGNAL_COSTS

BUDGETS_PER_RUN = 8
"""Different budgets of the same run."""
STEPS = (
    1,
    *(cost for costs in (HOST_COSTS, SIGNAL_COSTS) for cost in (costs.read, costs.write, costs.write_after_read)),
    LOAD_PAGE,
    SENDING_FEE,
    WAITING_FEE,
)
"""Amounts by which a budget may fall short of what a run burns."""


def make_budget_case(seed: int, index: int) -> Apply:
    """A run of `execution` with gas, allowance or both cut."""
    whole, borders = _whole_run(seed, index // BUDGETS_PER_RUN)
    if not borders:
        return whole
    dice = Dice("budget", seed, index)
    budget = max(0, _budget(dice, borders))
    match dice.below(3):
        case 0:
            return _with_budget(whole, gas=budget)
        case 1:
            return _with_budget(whole, allowance=budget)
    return _with_budget(whole, gas=budget, allowance=max(0, budget + dice.between(-2, 2)))


def _budget(dice: Dice, borders: tuple[int, ...]) -> int:
    """All that is burned up to some dispatch, a little less or more, or anything below."""
    border = dice.pick(borders)
    match dice.below(4):
        case 0:
            return border + dice.between(-2, 2)
        case 1:
            return border - dice.pick(STEPS) - dice.below(3)
        case 2:
            return border - dice.below(2_000_000)
    return dice.between(min(75_000_000, border), border)


@lru_cache(maxsize=64)
def _whole_run(seed: int, index: int) -> tuple[Apply, tuple[int, ...]]:
    """A run with all the gas there is, and how much its dispatches burn: each alone, and up to each."""
    whole = _with_budget(make_queue_case(seed, index), gas=CHUNK_GAS, allowance=CHUNK_GAS)
    try:
        answer: Any = run(whole.input)
    except Rejected:
        return whole, ()
    borders = []
    total = 0
    for dispatch in answer["dispatches"]:
        burned = int(dispatch["gasBurned"], 16)
        total += burned
        borders += [burned, total]
    return whole, tuple(borders)


def _with_budget(case: Apply, gas: int | None = None, allowance: int | None = None) -> Apply:
    """The same run with another executable balance and another allowance."""
    form = dict(case.input)
    if allowance is not None:
        form["allowance"] = hex(allowance)
    if gas is not None:
        storage = Storage(Map(from_json(Mapping[Bytes32, bytes], form["objects"])))
        key = from_json(Bytes32, form["stateHash"])
        state = replace(read_state(storage, key), executable_balance=U128(gas * VALUE_PER_GAS))
        storage, changed = write_state(storage, state)
        kept = {name: blob for name, blob in storage.blobs.items() if name != key or key == changed}
        blobs = {name.to_hex(): hex_of(blob) for name, blob in kept.items()}
        form |= {"objects": dict(blobs), "stateHash": changed.to_hex()}
    return Apply(case.operation, form)
