"""The tables that the areas fill and the specification target reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.wire import Answer

Input = dict[str, Json]
Outputs = Json | Answer
"""Plain outputs mean accepted; an operation that must say more (details of a rejection) returns the whole answer."""
PureFunction = Callable[[Input], Json] | Callable[[Input], Outputs]
Transition = Callable[[Any, Input], tuple[Any, Json]] | Callable[[Any, Input], tuple[Any, Outputs]]

PURE: dict[str, PureFunction] = {}
"""Operations that depend on their input alone, by `area/name`."""


@dataclass(frozen=True)
class Area:
    """An area of the wire with a state.

    Args:
        load: the state from its JSON form.
        dump: the JSON form of the state.
        root: the hash that stands for the state, `0x` hex.
        transitions: operations by name (without the area); each takes (state, input) and returns (state, outputs).
    """

    load: Callable[[Json], Any]
    dump: Callable[[Any], Json]
    root: Callable[[Any], str]
    transitions: dict[str, Transition]


AREAS: dict[str, Area] = {}
"""Areas with a state, by name."""


def operation(name: str) -> Callable[[PureFunction], PureFunction]:
    """Offer a pure function on the wire under `area/name`."""

    def offer(function: PureFunction) -> PureFunction:
        if name in PURE:
            raise ValueError(f"operation {name} is offered twice")
        PURE[name] = function
        return function

    return offer
