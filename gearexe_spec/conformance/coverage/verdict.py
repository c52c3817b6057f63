"""What is missing in the map, and whether it is explained.

Rules: VEC-37, VEC-38.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gearexe_spec.conformance.coverage.inventory import OF_THE_CHECKER, Inventory, take_inventory
from gearexe_spec.conformance.coverage.loading import functions_run_at_load
from gearexe_spec.conformance.coverage.sightings import Sighting, Sightings, sight

EXPLAINED = Path(__file__).with_name("explained.toml")
NO_VECTOR_YET = "no-vector-yet"
CLASSES = {
    "text": "says how the others are to be read; nothing runs",
    "outside-the-wire": "no operation of the wire reaches it; tests hold it",
    "unreachable": "no input makes it happen",
    NO_VECTOR_YET: "could be met, and nobody has written the vector",
}
"""Kinds of explained gaps: the tables of `explained.toml`."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is not met.

    Args:
        kind: one of CLASSES.
        reason: a sentence.
    """

    kind: str
    reason: str


@dataclass(frozen=True)
class Coverage:
    """The whole map. Items are named `rule MIR-33`, `rejection Class.Member`, `function module.name`.

    Args:
        inventory: what there is.
        sightings: what vectors meet.
        at_load: functions that run while the specification is loaded.
        explained: why something is missing, by item.
    """

    inventory: Inventory
    sightings: Sightings
    at_load: frozenset[str]
    explained: dict[str, Explanation]

    @cached_property
    def rules(self) -> dict[str, Sighting]:
        """Rules with the vectors that are about them, or in which a function ran that names them."""
        found = Sightings(pinned=dict(self.sightings.pinned))
        for function, sighting in self.sightings.functions.items():
            found.add(Sightings(pinned=dict.fromkeys(self.inventory.rules_of(function), sighting)))
        return found.pinned

    @cached_property
    def functions_of(self) -> dict[str, list[str]]:
        """Rules with the functions and classes that name them."""
        return self.inventory.functions_of()

    @cached_property
    def gaps(self) -> dict[str, str]:
        """What each incomplete item lacks, in the order of the inventory (VEC-38)."""
        found = {f"rule {rule}": self._lacks(rule) for rule in self.inventory.rules}
        for name in self.inventory.rejections:
            found[f"rejection {name}"] = [] if name in self.sightings.rejections else ["vector"]
        for name in self.inventory.functions:
            is_met = name in self.sightings.functions or name in self.at_load
            found[f"function {name}"] = [] if is_met else ["vector"]
        return {item: " and ".join(f"no {part}" for part in lacks) for item, lacks in found.items() if lacks}

    def mistakes(self) -> Iterator[str]:
        """Gaps without explanation, and explanations without gap (VEC-38)."""
        yield from (f"{item}: {lacks}" for item, lacks in self.gaps.items() if item not in self.explained)
        for item, why in self.explained.items():
            if item not in self.gaps:
                yield f"{item}: explained as {why.kind}, but nothing is missing"

    def _lacks(self, rule: str) -> list[str]:
        there = {"chapter": self.inventory.rules[rule], "function": self.functions_of[rule]}
        lacks = [part for part, found in there.items() if not found]
        needs_vector = not rule.startswith(OF_THE_CHECKER)
        return lacks + (["vector"] if needs_vector and rule not in self.rules else [])


def make_map(suite: Path, workers: int) -> Coverage:
    """Replay a suite and hold it against what there is (VEC-37)."""
    seen = sight(suite, workers)
    return Coverage(take_inventory(), seen, functions_run_at_load(), load_explained())


def load_explained(path: Path = EXPLAINED) -> dict[str, Explanation]:
    """The explained gaps, by item.

    Raises:
        ValueError: a table is of no known kind, or an item stands in two.
    """
    found: dict[str, Explanation] = {}
    for kind, reasons in tomllib.loads(path.read_text(encoding="utf-8")).items():
        if kind not in CLASSES or found.keys() & reasons.keys():
            raise ValueError(
                f"{path.name}: [{kind}] is no kind of gap, or explains {found.keys() & reasons.keys()} again"
            )
        found |= {item: Explanation(kind, reason) for item, reason in reasons.items()}
    return found
