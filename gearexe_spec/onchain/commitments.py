"""What validators commit to: the structs of a batch, their hashes, and the digest that is signed.

Addresses have 20 bytes in every one of these hashes, never the 32 of an actor id. All integers are big-endian. Each
`hash_` function has a `preimage_` beside it, because clients debug preimages and not digests.

Rules: COM-1 to COM-16.
Source: Gear.sol (structs and `*Hash` functions), Mirror.sol (`_sendMessages`, `_claimValues`), Middleware.sol.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.base.ids import CodeId, MessageId
from gearexe_spec.base.numeric import U8, U48, U128, U256
from gearexe_spec.crypto.ecdsa import encode_for_intended_validator, hash_for_intended_validator
from gearexe_spec.crypto.hashes import KECCAK_EMPTY, keccak256


@dataclass(frozen=True, slots=True)
class AggregatedPublicKey:
    """A FROST key: the affine coordinates of a point of secp256k1, not necessarily a valid one."""

    x: U256
    y: U256


@dataclass(frozen=True, slots=True)
class CodeCommitment:
    """The verdict on one requested code."""

    id: CodeId
    valid: bool


@dataclass(frozen=True, slots=True)
class ReplyDetails:
    """Which message is answered, and how; all zero where the message is no reply."""

    to: MessageId
    code: Bytes4

    def is_reply(self) -> bool:
        """Whether the message that carries this is a reply (only `to` decides)."""
        return not self.to.is_zero()


NO_REPLY = ReplyDetails(MessageId.zero(), Bytes4.zero())
"""The reply details of a message that is no reply."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message or reply from a program to an Ethereum account."""

    id: MessageId
    destination: Address
    payload: bytes
    value: U128
    reply_details: ReplyDetails
    call: bool


@dataclass(frozen=True, slots=True)
class ValueClaim:
    """Value of a mailboxed message, released to its destination."""

    message_id: MessageId
    destination: Address
    value: U128


