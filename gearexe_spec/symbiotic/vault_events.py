"""What vaults emit.

Rules: ROU-7, ROU-8.
Source: the `event` declarations of symbiotic-core `interfaces/vault/IVault.sol`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.onchain.events import Event


@dataclass(frozen=True, slots=True)
class Deposit(Event):
    """Assets came in, and shares were minted for them."""

    declaration: ClassVar[str] = (
        "Deposit(address indexed depositor, address indexed onBehalfOf, uint256 amount, uint256 shares)"
    )
    depositor: Address
    on_behalf_of: Address
    amount: U256
    shares: U256


@dataclass(frozen=True, slots=True)
class Withdraw(Event):
    """Assets leave with the next epoch."""

    declaration: ClassVar[str] = (
        "Withdraw(address indexed withdrawer, address indexed claimer, "
        "uint256 amount, uint256 burnedShares, uint256 mintedShares)"
    )
    withdrawer: Address
    claimer: Address
    amount: U256
    burned_shares: U256
    minted_shares: U256


@dataclass(frozen=True, slots=True)
class Claim(Event):
    """What left with an epoch was paid out."""

    declaration: ClassVar[str] = (
        "Claim(address indexed claimer, address indexed recipient, uint256 epoch, uint256 amount)"
    )
    claimer: Address
    recipient: Address
    epoch: U256
    amount: U256


@dataclass(frozen=True, slots=True)
class ClaimBatch(Event):
    """What left with several epochs was paid out."""

    declaration: ClassVar[str] = (
        "ClaimBatch(address indexed claimer, address indexed recipient, uint256[] epochs, uint256 amount)"
    )
    claimer: Address
    recipient: Address
    epochs: tuple[U256, ...]
    amount: U256


@dataclass(frozen=True, slots=True)
class VaultOnSlash(Event):
    """A slash reached the vault: what was asked, and what was taken."""

    declaration: ClassVar[str] = "OnSlash(uint256 amount, uint48 captureTimestamp, uint256 slashedAmount)"
    amount: U256
    capture_timestamp: U48
    slashed_amount: U256


@dataclass(frozen=True, slots=True)
class SetDepositWhitelist(Event):
    """Deposits are for some only, or for all."""

    declaration: ClassVar[str] = "SetDepositWhitelist(bool status)"
    status: bool


@dataclass(frozen=True, slots=True)
class SetDepositorWhitelistStatus(Event):
    """Somebody may deposit while deposits are for some only, or may no longer."""

    declaration: ClassVar[str] = "SetDepositorWhitelistStatus(address indexed account, bool status)"
    account: Address
    status: bool


@dataclass(frozen=True, slots=True)
class SetIsDepositLimit(Event):
    """Deposits are limited, or not."""

    declaration: ClassVar[str] = "SetIsDepositLimit(bool status)"
    status: bool


@dataclass(frozen=True, slots=True)
class SetDepositLimit(Event):
    """The active stake that deposits may reach."""

    declaration: ClassVar[str] = "SetDepositLimit(uint256 limit)"
    limit: U256


@dataclass(frozen=True, slots=True)
class SetDelegator(Event):
    """The vault has its delegator, for ever."""

    declaration: ClassVar[str] = "SetDelegator(address indexed delegator)"
    delegator: Address


@dataclass(frozen=True, slots=True)
class SetSlasher(Event):
    """The vault has its slasher, or none, for ever."""

    declaration: ClassVar[str] = "SetSlasher(address indexed slasher)"
    slasher: Address
