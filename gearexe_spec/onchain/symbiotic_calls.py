"""What the Middleware asks of Symbiotic's contracts and tells them: each call by its name, as compiled code makes it.

Questions are static calls whose answers must have the expected width. Nothing here knows how the others answer.

Rules: MID-20 to MID-22.
Source: the interfaces that Middleware.sol imports from symbiotic-core and symbiotic-rewards.
"""

from __future__ import annotations

from typing import TypeVar

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256, Unsigned
from gearexe_spec.onchain.calldata import empty_revert
from gearexe_spec.onchain.contract_calls import (
    call_without_result,
    encode_call,
    expect_success,
    read_address,
    read_boolean,
    read_word,
)
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word

N = TypeVar("N", bound=Unsigned)

_DISTRIBUTE_TO_OPERATORS = compute_selector("distributeRewards(address,address,uint256,bytes32)")
_DISTRIBUTE_TO_STAKERS = compute_selector("distributeRewards(address,address,uint256,bytes)")
_EXECUTE_SLASH = compute_selector("executeSlash(uint256,bytes)")
_HAS_ROLE = compute_selector("hasRole(bytes32,address)")
_IS_ENTITY = compute_selector("isEntity(address)")
_IS_OPTED_IN = compute_selector("isOptedIn(address,address)")
_MAX_NETWORK_LIMIT = compute_selector("maxNetworkLimit(bytes32)")
_REGISTER_NETWORK = compute_selector("registerNetwork()")
_REQUEST_SLASH = compute_selector("requestSlash(bytes32,address,uint256,uint48,bytes)")
_RESOLVER = compute_selector("resolver(bytes32,bytes)")
_SET_MAX_NETWORK_LIMIT = compute_selector("setMaxNetworkLimit(uint96,uint256)")
_SET_MIDDLEWARE = compute_selector("setMiddleware(address)")
_SET_RESOLVER = compute_selector("setResolver(uint96,address,bytes)")
_STAKE_AT = compute_selector("stakeAt(bytes32,address,uint48,bytes)")

VAULT_ADMIN_ROLE = Bytes32.zero()
"""The role that owns a vault."""
NETWORK_IDENTIFIER = U256(0)
"""Which of the Middleware's subnetworks is used: there is one."""
NO_HINT = (encode_bytes(b""),)
"""Lookups of history are never helped."""


def ask(frame: Frame, target: Address, data: bytes) -> bytes:
    """The answer to a question (MID-20).

    Raises:
        Rejected: what the target reverts with.
    """
    return expect_success(frame.static_call(target, data))


def ask_address(frame: Frame, target: Address, getter: str) -> Address:
    """An address that a contract shows by a getter such as `slasher()` (MID-20).

    Raises:
        Rejected: Empty for an answer that is none; what the target reverts with.
    """
    return read_address(ask(frame, target, compute_selector(getter)))


def ask_flag(frame: Frame, target: Address, getter: str) -> bool:
    """A boolean that a contract shows (MID-20).

    Raises:
        Rejected: as `ask_address`.
    """
    return read_boolean(ask(frame, target, compute_selector(getter)))


def ask_number(frame: Frame, target: Address, getter: str, kind: type[N]) -> N:
    """A number that a contract shows; one that is too wide is no answer (MID-20).

    Raises:
        Rejected: as `ask_address`.
    """
    number = read_word(ask(frame, target, compute_selector(getter)))
    if number > kind.MAX:
        raise empty_revert()
    return kind(number)


def ask_is_entity(frame: Frame, registry: Address, account: Address) -> bool:
    """Whether a registry or factory knows an account."""
    return read_boolean(ask(frame, registry, encode_call(_IS_ENTITY, account)))


def ask_is_opted_in(frame: Frame, service: Address, who: Address, where: Address) -> bool:
    """Whether somebody takes part somewhere, as of the latest change."""
    return read_boolean(ask(frame, service, encode_call(_IS_OPTED_IN, who, where)))


