"""What all delegators share: how much of a vault's stake an operator has for a network, and for how long already.

A type of delegator says how the stake is split; consent is asked of both opt-in services here. Networks bound what may
be given to them, the vault's curators give within these bounds.

Rules: SYM-112 to SYM-129.
Source: symbiotic-core delegator/BaseDelegator.sol.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import cast

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.contract_calls import (
    encode_call,
    expect_success,
    read_address,
    read_boolean,
    read_word,
)
from gearexe_spec.onchain.dispatch import Function
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, ZERO_U256
from gearexe_spec.symbiotic.access_control import (
    ACCESS_CONTROL,
    DEFAULT_ADMIN_ROLE,
    check_role,
    grant_role,
    not_reentered,
)
from gearexe_spec.symbiotic.checkpoints import Trace
from gearexe_spec.symbiotic.contract import apply_static_delegate_call, ask_is_entity, storage_of
from gearexe_spec.symbiotic.entities import Entity, entity_functions
from gearexe_spec.symbiotic.entity_data import check_is_vault, read_vault_and_parameters
from gearexe_spec.symbiotic.errors import DelegatorRejection
from gearexe_spec.symbiotic.events import DelegatorOnSlash, SetHook, SetMaxNetworkLimit
from gearexe_spec.symbiotic.hints import read_hints
from gearexe_spec.symbiotic.hooks import HOOK_GAS_LIMIT, ON_SLASH, RESERVE, call_hook
from gearexe_spec.symbiotic.subnetworks import IDENTIFIER_BITS, compute_subnetwork, network_of

HOOK_SET_ROLE = keccak256(b"HOOK_SET_ROLE")
VERSION = U64(1)
NO_HISTORY = Trace(ZERO_U256)
Share = tuple[Bytes32, Address]
"""A subnetwork and an operator in it."""
_IS_OPTED_IN = compute_selector("isOptedIn(address,address)")
_IS_OPTED_IN_AT = compute_selector("isOptedInAt(address,address,uint48,bytes)")
_ACTIVE_STAKE = compute_selector("activeStake()")
_ACTIVE_STAKE_AT = compute_selector("activeStakeAt(uint48,bytes)")
_SLASHER = compute_selector("slasher()")


@dataclass(frozen=True, slots=True)
class DelegatorStorage:
    """What a delegator keeps; no type uses all of it.

    Args:
        vault: whose stake is split.
        hook: who is called at every slash; zero for nobody.
        max_network_limits: what each subnetwork takes at most, as its network says.
        network_limits: history of what each subnetwork gets at most; with one network, of what it takes at most.
        total_shares: history of the sum of the operators' shares, by subnetwork.
        operator_amounts: history of an operator's shares or limit in a subnetwork.
        network: the only one, where the type has one.
        operator: the only one, where the type has one.
    """

    vault: Address = ZERO_ADDRESS
    hook: Address = ZERO_ADDRESS
    max_network_limits: Map[Bytes32, U256] = Map()
    network_limits: Map[Bytes32, Trace[U256]] = Map()
    total_shares: Map[Bytes32, Trace[U256]] = Map()
    operator_amounts: Map[Share, Trace[U256]] = Map()
    network: Address = ZERO_ADDRESS
    operator: Address = ZERO_ADDRESS

    def max_network_limit(self, subnetwork: Bytes32) -> U256:
        """What a subnetwork takes at most."""
        return self.max_network_limits.get(subnetwork, ZERO_U256)

    def network_limit(self, subnetwork: Bytes32) -> Trace[U256]:
        """The history of a subnetwork's limit."""
        return self.network_limits.get(subnetwork, NO_HISTORY)

    def push_network_limit(self, subnetwork: Bytes32, now: U48, amount: U256) -> DelegatorStorage:
        """With another limit from now on."""
        history = self.network_limit(subnetwork).push(now, amount)
        return replace(self, network_limits=self.network_limits.set(subnetwork, history))

    def total(self, subnetwork: Bytes32) -> Trace[U256]:
        """The history of all shares in a subnetwork."""
        return self.total_shares.get(subnetwork, NO_HISTORY)

    def amount(self, share: Share) -> Trace[U256]:
        """The history of an operator's shares or limit."""
        return self.operator_amounts.get(share, NO_HISTORY)

    def push_amount(self, share: Share, now: U48, amount: U256) -> DelegatorStorage:
        """With other shares, or another limit, of an operator from now on."""
        history = self.amount(share).push(now, amount)
        return replace(self, operator_amounts=self.operator_amounts.set(share, history))


