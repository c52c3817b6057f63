"""Misbehaviour of validators (proposed): evidence, judged, and the slash that it justifies.

Production can slash, but nothing in it says when. Here everybody who knows the chain judges evidence alike: what an
honest validator may have signed is never punished, and one offence is punished once.

Rules: MIS-6 to MIS-34.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import auto

from gearexe_spec.base.fixed_bytes import Address, Bytes32, Bytes65
from gearexe_spec.base.numeric import U16, U32, U48, U64, U256
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.crypto.ecdsa import Signature, hash_for_intended_validator, hash_personal_message, recover_signer
from gearexe_spec.executor.commitments import (
    BatchCommitment,
    ChainCommitment,
    digest_batch,
    digest_chain_commitment,
    digest_rewards_commitment,
    digest_validators_commitment,
)
from gearexe_spec.executor.evidence import (
    BrokenPromise,
    ConflictingBatches,
    MissedDuties,
    OffenceKind,
    SignedBatchPart,
    WrongTransitions,
    digest_evidence,
    digest_offence,
)
from gearexe_spec.executor.receipts import digest_compact_receipt
from gearexe_spec.executor.rewards import WHOLE
from gearexe_spec.executor.timelines import Timelines, choose_coordinator, compute_era_start
from gearexe_spec.onchain.words import compute_selector, encode_tuple, encode_word
from gearexe_spec.program.promise import CompactPromise

_REQUEST_SLASH = compute_selector("requestSlash((address,uint48,(address,uint256)[])[])")


class MisbehaviourRejection(Rejection):
    """Why evidence justifies no slash."""

    NotInOrder = auto()
    """The first of two batches, or of a stretch, comes after the last."""
    SameBatch = auto()
    ForgedSignature = auto()
    """It is none, or another one's than the accused's."""
    OtherPredecessor = auto()
    NoContradiction = auto()
    """An honest validator may sign both batches."""
    NoChainPart = auto()
    OtherStretch = auto()
    """What was recomputed begins or ends elsewhere."""
    TransitionsRecompute = auto()
    OtherTransaction = auto()
    PromiseKept = auto()
    UnknownBatch = auto()
    """A batch that was not committed."""
    WindowTooShort = auto()
    DutiesDone = auto()
    TooFewCoordinators = auto()
    """Those who left out the signature may have agreed on it."""
    OtherEra = auto()
    """It happened in another era than the judged one."""
    NotAValidator = auto()
    AlreadyPunished = auto()
    Stale = auto()
    """No vault can be slashed any more for the era, or not yet."""
    NothingToSlash = auto()

    @property
    def phase(self) -> Phase:
        """Judged before anything is asked for."""
        return Phase.VALIDATE


@dataclass(frozen=True, slots=True)
class SlashableVault:
    """A vault behind a validator.

    Args:
        vault: its address.
        stake: on the validator at the era's first second, in base units.
        epoch: length of the vault's epochs, seconds.
        veto: how long its slasher's resolver may veto, seconds.
    """

    vault: Address
    stake: U256
    epoch: U48
    veto: U48


@dataclass(frozen=True, slots=True)
class AccountableValidator:
    """A validator of the era, and the vaults behind it, in the order in which they are slashed."""

    operator: Address
    vaults: tuple[SlashableVault, ...]


@dataclass(frozen=True, slots=True)
class Penalties:
    """Parts of the stake that offences cost, each in hundredths of a percent, at most 10000."""

    conflicting_batches: U16
    wrong_transitions: U16
    broken_promise: U16
    missed_duties: U16


@dataclass(frozen=True, slots=True)
class Terms:
    """What a network agreed on.

    Args:
        router: the proxy that batches are signed for.
        subnetwork: of the Middleware.
        timelines: eras and slots.
        penalties: by offence.
        window: least number of committed batches over which duties are judged, not 0.
        participation: least part of a window's batches to sign, in hundredths of a percent.
    """

    router: Address
    subnetwork: Bytes32
    timelines: Timelines
    penalties: Penalties
    window: U32
    participation: U16


@dataclass(frozen=True, slots=True)
class Trial:
    """What evidence is judged by.

    Args:
        terms: of the network.
        now: of the block that would take the slash request.
        era: in which it is said to have happened.
        validators: of that era, in the stored order.
        punished: digests of the offences that were slashed before.
    """

    terms: Terms
    now: U48
    era: U64
    validators: tuple[AccountableValidator, ...]
    punished: tuple[Bytes32, ...]


@dataclass(frozen=True, slots=True)
class RecomputedChain:
    """The chain part for a batch on this predecessor, up to its head, as BAT-79 and BAT-80 build it."""

    predecessor: Bytes32
    chain: ChainCommitment


@dataclass(frozen=True, slots=True)
class FinalizedReply:
    """What became of an injected transaction, and the time of the Ethereum block its block had advanced to."""

    promise: CompactPromise
    timestamp: U64


@dataclass(frozen=True, slots=True)
class CommittedSignatures:
    """A batch that the Router took: its digest, the time of its Ethereum block, and whose signatures came with it."""

    digest: Bytes32
    timestamp: U64
    signers: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class VaultSlash:
    """How much to ask of a vault, in base units."""

    vault: Address
    amount: U256


@dataclass(frozen=True, slots=True)
class SlashRequest:
    """What evidence justifies: one entry of Middleware.requestSlash, and why.

    Args:
        evidence: its digest.
        offence: digest of what is punished.
        subnetwork: whose slash it is.
        operator: the accused.
        timestamp: second of the capture.
        vaults: in the order of the validator's vaults, none with amount zero.
    """

    evidence: Bytes32
    offence: Bytes32
    subnetwork: Bytes32
    operator: Address
    timestamp: U48
    vaults: tuple[VaultSlash, ...]


def check_conflicting_batches(evidence: ConflictingBatches, trial: Trial) -> SlashRequest:
    """Two batches on one predecessor that cannot both be true.

    Raises:
        Rejected: NotInOrder, SameBatch, ForgedSignature, OtherPredecessor, NoContradiction; as `justify_slash`.

    Rules: MIS-6 to MIS-11.
    """
    first, second = evidence.first.batch, evidence.second.batch
    if digest_batch(first) == digest_batch(second):
        raise Rejected(MisbehaviourRejection.SameBatch)
    if digest_batch(first) > digest_batch(second):
        raise Rejected(MisbehaviourRejection.NotInOrder)
    for signed in (evidence.first, evidence.second):
        check_batch_signature(evidence.validator, signed, trial.terms.router)
    if first.previous_batch != second.previous_batch:
        raise Rejected(MisbehaviourRejection.OtherPredecessor)
    if not is_contradiction(first, second):
        raise Rejected(MisbehaviourRejection.NoContradiction)

    check_era(trial, min(read_time(first), read_time(second)))
    offence = digest_offence(OffenceKind.ConflictingBatches, evidence.validator, first.previous_batch)
    part = trial.terms.penalties.conflicting_batches
    return justify_slash(trial, evidence.validator, digest_evidence(evidence), offence, part)


def is_contradiction(first: BatchCommitment, second: BatchCommitment) -> bool:
    """Whether two batches on one predecessor say different things of one subject (MIS-10)."""
    said, answered = read_statements(first), read_statements(second)
    return any(subject in answered and answered[subject] != what for subject, what in said.items())


def read_statements(batch: BatchCommitment) -> dict[bytes, bytes]:
    """What a batch says of each subject, as far as it is signed (MIS-10).

    Subjects: a head, a code, the validators of an era as seen from the batch's Ethereum block, the rewards of a time.
    """
    said = {b"code" + code.id: bytes([code.valid]) for code in batch.code_commitments}
    chain, elected, rewards = batch.chain_commitment, batch.validators_commitment, batch.rewards_commitment
    if chain is not None:
        said[b"chain" + chain.head] = digest_chain_commitment(chain)
    if elected is not None:
        subject = b"validators" + batch.block_hash + encode_word(elected.era_index)
        said[subject] = digest_validators_commitment(elected)
    if rewards is not None:
        said[b"rewards" + encode_word(U48.truncate(rewards.timestamp))] = digest_rewards_commitment(rewards)
    return said


def check_wrong_transitions(evidence: WrongTransitions, recomputed: RecomputedChain, trial: Trial) -> SlashRequest:
    """A batch that says of a stretch of sequencer blocks what they do not lead to.

    Raises:
        Rejected: ForgedSignature, NoChainPart, OtherStretch, TransitionsRecompute; as `justify_slash`.

    Rules: MIS-6, MIS-12 to MIS-14.
    """
    batch = evidence.signed.batch
    check_batch_signature(evidence.validator, evidence.signed, trial.terms.router)
    if batch.chain_commitment is None:
        raise Rejected(MisbehaviourRejection.NoChainPart)
    stretch = (recomputed.predecessor, recomputed.chain.head)
    if (batch.previous_batch, batch.chain_commitment.head) != stretch:
        raise Rejected(MisbehaviourRejection.OtherStretch)
    if digest_chain_commitment(batch.chain_commitment) == digest_chain_commitment(recomputed.chain):
        raise Rejected(MisbehaviourRejection.TransitionsRecompute)

    check_era(trial, read_time(batch))
    offence = digest_offence(OffenceKind.WrongTransitions, evidence.validator, batch.previous_batch)
    part = trial.terms.penalties.wrong_transitions
    return justify_slash(trial, evidence.validator, digest_evidence(evidence), offence, part)


def check_broken_promise(evidence: BrokenPromise, finalized: FinalizedReply, trial: Trial) -> SlashRequest:
    """A promise of another reply than the finalized one.

    Raises:
        Rejected: ForgedSignature, OtherTransaction, PromiseKept; as `justify_slash`.

    Rules: MIS-6, MIS-15 to MIS-17.
    """
    signed = hash_personal_message(digest_compact_receipt(evidence.promise))
    check_signature(evidence.validator, evidence.signature, signed)
    if evidence.promise.tx_hash != finalized.promise.tx_hash:
        raise Rejected(MisbehaviourRejection.OtherTransaction)
    if evidence.promise.reply_hash == finalized.promise.reply_hash:
        raise Rejected(MisbehaviourRejection.PromiseKept)

    check_era(trial, finalized.timestamp)
    offence = digest_offence(OffenceKind.BrokenPromise, evidence.validator, evidence.promise.tx_hash)
    part = trial.terms.penalties.broken_promise
    return justify_slash(trial, evidence.validator, digest_evidence(evidence), offence, part)


def check_missed_duties(evidence: MissedDuties, committed: Sequence[CommittedSignatures], trial: Trial) -> SlashRequest:
    """A window of committed batches of which the accused signed too few.

    Args:
        evidence: who, and which window.
        committed: all committed batches, or a stretch of them that holds the window, in the order of the chain.
        trial: what it is judged by.

    Raises:
        Rejected: UnknownBatch, NotInOrder, OtherEra, WindowTooShort, NotAValidator, DutiesDone, TooFewCoordinators;
            as `justify_slash`.

    Rules: MIS-18 to MIS-24.
    """
    window = find_window(evidence, committed)
    for batch in window:
        check_era(trial, batch.timestamp)
    if evidence.era != trial.era:
        raise Rejected(MisbehaviourRejection.OtherEra)
    if len(window) < trial.terms.window:
        raise Rejected(MisbehaviourRejection.WindowTooShort)
    find_validator(trial, evidence.validator)

    missed = [batch for batch in window if evidence.validator not in batch.signers]
    if (len(window) - len(missed)) * WHOLE >= len(window) * int(trial.terms.participation):
        raise Rejected(MisbehaviourRejection.DutiesDone)
    check_coordinators(missed, trial)

    subject = Bytes32(encode_word(evidence.era))
    offence = digest_offence(OffenceKind.MissedDuties, evidence.validator, subject)
    part = trial.terms.penalties.missed_duties
    return justify_slash(trial, evidence.validator, digest_evidence(evidence), offence, part)


def find_window(evidence: MissedDuties, committed: Sequence[CommittedSignatures]) -> Sequence[CommittedSignatures]:
    """The committed batches from the first named to the last (MIS-18, MIS-19).

    Raises:
        Rejected: UnknownBatch, NotInOrder.
    """
    places = {batch.digest: place for place, batch in enumerate(committed)}
    first, last = places.get(evidence.first), places.get(evidence.last)
    if first is None or last is None:
        raise Rejected(MisbehaviourRejection.UnknownBatch)
    if first > last:
        raise Rejected(MisbehaviourRejection.NotInOrder)
    return committed[first : last + 1]


def check_coordinators(missed: Sequence[CommittedSignatures], trial: Trial) -> None:
    """More than a third of the validators coordinated what was missed (MIS-23).

    Raises:
        Rejected: TooFewCoordinators.
    """
    order = [entry.operator for entry in trial.validators]
    coordinators = {choose_coordinator(trial.terms.timelines, batch.timestamp, order) for batch in missed}
    if 3 * len(coordinators) <= len(order):
        raise Rejected(MisbehaviourRejection.TooFewCoordinators)


def check_batch_signature(validator: Address, signed: SignedBatchPart, router: Address) -> None:
    """The accused signed this batch for this Router (MIS-6).

    Raises:
        Rejected: ForgedSignature.
    """
    check_signature(validator, signed.signature, hash_for_intended_validator(router, digest_batch(signed.batch)))


def check_signature(validator: Address, signature: Bytes65, prehash: Bytes32) -> None:
    """The accused signed these 32 bytes; malformed signatures are forged ones (MIS-6).

    Raises:
        Rejected: ForgedSignature.
    """
    try:
        recover_signer(Signature.decode(signature), prehash, validator)
    except Rejected as refused:
        raise Rejected(MisbehaviourRejection.ForgedSignature) from refused


def read_time(batch: BatchCommitment) -> U64:
    """The batch's time as far as it is signed: its low 48 bits (MIS-7, BAT-6)."""
    return U64(U48.truncate(batch.timestamp))


