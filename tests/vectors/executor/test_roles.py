"""One validator between heads, requests and replies (ROL-90 to ROL-112)."""

from dataclasses import replace
from typing import Any

import pytest

from gearexe_spec.base.numeric import U8
from gearexe_spec.conformance.json_form import to_json
from gearexe_spec.conformance.operations.node import Node, World, to_view
from gearexe_spec.conformance.operations.roles import ValidatorNode
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.executor.batch_building import build_batch
from gearexe_spec.executor.commitments import BatchCommitment
from gearexe_spec.executor.roles import Validator
from gearexe_spec.executor.validation_messages import make_validation_reply, make_validation_request
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

Step = tuple[str, dict[str, Any]]
SETTLE: Step = ("settle", {"submissionFails": False})


def node(own: int, threshold: int = 2, period: int = 1, known: World | None = None) -> ValidatorNode:
    stored = known or world()
    return ValidatorNode(Node(stored, to_view(stored)), config(own, threshold, period), Validator())


def batch(number: int) -> BatchCommitment:
    built = build_batch(view(), eb(number), LIMITS, None)
    assert built is not None
    return built


def at(name: str, number: int) -> Step:
    return name, {"block": eb(number)}


def request(sender: int, number: int) -> Step:
    return "request", {"sender": ADDRESSES[sender], "request": to_json(make_validation_request(batch(number)))}


def reply(key: PrivateKey, number: int, v: int | None = None) -> Step:
    signed = make_validation_reply(batch(number), ROUTER, key)
    signature = signed.signature if v is None else replace(signed.signature, v=U8(v))
    return "reply", {"digest": signed.digest, "contractSignature": signature.encode()}


def by_hand(number: int) -> list[Step]:
    """A head the node knows nothing of yet."""
    steps = [at("newHead", number), at("preparedBlock", number), at("syncedBlock", number - 1)]
    steps += [at("markSynced", number), at("syncedBlock", number), at("syncedBlock", number)]
    return [*steps, at("preparedBlock", number), at("markPrepared", number), at("preparedBlock", number), SETTLE]


@pytest.mark.parametrize(
    ("name", "threshold", "period", "steps"),
    [
        ("alone", 1, 1, [at("newHead", 1), SETTLE]),
        ("refused_by_ethereum", 1, 1, [at("newHead", 1), ("settle", {"submissionFails": True})]),
        (
            "with_another",
            2,
            1,
            [
                at("newHead", 1),
                reply(KEYS[0], 1),
                SETTLE,
                request(0, 0),
                at("syncedBlock", 1),
                at("preparedBlock", 1),
                reply(KEYS[0], 2),
                reply(STRANGER, 1),
                reply(KEYS[0], 1, v=29),
                reply(KEYS[1], 1),
                SETTLE,
                reply(KEYS[0], 1),
                reply(KEYS[2], 1),
                SETTLE,
            ],
        ),
        ("with_all_by_address", 3, 1, [at("newHead", 1), SETTLE, reply(KEYS[2], 1), reply(KEYS[0], 1), SETTLE]),
        ("pauses", 1, 2, [at("newHead", 1), SETTLE, at("newHead", 4), SETTLE]),
        ("left_before_it_builds", 1, 1, [at("newHead", 1), at("newHead", 2), SETTLE]),
        (
            "submits_although_left",
            2,
            1,
            [at("newHead", 1), SETTLE, reply(KEYS[0], 1), at("newHead", 4), SETTLE],
        ),
    ],
)
def test_coordinator(name: str, threshold: int, period: int, steps: list[Step], vectors: Recorder) -> None:
    """A coordinator builds, asks, counts, hands in (ROL-97, ROL-105 to ROL-112)."""
    vectors.scenario("roles", node(1, threshold, period), steps, name=name)


@pytest.mark.parametrize(
    ("name", "steps", "flags"),
    [
        ("signs", [at("newHead", 1), SETTLE, request(1, 1), SETTLE, request(1, 1), SETTLE], ()),
        ("hears_only_the_coordinator", [at("newHead", 1), request(2, 1), reply(KEYS[1], 1), SETTLE], ()),
        ("is_asked_twice", [at("newHead", 1), request(1, 1), request(1, 0), request(2, 1), SETTLE], ()),
        ("refuses", [at("newHead", 1), request(1, 2), SETTLE, request(1, 1), SETTLE], ()),
        ("was_asked_before", [request(1, 0), request(1, 1), at("newHead", 1), SETTLE], (Flag.ORDER,)),
        (
            "is_cost_the_round_by_an_old_request",
            [request(1, 1), at("newHead", 4), request(1, 4), SETTLE],
            (Flag.ANOMALY,),
        ),
        ("is_told_of_other_blocks", [at("newHead", 1), at("syncedBlock", 1), at("preparedBlock", 2), SETTLE], ()),
        ("left_before_it_judges", [at("newHead", 1), request(1, 1), at("newHead", 2), SETTLE], ()),
    ],
)
def test_participant(name: str, steps: list[Step], flags: tuple[Flag, ...], vectors: Recorder) -> None:
    """A participant waits for the coordinator's request, judges one, and replies or complains (ROL-98 to ROL-104)."""
    vectors.scenario("roles", node(0), steps, name=name, flags=flags)


def test_head(vectors: Recorder) -> None:
    """A head is waited for until it is synced and prepared, step by step (ROL-90 to ROL-96)."""
    unknown = world(*(record(number, is_known=False) for number in range(3)))
    vectors.scenario("roles", node(1, known=unknown), by_hand(1), name="step_by_step")
    prepared = world(replace(record(1), synced=False))
    vectors.scenario("roles", node(1, known=prepared), [at("newHead", 1), at("syncedBlock", 1)], name="prepared_first")
    synced = world(replace(record(1), prepared=False))
    vectors.scenario("roles", node(1, known=synced), [at("newHead", 1), at("newHead", 1)], name="synced_only")


@pytest.mark.parametrize(
    ("name", "threshold", "number"),
    [("above_validators", 4, 1), ("zero", 0, 1), ("era_unknown", 2, 5), ("no_header", 2, 9)],
)
def test_fatal(name: str, threshold: int, number: int, vectors: Recorder) -> None:
    """What stops a node (ROL-96, ROL-110)."""
    vectors.scenario("roles", node(number % 3, threshold), [at("newHead", number), SETTLE], name=name)


def test_nothing_to_commit(vectors: Recorder) -> None:
    """Without a batch the threshold is not looked at (ROL-109, ROL-110)."""
    vectors.scenario("roles", node(1, 0, known=without_verdict()), [at("newHead", 1), SETTLE], flags=[Flag.ORDER])


def test_told_before_it_stops(vectors: Recorder) -> None:
    """One that stops while judging tells no more warnings, one that stops while building has told them (ROL-112)."""
    damaged = world(*(replace(record(number), codes_queue=None) for number in range(3)))
    steps = [at("newHead", 1), at("syncedBlock", 1)]
    vectors.scenario(
        "roles", node(0, known=damaged), [*steps, request(1, 1), SETTLE], name="judging", flags=[Flag.ORDER]
    )
    vectors.scenario("roles", node(1, known=damaged), [*steps, SETTLE], name="building", flags=[Flag.ORDER])
