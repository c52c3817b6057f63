"""The vault: stakers' collateral, which operators stand for, and which a slasher may take.

Rules: SYM-78 to SYM-99; the accounts are SYM-30 to SYM-43.
Source: symbiotic-core vault/Vault.sol, vault/VaultStorage.sol.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.contract_calls import expect_success, read_address
from gearexe_spec.onchain.dispatch import Function, Handler, Interface, table
from gearexe_spec.onchain.events import Transfer
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS
from gearexe_spec.symbiotic import vault_accounts
from gearexe_spec.symbiotic.access_control import ACCESS_CONTROL, check_role, not_reentered
from gearexe_spec.symbiotic.contract import (
    apply_static_delegate_call,
    ask_is_entity,
    checked_arithmetic,
    code_of,
    read_now,
)
from gearexe_spec.symbiotic.entities import FactoryMade, Initializer, migratable_entity_functions
from gearexe_spec.symbiotic.errors import VaultRejection
from gearexe_spec.symbiotic.tokens import safe_transfer, take_from_sender
from gearexe_spec.symbiotic.vault_accounts import Leaving, VaultAccounts
from gearexe_spec.symbiotic.vault_events import (
    Claim,
    ClaimBatch,
    Deposit,
    SetDelegator,
    SetDepositLimit,
    SetDepositorWhitelistStatus,
    SetDepositWhitelist,
    SetIsDepositLimit,
    SetSlasher,
    VaultOnSlash,
    Withdraw,
)
from gearexe_spec.symbiotic.vault_storage import (
    DEPOSIT_LIMIT_SET_ROLE,
    DEPOSIT_WHITELIST_SET_ROLE,
    DEPOSITOR_WHITELIST_ROLE,
    IS_DEPOSIT_LIMIT_SET_ROLE,
    initialize_vault,
    update_vault,
    vault_of,
)
from gearexe_spec.symbiotic.vault_views import VIEWS

_VAULT = compute_selector("vault()")


def guarded(handler: Handler) -> Handler:
    """A function that may not be entered twice, with checked arithmetic (SYM-79, SYM-106, SYM-108)."""

    def run(frame: Frame) -> bytes:
        with not_reentered(frame), checked_arithmetic():
            return handler(frame)

    return run


def apply_deposit(frame: Frame) -> bytes:
    """Take collateral of the caller, and mint shares for somebody.

    What counts is by how much the vault's balance grew, not what was asked of the token.

    Raises:
        Rejected: InvalidOnBehalfOf, NotWhitelistedDepositor, InsufficientDeposit, DepositLimitReached, Panic(0x11);
            what the token reverts with.

    Rules: SYM-78, SYM-84 to SYM-87, SYM-31.
    Source: Vault.sol `deposit`.
    """
    owner, amount = frame.calldata.address(HEAD), frame.calldata.u256(HEAD + WORD)
    vault = vault_of(frame)

    if owner == ZERO_ADDRESS:
        raise Rejected(VaultRejection.InvalidOnBehalfOf)
    if vault.deposit_whitelist and frame.sender not in vault.depositors:
        raise Rejected(VaultRejection.NotWhitelistedDepositor)
    deposited = take_from_sender(frame, vault.collateral, amount)
    if deposited == 0:
        raise Rejected(VaultRejection.InsufficientDeposit)
    if vault.is_deposit_limit and vault.accounts.active_stake.latest() + deposited > vault.deposit_limit:
        raise Rejected(VaultRejection.DepositLimitReached)

    accounts, minted = vault_accounts.deposit(vault.accounts, read_now(frame), owner, deposited)
    update_vault(frame, accounts=accounts)
    frame.emit(Deposit(frame.sender, owner, deposited, minted))
    show_shares(frame, ZERO_ADDRESS, owner, minted)
    return encode_word(deposited) + encode_word(minted)


def apply_withdraw(frame: Frame) -> bytes:
    """Let assets leave with the next epoch.

    Raises:
        Rejected: InvalidClaimer; as `vault_accounts.withdraw`; Panic(0x11).

    Rules: SYM-88, SYM-32 to SYM-37.
    Source: Vault.sol `withdraw`.
    """
    leaving = let_leave(frame, vault_accounts.withdraw)
    return encode_word(leaving.burned) + encode_word(leaving.minted)


def apply_redeem(frame: Frame) -> bytes:
    """Let what shares are worth leave with the next epoch.

    Raises:
        Rejected: InvalidClaimer; as `vault_accounts.redeem`; Panic(0x11).

    Rules: SYM-88, SYM-32, SYM-33, SYM-38, SYM-39.
    Source: Vault.sol `redeem`.
    """
    leaving = let_leave(frame, vault_accounts.redeem)
    return encode_word(leaving.assets) + encode_word(leaving.minted)


def let_leave(frame: Frame, take: Callable[[VaultAccounts, U48, tuple[Address, Address], U256], Leaving]) -> Leaving:
    """Take out the caller's part, as many assets or shares as were asked for, for a claimer (SYM-88, SYM-98)."""
    claimer, amount = frame.calldata.address(HEAD), frame.calldata.u256(HEAD + WORD)

    if claimer == ZERO_ADDRESS:
        raise Rejected(VaultRejection.InvalidClaimer)
    leaving = take(vault_of(frame).accounts, read_now(frame), (frame.sender, claimer), amount)

    update_vault(frame, accounts=leaving.accounts)
    frame.emit(Withdraw(frame.sender, claimer, leaving.assets, leaving.burned, leaving.minted))
    show_shares(frame, frame.sender, ZERO_ADDRESS, leaving.burned)
    return leaving


