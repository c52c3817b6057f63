"""The Middleware: between the Router and Symbiotic's restaking. All its functions, and those that only show something.

Rules: MID-9; the others stand with the functions.
Source: Middleware.sol, IMiddleware.sol.
"""

from __future__ import annotations

from dataclasses import astuple
from operator import attrgetter

from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.middleware_operators import (
    apply_disable_operator,
    apply_enable_operator,
    apply_register_operator,
    apply_unregister_operator,
)
from gearexe_spec.onchain.middleware_rewards import apply_distribute_operator_rewards, apply_distribute_staker_rewards
from gearexe_spec.onchain.middleware_setup import INITIALIZE, INITIALIZE_WORDS, apply_initialize, apply_reinitialize
from gearexe_spec.onchain.middleware_slashing import (
    apply_change_slash_executor,
    apply_change_slash_requester,
    apply_execute_slash,
    apply_request_slash,
)
from gearexe_spec.onchain.middleware_stakes import (
    answer_active_operators_stake_at,
    answer_election_at,
    answer_operator_stake_at,
)
from gearexe_spec.onchain.middleware_vaults import (
    apply_disable_vault,
    apply_enable_vault,
    apply_register_vault,
    apply_unregister_vault,
)
from gearexe_spec.onchain.upgradeable import OWNABLE, UPGRADEABLE
from gearexe_spec.onchain.words import encode_word


def getter(signature: str, name: str) -> Function:
    """A function that shows a word of the storage (MID-9)."""
    field = attrgetter(name)
    return Function(signature, 0, lambda frame: encode_word(field(frame.middleware)))


def answer_symbiotic_contracts(frame: Frame) -> bytes:
    """The contracts and accounts around the Middleware, ten words (MID-9)."""
    return b"".join(map(encode_word, astuple(frame.middleware.symbiotic)))


GETTERS = (
    getter("eraDuration()", "era_duration"),
    getter("minVaultEpochDuration()", "min_vault_epoch_duration"),
    getter("operatorGracePeriod()", "operator_grace_period"),
    getter("vaultGracePeriod()", "vault_grace_period"),
    getter("minVetoDuration()", "min_veto_duration"),
    getter("minSlashExecutionDelay()", "min_slash_execution_delay"),
    getter("maxResolverSetEpochsDelay()", "max_resolver_set_epochs_delay"),
    getter("allowedVaultImplVersion()", "allowed_vault_impl_version"),
    getter("vetoSlasherImplType()", "veto_slasher_impl_type"),
    getter("collateral()", "collateral"),
    getter("subnetwork()", "subnetwork"),
    getter("maxAdminFee()", "max_admin_fee"),
    getter("router()", "router"),
    Function("symbioticContracts()", 0, answer_symbiotic_contracts),
)

INTERFACE = Interface(
    table(
        Function(INITIALIZE, INITIALIZE_WORDS, apply_initialize),
        Function("reinitialize()", 0, apply_reinitialize),
        Function("registerOperator()", 0, apply_register_operator),
        Function("disableOperator()", 0, apply_disable_operator),
        Function("enableOperator()", 0, apply_enable_operator),
        Function("unregisterOperator(address)", 1, apply_unregister_operator),
        Function("registerVault(address,address)", 2, apply_register_vault),
        Function("disableVault(address)", 1, apply_disable_vault),
        Function("enableVault(address)", 1, apply_enable_vault),
        Function("unregisterVault(address)", 1, apply_unregister_vault),
        Function("getOperatorStakeAt(address,uint48)", 2, answer_operator_stake_at),
        Function("getActiveOperatorsStakeAt(uint48)", 1, answer_active_operators_stake_at),
        Function("makeElectionAt(uint48,uint256)", 2, answer_election_at),
        Function("requestSlash((address,uint48,(address,uint256)[])[])", 1, apply_request_slash),
        Function("executeSlash((address,uint256)[])", 1, apply_execute_slash),
        Function("changeSlashRequester(address)", 1, apply_change_slash_requester),
        Function("changeSlashExecutor(address)", 1, apply_change_slash_executor),
        Function("distributeOperatorRewards(address,uint256,bytes32)", 3, apply_distribute_operator_rewards),
        Function(
            "distributeStakerRewards(((address,uint256)[],uint256,address),uint48)",
            2,
            apply_distribute_staker_rewards,
        ),
        *GETTERS,
        *OWNABLE,
        *UPGRADEABLE,
    )
)
"""All functions of the Middleware."""
