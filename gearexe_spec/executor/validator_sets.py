"""Which validators a node takes for those of an era, and which of them its BFT engine works with.

Rules: ROL-120 to ROL-127.
Source: ethexe/observer/src/sync.rs; ethexe/malachite/service/src/service.rs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U16, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.ecdsa import PublicKey
from gearexe_spec.executor.bft_certificates import ValidatorSet
from gearexe_spec.executor.node_view import NodeView
from gearexe_spec.executor.timelines import TimelineRejection, Timelines, compute_election_start, compute_era

FINALIZATION_BLOCKS = 64
"""Slots behind the start of an election after which its outcome is taken for final (ROL-122)."""
OBSERVED_SEATS = U16(10)
"""Seats that the observer asks for, whatever the Router's own number is (ROL-122)."""


@dataclass(frozen=True, slots=True)
class RouterQuestion:
    """`validators()` of the Router, at a block; the answer is kept for an era (ROL-121)."""

    era: U64
    block: Bytes32


@dataclass(frozen=True, slots=True)
class ElectionQuestion:
    """`makeElectionAt(timestamp, seats)` of the Middleware, at the latest block; kept for an era (ROL-122)."""

    era: U64
    timestamp: U64
    seats: U16 = OBSERVED_SEATS


Question = RouterQuestion | ElectionQuestion


def find_questions(view: NodeView, head: Bytes32) -> tuple[Question, ...]:
    """What an observer asks before it takes a head for synced, in this order (ROL-120 to ROL-123).

    Raises:
        Rejected: HeaderMissing; BeforeGenesis; ElectionLongerThanEra.
    """
    record = view.header(head)
    era = compute_era(view.timelines, record.timestamp)
    questions: list[Question] = []
    if era not in view.validators:
        questions.append(RouterQuestion(era, head))
    election = _find_final_election(view.timelines, era, record.timestamp)
    if election is not None and era + 1 not in view.validators:
        questions.append(ElectionQuestion(era + 1, election))
    return tuple(questions)


def _find_final_election(times: Timelines, era: U64, now: U64) -> U64 | None:
    """When the election of this era began, if that is long enough ago (ROL-122)."""
    try:
        start = compute_election_start(times, era)
    except Rejected as rejected:
        if rejected.reason is TimelineRejection.TimeOverflow:
            return None
        raise
    return start if int(now) - int(start) > int(times.slot) * FINALIZATION_BLOCKS else None


def learn_validators(view: NodeView, question: Question, answer: tuple[Address, ...]) -> NodeView:
    """The node with the answer; what is known of an era stays (ROL-123)."""
    if question.era in view.validators:
        return view
    return replace(view, validators={**view.validators, question.era: answer})


@dataclass(frozen=True, slots=True)
class EngineValidators:
    """Whom the BFT engine works with (ROL-124).

    Args:
        era: the one they were taken from.
        active: those who vote, from the next height on.
        known_keys: public keys of those the node was started with; no other is ever learned.
    """

    era: U64
    active: ValidatorSet
    known_keys: Mapping[Address, PublicKey]


def rotate_engine(engine: EngineValidators, view: NodeView, block: Bytes32) -> EngineValidators:
    """The engine after a newer Ethereum block was synced (ROL-125 to ROL-127).

    Raises:
        Rejected: HeaderMissing.
    """
    timestamp = view.header(block).timestamp
    if timestamp < view.timelines.genesis_ts:
        return engine
    era = compute_era(view.timelines, timestamp)
    elected = view.validators.get(era)
    if era == engine.era or elected is None:
        return engine
    if any(address not in engine.known_keys for address in elected):
        return engine
    return replace(engine, era=era, active=ValidatorSet.of([engine.known_keys[address] for address in elected]))
