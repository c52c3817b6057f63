"""Batches: the sheet's values, squashing, packing, requests and replies (BAT-1 to BAT-48)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U8, U64, U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.message import ReplyDetails
from gearexe_spec.executor.batch_signing import add_signature, sign_batch, sign_batch_by_all
from gearexe_spec.executor.batches import BatchHeader, compute_batch_size, make_simple_batch
from gearexe_spec.executor.commitments import (
    FOR_CALLS,
    BatchCommitment,
    ChainCommitment,
    RewardsCommitment,
    ValidatorsCommitment,
    batch_commitment,
    digest_batch,
    to_on_chain_batch,
    validators_commitment,
)
from gearexe_spec.executor.squashing import add_signed, prepare_transitions, squash_transitions
from gearexe_spec.executor.validation_messages import (
    ValidatorMessage,
    digest_payload,
    digest_validator_message,
    make_validation_reply,
    make_validation_request,
    recover_reply_signer,
    sign_validator_message,
    signed_validator_message,
)
from gearexe_spec.onchain.commitments import (
    AggregatedPublicKey,
    CodeCommitment,
    OperatorRewardsCommitment,
    StakerRewards,
    StakerRewardsCommitment,
)
from gearexe_spec.program.outcome import Message, StateTransition, ValueClaim

A1, A2 = Address(b"\x11" * 20), Address(b"\x22" * 20)
ROUTER = Address(b"\x2c" * 20)
KEY = PrivateKey.from_hex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")


def word(number: int) -> Bytes32:
    return Bytes32(number.to_bytes(32, "big"))


def transition(
    actor: Address = A1, value: int = 0, exited: bool = False, inheritor: Address | None = None, state: int = 0
) -> StateTransition:
    return StateTransition(
        actor_id=ActorId.from_address(actor),
        new_state_hash=word(state),
        exited=exited,
        inheritor=ActorId.zero() if inheritor is None else ActorId.from_address(inheritor),
        value_to_receive=U128(abs(value)),
        value_to_receive_negative_sign=value < 0,
        value_claims=(),
        messages=(),
    )


FULL_TRANSITION = StateTransition(
    actor_id=ActorId.from_address(A1),
    new_state_hash=word(0x30),
    exited=True,
    inheritor=ActorId.from_address(A2),
    value_to_receive=U128(7),
    value_to_receive_negative_sign=True,
    value_claims=(ValueClaim(MessageId(word(0x20)), ActorId.from_address(A2), U128(5)),),
    messages=(
        Message(
            MessageId(word(0x10)),
            ActorId.from_address(A2),
            bytes([0, 1, 2]),
            U128(256),
            ReplyDetails(MessageId(word(0xAA)), ReplyCode.SuccessManual),
            True,
        ),
        Message(MessageId(word(0x11)), ActorId.from_address(A1), b"", U128(0), None, False),
    ),
)
MINIMAL = BatchCommitment(
    block_hash=word(0x80),
    timestamp=U64(1_700_000_012),
    previous_batch=word(0x90),
    expiry=U8(16),
    chain_commitment=None,
    code_commitments=(CodeCommitment(CodeId(word(0x60)), True),),
    validators_commitment=None,
    rewards_commitment=None,
)
FULL = replace(
    MINIMAL,
    chain_commitment=ChainCommitment((FULL_TRANSITION,), word(0x40), word(0x50)),
    code_commitments=(*MINIMAL.code_commitments, CodeCommitment(CodeId(word(0x61)), False)),
    rewards_commitment=RewardsCommitment(
        OperatorRewardsCommitment(U256(9), word(0x70)),
        StakerRewardsCommitment((StakerRewards(A1, U256(3)), StakerRewards(A2, U256(4))), U256(7), A2),
        U64(1_700_000_000),
    ),
    validators_commitment=ValidatorsCommitment(False, AggregatedPublicKey(U256(0), U256(0)), b"", (A1, A2), U64(12)),
)


def test_the_full_batch_of_the_sheet() -> None:
    assert digest_batch(FULL).hex() == "d6b2d335c79fa434adbaaf140d96f7ed69ee1a4b7fd5684f77b3bd0a06f52c5d"
    assert compute_batch_size(FULL) == 2528
    assert batch_commitment.decode(batch_commitment.encode(FULL)) == FULL
    signature = sign_batch(FULL, ROUTER, KEY)
    assert signature.encode().hex().startswith("c230ce992ebb678b420b4bd1f71d67d732153b911adbd26e64ca4ef18f506e2b")
    request = ValidatorMessage(U64(3), make_validation_request(FULL))
    assert digest_validator_message(request).hex() == (
        "3e0ef20f3eb47a15a6b623b878c8af3b99ad83ffe30a40fa1a5564e60322e650"
    )


def test_the_minimal_batch_of_the_sheet() -> None:
    assert digest_batch(MINIMAL).hex() == "7270f6966153fcd472b797fa4ad400ac322331fb9c42fcaea7b941d8f9f5455f"
    request = sign_validator_message(ValidatorMessage(U64(3), make_validation_request(MINIMAL)), KEY)
    wire = signed_validator_message.encode(request)
    assert len(wire) == 142
    assert keccak256(wire).hex() == "402e73f7c86328b0571a6ddcda627381e2c6d3ccb078d73e0cfd48b8c0d4130a"
    reply = make_validation_reply(MINIMAL, ROUTER, KEY)
    assert recover_reply_signer(reply, ROUTER) == KEY.to_address()
    wire = signed_validator_message.encode(sign_validator_message(ValidatorMessage(U64(3), reply), KEY))
    assert keccak256(wire).hex() == "8bef4ff49b1c9f74b3318ffae4192bd8817440316ac5a6efe7ed02eda57fbdb5"
    assert signed_validator_message.decode(wire).signer == KEY.to_address()


def test_a_set_of_validators_is_not_empty() -> None:
    commitment = FULL.validators_commitment
    assert commitment is not None
    with pytest.raises(Rejected, match="LengthOutOfRange"):
        validators_commitment.decode(validators_commitment.encode(replace(commitment, validators=())))


def test_a_time_beyond_48_bits_differs_between_digest_and_call() -> None:
    late = replace(MINIMAL, timestamp=U64(2**48 + 5))
    assert digest_batch(late) == digest_batch(replace(MINIMAL, timestamp=U64(5)))
    assert to_on_chain_batch(late, FOR_CALLS).block_timestamp == 2**48 - 1


def test_two_requests_can_share_a_digest() -> None:
    request = make_validation_request(MINIMAL)
    twin = replace(request, head=Bytes32(request.codes[0]), codes=())
    assert twin != request
    assert digest_payload(twin) == digest_payload(request)


def test_signatures_are_ordered_by_address_and_strangers_refused() -> None:
    keys = [PrivateKey(word(number)) for number in (1, 2, 3, 4)]
    signed = sign_batch_by_all(MINIMAL, ROUTER, keys[:3])
    assert sorted(signed.signatures) == [key.to_address() for key in (keys[1], keys[2], keys[0])]
    validators = [key.to_address() for key in keys]
    more = add_signature(signed, validators, sign_batch(MINIMAL, ROUTER, keys[3]))
    assert len(more.signatures) == 4
    assert more.ordered_signatures()[0] == sign_batch(MINIMAL, ROUTER, keys[3])
    with pytest.raises(Rejected, match="NotAValidator"):
        add_signature(signed, validators, sign_batch(MINIMAL, ROUTER, KEY))


@pytest.mark.parametrize(
    ("first", "second", "total"), [(100, -50, 50), (100, -100, 0), (-70, 20, -50), (30, 10, 40), (-1, -1, -2)]
)
def test_values_are_added_with_their_signs(first: int, second: int, total: int) -> None:
    (joined,) = squash_transitions([transition(value=first), transition(value=second)])
    assert (joined.value_to_receive, joined.value_to_receive_negative_sign) == (abs(total), total < 0)


def test_sums_beyond_128_bits_are_refused() -> None:
    with pytest.raises(Rejected, match="ValueOverflow"):
        squash_transitions([transition(value=42), transition(value=2**128 - 11)])
    assert add_signed((U128(0), True), (U128(0), False)) == (0, False)


def test_the_inheritor_is_that_of_the_last_exit() -> None:
    exits = [transition(exited=True, inheritor=A1), transition(exited=True, inheritor=A2), transition(state=9)]
    (joined,) = squash_transitions(exits)
    assert (joined.exited, joined.inheritor.to_address(), joined.new_state_hash) == (True, A2, word(9))
    (alive,) = squash_transitions([transition(inheritor=A1), transition(inheritor=A2)])
    assert (alive.exited, alive.inheritor.to_address()) == (False, A2)


transitions = st.builds(
    transition, st.sampled_from([A1, A2]), st.integers(-100, 100), st.booleans(), st.sampled_from([A1, A2])
)


@given(st.lists(transitions, max_size=8))
def test_squashing_keeps_sums_and_puts_givers_first(items: list[StateTransition]) -> None:
    def signed(item: StateTransition) -> int:
        return -int(item.value_to_receive) if item.value_to_receive_negative_sign else int(item.value_to_receive)

    ready = prepare_transitions(items)
    assert {item.actor_id for item in ready} == {item.actor_id for item in items}
    for item in ready:
        assert signed(item) == sum(signed(each) for each in items if each.actor_id == item.actor_id)
    signs = [item.value_to_receive_negative_sign for item in ready]
    assert signs == sorted(signs, reverse=True)
    assert prepare_transitions(ready) == ready


def test_a_batch_of_nothing_is_none() -> None:
    header = BatchHeader(word(1), U64(2), Bytes32.zero(), U8(3))
    assert make_simple_batch(header) is None
    batch = make_simple_batch(header, transitions=[FULL_TRANSITION], head=word(4))
    assert batch is not None
    assert batch.chain_commitment == ChainCommitment((FULL_TRANSITION,), word(4), Bytes32.zero())
