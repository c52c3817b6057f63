"""gearexe-wire 1: requests to a target, and the four answers.

A target is anything that answers: the specification itself, a client's program, production. A session holds one state
per area.

Rules: WIR-1 to WIR-9.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gearexe_spec.conformance.json_form import Json

PROTOCOL = "gearexe-wire/1"


@dataclass(frozen=True, slots=True)
class Apply:
    """Apply one operation: a pure function, or a transition of the area's state (WIR-3)."""

    operation: str
    """`area/name`, for example `hash/messageId`."""
    input: dict[str, Json]
    root: bool = False
    """Whether the answer shall carry the area's root after the transition."""


@dataclass(frozen=True, slots=True)
class Init:
    """Replace the state of an area (WIR-2)."""

    area: str
    state: Json


@dataclass(frozen=True, slots=True)
class GetState:
    """Ask for the whole state of an area (WIR-4)."""

    area: str


@dataclass(frozen=True, slots=True)
class Save:
    """Keep the state of all areas under a name (WIR-5)."""

    name: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Go back to what was kept (WIR-5)."""

    name: str


Request = Apply | Init | GetState | Save | Restore


@dataclass(frozen=True, slots=True)
class Accepted:
    """The operation took place (WIR-6)."""

    outputs: Json = None
    root: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedAnswer:
    """The protocol rejects the input; the state is as it was before (WIR-7)."""

    reason: str
    phase: str
    details: dict[str, Json] = field(default_factory=dict)
    """What the reason carries; on chain `data`, the whole revert data."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The target does not offer this operation, type or area (WIR-8)."""

    what: str


@dataclass(frozen=True, slots=True)
class Failure:
    """The target itself went wrong (WIR-9)."""

    message: str


Answer = Accepted | RejectedAnswer | Unsupported | Failure
