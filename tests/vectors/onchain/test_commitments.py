"""What validators commit to: the hash of each part, and of the batch."""

from dataclasses import replace

import pytest

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.base.ids import CodeId, MessageId
from gearexe_spec.base.numeric import U8, U48, U128, U256
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.onchain.commitments import (
    NO_REPLY,
    AggregatedPublicKey,
    BatchCommitment,
    ChainCommitment,
    CodeCommitment,
    Message,
    OperatorRewardsCommitment,
    ReplyDetails,
    RewardsCommitment,
    StakerRewards,
    StakerRewardsCommitment,
    StateTransition,
    ValidatorsCommitment,
    ValueClaim,
)

ALICE, BOB = Address(b"\xa1" * 20), Address(b"\xb0" * 20)
MESSAGE = Message(MessageId(b"\x11" * 32), ALICE, b"PONG", U128(0), NO_REPLY, False)
REPLY = replace(
    MESSAGE, reply_details=ReplyDetails(MessageId(b"\x22" * 32), Bytes4(b"\0\1\0\0")), value=U128(U128.MAX), call=True
)
CLAIM = ValueClaim(MessageId(b"\x33" * 32), BOB, U128(5))
TRANSITION = StateTransition(ALICE, Bytes32(b"\x44" * 32), False, Address.zero(), U128(0), False, (), ())
EXIT = replace(
    TRANSITION,
    exited=True,
    inheritor=BOB,
    value_to_receive=U128(U128.MAX),
    value_to_receive_negative_sign=True,
    value_claims=(CLAIM, CLAIM),
    messages=(MESSAGE, REPLY),
)
CHAIN = ChainCommitment((TRANSITION, EXIT), Bytes32(b"\x55" * 32), Bytes32(b"\x66" * 32))
CODES = (CodeCommitment(CodeId(b"\x77" * 32), True), CodeCommitment(CodeId(b"\x78" * 32), False))
OPERATORS = OperatorRewardsCommitment(U256(U256.MAX), Bytes32(b"\x88" * 32))
STAKERS = StakerRewardsCommitment((StakerRewards(ALICE, U256(1)), StakerRewards(BOB, U256(0))), U256(1), BOB)
REWARDS = RewardsCommitment(OPERATORS, STAKERS, U48(U48.MAX))
KEY = AggregatedPublicKey(U256(1), U256(U256.MAX))
VALIDATORS = ValidatorsCommitment(True, KEY, b"\1\2\3", (ALICE, BOB), U256(7))
EMPTY = BatchCommitment(Bytes32(b"\x99" * 32), U48(1_700_000_000), Bytes32.zero(), U8(3))
WHOLE = replace(
    EMPTY,
    chain_commitment=(CHAIN,),
    code_commitments=CODES,
    rewards_commitment=(REWARDS,),
    validators_commitment=(VALIDATORS,),
)


@pytest.mark.parametrize("valid", [True, False], ids=["valid", "invalid"])
def test_code_commitment(vectors: Recorder, valid: bool) -> None:
    """A verdict on a code (COM-2)."""
    vectors.hash("commitments/hashCodeCommitment", {"commitment": replace(CODES[0], valid=valid)})


@pytest.mark.parametrize("count", [0, 1, 2])
def test_code_commitments(vectors: Recorder, count: int) -> None:
    """The list hashes the concatenated hashes; nothing at all is the hash of nothing (COM-3)."""
    vectors.hash("commitments/hashCodeCommitments", {"commitments": CODES[:count]})


