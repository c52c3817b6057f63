"""The six formats of our vectors. The schemas are made from these types, and the recorder writes them.

Rules: VEC-6, VEC-12 to VEC-19, VEC-31.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from gearexe_spec.conformance.json_form import Json

JsonObject = dict[str, Json]
Hash = Annotated[str, "^0x[0-9a-f]{64}$"]
Operation = Annotated[str, "^[a-zA-Z0-9]+/[a-zA-Z0-9]+$"]
RuleId = Annotated[str, "^[A-Z]{3}-[0-9]+$"]
CaseName = Annotated[str, "^[^/\\s]+$"]
Pointer = Annotated[str, "^(/.*)?$"]


class Flag(StrEnum):
    """Why a case exists, so that a client can leave out what it does not claim (VEC-14)."""

    BOUNDARY = "boundary"
    ORDER = "order"
    """Two rules are broken; the one that is checked first is reported."""
    ANOMALY = "anomaly"
    """Production's surprising behaviour, which is the rule."""
    HOSTILE = "hostile"
    """Input that nobody honest makes."""
    CANONICAL = "canonical"
    """Two encodings of one value; only one is allowed."""
    OVERFLOW = "overflow"
    EMPTY = "empty"
    LARGE = "large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What a case is about (VEC-13).

    Args:
        description: one sentence.
        rules: the rules it pins.
        source: the function that made it, `module::function`.
        flags: why it exists.
        hash: of the case without this field.
    """

    description: str
    rules: tuple[RuleId, ...]
    source: str
    flags: tuple[Flag, ...]
    hash: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why an input is refused, and what the reason carries (on chain: `data`, the revert data) (VEC-15)."""

    reason: str
    phase: Annotated[str, "^(decode|validate|execute|settle)$"]
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDiff:
    """How a state changed: values by JSON pointer, and pointers of what is gone (VEC-17)."""

    set: dict[Pointer, Json]
    removed: tuple[Pointer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Either outputs or a rejection."""

    outputs: Json = None
    rejected: Rejection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Result):
    """Formats `hash` and `program`: an operation that depends on its input alone (VEC-16)."""

    name: CaseName
    operation: Operation
    input: JsonObject
    info: Info


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec(Result):
    """Format `codec`: what bytes mean, and back (VEC-16).

    Args:
        decode: operation from `parameters` and `encoded` to the outputs.
        encode: operation from `parameters` and the outputs to `encoded`; null where none is or bytes do not decode.
    """

    name: CaseName
    decode: Operation
    encode: Operation | None
    parameters: JsonObject
    encoded: JsonObject
    info: Info


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Result):
    """One transition: the action, and what it changed."""

    action: Operation
    input: JsonObject
    postDiff: StateDiff | None = None  # noqa: N815  # the name in the file
    postRoot: str | None = None  # noqa: N815


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition(Step):
    """Format `transition`: one action on a state (VEC-17).

    Args:
        pre: what `init` takes.
        shown: what `get_state` gives right after it, where that is something else.
    """

    name: CaseName
    pre: Hash
    shown: Hash | None = None
    info: Info


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Formats `scenario` and `contract`: several actions on a state, each on what the one before left (VEC-18).

    In a `contract` the actions are messages to contracts with their calldata, so that contracts can be held against it.
    """

    name: CaseName
    pre: Hash
    shown: Hash | None = None
    steps: tuple[Step, ...]
    info: Info


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A file of `states/`: what `init` takes or `get_state` gives (VEC-17)."""

    format: Annotated[str, "^state/1$"]
    state: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestCase:
    """One case in the manifest (VEC-31)."""

    name: str
    format: str
    area: str
    rules: tuple[RuleId, ...]
    rejection: str | None
    size: int
    hash: Hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The manifest of our vectors (VEC-31)."""

    format: Annotated[str, "^vectors-manifest/1$"]
    digest: Hash
    count: int
    counts: dict[str, int]
    bytes: int
    states: int
    cases: tuple[ManifestCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFile:
    """One packed recording in the manifest of production's (VEC-6)."""

    path: Annotated[str, "\\.json\\.xz$"]
    format: str | None
    length: int
    sha256: Annotated[str, "^[0-9a-f]{64}$"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedManifest:
    """The manifest of production's recordings (VEC-6)."""

    format: Annotated[str, "^manifest/1$"]
    digest: Annotated[str, "^[0-9a-f]{64}$"]
    count: int
    files: tuple[RecordedFile, ...]


PARTS: dict[str, type] = {"state": State, "manifest": Manifest, "recorded-manifest": RecordedManifest}
"""What lies beside the files of cases, by the name of its schema."""

FORMATS: dict[str, type] = {
    "codec": Codec,
    "hash": Function,
    "transition": Transition,
    "scenario": Scenario,
    "contract": Scenario,
    "program": Function,
}
"""Formats by name; a file names `NAME/1` (VEC-12)."""

VERSION = 1
