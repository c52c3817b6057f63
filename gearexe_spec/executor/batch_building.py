"""The coordinator's work: which batch to propose for an Ethereum block.

Rules: BAT-54 to BAT-69.
Source: ethexe/consensus/src/validator/batch/{manager,utils,filler}.rs; ethexe/consensus/src/validator/core.rs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U8, U32, U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.executor.batches import (
    BatchHeader,
    BatchParts,
    finish_parts,
    include_chain,
    include_code,
    include_validators,
    make_batch,
)
from gearexe_spec.executor.commitments import BatchCommitment, ChainCommitment, ValidatorsCommitment
from gearexe_spec.executor.node_view import EthereumRecord, NodeRejection, NodeView, is_canonical
from gearexe_spec.executor.timelines import compute_election_start, compute_era
from gearexe_spec.onchain.commitments import AggregatedPublicKey, CodeCommitment
from gearexe_spec.program.outcome import StateTransition


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """A node's own settings.

    Args:
        batch_size_limit: bytes.
        commitment_delay_limit: the expiry of its batches.
        uncommitted_chain_len_threshold: Ethereum blocks without a commitment before a checkpoint.
    """

    batch_size_limit: U64
    commitment_delay_limit: U8
    uncommitted_chain_len_threshold: U32


@dataclass(frozen=True, slots=True)
class Election:
    """A question to the Middleware, and its answer; None: it failed."""

    timestamp: U64
    validators: ValidatorsCommitment | None


def find_election(view: NodeView, block: Bytes32) -> Election | None:
    """The election that a batch for this block has to commit, if one is due (BAT-54 to BAT-57).

    Raises:
        Rejected: HeaderMissing, BeforeGenesis, ElectionLongerThanEra, CommittedEraMissing,
            ValidatorsCommittedTooLateEra.
    """
    record = view.header(block)
    era = compute_era(view.timelines, record.timestamp)
    start = compute_election_start(view.timelines, era)
    if record.timestamp < start:
        return None

    committed = record.latest_era_validators_committed
    if committed is None:
        raise Rejected(NodeRejection.CommittedEraMissing)
    if committed > era + 1:
        raise Rejected(NodeRejection.ValidatorsCommittedTooLateEra)
    if committed == era + 1 or not _is_election_block_known(view, record, start):
        return None
    return Election(start, _make_validators_commitment(view, start, era))


def _is_election_block_known(view: NodeView, record: EthereumRecord, start: U64) -> bool:
    """Walk down to the first block of the chain that is not before the election (BAT-56)."""
    while True:
        parent = view.ethereum.get(record.parent_hash)
        if parent is None:
            return False
        if parent.timestamp < start:
            return True
        record = parent


def _make_validators_commitment(view: NodeView, start: U64, era: U64) -> ValidatorsCommitment | None:
    """What the Middleware answers, in its order; no key material (BAT-57)."""
    elected = view.elections.get(start)
    if not elected:
        return None
    return ValidatorsCommitment(False, AggregatedPublicKey(U256(0), U256(0)), b"", elected, era + 1)


def build_batch(
    view: NodeView, block: Bytes32, limits: BatchLimits, election: Election | None
) -> BatchCommitment | None:
    """The batch for an Ethereum block, or none (BAT-58 to BAT-66).

    Args:
        view: what the coordinator knows.
        block: the Ethereum block.
        limits: the coordinator's.
        election: as `find_election` found it for this block.

    Raises:
        Rejected: ValidatorsDoNotFit, ValueOverflow; HeaderMissing, OutcomeMissing, CodesQueueMissing,
            LastCommittedBatchMissing.
    """
    parts = BatchParts(limits.batch_size_limit)
    if election is not None and election.validators is not None:
        with_validators = include_validators(parts, election.validators)
        if with_validators is None:
            raise Rejected(NodeRejection.ValidatorsDoNotFit)
        parts = with_validators

    finalized = view.latest_finalized_mb
    if not finalized.is_zero():
        if not is_canonical(view, view.last_advanced(finalized), block):
            return None
        parts = _include_chain_part(view, block, parts)
        if parts.chain_commitment is None:
            parts = _include_checkpoint(view, block, limits, parts)
    parts = finish_parts(_include_codes(view, block, parts))
    return None if parts.is_empty else make_batch(make_header(view, block, limits), parts)


def make_header(view: NodeView, block: Bytes32, limits: BatchLimits) -> BatchHeader:
    """Block, time, predecessor, and the node's own expiry (BAT-66).

    Raises:
        Rejected: HeaderMissing, LastCommittedBatchMissing.
    """
    record = view.header(block)
    if record.last_committed_batch is None:
        raise Rejected(NodeRejection.LastCommittedBatchMissing)
    return BatchHeader(block, record.timestamp, record.last_committed_batch, limits.commitment_delay_limit)


def _include_chain_part(view: NodeView, block: Bytes32, parts: BatchParts) -> BatchParts:
    """As many computed blocks behind the last committed one as fit (BAT-59 to BAT-62)."""
    included = parts
    transitions: tuple[StateTransition, ...] = ()
    for candidate in _find_computed_blocks(view, block):
        transitions += read_filtered_outcome(view, candidate)
        commitment = ChainCommitment(transitions, candidate, view.last_advanced(candidate))
        with_chain = include_chain(parts, commitment)
        if with_chain is None:
            break
        if transitions:
            included = with_chain
    return included


def _find_computed_blocks(view: NodeView, block: Bytes32) -> Sequence[Bytes32]:
    """Computed blocks in a row, oldest first, directly behind the last committed one (BAT-59, BAT-60)."""
    last_committed = _last_committed_mb(view, block)
    chain = []
    cursor = view.latest_finalized_mb
    while cursor != last_committed:
        if cursor.is_zero():
            return ()
        chain.append(cursor)
        cursor = view.parent_of(cursor)
    chain.reverse()
    pending = next((index for index, each in enumerate(chain) if not view.is_computed(each)), len(chain))
    return chain[:pending]


def read_filtered_outcome(view: NodeView, block: Bytes32) -> tuple[StateTransition, ...]:
    """The transitions of a block with only the messages that are committed; all, where no ids are noted (BAT-61).

    Raises:
        Rejected: OutcomeMissing.
    """
    record = view.sequencer.get(block)
    if record is None or record.outcome is None:
        raise Rejected(NodeRejection.OutcomeMissing)
    ids = record.committed_message_ids
    if ids is None:
        return record.outcome
    return tuple(
        replace(transition, messages=tuple(message for message in transition.messages if message.id in ids))
        for transition in record.outcome
    )


def _include_checkpoint(view: NodeView, block: Bytes32, limits: BatchLimits, parts: BatchParts) -> BatchParts:
    """A commitment without transitions when nothing was committed for long (BAT-63, BAT-64)."""
    finalized = view.latest_finalized_mb
    advanced = view.last_advanced(finalized)
    reached = view.ethereum.get(advanced)
    if advanced.is_zero() or reached is None:
        return parts
    committed = view.header(block).last_committed_eb
    if committed is None:
        raise Rejected(NodeRejection.HeaderMissing)
    committed_height = U32(0) if committed.is_zero() else view.header(committed).height
    if reached.height.saturating_sub(committed_height) <= limits.uncommitted_chain_len_threshold:
        return parts
    included = include_chain(parts, ChainCommitment((), finalized, advanced))
    return parts if included is None else included


def _include_codes(view: NodeView, block: Bytes32, parts: BatchParts) -> BatchParts:
    """Codes of known validity in the order of the queue, as many as fit (BAT-65)."""
    queue = view.header(block).codes_queue
    if queue is None:
        raise Rejected(NodeRejection.CodesQueueMissing)
    for code in queue:
        if code not in view.code_validity:
            continue
        included = include_code(parts, CodeCommitment(code, view.code_validity[code]))
        if included is None:
            break
        parts = included
    return parts


def _last_committed_mb(view: NodeView, block: Bytes32) -> Bytes32:
    return view.header(block).last_committed_mb or Bytes32.zero()
