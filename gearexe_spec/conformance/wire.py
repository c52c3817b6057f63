"""gearexe-wire 1: requests to a target, and the four answers.

A target is anything that answers: the specification itself, a client's program, production. A session holds one state
per area.

Rules: WIR-1 to WIR-16.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gearexe_spec.conformance.json_form import Json

PROTOCOL = "gearexe-wire/1"


@dataclass(frozen=True, slots=True)
class Apply:
    """Apply one operation: a pure function, or a transition of the area's state (WIR-6)."""

    operation: str
    """`area/name`, for example `hash/messageId`."""
    input: dict[str, Json]
    root: bool = False
    """Whether the answer shall carry the area's root after the transition."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Apply one operation and tell the steps that led to the answer (WIR-10)."""

    operation: str
    input: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Init:
    """Replace the state of an area (WIR-7)."""

    area: str
    state: Json


@dataclass(frozen=True, slots=True)
class GetState:
    """Ask for the whole state of an area (WIR-8)."""

    area: str


@dataclass(frozen=True, slots=True)
class Save:
    """Keep the state of all areas under a name (WIR-9)."""

    name: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Go back to what was kept (WIR-9)."""

    name: str


Request = Apply | Init | GetState | Save | Restore | Trace


@dataclass(frozen=True, slots=True)
class Accepted:
    """The operation took place (WIR-12)."""

    outputs: Json = None
    root: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedAnswer:
    """The protocol rejects the input; the state is as it was before (WIR-13)."""

    reason: str
    phase: str
    details: dict[str, Json] = field(default_factory=dict)
    """What the reason carries; on chain `data`, the whole revert data."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The target does not offer this operation, type or area (WIR-14)."""

    what: str


@dataclass(frozen=True, slots=True)
class Failure:
    """The target itself went wrong (WIR-15)."""

    message: str


Answer = Accepted | RejectedAnswer | Unsupported | Failure
