"""One validator and several: what comes in, what they say, and what reaches Ethereum (ROL-90 to ROL-112)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_intended_validator
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.numeric import U8
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.operations.node import to_view
from gearexe_spec.executor.batch_building import build_batch
from gearexe_spec.executor.batch_validation import BatchRejection
from gearexe_spec.executor.commitments import BatchCommitment, digest_batch
from gearexe_spec.executor.node_view import NodeRejection
from gearexe_spec.executor.role_work import Published, Settled, Submitted, Warned, settle
from gearexe_spec.executor.roles import (
    Coordinator,
    CoordinatorBoot,
    IdleWaitingHead,
    IdleWaitingPrepared,
    IdleWaitingSynced,
    ParticipantValidating,
    ParticipantWaitingRequest,
    RoleRejection,
    RoleWarning,
    Validator,
    apply_new_head,
    apply_prepared_block,
    apply_reply,
    apply_request,
    apply_synced_block,
)
from gearexe_spec.executor.validation_messages import (
    ValidationReply,
    ValidationRequest,
    make_validation_reply,
    make_validation_request,
)
from tests.executor.validators import (
    ADDRESSES,
    KEYS,
    LIMITS,
    ROUTER,
    STRANGER,
    config,
    eb,
    record,
    view,
    without_verdict,
    world,
)

VIEW = view()


def batch(number: int) -> BatchCommitment:
    """What the coordinator builds for a block."""
    built = build_batch(VIEW, eb(number), LIMITS, None)
    assert built is not None
    return built


def at_head(own: int, number: int, threshold: int = 2) -> Validator:
    """A validator right after a head it knows everything of."""
    return apply_new_head(Validator(), config(own, threshold), VIEW, eb(number))


def done(validator: Validator, own: int, threshold: int = 2, fails: bool = False) -> Settled:
    return settle(validator, config(own, threshold), VIEW, fails)


def published(settled: Settled) -> object:
    (event,) = settled.events
    assert isinstance(event, Published)
    return event.message.data.payload


@pytest.mark.parametrize(("threshold", "answers"), [(1, 0), (2, 1), (3, 2)])
def test_a_round_of_three_validators_reaches_ethereum(threshold: int, answers: int) -> None:
    coordinator = done(at_head(1, 1, threshold), 1, threshold)
    if answers:
        request = published(coordinator)
        assert isinstance(request, ValidationRequest)
        for other in (0, 2)[:answers]:
            asked = apply_request(at_head(other, 1), ADDRESSES[1], request)
            reply = published(done(asked, other))
            assert isinstance(reply, ValidationReply)
            heard = apply_reply(coordinator.validator, config(1, threshold), reply)
            coordinator = done(heard, 1, threshold)

    (signed,) = coordinator.submissions
    assert coordinator.events == (Submitted(digest_batch(batch(1))),)
    assert coordinator.validator == Validator()
    told = encode_intended_validator(validator_address=bytes(ROUTER), primitive=bytes(signed.digest))
    signers = [Account.recover_message(told, signature=item.encode()) for item in signed.ordered_signatures()]
    assert [bytes.fromhex(signer[2:]) for signer in signers] == sorted(ADDRESSES[i] for i in (1, 0, 2)[:threshold])


def test_what_the_node_knows_is_not_waited_for() -> None:
    known, synced, prepared = record(1), replace(record(1), prepared=False), replace(record(1), synced=False)
    states = [
        apply_new_head(Validator(), config(1), to_view(world(block)), eb(1)).state
        for block in (known, synced, prepared)
    ]
    assert states == [CoordinatorBoot(eb(1), ADDRESSES), IdleWaitingPrepared(eb(1)), IdleWaitingSynced(eb(1))]


def test_a_prepared_block_counts_only_if_it_is_noted_so() -> None:
    waiting = Validator(IdleWaitingSynced(eb(1)))
    unknown = to_view(world(record(1, is_known=False)))
    synced = apply_synced_block(waiting, config(1), unknown, eb(1))
    assert synced.state == IdleWaitingPrepared(eb(1))
    assert apply_prepared_block(synced, config(1), unknown, eb(1)) == synced
    assert apply_prepared_block(synced, config(1), VIEW, eb(2)) == synced
    assert apply_prepared_block(synced, config(1), VIEW, eb(1)).state == CoordinatorBoot(eb(1), ADDRESSES)


def test_only_a_coordinator_looks_at_its_period() -> None:
    for own, expected in ((1, IdleWaitingHead()), (2, ParticipantWaitingRequest(eb(1), ADDRESSES[1]))):
        assert apply_new_head(Validator(), config(own, period=2), VIEW, eb(1)).state == expected
    assert isinstance(apply_new_head(Validator(), config(1, period=31), VIEW, eb(1)).state, CoordinatorBoot)


def test_the_latest_saved_request_of_the_coordinator_is_taken_whatever_its_age() -> None:
    requests = [make_validation_request(batch(number)) for number in (0, 1, 2)]
    validator = Validator()
    for sender, request in ((1, requests[1]), (1, requests[0]), (2, requests[2])):
        validator = apply_request(validator, ADDRESSES[sender], request)
    validator = apply_new_head(validator, config(0), VIEW, eb(1))
    assert validator.state == ParticipantValidating(eb(1), ADDRESSES[1], requests[0])
    assert [saved.request for saved in validator.pending] == [requests[2], requests[1]]
    settled = done(validator, 0)
    assert settled.events[-1] == Warned(RoleWarning.RequestRejected, BatchRejection.BatchDigestMismatch)
    assert settled.events[:-1] == (Warned(RoleWarning.RequestSavedForLater),) * 3
    assert settled.validator.state == IdleWaitingHead()


def test_a_head_drops_the_work_of_a_state_and_not_what_was_handed_in() -> None:
    validating = apply_request(at_head(0, 1), ADDRESSES[1], make_validation_request(batch(1)))
    assert done(apply_new_head(validating, config(0), VIEW, eb(2)), 0).events == ()

    collecting = done(at_head(1, 1), 1).validator
    enough = apply_reply(collecting, config(1), make_validation_reply(batch(1), ROUTER, KEYS[0]))
    settled = done(apply_new_head(enough, config(1), VIEW, eb(4)), 1)
    assert isinstance(settled.validator.state, Coordinator)
    assert isinstance(settled.events[0], Submitted)
    assert isinstance(settled.events[1], Published)


@pytest.mark.parametrize(
    ("reply", "warning"),
    [
        (make_validation_reply(batch(2), ROUTER, KEYS[0]), RoleWarning.ReplyForAnotherDigest),
        (make_validation_reply(batch(1), ROUTER, STRANGER), RoleWarning.ReplyOfUnknownValidator),
        (
            replace(
                make_validation_reply(batch(1), ROUTER, KEYS[0]),
                signature=replace(make_validation_reply(batch(1), ROUTER, KEYS[0]).signature, v=U8(29)),
            ),
            RoleWarning.ReplyWithBrokenSignature,
        ),
    ],
)
def test_a_reply_that_does_not_count(reply: ValidationReply, warning: RoleWarning) -> None:
    collecting = done(at_head(1, 1), 1).validator
    heard = apply_reply(collecting, config(1), reply)
    assert replace(heard, warnings=()) == collecting
    assert heard.warnings == (warning,)


@pytest.mark.parametrize(
    ("threshold", "reason"), [(4, RoleRejection.ThresholdAboveValidators), (0, RoleRejection.ThresholdZero)]
)
def test_a_threshold_that_cannot_be_met_stops_the_node(threshold: int, reason: RoleRejection) -> None:
    booting = apply_synced_block(at_head(1, 1, threshold), config(1, threshold), VIEW, eb(1))
    settled = done(booting, 1, threshold)
    assert settled.fatal is reason
    assert settled.events == (Warned(RoleWarning.UnexpectedSyncedBlock),)
    nothing_to_do = settle(booting, config(1, threshold), to_view(without_verdict()), False)
    assert nothing_to_do.fatal is None
    assert nothing_to_do.validator.state == IdleWaitingHead()


def test_unknown_validators_stop_the_node() -> None:
    with pytest.raises(Rejected) as rejected:
        at_head(1, 5)
    assert rejected.value.reason is NodeRejection.ValidatorsUnknown


def test_a_node_that_stops_while_judging_says_nothing() -> None:
    asked = apply_request(at_head(0, 1), ADDRESSES[1], make_validation_request(batch(1)))
    twice = apply_request(asked, ADDRESSES[1], make_validation_request(batch(1)))
    damaged = to_view(world(*(replace(record(number), codes_queue=None) for number in range(3))))
    assert settle(twice, config(0), damaged, False) == Settled(twice, fatal=NodeRejection.CodesQueueMissing)


blocks = st.integers(0, 4).map(eb)
senders = st.sampled_from(ADDRESSES)
asked_for = st.sampled_from([make_validation_request(batch(number)) for number in range(3)])
replies = st.sampled_from(
    [make_validation_reply(batch(number), ROUTER, key) for number in (0, 1) for key in (*KEYS, STRANGER)]
)
inputs = st.lists(
    st.one_of(
        st.tuples(st.just("head"), blocks),
        st.tuples(st.just("synced"), blocks),
        st.tuples(st.just("prepared"), blocks),
        st.tuples(st.just("request"), st.tuples(senders, asked_for)),
        st.tuples(st.just("reply"), replies),
        st.tuples(st.just("settle"), st.booleans()),
    ),
    max_size=25,
)


@given(steps=inputs, own=st.integers(0, 2), threshold=st.integers(1, 3))
@settings(max_examples=150)
def test_whatever_comes_in_a_batch_has_its_signatures(
    steps: list[tuple[str, object]], own: int, threshold: int
) -> None:
    validator, setting = Validator(), config(own, threshold)
    for what, given_ in steps:
        match what, given_:
            case "head", block:
                validator = apply_new_head(validator, setting, VIEW, block)
                assert not isinstance(validator.state, Coordinator | IdleWaitingSynced)
            case "synced", block:
                validator = apply_synced_block(validator, setting, VIEW, block)
            case "prepared", block:
                validator = apply_prepared_block(validator, setting, VIEW, block)
            case "request", (sender, request):
                kept = len(validator.pending)
                validator = apply_request(validator, sender, request)
                assert len(validator.pending) - kept == (
                    not isinstance(validator.state, ParticipantValidating) or sender != validator.state.coordinator
                )
            case "reply", reply:
                validator = apply_reply(validator, setting, reply)
            case "settle", fails:
                settled = settle(validator, setting, VIEW, bool(fails))
                validator = settled.validator
                check_settled(settled, threshold, bool(fails))
                assert settle(validator, setting, VIEW, bool(fails)) == Settled(validator)


def check_settled(settled: Settled, threshold: int, fails: bool) -> None:
    """Nothing is left to do, and each batch that went out has enough signatures of validators."""
    assert settled.fatal is None
    assert not settled.validator.warnings
    assert not settled.validator.submissions
    assert not isinstance(settled.validator.state, CoordinatorBoot | ParticipantValidating)
    outcome = Warned(RoleWarning.SubmissionFailed)
    told = [event for event in settled.events if isinstance(event, Submitted) or event == outcome]
    assert len(told) == len(settled.submissions)
    for signed, event in zip(settled.submissions, told, strict=True):
        assert event == (outcome if fails else Submitted(signed.digest))
        assert len(signed.signatures) == threshold
        assert set(signed.signatures) <= set(ADDRESSES)
