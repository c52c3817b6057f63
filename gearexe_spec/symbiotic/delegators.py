"""The four types of delegators: how a vault's stake is split among networks and operators.

| type | name | an operator's stake |
|---|---|---|
| 0 | NetworkRestake | a share of the network's part; networks share the same stake |
| 1 | FullRestake | all of it up to a limit; networks and operators share the same stake |
| 2 | OperatorSpecific | the network's part, for one operator |
| 3 | OperatorNetworkSpecific | what the network takes, for one operator of one network |

Rules: SYM-130 to SYM-144.
Source: symbiotic-core delegator/NetworkRestakeDelegator.sol, FullRestakeDelegator.sol, OperatorSpecificDelegator.sol,
OperatorNetworkSpecificDelegator.sol.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, ZERO_U256
from gearexe_spec.symbiotic.access_control import check_role, grant_role, has_role
from gearexe_spec.symbiotic.contract import ask_is_entity, checked_arithmetic, read_now
from gearexe_spec.symbiotic.delegator import (
    DELEGATOR,
    BaseParameters,
    Delegator,
    Share,
    ask_active_stake,
    ask_active_stake_at,
    own_code,
    read_share,
    storage,
)
from gearexe_spec.symbiotic.entity_data import check_words, read_addresses
from gearexe_spec.symbiotic.errors import DelegatorRejection
from gearexe_spec.symbiotic.events import SetNetworkLimit, SetOperatorNetworkLimit, SetOperatorNetworkShares
from gearexe_spec.symbiotic.hints import look_up, read_hints, read_record_place
from gearexe_spec.symbiotic.shares import mul_div
from gearexe_spec.symbiotic.subnetworks import network_of

NETWORK_LIMIT_SET_ROLE = keccak256(b"NETWORK_LIMIT_SET_ROLE")
OPERATOR_NETWORK_SHARES_SET_ROLE = keccak256(b"OPERATOR_NETWORK_SHARES_SET_ROLE")
OPERATOR_NETWORK_LIMIT_SET_ROLE = keccak256(b"OPERATOR_NETWORK_LIMIT_SET_ROLE")
BASE_WORDS = 3
"""Words of the parameters that every type has."""


@dataclass(frozen=True)
class LimitingDelegator(Delegator):
    """A delegator whose curators limit what each subnetwork gets: types 0 to 2."""

    def follow_max_network_limit(self, frame: Frame, subnetwork: Bytes32, amount: U256) -> None:
        """The limit goes down with what the network takes (SYM-130)."""
        kept = storage(frame)
        if kept.network_limit(subnetwork).latest() > amount:
            frame.update(extension=kept.push_network_limit(subnetwork, read_now(frame), amount))


@dataclass(frozen=True)
class NetworkRestakeDelegator(LimitingDelegator):
    """Type 0."""

    def raw_stake_at(self, frame: Frame, share: Share, timestamp: U48, hints: bytes) -> tuple[U256, bytes]:
        """The operator's shares of what the network gets (SYM-134)."""
        base, stake_hint, limit_hint, total_hint, shares_hint = read_hints(hints, 5)
        kept = storage(frame)

        total = look_up(kept.total(share[0]), timestamp, total_hint)
        if total == 0:
            return ZERO_U256, base
        shares = look_up(kept.amount(share), timestamp, shares_hint)
        active = ask_active_stake_at(frame, timestamp, stake_hint)
        limit = look_up(kept.network_limit(share[0]), timestamp, limit_hint)
        return mul_div(shares, min(active, limit), total), base

    def raw_stake(self, frame: Frame, share: Share) -> U256:
        """The operator's shares of what the network gets (SYM-134)."""
        kept = storage(frame)
        total = kept.total(share[0]).latest()
        if total == 0:
            return ZERO_U256
        part = min(ask_active_stake(frame), kept.network_limit(share[0]).latest())
        return mul_div(kept.amount(share).latest(), part, total)

    def read_parameters(self, frame: Frame, parameters: bytes) -> BaseParameters:
        """Who sets limits and shares (SYM-140 to SYM-142)."""
        return grant_two_lists(frame, parameters, OPERATOR_NETWORK_SHARES_SET_ROLE)

    def run(self, frame: Frame) -> bytes:
        return NETWORK_RESTAKE.run(frame)


