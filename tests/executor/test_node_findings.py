"""Surprising decisions of single nodes, each with the finding that tells of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, CodeId
from gearexe_spec.base.numeric import U8, U16, U32, U64, U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.executor.batch_building import BatchLimits, build_batch
from gearexe_spec.executor.batch_validation import BatchRejection, validate_request
from gearexe_spec.executor.batches import CODE_COMMITMENT_CHARGE, compute_batch_size
from gearexe_spec.executor.bft_certificates import compute_quorum
from gearexe_spec.executor.injected_transaction import InjectedTransaction
from gearexe_spec.executor.mempool import Insertion, Mempool, fetch_transactions, insert_transaction
from gearexe_spec.executor.node_view import ZERO_BLOCK, EthereumRecord, NodeView
from gearexe_spec.executor.timelines import Timelines
from gearexe_spec.executor.tx_validity import TxValidity, compute_validity, make_checker
from gearexe_spec.executor.validation_messages import make_validation_request
from gearexe_spec.onchain.eras import compute_threshold

ZERO = Bytes32.zero()
CODES = tuple(CodeId(bytes([number]) * 32) for number in range(1, 4))


def name(height: int) -> Bytes32:
    return Bytes32((height + 1).to_bytes(32, "big"))


def record(height: int) -> EthereumRecord:
    """A prepared block with three codes waiting and nothing committed."""
    parent = ZERO if height == 0 else name(height - 1)
    return EthereumRecord(
        hash=name(height),
        height=U32(height),
        timestamp=U64(100 + 12 * height),
        parent_hash=parent,
        synced=True,
        prepared=True,
        codes_queue=CODES,
        last_committed_batch=ZERO,
        last_committed_mb=ZERO,
        last_committed_eb=ZERO,
        latest_era_validators_committed=U64(0),
        events=(),
    )


def view_of_chain(length: int) -> NodeView:
    """A node that has seen this many Ethereum blocks and no sequencer block; all three codes are valid."""
    return NodeView(
        timelines=Timelines(U64(100), U64(10**6), U64(10), U64(12)),
        max_validators=U16(10),
        start_block=name(0),
        latest_synced_eb=name(length - 1),
        latest_finalized_mb=ZERO,
        latest_computed_mb=ZERO,
        ethereum={name(height): record(height) for height in range(length)},
        sequencer={ZERO: ZERO_BLOCK},
        code_validity=dict.fromkeys(CODES, True),
        validators={},
        elections={},
    )


@pytest.mark.parametrize("count", range(1, 100))
def test_executors_and_router_count_a_quorum_differently(count: int) -> None:
    on_chain = int(compute_threshold(U256(count), U128(2), U128(3)))

    assert compute_quorum(count) - on_chain == (1 if count % 3 == 0 else 0)


def test_a_batch_within_its_budget_is_longer_than_the_limit() -> None:
    view = view_of_chain(1)
    limits = BatchLimits(U64(3 * CODE_COMMITMENT_CHARGE), U8(3), U32(500))

    batch = build_batch(view, name(0), limits, None)

    assert batch is not None
    assert len(batch.code_commitments) == 3, "each was charged, and the budget sufficed"
    assert compute_batch_size(batch) > limits.batch_size_limit
    with pytest.raises(Rejected) as refused:
        validate_request(view, name(0), limits, make_validation_request(batch), None)
    assert refused.value.reason is BatchRejection.BatchSizeLimitExceeded


def test_a_participant_with_another_expiry_refuses_every_batch() -> None:
    view = view_of_chain(1)
    limits = BatchLimits(U64(102_400), U8(3), U32(500))
    batch = build_batch(view, name(0), limits, None)
    assert batch is not None
    request = make_validation_request(batch)
    validate_request(view, name(0), limits, request, None)

    with pytest.raises(Rejected) as refused:
        validate_request(view, name(0), replace(limits, commitment_delay_limit=U8(4)), request, None)

    assert refused.value.reason is BatchRejection.BatchDigestMismatch


def test_the_pool_offers_a_transaction_that_is_too_old() -> None:
    view = view_of_chain(33)
    head = name(32)
    transaction = InjectedTransaction(ActorId.zero(), b"", U128(0), name(0), b"")
    pool, answer = insert_transaction(Mempool(waiting=Map()), view, transaction)
    assert answer is Insertion.Inserted

    assert fetch_transactions(pool, view, head) == (transaction,)
    assert compute_validity(make_checker(view, head, ZERO), transaction) is TxValidity.Outdated
