"""POAMiddleware: a list of validators that the owner writes, and refusals for everything else; and the Gear library.

Rules: MUL-20 to MUL-25, MUL-29.
Source: POAMiddleware.sol, IMiddleware.sol, Gear.sol (constants).
"""

from __future__ import annotations

from collections.abc import Callable

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.batch_calldata import at_word, read_addresses
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata
from gearexe_spec.onchain.dispatch import Function, Handler, Interface, table
from gearexe_spec.onchain.errors import EvmRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.middleware_rewards import read_staker_rewards
from gearexe_spec.onchain.middleware_setup import (
    INITIALIZE,
    INITIALIZE_WORDS,
    REINITIALIZED_VERSION,
    ROUTER_WORD,
    set_storage_base,
)
from gearexe_spec.onchain.middleware_slashing import SLASH_IDENTIFIER_WORDS
from gearexe_spec.onchain.router_setup import (
    COMPUTATION_THRESHOLD,
    THRESHOLD_DENOMINATOR,
    THRESHOLD_NUMERATOR,
    WVARA_PER_SECOND,
)
from gearexe_spec.onchain.upgradeable import (
    OWNABLE,
    UPGRADEABLE,
    begin_initialize,
    begin_reinitialize,
    check_owner,
    end_initialization,
    initialize_owner,
)
from gearexe_spec.onchain.words import encode_list, encode_tuple, encode_word
from gearexe_spec.onchain.world import MIDDLEWARE_V1, MIDDLEWARE_V2, VALIDATORS_V2


def apply_initialize(frame: Frame) -> bytes:
    """Remember owner and Router; the other parameters are not even read.

    Raises:
        Rejected: InvalidInitialization, OwnableInvalidOwner, OwnableUnauthorizedAccount.

    Rules: MUL-20, MUL-21.
    Source: POAMiddleware.sol `initialize`.
    """
    calldata = frame.calldata

    begin_initialize(frame)
    initialize_owner(frame, calldata.address(HEAD))
    set_storage_base(frame, MIDDLEWARE_V1)
    frame.update_middleware(router=calldata.address(at_word(HEAD, ROUTER_WORD)))
    end_initialization(frame)
    return b""


def apply_reinitialize(frame: Frame) -> bytes:
    """Begin a new storage: the Router is kept, the list is empty until it is set again.

    Raises:
        Rejected: OwnableUnauthorizedAccount, InvalidInitialization.

    Rules: MUL-22.
    Source: POAMiddleware.sol `reinitialize`.
    """
    check_owner(frame)
    begin_reinitialize(frame, REINITIALIZED_VERSION)
    initialize_owner(frame, frame.storage.owner)
    router = frame.middleware.router
    set_storage_base(frame, MIDDLEWARE_V2)
    frame.update(validators_slot=VALIDATORS_V2)
    frame.update_middleware(router=router)
    end_initialization(frame)
    return b""


def apply_set_validators(frame: Frame) -> bytes:
    """Replace the list, whatever it contains.

    Raises:
        Rejected: OwnableUnauthorizedAccount.

    Rules: MUL-23.
    Source: POAMiddleware.sol `setValidators`.
    """
    calldata = frame.calldata
    validators = read_addresses(calldata, calldata.memory_slice(HEAD, WORD))

    check_owner(frame)
    lists = frame.storage.validator_lists
    frame.update(validator_lists=lists.set(frame.storage.validators_slot, validators))
    return b""


def answer_election(frame: Frame) -> bytes:
    """The list as it was written; moment and greatest number are read and ignored (MUL-24)."""
    frame.calldata.unsigned(HEAD, U48)
    return encode_tuple((encode_list(frame.storage.validators),))


def not_implemented(*checks: Callable[[Calldata], object]) -> Handler:
    """A function that always reverts with a text, after its arguments were decoded (MUL-25)."""

    def handler(frame: Frame) -> bytes:
        for check in checks:
            check(frame.calldata)
        raise Rejected(EvmRejection.Error, b"not implemented")

    return handler


