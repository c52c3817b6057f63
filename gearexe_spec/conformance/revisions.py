"""Where the published release differs from the pinned revision, as data.

Production is asked live in its release 2.0.0; the specification is of the pinned revision. Every difference between
the two that a comparison can meet stands here with what the comparison does about it. Nothing else is forgiven: what
differs without an entry is a failure.

Rules: REV-1 to REV-4, and those of the table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase

from gearexe_spec.conformance.compare import Difference, compare_answers, describe
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Failure, RejectedAnswer, Request, Unsupported

PANIC = "panic: "
"""How the production target begins the message of a panic."""


class Treatment(Enum):
    """What a comparison does about a difference (REV-2)."""

    ASKED_AS_RELEASE = "cases are made with the release's value"
    NOT_ANSWERED = "the release does not have it; its answer says so with the rule's id"
    NOT_COMPARED = "these fields are not compared"
    NAMED_OTHERWISE = "both revert, with another error; the pairs are listed"
    NAMELESS = "production has no name for the reason; that it is refused is compared"


@dataclass(frozen=True, slots=True)
class RevisionDifference:
    """One difference between release and pin.

    Args:
        rule: its id.
        subject: what differs.
        release: how it is in release 2.0.0.
        pin: how it is in the pinned revision, and so in the specification.
        treatment: what comparisons do about it.
        operations: globs of the operations it concerns.
        fields: top-level outputs that are left out of the comparison.
        reasons: pairs of the errors' names, the release's first.
    """

    rule: str
    subject: str
    release: str
    pin: str
    treatment: Treatment
    operations: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()


REVISION_DIFFERENCES: tuple[RevisionDifference, ...] = (
    RevisionDifference(
        "REV-CODE-CHARGE",
        "charge for the instrumented code before each dispatch",
        "25,000,000 and 501 per byte of the instrumented code",
        "25,000,000: the length is passed as 0",
        Treatment.ASKED_AS_RELEASE,
        ("queue/run",),
    ),
    RevisionDifference(
        "REV-ABSENT-CODE",
        "a program whose code could not be instrumented",
        "not representable",
        "the dispatch ends in ReinstrumentationFailure",
        Treatment.NOT_ANSWERED,
        ("queue/run",),
    ),
    RevisionDifference(
        "REV-INSTRUMENTATION-VERSION",
        "version in the code metadata",
        "1",
        "2",
        Treatment.ASKED_AS_RELEASE,
        ("code/check",),
    ),
    RevisionDifference(
        "REV-MAILBOX-VALIDITY",
        "blocks until a mailbox message expires",
        "54,000 always",
        "54,000 for ProcessQueues, 75 for its later versions",
        Treatment.ASKED_AS_RELEASE,
        ("program/applyJournals", "program/applyDueTasks"),
    ),
    RevisionDifference(
        "REV-EVENT-DESTINATIONS",
        "messages to the addresses 0 and 20 times ff",
        "a mailbox as for any user",
        "answered at once from version 3 of ProcessQueues on",
        Treatment.ASKED_AS_RELEASE,
        ("program/applyJournals", "program/applyDueTasks"),
    ),
    RevisionDifference(
        "REV-COMMITTABLE",
        "which messages of a block are committed",
        "all; no list of ids",
        "canonical ones, those with value, and calls; their ids are recorded",
        Treatment.NOT_COMPARED,
        ("program/applyJournals", "program/applyDueTasks"),
        ("committedMessageIds",),
    ),
    RevisionDifference(
        "REV-RESTORE",
        "tasks in the schedule restored from states",
        "those that are due already are left out",
        "all are kept",
        Treatment.ASKED_AS_RELEASE,
        ("program/restoreSchedule",),
    ),
    RevisionDifference(
        "REV-OPERATIONS",
        "content of a malachite block",
        "`Transactions`: SCALE enumeration with a one-byte index, records of limits",
        "`Operations`: four-byte tags 0 to 5",
        Treatment.NOT_ANSWERED,
        ("values/*",),
    ),
    RevisionDifference(
        "REV-ROUTER",
        "protocol version of the Router",
        "none; no event ProtocolVersionChanged (index 9 does not decode)",
        "`protocolVersion`, `subProtocolVersion`, `bumpProtocolVersion`, the event, one more word in `storageView`",
        Treatment.ASKED_AS_RELEASE,
        ("values/*", "onchain/*"),
    ),
    RevisionDifference(
        "REV-PROXY",
        "ERC1967Proxy without an initialization call",
        "may be created (OpenZeppelin before 5.6)",
        "reverts with ERC1967ProxyUninitialized",
        Treatment.NOT_COMPARED,
        ("onchain/create",),
    ),
    RevisionDifference(
        "REV-SHIELDED",
        "shielded transactions",
        "none",
        "types with a threshold-encrypted destination, value and payload",
        Treatment.NOT_ANSWERED,
        ("values/*",),
    ),
    RevisionDifference(
        "REV-BATCH-PERIOD",
        "how often a batch is made",
        "every block",
        "a period that each node sets, 1 unless told otherwise",
        Treatment.ASKED_AS_RELEASE,
        ("batch/*",),
    ),
    RevisionDifference(
        "REV-NEVER-MADE",
        "journal notes that Gear.exe never makes",
        "the production target does not take them",
        "their handling is specified",
        Treatment.NOT_ANSWERED,
        ("program/applyJournals",),
    ),
    RevisionDifference(
        "REV-PARSER-TEXT",
        "where and how the WebAssembly parser stumbled",
        "byte offset and a text",
        "informative: a client need not have them",
        Treatment.NOT_COMPARED,
        ("code/check",),
        ("offset", "message"),
    ),
    RevisionDifference(
        "REV-PANICS",
        "aborts of the node",
        "a panic with a text",
        "a named rejection",
        Treatment.NAMELESS,
        ("program/*", "queue/*", "values/*", "signature/*"),
    ),
    RevisionDifference(
        "REV-REASONS",
        "why bytes are no value, and why a signature is none",
        "a text",
        "a named rejection",
        Treatment.NAMELESS,
        ("values/*", "signature/*"),
    ),
    RevisionDifference(
        "REV-SHARES",
        "a product of shares over a sum that does not fit 256 bits",
        "MathOverflowedMulDiv (OpenZeppelin 5.0.2, as in the npm package)",
        "Panic(0x11)",
        Treatment.NAMED_OTHERWISE,
        ("economics/*",),
        reasons=(("MathOverflowedMulDiv", "Panic"),),
    ),
    RevisionDifference(
        "REV-INNER-CALL",
        "a call inside that reverts without data",
        "FailedInnerCall (OpenZeppelin 5.0.2, as in the npm package)",
        "an empty revert of a token's transfer; FailedCall in creations and migrations of vaults",
        Treatment.NAMED_OTHERWISE,
        ("economics/*",),
        reasons=(("FailedInnerCall", "Empty"), ("FailedInnerCall", "FailedCall")),
    ),
    RevisionDifference(
        "REV-INITIALIZE",
        "`initialize()` of the rewards for operators",
        "once per clone, by anyone, changes nothing else (as in the npm package)",
        "there is no such function",
        Treatment.NAMED_OTHERWISE,
        ("economics/*",),
        reasons=(("InvalidInitialization", "Empty"),),
    ),
)
"""Release 2.0.0 against the pinned revision (REV-3)."""


class Verdict(Enum):
    """What a comparison of both sides came to (REV-4)."""

    SAME = "same"
    DECLARED = "declared difference"
    UNSPECIFIED = "not specified yet"
    DIFFERENT = "different"


def compare_with_production(
    request: Apply, specification: Answer, production: Answer
) -> tuple[Verdict, Difference | None]:
    """Hold the specification's answer against production's (REV-4).

    Production's answer is what is expected: every field it has must be there and equal, unless the table says
    otherwise.
    """
    if isinstance(specification, Unsupported):
        return Verdict.UNSPECIFIED, None
    if isinstance(production, Unsupported):
        if _declares(request.operation, production.what):
            return Verdict.DECLARED, None
        return Verdict.DIFFERENT, Difference("", describe(production), describe(specification))
    expected = _without_undeclared_names(request.operation, production, specification)
    left_out = _fields_left_out(request.operation)
    if isinstance(expected, Accepted) and isinstance(expected.outputs, dict):
        expected = Accepted(_without(expected.outputs, left_out))
    if isinstance(expected, RejectedAnswer):
        expected = replace(expected, details=_without(expected.details, left_out))
    if isinstance(expected, Failure) or isinstance(specification, Failure):
        return Verdict.DIFFERENT, Difference("", describe(production), describe(specification))
    difference = compare_answers(expected, specification)
    return (Verdict.SAME if difference is None else Verdict.DIFFERENT), difference


def leave_out_declared(request: Request, expected: Answer | None) -> Answer | None:
    """What the release is held to of a recording of the pinned revision: all but what is declared (REV-4)."""
    if not isinstance(request, Apply) or not isinstance(expected, Accepted) or not isinstance(expected.outputs, dict):
        return expected
    return replace(expected, outputs=_without(expected.outputs, _fields_left_out(request.operation)))


def declared(rule: str) -> RevisionDifference | None:
    """The entry with this id."""
    return next((entry for entry in REVISION_DIFFERENCES if entry.rule == rule), None)


def same_reason(operation: str, release: str, pin: str) -> str | None:
    """The rule by which two names of errors mean the same revert; None if none does."""
    for entry in REVISION_DIFFERENCES:
        if _concerns(entry, operation) and (release, pin) in entry.reasons:
            return entry.rule
    return None


def _declares(operation: str, what: str) -> bool:
    entry = declared(what.partition(":")[0])
    return entry is not None and entry.treatment is Treatment.NOT_ANSWERED and _concerns(entry, operation)


def _concerns(entry: RevisionDifference, operation: str) -> bool:
    return any(fnmatchcase(operation, pattern) for pattern in entry.operations)


def _without_undeclared_names(operation: str, production: Answer, specification: Answer) -> Answer:
    """A refusal whose reason production cannot name is any refusal, where the table says so."""
    rule = "REV-PANICS" if isinstance(production, Failure) and production.message.startswith(PANIC) else "REV-REASONS"
    entry = declared(rule)
    is_refusal = isinstance(production, RejectedAnswer) or rule == "REV-PANICS"
    if is_refusal and entry is not None and _concerns(entry, operation) and isinstance(specification, RejectedAnswer):
        return RejectedAnswer("", "")
    return production


def _fields_left_out(operation: str) -> set[str]:
    return {
        field
        for entry in REVISION_DIFFERENCES
        if entry.treatment is Treatment.NOT_COMPARED and _concerns(entry, operation)
        for field in entry.fields
    }


def _without(parts: dict[str, Json], left_out: set[str]) -> dict[str, Json]:
    return {name: part for name, part in parts.items() if name not in left_out}
