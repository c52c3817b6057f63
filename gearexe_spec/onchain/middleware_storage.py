"""What the Middleware keeps behind its base slot.

Rules: MID-3, MID-4.
Source: IMiddleware.sol `Storage`, Gear.sol `SymbioticContracts`.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U64, U256
from gearexe_spec.onchain.timed_map import TimedMap

_NOBODY = Address.zero()
_NO_TIME = U48(0)
_NO_NUMBER = U64(0)
_NO_AMOUNT = U256(0)
_NO_WORD = Bytes32.zero()
_EMPTY = TimedMap()


@dataclass(frozen=True, slots=True)
class SymbioticContracts:
    """The contracts that the Middleware works with, and the accounts that slash.

    Their order is that of the ABI and of the storage.
    """

    vault_registry: Address = _NOBODY
    operator_registry: Address = _NOBODY
    network_registry: Address = _NOBODY
    middleware_service: Address = _NOBODY
    network_opt_in: Address = _NOBODY
    staker_rewards_factory: Address = _NOBODY
    operator_rewards: Address = _NOBODY
    role_slash_requester: Address = _NOBODY
    role_slash_executor: Address = _NOBODY
    veto_resolver: Address = _NOBODY


@dataclass(frozen=True, slots=True)
class MiddlewareStorage:
    """Parameters, which nobody changes after `initialize`, and who takes part.

    Durations are in seconds. The POAMiddleware keeps only the Router here.
    """

    era_duration: U48 = _NO_TIME
    min_vault_epoch_duration: U48 = _NO_TIME
    operator_grace_period: U48 = _NO_TIME
    vault_grace_period: U48 = _NO_TIME
    min_veto_duration: U48 = _NO_TIME
    min_slash_execution_delay: U48 = _NO_TIME
    max_resolver_set_epochs_delay: U256 = _NO_AMOUNT
    allowed_vault_impl_version: U64 = _NO_NUMBER
    veto_slasher_impl_type: U64 = _NO_NUMBER
    subnetwork: Bytes32 = _NO_WORD
    max_admin_fee: U256 = _NO_AMOUNT
    collateral: Address = _NOBODY
    router: Address = _NOBODY
    symbiotic: SymbioticContracts = SymbioticContracts()
    operators: TimedMap = _EMPTY
    vaults: TimedMap = _EMPTY


NO_MIDDLEWARE = MiddlewareStorage()