def ask_has_role(frame: Frame, contract: Address, role: Bytes32, account: Address) -> bool:
    """Whether an account has a role in a contract."""
    return read_boolean(ask(frame, contract, encode_call(_HAS_ROLE, role, account)))


def ask_max_network_limit(frame: Frame, delegator: Address, subnetwork: Bytes32) -> U256:
    """How much stake a network takes at most from a delegator."""
    return U256(read_word(ask(frame, delegator, encode_call(_MAX_NETWORK_LIMIT, subnetwork))))


def ask_resolver(frame: Frame, slasher: Address, subnetwork: Bytes32) -> Address:
    """Who may veto a slash of a subnetwork, at this moment."""
    data = _RESOLVER + encode_tuple(encode_word(subnetwork), NO_HINT)
    return read_address(ask(frame, slasher, data))


def ask_stake_at(frame: Frame, delegator: Address, subnetwork: Bytes32, operator: Address, timestamp: U48) -> U256:
    """The stake of an operator in a subnetwork at the end of a second, in units of the collateral."""
    words = (encode_word(subnetwork), encode_word(operator), encode_word(timestamp))
    return U256(read_word(ask(frame, delegator, _STAKE_AT + encode_tuple(*words, NO_HINT))))


def register_network(frame: Frame, registry: Address) -> None:
    """Become a network (MID-21)."""
    call_without_result(frame, registry, bytes(_REGISTER_NETWORK))


def set_middleware(frame: Frame, service: Address, middleware: Address) -> None:
    """Name the contract that speaks for this network (MID-21)."""
    call_without_result(frame, service, encode_call(_SET_MIDDLEWARE, middleware))


def set_max_network_limit(frame: Frame, delegator: Address, amount: U256) -> None:
    """Say how much stake this network takes at most from a delegator (MID-21)."""
    call_without_result(frame, delegator, encode_call(_SET_MAX_NETWORK_LIMIT, NETWORK_IDENTIFIER, amount))


def set_resolver(frame: Frame, slasher: Address, resolver: Address) -> None:
    """Say who may veto slashes for this network (MID-21)."""
    words = (encode_word(NETWORK_IDENTIFIER), encode_word(resolver))
    call_without_result(frame, slasher, _SET_RESOLVER + encode_tuple(*words, NO_HINT))


def request_slash(frame: Frame, slasher: Address, subnetwork: Bytes32, parts: tuple[Address, U256, U48]) -> None:
    """Ask a slasher for a slash; the answer, the request's index, must be there, and nobody reads it (MID-22).

    Args:
        parts: operator, amount in units of the collateral, and the moment of capture.
    """
    words = [encode_word(part) for part in (subnetwork, *parts)]
    read_word(expect_success(frame.call(slasher, _REQUEST_SLASH + encode_tuple(*words, NO_HINT))))


def execute_slash(frame: Frame, slasher: Address, index: U256) -> None:
    """Let a slasher carry out a request; the answer, what was slashed, must be there, and nobody reads it (MID-22)."""
    data = _EXECUTE_SLASH + encode_tuple(encode_word(index), NO_HINT)
    read_word(expect_success(frame.call(slasher, data)))


def distribute_to_operators(frame: Frame, rewards: Address, network: Address, token: Address, parts: bytes) -> None:
    """Hand over the rewards of operators; `parts` are amount and root, 64 bytes (MID-21)."""
    data = encode_call(_DISTRIBUTE_TO_OPERATORS, network, token) + parts
    call_without_result(frame, rewards, data)


def distribute_to_stakers(frame: Frame, rewards: Address, parts: tuple[Address, Address, U256], data: bytes) -> None:
    """Hand over the rewards of a vault's stakers; `parts` are network, token and amount (MID-21)."""
    words = [encode_word(part) for part in parts]
    call_without_result(frame, rewards, _DISTRIBUTE_TO_STAKERS + encode_tuple(*words, (encode_bytes(data),)))
