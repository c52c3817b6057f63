"""A batch as executors hold, store and send it.

Actors have 32 bytes and times 64 bits here; what contracts know is in `gearexe_spec.onchain.commitments`, and every
digest is computed there. Rewards and validators have changed places: in memory and in SCALE validators come first, in
the ABI and in the digest rewards do.

Rules: BAT-1 to BAT-8.
Source: ethexe/common/src/gear.rs, ethexe/ethereum/src/abi/gear.rs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U8, U48, U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec import scale
from gearexe_spec.codec.scale import Codec, Reader, ScaleRejection, boolean, byte_vector, fixed, option, struct, vector
from gearexe_spec.crypto.hashes import KECCAK_EMPTY
from gearexe_spec.onchain import commitments
from gearexe_spec.onchain.commitments import (
    AggregatedPublicKey,
    CodeCommitment,
    OperatorRewardsCommitment,
    StakerRewards,
    StakerRewardsCommitment,
)
from gearexe_spec.program.outcome import StateTransition, state_transition, to_on_chain_transition


@dataclass(frozen=True, slots=True)
class ChainCommitment:
    """What a stretch of sequencer blocks did, the last of them, and the last Ethereum block it advanced to (BAT-1)."""

    transitions: tuple[StateTransition, ...]
    head: Bytes32
    last_advanced_eth_block: Bytes32


@dataclass(frozen=True, slots=True)
class RewardsCommitment:
    """The rewards of an era (BAT-1)."""

    operators: OperatorRewardsCommitment
    stakers: StakerRewardsCommitment
    timestamp: U64


@dataclass(frozen=True, slots=True)
class ValidatorsCommitment:
    """The validators of the next era, at least one, in the elected order (BAT-1, BAT-4)."""

    has_aggregated_public_key: bool
    aggregated_public_key: AggregatedPublicKey
    verifiable_secret_sharing_commitment: bytes
    validators: tuple[Address, ...]
    era_index: U64


@dataclass(frozen=True, slots=True)
class BatchCommitment:
    """What validators sign at once (BAT-1)."""

    block_hash: Bytes32
    timestamp: U64
    previous_batch: Bytes32
    expiry: U8
    chain_commitment: ChainCommitment | None
    code_commitments: tuple[CodeCommitment, ...]
    validators_commitment: ValidatorsCommitment | None
    rewards_commitment: RewardsCommitment | None


class _Word(Codec[U256]):
    """32 bytes, little-endian (BAT-3)."""

    def encode_into(self, value: U256, out: bytearray) -> None:
        out += value.to_little_endian()

    def decode_from(self, reader: Reader) -> U256:
        return U256(int.from_bytes(reader.take(32), "little"))


class _Validators(Codec[tuple[Address, ...]]):
    """A list that is not empty (BAT-4)."""

    def encode_into(self, value: tuple[Address, ...], out: bytearray) -> None:
        _ADDRESSES.encode_into(value, out)

    def decode_from(self, reader: Reader) -> tuple[Address, ...]:
        addresses = _ADDRESSES.decode_from(reader)
        if not addresses:
            raise Rejected(ScaleRejection.LengthOutOfRange)
        return addresses


_ADDRESSES: Codec[tuple[Address, ...]] = vector(fixed(Address))
hash32: Codec[Bytes32] = fixed(Bytes32)
u256: Codec[U256] = _Word()
validators: Codec[tuple[Address, ...]] = _Validators()

chain_commitment: Codec[ChainCommitment] = struct(
    ChainCommitment, transitions=vector(state_transition), head=hash32, last_advanced_eth_block=hash32
)
code_commitment: Codec[CodeCommitment] = struct(CodeCommitment, id=fixed(CodeId), valid=boolean)
operator_rewards: Codec[OperatorRewardsCommitment] = struct(OperatorRewardsCommitment, amount=u256, root=hash32)
staker_rewards: Codec[StakerRewardsCommitment] = struct(
    StakerRewardsCommitment,
    distribution=vector(struct(StakerRewards, vault=fixed(Address), amount=u256)),
    total_amount=u256,
    token=fixed(Address),
)
rewards_commitment: Codec[RewardsCommitment] = struct(
    RewardsCommitment, operators=operator_rewards, stakers=staker_rewards, timestamp=scale.u64
)
validators_commitment: Codec[ValidatorsCommitment] = struct(
    ValidatorsCommitment,
    has_aggregated_public_key=boolean,
    aggregated_public_key=struct(AggregatedPublicKey, x=u256, y=u256),
    verifiable_secret_sharing_commitment=byte_vector(),
    validators=validators,
    era_index=scale.u64,
)
batch_commitment: Codec[BatchCommitment] = struct(
    BatchCommitment,
    block_hash=hash32,
    timestamp=scale.u64,
    previous_batch=hash32,
    expiry=scale.u8,
    chain_commitment=option(chain_commitment),
    code_commitments=vector(code_commitment),
    validators_commitment=option(validators_commitment),
    rewards_commitment=option(rewards_commitment),
)

Narrow = Callable[[int], U48]
FOR_DIGEST: Narrow = U48.truncate
"""In digests only the low 48 bits of a time count (BAT-6)."""
FOR_CALLS: Narrow = U48.saturate
"""In calls a time beyond 48 bits becomes the greatest one (BAT-6)."""


def to_on_chain_chain(commitment: ChainCommitment) -> commitments.ChainCommitment:
    """The chain commitment as contracts see it (BAT-5)."""
    return commitments.ChainCommitment(
        tuple(to_on_chain_transition(transition) for transition in commitment.transitions),
        commitment.head,
        commitment.last_advanced_eth_block,
    )


def to_on_chain_rewards(commitment: RewardsCommitment, narrow: Narrow) -> commitments.RewardsCommitment:
    """The rewards commitment as contracts see it (BAT-5, BAT-6)."""
    return commitments.RewardsCommitment(commitment.operators, commitment.stakers, narrow(commitment.timestamp))


def to_on_chain_validators(commitment: ValidatorsCommitment) -> commitments.ValidatorsCommitment:
    """The validators commitment as contracts see it (BAT-5)."""
    return commitments.ValidatorsCommitment(
        commitment.has_aggregated_public_key,
        commitment.aggregated_public_key,
        commitment.verifiable_secret_sharing_commitment,
        commitment.validators,
        U256(commitment.era_index),
    )


def to_on_chain_batch(batch: BatchCommitment, narrow: Narrow) -> commitments.BatchCommitment:
    """The batch as contracts see it; what is absent is a list of none (BAT-5, BAT-6).

    Args:
        batch: the batch.
        narrow: `FOR_DIGEST` or `FOR_CALLS`; they differ only for times from 2^48 on.

    Source: ethexe/ethereum/src/abi/gear.rs; ethexe/common/src/utils.rs `u64_into_uint48_be_bytes_lossy`.
    """
    chain, rewards, elected = batch.chain_commitment, batch.rewards_commitment, batch.validators_commitment
    return commitments.BatchCommitment(
        block_hash=batch.block_hash,
        block_timestamp=narrow(batch.timestamp),
        previous_committed_batch_hash=batch.previous_batch,
        expiry=batch.expiry,
        chain_commitment=() if chain is None else (to_on_chain_chain(chain),),
        code_commitments=batch.code_commitments,
        rewards_commitment=() if rewards is None else (to_on_chain_rewards(rewards, narrow),),
        validators_commitment=() if elected is None else (to_on_chain_validators(elected),),
    )


def digest_chain_commitment(commitment: ChainCommitment | None) -> Bytes32:
    """The digest of a chain commitment; of none it is the hash of nothing (BAT-7)."""
    return KECCAK_EMPTY if commitment is None else commitments.hash_chain_commitment(to_on_chain_chain(commitment))


def digest_rewards_commitment(commitment: RewardsCommitment | None) -> Bytes32:
    """The digest of a rewards commitment; of none it is the hash of nothing (BAT-7)."""
    if commitment is None:
        return KECCAK_EMPTY
    return commitments.hash_rewards_commitment(to_on_chain_rewards(commitment, FOR_DIGEST))


def digest_validators_commitment(commitment: ValidatorsCommitment | None) -> Bytes32:
    """The digest of a validators commitment; of none it is the hash of nothing (BAT-7)."""
    if commitment is None:
        return KECCAK_EMPTY
    return commitments.hash_validators_commitment(to_on_chain_validators(commitment))


def digest_batch(batch: BatchCommitment) -> Bytes32:
    """What validators sign, and what the next batch names as its predecessor (BAT-7)."""
    return commitments.hash_batch_commitment(to_on_chain_batch(batch, FOR_DIGEST))
