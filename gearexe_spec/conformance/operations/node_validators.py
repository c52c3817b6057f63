"""Operations of the area `node` on the validators that a node knows.

Rules: ROL-120 to ROL-127.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.node import Node, to_view
from gearexe_spec.conformance.operations.registry import AREAS, Input
from gearexe_spec.crypto.ecdsa import PublicKey
from gearexe_spec.executor.bft_certificates import ValidatorSet
from gearexe_spec.executor.validator_sets import (
    EngineValidators,
    Question,
    find_questions,
    learn_validators,
    rotate_engine,
)


@dataclass(frozen=True, slots=True)
class EngineForm:
    """The validators of the BFT engine in their wire form: keys in any order."""

    era: U64
    active: tuple[PublicKey, ...]
    known: tuple[PublicKey, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """What a node asks, in this order."""

    questions: tuple[Question, ...]


def transition_questions(node: Node, form: Input) -> tuple[Node, Json]:
    """What the node asks before it takes a head for synced."""
    return node, to_json(Questions(find_questions(node.view, from_json(Bytes32, form["head"], "/head"))))


def transition_learn(node: Node, form: Input) -> tuple[Node, Json]:
    """The answer to a question is kept, unless the era is known."""
    question: Question = from_json(Question, form["question"], "/question")
    view = learn_validators(node.view, question, from_json(tuple[Address, ...], form["answer"], "/answer"))
    world = replace(node.world, validators=tuple(view.validators.items()))
    return Node(world, to_view(world)), {"validators": to_json(view.validators[question.era])}


def transition_rotate(node: Node, form: Input) -> tuple[Node, Json]:
    """The engine's validators after a newer block; keys in the order of the set."""
    before = from_json(EngineForm, form["engine"], "/engine")
    known = {key.to_address(): key for key in before.known}
    engine = EngineValidators(before.era, ValidatorSet.of(before.active), known)
    after = rotate_engine(engine, node.view, from_json(Bytes32, form["block"], "/block"))
    return node, {"era": to_json(after.era), "active": to_json(tuple(after.active.keys.values()))}


AREAS["node"].transitions.update(
    {
        "validatorQuestions": transition_questions,
        "learnValidators": transition_learn,
        "rotateEngine": transition_rotate,
    }
)