@dataclass(frozen=True, slots=True)
class StateTransition:
    """What a batch does to one program."""

    actor_id: Address
    new_state_hash: Bytes32
    exited: bool
    inheritor: Address
    value_to_receive: U128
    value_to_receive_negative_sign: bool
    value_claims: tuple[ValueClaim, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class ChainCommitment:
    """The transitions of a stretch of the chain of micro-blocks, its head, and the last Ethereum block it saw."""

    transitions: tuple[StateTransition, ...]
    head: Bytes32
    last_advanced_eth_block: Bytes32


@dataclass(frozen=True, slots=True)
class OperatorRewardsCommitment:
    """Total and Merkle root of the rewards of operators."""

    amount: U256
    root: Bytes32


@dataclass(frozen=True, slots=True)
class StakerRewards:
    """What the stakers of one vault get."""

    vault: Address
    amount: U256


@dataclass(frozen=True, slots=True)
class StakerRewardsCommitment:
    """The rewards of stakers; nothing ties `total_amount` to the sum of the distribution."""

    distribution: tuple[StakerRewards, ...]
    total_amount: U256
    token: Address


@dataclass(frozen=True, slots=True)
class RewardsCommitment:
    """The rewards of an era."""

    operators: OperatorRewardsCommitment
    stakers: StakerRewardsCommitment
    timestamp: U48


@dataclass(frozen=True, slots=True)
class ValidatorsCommitment:
    """The validators of the next era."""

    has_aggregated_public_key: bool
    aggregated_public_key: AggregatedPublicKey
    verifiable_secret_sharing_commitment: bytes
    validators: tuple[Address, ...]
    era_index: U256


@dataclass(frozen=True, slots=True)
class BatchCommitment:
    """Everything validators commit to at once.

    The chain, rewards and validators commitments are lists of at most one; longer ones exist as values because the
    Router must be able to reject them.
    """

    block_hash: Bytes32
    block_timestamp: U48
    previous_committed_batch_hash: Bytes32
    expiry: U8
    chain_commitment: tuple[ChainCommitment, ...] = ()
    code_commitments: tuple[CodeCommitment, ...] = ()
    rewards_commitment: tuple[RewardsCommitment, ...] = ()
    validators_commitment: tuple[ValidatorsCommitment, ...] = ()


def encode_bool(value: bool) -> bytes:
    """One byte, 00 or 01, as packed encoding has it."""
    return b"\x01" if value else b"\x00"


def hash_concatenation(hashes: Iterable[Bytes32]) -> Bytes32:
    """Keccak-256 over hashes one behind the other; of none it is the hash of nothing.

    Rules: COM-1.
    """
    joined = b"".join(hashes)
    return keccak256(joined) if joined else KECCAK_EMPTY


def preimage_code_commitment(commitment: CodeCommitment) -> bytes:
    """33 bytes: id 32, valid 1 (COM-2)."""
    return commitment.id + encode_bool(commitment.valid)


def hash_code_commitment(commitment: CodeCommitment) -> Bytes32:
    """The leaf hash of a code commitment.

    Rules: COM-2.
    Source: Gear.sol `codeCommitmentHash`.
    """
    return keccak256(preimage_code_commitment(commitment))


def hash_code_commitments(commitments: Iterable[CodeCommitment]) -> Bytes32:
    """The hash of all code commitments of a batch, in their order.

    Rules: COM-3.
    Source: Router.sol `_commitCodes`.
    """
    return hash_concatenation(hash_code_commitment(commitment) for commitment in commitments)


def preimage_message(message: Message) -> bytes:
    """105 bytes and the payload, which stands in the middle without its length.

    id 32, destination 20, payload, value 16, replied to 32, reply code 4, call 1.

    Rules: COM-4.
    """
    return b"".join(
        (
            message.id,
            message.destination,
            message.payload,
            message.value.to_big_endian(),
            message.reply_details.to,
            message.reply_details.code,
            encode_bool(message.call),
        )
    )


def hash_message(message: Message) -> Bytes32:
    """The leaf hash of a message or reply.

    Rules: COM-4.
    Source: Gear.sol `messageHash`.
    """
    return keccak256(preimage_message(message))


def preimage_value_claim(claim: ValueClaim) -> bytes:
    """68 bytes: message id 32, destination 20, value 16 (COM-5)."""
    return claim.message_id + claim.destination + claim.value.to_big_endian()


def hash_value_claim(claim: ValueClaim) -> Bytes32:
    """The leaf hash of a value claim.

    Rules: COM-5.
    Source: Gear.sol `valueClaimHash`.
    """
    return keccak256(preimage_value_claim(claim))


def preimage_state_transition(transition: StateTransition, value_claims_hash: Bytes32, messages_hash: Bytes32) -> bytes:
    """154 bytes.

    actor 20, state hash 32, exited 1, inheritor 20, value 16, sign 1, claims 32, messages 32. Claims stand before
    messages, although messages are carried out first.

    Rules: COM-6.
    """
    return b"".join(
        (
            transition.actor_id,
            transition.new_state_hash,
            encode_bool(transition.exited),
            transition.inheritor,
            transition.value_to_receive.to_big_endian(),
            encode_bool(transition.value_to_receive_negative_sign),
            value_claims_hash,
            messages_hash,
        )
    )


def hash_state_transition(transition: StateTransition) -> Bytes32:
    """The hash of a transition; on chain the Mirror computes it while carrying the transition out.

    Rules: COM-6.
    Source: Gear.sol `stateTransitionHash`, Mirror.sol `performStateTransition`.
    """
    value_claims_hash = hash_concatenation(hash_value_claim(claim) for claim in transition.value_claims)
    messages_hash = hash_concatenation(hash_message(message) for message in transition.messages)
    return keccak256(preimage_state_transition(transition, value_claims_hash, messages_hash))


def hash_transitions(transition_hashes: Iterable[Bytes32]) -> Bytes32:
    """The hash of a list of transition hashes.

    Rules: COM-7.
    Source: Router.sol `_commitTransitions`.
    """
    return hash_concatenation(transition_hashes)


def preimage_chain_commitment(transitions_hash: Bytes32, head: Bytes32, last_advanced_eth_block: Bytes32) -> bytes:
    """96 bytes, three words (COM-8)."""
    return transitions_hash + head + last_advanced_eth_block


def hash_chain_commitment(commitment: ChainCommitment) -> Bytes32:
    """The hash of a chain commitment.

    Rules: COM-8.
    Source: Gear.sol `chainCommitmentHash`.
    """
    transitions_hash = hash_transitions(hash_state_transition(transition) for transition in commitment.transitions)
    return keccak256(preimage_chain_commitment(transitions_hash, commitment.head, commitment.last_advanced_eth_block))


def preimage_operator_rewards(commitment: OperatorRewardsCommitment) -> bytes:
    """64 bytes: amount 32, root 32 (COM-9)."""
    return commitment.amount.to_big_endian() + commitment.root


def hash_operator_rewards(commitment: OperatorRewardsCommitment) -> Bytes32:
    """The hash of the operators' rewards; on chain the Middleware returns it.

    Rules: COM-9.
    Source: Middleware.sol `distributeOperatorRewards`.
    """
    return keccak256(preimage_operator_rewards(commitment))


def preimage_staker_rewards(commitment: StakerRewardsCommitment) -> bytes:
    """52 bytes for each vault (vault 20, amount 32), then the total 32 and the token 20 (COM-10)."""
    entries = b"".join(entry.vault + entry.amount.to_big_endian() for entry in commitment.distribution)
    return entries + commitment.total_amount.to_big_endian() + commitment.token


def hash_staker_rewards(commitment: StakerRewardsCommitment) -> Bytes32:
    """The hash of the stakers' rewards; on chain the Middleware returns it.

    Rules: COM-10.
    Source: Middleware.sol `distributeStakerRewards`.
    """
    return keccak256(preimage_staker_rewards(commitment))


def preimage_rewards_commitment(operators_hash: Bytes32, stakers_hash: Bytes32, timestamp: U48) -> bytes:
    """70 bytes: operators 32, stakers 32, timestamp 6 (COM-11)."""
    return operators_hash + stakers_hash + timestamp.to_big_endian()


def hash_rewards_commitment(commitment: RewardsCommitment) -> Bytes32:
    """The hash of a rewards commitment.

    Rules: COM-11.
    Source: Gear.sol `rewardsCommitmentHash`.
    """
    operators_hash = hash_operator_rewards(commitment.operators)
    stakers_hash = hash_staker_rewards(commitment.stakers)
    return keccak256(preimage_rewards_commitment(operators_hash, stakers_hash, commitment.timestamp))


def preimage_validators_commitment(commitment: ValidatorsCommitment) -> bytes:
    """97 bytes and 32 for each validator.

    has key 1, x 32, y 32, each validator as a word of 32 (packed encoding pads the items of a list), era 32. The secret
    sharing commitment is not in it.

    Rules: COM-12, COM-13.
    """
    return b"".join(
        (
            encode_bool(commitment.has_aggregated_public_key),
            commitment.aggregated_public_key.x.to_big_endian(),
            commitment.aggregated_public_key.y.to_big_endian(),
            *(bytes(12) + validator for validator in commitment.validators),
            commitment.era_index.to_big_endian(),
        )
    )


def hash_validators_commitment(commitment: ValidatorsCommitment) -> Bytes32:
    """The hash of a validators commitment.

    Rules: COM-12, COM-13.
    Source: Gear.sol `validatorsCommitmentHash`.
    """
    return keccak256(preimage_validators_commitment(commitment))


def preimage_batch_commitment(
    batch: BatchCommitment,
    chain_hash: Bytes32,
    codes_hash: Bytes32,
    rewards_hash: Bytes32,
    validators_hash: Bytes32,
) -> bytes:
    """199 bytes.

    block hash 32, block timestamp 6, previous batch 32, expiry 1, chain 32, codes 32, rewards 32, validators 32.

    Rules: COM-14, COM-15.
    """
    return b"".join(
        (
            batch.block_hash,
            batch.block_timestamp.to_big_endian(),
            batch.previous_committed_batch_hash,
            batch.expiry.to_big_endian(),
            chain_hash,
            codes_hash,
            rewards_hash,
            validators_hash,
        )
    )


def compute_sub_commitment_hashes(batch: BatchCommitment) -> tuple[Bytes32, Bytes32, Bytes32, Bytes32]:
    """The hashes of chain, codes, rewards and validators; an absent one counts as the hash of nothing (COM-15).

    Lists longer than one have no hash, since the Router rejects them; only their first item is looked at here.
    """
    chain = [hash_chain_commitment(commitment) for commitment in batch.chain_commitment[:1]]
    rewards = [hash_rewards_commitment(commitment) for commitment in batch.rewards_commitment[:1]]
    validators = [hash_validators_commitment(commitment) for commitment in batch.validators_commitment[:1]]
    return (
        chain[0] if chain else KECCAK_EMPTY,
        hash_code_commitments(batch.code_commitments),
        rewards[0] if rewards else KECCAK_EMPTY,
        validators[0] if validators else KECCAK_EMPTY,
    )


def hash_batch_commitment(batch: BatchCommitment) -> Bytes32:
    """The hash of a batch.

    Rules: COM-14, COM-15.
    Source: Gear.sol `batchCommitmentHash`.
    """
    return keccak256(preimage_batch_commitment(batch, *compute_sub_commitment_hashes(batch)))


def preimage_signed_digest(router: Address, batch_hash: Bytes32) -> bytes:
    """54 bytes: 19 00, the Router 20, the batch hash 32 (COM-16)."""
    return encode_for_intended_validator(router, batch_hash)


def compute_signed_digest(router: Address, batch_hash: Bytes32) -> Bytes32:
    """What validators sign: data for an intended validator, ERC-191 version 0.

    Args:
        router: the Router's proxy.
        batch_hash: of the batch commitment.

    Rules: COM-16.
    Source: Gear.sol `validateSignaturesAt`.
    """
    return hash_for_intended_validator(router, batch_hash)
