"""How a Middleware begins: parameters and their checks, registration as a network, the move to a new storage.

Rules: MID-5 to MID-8, MID-30 to MID-43.
Source: Middleware.sol `initialize`, `reinitialize`, `_validateStorage`, `_setStorageSlot`.
"""

from __future__ import annotations

from dataclasses import fields

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U48, U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.batch_calldata import at_word
from gearexe_spec.onchain.calldata import HEAD, Calldata
from gearexe_spec.onchain.clock import add_seconds
from gearexe_spec.onchain.errors import MiddlewareRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.middleware_storage import MiddlewareStorage, SymbioticContracts
from gearexe_spec.onchain.symbiotic_calls import register_network, set_middleware
from gearexe_spec.onchain.upgradeable import (
    begin_initialize,
    begin_reinitialize,
    check_owner,
    end_initialization,
    initialize_owner,
)
from gearexe_spec.onchain.world import MIDDLEWARE_V1, MIDDLEWARE_V2

INITIALIZE = (
    "initialize((address,uint48,uint48,uint48,uint48,uint48,uint48,uint64,uint64,uint256,uint256,address,address,"
    "(address,address,address,address,address,address,address,address,address,address)))"
)
INITIALIZE_WORDS = 23
ROUTER_WORD = 12
SYMBIOTIC_WORD = 13
REINITIALIZED_VERSION = 2
LEAST_RESOLVER_DELAY = 3
"""Epochs; what Symbiotic's slashers demand too."""


def set_storage_base(frame: Frame, base: U256) -> None:
    """Let the storage begin elsewhere; the owner alone may, also while it initializes (MID-6).

    Raises:
        Rejected: OwnableUnauthorizedAccount(sender).

    Source: Middleware.sol and POAMiddleware.sol `_setStorageSlot`.
    """
    check_owner(frame)
    frame.update(middleware_slot=base)


def apply_initialize(frame: Frame) -> bytes:
    """Keep the parameters, become a network that speaks for itself, then check the parameters.

    Raises:
        Rejected: InvalidInitialization, OwnableInvalidOwner, OwnableUnauthorizedAccount; what the registries revert
            with; the checks of `check_parameters`.

    Rules: MID-5, MID-30 to MID-34.
    Source: Middleware.sol `initialize`.
    """
    calldata = frame.calldata

    begin_initialize(frame)
    initialize_owner(frame, calldata.address(HEAD))
    set_storage_base(frame, MIDDLEWARE_V1)
    parameters = read_parameters(calldata, Bytes32(frame.address + bytes(12)))
    frame.update(middlewares=frame.storage.middlewares.set(MIDDLEWARE_V1, parameters))

    register_network(frame, parameters.symbiotic.network_registry)
    set_middleware(frame, parameters.symbiotic.middleware_service, frame.address)

    check_parameters(parameters)
    end_initialization(frame)
    return b""


def read_parameters(calldata: Calldata, subnetwork: Bytes32) -> MiddlewareStorage:
    """A storage with the parameters of `initialize`, and nobody in it (MID-31).

    Raises:
        Rejected: Empty, for a word that is too wide.
    """

    def seconds(index: int) -> U48:
        return calldata.unsigned(at_word(HEAD, index), U48)

    return MiddlewareStorage(
        era_duration=seconds(1),
        min_vault_epoch_duration=seconds(2),
        operator_grace_period=seconds(3),
        vault_grace_period=seconds(4),
        min_veto_duration=seconds(5),
        min_slash_execution_delay=seconds(6),
        allowed_vault_impl_version=calldata.unsigned(at_word(HEAD, 7), U64),
        veto_slasher_impl_type=calldata.unsigned(at_word(HEAD, 8), U64),
        max_resolver_set_epochs_delay=calldata.u256(at_word(HEAD, 9)),
        max_admin_fee=calldata.u256(at_word(HEAD, 10)),
        collateral=calldata.address(at_word(HEAD, 11)),
        router=calldata.address(at_word(HEAD, ROUTER_WORD)),
        symbiotic=SymbioticContracts(
            *(
                calldata.address(at_word(HEAD, SYMBIOTIC_WORD + index))
                for index in range(len(fields(SymbioticContracts)))
            )
        ),
        subnetwork=subnetwork,
    )


def check_parameters(parameters: MiddlewareStorage) -> None:
    """The parameters leave time to elect, to veto and to slash.

    Raises:
        Rejected: EraDurationMustBeGreaterThanZero, MinVaultEpochDurationLessThanTwoEras,
            OperatorGracePeriodLessThanMinVaultEpochDuration, VaultGracePeriodLessThanMinVaultEpochDuration,
            MinVetoDurationMustBeGreaterThanZero, MinSlashExecutionDelayMustBeGreaterThanZero,
            MinVetoAndSlashDelayTooLongForVaultEpoch, ResolverSetDelayMustBeAtLeastThree, Panic(0x11).

    Rules: MID-35 to MID-42.
    Source: Middleware.sol `_validateStorage`.
    """
    era, epoch = parameters.era_duration, parameters.min_vault_epoch_duration
    veto, delay = parameters.min_veto_duration, parameters.min_slash_execution_delay
    if era == 0:
        raise Rejected(MiddlewareRejection.EraDurationMustBeGreaterThanZero)
    if epoch < add_seconds(era, era):
        raise Rejected(MiddlewareRejection.MinVaultEpochDurationLessThanTwoEras)
    if parameters.operator_grace_period < epoch:
        raise Rejected(MiddlewareRejection.OperatorGracePeriodLessThanMinVaultEpochDuration)
    if parameters.vault_grace_period < epoch:
        raise Rejected(MiddlewareRejection.VaultGracePeriodLessThanMinVaultEpochDuration)
    if veto == 0:
        raise Rejected(MiddlewareRejection.MinVetoDurationMustBeGreaterThanZero)
    if delay == 0:
        raise Rejected(MiddlewareRejection.MinSlashExecutionDelayMustBeGreaterThanZero)
    if add_seconds(veto, delay) > epoch:
        raise Rejected(MiddlewareRejection.MinVetoAndSlashDelayTooLongForVaultEpoch)
    if parameters.max_resolver_set_epochs_delay < LEAST_RESOLVER_DELAY:
        raise Rejected(MiddlewareRejection.ResolverSetDelayMustBeAtLeastThree)


def apply_reinitialize(frame: Frame) -> bytes:
    """Copy everything to a new storage, once; the earlier one stays as it was.

    Raises:
        Rejected: OwnableUnauthorizedAccount, InvalidInitialization.

    Rules: MID-7, MID-8, MID-43.
    Source: Middleware.sol `reinitialize`.
    """
    check_owner(frame)
    begin_reinitialize(frame, REINITIALIZED_VERSION)
    initialize_owner(frame, frame.storage.owner)
    kept = frame.middleware
    set_storage_base(frame, MIDDLEWARE_V2)
    frame.update(middlewares=frame.storage.middlewares.set(MIDDLEWARE_V2, kept))
    end_initialization(frame)
    return b""
