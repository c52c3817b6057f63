"""What one validator does between heads of Ethereum, requests and replies: idle, coordinator, participant.

An input changes the state at once. Work that it starts (building, validating, submitting) is done afterwards, by
`role_work`; when the state is left before, its work is dropped, except what was handed to Ethereum.

A rejection is fatal here: production's node stops on it.

Rules: ROL-90 to ROL-102, ROL-105 to ROL-107.
Source: ethexe/consensus/src/validator/{mod,idle,coordinator,participant}.rs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.executor.batch_building import BatchLimits
from gearexe_spec.executor.batch_signing import BatchSigningRejection, SignedBatch, add_signature
from gearexe_spec.executor.node_view import NodeView
from gearexe_spec.executor.timelines import choose_coordinator, compute_era
from gearexe_spec.executor.validation_messages import ValidationReply, ValidationRequest


class RoleRejection(Rejection):
    """Why a coordinator cannot begin to collect."""

    ThresholdAboveValidators = auto()
    ThresholdZero = auto()


class RoleWarning(Enum):
    """What a validator complains of and goes on."""

    UnexpectedSyncedBlock = auto()
    UnexpectedPreparedBlock = auto()
    RequestSavedForLater = auto()
    RequestWhileValidating = auto()
    RequestRejected = auto()
    """With the participant's reason."""
    ReplyForAnotherDigest = auto()
    ReplyWithBrokenSignature = auto()
    ReplyOfUnknownValidator = auto()
    SubmissionFailed = auto()


@dataclass(frozen=True, slots=True)
class ValidatorConfig:
    """One validator's own settings (ROL-90).

    Args:
        key: its validator key.
        router: the Router's proxy, for which batches are signed.
        signatures_threshold: signatures that a batch needs, as the Router said when the node started.
        batch_commitment_period: Ethereum blocks between its batches, not 0; only coordinators look at it.
        limits: of its batches.
    """

    key: PrivateKey
    router: Address
    signatures_threshold: U64
    batch_commitment_period: U32
    limits: BatchLimits


@dataclass(frozen=True, slots=True)
class IdleWaitingHead:
    """For the next head."""


@dataclass(frozen=True, slots=True)
class IdleWaitingSynced:
    """For this head to be synced."""

    block: Bytes32


@dataclass(frozen=True, slots=True)
class IdleWaitingPrepared:
    """For this head, which is synced, to be prepared."""

    block: Bytes32


@dataclass(frozen=True, slots=True)
class CoordinatorBoot:
    """About to build a batch for this block; the validators of its era."""

    block: Bytes32
    validators: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Collecting signatures of these validators."""

    signed: SignedBatch
    validators: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class ParticipantWaitingRequest:
    """For the request of this coordinator."""

    block: Bytes32
    coordinator: Address


@dataclass(frozen=True, slots=True)
class ParticipantValidating:
    """About to judge the coordinator's request."""

    block: Bytes32
    coordinator: Address
    request: ValidationRequest