@dataclass(frozen=True)
class FullRestakeDelegator(LimitingDelegator):
    """Type 1."""

    def raw_stake_at(self, frame: Frame, share: Share, timestamp: U48, hints: bytes) -> tuple[U256, bytes]:
        """The stake within the network's and the operator's limits (SYM-135)."""
        base, stake_hint, limit_hint, operator_hint = read_hints(hints, 4)
        kept = storage(frame)
        active = ask_active_stake_at(frame, timestamp, stake_hint)
        limit = look_up(kept.network_limit(share[0]), timestamp, limit_hint)
        return min(active, limit, look_up(kept.amount(share), timestamp, operator_hint)), base

    def raw_stake(self, frame: Frame, share: Share) -> U256:
        """The stake within the network's and the operator's limits (SYM-135)."""
        kept = storage(frame)
        return min(ask_active_stake(frame), kept.network_limit(share[0]).latest(), kept.amount(share).latest())

    def read_parameters(self, frame: Frame, parameters: bytes) -> BaseParameters:
        """Who sets the limits of networks and of operators (SYM-140 to SYM-142)."""
        return grant_two_lists(frame, parameters, OPERATOR_NETWORK_LIMIT_SET_ROLE)

    def run(self, frame: Frame) -> bytes:
        return FULL_RESTAKE.run(frame)


@dataclass(frozen=True)
class KnowsOperators:
    """Code that can ask whether an operator exists; its registry comes first in the constructor."""

    operator_registry: Address

    def check_is_operator(self, frame: Frame, operator: Address) -> None:
        """The operator exists (SYM-144).

        Raises:
            Rejected: NotOperator; what the registry reverts with.
        """
        if not ask_is_entity(frame, self.operator_registry, operator):
            raise Rejected(DelegatorRejection.NotOperator)


@dataclass(frozen=True)
class OperatorSpecificDelegator(LimitingDelegator, KnowsOperators):
    """Type 2."""

    def raw_stake_at(self, frame: Frame, share: Share, timestamp: U48, hints: bytes) -> tuple[U256, bytes]:
        """The stake within the network's limit, for the one operator (SYM-136)."""
        base, stake_hint, limit_hint = read_hints(hints, 3)
        kept = storage(frame)
        if share[1] != kept.operator:
            return ZERO_U256, base
        active = ask_active_stake_at(frame, timestamp, stake_hint)
        return min(active, look_up(kept.network_limit(share[0]), timestamp, limit_hint)), base

    def raw_stake(self, frame: Frame, share: Share) -> U256:
        """The stake within the network's limit, for the one operator (SYM-136)."""
        kept = storage(frame)
        if share[1] != kept.operator:
            return ZERO_U256
        return min(ask_active_stake(frame), kept.network_limit(share[0]).latest())

    def read_parameters(self, frame: Frame, parameters: bytes) -> BaseParameters:
        """Who sets limits, and the operator.

        Raises:
            Rejected: MissingRoleHolders, NotOperator, ZeroAddressRoleHolder, DuplicateRoleHolder; Empty, Panic.

        Rules: SYM-140 to SYM-144.
        """
        data = Calldata(parameters)
        place = read_record_place(data, BASE_WORDS + 2)
        base = read_base(data, place)
        holders = read_addresses(data, place, place + BASE_WORDS * WORD)
        operator = data.address(place + (BASE_WORDS + 1) * WORD)

        check_has_curators(base, holders)
        self.check_is_operator(frame, operator)
        grant_to_all(frame, NETWORK_LIMIT_SET_ROLE, holders)
        frame.update(extension=replace(storage(frame), operator=operator))
        return base

    def run(self, frame: Frame) -> bytes:
        return OPERATOR_SPECIFIC.run(frame)


