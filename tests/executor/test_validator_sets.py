"""Which validators a node knows, and whom its engine works with (ROL-120 to ROL-127), and what is odd about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U16, U48, U64, U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.operations.node import to_view
from gearexe_spec.executor.batch_building import build_batch
from gearexe_spec.executor.bft_certificates import ValidatorSet
from gearexe_spec.executor.node_view import NodeView
from gearexe_spec.executor.role_work import settle
from gearexe_spec.executor.roles import Validator, apply_new_head, apply_reply
from gearexe_spec.executor.timelines import TimelineRejection, Timelines
from gearexe_spec.executor.validation_messages import make_validation_reply
from gearexe_spec.executor.validator_sets import (
    ElectionQuestion,
    EngineValidators,
    RouterQuestion,
    find_questions,
    learn_validators,
    rotate_engine,
)
from gearexe_spec.onchain.election import Candidate, elect
from gearexe_spec.onchain.eras import compute_threshold
from tests.executor.validators import ADDRESSES, KEYS, LIMITS, ROUTER, STRANGER, config, eb, record, view, world

GENESIS, ERA, ELECTION, SLOT = 1_000, 10_000, 2_000, 12
START = GENESIS + ERA - ELECTION
PUBLIC_KEYS = tuple(key.public_key() for key in KEYS)
NEXT = (Address(b"\x77" * 20),)


def view_at(timestamp: int, known: dict[int, tuple[Address, ...]], election: int = ELECTION) -> NodeView:
    """A node whose block 1 has this time, and that knows the validators of these eras."""
    view = to_view(world(replace(record(1), timestamp=U64(timestamp))))
    times = Timelines(U64(GENESIS), U64(ERA), U64(election), U64(SLOT))
    return replace(view, timelines=times, validators={U64(era): each for era, each in known.items()})


@pytest.mark.parametrize(
    ("timestamp", "known", "asks"),
    [
        (GENESIS, {}, (RouterQuestion(U64(0), eb(1)),)),
        (GENESIS, {0: NEXT}, ()),
        (START + 64 * SLOT, {0: NEXT}, ()),
        (START + 64 * SLOT + 1, {0: NEXT}, (ElectionQuestion(U64(1), U64(START)),)),
        (START + 64 * SLOT + 1, {0: NEXT, 1: NEXT}, ()),
        (GENESIS + ERA - 1, {}, (RouterQuestion(U64(0), eb(1)), ElectionQuestion(U64(1), U64(START)))),
        (GENESIS + ERA, {0: NEXT}, (RouterQuestion(U64(1), eb(1)),)),
        (2**64 - 1, {(2**64 - 1 - GENESIS) // ERA: NEXT}, ()),
    ],
)
def test_an_observer_asks_for_what_it_does_not_know(
    timestamp: int, known: dict[int, tuple[Address, ...]], asks: tuple[object, ...]
) -> None:
    assert find_questions(view_at(timestamp, known), eb(1)) == asks


@pytest.mark.parametrize(
    ("timestamp", "election", "reason"),
    [
        (GENESIS - 1, ELECTION, TimelineRejection.BeforeGenesis),
        (GENESIS, ERA + 1, TimelineRejection.ElectionLongerThanEra),
    ],
)
def test_times_that_stop_an_observer(timestamp: int, election: int, reason: TimelineRejection) -> None:
    with pytest.raises(Rejected) as refused:
        find_questions(view_at(timestamp, {}, election), eb(1))
    assert refused.value.reason is reason


def test_what_is_known_of_an_era_stays() -> None:
    question = ElectionQuestion(U64(1), U64(START))
    learned = learn_validators(view_at(GENESIS, {}), question, NEXT)
    assert learned.validators == {U64(1): NEXT}
    assert learn_validators(learned, question, ADDRESSES) == learned


def engine(era: int = 0) -> EngineValidators:
    return EngineValidators(U64(era), ValidatorSet.of(PUBLIC_KEYS[:1]), {key.to_address(): key for key in PUBLIC_KEYS})


def test_the_engine_takes_over_the_validators_of_a_new_era() -> None:
    rotated = rotate_engine(engine(), view_at(GENESIS + ERA, {1: ADDRESSES[1:]}), eb(1))
    assert rotated.era == 1
    assert rotated.active.order == tuple(sorted(ADDRESSES[1:]))


@pytest.mark.parametrize(
    ("timestamp", "known"),
    [(GENESIS, {0: ADDRESSES}), (GENESIS + ERA, {}), (GENESIS - 1, {0: ADDRESSES}), (GENESIS + ERA, {1: NEXT})],
    ids=["same era", "unknown set", "before genesis", "a stranger"],
)
def test_the_engine_keeps_its_validators(timestamp: int, known: dict[int, tuple[Address, ...]]) -> None:
    assert rotate_engine(engine(), view_at(timestamp, known), eb(1)) == engine()


def test_one_new_validator_keeps_the_engine_at_the_old_set() -> None:
    joined = (*ADDRESSES, STRANGER.to_address())

    rotated = rotate_engine(engine(), view_at(GENESIS + ERA, {1: joined}), eb(1))

    assert rotated == engine(), "in force on chain, unknown to the engine"


def test_the_observer_elects_ten_whatever_the_router_says() -> None:
    view = replace(view_at(GENESIS + ERA - 1, {0: NEXT}), max_validators=U16(4))
    (question,) = find_questions(view, eb(1))
    assert isinstance(question, ElectionQuestion)
    operators = [Candidate(Address(bytes([number]) * 20), U256(number)) for number in range(1, 13)]

    observed = elect(operators, U256(question.seats), U48(int(question.timestamp)))
    committed = elect(operators, U256(int(view.max_validators)), U48(int(question.timestamp)))

    assert (len(observed), len(committed)) == (10, 4)


def test_more_validators_do_not_raise_the_threshold_of_a_running_node() -> None:
    six = (*ADDRESSES, *(Address(bytes([number]) * 20) for number in (4, 5, 6)))
    grown = replace(view(), validators={U64(0): six})
    batch = build_batch(grown, eb(1), LIMITS, None)
    assert batch is not None
    started_with_three = config(1, threshold=2)
    coordinator = settle(
        apply_new_head(Validator(), started_with_three, grown, eb(1)), started_with_three, grown, False
    )
    reply = make_validation_reply(batch, ROUTER, KEYS[0])

    (signed,) = settle(
        apply_reply(coordinator.validator, started_with_three, reply), started_with_three, grown, False
    ).submissions

    assert len(signed.ordered_signatures()) == 2
    assert compute_threshold(U256(len(six)), U128(2), U128(3)) == 4, "the Router refuses it"