def apply_claim(frame: Frame) -> bytes:
    """Pay out what left with an epoch.

    Raises:
        Rejected: InvalidRecipient; as `vault_accounts.claim`; what the token reverts with.

    Rules: SYM-89, SYM-40.
    Source: Vault.sol `claim`.
    """
    recipient, epoch = frame.calldata.address(HEAD), frame.calldata.u256(HEAD + WORD)

    if recipient == ZERO_ADDRESS:
        raise Rejected(VaultRejection.InvalidRecipient)
    amount = take_claim(frame, epoch)
    safe_transfer(frame, vault_of(frame).collateral, recipient, amount)
    frame.emit(Claim(frame.sender, recipient, epoch, amount))
    return encode_word(amount)


def apply_claim_batch(frame: Frame) -> bytes:
    """Pay out what left with several epochs, at once.

    Raises:
        Rejected: InvalidRecipient, InvalidLengthEpochs; as `vault_accounts.claim`; what the token reverts with.

    Rules: SYM-89, SYM-90, SYM-40.
    Source: Vault.sol `claimBatch`.
    """
    calldata = frame.calldata
    recipient, listed = calldata.address(HEAD), calldata.entry_slice(HEAD + WORD, WORD)

    if recipient == ZERO_ADDRESS:
        raise Rejected(VaultRejection.InvalidRecipient)
    if listed.length == 0:
        raise Rejected(VaultRejection.InvalidLengthEpochs)
    amount, epochs = U256(0), []
    for place in range(listed.length):
        epochs.append(calldata.u256(listed.place + place * WORD))
        amount = amount + take_claim(frame, epochs[-1])
    safe_transfer(frame, vault_of(frame).collateral, recipient, amount)
    frame.emit(ClaimBatch(frame.sender, recipient, tuple(epochs), amount))
    return encode_word(amount)


def take_claim(frame: Frame, epoch: U256) -> U256:
    """Mark the caller's part of an epoch as paid, and tell how much it is (SYM-40)."""
    accounts, amount = vault_accounts.claim(vault_of(frame).accounts, read_now(frame), frame.sender, int(epoch))
    update_vault(frame, accounts=accounts)
    return amount