@dataclass(frozen=True)
class OperatorNetworkSpecificDelegator(Delegator, KnowsOperators):
    """Type 3."""

    def raw_stake_at(self, frame: Frame, share: Share, timestamp: U48, hints: bytes) -> tuple[U256, bytes]:
        """The stake that the one network takes, for the one operator (SYM-137)."""
        base, stake_hint, limit_hint = read_hints(hints, 3)
        kept = storage(frame)
        if network_of(share[0]) != kept.network or share[1] != kept.operator:
            return ZERO_U256, base
        active = ask_active_stake_at(frame, timestamp, stake_hint)
        return min(active, look_up(kept.network_limit(share[0]), timestamp, limit_hint)), base

    def raw_stake(self, frame: Frame, share: Share) -> U256:
        """The stake that the one network takes, for the one operator (SYM-137)."""
        kept = storage(frame)
        if network_of(share[0]) != kept.network or share[1] != kept.operator:
            return ZERO_U256
        return min(ask_active_stake(frame), kept.max_network_limit(share[0]))

    def follow_max_network_limit(self, frame: Frame, subnetwork: Bytes32, amount: U256) -> None:
        """Every change is kept in a history, which counts as the limit (SYM-131).

        Raises:
            Rejected: InvalidNetwork.
        """
        kept = storage(frame)
        if network_of(subnetwork) != kept.network:
            raise Rejected(DelegatorRejection.InvalidNetwork)
        frame.update(extension=kept.push_network_limit(subnetwork, read_now(frame), amount))

    def read_parameters(self, frame: Frame, parameters: bytes) -> BaseParameters:
        """The network and the operator.

        Raises:
            Rejected: NotNetwork, NotOperator; Empty for parameters of another form.

        Rules: SYM-143, SYM-144.
        """
        check_words(parameters, BASE_WORDS + 2)
        data = Calldata(parameters)
        base = read_base(data, 0)
        network, operator = data.address(BASE_WORDS * WORD), data.address((BASE_WORDS + 1) * WORD)

        if not ask_is_entity(frame, self.network_registry, network):
            raise Rejected(DelegatorRejection.NotNetwork)
        self.check_is_operator(frame, operator)
        frame.update(extension=replace(storage(frame), network=network, operator=operator))
        return base

    def run(self, frame: Frame) -> bytes:
        return OPERATOR_NETWORK_SPECIFIC.run(frame)


def read_base(data: Calldata, place: int) -> BaseParameters:
    """The parameters that every type has, first of all.

    Raises:
        Rejected: Empty.
    """
    return BaseParameters(data.address(place), data.address(place + WORD), data.address(place + 2 * WORD))


def grant_two_lists(frame: Frame, parameters: bytes, second_role: Bytes32) -> BaseParameters:
    """Give the roles of types 0 and 1 to two lists of holders.

    Raises:
        Rejected: MissingRoleHolders, ZeroAddressRoleHolder, DuplicateRoleHolder; Empty, Panic.

    Rules: SYM-140 to SYM-142.
    Source: NetworkRestakeDelegator.sol, FullRestakeDelegator.sol `__initialize`.
    """
    data = Calldata(parameters)
    place = read_record_place(data, BASE_WORDS + 2)
    base = read_base(data, place)
    first, second = (read_addresses(data, place, place + (BASE_WORDS + which) * WORD) for which in range(2))

    check_has_curators(base, first, second)
    grant_to_all(frame, NETWORK_LIMIT_SET_ROLE, first)
    grant_to_all(frame, second_role, second)
    return base


def check_has_curators(base: BaseParameters, *lists: tuple[Address, ...]) -> None:
    """There is an administrator, or somebody in each list (SYM-140).

    Raises:
        Rejected: MissingRoleHolders.
    """
    if base.default_admin == ZERO_ADDRESS and not all(lists):
        raise Rejected(DelegatorRejection.MissingRoleHolders)


