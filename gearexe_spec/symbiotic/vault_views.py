"""What a vault answers about itself: settings, epochs, and the accounts now and at past seconds.

Rules: SYM-99; the numbers are SYM-30 to SYM-35.
Source: symbiotic-core vault/VaultStorage.sol, vault/Vault.sol.
"""

from __future__ import annotations

from collections.abc import Callable

from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.dispatch import Function
from gearexe_spec.onchain.errors import OpenZeppelinRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import encode_word
from gearexe_spec.symbiotic.checkpoints import Trace
from gearexe_spec.symbiotic.contract import checked_arithmetic, read_now
from gearexe_spec.symbiotic.errors import VaultRejection
from gearexe_spec.symbiotic.hints import look_up, read_hints
from gearexe_spec.symbiotic.shares import preview_redeem
from gearexe_spec.symbiotic.vault_accounts import Withdrawals
from gearexe_spec.symbiotic.vault_storage import (
    DEPOSIT_LIMIT_SET_ROLE,
    DEPOSIT_WHITELIST_SET_ROLE,
    DEPOSITOR_WHITELIST_ROLE,
    IS_DEPOSIT_LIMIT_SET_ROLE,
    VaultStorage,
    vault_of,
)

NONE = U256(0)
Value = bool | int | bytes


def view(signature: str, words: int, answer: Callable[[Frame, VaultStorage], Value]) -> Function:
    """A function that answers one word from the vault's record, with checked arithmetic."""

    def run(frame: Frame) -> bytes:
        with checked_arithmetic():
            return encode_word(answer(frame, vault_of(frame)))

    return Function(signature, words, run)


def current_epoch(frame: Frame, vault: VaultStorage) -> int:
    """The epoch of this second."""
    return vault.accounts.epochs.at(read_now(frame))


def start_of(vault: VaultStorage, epoch: int) -> U48:
    """When an epoch begins (SYM-99).

    Raises:
        Rejected: SafeCastOverflowedUintDowncast(48, second).
    """
    second = U256(int(vault.accounts.epochs.start) + epoch * int(vault.accounts.epochs.duration))
    if second > U48.MAX:
        raise Rejected(OpenZeppelinRejection.SafeCastOverflowedUintDowncast, U256(48), second)
    return U48(second)


def answer_previous_epoch_start(frame: Frame, vault: VaultStorage) -> U48:
    """When the epoch before this one began (SYM-99).

    Raises:
        Rejected: NoPreviousEpoch.
    """
    epoch = current_epoch(frame, vault)
    if epoch == 0:
        raise Rejected(VaultRejection.NoPreviousEpoch)
    return start_of(vault, epoch - 1)


def answer_slashable_balance(frame: Frame, vault: VaultStorage) -> U256:
    """What an account has at stake: active, and leaving with this epoch and the next."""
    account, epoch = frame.calldata.address(HEAD), current_epoch(frame, vault)
    accounts = vault.accounts
    leaving = accounts.withdrawals_in(epoch).of(account), accounts.withdrawals_in(epoch + 1).of(account)
    return accounts.active_balance(account) + leaving[0] + leaving[1]


def answer_active_balance_at(frame: Frame, vault: VaultStorage) -> U256:
    """What an account's shares were worth at the end of a second, with hints for the three lookups."""
    calldata = frame.calldata
    account, timestamp = calldata.address(HEAD), calldata.unsigned(HEAD + WORD, U48)
    hints = read_hints(calldata.bytes(calldata.entry_slice(HEAD + 2 * WORD, 1)), 3)
    own = look_up(vault.accounts.shares_of(account), timestamp, hints[0])
    stake = look_up(vault.accounts.active_stake, timestamp, hints[1])
    return preview_redeem(own, stake, look_up(vault.accounts.active_shares, timestamp, hints[2]))


def at_second(frame: Frame, history: Trace[U256], place: int) -> U256:
    """A value at the end of the second that the parameter at a place says, with the hint behind it."""
    calldata = frame.calldata
    timestamp = calldata.unsigned(HEAD + place * WORD, U48)
    return look_up(history, timestamp, calldata.bytes(calldata.memory_slice(HEAD + (place + 1) * WORD, 1)))


def answer_active_shares_of_at(frame: Frame, vault: VaultStorage) -> U256:
    """An account's shares at the end of a second."""
    account = frame.calldata.address(HEAD)
    return at_second(frame, vault.accounts.shares_of(account), 1)


def leaving_with(frame: Frame, vault: VaultStorage) -> Withdrawals:
    """What leaves with the epoch that the first parameter says."""
    return vault.accounts.withdrawals_in(int(frame.calldata.u256(HEAD)))


def withdrawal_shares_of(frame: Frame, vault: VaultStorage) -> U256:
    """A claimer's shares of what leaves with an epoch."""
    claimer = frame.calldata.address(HEAD + WORD)
    return leaving_with(frame, vault).shares_of.get(claimer, NONE)