@dataclass(frozen=True, slots=True)
class BaseParameters:
    """What every delegator is initialized with; zero stands for nobody."""

    default_admin: Address
    hook: Address
    hook_setter: Address


@dataclass(frozen=True)
class Delegator(Entity):
    """The code of a delegator; a type adds how stake is split."""

    network_registry: Address
    vault_factory: Address
    operator_vault_opt_in: Address
    operator_network_opt_in: Address
    factory: Address
    entity_type: U64

    @abstractmethod
    def raw_stake_at(self, frame: Frame, share: Share, timestamp: U48, hints: bytes) -> tuple[U256, bytes]:
        """The stake at the end of a second, as if all had opted in; and the hints for asking whether they did."""

    @abstractmethod
    def raw_stake(self, frame: Frame, share: Share) -> U256:
        """The present stake, as if all had opted in."""

    @abstractmethod
    def follow_max_network_limit(self, frame: Frame, subnetwork: Bytes32, amount: U256) -> None:
        """What else changes when a network takes more or less."""

    @abstractmethod
    def read_parameters(self, frame: Frame, parameters: bytes) -> BaseParameters:
        """Read and apply what only this type understands."""


def own_code(frame: Frame) -> Delegator:
    """The running code, of whatever type."""
    code = frame.execution.world.account(frame.code_address).code
    assert isinstance(code, Delegator)
    return code


def storage(frame: Frame) -> DelegatorStorage:
    """The delegator's record."""
    return storage_of(frame, DelegatorStorage)


def read_share(frame: Frame) -> Share:
    """Subnetwork and operator, which stand first in many functions."""
    return frame.calldata.bytes32(HEAD), frame.calldata.address(HEAD + WORD)


def ask_active_stake(frame: Frame) -> U256:
    """The vault's present active stake.

    Raises:
        Rejected: what the vault reverts with; Empty without vault.
    """
    return U256(read_word(expect_success(frame.static_call(storage(frame).vault, _ACTIVE_STAKE))))


def ask_active_stake_at(frame: Frame, timestamp: U48, hint: bytes) -> U256:
    """The vault's active stake at the end of a second.

    Raises:
        Rejected: as `ask_active_stake`.
    """
    request = _ACTIVE_STAKE_AT + encode_tuple(encode_word(timestamp), (encode_bytes(hint),))
    return U256(read_word(expect_success(frame.static_call(storage(frame).vault, request))))


def answer_stake_at(frame: Frame) -> bytes:
    """An operator's stake for a subnetwork at the end of a second; without consent none.

    Raises:
        Rejected: Empty and Panic for hints that are none; what vault and services revert with.

    Rules: SYM-112, SYM-113.
    Source: BaseDelegator.sol `stakeAt`.
    """
    share = read_share(frame)
    timestamp = frame.calldata.unsigned(HEAD + 2 * WORD, U48)
    hints = frame.calldata.bytes(frame.calldata.memory_slice(HEAD + 3 * WORD, 1))
    code, vault = own_code(frame), storage(frame).vault

    stake, base_hints = code.raw_stake_at(frame, share, timestamp, hints)
    vault_hint, network_hint = read_hints(base_hints, 2)
    network = network_of(share[0])
    if (
        stake == 0
        or not was_opted_in(frame, code.operator_vault_opt_in, (share[1], vault), timestamp, vault_hint)
        or not was_opted_in(frame, code.operator_network_opt_in, (share[1], network), timestamp, network_hint)
    ):
        return encode_word(ZERO_U256)
    return encode_word(stake)


