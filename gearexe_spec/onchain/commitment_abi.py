"""The structs of a batch in the ABI: what `commitBatch` is called with, and how long it is.

The order of fields is that of the structs in `commitments`, which is the order of the Solidity tuples.

Rules: COM-20 to COM-22.
Source: Gear.sol (structs), IRouter.sol `commitBatch`, ethexe/ethereum/src/abi/gear.rs.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from gearexe_spec.base.fixed_bytes import Bytes4
from gearexe_spec.base.ids import CodeId, MessageId
from gearexe_spec.codec.abi import (
    AbiType,
    abi_bytes,
    address,
    boolean,
    bytes4,
    bytes32,
    dynamic_array,
    encode_sequence,
    fixed_bytes,
    record,
    uint8,
    uint48,
    uint128,
    uint256,
)
from gearexe_spec.onchain import commitments

message_id = fixed_bytes(MessageId)
code_id = fixed_bytes(CodeId)

code_commitment: AbiType[commitments.CodeCommitment] = record(commitments.CodeCommitment, id=code_id, valid=boolean)
reply_details: AbiType[commitments.ReplyDetails] = record(commitments.ReplyDetails, to=message_id, code=bytes4)
message: AbiType[commitments.Message] = record(
    commitments.Message,
    id=message_id,
    destination=address,
    payload=abi_bytes,
    value=uint128,
    reply_details=reply_details,
    call=boolean,
)
value_claim: AbiType[commitments.ValueClaim] = record(
    commitments.ValueClaim, message_id=message_id, destination=address, value=uint128
)
state_transition: AbiType[commitments.StateTransition] = record(
    commitments.StateTransition,
    actor_id=address,
    new_state_hash=bytes32,
    exited=boolean,
    inheritor=address,
    value_to_receive=uint128,
    value_to_receive_negative_sign=boolean,
    value_claims=dynamic_array(value_claim),
    messages=dynamic_array(message),
)
chain_commitment: AbiType[commitments.ChainCommitment] = record(
    commitments.ChainCommitment,
    transitions=dynamic_array(state_transition),
    head=bytes32,
    last_advanced_eth_block=bytes32,
)
operator_rewards: AbiType[commitments.OperatorRewardsCommitment] = record(
    commitments.OperatorRewardsCommitment, amount=uint256, root=bytes32
)
staker_rewards: AbiType[commitments.StakerRewardsCommitment] = record(
    commitments.StakerRewardsCommitment,
    distribution=dynamic_array(record(commitments.StakerRewards, vault=address, amount=uint256)),
    total_amount=uint256,
    token=address,
)
rewards_commitment: AbiType[commitments.RewardsCommitment] = record(
    commitments.RewardsCommitment, operators=operator_rewards, stakers=staker_rewards, timestamp=uint48
)
validators_commitment: AbiType[commitments.ValidatorsCommitment] = record(
    commitments.ValidatorsCommitment,
    has_aggregated_public_key=boolean,
    aggregated_public_key=record(commitments.AggregatedPublicKey, x=uint256, y=uint256),
    verifiable_secret_sharing_commitment=abi_bytes,
    validators=dynamic_array(address),
    era_index=uint256,
)
batch_commitment: AbiType[commitments.BatchCommitment] = record(
    commitments.BatchCommitment,
    block_hash=bytes32,
    block_timestamp=uint48,
    previous_committed_batch_hash=bytes32,
    expiry=uint8,
    chain_commitment=dynamic_array(chain_commitment),
    code_commitments=dynamic_array(code_commitment),
    rewards_commitment=dynamic_array(rewards_commitment),
    validators_commitment=dynamic_array(validators_commitment),
)

COMMIT_BATCH_SELECTOR = Bytes4.from_hex("1622441d")
"""Of `commitBatch` with the batch's tuple written out, then `(uint8,bytes[])`."""


class SignatureType(Enum):
    """How a batch is signed (COM-21)."""

    FROST = 0
    ECDSA = 1


def encode_commit_batch(
    batch: commitments.BatchCommitment, signature_type: SignatureType, signatures: Sequence[bytes]
) -> bytes:
    """The calldata of `commitBatch`: selector, batch, kind of signatures, signatures (COM-20, COM-21)."""
    kinds = (batch_commitment, uint8, dynamic_array(abi_bytes))
    return COMMIT_BATCH_SELECTOR + encode_sequence(kinds, (batch, signature_type.value, tuple(signatures)))
