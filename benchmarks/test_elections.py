"""An election over 10,000 operators with 10 vaults each, from known stakes.

Asking every vault about every operator, as the contract does, costs operators times vaults calls; `collect_candidates`
costs one addition for each stake, and `tests/onchain/test_middleware.py` holds both against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.onchain.election import collect_candidates, elect
from gearexe_spec.onchain.timed_map import TimedMap

OPERATORS, VAULTS_EACH, SEATS = 10_000, 10, U256(100)
WANTED_SECONDS = 2.0
NOW = U48(1_700_000_000)


def address(number: int) -> Address:
    return Address(number.to_bytes(20, "big"))


def prepare(count: int) -> Callable[[], tuple[Address, ...]]:
    """An election among so many operators."""
    operators, vaults = TimedMap(), TimedMap()
    stakes: dict[Address, dict[Address, U256]] = {}
    for number in range(count):
        operators = operators.append(address(number + 1), NOW)
        for place in range(VAULTS_EACH):
            vault = address(1_000_000 + number * VAULTS_EACH + place)
            vaults = vaults.append(vault, NOW)
            stakes[vault] = {address(number + 1): U256(number * 7919 % 1009)}
    return lambda: elect(collect_candidates(operators, vaults, stakes, NOW), SEATS, NOW)


def test_election_of_ten_thousand(benchmark: Any) -> None:
    """The contract's own way would be 10^9 calls of vaults here, so that the peer is an election of a tenth."""
    few, many = prepare(OPERATORS // 10), prepare(OPERATORS)
    few()
    began = perf_counter()
    few()
    tenth = perf_counter() - began

    elected = benchmark.pedantic(many, rounds=3, iterations=1)

    seconds = benchmark.stats.stats.min
    benchmark.extra_info |= {"peer": "1,000 operators, per operator", "ratio": round(seconds / 10 / tenth, 2)}
    assert len(elected) == SEATS
    assert benchmark.stats.stats.mean < WANTED_SECONDS
