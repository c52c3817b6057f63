"""Vaults of the Middleware: whoever administers a vault brings it in, if it can be slashed in time.

Registration is a long list of checks on contracts that others deployed. It also changes two of them: the delegator's
limit for this network, and the slasher's resolver.

Rules: MID-60 to MID-85.
Source: Middleware.sol `registerVault`, `_validateVault`, `_validateStakerRewards`, `disableVault`, `enableVault`,
`unregisterVault`, `_vaultOwner`.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.clock import add_seconds, read_now
from gearexe_spec.onchain.errors import MiddlewareRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.middleware_operators import has_grace_passed
from gearexe_spec.onchain.symbiotic_calls import (
    VAULT_ADMIN_ROLE,
    ask_address,
    ask_flag,
    ask_has_role,
    ask_is_entity,
    ask_max_network_limit,
    ask_number,
    ask_resolver,
    set_max_network_limit,
    set_resolver,
)
from gearexe_spec.onchain.world import ZERO_ADDRESS

NO_LIMIT = U256(U256.MAX)
STAKER_REWARDS_VERSION = 2


def apply_register_vault(frame: Frame) -> bytes:
    """Take a vault in, with the contract that pays its stakers.

    Raises:
        Rejected: NotVaultOwner; those of the four checks; AlreadyAdded; what the asked contracts revert with.

    Rules: MID-60 to MID-80.
    """
    calldata = frame.calldata
    vault, rewards = calldata.address(HEAD), calldata.address(HEAD + WORD)

    check_administers(frame, vault)
    epoch_duration = check_vault(frame, vault)
    check_delegator(frame, vault)
    check_slasher(frame, vault, epoch_duration)
    if ask_address(frame, vault, "burner()") == ZERO_ADDRESS:
        raise Rejected(MiddlewareRejection.UnsupportedBurner)
    check_staker_rewards(frame, vault, rewards)

    frame.update_middleware(vaults=frame.middleware.vaults.append(vault, read_now(frame), pinned=rewards))
    return b""


def check_administers(frame: Frame, vault: Address) -> None:
    """The caller has the vault's role of administrators (MID-60).

    Raises:
        Rejected: NotVaultOwner; Empty if the vault is no contract.
    """
    if not ask_has_role(frame, vault, VAULT_ADMIN_ROLE, frame.sender):
        raise Rejected(MiddlewareRejection.NotVaultOwner)


def check_vault(frame: Frame, vault: Address) -> U48:
    """The vault is of the right factory, version, collateral and duration.

    Returns:
        The duration of its epochs in seconds.

    Raises:
        Rejected: NonFactoryVault, IncompatibleVaultVersion, UnknownCollateral, VaultWrongEpochDuration.

    Rules: MID-61 to MID-64.
    """
    middleware = frame.middleware
    if not ask_is_entity(frame, middleware.symbiotic.vault_registry, vault):
        raise Rejected(MiddlewareRejection.NonFactoryVault)
    if ask_number(frame, vault, "version()", U64) != middleware.allowed_vault_impl_version:
        raise Rejected(MiddlewareRejection.IncompatibleVaultVersion)
    if ask_address(frame, vault, "collateral()") != middleware.collateral:
        raise Rejected(MiddlewareRejection.UnknownCollateral)
    epoch_duration = ask_number(frame, vault, "epochDuration()", U48)
    if epoch_duration < middleware.min_vault_epoch_duration:
        raise Rejected(MiddlewareRejection.VaultWrongEpochDuration)
    return epoch_duration


def check_delegator(frame: Frame, vault: Address) -> None:
    """The delegator may give this network everything, and calls no hook.

    Raises:
        Rejected: DelegatorNotInitialized, UnsupportedDelegatorHook; what the delegator reverts with.

    Rules: MID-65 to MID-67.
    """
    if not ask_flag(frame, vault, "isDelegatorInitialized()"):
        raise Rejected(MiddlewareRejection.DelegatorNotInitialized)
    delegator = ask_address(frame, vault, "delegator()")
    if ask_max_network_limit(frame, delegator, frame.middleware.subnetwork) != NO_LIMIT:
        set_max_network_limit(frame, delegator, NO_LIMIT)
    if ask_address(frame, delegator, "hook()") != ZERO_ADDRESS:
        raise Rejected(MiddlewareRejection.UnsupportedDelegatorHook)


def check_slasher(frame: Frame, vault: Address, epoch_duration: U48) -> None:
    """The slasher leaves time to veto and to slash, and this network's resolver may veto.

    A slasher of address zero, or of a type without these getters, answers nothing where it is asked first.

    Raises:
        Rejected: SlasherNotInitialized, IncompatibleSlasherType, BurnerHookNotSupported, VetoDurationTooShort,
            VetoDurationTooLong, ResolverSetDelayTooLong, ResolverMismatch, Empty, Panic(0x11); what the slasher
            reverts with.

    Rules: MID-68 to MID-75.
    """
    middleware = frame.middleware
    if not ask_flag(frame, vault, "isSlasherInitialized()"):
        raise Rejected(MiddlewareRejection.SlasherNotInitialized)
    slasher = ask_address(frame, vault, "slasher()")
    if ask_number(frame, slasher, "TYPE()", U64) != middleware.veto_slasher_impl_type:
        raise Rejected(MiddlewareRejection.IncompatibleSlasherType)
    if ask_flag(frame, slasher, "isBurnerHook()"):
        raise Rejected(MiddlewareRejection.BurnerHookNotSupported)

    veto_duration = ask_number(frame, slasher, "vetoDuration()", U48)
    if veto_duration < middleware.min_veto_duration:
        raise Rejected(MiddlewareRejection.VetoDurationTooShort)
    if add_seconds(veto_duration, middleware.min_slash_execution_delay) > epoch_duration:
        raise Rejected(MiddlewareRejection.VetoDurationTooLong)
    delay = ask_number(frame, slasher, "resolverSetEpochsDelay()", U256)
    if delay > middleware.max_resolver_set_epochs_delay:
        raise Rejected(MiddlewareRejection.ResolverSetDelayTooLong)
    settle_resolver(frame, slasher)


def settle_resolver(frame: Frame, slasher: Address) -> None:
    """The resolver of this network is the Middleware's; where there is none yet, it is set (MID-75).

    Raises:
        Rejected: ResolverMismatch; what the slasher reverts with.
    """
    middleware = frame.middleware
    resolver = ask_resolver(frame, slasher, middleware.subnetwork)
    if resolver == ZERO_ADDRESS:
        set_resolver(frame, slasher, middleware.symbiotic.veto_resolver)
    elif resolver != middleware.symbiotic.veto_resolver:
        raise Rejected(MiddlewareRejection.ResolverMismatch)


def check_staker_rewards(frame: Frame, vault: Address, rewards: Address) -> None:
    """The contract that pays the vault's stakers is of the right factory, vault and version.

    Raises:
        Rejected: NonFactoryStakerRewards, InvalidStakerRewardsVault, IncompatibleStakerRewardsVersion.

    Rules: MID-77 to MID-79.
    """
    if not ask_is_entity(frame, frame.middleware.symbiotic.staker_rewards_factory, rewards):
        raise Rejected(MiddlewareRejection.NonFactoryStakerRewards)
    if ask_address(frame, rewards, "VAULT()") != vault:
        raise Rejected(MiddlewareRejection.InvalidStakerRewardsVault)
    if ask_number(frame, rewards, "version()", U64) != STAKER_REWARDS_VERSION:
        raise Rejected(MiddlewareRejection.IncompatibleStakerRewardsVersion)


def apply_disable_vault(frame: Frame) -> bytes:
    """Leave a vault out of stakes (MID-82).

    Raises:
        Rejected: NotVaultOwner, EnumerableMapNonexistentKey, NotEnabled.
    """
    vault = frame.calldata.address(HEAD)

    check_administers(frame, vault)
    frame.update_middleware(vaults=frame.middleware.vaults.disable(vault, read_now(frame)))
    return b""


def apply_enable_vault(frame: Frame) -> bytes:
    """Count a vault again; it is not checked again (MID-83).

    Raises:
        Rejected: NotVaultOwner, EnumerableMapNonexistentKey, AlreadyEnabled.
    """
    vault = frame.calldata.address(HEAD)

    check_administers(frame, vault)
    frame.update_middleware(vaults=frame.middleware.vaults.enable(vault, read_now(frame)))
    return b""


def apply_unregister_vault(frame: Frame) -> bytes:
    """Remove a vault that was left out long enough.

    Raises:
        Rejected: NotVaultOwner, EnumerableMapNonexistentKey, VaultGracePeriodNotPassed, Panic(0x11).

    Rules: MID-84, MID-85.
    """
    vault, middleware = frame.calldata.address(HEAD), frame.middleware

    check_administers(frame, vault)
    entry = middleware.vaults.get(vault)
    if not has_grace_passed(frame, entry, middleware.vault_grace_period):
        raise Rejected(MiddlewareRejection.VaultGracePeriodNotPassed)
    frame.update_middleware(vaults=frame.middleware.vaults.remove(vault))
    return b""
