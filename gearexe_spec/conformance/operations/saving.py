"""The area `saving`: proposed and finalized blocks of one node.

Rules: BLK-140 to BLK-146.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.json_form import Json, JsonFormError, camel_case_variant, from_json, to_json
from gearexe_spec.conformance.operations.registry import AREAS, Area, Input
from gearexe_spec.conformance.operations.sequencer import dump_operation
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor.block_saving import (
    Emitted,
    SavedBlock,
    Saving,
    finalize_block,
    mark_prepared,
    save_proposal,
)
from gearexe_spec.executor.sequencer_blocks import CompactBlock, sequencer_block


def load(form: Json) -> Saving:
    """Which Ethereum blocks are prepared, and what is noted of sequencer blocks already stored."""
    if not isinstance(form, dict):
        raise JsonFormError("an object is expected")
    state = Saving(prepared=from_json(frozenset[Bytes32], form["prepared"], "/prepared"))
    for mb, advanced in from_json(tuple[tuple[Bytes32, Bytes32], ...], form["advanced"], "/advanced"):
        stored = SavedBlock(CompactBlock(Bytes32.zero(), U64(0), Bytes32.zero()), (), advanced, False)
        state = Saving(state.blocks.set(mb, stored), prepared=state.prepared)
    return state


def dump(state: Saving) -> Json:
    """What is prepared, stored and waits."""
    return {
        "prepared": to_json(state.prepared),
        "advanced": [[to_json(mb), to_json(state.blocks[mb].last_advanced_eb)] for mb in sorted(state.blocks)],
        "latestFinalizedMb": to_json(state.latest_finalized_mb),
        "heldBack": hex(len(state.held_back)),
    }


def root(state: Saving) -> str:
    """Stands for all of it."""
    return "0x" + keccak256(repr(dump(state)).encode()).hex()


def transition_proposal(state: Saving, form: Input) -> tuple[Saving, Json]:
    """A proposed block in its SCALE form."""
    block = sequencer_block.decode(from_json(bytes, form["block"], "/block"))
    state, mb, emitted = save_proposal(state, block)
    saved = state.blocks[mb]
    return state, {
        "mb": to_json(mb),
        "compact": to_json(saved.compact),
        "computed": saved.computed,
        "lastAdvancedEb": to_json(saved.last_advanced_eb),
        "operations": [dump_operation(each) for each in saved.operations],
        **_emitted(state, emitted),
    }


def transition_finalized(state: Saving, form: Input) -> tuple[Saving, Json]:
    """A decided block."""
    signatures = from_json(tuple[bytes, ...], form["signatures"], "/signatures")
    mb, height = from_json(Bytes32, form["mb"], "/mb"), from_json(U64, form["height"], "/height")
    state, emitted = finalize_block(state, mb, height, signatures)
    return state, {"latestFinalizedMb": to_json(state.latest_finalized_mb), **_emitted(state, emitted)}


def transition_prepared(state: Saving, form: Input) -> tuple[Saving, Json]:
    """An Ethereum block that is prepared now."""
    state, emitted = mark_prepared(state, from_json(Bytes32, form["eb"], "/eb"))
    return state, _emitted(state, emitted)


AREAS["saving"] = Area(
    load=load,
    dump=dump,
    root=root,
    transitions={
        "proposal": transition_proposal,
        "finalized": transition_finalized,
        "prepared": transition_prepared,
    },
)


def _emitted(state: Saving, emitted: Emitted) -> dict[str, Json]:
    events: list[Json] = [{camel_case_variant(type(event)): to_json(event)} for event in emitted]
    return {"emitted": events, "heldBack": hex(len(state.held_back))}
