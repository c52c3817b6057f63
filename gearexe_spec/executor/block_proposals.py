"""Sequencer blocks: what a proposer puts into one, and what a validator accepts.

Rules: BLK-120 to BLK-139.
Source: ethexe/malachite/service/src/externalities.rs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import auto
from itertools import takewhile

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U32, U64
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.executor.ethereum_events import FromMirror, FromRouter, ProgramCreated
from gearexe_spec.executor.event_logs import is_request
from gearexe_spec.executor.injected_transaction import SignedInjectedTransaction, signed_injected_transaction
from gearexe_spec.executor.node_view import NodeView
from gearexe_spec.executor.preparation import read_events
from gearexe_spec.executor.quarantine import find_anchor, is_strict_descendant
from gearexe_spec.executor.sequencer_blocks import (
    GREATEST_PAYLOAD,
    AdvanceTillEthereumBlock,
    Operation,
    Operations,
    ProcessQueues,
    ProcessQueuesV2,
    ProcessQueuesV3,
    ProgressTasks,
    operations,
)
from gearexe_spec.executor.signed_message import SignedMessage
from gearexe_spec.executor.tx_validity import TxChecker, TxValidity, compute_validity, make_checker

GAS_ALLOWANCE = U64(4_000_000_000_000)
"""What proposers grant and validators allow at most (BLK-124)."""
GREATEST_TOUCHED_PROGRAMS = 128
GREATEST_INJECTED_SIZE = 130_048
"""Bytes of signed transactions that a proposer puts into a block (BLK-122)."""


class ProposalRejection(Rejection):
    """Why a validator does not accept a proposed block."""

    UndecodablePayload = auto()
    DeprecatedOperation = auto()
    ShapeProgressTasks = auto()
    ShapeProcessQueues = auto()
    GasAllowanceAboveCap = auto()
    ExtraOperations = auto()
    AdvanceUnknown = auto()
    AdvanceInQuarantine = auto()
    AdvanceNotDescendant = auto()
    TransactionNotValid = auto()
    """Carries the verdict."""
    TooManyPrograms = auto()
    """Only of a proposer's own block."""


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Depths in Ethereum blocks; the delay is the proposer's alone."""

    canonical: U32
    delay: U32


def find_touched_programs(view: NodeView, after: Bytes32, until: Bytes32) -> frozenset[ActorId]:
    """Programs for which the events of (after, until] mean work (BLK-125, BLK-126).

    What counts as a program is what this node computed last; so nodes can differ.

    Raises:
        Rejected: HeaderMissing, EventsMissing.
    """
    if until.is_zero() or until == after:
        return frozenset()
    blocks = []
    cursor = until
    while cursor != after and not cursor.is_zero():
        blocks.append(cursor)
        if cursor == view.start_block:
            break
        cursor = view.header(cursor).parent_hash

    computed = view.sequencer.get(view.latest_computed_mb)
    states = () if computed is None or computed.program_states is None else computed.program_states
    known = {state.actor_id for state in states}
    touched = set()
    for event in (event for block in reversed(blocks) for event in read_events(view, block)):
        if isinstance(event, FromRouter) and isinstance(event.event, ProgramCreated):
            known.add(event.event.actor_id)
        elif isinstance(event, FromMirror) and is_request(event.event) and event.actor_id in known:
            touched.add(event.actor_id)
    return frozenset(touched)


def choose_advance(view: NodeView, parent: Bytes32, head: Bytes32, quarantine: Quarantine) -> Bytes32 | None:
    """The Ethereum block to advance to, if there is a new one deep enough (BLK-120).

    Raises:
        Rejected: HeaderMissing.
    """
    advanced = view.last_advanced(parent)
    candidate = find_anchor(view, head, int(quarantine.canonical) + int(quarantine.delay))
    if candidate is None or candidate == advanced or not is_strict_descendant(view, candidate, advanced):
        return None
    return candidate


def build_operations(
    view: NodeView,
    parent: Bytes32,
    head: Bytes32,
    quarantine: Quarantine,
    pool: Iterable[SignedInjectedTransaction],
) -> Operations | None:
    """What a proposer puts on a parent; None: nothing to propose yet (BLK-120 to BLK-124).

    Args:
        view: what the proposer knows.
        parent: the sequencer block below.
        head: the latest synced Ethereum block.
        quarantine: how deep to advance.
        pool: fetched from the mempool, in the order in which they are tried; any order is valid.

    Raises:
        Rejected: HeaderMissing, EventsMissing, MbRowMissing, ProgramStateMissing.
    """
    advance = choose_advance(view, parent, head, quarantine)
    checker = make_checker(view, head, parent)
    valid = [signed for signed in pool if compute_validity(checker, signed.data) is TxValidity.Valid]
    if advance is None and not valid:
        return None

    touched = frozenset() if advance is None else find_touched_programs(view, view.last_advanced(parent), advance)
    first: tuple[Operation, ...] = () if advance is None else (AdvanceTillEthereumBlock(advance),)
    chosen = choose_transactions(valid, touched)
    contents: Operations = (*first, *chosen, ProgressTasks(), ProcessQueuesV3(GAS_ALLOWANCE))
    assert len(operations.encode(contents)) <= GREATEST_PAYLOAD, "transactions are capped far below"
    return contents


