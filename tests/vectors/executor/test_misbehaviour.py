"""Evidence of misbehaviour, as it is proposed (MIS-1 to MIS-33)."""

from dataclasses import replace
from typing import Any

import pytest

from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U64, U256
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.executor.commitments import RewardsCommitment
from gearexe_spec.executor.misbehaviour import check_conflicting_batches, check_wrong_transitions
from gearexe_spec.onchain.commitments import OperatorRewardsCommitment, StakerRewardsCommitment
from tests.executor.offences import (
    ACCUSED,
    BATCH,
    BROKEN,
    COMMITTED,
    CONFLICT,
    FINALIZED,
    HONEST,
    MISSED,
    ROUTER,
    TRIAL,
    WRONG,
    conflict,
    forged,
    named,
    on_code,
    promised,
    signed,
)

CONFLICTS, WRONGS, PROMISES, DUTIES = (
    "checkConflictingBatches",
    "checkWrongTransitions",
    "checkBrokenPromise",
    "checkMissedDuties",
)
AGAIN = replace(TRIAL, punished=(check_conflicting_batches(CONFLICT, TRIAL).offence,))
POOR = replace(
    TRIAL,
    validators=tuple(replace(each, vaults=(replace(each.vaults[0], stake=U256(1)),)) for each in TRIAL.validators),
)
NEVER_ALONE = tuple(replace(each, timestamp=U64(13_000)) for each in COMMITTED)
OFTEN = tuple(replace(each, signers=(ACCUSED,)) if place < 3 else each for place, each in enumerate(COMMITTED))
UNCHAINED = replace(WRONG, signed=signed(replace(BATCH, chain_commitment=None)))
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("OtherPredecessor", CONFLICTS, {"evidence": conflict(BATCH, replace(BATCH, previous_batch=named(0)))}),
    ("OtherEra", CONFLICTS, {"evidence": CONFLICT, "trial": replace(TRIAL, era=U64(2))}),
    ("AlreadyPunished", CONFLICTS, {"evidence": CONFLICT, "trial": AGAIN}),
    ("NoChainPart", WRONGS, {"evidence": UNCHAINED, "recomputed": HONEST}),
    ("OtherStretch", WRONGS, {"evidence": WRONG, "recomputed": replace(HONEST, predecessor=named(0))}),
    (
        "OtherTransaction",
        PROMISES,
        {"evidence": promised(replace(BROKEN.promise, tx_hash=MessageId(named(1)))), "finalized": FINALIZED},
    ),
    ("NothingToSlash", PROMISES, {"evidence": BROKEN, "finalized": FINALIZED, "trial": POOR}),
    ("UnknownBatch", DUTIES, {"evidence": replace(MISSED, first=named(1)), "committed": COMMITTED}),
    ("DutiesDone", DUTIES, {"evidence": MISSED, "committed": OFTEN}),
    ("TooFewCoordinators", DUTIES, {"evidence": MISSED, "committed": NEVER_ALONE}),
]


@pytest.mark.parametrize(
    ("kind", "evidence"),
    [
        ("conflictingBatches", CONFLICT),
        ("wrongTransitions", WRONG),
        ("brokenPromise", BROKEN),
        ("missedDuties", MISSED),
    ],
)
def test_encoding(vectors: Recorder, kind: str, evidence: Any) -> None:
    """Evidence is encoded with its index, and its digest has a domain (MIS-1 to MIS-3)."""
    vectors.hash("evidence/encodeEvidence", {"source": {kind: evidence}}, name=f"{kind}_bytes")
    vectors.hash("evidence/digestEvidence", {"source": {kind: evidence}}, name=f"{kind}_digest")


