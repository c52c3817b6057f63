"""How the contracts of this room are deployed: their constructors by the names of their artifacts.

Rules: SYM-29.
Source: the constructors of symbiotic-core.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.abi import AbiType, decode_sequence
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.onchain.calldata import empty_revert
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.transaction import Constructor
from gearexe_spec.onchain.upgradeable import lock_implementation
from gearexe_spec.onchain.world import ExtensionCode
from gearexe_spec.symbiotic.delegators import (
    FullRestakeDelegator,
    NetworkRestakeDelegator,
    OperatorNetworkSpecificDelegator,
    OperatorSpecificDelegator,
)
from gearexe_spec.symbiotic.factories import Factory, MigratablesFactory, construct_factory
from gearexe_spec.symbiotic.middleware_service import NetworkMiddlewareService
from gearexe_spec.symbiotic.operator_rewards import DefaultOperatorRewards
from gearexe_spec.symbiotic.opt_in import OptInService
from gearexe_spec.symbiotic.registries import NetworkRegistry, OperatorRegistry
from gearexe_spec.symbiotic.reward_factories import DefaultOperatorRewardsFactory, DefaultStakerRewardsFactory
from gearexe_spec.symbiotic.slasher import Slasher
from gearexe_spec.symbiotic.staker_rewards import DefaultStakerRewards
from gearexe_spec.symbiotic.vault import Vault
from gearexe_spec.symbiotic.vault_configurator import VaultConfigurator
from gearexe_spec.symbiotic.vault_tokenized import VaultTokenized
from gearexe_spec.symbiotic.veto_slasher import VetoSlasher


def constructor_of(code: type[ExtensionCode], *types: str) -> Constructor:
    """A constructor that only keeps its arguments in the code (SYM-29)."""
    kinds: tuple[AbiType[Any], ...] = tuple(map(parse_type, types))

    def construct(frame: Frame, arguments: bytes) -> ExtensionCode:
        try:
            return code(*decode_sequence(kinds, arguments))
        except Rejected as rejected:
            raise empty_revert() from rejected

    return construct


def constructor_of_implementation(code: type[ExtensionCode], *types: str) -> Constructor:
    """A constructor that also locks the contract, so that only clones and proxies begin (SYM-52, REW-53)."""
    construct = constructor_of(code, *types)

    def construct_locked(frame: Frame, arguments: bytes) -> ExtensionCode:
        built = construct(frame, arguments)
        lock_implementation(frame)
        return built

    return construct_locked


ADDRESSES = ("address",) * 6
CONSTRUCTORS: Mapping[str, Constructor] = MappingProxyType(
    {
        "VaultFactory": construct_factory(MigratablesFactory()),
        "DelegatorFactory": construct_factory(Factory()),
        "SlasherFactory": construct_factory(Factory()),
        "Vault": constructor_of_implementation(Vault, "address", "address", "address"),
        "VaultTokenized": constructor_of_implementation(VaultTokenized, "address", "address", "address"),
        "VaultConfigurator": constructor_of(VaultConfigurator, "address", "address", "address"),
        "NetworkRestakeDelegator": constructor_of_implementation(NetworkRestakeDelegator, *ADDRESSES[:5], "uint64"),
        "FullRestakeDelegator": constructor_of_implementation(FullRestakeDelegator, *ADDRESSES[:5], "uint64"),
        "OperatorSpecificDelegator": constructor_of_implementation(OperatorSpecificDelegator, *ADDRESSES, "uint64"),
        "OperatorNetworkSpecificDelegator": constructor_of_implementation(
            OperatorNetworkSpecificDelegator, *ADDRESSES, "uint64"
        ),
        "Slasher": constructor_of_implementation(Slasher, *ADDRESSES[:3], "uint64"),
        "VetoSlasher": constructor_of_implementation(VetoSlasher, *ADDRESSES[:4], "uint64"),
        "NetworkRegistry": constructor_of(NetworkRegistry),
        "OperatorRegistry": constructor_of(OperatorRegistry),
        "NetworkMiddlewareService": constructor_of(NetworkMiddlewareService, "address"),
        "OptInService": constructor_of(OptInService, "address", "address", "string"),
        "DefaultOperatorRewards": constructor_of(DefaultOperatorRewards, "address"),
        "DefaultOperatorRewardsFactory": constructor_of(DefaultOperatorRewardsFactory, "address"),
        "DefaultStakerRewards": constructor_of_implementation(DefaultStakerRewards, "address", "address"),
        "DefaultStakerRewardsFactory": constructor_of(DefaultStakerRewardsFactory, "address"),
    }
)
"""By artifact."""