def choose_transactions(
    valid: Iterable[SignedInjectedTransaction], touched: frozenset[ActorId]
) -> tuple[SignedInjectedTransaction, ...]:
    """As many as fit in bytes and programs; a later smaller one may still fit (BLK-121, BLK-122)."""
    if len(touched) > GREATEST_TOUCHED_PROGRAMS:
        return ()
    programs = set(touched)
    chosen = []
    size = 0
    for signed in valid:
        own_size = len(signed_injected_transaction.encode(signed))
        is_new = signed.data.destination not in programs
        if size + own_size > GREATEST_INJECTED_SIZE or (is_new and len(programs) >= GREATEST_TOUCHED_PROGRAMS):
            continue
        size += own_size
        programs.add(signed.data.destination)
        chosen.append(signed)
    return tuple(chosen)


def validate_payload(
    view: NodeView, parent: Bytes32, head: Bytes32, canonical_quarantine: U32, payload: bytes
) -> Operations:
    """Accept the operations of a proposed block (BLK-130 to BLK-139).

    Raises:
        Rejected: a ProposalRejection: no. A NodeRejection: the node cannot tell, and does not accept either.
    """
    try:
        contents = operations.decode(payload)
    except Rejected as refusal:
        raise Rejected(ProposalRejection.UndecodablePayload) from refusal
    advance, injected = check_shape(contents)
    if advance is not None:
        _check_advance(view, parent, head, canonical_quarantine, advance)
    _check_transactions(make_checker(view, head, parent), injected)
    _check_programs(view, parent, advance, injected)
    return contents


def check_shape(contents: Operations) -> tuple[Bytes32 | None, tuple[SignedInjectedTransaction, ...]]:
    """Advance if any, transactions, tasks, queues, nothing else (BLK-131 to BLK-135).

    Raises:
        Rejected: DeprecatedOperation, ShapeProgressTasks, ShapeProcessQueues, GasAllowanceAboveCap, ExtraOperations.
    """
    if any(isinstance(each, ProcessQueues | ProcessQueuesV2) for each in contents):
        raise Rejected(ProposalRejection.DeprecatedOperation)
    rest = list(contents)
    first = rest[0] if rest else None
    advance = None
    if isinstance(first, AdvanceTillEthereumBlock):
        advance = first.block_hash
        del rest[0]
    injected = tuple(takewhile(lambda each: isinstance(each, SignedMessage), rest))
    del rest[: len(injected)]

    if not rest or not isinstance(rest.pop(0), ProgressTasks):
        raise Rejected(ProposalRejection.ShapeProgressTasks)
    last = rest.pop(0) if rest else None
    if not isinstance(last, ProcessQueuesV3):
        raise Rejected(ProposalRejection.ShapeProcessQueues)
    if last.gas_allowance > GAS_ALLOWANCE:
        raise Rejected(ProposalRejection.GasAllowanceAboveCap)
    if rest:
        raise Rejected(ProposalRejection.ExtraOperations)
    return advance, tuple(each for each in injected if isinstance(each, SignedMessage))


def _check_advance(view: NodeView, parent: Bytes32, head: Bytes32, canonical_quarantine: U32, advance: Bytes32) -> None:
    """Known, deep enough, behind what was advanced to; not whether it lies on the head's chain (BLK-136, BLK-137)."""
    record = view.ethereum.get(advance)
    if record is None:
        raise Rejected(ProposalRejection.AdvanceUnknown)
    if record.height.saturating_add(canonical_quarantine) > view.header(head).height:
        raise Rejected(ProposalRejection.AdvanceInQuarantine)
    if not is_strict_descendant(view, advance, view.last_advanced(parent)):
        raise Rejected(ProposalRejection.AdvanceNotDescendant)


def _check_transactions(checker: TxChecker, injected: Iterable[SignedInjectedTransaction]) -> None:
    """Each is valid by itself; the same one twice is not noticed (BLK-138)."""
    for signed in injected:
        verdict = compute_validity(checker, signed.data)
        if verdict is not TxValidity.Valid:
            raise Rejected(ProposalRejection.TransactionNotValid, {"verdict": verdict.name})


def _check_programs(
    view: NodeView, parent: Bytes32, advance: Bytes32 | None, injected: Iterable[SignedInjectedTransaction]
) -> None:
    """Transactions touch no more programs than are allowed beside those of the events (BLK-139)."""
    touched = frozenset() if advance is None else find_touched_programs(view, view.last_advanced(parent), advance)
    limit = max(len(touched), GREATEST_TOUCHED_PROGRAMS)
    if len(touched | {signed.data.destination for signed in injected}) > limit:
        raise Rejected(ProposalRejection.TooManyPrograms)