def _address(index: int) -> Callable[[Calldata], Address]:
    return lambda calldata: calldata.address(at_word(HEAD, index))


def _timestamp(index: int) -> Callable[[Calldata], U48]:
    return lambda calldata: calldata.unsigned(at_word(HEAD, index), U48)


def _list(stride: int) -> Callable[[Calldata], object]:
    return lambda calldata: calldata.entry_slice(HEAD, stride)


PLAIN_REFUSALS = (
    "eraDuration()",
    "minVaultEpochDuration()",
    "operatorGracePeriod()",
    "vaultGracePeriod()",
    "minVetoDuration()",
    "minSlashExecutionDelay()",
    "maxResolverSetEpochsDelay()",
    "allowedVaultImplVersion()",
    "vetoSlasherImplType()",
    "collateral()",
    "subnetwork()",
    "maxAdminFee()",
    "symbioticContracts()",
    "disableOperator()",
    "enableOperator()",
    "registerOperator()",
)
"""Functions without arguments that the Middleware has and this one has not (MUL-25)."""

REFUSALS = (
    *(Function(signature, 0, not_implemented()) for signature in PLAIN_REFUSALS),
    Function("changeSlashRequester(address)", 1, not_implemented(_address(0))),
    Function("changeSlashExecutor(address)", 1, not_implemented(_address(0))),
    Function("unregisterOperator(address)", 1, not_implemented(_address(0))),
    Function("registerVault(address,address)", 2, not_implemented(_address(0), _address(1))),
    Function("disableVault(address)", 1, not_implemented(_address(0))),
    Function("enableVault(address)", 1, not_implemented(_address(0))),
    Function("unregisterVault(address)", 1, not_implemented(_address(0))),
    Function("getOperatorStakeAt(address,uint48)", 2, not_implemented(_address(0), _timestamp(1))),
    Function("getActiveOperatorsStakeAt(uint48)", 1, not_implemented(_timestamp(0))),
    Function("requestSlash((address,uint48,(address,uint256)[])[])", 1, not_implemented(_list(WORD))),
    Function("executeSlash((address,uint256)[])", 1, not_implemented(_list(WORD * SLASH_IDENTIFIER_WORDS))),
    Function("distributeOperatorRewards(address,uint256,bytes32)", 3, not_implemented(_address(0))),
    Function(
        "distributeStakerRewards(((address,uint256)[],uint256,address),uint48)",
        2,
        not_implemented(read_staker_rewards, _timestamp(1)),
    ),
)

INTERFACE = Interface(
    table(
        Function(INITIALIZE, INITIALIZE_WORDS, apply_initialize),
        Function("reinitialize()", 0, apply_reinitialize),
        Function("setValidators(address[])", 1, apply_set_validators),
        Function("makeElectionAt(uint48,uint256)", 2, answer_election),
        Function("router()", 0, lambda frame: encode_word(frame.middleware.router)),
        *REFUSALS,
        *OWNABLE,
        *UPGRADEABLE,
    )
)
"""All functions of POAMiddleware."""


def _constant(signature: str, value: int) -> Function:
    """A constant of the library; it takes value (MUL-29)."""
    return Function(signature, 0, lambda frame: encode_word(value), payable=True)


GEAR_INTERFACE = Interface(
    table(
        _constant("COMPUTATION_THRESHOLD()", U64(COMPUTATION_THRESHOLD)),
        _constant("WVARA_PER_SECOND()", WVARA_PER_SECOND),
        _constant("VALIDATORS_THRESHOLD_NUMERATOR()", THRESHOLD_NUMERATOR),
        _constant("VALIDATORS_THRESHOLD_DENOMINATOR()", THRESHOLD_DENOMINATOR),
    )
)
"""The constants that the Gear library shows (MUL-29)."""
