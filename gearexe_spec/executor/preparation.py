"""Preparing Ethereum blocks: what is noted of each, and which codes must be there before.

Rules: BLK-110 to BLK-118.
Source: ethexe/compute/src/prepare.rs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import auto
from typing import TypeVar

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U64
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.executor.ethereum_events import (
    BatchCommitted,
    BlockEvent,
    CodeGotValidated,
    CodeValidationRequested,
    EBCommitted,
    FromRouter,
    MBCommitted,
    RouterEvent,
    ValidatorsCommittedForEra,
)
from gearexe_spec.executor.node_view import EthereumRecord, NodeRejection, NodeView

E = TypeVar("E", bound=RouterEvent)


class PreparationRejection(Rejection):
    """Why a block cannot be prepared; a node stops on it."""

    ParentNotPrepared = auto()
    ValidatorsCommittedForEarlierEra = auto()


@dataclass(frozen=True, slots=True)
class NeededCodes:
    """Codes to ask for, and those among them to wait for; both sorted, since production's order is arbitrary."""

    to_load: tuple[CodeId, ...]
    to_wait_for: tuple[CodeId, ...]


def find_chain(view: NodeView, target: Bytes32) -> tuple[Bytes32, ...]:
    """The blocks to prepare: from the first ancestor that is not prepared to the target (BLK-110).

    Raises:
        Rejected: HeaderMissing.
    """
    chain = []
    record = view.header(target)
    while not record.prepared:
        chain.append(record.hash)
        record = view.header(record.parent_hash)
    return tuple(reversed(chain))


def find_needed_codes(view: NodeView, chain: Sequence[Bytes32], is_first_run: bool) -> NeededCodes:
    """Codes of unknown validity that the chain's events name; on the first run also the parent's queue.

    Rules: BLK-111, BLK-112.

    Raises:
        Rejected: EventsMissing; on the first run ParentNotPrepared.
    """
    events = [event for block in chain for event in read_router_events(view, block)]
    named = {event.code_id for event in events if isinstance(event, CodeValidationRequested | CodeGotValidated)}
    if is_first_run and chain:
        parent = view.ethereum.get(view.header(chain[0]).parent_hash)
        if parent is None or parent.codes_queue is None:
            raise Rejected(PreparationRejection.ParentNotPrepared)
        named |= set(parent.codes_queue)
    validated = {event.code_id for event in events if isinstance(event, CodeGotValidated)}
    missing = named - set(view.code_validity)
    return NeededCodes(tuple(sorted(missing)), tuple(sorted(missing & validated)))


def prepare_block(view: NodeView, block: Bytes32) -> EthereumRecord:
    """The block with what is noted of it; the codes requested in it are appended in sorted order (BLK-113 to BLK-118).

    Raises:
        Rejected: HeaderMissing, EventsMissing; LastCommittedBatchMissing, CodesQueueMissing, CommittedEraMissing of the
            parent; ValidatorsCommittedForEarlierEra.
    """
    record = view.header(block)
    parent = view.header(record.parent_hash)
    events = read_router_events(view, block)

    batch = _last(events, BatchCommitted)
    last_batch = parent.last_committed_batch if batch is None else batch.digest
    if last_batch is None:
        raise Rejected(NodeRejection.LastCommittedBatchMissing)
    kept, appended = split_codes_queue(parent, events)
    head, advanced = _last(events, MBCommitted), _last(events, EBCommitted)
    return replace(
        record,
        prepared=True,
        codes_queue=kept + appended,
        last_committed_batch=last_batch,
        last_committed_mb=parent.last_committed_mb if head is None else head.hash,
        last_committed_eb=parent.last_committed_eb if advanced is None else advanced.hash,
        latest_era_validators_committed=_committed_era(parent, events),
    )


def split_codes_queue(
    parent: EthereumRecord, events: Sequence[RouterEvent]
) -> tuple[tuple[CodeId, ...], tuple[CodeId, ...]]:
    """What is kept of the parent's queue, in order, and what is appended (BLK-114).

    Raises:
        Rejected: CodesQueueMissing.
    """
    if parent.codes_queue is None:
        raise Rejected(NodeRejection.CodesQueueMissing)
    validated = {event.code_id for event in events if isinstance(event, CodeGotValidated)}
    requested = {event.code_id for event in events if isinstance(event, CodeValidationRequested)}
    return tuple(code for code in parent.codes_queue if code not in validated), tuple(sorted(requested))


def read_router_events(view: NodeView, block: Bytes32) -> tuple[RouterEvent, ...]:
    """The Router's events of a block, in order.

    Raises:
        Rejected: EventsMissing.
    """
    return tuple(event.event for event in read_events(view, block) if isinstance(event, FromRouter))


def read_events(view: NodeView, block: Bytes32) -> tuple[BlockEvent, ...]:
    """All events of a block, in order.

    Raises:
        Rejected: HeaderMissing, EventsMissing.
    """
    events = view.header(block).events
    if events is None:
        raise Rejected(NodeRejection.EventsMissing)
    return events


def _committed_era(parent: EthereumRecord, events: Sequence[RouterEvent]) -> U64:
    """The era of the last event; none may be earlier than the one before it or the parent's (BLK-117)."""
    latest = parent.latest_era_validators_committed
    if latest is None:
        raise Rejected(NodeRejection.CommittedEraMissing)
    for event in events:
        if isinstance(event, ValidatorsCommittedForEra):
            if event.era_index < latest:
                raise Rejected(PreparationRejection.ValidatorsCommittedForEarlierEra)
            latest = event.era_index
    return latest


def _last(events: Sequence[RouterEvent], kind: type[E]) -> E | None:
    """The last event of a kind."""
    return next((event for event in reversed(events) if isinstance(event, kind)), None)
