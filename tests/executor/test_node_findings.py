"""Surprising decisions of single nodes, each with the finding that tells of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U8, U32, U64, U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.operations.node import to_view
from gearexe_spec.executor.batch_building import BatchLimits, build_batch
from gearexe_spec.executor.batch_validation import BatchRejection, validate_request
from gearexe_spec.executor.batches import CODE_COMMITMENT_CHARGE, compute_batch_size
from gearexe_spec.executor.bft_certificates import compute_quorum
from gearexe_spec.executor.injected_transaction import InjectedTransaction
from gearexe_spec.executor.mempool import Insertion, Mempool, fetch_transactions, insert_transaction
from gearexe_spec.executor.node_view import NodeView
from gearexe_spec.executor.tx_validity import TxValidity, compute_validity, make_checker
from gearexe_spec.executor.validation_messages import make_validation_request
from gearexe_spec.onchain.eras import compute_threshold
from tests.executor.validators import eb, record, world


def view_of_chain(length: int) -> NodeView:
    """A node that has seen this many Ethereum blocks, with a code that waits, and no sequencer block."""
    return to_view(world(*(record(number) for number in range(length))))


@pytest.mark.parametrize("count", range(1, 100))
def test_executors_and_router_count_a_quorum_differently(count: int) -> None:
    on_chain = int(compute_threshold(U256(count), U128(2), U128(3)))

    assert compute_quorum(count) - on_chain == (1 if count % 3 == 0 else 0)


def test_a_batch_within_its_budget_is_longer_than_the_limit() -> None:
    view = view_of_chain(1)
    limits = BatchLimits(U64(CODE_COMMITMENT_CHARGE), U8(3), U32(500))

    batch = build_batch(view, eb(0), limits, None)

    assert batch is not None
    assert len(batch.code_commitments) == 1, "it was charged, and the budget sufficed"
    assert compute_batch_size(batch) > limits.batch_size_limit
    with pytest.raises(Rejected) as refused:
        validate_request(view, eb(0), limits, make_validation_request(batch), None)
    assert refused.value.reason is BatchRejection.BatchSizeLimitExceeded


def test_a_participant_with_another_expiry_refuses_every_batch() -> None:
    view = view_of_chain(1)
    limits = BatchLimits(U64(102_400), U8(3), U32(500))
    batch = build_batch(view, eb(0), limits, None)
    assert batch is not None
    request = make_validation_request(batch)
    validate_request(view, eb(0), limits, request, None)

    with pytest.raises(Rejected) as refused:
        validate_request(view, eb(0), replace(limits, commitment_delay_limit=U8(4)), request, None)

    assert refused.value.reason is BatchRejection.BatchDigestMismatch


def test_the_pool_offers_a_transaction_that_is_too_old() -> None:
    view = view_of_chain(33)
    head = eb(32)
    transaction = InjectedTransaction(ActorId.zero(), b"", U128(0), eb(0), b"")
    pool, answer = insert_transaction(Mempool(waiting=Map()), view, transaction)
    assert answer is Insertion.Inserted

    assert fetch_transactions(pool, view, head) == (transaction,)
    assert compute_validity(make_checker(view, head, Bytes32.zero()), transaction) is TxValidity.Outdated
