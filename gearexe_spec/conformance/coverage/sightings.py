"""What the vectors meet: every case replayed under a trace.

Caches are emptied before each piece of work, and pieces do not depend on the number of processes: neither does what
is seen.

Rules: VEC-37.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.parallel import cut_in_pieces
from gearexe_spec.conformance.reference.adapter import Case, format_of
from gearexe_spec.conformance.runner import Piece, cases_of
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import find_files, read_document
from gearexe_spec.conformance.targets.rule_trace import ROOMS, CallsSeen
from gearexe_spec.conformance.vectors import production_oracle
from gearexe_spec.conformance.vectors.library_oracles import ORACLES
from gearexe_spec.conformance.wire import Apply, Request

RECORDED = "production's recordings"
CONTRACTS = "contracts on an EVM"
WITH_CACHES = (*ROOMS, "gearexe_spec.conformance.operations.")


@dataclass(frozen=True, slots=True)
class Sighting:
    """That a rule, function or rejection was met.

    Args:
        place: file, index of the case in it, and name of the case: the first one, in the order of the files.
        oracles: who else says so, in this case or in others that meet it.
    """

    place: tuple[str, int, str]
    oracles: frozenset[str]

    @property
    def case(self) -> str:
        """The first case, as `gearexe-spec run` takes it."""
        return f"{self.place[0]}/{self.place[2]}"

    def __or__(self, other: Sighting) -> Sighting:
        return Sighting(min(self.place, other.place), self.oracles | other.oracles)


@dataclass
class Sightings:
    """Everything that was met, by name."""

    pinned: dict[str, Sighting] = field(default_factory=dict)
    """Rules that a case says it is about."""
    functions: dict[str, Sighting] = field(default_factory=dict)
    rejections: dict[str, Sighting] = field(default_factory=dict)

    def add(self, other: Sightings) -> None:
        """Take over what was met elsewhere."""
        for mine, theirs in zip(self._all(), other._all(), strict=True):
            for name, sighting in theirs.items():
                mine[name] = mine[name] | sighting if name in mine else sighting

    def _all(self) -> tuple[dict[str, Sighting], ...]:
        return self.pinned, self.functions, self.rejections


def sight(suite: Path, workers: int) -> Sightings:
    """Replay every case of a suite (VEC-37)."""
    seen = Sightings()
    pieces = cut_in_pieces(find_files(suite), None)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for part in pool.map(sight_piece, pieces):
            seen.add(part)
    return seen


def sight_piece(piece: Piece) -> Sightings:
    """Replay a part of a file."""
    import_rooms()
    empty_caches()
    seen, target = Sightings(), SpecTarget()
    try:
        document = read_document(piece.file.path)
        cases = list(cases_of(document))
    except Exception:  # a file without cases or adapter counts for nothing; `check` is who reports it
        return seen
    for index, case in enumerate(cases):
        if index % piece.shards == piece.shard:
            seen.add(_sight_case(target, case, (piece.file.name, index, case.name), format_of(document)))
    return seen


def empty_caches() -> None:
    """Let every function run again that keeps its answers."""
    for module in [module for name, module in sys.modules.items() if name.startswith(WITH_CACHES)]:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def _sight_case(target: SpecTarget, case: Case, place: tuple[str, int, str], format_name: str | None) -> Sightings:
    target.reset()
    requests = [exchange.request for exchange in case.exchanges()]
    with CallsSeen() as calls:
        for request in requests:
            target.answer(request)
    oracles = frozenset(name for request in requests for name in _oracles_of(place[0], request, format_name))
    sighting = Sighting(place, oracles)
    return Sightings(*(dict.fromkeys(names, sighting) for names in (case.rules, calls.names, calls.rejections)))


def _oracles_of(file: str, request: Request, format_name: str | None) -> Iterator[str]:
    """Who is asked when a vector is published (VEC-19)."""
    if file.startswith("production/"):
        yield RECORDED
    elif format_name == "contract/1":
        yield CONTRACTS
    elif isinstance(request, Apply):
        yield from (oracle.name for oracle in ORACLES.get(request.operation, ()))
        if production_oracle.may_answer(request.operation):
            yield production_oracle.NAME
