"""The contracts on the specification, beside py-evm in the same run; and what a bigger world costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import pytest

from benchmarks.onchain_twin import CODE, DEPLOYER, Twin, make_twin
from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64
from gearexe_spec.onchain.transaction import Applied, Call, apply_call
from gearexe_spec.onchain.world import Account, CloneCode, World

ENOUGH_GAS = 2**40
WANTED_RATIO = 20
"""How many times faster the specification has to be."""
SIZES = (10**2, 10**4, 10**6)


@pytest.fixture(scope="module")
def twin() -> Twin:
    return make_twin(programs=100)


@pytest.mark.parametrize("transitions", [1, 10, 100])
def test_commit_batch_beside_py_evm(benchmark: Any, twin: Twin, transitions: int) -> None:
    """The same batch, signed by four, on both."""
    data = twin.batch_of_transitions(transitions)
    call = Call(DEPLOYER, twin.oracle.router, data)

    result = benchmark(apply_call, twin.world, twin.block, call)
    assert isinstance(result, Applied)

    peer = shortest(lambda: twin.oracle.world.call(DEPLOYER, twin.oracle.router, data, dry=True, gas=ENOUGH_GAS), 2)
    own = shortest(lambda: apply_call(twin.world, twin.block, call), 5)
    benchmark.extra_info |= {"peer": "py-evm", "peer_seconds": peer, "ratio": round(peer / own, 1)}
    assert peer / own > WANTED_RATIO


def test_a_transition_costs_the_same_in_any_world(benchmark: Any, twin: Twin) -> None:
    """One transition among 10^2, 10^4 and 10^6 programs."""
    data = twin.batch_of_transitions(1)
    call = Call(DEPLOYER, twin.oracle.router, data)
    worlds = {size: grow(twin.world, twin.oracle.router, size) for size in SIZES}
    seconds = {
        size: shortest(lambda world=world: apply_call(world, twin.block, call), 50) for size, world in worlds.items()
    }  # type: ignore[misc]

    assert isinstance(benchmark(apply_call, worlds[SIZES[-1]], twin.block, call), Applied)
    ratio = seconds[SIZES[-1]] / seconds[SIZES[0]]
    benchmark.extra_info |= {"peer": "the same among 100 programs", "ratio": round(ratio, 2)}
    assert ratio < 2


def grow(world: World, router: Address, programs: int) -> World:
    """The world with so many programs more, each with its Mirror."""
    account = world.account(router)
    storage = account.storage
    more = {Address((2**64 + number).to_bytes(20, "big")): CODE for number in range(programs)}
    mirror = Account(nonce=U64(1), code=CloneCode(router, True))
    grown = replace(storage.router, programs=storage.router.programs.update(more))
    changed = replace(account, storage=replace(storage, router=grown))
    accounts = world.accounts.update(dict.fromkeys(more, mirror))
    return replace(world, accounts=accounts.set(router, changed))


def shortest(run: Callable[[], object], times: int) -> float:
    """Seconds of the fastest of several runs."""
    fastest = float("inf")
    for _ in range(times):
        began = perf_counter()
        run()
        fastest = min(fastest, perf_counter() - began)
    return fastest
