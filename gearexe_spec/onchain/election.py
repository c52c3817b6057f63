"""Who validates the next era: the election by stake, as the Middleware computes it.

Rules: ELE-1 to ELE-4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.errors import OVERFLOW, MiddlewareRejection, panic
from gearexe_spec.onchain.timed_map import TimedMap


@dataclass(frozen=True, slots=True)
class Candidate:
    """An active operator and its stake in base units of the collateral; a stake of zero is no obstacle."""

    operator: Address
    stake: U256


def elect(candidates: Sequence[Candidate], max_validators: U256, timestamp: U48) -> tuple[Address, ...]:
    """The validators among the active operators.

    Args:
        candidates: in the order of the Middleware's enumeration, which decides ties and the order where nobody is cut.
        max_validators: number of seats.
        timestamp: the moment of the election in seconds; it alone decides the draw.

    Raises:
        Rejected: MaxValidatorsMustBeGreaterThanZero.

    Rules: ELE-1 to ELE-4.
    Source: Middleware.sol `makeElectionAt`.
    """
    check_seats(max_validators)

    if len(candidates) <= max_validators:
        return tuple(candidate.operator for candidate in candidates)

    ranking = sorted(candidates, key=lambda candidate: -int(candidate.stake))
    last_seat = max_validators - 1
    contenders = 1 + count_equal_below(ranking, last_seat)
    elected = [candidate.operator for candidate in ranking[:max_validators]]
    elected[last_seat] = ranking[last_seat + compute_draw(timestamp, contenders)].operator
    return tuple(elected)


def collect_candidates(
    operators: TimedMap, vaults: TimedMap, stakes: Mapping[Address, Mapping[Address, U256]], timestamp: U48
) -> tuple[Candidate, ...]:
    """The active operators with their stakes, made from what is known of each vault instead of by asking every vault.

    It costs what there are stakes, not operators times vaults.

    Args:
        operators: of the Middleware.
        vaults: of the Middleware.
        stakes: by vault and operator, at `timestamp`, in units of the collateral; zeros may be left out.
        timestamp: the moment of the election in seconds.

    Raises:
        Rejected: Panic(0x11), a sum passes 256 bits.

    Rules: MID-92, MID-93.
    """
    totals: dict[Address, int] = {}
    for vault, times in vaults:
        if times.was_active_at(timestamp):
            for operator, stake in stakes.get(vault, {}).items():
                totals[operator] = totals.get(operator, 0) + int(stake)
    active = [operator for operator, times in operators if times.was_active_at(timestamp)]
    if any(totals.get(operator, 0) > U256.MAX for operator in active):
        raise panic(OVERFLOW)
    return tuple(Candidate(operator, U256(totals.get(operator, 0))) for operator in active)


def check_seats(max_validators: U256) -> None:
    """There is at least one seat (ELE-1).

    Raises:
        Rejected: MaxValidatorsMustBeGreaterThanZero.
    """
    if max_validators == 0:
        raise Rejected(MiddlewareRejection.MaxValidatorsMustBeGreaterThanZero)


def count_equal_below(ranking: Sequence[Candidate], seat: int) -> int:
    """How many candidates directly below a seat have the same stake as the one in it (ELE-3)."""
    below = seat + 1
    while below < len(ranking) and ranking[below].stake == ranking[seat].stake:
        below += 1
    return below - seat - 1


def compute_seed(timestamp: U48) -> Bytes32:
    """Keccak-256 of the timestamp, 6 bytes big-endian (ELE-4)."""
    return keccak256(timestamp.to_big_endian())


def compute_draw(timestamp: U48, contenders: int) -> int:
    """Which of the contenders for the last seat wins; 0 is the one that sits in it (ELE-4)."""
    return int.from_bytes(compute_seed(timestamp), "big") % contenders