ValidatorState = (
    IdleWaitingHead
    | IdleWaitingSynced
    | IdleWaitingPrepared
    | CoordinatorBoot
    | Coordinator
    | ParticipantWaitingRequest
    | ParticipantValidating
)


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request that came when nobody waited for it, and who signed it."""

    sender: Address
    request: ValidationRequest


@dataclass(frozen=True, slots=True)
class Validator:
    """One validator (ROL-91).

    Args:
        state: what it is doing.
        pending: saved requests, the latest first; they never grow old.
        warnings: not told yet, in order.
        submissions: batches to hand to Ethereum, in order; leaving the state does not take them back.
    """

    state: ValidatorState = IdleWaitingHead()
    pending: tuple[PendingRequest, ...] = ()
    warnings: tuple[RoleWarning, ...] = ()
    submissions: tuple[SignedBatch, ...] = ()


def apply_new_head(validator: Validator, config: ValidatorConfig, view: NodeView, block: Bytes32) -> Validator:
    """A new head ends whatever was going on; what the node already knows of it is not waited for (ROL-92, ROL-93).

    Raises:
        Rejected: HeaderMissing, BeforeGenesis, ValidatorsUnknown, NoValidators.
    """
    if not view.header(block).synced:
        return replace(validator, state=IdleWaitingSynced(block))
    return _await_prepared(validator, config, view, block)


def apply_synced_block(validator: Validator, config: ValidatorConfig, view: NodeView, block: Bytes32) -> Validator:
    """A block is synced; only the one that is waited for counts (ROL-94, ROL-95).

    Raises:
        Rejected: as `apply_new_head`.
    """
    match validator.state:
        case IdleWaitingSynced(awaited) if awaited == block:
            return _await_prepared(validator, config, view, block)
        case IdleWaitingHead() | IdleWaitingSynced() | IdleWaitingPrepared():
            return validator
    return _warn(validator, RoleWarning.UnexpectedSyncedBlock)


def apply_prepared_block(validator: Validator, config: ValidatorConfig, view: NodeView, block: Bytes32) -> Validator:
    """A block is prepared; only the one that is waited for counts, and only if it is noted so (ROL-94, ROL-95).

    Raises:
        Rejected: as `apply_new_head`.
    """
    match validator.state:
        case IdleWaitingPrepared(awaited) if awaited == block:
            return _await_prepared(validator, config, view, block)
        case IdleWaitingHead() | IdleWaitingSynced() | IdleWaitingPrepared():
            return validator
    return _warn(validator, RoleWarning.UnexpectedPreparedBlock)


def apply_request(validator: Validator, sender: Address, request: ValidationRequest) -> Validator:
    """A request whose sender is known: judged if it comes from the coordinator, or saved (ROL-100 to ROL-102)."""
    match validator.state:
        case ParticipantWaitingRequest(block, coordinator) if sender == coordinator:
            return replace(validator, state=ParticipantValidating(block, coordinator, request))
        case ParticipantValidating(_, coordinator, _) if sender == coordinator:
            return _warn(validator, RoleWarning.RequestWhileValidating)
    saved = replace(validator, pending=(PendingRequest(sender, request), *validator.pending))
    return _warn(saved, RoleWarning.RequestSavedForLater)


def apply_reply(validator: Validator, config: ValidatorConfig, reply: ValidationReply) -> Validator:
    """A coordinator counts the signature and submits when there are enough; others do not listen (ROL-105 to ROL-107).

    Who sent the reply is not looked at, only who signed the batch.
    """
    if not isinstance(validator.state, Coordinator):
        return validator
    coordinator = validator.state
    if reply.digest != coordinator.signed.digest:
        return _warn(validator, RoleWarning.ReplyForAnotherDigest)
    try:
        signed = add_signature(coordinator.signed, coordinator.validators, reply.signature)
    except Rejected as rejected:
        is_stranger = rejected.reason is BatchSigningRejection.NotAValidator
        warning = RoleWarning.ReplyOfUnknownValidator if is_stranger else RoleWarning.ReplyWithBrokenSignature
        return _warn(validator, warning)
    if len(signed.signatures) >= config.signatures_threshold:
        return hand_in(validator, signed)
    return replace(validator, state=replace(coordinator, signed=signed))


def hand_in(validator: Validator, signed: SignedBatch) -> Validator:
    """The batch is to be handed to Ethereum; nothing else is awaited before the next head (ROL-107)."""
    return replace(validator, state=IdleWaitingHead(), submissions=(*validator.submissions, signed))


def _await_prepared(validator: Validator, config: ValidatorConfig, view: NodeView, block: Bytes32) -> Validator:
    """The block is synced: take a role if it is prepared, too (ROL-93)."""
    if not view.header(block).prepared:
        return replace(validator, state=IdleWaitingPrepared(block))
    return _take_role(validator, config, view, block)


def _take_role(validator: Validator, config: ValidatorConfig, view: NodeView, block: Bytes32) -> Validator:
    """Coordinator, coordinator that pauses, or participant (ROL-96 to ROL-98)."""
    record = view.header(block)
    validators = view.validators_of(compute_era(view.timelines, record.timestamp))
    coordinator = choose_coordinator(view.timelines, record.timestamp, validators)
    if coordinator != config.key.to_address():
        return _participate(validator, block, coordinator)
    if record.height % config.batch_commitment_period:
        return replace(validator, state=IdleWaitingHead())
    return replace(validator, state=CoordinatorBoot(block, validators))


def _participate(validator: Validator, block: Bytes32, coordinator: Address) -> Validator:
    """The latest saved request of the coordinator, of whatever age, is taken and judged (ROL-98, ROL-99)."""
    for place, saved in enumerate(validator.pending):
        if saved.sender == coordinator:
            rest = (*validator.pending[:place], *validator.pending[place + 1 :])
            state = ParticipantValidating(block, coordinator, saved.request)
            return replace(validator, state=state, pending=rest)
    return replace(validator, state=ParticipantWaitingRequest(block, coordinator))


def _warn(validator: Validator, warning: RoleWarning) -> Validator:
    return replace(validator, warnings=(*validator.warnings, warning))
