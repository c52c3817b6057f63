"""Asking the specification and production the same things, many times.

A case is made from (seed, index) alone. Workers take pieces of the index range; what they find does not depend on how
many they are. A difference is made small and kept as a file that can be asked again.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.lines import answer_to_json
from gearexe_spec.conformance.revisions import Verdict, compare_with_production
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Failure
from gearexe_spec.fuzzing.areas import AREAS, SCENARIOS
from gearexe_spec.fuzzing.findings import FORMAT, Found, Piece
from gearexe_spec.fuzzing.scenarios import run_scenarios
from gearexe_spec.fuzzing.shrinking import shrink

PIECE = 256
"""Cases a worker takes at once."""
MALFORMED = "request:"
"""How both sides begin a failure over a request they do not understand."""


def run_campaign(area: str, seed: int, cases: range, workers: int) -> Iterator[Piece]:
    """Ask both sides `cases` of an area, piece by piece in order of the index."""
    starts = [
        (area, seed, range(start, min(start + PIECE, cases.stop))) for start in range(cases.start, cases.stop, PIECE)
    ]
    if workers == 1:
        yield from map(run_piece, starts)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(run_piece, starts)


def run_piece(task: tuple[str, int, range]) -> Piece:
    """Ask both sides the cases of one piece."""
    area, seed, indices = task
    if area == SCENARIOS:
        return run_scenarios(seed, indices)
    specification, production = _targets()
    requests = [AREAS[area].make(seed, index) for index in indices]
    piece = Piece()
    answers = zip(_answer_all(specification, requests), _answer_all(production, requests), strict=True)
    for index, request, (ours, theirs) in zip(indices, requests, answers, strict=True):
        verdict, difference = compare_with_production(request, ours, theirs)
        piece.counts[verdict] += 1
        piece.dispatches += _count_dispatches(theirs) if verdict is Verdict.SAME else 0
        if verdict is Verdict.UNSPECIFIED:
            piece.unspecified[request.operation] += 1
        if difference is not None:
            path = f"{request.operation} {difference.path}"
            document = {} if piece.has_enough(path) else _document(area, seed, index, request)
            piece.found.append(Found(index, path, document))
    return piece


def _count_dispatches(answer: Answer) -> int:
    """How many dispatches a queue run came to; none if the answer is of another kind."""
    outputs = answer.outputs if isinstance(answer, Accepted) else None
    dispatches = outputs.get("dispatches") if isinstance(outputs, dict) else None
    return len(dispatches) if isinstance(dispatches, list) else 0


def ask_both(request: Apply) -> tuple[Answer, Answer]:
    """What the specification and production answer."""
    specification, production = _targets()
    return specification.answer(request), production.answer(request)


def read_found(path: Path) -> dict[str, Any]:
    """A kept difference.

    Raises:
        ValueError: the file is none.
    """
    document: Any = json.loads(path.read_text())
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"{path} is no {FORMAT}")
    return document


def replay(document: dict[str, Any]) -> tuple[Apply, Answer, Answer]:
    """Ask a kept difference again."""
    request = Apply(document["request"]["operation"], document["request"]["input"])
    return request, *ask_both(request)


def _document(area: str, seed: int, index: int, request: Apply) -> dict[str, Json]:
    """The difference with the smallest request that shows it."""
    small = shrink(request, _still_differs_like(request))
    ours, theirs = ask_both(small)
    _, difference = compare_with_production(small, ours, theirs)
    return {
        "format": FORMAT,
        "area": area,
        "seed": seed,
        "index": index,
        "request": {"operation": small.operation, "input": small.input},
        "specification": answer_to_json(ours),
        "production": answer_to_json(theirs),
        "difference": None
        if difference is None
        else {"path": difference.path, "production": difference.expected, "specification": difference.got},
    }


def _still_differs_like(request: Apply) -> Callable[[Apply], bool]:
    """Whether both sides still answer in the same kinds and differ; what one does not understand is another matter."""
    kinds = [type(answer) for answer in ask_both(request)]

    def differs(candidate: Apply) -> bool:
        ours, theirs = ask_both(candidate)
        if [type(ours), type(theirs)] != kinds or _is_malformed(ours) or _is_malformed(theirs):
            return False
        return compare_with_production(candidate, ours, theirs)[0] is Verdict.DIFFERENT

    return differs


def _is_malformed(answer: Answer) -> bool:
    return isinstance(answer, Failure) and answer.message.startswith((MALFORMED, "malformed"))


def _answer_all(target: Target, requests: list[Apply]) -> Iterator[Answer]:
    window = max(1, target.window)
    for start in range(0, len(requests), window):
        yield from target.answer_all(requests[start : start + window])


@cache
def _targets() -> tuple[Target, Target]:
    """Both sides, once per process."""
    choose: Callable[[str], Target] = lambda name: TargetChoice(name)()  # noqa: E731  # a name for two calls
    return choose("self"), choose("production")