def check_era(trial: Trial, timestamp: U64) -> None:
    """A time lies in the judged era (MIS-25).

    Raises:
        Rejected: OtherEra.
    """
    times = trial.terms.timelines
    if timestamp < times.genesis_ts or (timestamp - times.genesis_ts) // times.era != trial.era:
        raise Rejected(MisbehaviourRejection.OtherEra)


def find_validator(trial: Trial, operator: Address) -> AccountableValidator:
    """The accused among the era's validators (MIS-26).

    Raises:
        Rejected: NotAValidator.
    """
    for entry in trial.validators:
        if entry.operator == operator:
            return entry
    raise Rejected(MisbehaviourRejection.NotAValidator)


def justify_slash(trial: Trial, operator: Address, evidence: Bytes32, offence: Bytes32, part: U16) -> SlashRequest:
    """The slash request for a proven offence.

    Args:
        trial: what it was judged by.
        operator: the accused.
        evidence: digest.
        offence: digest.
        part: of the stake, in hundredths of a percent.

    Raises:
        Rejected: NotAValidator, AlreadyPunished, Stale, NothingToSlash; TimeOverflow.

    Rules: MIS-25 to MIS-32.
    """
    accused = find_validator(trial, operator)
    if offence in trial.punished:
        raise Rejected(MisbehaviourRejection.AlreadyPunished)

    capture = compute_era_start(trial.terms.timelines, trial.era)
    open_vaults = [vault for vault in accused.vaults if is_slashable(vault, capture, trial.now)]
    if not open_vaults:
        raise Rejected(MisbehaviourRejection.Stale)
    slashes = [VaultSlash(vault.vault, compute_slash(vault.stake, part)) for vault in open_vaults]
    asked = tuple(slash for slash in slashes if slash.amount)
    if not asked:
        raise Rejected(MisbehaviourRejection.NothingToSlash)
    return SlashRequest(evidence, offence, trial.terms.subnetwork, operator, U48(capture), asked)


def is_slashable(vault: SlashableVault, capture: U64, now: U48) -> bool:
    """Whether the vault's slasher takes a request for this second now, with time left for a veto (MIS-29)."""
    return int(now) + int(vault.veto) - int(vault.epoch) <= int(capture) < int(now)


def compute_slash(stake: U256, part: U16) -> U256:
    """The part of a stake, rounded down; never more than the stake (MIS-30)."""
    return U256(int(stake) * min(int(part), WHOLE) // WHOLE)


def encode_request_slash(request: SlashRequest) -> bytes:
    """The call of the Middleware, by the account that may ask for slashes (MIS-33, MID-103)."""
    entries = b"".join(encode_word(slash.vault) + encode_word(slash.amount) for slash in request.vaults)
    vaults = encode_word(len(request.vaults)) + entries
    item = encode_tuple(encode_word(request.operator), encode_word(request.timestamp), (vaults,))
    return _REQUEST_SLASH + encode_tuple((encode_word(1) + encode_tuple((item,)),))
