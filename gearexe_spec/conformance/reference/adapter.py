"""What an adapter is: it turns one recorded file into cases, and a case into exchanges on the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.wire import Answer, Request

Document = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and the answer production's recording demands.

    Every field of the expected answer is compared; a target may answer with more fields, never with others.
    `expected` is None where the request only prepares the next one and must merely be accepted.
    """

    request: Request
    expected: Answer | None
    where: str = ""
    """Place in the recorded file, for reports."""


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded case; its exchanges run in order in one session and stop at the first difference."""

    name: str
    exchanges: Callable[[], Iterator[Exchange]]
    """Made only when the case runs."""
    flags: tuple[str, ...] = ()


Adapter = Callable[[Document], Iterator[Case]]

ADAPTERS: dict[str, Adapter] = {}
"""By the `format` that stands in the recorded files (`onchain-hashes/1`)."""


def adapter(format_name: str) -> Callable[[Adapter], Adapter]:
    """Register the adapter of a recorded format."""

    def register(function: Adapter) -> Adapter:
        ADAPTERS[format_name] = function
        return function

    return register
