"""Injected transactions that wait for a block.

Rules: INJ-60 to INJ-69.
Source: ethexe/malachite/service/src/mempool.rs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto

from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U32
from gearexe_spec.executor.injected_transaction import InjectedTransaction, compute_transaction_id
from gearexe_spec.executor.node_view import NodeView
from gearexe_spec.executor.receipts import Accept, Acceptance, PurgedTransaction, PurgeReason, Reject
from gearexe_spec.executor.tx_validity import VALIDITY_WINDOW

DEFAULT_CAPACITY = 10_000


class Insertion(Enum):
    """What became of a transaction (INJ-61 to INJ-66)."""

    Inserted = auto()
    AlreadyIncluded = auto()
    AlreadyInPool = auto()
    NonZeroValue = auto()
    ExpiredRefBlock = auto()
    PoolFull = auto()

    def to_acceptance(self) -> Acceptance:
        """What the sender is told (INJ-67)."""
        text = _REFUSALS.get(self)
        return Accept() if text is None else Reject(text)


_REFUSALS = {
    Insertion.NonZeroValue: "non-zero value injected txs are not yet supported (#5083)",
    Insertion.ExpiredRefBlock: "reference_block past validity window",
    Insertion.PoolFull: "mempool at capacity",
}


@dataclass(frozen=True, slots=True)
class Mempool:
    """What waits, and what was included already.

    Args:
        capacity: transactions that may wait.
        waiting: by hash.
        seen: reference blocks of included ones, by hash.
        head_height: of the last head, None before the first.
    """

    capacity: int = DEFAULT_CAPACITY
    waiting: Map[MessageId, InjectedTransaction] = Map()
    seen: Map[MessageId, Bytes32] = Map()
    head_height: U32 | None = None


def insert_transaction(pool: Mempool, view: NodeView, transaction: InjectedTransaction) -> tuple[Mempool, Insertion]:
    """Take a transaction in, or say why not (INJ-61 to INJ-66).

    An unknown reference block is no obstacle: it may become known.
    """
    tx_hash = compute_transaction_id(transaction)
    if transaction.value != 0:
        return pool, Insertion.NonZeroValue
    if tx_hash in pool.seen:
        return pool, Insertion.AlreadyIncluded
    if tx_hash in pool.waiting:
        return pool, Insertion.AlreadyInPool
    if _is_expired(view, transaction.reference_block, pool.head_height):
        return pool, Insertion.ExpiredRefBlock
    if len(pool.waiting) >= pool.capacity:
        return pool, Insertion.PoolFull
    return replace(pool, waiting=pool.waiting.set(tx_hash, transaction)), Insertion.Inserted


def fetch_transactions(pool: Mempool, view: NodeView, head: Bytes32) -> tuple[InjectedTransaction, ...]:
    """Those whose reference block is the head or one of its 32 nearest ancestors (INJ-68).

    Production's order is arbitrary; here it is that of hashes. One ancestor more than validity allows.
    """
    branch = set()
    cursor = head
    for _ in range(VALIDITY_WINDOW + 1):
        branch.add(cursor)
        record = view.ethereum.get(cursor)
        if cursor == view.start_block or record is None or record.parent_hash.is_zero():
            break
        cursor = record.parent_hash
    return tuple(pool.waiting[each] for each in sorted(pool.waiting) if pool.waiting[each].reference_block in branch)


def set_chain_head(pool: Mempool, view: NodeView, head: Bytes32) -> tuple[Mempool, tuple[PurgedTransaction, ...]]:
    """Age the pool; at the same height nothing happens (INJ-69).

    Raises:
        Rejected: HeaderMissing.
    """
    height = view.header(head).height
    if height == pool.head_height:
        return pool, ()
    reasons = {
        tx_hash: _reason_to_purge(view, pool.waiting[tx_hash].reference_block, height) for tx_hash in pool.waiting
    }
    kept = {tx_hash: pool.waiting[tx_hash] for tx_hash, reason in reasons.items() if reason is None}
    seen = {tx_hash: block for tx_hash, block in pool.seen.items() if _reason_to_purge(view, block, height) is None}
    purged = tuple(PurgedTransaction(each, reason) for each, reason in sorted(reasons.items()) if reason is not None)
    return replace(pool, waiting=Map(kept), seen=Map(seen), head_height=height), purged


def forget_transactions(pool: Mempool, transactions: Iterable[InjectedTransaction]) -> Mempool:
    """Finalized ones leave the pool and are remembered (INJ-69)."""
    waiting, seen = pool.waiting, pool.seen
    for transaction in transactions:
        tx_hash = compute_transaction_id(transaction)
        seen = seen.set(tx_hash, transaction.reference_block)
        if tx_hash in waiting:
            waiting = waiting.delete(tx_hash)
    return replace(pool, waiting=waiting, seen=seen)


def _is_expired(view: NodeView, reference_block: Bytes32, head_height: U32 | None) -> bool:
    reference = view.ethereum.get(reference_block)
    if reference is None or head_height is None:
        return False
    return int(reference.height) + VALIDITY_WINDOW <= int(head_height)


def _reason_to_purge(view: NodeView, reference_block: Bytes32, head_height: U32) -> PurgeReason | None:
    if reference_block not in view.ethereum:
        return PurgeReason.UnknownReferenceBlock
    return PurgeReason.Outdated if _is_expired(view, reference_block, head_height) else None