def apply_on_slash(frame: Frame) -> bytes:
    """Take collateral from all stakers alike, and send it to the burner.

    Raises:
        Rejected: NotSlasher; as `vault_accounts.slash`; what the token reverts with.

    Rules: SYM-91, SYM-92, SYM-41 to SYM-43.
    Source: Vault.sol `onSlash`.
    """
    amount, capture = frame.calldata.u256(HEAD), frame.calldata.unsigned(HEAD + WORD, U48)
    vault = vault_of(frame)

    if frame.sender != vault.slasher:
        raise Rejected(VaultRejection.NotSlasher)
    accounts, taken = vault_accounts.slash(vault.accounts, read_now(frame), amount, capture)
    update_vault(frame, accounts=accounts)
    if taken:
        safe_transfer(frame, vault.collateral, vault.burner, taken)
    frame.emit(VaultOnSlash(amount, capture, taken))
    return encode_word(taken)


def apply_set_deposit_whitelist(frame: Frame) -> bytes:
    """Let only some deposit, or all (SYM-93).

    Raises:
        Rejected: AccessControlUnauthorizedAccount, AlreadySet.
    """
    status = frame.calldata.boolean(HEAD)
    check_may_change(frame, DEPOSIT_WHITELIST_SET_ROLE, lambda: vault_of(frame).deposit_whitelist != status)
    update_vault(frame, deposit_whitelist=status)
    frame.emit(SetDepositWhitelist(status))
    return b""


def apply_set_depositor_whitelist_status(frame: Frame) -> bytes:
    """Let somebody deposit while only some may, or no longer (SYM-94).

    Raises:
        Rejected: AccessControlUnauthorizedAccount, InvalidAccount, AlreadySet.
    """
    account, status = frame.calldata.address(HEAD), frame.calldata.boolean(HEAD + WORD)

    check_role(frame, DEPOSITOR_WHITELIST_ROLE)
    if account == ZERO_ADDRESS:
        raise Rejected(VaultRejection.InvalidAccount)
    depositors = vault_of(frame).depositors
    if (account in depositors) == status:
        raise Rejected(VaultRejection.AlreadySet)
    update_vault(frame, depositors=depositors | {account} if status else depositors - {account})
    frame.emit(SetDepositorWhitelistStatus(account, status))
    return b""


def apply_set_is_deposit_limit(frame: Frame) -> bytes:
    """Limit deposits, or not (SYM-93).

    Raises:
        Rejected: AccessControlUnauthorizedAccount, AlreadySet.
    """
    status = frame.calldata.boolean(HEAD)
    check_may_change(frame, IS_DEPOSIT_LIMIT_SET_ROLE, lambda: vault_of(frame).is_deposit_limit != status)
    update_vault(frame, is_deposit_limit=status)
    frame.emit(SetIsDepositLimit(status))
    return b""


def apply_set_deposit_limit(frame: Frame) -> bytes:
    """The active stake that deposits may reach (SYM-93).

    Raises:
        Rejected: AccessControlUnauthorizedAccount, AlreadySet.
    """
    limit = frame.calldata.u256(HEAD)
    check_may_change(frame, DEPOSIT_LIMIT_SET_ROLE, lambda: vault_of(frame).deposit_limit != limit)
    update_vault(frame, deposit_limit=limit)
    frame.emit(SetDepositLimit(limit))
    return b""


def check_may_change(frame: Frame, role: Bytes32, differs: Callable[[], bool]) -> None:
    """The caller has the role, and asks for a change (SYM-93).

    Raises:
        Rejected: AccessControlUnauthorizedAccount, AlreadySet.
    """
    check_role(frame, role)
    if not differs():
        raise Rejected(VaultRejection.AlreadySet)


def apply_set_delegator(frame: Frame) -> bytes:
    """Tie the vault to its delegator; by anyone, once.

    Raises:
        Rejected: DelegatorAlreadyInitialized, NotDelegator, InvalidDelegator; what the others revert with.

    Rules: SYM-95, SYM-96.
    Source: Vault.sol `setDelegator`.
    """
    delegator = frame.calldata.address(HEAD)

    if vault_of(frame).is_delegator_initialized:
        raise Rejected(VaultRejection.DelegatorAlreadyInitialized)
    if not ask_is_entity(frame, code_of(frame, Vault).delegator_factory, delegator):
        raise Rejected(VaultRejection.NotDelegator)
    if ask_vault(frame, delegator) != frame.address:
        raise Rejected(VaultRejection.InvalidDelegator)

    update_vault(frame, delegator=delegator, is_delegator_initialized=True)
    frame.emit(SetDelegator(delegator))
    return b""


