"""How many injected transactions a proposer takes: to the byte, which in a vector would be a quarter of a megabyte."""

import pytest

from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U128
from gearexe_spec.executor.block_proposals import GREATEST_INJECTED_SIZE, choose_transactions
from gearexe_spec.executor.injected_transaction import (
    InjectedTransaction,
    SignedInjectedTransaction,
    digest_transaction,
    signed_injected_transaction,
)
from gearexe_spec.executor.signed_message import sign_message
from tests.executor.validators import KEYS, eb

PROGRAM = ActorId(bytes(12) + b"\x42" * 20)


def injected(length: int) -> SignedInjectedTransaction:
    transaction = InjectedTransaction(PROGRAM, bytes(length), U128(0), eb(5), b"\x02")
    return sign_message(KEYS[0], transaction, digest_transaction(transaction))


@pytest.mark.parametrize(("more", "taken"), [(0, 2), (1, 1)])
def test_the_size_is_a_bound_that_may_be_reached(more: int, taken: int) -> None:
    """BLK-122."""
    first = injected(100_000)
    around = len(signed_injected_transaction.encode(injected(20_000))) - 20_000
    left = GREATEST_INJECTED_SIZE - len(signed_injected_transaction.encode(first)) - around
    pool = (first, injected(left + more))
    assert sum(len(signed_injected_transaction.encode(signed)) for signed in pool) == GREATEST_INJECTED_SIZE + more
    assert choose_transactions(pool, frozenset()) == pool[:taken]
    assert choose_transactions((*pool, injected(1)), frozenset())[taken:] == (() if taken == 2 else (injected(1),))
