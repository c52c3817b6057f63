"""Why a check of a batch fails, with the numbers of the batch and of the state side by side.

Rules: ROU-77, ROU-81, ROU-88, ROU-173 to ROU-175, ROU-183, ROU-188, ROU-192 to ROU-194, ROU-201 to ROU-203.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.explanation import SignedBatch, list_signers
from gearexe_spec.onchain.commitment_abi import SignatureType
from gearexe_spec.onchain.commitments import RewardsCommitment, ValidatorsCommitment
from gearexe_spec.onchain.eras import (
    compute_era_index_at,
    compute_era_start,
    compute_era_started_at,
    compute_threshold,
    select_signers,
)
from gearexe_spec.onchain.world import Block, CodeState, RouterStorage

HASHES_KEPT = 256
"""Ancestors whose hashes a block knows."""
YEAR_10000 = 253_402_300_800


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch and the state it is judged in.

    Args:
        signed: the batch.
        router: the Router's storage before it.
        address: the Router.
        block: in which it is committed.
    """

    signed: SignedBatch
    router: RouterStorage
    address: Address
    block: Block


def say_why(reason: str, judged: Judged) -> str | None:
    """A sentence about a rejection; None where there is nothing to add to its name."""
    try:
        return SENTENCES[reason](judged) if reason in SENTENCES else None
    except Rejected:
        return None


def moment(timestamp: int) -> str:
    """Seconds since 1970, and what day that is."""
    if timestamp >= YEAR_10000:
        return str(int(timestamp))
    return f"{int(timestamp)} ({datetime.fromtimestamp(int(timestamp), UTC):%Y-%m-%d %H:%M:%S} UTC)"


def _predecessor(judged: Judged) -> str:
    batch, block = judged.signed.batch, judged.block
    older = range(1, min(HASHES_KEPT, int(block.number)) + 1)
    distance = next((step for step in older if block.hash_of(int(block.number) - step) == batch.block_hash), None)
    if distance is None:
        return f"{batch.block_hash} is none of the {len(older)} blocks before block {block.number}."
    allowed = f"its expiry of {batch.expiry} allows {batch.expiry}" if batch.expiry else "an expiry of 0 allows none"
    return f"It builds on block {block.number - distance}, {distance} before block {block.number}; {allowed}."


def _not_in_past(judged: Judged) -> str:
    stamped, now = judged.signed.batch.block_timestamp, judged.block.timestamp
    return f"It is stamped {moment(stamped)}, the block {moment(now)}."


def _other_previous(judged: Judged) -> str:
    latest = judged.router.latest_committed_batch.hash
    named = judged.signed.batch.previous_committed_batch_hash
    return f"It follows {_name_of(named)}; the latest committed one is {_name_of(latest)}."


def _name_of(batch_hash: Bytes32) -> str:
    return "no batch (zero)" if batch_hash.is_zero() else str(batch_hash)


def _too_early(judged: Judged) -> str:
    latest = judged.router.latest_committed_batch.timestamp
    return f"It is stamped {moment(judged.signed.batch.block_timestamp)}, the latest one {moment(latest)}."


def _unknown_programs(judged: Judged) -> str:
    transitions = [each for chain in judged.signed.batch.chain_commitment for each in chain.transitions]
    unknown = [each.actor_id for each in transitions if each.actor_id not in judged.router.programs]
    return f"The Router knows no program {', '.join(map(str, unknown))}."


def _codes_not_requested(judged: Judged) -> str:
    codes = [code.id for code in judged.signed.batch.code_commitments]
    states = {code: judged.router.codes.get(code, CodeState.Unknown) for code in codes}
    wrong = [f"{code} is {state.name}" for code, state in states.items() if state is not CodeState.ValidationRequested]
    return f"{'; '.join(wrong)}." if wrong else "A code is named twice."


def _rewards_of(judged: Judged) -> RewardsCommitment:
    (rewards,) = judged.signed.batch.rewards_commitment
    return rewards


