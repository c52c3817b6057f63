"""One transition for each program: what several sequencer blocks did to it, joined; those that bring value come first.

Rules: BAT-20 to BAT-25.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import auto

from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U128
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.program.outcome import StateTransition


class SquashRejection(Rejection):
    """Why transitions cannot be joined."""

    ValueOverflow = auto()
    """A sum leaves 128 bits. Production aborts on it (finding F-BAT-1)."""


def squash_transitions(transitions: Iterable[StateTransition]) -> tuple[StateTransition, ...]:
    """One transition for each program, in the order in which the programs first occur (BAT-20).

    Even a single one is normalised: no value has no sign.

    Raises:
        Rejected: ValueOverflow, at any intermediate sum.

    Source: ethexe/consensus/src/validator/batch/utils.rs `squash_transitions_by_actor`.
    """
    by_actor: dict[ActorId, StateTransition] = {}
    for transition in transitions:
        earlier = by_actor.get(transition.actor_id)
        by_actor[transition.actor_id] = normalize(transition) if earlier is None else join(earlier, transition)
    return tuple(by_actor.values())


def sort_transitions(transitions: Iterable[StateTransition]) -> tuple[StateTransition, ...]:
    """Those that give value to the Router first, otherwise as they were (BAT-25).

    The Router must have the value before it pays it out.

    Source: ethexe/consensus/src/validator/batch/utils.rs `sort_transitions_by_value_to_receive`.
    """
    return tuple(sorted(transitions, key=lambda transition: not transition.value_to_receive_negative_sign))


def join(earlier: StateTransition, later: StateTransition) -> StateTransition:
    """Two transitions of the same program as one (BAT-21 to BAT-24).

    The earlier one is normalised already. The inheritor is that of the last exit; while there was none, of the last
    transition.

    Raises:
        Rejected: ValueOverflow.
    """
    value, is_negative = add_signed(
        (earlier.value_to_receive, earlier.value_to_receive_negative_sign),
        (later.value_to_receive, later.value_to_receive_negative_sign),
    )
    keeps_inheritor = earlier.exited and not later.exited
    return StateTransition(
        actor_id=earlier.actor_id,
        new_state_hash=later.new_state_hash,
        exited=earlier.exited or later.exited,
        inheritor=earlier.inheritor if keeps_inheritor else later.inheritor,
        value_to_receive=value,
        value_to_receive_negative_sign=is_negative,
        value_claims=earlier.value_claims + later.value_claims,
        messages=earlier.messages + later.messages,
    )


def normalize(transition: StateTransition) -> StateTransition:
    """Nothing to receive has no sign (BAT-22)."""
    is_negative = transition.value_to_receive_negative_sign and transition.value_to_receive != 0
    return replace(transition, value_to_receive_negative_sign=is_negative)


def add_signed(one: tuple[U128, bool], other: tuple[U128, bool]) -> tuple[U128, bool]:
    """The sum of two magnitudes with signs; zero has no sign (BAT-22, BAT-23).

    Raises:
        Rejected: ValueOverflow.
    """
    total = sum(-int(magnitude) if is_negative else int(magnitude) for magnitude, is_negative in (one, other))
    if abs(total) > U128.MAX:
        raise Rejected(SquashRejection.ValueOverflow)
    return U128(abs(total)), total < 0


def prepare_transitions(transitions: Sequence[StateTransition]) -> tuple[StateTransition, ...]:
    """What goes into a chain commitment: squashed, then sorted (BAT-20, BAT-25).

    Raises:
        Rejected: ValueOverflow.
    """
    return sort_transitions(squash_transitions(transitions))