def answer_withdrawals_of(frame: Frame, vault: VaultStorage) -> U256:
    """A claimer's assets of what leaves with an epoch."""
    claimer = frame.calldata.address(HEAD + WORD)
    return leaving_with(frame, vault).of(claimer)


def answer_is_claimed(frame: Frame, vault: VaultStorage) -> bool:
    """Whether a claimer was paid what left with an epoch."""
    claimer = frame.calldata.address(HEAD + WORD)
    return claimer in leaving_with(frame, vault).claimed


SETTINGS = (
    view("DEPOSIT_WHITELIST_SET_ROLE()", 0, lambda frame, vault: DEPOSIT_WHITELIST_SET_ROLE),
    view("DEPOSITOR_WHITELIST_ROLE()", 0, lambda frame, vault: DEPOSITOR_WHITELIST_ROLE),
    view("IS_DEPOSIT_LIMIT_SET_ROLE()", 0, lambda frame, vault: IS_DEPOSIT_LIMIT_SET_ROLE),
    view("DEPOSIT_LIMIT_SET_ROLE()", 0, lambda frame, vault: DEPOSIT_LIMIT_SET_ROLE),
    view("collateral()", 0, lambda frame, vault: vault.collateral),
    view("burner()", 0, lambda frame, vault: vault.burner),
    view("delegator()", 0, lambda frame, vault: vault.delegator),
    view("isDelegatorInitialized()", 0, lambda frame, vault: vault.is_delegator_initialized),
    view("slasher()", 0, lambda frame, vault: vault.slasher),
    view("isSlasherInitialized()", 0, lambda frame, vault: vault.is_slasher_initialized),
    view("isInitialized()", 0, lambda frame, vault: vault.is_delegator_initialized and vault.is_slasher_initialized),
    view("depositWhitelist()", 0, lambda frame, vault: vault.deposit_whitelist),
    view("isDepositorWhitelisted(address)", 1, lambda frame, vault: frame.calldata.address(HEAD) in vault.depositors),
    view("isDepositLimit()", 0, lambda frame, vault: vault.is_deposit_limit),
    view("depositLimit()", 0, lambda frame, vault: vault.deposit_limit),
)
EPOCHS = (
    view("epochDuration()", 0, lambda frame, vault: vault.accounts.epochs.duration),
    view("epochDurationInit()", 0, lambda frame, vault: vault.accounts.epochs.start),
    view("epochAt(uint48)", 1, lambda frame, vault: vault.accounts.epochs.at(frame.calldata.unsigned(HEAD, U48))),
    view("currentEpoch()", 0, current_epoch),
    view("currentEpochStart()", 0, lambda frame, vault: start_of(vault, current_epoch(frame, vault))),
    view("previousEpochStart()", 0, answer_previous_epoch_start),
    view("nextEpochStart()", 0, lambda frame, vault: start_of(vault, current_epoch(frame, vault) + 1)),
)
ACCOUNTS = (
    view("totalStake()", 0, lambda frame, vault: vault.accounts.total_stake(read_now(frame))),
    view("activeStake()", 0, lambda frame, vault: vault.accounts.active_stake.latest()),
    view("activeStakeAt(uint48,bytes)", 2, lambda frame, vault: at_second(frame, vault.accounts.active_stake, 0)),
    view("activeShares()", 0, lambda frame, vault: vault.accounts.active_shares.latest()),
    view("activeSharesAt(uint48,bytes)", 2, lambda frame, vault: at_second(frame, vault.accounts.active_shares, 0)),
    view(
        "activeSharesOf(address)",
        1,
        lambda frame, vault: vault.accounts.shares_of(frame.calldata.address(HEAD)).latest(),
    ),
    view("activeSharesOfAt(address,uint48,bytes)", 3, answer_active_shares_of_at),
    view(
        "activeBalanceOf(address)", 1, lambda frame, vault: vault.accounts.active_balance(frame.calldata.address(HEAD))
    ),
    view("activeBalanceOfAt(address,uint48,bytes)", 3, answer_active_balance_at),
    view("slashableBalanceOf(address)", 1, answer_slashable_balance),
    view("withdrawals(uint256)", 1, lambda frame, vault: leaving_with(frame, vault).assets),
    view("withdrawalShares(uint256)", 1, lambda frame, vault: leaving_with(frame, vault).shares),
    view("withdrawalSharesOf(uint256,address)", 2, withdrawal_shares_of),
    view("withdrawalsOf(uint256,address)", 2, answer_withdrawals_of),
    view("isWithdrawalsClaimed(uint256,address)", 2, answer_is_claimed),
)
VIEWS = SETTINGS + EPOCHS + ACCOUNTS