MESSAGES = {
    "message": MESSAGE,
    "reply": REPLY,
    "empty_payload": replace(MESSAGE, payload=b""),
    "long_payload": replace(MESSAGE, payload=bytes(1000)),
    "code_without_reply": replace(MESSAGE, reply_details=ReplyDetails(MessageId.zero(), Bytes4(b"\1\2\3\4"))),
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_message(vectors: Recorder, message: Message) -> None:
    """A message or reply to an Ethereum account (COM-4)."""
    vectors.hash("commitments/hashMessage", {"message": message})


@pytest.mark.parametrize("value", [0, 1, U128.MAX])
def test_value_claim(vectors: Recorder, value: int) -> None:
    """A released value, 128 bits wide (COM-5)."""
    vectors.hash("commitments/hashValueClaim", {"claim": replace(CLAIM, value=U128(value))}, flags=[Flag.BOUNDARY])


TRANSITIONS = {
    "plain": TRANSITION,
    "exit": EXIT,
    "negative": replace(TRANSITION, value_to_receive=U128(1), value_to_receive_negative_sign=True),
    "negative_zero": replace(TRANSITION, value_to_receive_negative_sign=True),
    "inheritor_without_exit": replace(TRANSITION, inheritor=BOB),
    "one_message": replace(TRANSITION, messages=(MESSAGE,)),
    "one_claim": replace(TRANSITION, value_claims=(CLAIM,)),
}


@pytest.mark.parametrize("transition", TRANSITIONS.values(), ids=TRANSITIONS)
def test_state_transition(vectors: Recorder, transition: StateTransition) -> None:
    """What a batch does to one program (COM-6)."""
    vectors.hash("commitments/hashStateTransition", {"transition": transition})


@pytest.mark.parametrize("count", [0, 1, 3])
def test_transitions(vectors: Recorder, count: int) -> None:
    """The list of transitions (COM-7)."""
    vectors.hash("commitments/hashTransitions", {"transitionHashes": [bytes([i]) * 32 for i in range(count)]})


@pytest.mark.parametrize("count", [0, 1, 2])
def test_chain_commitment(vectors: Recorder, count: int) -> None:
    """Transitions, head and last Ethereum block (COM-8)."""
    vectors.hash(
        "commitments/hashChainCommitment", {"commitment": replace(CHAIN, transitions=CHAIN.transitions[:count])}
    )


def test_rewards_commitment(vectors: Recorder) -> None:
    """Rewards of operators and stakers, and both together (COM-9, COM-10, COM-11)."""
    vectors.hash("commitments/hashOperatorRewards", {"commitment": OPERATORS}, name="operators")
    vectors.hash("commitments/hashStakerRewards", {"commitment": STAKERS}, name="stakers")
    nobody = replace(STAKERS, distribution=())
    vectors.hash("commitments/hashStakerRewards", {"commitment": nobody}, name="no_stakers", flags=[Flag.EMPTY])
    vectors.hash("commitments/hashRewardsCommitment", {"commitment": REWARDS}, name="both")


KEYS = {
    "key": VALIDATORS,
    "no_key": replace(VALIDATORS, has_aggregated_public_key=False),
    "nobody": replace(VALIDATORS, validators=()),
    "no_sharing": replace(VALIDATORS, verifiable_secret_sharing_commitment=b""),
}


@pytest.mark.parametrize("validators", KEYS.values(), ids=KEYS)
def test_validators_commitment(vectors: Recorder, validators: ValidatorsCommitment) -> None:
    """The next validators, with and without a common key (COM-12, COM-13)."""
    vectors.hash("commitments/hashValidatorsCommitment", {"commitment": validators})


BATCHES = {
    "empty": EMPTY,
    "whole": WHOLE,
    "chain": replace(EMPTY, chain_commitment=(CHAIN,)),
    "codes": replace(EMPTY, code_commitments=CODES),
    "rewards": replace(EMPTY, rewards_commitment=(REWARDS,)),
    "validators": replace(EMPTY, validators_commitment=(VALIDATORS,)),
    "greatest": replace(EMPTY, block_timestamp=U48(U48.MAX), expiry=U8(255)),
}


@pytest.mark.parametrize("batch", BATCHES.values(), ids=BATCHES)
def test_batch_commitment(vectors: Recorder, batch: BatchCommitment) -> None:
    """The batch and its parts; what is absent is the hash of nothing (COM-14, COM-15)."""
    vectors.hash("commitments/hashBatchCommitment", {"batch": batch})


def test_signed_digest(vectors: Recorder) -> None:
    """What validators sign: the batch's hash bound to the Router (COM-16)."""
    vectors.hash("commitments/computeSignedDigest", {"router": ALICE, "batchHash": bytes(range(32))})
