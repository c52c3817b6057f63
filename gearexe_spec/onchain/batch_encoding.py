"""What the Router sends on from a batch: transitions to Mirrors, rewards to the Middleware; and batches as calldata.

Rules: ROU-97 to ROU-99.
Source: Router.sol `_commitTransitions`, `_commitRewards`; the ABI of IMirror and IMiddleware.
"""

from __future__ import annotations

from collections.abc import Sequence

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48
from gearexe_spec.onchain.commitments import (
    Message,
    OperatorRewardsCommitment,
    StakerRewardsCommitment,
    StateTransition,
    ValueClaim,
)
from gearexe_spec.onchain.contract_calls import encode_call
from gearexe_spec.onchain.mirror import PERFORM_STATE_TRANSITION
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word

_PERFORM_STATE_TRANSITION = compute_selector(PERFORM_STATE_TRANSITION)
_DISTRIBUTE_OPERATOR_REWARDS = compute_selector("distributeOperatorRewards(address,uint256,bytes32)")
_DISTRIBUTE_STAKER_REWARDS = compute_selector("distributeStakerRewards(((address,uint256)[],uint256,address),uint48)")


def encode_dynamic_list(items: Sequence[bytes]) -> bytes:
    """The tail of a list whose items are dynamic and encoded already."""
    return encode_word(len(items)) + encode_tuple(*((item,) for item in items))


def encode_message(message: Message) -> bytes:
    """A message as an item of a list."""
    return encode_tuple(
        message.id,
        encode_word(message.destination),
        (encode_bytes(message.payload),),
        encode_word(message.value),
        message.reply_details.to,
        encode_word(message.reply_details.code),
        encode_word(message.call),
    )


def encode_value_claim(claim: ValueClaim) -> bytes:
    """A value claim: three words."""
    return claim.message_id + encode_word(claim.destination) + encode_word(claim.value)


def encode_state_transition(transition: StateTransition) -> bytes:
    """A transition as a dynamic struct (ROU-97)."""
    claims = b"".join(map(encode_value_claim, transition.value_claims))
    messages = [encode_message(message) for message in transition.messages]
    return encode_tuple(
        encode_word(transition.actor_id),
        transition.new_state_hash,
        encode_word(transition.exited),
        encode_word(transition.inheritor),
        encode_word(transition.value_to_receive),
        encode_word(transition.value_to_receive_negative_sign),
        (encode_word(len(transition.value_claims)) + claims,),
        (encode_dynamic_list(messages),),
    )


def encode_perform_state_transition(transition: StateTransition) -> bytes:
    """The call of a program's Mirror (ROU-97)."""
    return _PERFORM_STATE_TRANSITION + encode_tuple((encode_state_transition(transition),))


def encode_distribute_operator_rewards(token: Address, rewards: OperatorRewardsCommitment) -> bytes:
    """The first call of the Middleware (ROU-98)."""
    return encode_call(_DISTRIBUTE_OPERATOR_REWARDS, token, rewards.amount, rewards.root)


def encode_staker_rewards(rewards: StakerRewardsCommitment) -> bytes:
    """The rewards of stakers as a dynamic struct."""
    entries = b"".join(encode_word(entry.vault) + encode_word(entry.amount) for entry in rewards.distribution)
    return encode_tuple(
        (encode_word(len(rewards.distribution)) + entries,),
        encode_word(rewards.total_amount),
        encode_word(rewards.token),
    )


def encode_distribute_staker_rewards(rewards: StakerRewardsCommitment, timestamp: U48) -> bytes:
    """The second call of the Middleware (ROU-99)."""
    return _DISTRIBUTE_STAKER_REWARDS + encode_tuple((encode_staker_rewards(rewards),), encode_word(timestamp))
