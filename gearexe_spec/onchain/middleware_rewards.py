"""Rewards on their way from the Router to the contracts that pay operators and stakers.

Rules: MID-110 to MID-116.
Source: Middleware.sol `distributeOperatorRewards`, `distributeStakerRewards`.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.batch_calldata import STAKER_REWARDS_WORDS, STAKERS_WORDS, at_word
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata
from gearexe_spec.onchain.commitments import (
    OperatorRewardsCommitment,
    StakerRewards,
    StakerRewardsCommitment,
    hash_operator_rewards,
    hash_staker_rewards,
    preimage_operator_rewards,
)
from gearexe_spec.onchain.errors import MiddlewareRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.middleware_slashing import check_registered_vault
from gearexe_spec.onchain.symbiotic_calls import NO_HINT, distribute_to_operators, distribute_to_stakers
from gearexe_spec.onchain.words import encode_tuple, encode_word


def check_is_from_router(frame: Frame, token: Address) -> None:
    """The Router calls, about the collateral.

    Raises:
        Rejected: NotRouter, UnknownCollateral.

    Rules: MID-110, MID-111.
    """
    if frame.sender != frame.middleware.router:
        raise Rejected(MiddlewareRejection.NotRouter)
    if token != frame.middleware.collateral:
        raise Rejected(MiddlewareRejection.UnknownCollateral)


def apply_distribute_operator_rewards(frame: Frame) -> bytes:
    """Pass the rewards of operators on; the Router is named as their network (finding F-MID-1).

    Returns:
        The hash that the Router puts into the batch.

    Raises:
        Rejected: NotRouter, UnknownCollateral; what the contract of rewards reverts with.

    Rules: MID-110 to MID-113.
    """
    calldata, middleware = frame.calldata, frame.middleware
    token = calldata.address(HEAD)
    commitment = OperatorRewardsCommitment(calldata.u256(at_word(HEAD, 1)), calldata.bytes32(at_word(HEAD, 2)))

    check_is_from_router(frame, token)
    rewards = middleware.symbiotic.operator_rewards
    distribute_to_operators(frame, rewards, middleware.router, token, preimage_operator_rewards(commitment))
    return hash_operator_rewards(commitment)


def apply_distribute_staker_rewards(frame: Frame) -> bytes:
    """Pass the rewards of stakers on, vault by vault; their total is not compared with the parts.

    Returns:
        The hash that the Router puts into the batch.

    Raises:
        Rejected: NotRouter, UnknownCollateral, NotRegisteredVault; what the contracts of rewards revert with.

    Rules: MID-110, MID-111, MID-114 to MID-116.
    """
    commitment = read_staker_rewards(frame.calldata)
    timestamp = frame.calldata.unsigned(HEAD + WORD, U48)

    check_is_from_router(frame, commitment.token)
    data = encode_tuple(encode_word(timestamp), encode_word(frame.middleware.max_admin_fee), NO_HINT, NO_HINT)
    for entry in commitment.distribution:
        check_registered_vault(frame, entry.vault)
        rewards = frame.middleware.vaults.get(entry.vault).pinned
        distribute_to_stakers(frame, rewards, (frame.middleware.router, commitment.token, entry.amount), data)
    return hash_staker_rewards(commitment)


def read_staker_rewards(calldata: Calldata) -> StakerRewardsCommitment:
    """The first argument, copied to memory as a whole before anything is checked (ROU-11, MID-114).

    Raises:
        Rejected: Empty, Panic(0x41).
    """
    rewards = calldata.entry_record(HEAD, WORD * STAKERS_WORDS)
    entries = calldata.memory_member(rewards, rewards, WORD * STAKER_REWARDS_WORDS, WORD)
    distribution = tuple(
        StakerRewards(calldata.address(at), calldata.u256(at_word(at, 1)))
        for at in (at_word(entries.place, STAKER_REWARDS_WORDS * index) for index in range(entries.length))
    )
    return StakerRewardsCommitment(
        distribution=distribution,
        total_amount=calldata.u256(at_word(rewards, 1)),
        token=calldata.address(at_word(rewards, 2)),
    )
