"""Whether an injected transaction may stand in the next sequencer block.

Rules: INJ-40 to INJ-50.
Source: ethexe/malachite/service/src/tx_validity.rs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.executor.injected_transaction import InjectedTransaction, compute_transaction_id
from gearexe_spec.executor.node_view import NodeRejection, NodeView, ProgramKind, ProgramView

VALIDITY_WINDOW = 32
"""Lifetime in Ethereum blocks; how many sequencer blocks are looked through for the same transaction (INJ-40)."""
LEAST_EXECUTABLE_BALANCE = U128(200_000_000_000)


class TxValidity(Enum):
    """The verdict (INJ-42 to INJ-50)."""

    Valid = auto()
    NonZeroValue = auto()
    Outdated = auto()
    NotOnCurrentBranch = auto()
    Duplicate = auto()
    UnknownDestination = auto()
    UninitializedDestination = auto()
    InsufficientBalanceForInjectedMessages = auto()


@dataclass(frozen=True, slots=True)
class TxChecker:
    """What transactions are held against (INJ-41).

    Args:
        head: the Ethereum block that counts as now.
        recent: transactions in the last 32 sequencer blocks.
        states: of the nearest computed block at or above the parent.
    """

    view: NodeView
    head: Bytes32
    recent: frozenset[MessageId]
    states: Mapping[ActorId, ProgramView]


def make_checker(view: NodeView, head: Bytes32, parent: Bytes32) -> TxChecker:
    """The checker for a block on this parent (INJ-41).

    Raises:
        Rejected: MbRowMissing, when no computed block is found.
    """
    return TxChecker(view, head, _collect_recent(view, parent), _find_states(view, parent))


def compute_validity(checker: TxChecker, transaction: InjectedTransaction) -> TxValidity:
    """The first check that fails decides (INJ-42 to INJ-50).

    Raises:
        Rejected: HeaderMissing, ProgramStateMissing: it cannot be told.
    """
    if transaction.value != 0:
        return TxValidity.NonZeroValue
    if _is_outdated(checker, transaction.reference_block):
        return TxValidity.Outdated
    if not _is_on_branch(checker, transaction.reference_block):
        return TxValidity.NotOnCurrentBranch
    if compute_transaction_id(transaction) in checker.recent:
        return TxValidity.Duplicate
    state = checker.states.get(transaction.destination)
    if state is None:
        return TxValidity.UnknownDestination
    if not state.stored:
        raise Rejected(NodeRejection.ProgramStateMissing)
    if requires_init_message(state):
        return TxValidity.UninitializedDestination
    if state.executable_balance < LEAST_EXECUTABLE_BALANCE:
        return TxValidity.InsufficientBalanceForInjectedMessages
    return TxValidity.Valid


def requires_init_message(state: ProgramView) -> bool:
    """Not initialized, and nothing is queued or waits (INJ-48)."""
    if state.program is not ProgramKind.ActiveUninitialized:
        return False
    return state.canonical_queue == 0 and state.injected_queue == 0 and not state.waitlist


def _is_outdated(checker: TxChecker, reference_block: Bytes32) -> bool:
    """The reference block is unknown, above the head, or 32 or more below it (INJ-40, INJ-43)."""
    reference = checker.view.ethereum.get(reference_block)
    head = checker.view.header(checker.head)
    if reference is None:
        return True
    return reference.height > head.height or int(reference.height) + VALIDITY_WINDOW <= int(head.height)


def _is_on_branch(checker: TxChecker, reference_block: Bytes32) -> bool:
    """The reference block is the head or one of its 31 nearest ancestors (INJ-44)."""
    cursor = checker.head
    for _ in range(VALIDITY_WINDOW):
        if cursor == reference_block:
            return True
        if cursor == checker.view.start_block:
            return False
        cursor = checker.view.header(cursor).parent_hash
    return False


def _collect_recent(view: NodeView, parent: Bytes32) -> frozenset[MessageId]:
    """Transactions of up to 32 blocks; the walk ends silently where a row is missing (INJ-41)."""
    recent: set[MessageId] = set()
    cursor = parent
    for _ in range(VALIDITY_WINDOW):
        record = view.sequencer.get(cursor)
        if cursor.is_zero() or record is None or record.parent is None:
            break
        recent.update(record.injected_hashes)
        cursor = record.parent
    return frozenset(recent)


def _find_states(view: NodeView, parent: Bytes32) -> Mapping[ActorId, ProgramView]:
    cursor = parent
    while not view.is_computed(cursor):
        row = view.row(cursor)
        assert row.parent is not None, "a row has a parent"
        cursor = row.parent
    states = view.sequencer[cursor].program_states
    return {state.actor_id: state for state in states or ()}
