"""Reading the structs of a batch from calldata, each when its turn comes.

A position stands for a struct; functions here read one struct whole, because the contracts hash or forward it whole.

Rules: ROU-90 to ROU-96.
Source: Gear.sol (struct layouts), the code that solc 0.8.35 generates for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U48, U128
from gearexe_spec.codec.calldata import Slice
from gearexe_spec.onchain.calldata import WORD, Calldata
from gearexe_spec.onchain.commitments import (
    AggregatedPublicKey,
    Message,
    OperatorRewardsCommitment,
    ReplyDetails,
    StakerRewards,
    StakerRewardsCommitment,
    StateTransition,
    ValidatorsCommitment,
    ValueClaim,
)

BATCH_WORDS = 8
CHAIN_WORDS = 3
TRANSITION_WORDS = 8
MESSAGE_WORDS = 7
CLAIM_WORDS = 3
CODE_WORDS = 2
REWARDS_WORDS = 4
STAKERS_WORDS = 3
STAKER_REWARDS_WORDS = 2
VALIDATORS_WORDS = 6


def at_word(struct: int, index: int) -> int:
    """The position of the `index`-th word of a struct's head."""
    return struct + WORD * index


def list_structs(calldata: Calldata, items: Slice, words: int) -> Iterator[int]:
    """The positions of structs with dynamic members in an array, each looked up when it is reached (ROU-90)."""
    for index in range(items.length):
        yield calldata.tail(items.place, at_word(items.place, index), WORD * words)


def read_message(calldata: Calldata, at: int) -> Message:
    """A message: seven words, of which the third leads to the payload (ROU-92)."""
    return Message(
        id=MessageId(calldata.bytes32(at)),
        destination=calldata.address(at_word(at, 1)),
        payload=calldata.bytes(calldata.tail_slice(at, at_word(at, 2), 1)),
        value=calldata.unsigned(at_word(at, 3), U128),
        reply_details=ReplyDetails(
            to=MessageId(calldata.bytes32(at_word(at, 4))), code=calldata.bytes4(at_word(at, 5))
        ),
        call=calldata.boolean(at_word(at, 6)),
    )


def read_value_claim(calldata: Calldata, at: int) -> ValueClaim:
    """A value claim: three words (ROU-93)."""
    return ValueClaim(
        message_id=MessageId(calldata.bytes32(at)),
        destination=calldata.address(at_word(at, 1)),
        value=calldata.unsigned(at_word(at, 2), U128),
    )


def iterate_value_claims(calldata: Calldata, transition: int) -> Iterator[ValueClaim]:
    """The value claims of a transition, one by one."""
    claims = calldata.tail_slice(transition, at_word(transition, 6), WORD * CLAIM_WORDS)
    for index in range(claims.length):
        yield read_value_claim(calldata, at_word(claims.place, CLAIM_WORDS * index))


def iterate_messages(calldata: Calldata, transition: int) -> Iterator[Message]:
    """The messages of a transition, one by one."""
    messages = calldata.tail_slice(transition, at_word(transition, 7), WORD)
    for at in list_structs(calldata, messages, MESSAGE_WORDS):
        yield read_message(calldata, at)


def read_state_transition(calldata: Calldata, at: int) -> StateTransition:
    """A transition with all it contains, as the Router reads it to forward it to the Mirror (ROU-94)."""
    return StateTransition(
        actor_id=calldata.address(at),
        new_state_hash=calldata.bytes32(at_word(at, 1)),
        exited=calldata.boolean(at_word(at, 2)),
        inheritor=calldata.address(at_word(at, 3)),
        value_to_receive=calldata.unsigned(at_word(at, 4), U128),
        value_to_receive_negative_sign=calldata.boolean(at_word(at, 5)),
        value_claims=tuple(iterate_value_claims(calldata, at)),
        messages=tuple(iterate_messages(calldata, at)),
    )


def read_staker_rewards(calldata: Calldata, at: int) -> StakerRewardsCommitment:
    """The rewards of stakers, as the Router reads them to forward them to the Middleware (ROU-95)."""
    entries = calldata.tail_slice(at, at, WORD * STAKER_REWARDS_WORDS)
    distribution = (
        StakerRewards(calldata.address(entry), calldata.u256(at_word(entry, 1)))
        for entry in (at_word(entries.place, STAKER_REWARDS_WORDS * index) for index in range(entries.length))
    )
    return StakerRewardsCommitment(
        distribution=tuple(distribution),
        total_amount=calldata.u256(at_word(at, 1)),
        token=calldata.address(at_word(at, 2)),
    )


def read_operator_rewards(calldata: Calldata, rewards: int) -> OperatorRewardsCommitment:
    """The rewards of operators: the first two words of a rewards commitment."""
    return OperatorRewardsCommitment(calldata.u256(rewards), calldata.bytes32(at_word(rewards, 1)))


def find_staker_rewards(calldata: Calldata, rewards: int) -> int:
    """Where the rewards of stakers stand in a rewards commitment."""
    return calldata.tail(rewards, at_word(rewards, 2), WORD * STAKERS_WORDS)


def read_rewards_timestamp(calldata: Calldata, rewards: int) -> U48:
    """The moment that says which era a rewards commitment is for."""
    return calldata.unsigned(at_word(rewards, 3), U48)


def find_validators(calldata: Calldata, commitment: int) -> Slice:
    """Where the list of validators stands in a validators commitment."""
    return calldata.tail_slice(commitment, at_word(commitment, 4), WORD)


def read_addresses(calldata: Calldata, addresses: Slice) -> tuple[Address, ...]:
    """A list of addresses."""
    return tuple(calldata.address(at_word(addresses.place, index)) for index in range(addresses.length))


def read_key(calldata: Calldata, at: int) -> AggregatedPublicKey:
    """A FROST key: two words."""
    return AggregatedPublicKey(calldata.u256(at), calldata.u256(at_word(at, 1)))


def read_validators_commitment(calldata: Calldata, at: int) -> ValidatorsCommitment:
    """A validators commitment: six words, of which the fourth and fifth lead to secret sharing and list (ROU-96)."""
    return ValidatorsCommitment(
        has_aggregated_public_key=calldata.boolean(at),
        aggregated_public_key=read_key(calldata, at_word(at, 1)),
        verifiable_secret_sharing_commitment=calldata.copied_bytes(calldata.tail_slice(at, at_word(at, 3), 1)),
        validators=read_addresses(calldata, calldata.copied_slice(find_validators(calldata, at), WORD)),
        era_index=calldata.u256(at_word(at, 5)),
    )
