"""What a vault owes to whom: active stake, withdrawals by epoch, and how a slash is shared among them.

These are the numbers alone; tokens, whitelists and limits belong to the vault's contract. Amounts are in base units of
the collateral.

Rules: SYM-30 to SYM-43.
Source: symbiotic-core vault/VaultStorage.sol, vault/Vault.sol.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.errors import DIVISION_BY_ZERO, panic
from gearexe_spec.symbiotic.checkpoints import Trace
from gearexe_spec.symbiotic.errors import VaultRejection
from gearexe_spec.symbiotic.shares import mul_div, preview_deposit, preview_redeem, preview_withdraw

NONE = U256(0)
NO_HISTORY = Trace(NONE)


@dataclass(frozen=True, slots=True)
class Epochs:
    """The vault's calendar.

    Args:
        start: when epoch 0 began, in seconds.
        duration: of each epoch in seconds; zero where no vault was made.
    """

    start: U48
    duration: U48

    def at(self, timestamp: U48) -> int:
        """The epoch of a second (SYM-30).

        Raises:
            Rejected: InvalidTimestamp, before the vault was made; Panic(0x12) where none was made.

        Source: VaultStorage.sol `epochAt`.
        """
        if timestamp < self.start:
            raise Rejected(VaultRejection.InvalidTimestamp)
        if self.duration == 0:
            raise panic(DIVISION_BY_ZERO)
        return (int(timestamp) - int(self.start)) // int(self.duration)


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """What leaves the vault with one epoch.

    Args:
        assets: claimable once the epoch is over.
        shares: of all claimers together.
        shares_of: by claimer.
        claimed: who has been paid.
    """

    assets: U256 = NONE
    shares: U256 = NONE
    shares_of: Map[Address, U256] = Map()
    claimed: frozenset[Address] = frozenset()

    def add(self, claimer: Address, assets: U256) -> tuple[Withdrawals, U256]:
        """One more withdrawal, and the shares it gets (SYM-33)."""
        minted = preview_deposit(assets, self.shares, self.assets)
        shares_of = self.shares_of.set(claimer, self.shares_of.get(claimer, NONE) + minted)
        added = Withdrawals(self.assets + assets, self.shares + minted, shares_of, self.claimed)
        return added, minted

    def of(self, claimer: Address) -> U256:
        """The assets of a claimer (SYM-34)."""
        return preview_redeem(self.shares_of.get(claimer, NONE), self.assets, self.shares)


NO_WITHDRAWALS = Withdrawals()


@dataclass(frozen=True, slots=True)
class VaultAccounts:
    """All numbers of a vault.

    Args:
        epochs: its calendar.
        active_stake: history of the assets that are neither withdrawn nor slashed.
        active_shares: history of the shares in them.
        active_shares_of: the same by owner.
        withdrawals: by epoch.
    """

    epochs: Epochs
    active_stake: Trace[U256] = NO_HISTORY
    active_shares: Trace[U256] = NO_HISTORY
    active_shares_of: Map[Address, Trace[U256]] = Map()
    withdrawals: Map[int, Withdrawals] = Map()

    def shares_of(self, owner: Address) -> Trace[U256]:
        """The history of an owner's active shares."""
        return self.active_shares_of.get(owner, NO_HISTORY)

    def withdrawals_in(self, epoch: int) -> Withdrawals:
        """What leaves with an epoch."""
        return self.withdrawals.get(epoch, NO_WITHDRAWALS)

    def active_balance(self, owner: Address) -> U256:
        """The assets that an owner's active shares stand for (SYM-34)."""
        return preview_redeem(self.shares_of(owner).latest(), self.active_stake.latest(), self.active_shares.latest())

    def total_stake(self, now: U48) -> U256:
        """Everything that may still be slashed (SYM-35)."""
        epoch = self.epochs.at(now)
        leaving = self.withdrawals_in(epoch).assets + self.withdrawals_in(epoch + 1).assets
        return self.active_stake.latest() + leaving