def apply_set_slasher(frame: Frame) -> bytes:
    """Tie the vault to its slasher, or to none; by anyone, once.

    Raises:
        Rejected: SlasherAlreadyInitialized, NotSlasher, InvalidSlasher; what the others revert with.

    Rules: SYM-95, SYM-97.
    Source: Vault.sol `setSlasher`.
    """
    slasher = frame.calldata.address(HEAD)

    if vault_of(frame).is_slasher_initialized:
        raise Rejected(VaultRejection.SlasherAlreadyInitialized)
    if slasher != ZERO_ADDRESS:
        if not ask_is_entity(frame, code_of(frame, Vault).slasher_factory, slasher):
            raise Rejected(VaultRejection.NotSlasher)
        if ask_vault(frame, slasher) != frame.address:
            raise Rejected(VaultRejection.InvalidSlasher)

    update_vault(frame, slasher=slasher, is_slasher_initialized=True)
    frame.emit(SetSlasher(slasher))
    return b""


def ask_vault(frame: Frame, entity: Address) -> Address:
    """The vault that a delegator or slasher belongs to.

    Raises:
        Rejected: Empty for an answer that is no address; what the entity reverts with.
    """
    return read_address(expect_success(frame.static_call(entity, _VAULT)))


def show_shares(frame: Frame, giver: Address, taker: Address, shares: U256) -> None:
    """A vault whose shares are a token tells of them as tokens do (SYM-98)."""
    if code_of(frame, Vault).has_token:
        frame.emit(Transfer(giver, taker, shares))


def vault_functions(initialize: Initializer) -> tuple[Function, ...]:
    """What vaults of all versions answer; they differ in how they begin."""
    return (
        *ACCESS_CONTROL,
        *migratable_entity_functions(Vault, initialize),
        *VIEWS,
        Function("DELEGATOR_FACTORY()", 0, lambda frame: encode_word(code_of(frame, Vault).delegator_factory)),
        Function("SLASHER_FACTORY()", 0, lambda frame: encode_word(code_of(frame, Vault).slasher_factory)),
        Function("deposit(address,uint256)", 2, guarded(apply_deposit)),
        Function("withdraw(address,uint256)", 2, guarded(apply_withdraw)),
        Function("redeem(address,uint256)", 2, guarded(apply_redeem)),
        Function("claim(address,uint256)", 2, guarded(apply_claim)),
        Function("claimBatch(address,uint256[])", 2, guarded(apply_claim_batch)),
        Function("onSlash(uint256,uint48)", 2, guarded(apply_on_slash)),
        Function("setDepositWhitelist(bool)", 1, guarded(apply_set_deposit_whitelist)),
        Function("setDepositorWhitelistStatus(address,bool)", 2, guarded(apply_set_depositor_whitelist_status)),
        Function("setIsDepositLimit(bool)", 1, guarded(apply_set_is_deposit_limit)),
        Function("setDepositLimit(uint256)", 1, guarded(apply_set_deposit_limit)),
        Function("setDelegator(address)", 1, guarded(apply_set_delegator)),
        Function("setSlasher(address)", 1, guarded(apply_set_slasher)),
        Function("staticDelegateCall(address,bytes)", 2, apply_static_delegate_call),
    )


@dataclass(frozen=True, slots=True)
class Vault(FactoryMade):
    """The code of vaults, with the three factories."""

    has_token: ClassVar[bool] = False
    """Whether the shares are a token."""
    delegator_factory: Address
    slasher_factory: Address
    factory: Address

    def run(self, frame: Frame) -> bytes:
        return INTERFACE.run(frame)


INTERFACE = Interface(table(*vault_functions(initialize_vault)))
