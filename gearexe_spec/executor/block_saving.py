"""Saving proposed blocks and finalizing them; events wait until the Ethereum block they need is prepared.

Rules: BLK-140 to BLK-146.
Source: ethexe/malachite/service/src/externalities.rs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U64
from gearexe_spec.executor.sequencer_blocks import (
    AdvanceTillEthereumBlock,
    CompactBlock,
    Operations,
    SequencerBlock,
    hash_operations,
    hash_sequencer_block,
    operations,
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A block was proposed and accepted."""

    mb: Bytes32
    height: U64


@dataclass(frozen=True, slots=True)
class Finalized:
    """A block was decided; the signatures of its certificate, 64 bytes each, in their order."""

    mb: Bytes32
    height: U64
    signatures: tuple[bytes, ...]


SavingEvent = Proposed | Finalized


@dataclass(frozen=True, slots=True)
class SavedBlock:
    """What is stored of a sequencer block."""

    compact: CompactBlock
    operations: Operations
    last_advanced_eb: Bytes32
    computed: bool


@dataclass(frozen=True, slots=True)
class Saving:
    """Stored blocks, the latest finalized one, prepared Ethereum blocks, and events that wait, oldest first."""

    blocks: Map[Bytes32, SavedBlock] = Map()
    latest_finalized_mb: Bytes32 = field(default_factory=Bytes32.zero)
    prepared: frozenset[Bytes32] = frozenset()
    held_back: tuple[tuple[SavingEvent, Bytes32], ...] = ()


Emitted = tuple[SavingEvent, ...]


def save_proposal(state: Saving, block: SequencerBlock) -> tuple[Saving, Bytes32, Emitted]:
    """Store a proposal; its hash, and the events that go out now (BLK-140 to BLK-142).

    Raises:
        Rejected: a ScaleRejection or signature, when the payload is no list of operations.
    """
    contents = operations.decode(block.payload)
    mb = hash_sequencer_block(block)
    advances = [each.block_hash for each in contents if isinstance(each, AdvanceTillEthereumBlock)]
    advanced = advances[-1] if advances else _last_advanced(state, block.parent_hash)
    compact = CompactBlock(block.parent_hash, block.height, hash_operations(contents))
    state = replace(state, blocks=state.blocks.set(mb, SavedBlock(compact, contents, advanced, False)))
    state, emitted = _hold_and_release(state, Proposed(mb, block.height), advanced)
    return state, mb, emitted


def finalize_block(state: Saving, mb: Bytes32, height: U64, signatures: tuple[bytes, ...]) -> tuple[Saving, Emitted]:
    """The block is the latest finalized one at once, whether it is computed or not (BLK-143, BLK-144)."""
    state = replace(state, latest_finalized_mb=mb)
    return _hold_and_release(state, Finalized(mb, height, signatures), _last_advanced(state, mb))


def mark_prepared(state: Saving, eb: Bytes32) -> tuple[Saving, Emitted]:
    """An Ethereum block is prepared; what waited for it goes out (BLK-145)."""
    return _release(replace(state, prepared=state.prepared | {eb}))


def _hold_and_release(state: Saving, event: SavingEvent, needs: Bytes32) -> tuple[Saving, Emitted]:
    return _release(replace(state, held_back=(*state.held_back, (event, needs))))


def _release(state: Saving) -> tuple[Saving, Emitted]:
    """Events leave in the order in which they came; the first that must wait holds all others (BLK-146)."""
    ready = 0
    for _, needs in state.held_back:
        if not needs.is_zero() and needs not in state.prepared:
            break
        ready += 1
    emitted = tuple(event for event, _ in state.held_back[:ready])
    return replace(state, held_back=state.held_back[ready:]), emitted


def _last_advanced(state: Saving, mb: Bytes32) -> Bytes32:
    saved = state.blocks.get(mb)
    return Bytes32.zero() if saved is None else saved.last_advanced_eb