def deposit(accounts: VaultAccounts, now: U48, owner: Address, assets: U256) -> tuple[VaultAccounts, U256]:
    """Add assets for an owner; the shares may be none.

    Returns:
        The accounts, and the shares that were minted.

    Rules: SYM-31.
    Source: Vault.sol `deposit`.
    """
    stake, shares = accounts.active_stake.latest(), accounts.active_shares.latest()
    minted = preview_deposit(assets, shares, stake)
    own = accounts.shares_of(owner)
    after = replace(
        accounts,
        active_stake=accounts.active_stake.push(now, stake + assets),
        active_shares=accounts.active_shares.push(now, shares + minted),
        active_shares_of=accounts.active_shares_of.set(owner, own.push(now, own.latest() + minted)),
    )
    return after, minted


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a withdrawal came to.

    Args:
        accounts: after it.
        assets: that leave.
        burned: active shares of the owner.
        minted: withdrawal shares for the claimer.
    """

    accounts: VaultAccounts
    assets: U256
    burned: U256
    minted: U256


def withdraw(accounts: VaultAccounts, now: U48, parties: tuple[Address, Address], assets: U256) -> Leaving:
    """Take assets out at the end of the next epoch.

    Args:
        accounts: before.
        now: the block's second.
        parties: the owner of the shares, and who may claim.
        assets: as many exactly.

    Raises:
        Rejected: InsufficientWithdrawal, TooMuchWithdraw.

    Rules: SYM-32, SYM-33, SYM-36, SYM-37.
    Source: Vault.sol `withdraw`.
    """
    if assets == 0:
        raise Rejected(VaultRejection.InsufficientWithdrawal)
    burned = preview_withdraw(assets, accounts.active_shares.latest(), accounts.active_stake.latest())
    if burned > accounts.shares_of(parties[0]).latest():
        raise Rejected(VaultRejection.TooMuchWithdraw)
    return move_to_withdrawals(accounts, now, parties, assets, burned)


def redeem(accounts: VaultAccounts, now: U48, parties: tuple[Address, Address], shares: U256) -> Leaving:
    """Take out what shares stand for, at the end of the next epoch.

    Raises:
        Rejected: TooMuchRedeem, InsufficientRedemption.

    Rules: SYM-32, SYM-33, SYM-38, SYM-39.
    Source: Vault.sol `redeem`.
    """
    if shares > accounts.shares_of(parties[0]).latest():
        raise Rejected(VaultRejection.TooMuchRedeem)
    assets = preview_redeem(shares, accounts.active_stake.latest(), accounts.active_shares.latest())
    if assets == 0:
        raise Rejected(VaultRejection.InsufficientRedemption)
    return move_to_withdrawals(accounts, now, parties, assets, shares)


def move_to_withdrawals(
    accounts: VaultAccounts, now: U48, parties: tuple[Address, Address], assets: U256, burned: U256
) -> Leaving:
    """Move assets from the active stake to what leaves with the next epoch (SYM-32, SYM-33).

    Source: Vault.sol `_withdraw`.
    """
    owner, claimer = parties
    own, epoch = accounts.shares_of(owner), accounts.epochs.at(now) + 1
    leaving, minted = accounts.withdrawals_in(epoch).add(claimer, assets)
    after = replace(
        accounts,
        active_stake=accounts.active_stake.push(now, accounts.active_stake.latest() - assets),
        active_shares=accounts.active_shares.push(now, accounts.active_shares.latest() - burned),
        active_shares_of=accounts.active_shares_of.set(owner, own.push(now, own.latest() - burned)),
        withdrawals=accounts.withdrawals.set(epoch, leaving),
    )
    return Leaving(after, assets, burned, minted)


def claim(accounts: VaultAccounts, now: U48, claimer: Address, epoch: int) -> tuple[VaultAccounts, U256]:
    """Pay out what left with a past epoch; its numbers stay, so that others' parts do not change.

    Returns:
        The accounts, and the amount to pay.

    Raises:
        Rejected: InvalidEpoch, AlreadyClaimed, InsufficientClaim.

    Rules: SYM-40.
    Source: Vault.sol `_claim`.
    """
    if epoch >= accounts.epochs.at(now):
        raise Rejected(VaultRejection.InvalidEpoch)
    leaving = accounts.withdrawals_in(epoch)
    if claimer in leaving.claimed:
        raise Rejected(VaultRejection.AlreadyClaimed)
    amount = leaving.of(claimer)
    if amount == 0:
        raise Rejected(VaultRejection.InsufficientClaim)
    paid = replace(leaving, claimed=leaving.claimed | {claimer})
    return replace(accounts, withdrawals=accounts.withdrawals.set(epoch, paid)), amount


def slash(accounts: VaultAccounts, now: U48, amount: U256, capture: U48) -> tuple[VaultAccounts, U256]:
    """Take assets from all alike, for what happened at a captured second; shares stay.

    Returns:
        The accounts, and how much was taken: at most what that capture reaches.

    Raises:
        Rejected: InvalidTimestamp, InvalidCaptureEpoch.

    Rules: SYM-41 to SYM-43.
    Source: Vault.sol `onSlash`.
    """
    epoch, captured = accounts.epochs.at(now), accounts.epochs.at(capture)
    if captured > epoch or captured + 1 < epoch:
        raise Rejected(VaultRejection.InvalidCaptureEpoch)
    reaches_current = captured < epoch
    active, coming = accounts.active_stake.latest(), accounts.withdrawals_in(epoch + 1)
    current = accounts.withdrawals_in(epoch)

    slashable = active + coming.assets + (current.assets if reaches_current else NONE)
    taken = min(amount, slashable)
    if taken == 0:
        return accounts, NONE
    from_active = mul_div(taken, active, slashable)
    from_coming, from_current = taken - from_active, NONE
    if reaches_current:
        from_coming = mul_div(taken, coming.assets, slashable)
        from_current = taken - from_active - from_coming
        excess = max(int(from_current) - int(current.assets), 0)
        from_coming, from_current = from_coming + excess, from_current - excess

    withdrawals = accounts.withdrawals
    if reaches_current:
        withdrawals = withdrawals.set(epoch, replace(current, assets=current.assets - from_current))
    withdrawals = withdrawals.set(epoch + 1, replace(coming, assets=coming.assets - from_coming))
    stake = accounts.active_stake.push(now, active - from_active)
    return replace(accounts, active_stake=stake, withdrawals=withdrawals), taken