def grant_to_all(frame: Frame, role: Bytes32, holders: tuple[Address, ...]) -> None:
    """Give a role to everybody in a list.

    Raises:
        Rejected: ZeroAddressRoleHolder, DuplicateRoleHolder.

    Rules: SYM-141, SYM-142.
    """
    for holder in holders:
        if holder == ZERO_ADDRESS:
            raise Rejected(DelegatorRejection.ZeroAddressRoleHolder)
        if has_role(frame, role, holder):
            raise Rejected(DelegatorRejection.DuplicateRoleHolder)
        grant_role(frame, role, holder)


def apply_set_network_limit(frame: Frame) -> bytes:
    """A curator says what a subnetwork gets at most, within what it takes.

    Raises:
        Rejected: AccessControlUnauthorizedAccount, ExceedsMaxNetworkLimit, AlreadySet.

    Rules: SYM-132, SYM-133.
    Source: NetworkRestakeDelegator.sol and others `setNetworkLimit`.
    """
    subnetwork, amount = frame.calldata.bytes32(HEAD), frame.calldata.u256(HEAD + WORD)

    check_role(frame, NETWORK_LIMIT_SET_ROLE)
    kept = storage(frame)
    if amount > kept.max_network_limit(subnetwork):
        raise Rejected(DelegatorRejection.ExceedsMaxNetworkLimit)
    if kept.network_limit(subnetwork).latest() == amount:
        raise Rejected(DelegatorRejection.AlreadySet)

    frame.update(extension=kept.push_network_limit(subnetwork, read_now(frame), amount))
    frame.emit(SetNetworkLimit(subnetwork, amount))
    return b""


def apply_set_operator_network_shares(frame: Frame) -> bytes:
    """A curator gives an operator shares of what a subnetwork gets.

    Raises:
        Rejected: AccessControlUnauthorizedAccount, AlreadySet; Panic(0x11) for a sum of 2^256 or more.

    Rules: SYM-138.
    Source: NetworkRestakeDelegator.sol `setOperatorNetworkShares`.
    """
    share, shares = read_share(frame), frame.calldata.u256(HEAD + 2 * WORD)

    check_role(frame, OPERATOR_NETWORK_SHARES_SET_ROLE)
    kept = storage(frame)
    before = kept.amount(share).latest()
    if before == shares:
        raise Rejected(DelegatorRejection.AlreadySet)

    history, now = kept.total(share[0]), read_now(frame)
    with checked_arithmetic():
        history = history.push(now, history.latest() - before + shares)
    kept = replace(kept, total_shares=kept.total_shares.set(share[0], history))
    frame.update(extension=kept.push_amount(share, now, shares))
    frame.emit(SetOperatorNetworkShares(*share, shares))
    return b""


def apply_set_operator_network_limit(frame: Frame) -> bytes:
    """A curator limits what an operator gets in a subnetwork.

    Raises:
        Rejected: AccessControlUnauthorizedAccount, AlreadySet.

    Rules: SYM-139.
    Source: FullRestakeDelegator.sol `setOperatorNetworkLimit`.
    """
    share, amount = read_share(frame), frame.calldata.u256(HEAD + 2 * WORD)

    check_role(frame, OPERATOR_NETWORK_LIMIT_SET_ROLE)
    kept = storage(frame)
    if kept.amount(share).latest() == amount:
        raise Rejected(DelegatorRejection.AlreadySet)

    frame.update(extension=kept.push_amount(share, read_now(frame), amount))
    frame.emit(SetOperatorNetworkLimit(*share, amount))
    return b""


def read_moment(frame: Frame, head: int) -> tuple[U48, bytes]:
    """A second, and the hint for it, at the end of a lookup's parameters."""
    timestamp = frame.calldata.unsigned(head, U48)
    return timestamp, frame.calldata.bytes(frame.calldata.memory_slice(head + WORD, 1))


def answer_network_limit(frame: Frame) -> bytes:
    """A subnetwork's latest limit."""
    return encode_word(storage(frame).network_limit(frame.calldata.bytes32(HEAD)).latest())


