"""What a validator does on its own once an input has been taken: judge a request, submit, build and begin to collect.

Rules: ROL-103, ROL-104, ROL-108 to ROL-112.
Source: ethexe/consensus/src/validator/{mod,coordinator,participant}.rs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.crypto.ecdsa import hash_for_intended_validator, sign
from gearexe_spec.executor.batch_building import build_batch, find_election
from gearexe_spec.executor.batch_signing import SignedBatch, sign_batch_by_all
from gearexe_spec.executor.batch_validation import BatchRejection, asks_for_election, validate_request
from gearexe_spec.executor.node_view import NodeView
from gearexe_spec.executor.roles import (
    Coordinator,
    CoordinatorBoot,
    IdleWaitingHead,
    ParticipantValidating,
    RoleRejection,
    RoleWarning,
    Validator,
    ValidatorConfig,
    hand_in,
)
from gearexe_spec.executor.signed_data import SignedData
from gearexe_spec.executor.timelines import compute_era
from gearexe_spec.executor.validation_messages import (
    Payload,
    ValidationReply,
    ValidatorMessage,
    make_validation_request,
    sign_validator_message,
)


@dataclass(frozen=True, slots=True)
class Warned:
    """A complaint; the participant's reason where a request was rejected."""

    warning: RoleWarning
    reason: BatchRejection | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A request or reply for the other validators."""

    message: SignedData[ValidatorMessage]


@dataclass(frozen=True, slots=True)
class Submitted:
    """Ethereum took a batch."""

    digest: Bytes32


RoleEvent = Warned | Published | Submitted


@dataclass(frozen=True, slots=True)
class Settled:
    """A validator when nothing is left to do.

    Args:
        validator: afterwards.
        events: told, in order.
        submissions: what was handed to Ethereum, in order.
        fatal: why the node stops; nothing happens any more.
    """

    validator: Validator
    events: tuple[RoleEvent, ...] = ()
    submissions: tuple[SignedBatch, ...] = ()
    fatal: Rejection | None = None


def settle(validator: Validator, config: ValidatorConfig, view: NodeView, submission_fails: bool) -> Settled:
    """All work that is there, in production's order: judging, submitting, then building and what follows (ROL-112).

    A node that stops while it judges says nothing of its earlier complaints any more.

    Args:
        validator: after the input.
        config: its settings.
        view: what it knows.
        submission_fails: whether Ethereum refuses what it is handed.
    """
    try:
        validator, judged = _judge(validator, config, view)
    except Rejected as rejected:
        return Settled(validator, fatal=rejected.reason)
    validator, told = _tell(validator)
    settled = _submit(Settled(validator, told + judged), submission_fails)

    try:
        validator, begun = _begin_to_collect(settled.validator, config, view)
    except Rejected as rejected:
        return replace(settled, fatal=rejected.reason)
    return _submit(replace(settled, validator=validator, events=settled.events + begun), submission_fails)


def _tell(validator: Validator) -> tuple[Validator, tuple[RoleEvent, ...]]:
    return replace(validator, warnings=()), tuple(Warned(warning) for warning in validator.warnings)


def _judge(validator: Validator, config: ValidatorConfig, view: NodeView) -> tuple[Validator, tuple[RoleEvent, ...]]:
    """Sign or complain; in both cases nothing is awaited before the next head (ROL-103, ROL-104).

    Raises:
        Rejected: what `find_election` and `validate_request` raise that is no refusal; BeforeGenesis.
    """
    if not isinstance(validator.state, ParticipantValidating):
        return validator, ()
    block, request = validator.state.block, validator.state.request
    idle = replace(validator, state=IdleWaitingHead())
    try:
        election = find_election(view, block) if asks_for_election(request) else None
        digest = validate_request(view, block, config.limits, request, election)
    except Rejected as rejected:
        if not isinstance(rejected.reason, BatchRejection):
            raise
        return idle, (Warned(RoleWarning.RequestRejected, rejected.reason),)
    reply = ValidationReply(digest, sign(config.key, hash_for_intended_validator(config.router, digest)))
    return idle, (_publish(config, view, block, reply),)


def _submit(settled: Settled, fails: bool) -> Settled:
    """Hand all batches over; a failure is only complained of, and never tried again (ROL-108)."""
    submissions = settled.validator.submissions
    answers: tuple[RoleEvent, ...] = tuple(
        Warned(RoleWarning.SubmissionFailed) if fails else Submitted(signed.digest) for signed in submissions
    )
    return Settled(
        validator=replace(settled.validator, submissions=()),
        events=settled.events + answers,
        submissions=settled.submissions + submissions,
    )


def _begin_to_collect(
    validator: Validator, config: ValidatorConfig, view: NodeView
) -> tuple[Validator, tuple[RoleEvent, ...]]:
    """Build a batch, sign it, and ask the others unless that is enough (ROL-109 to ROL-111).

    Raises:
        Rejected: what `find_election` and `build_batch` raise; ThresholdAboveValidators, ThresholdZero.
    """
    if not isinstance(validator.state, CoordinatorBoot):
        return validator, ()
    block, validators = validator.state.block, validator.state.validators
    batch = build_batch(view, block, config.limits, find_election(view, block))
    if batch is None:
        return replace(validator, state=IdleWaitingHead()), ()

    if len(validators) < config.signatures_threshold:
        raise Rejected(RoleRejection.ThresholdAboveValidators)
    if config.signatures_threshold == 0:
        raise Rejected(RoleRejection.ThresholdZero)
    signed = sign_batch_by_all(batch, config.router, (config.key,))
    if len(signed.signatures) >= config.signatures_threshold:
        return hand_in(validator, signed), ()
    request = _publish(config, view, block, make_validation_request(batch))
    return replace(validator, state=Coordinator(signed, validators)), (request,)


def _publish(config: ValidatorConfig, view: NodeView, block: Bytes32, payload: Payload) -> Published:
    """Signed, with the era of the block (ROL-104, ROL-111)."""
    era = compute_era(view.timelines, view.header(block).timestamp)
    return Published(sign_validator_message(ValidatorMessage(era, payload), config.key))
