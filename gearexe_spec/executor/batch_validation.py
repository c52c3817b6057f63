"""A participant's work: whether to sign the batch that a coordinator asks for.

The request does not name an Ethereum block: the participant builds the batch anew for its own and compares.

Rules: BAT-70 to BAT-84.
Source: ethexe/consensus/src/validator/batch/manager.rs.
"""

from __future__ import annotations

from enum import auto

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.executor.batch_building import BatchLimits, Election, make_header, read_filtered_outcome
from gearexe_spec.executor.batches import BatchParts, compute_batch_size, make_batch
from gearexe_spec.executor.commitments import ChainCommitment, digest_batch
from gearexe_spec.executor.node_view import NodeRejection, NodeView, is_canonical
from gearexe_spec.executor.squashing import prepare_transitions
from gearexe_spec.executor.validation_messages import ValidationRequest
from gearexe_spec.onchain.commitments import CodeCommitment
from gearexe_spec.program.outcome import StateTransition


class BatchRejection(Rejection):
    """Why a participant does not sign; it stays silent."""

    CodesHaveDuplicates = auto()
    ValidatorsNotReady = auto()
    RewardsNotReady = auto()
    CodeNotWaitingForCommitment = auto()
    """Carries the code."""
    CodeIsNotProcessedYet = auto()
    """Carries the code."""
    LatestFinalizedAdvanceNotCanonical = auto()
    """Carries the Ethereum block."""
    HeadMbNotFinalized = auto()
    """Carries the head."""
    HeadMbNotComputed = auto()
    """Carries the head."""
    HeadMbAlreadyCommitted = auto()
    """Carries the head."""
    EmptyBatch = auto()
    BatchDigestMismatch = auto()
    """Carries the digest that was asked for and the one that was found."""
    BatchSizeLimitExceeded = auto()


def asks_for_election(request: ValidationRequest) -> bool:
    """Whether the election is looked for: not if the request is refused before (BAT-70, BAT-71)."""
    return request.validators and not _has_duplicates(request)


def validate_request(
    view: NodeView, block: Bytes32, limits: BatchLimits, request: ValidationRequest, election: Election | None
) -> Bytes32:
    """The digest to sign (BAT-70 to BAT-84).

    Args:
        view: what the participant knows.
        block: its own Ethereum block.
        limits: its own; another expiry than the coordinator's gives another digest.
        request: the coordinator's.
        election: as `find_election` found it, if the request says validators.

    Raises:
        Rejected: a BatchRejection: the answer is no. A NodeRejection or ValueOverflow: the node cannot tell.
    """
    _check_parts_ready(request, election)
    codes = _check_codes(view, block, request)
    chain = None if request.head is None else _rebuild_chain(view, block, request.head)

    validators = election.validators if request.validators and election is not None else None
    parts = BatchParts(limits.batch_size_limit, chain, codes, validators)
    if parts.is_empty:
        raise Rejected(BatchRejection.EmptyBatch)
    batch = make_batch(make_header(view, block, limits), parts)
    assert batch is not None, "it has a part"

    digest = digest_batch(batch)
    if digest != request.digest:
        raise Rejected(BatchRejection.BatchDigestMismatch, {"expected": request.digest, "found": digest})
    if compute_batch_size(batch) > limits.batch_size_limit:
        raise Rejected(BatchRejection.BatchSizeLimitExceeded)
    return digest


def _check_parts_ready(request: ValidationRequest, election: Election | None) -> None:
    """No code twice; validators are there if asked for; rewards never are (BAT-70 to BAT-72)."""
    if _has_duplicates(request):
        raise Rejected(BatchRejection.CodesHaveDuplicates)
    if request.validators and (election is None or election.validators is None):
        raise Rejected(BatchRejection.ValidatorsNotReady)
    if request.rewards:
        raise Rejected(BatchRejection.RewardsNotReady)


def _has_duplicates(request: ValidationRequest) -> bool:
    return len(set(request.codes)) != len(request.codes)


def _check_codes(view: NodeView, block: Bytes32, request: ValidationRequest) -> tuple[CodeCommitment, ...]:
    """All codes wait, then all are processed; in the order of the request (BAT-73, BAT-74)."""
    queue = view.header(block).codes_queue
    if queue is None:
        raise Rejected(NodeRejection.CodesQueueMissing)
    for code in request.codes:
        if code not in queue:
            raise Rejected(BatchRejection.CodeNotWaitingForCommitment, {"code": code})
    for code in request.codes:
        if code not in view.code_validity:
            raise Rejected(BatchRejection.CodeIsNotProcessedYet, {"code": code})
    return tuple(CodeCommitment(code, view.code_validity[code]) for code in request.codes)


def _rebuild_chain(view: NodeView, block: Bytes32, head: Bytes32) -> ChainCommitment:
    """The chain part up to the head, all blocks of it; empty ones too (BAT-75 to BAT-80)."""
    _check_head(view, block, head)
    last_committed = view.header(block).last_committed_mb or Bytes32.zero()
    chain = []
    cursor = head
    while cursor != last_committed:
        if cursor.is_zero():
            raise Rejected(NodeRejection.CommittedMbNotReached)
        chain.append(cursor)
        cursor = _parent(view, cursor)

    transitions: tuple[StateTransition, ...] = ()
    for each in reversed(chain):
        if not view.is_computed(each):
            raise Rejected(NodeRejection.MbNotComputed)
        transitions += read_filtered_outcome(view, each)
    return ChainCommitment(prepare_transitions(transitions), head, view.last_advanced(head))


def _check_head(view: NodeView, block: Bytes32, head: Bytes32) -> None:
    """Canonical, finalized, computed, not committed yet (BAT-75 to BAT-78)."""
    finalized = view.latest_finalized_mb
    advanced = view.last_advanced(finalized)
    if not finalized.is_zero() and not is_canonical(view, advanced, block):
        raise Rejected(BatchRejection.LatestFinalizedAdvanceNotCanonical, {"eb": advanced})
    if not _is_finalized(view, head):
        raise Rejected(BatchRejection.HeadMbNotFinalized, {"head": head})
    if not view.is_computed(head):
        raise Rejected(BatchRejection.HeadMbNotComputed, {"head": head})
    last_committed = view.header(block).last_committed_mb or Bytes32.zero()
    committed_height = 0 if last_committed.is_zero() else int(view.height_of(last_committed))
    if int(view.height_of(head)) <= committed_height:
        raise Rejected(BatchRejection.HeadMbAlreadyCommitted, {"head": head})


def _is_finalized(view: NodeView, head: Bytes32) -> bool:
    """The head is the latest finalized block or one of its ancestors; zero is one of all (BAT-76)."""
    cursor = view.latest_finalized_mb
    while cursor != head:
        if cursor.is_zero():
            return False
        cursor = _parent(view, cursor)
    return True


def _parent(view: NodeView, block: Bytes32) -> Bytes32:
    parent = view.row(block).parent
    assert parent is not None, "a row has a parent"
    return parent
