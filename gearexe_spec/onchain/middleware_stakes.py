"""Stake at past moments, and elections by it: what the Middleware asks every vault about every operator.

Rules: MID-90 to MID-96.
Source: Middleware.sol `getOperatorStakeAt`, `getActiveOperatorsStakeAt`, `makeElectionAt`, `_validTimestamp`,
`_collectOperatorStakeFromVaultsAt`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.clock import add_seconds, read_now
from gearexe_spec.onchain.election import Candidate, check_seats, elect
from gearexe_spec.onchain.eras import checked_add
from gearexe_spec.onchain.errors import MiddlewareRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.symbiotic_calls import ask_address, ask_stake_at
from gearexe_spec.onchain.words import encode_list, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_U256


def check_timestamp(frame: Frame, timestamp: U48) -> None:
    """The moment is past, and so near that nobody who took part can have been removed since (MID-90).

    Raises:
        Rejected: IncorrectTimestamp, Panic(0x11).
    """
    middleware, now = frame.middleware, read_now(frame)
    if timestamp >= now:
        raise Rejected(MiddlewareRejection.IncorrectTimestamp)
    grace = min(middleware.operator_grace_period, middleware.vault_grace_period)
    if add_seconds(timestamp, grace) <= now:
        raise Rejected(MiddlewareRejection.IncorrectTimestamp)


def collect_stake(frame: Frame, operator: Address, timestamp: U48) -> U256:
    """The stake of an operator in all vaults that were active, in units of the collateral (MID-92).

    Raises:
        Rejected: Panic(0x11); what vaults and delegators revert with.
    """
    middleware = frame.middleware
    total = ZERO_U256
    for vault, times in middleware.vaults:
        if times.was_active_at(timestamp):
            delegator = ask_address(frame, vault, "delegator()")
            stake = ask_stake_at(frame, delegator, middleware.subnetwork, operator, timestamp)
            total = checked_add(total, stake)
    return total


def iterate_candidates(frame: Frame, timestamp: U48) -> Iterator[Candidate]:
    """The operators that were active, with their stakes, in the order of enumeration (MID-93)."""
    for operator, times in frame.middleware.operators:
        if times.was_active_at(timestamp):
            yield Candidate(operator, collect_stake(frame, operator, timestamp))


def answer_operator_stake_at(frame: Frame) -> bytes:
    """The stake of an operator at a moment, zero if it was not active (MID-91).

    Raises:
        Rejected: IncorrectTimestamp, EnumerableMapNonexistentKey; what vaults and delegators revert with.
    """
    calldata = frame.calldata
    operator, timestamp = calldata.address(HEAD), calldata.unsigned(HEAD + WORD, U48)

    check_timestamp(frame, timestamp)
    if not frame.middleware.operators.get(operator).was_active_at(timestamp):
        return encode_word(ZERO_U256)
    return encode_word(collect_stake(frame, operator, timestamp))


def answer_active_operators_stake_at(frame: Frame) -> bytes:
    """Active operators and their stakes, those without stake too (MID-93).

    Raises:
        Rejected: IncorrectTimestamp; what vaults and delegators revert with.
    """
    timestamp = frame.calldata.unsigned(HEAD, U48)

    check_timestamp(frame, timestamp)
    candidates = tuple(iterate_candidates(frame, timestamp))
    operators = encode_list(candidate.operator for candidate in candidates)
    stakes = encode_list(candidate.stake for candidate in candidates)
    return encode_tuple((operators,), (stakes,))


def answer_election_at(frame: Frame) -> bytes:
    """Who is elected by the stake of a moment.

    Raises:
        Rejected: MaxValidatorsMustBeGreaterThanZero, IncorrectTimestamp; what vaults and delegators revert with.

    Rules: MID-94 to MID-96.
    Source: Middleware.sol `makeElectionAt`.
    """
    calldata = frame.calldata
    timestamp, max_validators = calldata.unsigned(HEAD, U48), calldata.u256(HEAD + WORD)

    check_seats(max_validators)
    check_timestamp(frame, timestamp)
    candidates = tuple(iterate_candidates(frame, timestamp))
    return encode_tuple((encode_list(elect(candidates, max_validators, timestamp)),))