def answer_network_limit_at(frame: Frame) -> bytes:
    """A subnetwork's limit at the end of a second; with type 3, what it took at most."""
    history = storage(frame).network_limit(frame.calldata.bytes32(HEAD))
    return encode_word(look_up(history, *read_moment(frame, HEAD + WORD)))


def answer_total_shares(frame: Frame) -> bytes:
    """The latest sum of shares in a subnetwork."""
    return encode_word(storage(frame).total(frame.calldata.bytes32(HEAD)).latest())


def answer_total_shares_at(frame: Frame) -> bytes:
    """The sum of shares in a subnetwork at the end of a second."""
    history = storage(frame).total(frame.calldata.bytes32(HEAD))
    return encode_word(look_up(history, *read_moment(frame, HEAD + WORD)))


def answer_amount(frame: Frame) -> bytes:
    """An operator's latest shares or limit in a subnetwork."""
    return encode_word(storage(frame).amount(read_share(frame)).latest())


def answer_amount_at(frame: Frame) -> bytes:
    """An operator's shares or limit in a subnetwork at the end of a second."""
    history = storage(frame).amount(read_share(frame))
    return encode_word(look_up(history, *read_moment(frame, HEAD + 2 * WORD)))


def answer_operator_registry(frame: Frame) -> bytes:
    """Where operators are looked up."""
    code = own_code(frame)
    assert isinstance(code, KnowsOperators)
    return encode_word(code.operator_registry)


NETWORK_LIMITS = (
    Function("NETWORK_LIMIT_SET_ROLE()", 0, lambda frame: encode_word(NETWORK_LIMIT_SET_ROLE)),
    Function("networkLimit(bytes32)", 1, answer_network_limit),
    Function("networkLimitAt(bytes32,uint48,bytes)", 3, answer_network_limit_at),
    Function("setNetworkLimit(bytes32,uint256)", 2, apply_set_network_limit),
)
"""What types 0 to 2 answer."""
ONE_OPERATOR = (
    Function("OPERATOR_REGISTRY()", 0, answer_operator_registry),
    Function("operator()", 0, lambda frame: encode_word(storage(frame).operator)),
)
"""What types 2 and 3 answer."""
NETWORK_RESTAKE = Interface(
    table(
        *DELEGATOR,
        *NETWORK_LIMITS,
        Function("OPERATOR_NETWORK_SHARES_SET_ROLE()", 0, lambda frame: encode_word(OPERATOR_NETWORK_SHARES_SET_ROLE)),
        Function("totalOperatorNetworkShares(bytes32)", 1, answer_total_shares),
        Function("totalOperatorNetworkSharesAt(bytes32,uint48,bytes)", 3, answer_total_shares_at),
        Function("operatorNetworkShares(bytes32,address)", 2, answer_amount),
        Function("operatorNetworkSharesAt(bytes32,address,uint48,bytes)", 4, answer_amount_at),
        Function("setOperatorNetworkShares(bytes32,address,uint256)", 3, apply_set_operator_network_shares),
    )
)
FULL_RESTAKE = Interface(
    table(
        *DELEGATOR,
        *NETWORK_LIMITS,
        Function("OPERATOR_NETWORK_LIMIT_SET_ROLE()", 0, lambda frame: encode_word(OPERATOR_NETWORK_LIMIT_SET_ROLE)),
        Function("operatorNetworkLimit(bytes32,address)", 2, answer_amount),
        Function("operatorNetworkLimitAt(bytes32,address,uint48,bytes)", 4, answer_amount_at),
        Function("setOperatorNetworkLimit(bytes32,address,uint256)", 3, apply_set_operator_network_limit),
    )
)
OPERATOR_SPECIFIC = Interface(table(*DELEGATOR, *NETWORK_LIMITS, *ONE_OPERATOR))
OPERATOR_NETWORK_SPECIFIC = Interface(
    table(
        *DELEGATOR,
        *ONE_OPERATOR,
        Function("network()", 0, lambda frame: encode_word(storage(frame).network)),
        Function("maxNetworkLimitAt(bytes32,uint48,bytes)", 3, answer_network_limit_at),
    )
)
