"""What a campaign comes to: counts, and the differences it found."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.revisions import Verdict

FORMAT = "gearexe-diff/1"
KEPT_PER_KIND = 5
"""Differences at one path of one operation that are kept; the others are only counted."""


@dataclass(frozen=True, slots=True)
class Found:
    """One difference.

    Args:
        index: of the case.
        path: where the answers part.
        document: what is written to a file; empty where there are enough of the kind.
    """

    index: int
    path: str
    document: dict[str, Json]


@dataclass(slots=True)
class Piece:
    """What came of some cases: how often each verdict, the differences, and how many dispatches were compared."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    unspecified: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    dispatches: int = 0

    def has_enough(self, path: str) -> bool:
        """Whether there are enough differences of a kind."""
        return sum(found.path == path for found in self.found) >= KEPT_PER_KIND


def write_found(found: Found, folder: Path) -> Path:
    """Keep a difference as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{found.document['area']}-{found.document['seed']}-{found.index}.json"
    path.write_text(json.dumps(found.document, indent=1, sort_keys=True) + "\n")
    return path
