"""Putting a batch together: the parts, one after another, under a limit of size.

Rules: BAT-30 to BAT-38.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U8, U64
from gearexe_spec.codec.abi import AbiType, dynamic_array
from gearexe_spec.executor.commitments import (
    FOR_CALLS,
    BatchCommitment,
    ChainCommitment,
    RewardsCommitment,
    ValidatorsCommitment,
    to_on_chain_batch,
    to_on_chain_chain,
    to_on_chain_rewards,
    to_on_chain_validators,
)
from gearexe_spec.executor.squashing import prepare_transitions
from gearexe_spec.onchain import commitment_abi
from gearexe_spec.onchain.commitments import CodeCommitment
from gearexe_spec.program.outcome import StateTransition

DEFAULT_BATCH_SIZE_LIMIT = U64(102_400)
GREATEST_BATCH_SIZE_LIMIT = U64(122_880)
CODE_COMMITMENT_CHARGE = 64
"""Bytes charged for one code commitment (BAT-31)."""


@dataclass(frozen=True, slots=True)
class BatchHeader:
    """What a batch says besides its parts (BAT-37).

    Args:
        block_hash: the Ethereum block it is built for.
        timestamp: of that block.
        previous_batch: digest of the last committed batch, zero for the first.
        expiry: within how many Ethereum blocks the batch can be committed.
    """

    block_hash: Bytes32
    timestamp: U64
    previous_batch: Bytes32
    expiry: U8


@dataclass(frozen=True, slots=True)
class BatchParts:
    """The parts of a batch so far, and how many bytes may still be charged (BAT-30)."""

    remaining: U64
    chain_commitment: ChainCommitment | None = None
    code_commitments: tuple[CodeCommitment, ...] = ()
    validators_commitment: ValidatorsCommitment | None = None
    rewards_commitment: RewardsCommitment | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit (BAT-38)."""
        chain, rewards, validators = self.chain_commitment, self.rewards_commitment, self.validators_commitment
        return not self.code_commitments and chain is None and rewards is None and validators is None


def charge_of_chain(commitment: ChainCommitment | None) -> int:
    """Bytes charged for the list of none or one chain commitment (BAT-31)."""
    return _array_size(commitment_abi.chain_commitment, commitment and to_on_chain_chain(commitment))


def charge_of_rewards(commitment: RewardsCommitment | None) -> int:
    """Bytes charged for the list of none or one rewards commitment (BAT-31)."""
    return _array_size(commitment_abi.rewards_commitment, commitment and to_on_chain_rewards(commitment, FOR_CALLS))


def charge_of_validators(commitment: ValidatorsCommitment | None) -> int:
    """Bytes charged for the list of none or one validators commitment (BAT-31)."""
    return _array_size(commitment_abi.validators_commitment, commitment and to_on_chain_validators(commitment))


def include_chain(parts: BatchParts, commitment: ChainCommitment) -> BatchParts | None:
    """With this chain commitment in place of an earlier one; None if it does not fit (BAT-32, BAT-33).

    One without transitions that advanced to no block is left out and not charged.

    Source: ethexe/consensus/src/validator/batch/filler.rs `include_chain_commitment`.
    """
    if not commitment.transitions and commitment.last_advanced_eth_block.is_zero():
        return parts
    charged = _charge(parts, charge_of_chain(commitment))
    return charged and replace(charged, chain_commitment=commitment)


def include_code(parts: BatchParts, commitment: CodeCommitment) -> BatchParts | None:
    """With one more code; None if it does not fit (BAT-32).

    Source: ethexe/consensus/src/validator/batch/filler.rs `include_code_commitment`.
    """
    charged = _charge(parts, CODE_COMMITMENT_CHARGE)
    return charged and replace(charged, code_commitments=(*charged.code_commitments, commitment))


def include_validators(parts: BatchParts, commitment: ValidatorsCommitment) -> BatchParts | None:
    """With this validators commitment; None if it does not fit (BAT-32).

    Source: ethexe/consensus/src/validator/batch/filler.rs `include_validators_commitment`.
    """
    charged = _charge(parts, charge_of_validators(commitment))
    return charged and replace(charged, validators_commitment=commitment)


def include_rewards(parts: BatchParts, commitment: RewardsCommitment) -> BatchParts | None:
    """With this rewards commitment; None if it does not fit (BAT-32).

    Source: ethexe/consensus/src/validator/batch/filler.rs `include_rewards_commitment`.
    """
    charged = _charge(parts, charge_of_rewards(commitment))
    return charged and replace(charged, rewards_commitment=commitment)


def finish_parts(parts: BatchParts) -> BatchParts:
    """With the transitions squashed and sorted, after everything was charged (BAT-34).

    Raises:
        Rejected: ValueOverflow.
    """
    chain = parts.chain_commitment
    if chain is None:
        return parts
    return replace(parts, chain_commitment=replace(chain, transitions=prepare_transitions(chain.transitions)))


def make_batch(header: BatchHeader, parts: BatchParts) -> BatchCommitment | None:
    """The batch of finished parts; None if there are none (BAT-37, BAT-38)."""
    if parts.is_empty:
        return None
    return BatchCommitment(
        block_hash=header.block_hash,
        timestamp=header.timestamp,
        previous_batch=header.previous_batch,
        expiry=header.expiry,
        chain_commitment=parts.chain_commitment,
        code_commitments=parts.code_commitments,
        validators_commitment=parts.validators_commitment,
        rewards_commitment=parts.rewards_commitment,
    )


def make_simple_batch(
    header: BatchHeader,
    *,
    codes: Sequence[CodeCommitment] = (),
    transitions: Sequence[StateTransition] = (),
    head: Bytes32 | None = None,
    last_advanced_eth_block: Bytes32 | None = None,
    validators: ValidatorsCommitment | None = None,
    rewards: RewardsCommitment | None = None,
) -> BatchCommitment | None:
    """A batch from its parts without a limit of size.

    Args:
        header: block, time, predecessor, expiry.
        codes: verdicts, in order.
        transitions: of all sequencer blocks up to `head`, in their order; squashed and sorted here.
        head: the last of these blocks; None: no chain commitment.
        last_advanced_eth_block: the last Ethereum block they advanced to; None: none.
        validators: of the next era.
        rewards: of an earlier era.

    Raises:
        Rejected: ValueOverflow.

    Rules: BAT-34, BAT-37.
    """
    chain = None
    if head is not None:
        chain = ChainCommitment(tuple(transitions), head, last_advanced_eth_block or Bytes32.zero())
    parts = BatchParts(U64(0), chain, tuple(codes), validators, rewards)
    return make_batch(header, finish_parts(parts))


def compute_batch_size(batch: BatchCommitment) -> int:
    """Bytes of the whole batch in the ABI: what participants compare with their limit (BAT-36, COM-22)."""
    return len(commitment_abi.batch_commitment.encode(to_on_chain_batch(batch, FOR_CALLS)))


def _charge(parts: BatchParts, size: int) -> BatchParts | None:
    """The parts with less left to charge; None if it does not fit (BAT-30)."""
    if size > parts.remaining:
        return None
    return replace(parts, remaining=parts.remaining - size)


def _array_size(kind: AbiType[Any], value: object) -> int:
    return len(dynamic_array(kind).encode(() if value is None else (value,)))