@pytest.mark.parametrize(
    ("name", "changes", "trial"),
    [
        ("two_verdicts_on_a_code", {}, {}),
        ("same_batch", {"second": CONFLICT.first}, {}),
        ("descending", {"first": CONFLICT.second, "second": CONFLICT.first}, {}),
        ("forged", {"second": forged(CONFLICT.second)}, {}),
        ("not_a_validator", {}, {"validators": TRIAL.validators[1:]}),
        ("too_late", {}, {"now": TRIAL.now + 10_000}),
    ],
)
def test_check_conflicting_batches(
    vectors: Recorder, name: str, changes: dict[str, Any], trial: dict[str, Any]
) -> None:
    """Two batches on one predecessor that contradict each other (MIS-6 to MIS-11, MIS-25 to MIS-32)."""
    given = {"evidence": replace(CONFLICT, **changes), "trial": replace(TRIAL, **trial)}
    vectors.hash("misbehaviour/checkConflictingBatches", given, name=name)


@pytest.mark.parametrize("other_codes", [False, True])
def test_harmless_batches(vectors: Recorder, other_codes: bool) -> None:
    """A batch built anew for the next block contradicts nothing (MIS-10)."""
    later = replace(BATCH, timestamp=BATCH.timestamp + 12)
    given = {"evidence": on_code(BATCH, later, other_codes), "trial": TRIAL}
    vectors.hash("misbehaviour/checkConflictingBatches", given, flags=[Flag.BOUNDARY])


def rewards(root: int) -> RewardsCommitment:
    operators = OperatorRewardsCommitment(U256(10), named(root))
    return RewardsCommitment(operators, StakerRewardsCommitment((), U256(0), ROUTER), U64(12_000))


def test_conflicting_rewards(vectors: Recorder) -> None:
    """What a batch says of the rewards of one time is a statement of its own (MIS-10)."""
    batches = [replace(BATCH, code_commitments=(), rewards_commitment=rewards(root)) for root in (6, 7)]
    vectors.hash("misbehaviour/checkConflictingBatches", {"evidence": conflict(*batches), "trial": TRIAL})


def test_check_wrong_transitions(vectors: Recorder) -> None:
    """A batch whose chain part is another one than the recomputed (MIS-12 to MIS-14, MIS-33)."""
    given = {"evidence": WRONG, "recomputed": HONEST, "trial": TRIAL}
    vectors.hash("misbehaviour/checkWrongTransitions", given, name="wrong")
    harmless = replace(HONEST, chain=WRONG.signed.batch.chain_commitment)
    vectors.hash("misbehaviour/checkWrongTransitions", {**given, "recomputed": harmless}, name="recomputes")
    request = check_wrong_transitions(WRONG, HONEST, TRIAL)
    vectors.hash("misbehaviour/encodeRequestSlash", {"request": request}, name="calldata")


def test_check_broken_promise(vectors: Recorder) -> None:
    """A promise of another reply than the finalized one (MIS-15 to MIS-17)."""
    given = {"evidence": BROKEN, "finalized": FINALIZED, "trial": TRIAL}
    vectors.hash("misbehaviour/checkBrokenPromise", given, name="broken")
    kept = replace(FINALIZED, promise=BROKEN.promise)
    vectors.hash("misbehaviour/checkBrokenPromise", {**given, "finalized": kept}, name="kept")


def test_check_missed_duties(vectors: Recorder) -> None:
    """Too few signatures in a window of committed batches (MIS-18 to MIS-24)."""
    given = {"evidence": MISSED, "committed": COMMITTED, "trial": TRIAL}
    vectors.hash("misbehaviour/checkMissedDuties", given, name="missed")
    short = replace(MISSED, last=COMMITTED[1].digest)
    vectors.hash("misbehaviour/checkMissedDuties", {**given, "evidence": short}, name="window_too_short")


@pytest.mark.parametrize(("reason", "operation", "given"), REFUSED)
def test_refused(vectors: Recorder, reason: str, operation: str, given: dict[str, Any]) -> None:
    """Evidence that justifies nothing, by the reason (MIS-6 to MIS-33)."""
    vectors.hash(f"misbehaviour/{operation}", {"trial": TRIAL, **given}, name=reason)
