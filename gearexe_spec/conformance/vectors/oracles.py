"""Who else says so: for each operation the independent sources that must agree before a vector is published.

Rules: VEC-19.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gearexe_spec.conformance.compare import compare_answers
from gearexe_spec.conformance.operations.registry import Input
from gearexe_spec.conformance.wire import Answer, Apply

Opinion = Callable[[Input], Answer | None]


@dataclass(frozen=True, slots=True)
class Oracle:
    """An independent source.

    Args:
        name: what it is (`pycryptodome`, `production`, `contracts on py-evm`).
        answer: its answer to an input; None where it has no opinion.
    """

    name: str
    answer: Opinion


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What an oracle that may be missing says.

    Args:
        difference: what it says otherwise, in words; None if it agrees or has no opinion.
        is_unasked: it would have an opinion, and is not there.
    """

    difference: str | None = None
    is_unasked: bool = False


ORACLES: dict[str, list[Oracle]] = {}
"""By operation."""


def oracle(operation: str, name: str) -> Callable[[Opinion], Opinion]:
    """Register an independent source for an operation."""

    def register(answer: Opinion) -> Opinion:
        ORACLES.setdefault(operation, []).append(Oracle(name, answer))
        return answer

    return register


def confirm(request: Apply, answer: Answer) -> str | None:
    """What an oracle says otherwise, in words; None if all agree (VEC-19)."""
    for source in ORACLES.get(request.operation, ()):
        opinion = source.answer(request.input)
        difference = compare_answers(opinion, answer) if opinion is not None else None
        if difference:
            return f"{source.name} says {difference.expected} at {difference.path or '/'}, we say {difference.got}"
    return None