def was_opted_in(frame: Frame, service: Address, pair: tuple[Address, Address], timestamp: U48, hint: bytes) -> bool:
    """Whether a service says that somebody took part at the end of a second (SYM-113).

    Raises:
        Rejected: what the service reverts with.
    """
    who, where = map(encode_word, pair)
    request = _IS_OPTED_IN_AT + encode_tuple(who, where, encode_word(timestamp), (encode_bytes(hint),))
    return read_boolean(expect_success(frame.static_call(service, request)))


def is_opted_in(frame: Frame, service: Address, who: Address, where: Address) -> bool:
    """Whether a service says that somebody takes part (SYM-114).

    Raises:
        Rejected: what the service reverts with.
    """
    return read_boolean(expect_success(frame.static_call(service, encode_call(_IS_OPTED_IN, who, where))))


def answer_stake(frame: Frame) -> bytes:
    """An operator's present stake for a subnetwork; without consent none.

    Rules: SYM-112, SYM-114.
    Source: BaseDelegator.sol `stake`.
    """
    share = read_share(frame)
    code, vault = own_code(frame), storage(frame).vault

    if not is_opted_in(frame, code.operator_vault_opt_in, share[1], vault) or not is_opted_in(
        frame, code.operator_network_opt_in, share[1], network_of(share[0])
    ):
        return encode_word(ZERO_U256)
    return encode_word(code.raw_stake(frame, share))


def apply_set_max_network_limit(frame: Frame) -> bytes:
    """A network says how much it takes at most in one of its subnetworks.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, NotNetwork, AlreadySet, InvalidNetwork.

    Rules: SYM-115 to SYM-118.
    Source: BaseDelegator.sol `setMaxNetworkLimit`.
    """
    subnetwork = compute_subnetwork(frame.sender, frame.calldata.uint(HEAD, IDENTIFIER_BITS))
    amount = frame.calldata.u256(HEAD + WORD)
    code = own_code(frame)

    with not_reentered(frame):
        if not ask_is_entity(frame, code.network_registry, frame.sender):
            raise Rejected(DelegatorRejection.NotNetwork)
        kept = storage(frame)
        if kept.max_network_limit(subnetwork) == amount:
            raise Rejected(DelegatorRejection.AlreadySet)

        limits = kept.max_network_limits.set(subnetwork, amount)
        frame.update(extension=replace(kept, max_network_limits=limits))
        code.follow_max_network_limit(frame, subnetwork, amount)
        frame.emit(SetMaxNetworkLimit(subnetwork, amount))
    return b""


def apply_set_hook(frame: Frame) -> bytes:
    """Name whom to call at every slash.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, AccessControlUnauthorizedAccount, AlreadySet.

    Rules: SYM-119, SYM-120.
    Source: BaseDelegator.sol `setHook`.
    """
    hook = frame.calldata.address(HEAD)

    with not_reentered(frame):
        check_role(frame, HOOK_SET_ROLE)
        if storage(frame).hook == hook:
            raise Rejected(DelegatorRejection.AlreadySet)
        frame.update(extension=replace(storage(frame), hook=hook))
        frame.emit(SetHook(hook))
    return b""


