"""The validators that a node knows, and those of its BFT engine (ROL-120 to ROL-127)."""

from dataclasses import replace
from typing import Any

import pytest

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.json_form import to_json
from gearexe_spec.conformance.operations.node import Node, to_view
from gearexe_spec.conformance.operations.node_validators import EngineForm, Questions
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.executor.timelines import Timelines
from gearexe_spec.executor.validator_sets import ElectionQuestion, RouterQuestion
from tests.executor.validators import ADDRESSES, KEYS, STRANGER, eb, record, world

GENESIS, ERA, ELECTION, SLOT = 1_000, 10_000, 2_000, 12
FINAL = GENESIS + ERA - ELECTION + 64 * SLOT
NEXT = (STRANGER.to_address(),)
KEYS_OF_THE_START = tuple(key.public_key() for key in KEYS)


def node(timestamp: int, *known: tuple[int, tuple[Address, ...]], election: int = ELECTION) -> Node:
    stored = replace(
        world(replace(record(1), timestamp=U64(timestamp))),
        timelines=Timelines(U64(GENESIS), U64(ERA), U64(election), U64(SLOT)),
        validators=tuple((U64(era), addresses) for era, addresses in known),
    )
    return Node(stored, to_view(stored))


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("nothing_known", node(GENESIS)),
        ("all_known", node(FINAL + 1, (0, ADDRESSES), (1, NEXT))),
        ("election_not_final", node(FINAL, (0, ADDRESSES))),
        ("election_final", node(FINAL + 1, (0, ADDRESSES))),
        ("both", node(GENESIS + ERA - 1)),
        ("start_beyond_64_bits", node(2**64 - 1, ((2**64 - 1 - GENESIS) // ERA, ADDRESSES))),
        ("before_genesis", node(GENESIS - 1)),
        ("election_longer_than_era", node(GENESIS, election=ERA + 1)),
    ],
)
def test_questions(name: str, state: Node, vectors: Recorder) -> None:
    """What an observer asks at a head (ROL-120 to ROL-122)."""
    vectors.transition("node", state, "validatorQuestions", {"head": eb(1)}, name=name)


def test_answers(vectors: Recorder) -> None:
    """Answers are kept, the first for each era (ROL-123)."""
    asked = Questions((RouterQuestion(U64(0), eb(1)), ElectionQuestion(U64(1), U64(FINAL - 64 * SLOT))))
    router, election = to_json(asked)["questions"]
    ask = ("validatorQuestions", {"head": eb(1)})
    steps: list[tuple[str, dict[str, Any]]] = [
        ask,
        ("learnValidators", {"question": router, "answer": ADDRESSES}),
        ask,
        ("learnValidators", {"question": election, "answer": NEXT}),
        ("learnValidators", {"question": election, "answer": ADDRESSES}),
        ask,
    ]
    vectors.scenario("node", node(FINAL + 1), steps)


@pytest.mark.parametrize(
    ("name", "state", "flags"),
    [
        ("same_era", node(GENESIS, (0, ADDRESSES[1:])), ()),
        ("new_era", node(GENESIS + ERA, (1, ADDRESSES[1:])), ()),
        ("set_not_known", node(GENESIS + ERA), ()),
        ("key_not_known", node(GENESIS + ERA, (1, (*ADDRESSES, *NEXT))), (Flag.ANOMALY,)),
        ("before_genesis", node(GENESIS - 1, (0, ADDRESSES)), ()),
    ],
)
def test_engine(name: str, state: Node, flags: tuple[Flag, ...], vectors: Recorder) -> None:
    """The engine follows the eras as far as it knows the keys (ROL-124 to ROL-127)."""
    engine = EngineForm(U64(0), KEYS_OF_THE_START[:1], KEYS_OF_THE_START)
    vectors.transition(
        "node", state, "rotateEngine", {"block": eb(1), "engine": to_json(engine)}, name=name, flags=flags
    )