def _rewards_not_past(judged: Judged) -> str:
    stamped = judged.signed.batch.block_timestamp
    return f"Rewards are stamped {moment(_rewards_of(judged).timestamp)}, the batch {moment(stamped)}."


def _rewards_before_genesis(judged: Judged) -> str:
    genesis = judged.router.genesis_block.timestamp
    return f"Rewards are stamped {moment(_rewards_of(judged).timestamp)}, the genesis {moment(genesis)}."


def _rewards_of_no_earlier_era(judged: Judged) -> str:
    rewards, stamped = (
        compute_era_index_at(judged.router, U256(timestamp))
        for timestamp in (_rewards_of(judged).timestamp, judged.signed.batch.block_timestamp)
    )
    return f"Rewards are of era {rewards}, the batch is of era {stamped}."


def _validators_of(judged: Judged) -> ValidatorsCommitment:
    (validators,) = judged.signed.batch.validators_commitment
    return validators


def _era_not_next(judged: Judged) -> str:
    now = compute_era_index_at(judged.router, judged.block.timestamp)
    return f"The validators are for era {_validators_of(judged).era_index}; era {now} is running, so {now + 1} is next."


def _election_not_started(judged: Judged) -> str:
    start = compute_era_start(judged.router, _validators_of(judged).era_index)
    opens = start - judged.router.timelines.election
    return f"The election begins at {moment(opens)}, in {opens - judged.block.timestamp} seconds."


def _already_scheduled(judged: Judged) -> str:
    latest = max(judged.router.validators0.use_from_timestamp, judged.router.validators1.use_from_timestamp)
    return f"There are validators for the time from {moment(latest)} on."


def _too_old(judged: Judged) -> str:
    start = compute_era_started_at(judged.router, judged.block.timestamp)
    stamped = judged.signed.batch.block_timestamp
    return (
        f"It is stamped {moment(stamped)}; the era began at {moment(start)} and lasts {judged.router.timelines.era} s."
    )


def _not_enough_signed(judged: Judged) -> str:
    signed, router = judged.signed, judged.router
    if signed.kind is SignatureType.FROST:
        return "The signature is none of this digest under the set's aggregated key: another key, Router or batch."
    required = select_signers(router, U48(signed.batch.block_timestamp), judged.block.timestamp)
    threshold = compute_threshold(U256(len(required.listed)), router.threshold_numerator, router.threshold_denominator)
    signers = {signer.address for signer in list_signers(signed, judged.address) if signer.address}
    counted = len(signers & required.members)
    sentence = f"{counted} validators signed, {threshold} have to."
    if signed.batch.validators_commitment:
        sentence += " The batch names validators: where its set is in force at once, that set has to sign (ROU-81)."
    elif signers and not counted:
        sentence += (
            " No signer is a validator: they signed another digest (another Router or batch), or the set is another."
        )
    return sentence


SENTENCES: dict[str, Callable[[Judged], str]] = {
    "PredecessorBlockNotFound": _predecessor,
    "BatchTimestampNotInPast": _not_in_past,
    "InvalidPreviousCommittedBatchHash": _other_previous,
    "BatchTimestampTooEarly": _too_early,
    "UnknownProgram": _unknown_programs,
    "CodeValidationNotRequested": _codes_not_requested,
    "RewardsCommitmentTimestampNotInPast": _rewards_not_past,
    "RewardsCommitmentPredatesGenesis": _rewards_before_genesis,
    "RewardsCommitmentEraNotPrevious": _rewards_of_no_earlier_era,
    "CommitmentEraNotNext": _era_not_next,
    "ElectionNotStarted": _election_not_started,
    "ValidatorsAlreadyScheduled": _already_scheduled,
    "TimestampOlderThanPreviousEra": _too_old,
    "SignatureVerificationFailed": _not_enough_signed,
}
"""By the name of the rejection."""