def apply_on_slash(frame: Frame) -> bytes:
    """The vault's slasher tells of a slash: the hook is called, and nothing changes here.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, NotSlasher, InsufficientHookGas.

    Rules: SYM-121 to SYM-124.
    Source: BaseDelegator.sol `onSlash`.
    """
    subnetwork, operator = read_share(frame)
    amount = frame.calldata.u256(HEAD + 2 * WORD)
    captured = frame.calldata.unsigned(HEAD + 3 * WORD, U48)
    data = frame.calldata.bytes(frame.calldata.memory_slice(HEAD + 4 * WORD, 1))

    with not_reentered(frame):
        slasher = read_address(expect_success(frame.static_call(storage(frame).vault, _SLASHER)))
        if frame.sender != slasher:
            raise Rejected(DelegatorRejection.NotSlasher)
        hook = storage(frame).hook
        if hook != ZERO_ADDRESS:
            words = encode_call(ON_SLASH, subnetwork, operator, amount, captured)
            call = words + encode_word(U256(5 * WORD)) + encode_bytes(data)
            call_hook(frame, hook, call, HOOK_GAS_LIMIT, DelegatorRejection.InsufficientHookGas)
        frame.emit(DelegatorOnSlash(subnetwork, operator, amount, captured))
    return b""


def initialize(frame: Frame, data: bytes) -> None:
    """Take the vault, what the type understands, the hook and two roles.

    Raises:
        Rejected: Empty and Panic for data of another form; NotVault; what the type refuses.

    Rules: SYM-109, SYM-125, SYM-126.
    Source: BaseDelegator.sol `_initialize`.
    """
    code = own_code(frame)
    vault, parameters = read_vault_and_parameters(data)
    check_is_vault(frame, code.vault_factory, vault, DelegatorRejection.NotVault)

    frame.update(extension=replace(storage(frame), vault=vault))
    base = code.read_parameters(frame, parameters)
    frame.update(extension=replace(storage(frame), hook=base.hook))
    if base.default_admin != ZERO_ADDRESS:
        grant_role(frame, DEFAULT_ADMIN_ROLE, base.default_admin)
    if base.hook_setter != ZERO_ADDRESS:
        grant_role(frame, HOOK_SET_ROLE, base.hook_setter)


def answer_max_network_limit(frame: Frame) -> bytes:
    """What a subnetwork takes at most."""
    return encode_word(storage(frame).max_network_limit(frame.calldata.bytes32(HEAD)))


DELEGATOR = (
    *ACCESS_CONTROL,
    *entity_functions(cast("type[Entity]", Delegator), initialize),
    Function("HOOK_GAS_LIMIT()", 0, lambda frame: encode_word(HOOK_GAS_LIMIT)),
    Function("HOOK_RESERVE()", 0, lambda frame: encode_word(RESERVE)),
    Function("HOOK_SET_ROLE()", 0, lambda frame: encode_word(HOOK_SET_ROLE)),
    Function("VERSION()", 0, lambda frame: encode_word(VERSION)),
    Function("NETWORK_REGISTRY()", 0, lambda frame: encode_word(own_code(frame).network_registry)),
    Function("VAULT_FACTORY()", 0, lambda frame: encode_word(own_code(frame).vault_factory)),
    Function(
        "OPERATOR_VAULT_OPT_IN_SERVICE()",
        0,
        lambda frame: encode_word(own_code(frame).operator_vault_opt_in),
    ),
    Function(
        "OPERATOR_NETWORK_OPT_IN_SERVICE()",
        0,
        lambda frame: encode_word(own_code(frame).operator_network_opt_in),
    ),
    Function("vault()", 0, lambda frame: encode_word(storage(frame).vault)),
    Function("hook()", 0, lambda frame: encode_word(storage(frame).hook)),
    Function("maxNetworkLimit(bytes32)", 1, answer_max_network_limit),
    Function("stake(bytes32,address)", 2, answer_stake),
    Function("stakeAt(bytes32,address,uint48,bytes)", 4, answer_stake_at),
    Function("setMaxNetworkLimit(uint96,uint256)", 2, apply_set_max_network_limit),
    Function("setHook(address)", 1, apply_set_hook),
    Function("onSlash(bytes32,address,uint256,uint48,bytes)", 5, apply_on_slash),
    Function("staticDelegateCall(address,bytes)", 2, apply_static_delegate_call),
)
"""What every delegator answers."""
