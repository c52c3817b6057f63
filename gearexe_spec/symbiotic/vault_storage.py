"""What a vault keeps, and what it begins with.

Rules: SYM-80 to SYM-83.
Source: symbiotic-core vault/VaultStorage.sol, vault/Vault.sol `_initialize`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.abi import decode_sequence
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.calldata import empty_revert
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.world import ZERO_ADDRESS, ZERO_U48, ZERO_U256
from gearexe_spec.symbiotic.access_control import DEFAULT_ADMIN_ROLE, grant_role
from gearexe_spec.symbiotic.contract import read_now, storage_of
from gearexe_spec.symbiotic.errors import VaultRejection
from gearexe_spec.symbiotic.vault_accounts import Epochs, VaultAccounts

DEPOSIT_WHITELIST_SET_ROLE = keccak256(b"DEPOSIT_WHITELIST_SET_ROLE")
DEPOSITOR_WHITELIST_ROLE = keccak256(b"DEPOSITOR_WHITELIST_ROLE")
IS_DEPOSIT_LIMIT_SET_ROLE = keccak256(b"IS_DEPOSIT_LIMIT_SET_ROLE")
DEPOSIT_LIMIT_SET_ROLE = keccak256(b"DEPOSIT_LIMIT_SET_ROLE")
PARAMETERS = tuple(map(parse_type, ("address", "address", "uint48", "bool", "bool", "uint256", *("address",) * 5)))

NO_ACCOUNTS = VaultAccounts(Epochs(ZERO_U48, ZERO_U48))
"""Of an implementation, behind which there is no vault."""


@dataclass(frozen=True, slots=True)
class VaultStorage:
    """A vault's settings and accounts."""

    collateral: Address = ZERO_ADDRESS
    burner: Address = ZERO_ADDRESS
    delegator: Address = ZERO_ADDRESS
    is_delegator_initialized: bool = False
    slasher: Address = ZERO_ADDRESS
    is_slasher_initialized: bool = False
    deposit_whitelist: bool = False
    is_deposit_limit: bool = False
    deposit_limit: U256 = ZERO_U256
    depositors: frozenset[Address] = frozenset()
    accounts: VaultAccounts = NO_ACCOUNTS


def vault_of(frame: Frame) -> VaultStorage:
    """The record of the vault that runs."""
    return storage_of(frame, VaultStorage)


def update_vault(frame: Frame, **changes: object) -> None:
    """Replace parts of the record."""
    frame.update(extension=replace(vault_of(frame), **changes))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class InitParams:
    """What a vault begins with, in the order of the encoding."""

    collateral: Address
    burner: Address
    epoch_duration: U48
    deposit_whitelist: bool
    is_deposit_limit: bool
    deposit_limit: U256
    default_admin: Address
    whitelist_setter: Address
    whitelister: Address
    limit_switcher: Address
    limit_setter: Address


def initialize_vault(frame: Frame, data: bytes) -> None:
    """Begin a vault in this second, which is the start of its epoch 0.

    Raises:
        Rejected: Empty for data that cannot be decoded; InvalidCollateral, InvalidEpochDuration, MissingRoles.

    Rules: SYM-80 to SYM-83.
    Source: Vault.sol `_initialize`.
    """
    try:
        parameters = InitParams(*decode_sequence(PARAMETERS, data))
    except Rejected as rejected:
        raise empty_revert() from rejected

    if parameters.collateral == ZERO_ADDRESS:
        raise Rejected(VaultRejection.InvalidCollateral)
    if parameters.epoch_duration == 0:
        raise Rejected(VaultRejection.InvalidEpochDuration)
    if parameters.default_admin == ZERO_ADDRESS:
        check_roles(parameters)

    update_vault(
        frame,
        collateral=parameters.collateral,
        burner=parameters.burner,
        deposit_whitelist=parameters.deposit_whitelist,
        is_deposit_limit=parameters.is_deposit_limit,
        deposit_limit=U256(parameters.deposit_limit),
        accounts=VaultAccounts(Epochs(read_now(frame), U48(parameters.epoch_duration))),
    )
    for role, holder in roles_of(parameters):
        if holder != ZERO_ADDRESS:
            grant_role(frame, role, holder)


def roles_of(parameters: InitParams) -> tuple[tuple[Bytes32, Address], ...]:
    """Who gets which role, in the order of granting (SYM-83)."""
    return (
        (DEFAULT_ADMIN_ROLE, parameters.default_admin),
        (DEPOSIT_WHITELIST_SET_ROLE, parameters.whitelist_setter),
        (DEPOSITOR_WHITELIST_ROLE, parameters.whitelister),
        (IS_DEPOSIT_LIMIT_SET_ROLE, parameters.limit_switcher),
        (DEPOSIT_LIMIT_SET_ROLE, parameters.limit_setter),
    )


def check_roles(parameters: InitParams) -> None:
    """Without administrator nothing may be set that nobody could ever use (SYM-82).

    Raises:
        Rejected: MissingRoles.
    """
    whitelister = parameters.whitelister != ZERO_ADDRESS
    setter = parameters.limit_setter != ZERO_ADDRESS
    if parameters.whitelist_setter == ZERO_ADDRESS and parameters.deposit_whitelist != whitelister:
        raise Rejected(VaultRejection.MissingRoles)
    limited = parameters.deposit_limit != 0 or setter
    if parameters.limit_switcher == ZERO_ADDRESS and parameters.is_deposit_limit != limited:
        raise Rejected(VaultRejection.MissingRoles)
