"""The end of a block: from what was done to each program to the transitions that are committed.

Rules: JOU-80 to JOU-86.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U128
from gearexe_spec.program.in_block import InBlockState, Modification, ProgramStates, settle
from gearexe_spec.program.outcome import StateTransition
from gearexe_spec.program.schedule import Schedule
from gearexe_spec.program.state import ZERO_STATE_HASH
from gearexe_spec.program.storage import Storage


@dataclass(frozen=True, slots=True)
class FinalizedBlock:
    """What a block leaves behind (JOU-80).

    Args:
        transitions: of all programs that changed, ascending by program.
        states: of all programs.
        schedule: all tasks from now on.
        creations: programs made in this block with their code, ascending by program.
        committed_message_ids: messages that Ethereum will hear of.
        storage: everything stored.
    """

    transitions: tuple[StateTransition, ...]
    states: ProgramStates
    schedule: Schedule
    creations: tuple[tuple[ActorId, CodeId], ...]
    committed_message_ids: frozenset[MessageId]
    storage: Storage


def finalize_block(block: InBlockState) -> FinalizedBlock:
    """Turn the modifications of a block into transitions (JOU-80 to JOU-86).

    Source: ethexe/runtime/common/src/transitions.rs `finalize`.
    """
    block = settle(block)
    modified = [(actor, block.records[actor].hash, block.modifications[actor]) for actor in sorted(block.modifications)]
    return FinalizedBlock(
        transitions=tuple(
            to_transition(actor, new_state, modification)
            for actor, new_state, modification in modified
            if not is_no_op(new_state, modification)
        ),
        states=block.records,
        schedule=block.schedule,
        creations=tuple(sorted(block.creations.items())),
        committed_message_ids=frozenset(
            outgoing.message.id
            for _, _, modification in modified
            for outgoing in modification.messages
            if outgoing.is_committable
        ),
        storage=block.storage,
    )


def is_no_op(new_state: Bytes32, modification: Modification) -> bool:
    """Whether nothing came of it; never for a program whose state was zero before (JOU-82).

    Source: ethexe/runtime/common/src/transitions.rs `is_noop`.
    """
    return (
        modification.initial_state not in (ZERO_STATE_HASH,)
        and modification.initial_state == new_state
        and modification.inheritor is None
        and modification.value_to_receive == 0
        and not modification.claims
        and not modification.messages
    )


def to_transition(actor: ActorId, new_state: Bytes32, modification: Modification) -> StateTransition:
    """What the network commits for one program (JOU-83)."""
    value = int(modification.value_to_receive)
    return StateTransition(
        actor_id=actor,
        new_state_hash=new_state,
        exited=modification.inheritor is not None,
        inheritor=modification.inheritor or ActorId.zero(),
        value_to_receive=U128(abs(value)),
        value_to_receive_negative_sign=value < 0,
        value_claims=tuple(modification.claims),
        messages=tuple(outgoing.message for outgoing in modification.messages),
    )
