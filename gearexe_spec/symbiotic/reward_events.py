"""What the reward contracts emit.

Rules: ROU-7, ROU-8.
Source: symbiotic-rewards interfaces/defaultOperatorRewards, interfaces/defaultStakerRewards, interfaces/stakerRewards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.onchain.events import Event


@dataclass(frozen=True, slots=True)
class OperatorRewardsDistributed(Event):
    """A network has a new root for its operators, and perhaps paid in."""

    declaration: ClassVar[str] = (
        "DistributeRewards(address indexed network, address indexed token, uint256 amount, bytes32 root)"
    )
    network: Address
    token: Address
    amount: U256
    root: Bytes32


@dataclass(frozen=True, slots=True)
class OperatorRewardsClaimed(Event):
    """An operator was paid."""

    declaration: ClassVar[str] = (
        "ClaimRewards(address recipient, address indexed network, address indexed token,"
        " address indexed claimer, uint256 amount)"
    )
    recipient: Address
    network: Address
    token: Address
    claimer: Address
    amount: U256


@dataclass(frozen=True, slots=True)
class InitVault(Event):
    """Rewards are for the stakers of this vault."""

    declaration: ClassVar[str] = "InitVault(address vault)"
    vault: Address


@dataclass(frozen=True, slots=True)
class SetAdminFee(Event):
    """The administrator's part of later distributions, in hundredths of a percent."""

    declaration: ClassVar[str] = "SetAdminFee(uint256 adminFee)"
    admin_fee: U256


@dataclass(frozen=True, slots=True)
class StakerRewardsDistributed(Event):
    """A network paid the stakers of one second."""

    declaration: ClassVar[str] = (
        "DistributeRewards(address indexed network, address indexed token, uint256 distributeAmount,"
        " uint256 adminFeeAmount, uint48 timestamp)"
    )
    network: Address
    token: Address
    distribute_amount: U256
    admin_fee_amount: U256
    timestamp: U48


@dataclass(frozen=True, slots=True)
class StakerRewardsClaimed(Event):
    """A staker was paid."""

    declaration: ClassVar[str] = (
        "ClaimRewards(address indexed network, address indexed token, address indexed claimer,"
        " uint256 amount, address recipient)"
    )
    network: Address
    token: Address
    claimer: Address
    amount: U256
    recipient: Address


@dataclass(frozen=True, slots=True)
class ClaimRewardsExtra(Event):
    """Which distributions a staker was paid for."""

    declaration: ClassVar[str] = (
        "ClaimRewardsExtra(address indexed network, address indexed token, address indexed claimer,"
        " uint256 firstRewardIndex, uint256 numRewards)"
    )
    network: Address
    token: Address
    claimer: Address
    first_reward_index: U256
    num_rewards: U256


@dataclass(frozen=True, slots=True)
class ClaimAdminFee(Event):
    """The administrator was paid; the parameter named recipient carries the token (finding F-REW-1)."""

    declaration: ClassVar[str] = "ClaimAdminFee(address indexed recipient, uint256 amount)"
    token: Address
    amount: U256
