"""DefaultStakerRewards: networks pay the stakers of a vault by the shares they had in one second.

Rules: REW-20 to REW-44.
Source: symbiotic-rewards defaultStakerRewards/DefaultStakerRewards.sol.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata, empty_revert
from gearexe_spec.onchain.contract_calls import expect_success, read_word
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import OpenZeppelinRejection, encode_revert_data
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.upgradeable import begin_initialize, end_initialization
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, ExtensionCode
from gearexe_spec.symbiotic.access_control import (
    ACCESS_CONTROL,
    DEFAULT_ADMIN_ROLE,
    check_role,
    grant_role,
    not_reentered,
)
from gearexe_spec.symbiotic.contract import ask_is_entity, checked_arithmetic, code_of, read_now, storage_of
from gearexe_spec.symbiotic.errors import RewardsRejection
from gearexe_spec.symbiotic.operator_rewards import check_is_middleware
from gearexe_spec.symbiotic.reward_events import (
    ClaimAdminFee,
    ClaimRewardsExtra,
    InitVault,
    SetAdminFee,
    StakerRewardsClaimed,
    StakerRewardsDistributed,
)
from gearexe_spec.symbiotic.reward_factories import PARAMETERS
from gearexe_spec.symbiotic.shares import mul_div
from gearexe_spec.symbiotic.tokens import safe_transfer, take_from_sender

VERSION = U64(2)
ADMIN_FEE_BASE = U256(10_000)
ADMIN_FEE_CLAIM_ROLE = keccak256(b"ADMIN_FEE_CLAIM_ROLE")
ADMIN_FEE_SET_ROLE = keccak256(b"ADMIN_FEE_SET_ROLE")
_ACTIVE_SHARES_AT = compute_selector("activeSharesAt(uint48,bytes)")
_ACTIVE_STAKE_AT = compute_selector("activeStakeAt(uint48,bytes)")
_ACTIVE_SHARES_OF_AT = compute_selector("activeSharesOfAt(address,uint48,bytes)")
NOTHING = U256(0)
Purse = tuple[Address, Address]
"""A token and a network."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Tokens for those who had shares at the end of a second."""

    amount: U256
    timestamp: U48


@dataclass(frozen=True, slots=True)
class StakerRewardsStorage:
    """The vault, the administrator's fee, and what was distributed and claimed.

    Args:
        distributions: by purse, and by index from 0.
        lengths: how many a purse has.
        next_unclaimed: index of the next distribution that an account claims.
        shares: all active shares of a second, once one of its distributions was made.
    """

    vault: Address = ZERO_ADDRESS
    admin_fee: U256 = NOTHING
    distributions: Map[tuple[Purse, int], Distribution] = Map()
    lengths: Map[Purse, int] = Map()
    next_unclaimed: Map[tuple[Address, Purse], int] = Map()
    claimable_admin_fee: Map[Address, U256] = Map()
    shares: Map[U48, U256] = Map()

    def length(self, purse: Purse) -> int:
        """How many distributions a purse has."""
        return self.lengths.get(purse, 0)

    def pending(self, account: Address, purse: Purse, most: U256) -> range:
        """The indices that an account would claim now (REW-33)."""
        first = self.next_unclaimed.get((account, purse), 0)
        return range(first, first + min(int(most), self.length(purse) - first))


def apply_initialize(frame: Frame) -> bytes:
    """Choose vault, fee and roles, once.

    Raises:
        Rejected: InvalidInitialization, NotVault, MissingRoles, InvalidAdminFee.

    Rules: REW-20 to REW-24.
    Source: DefaultStakerRewards.sol `initialize`.
    """
    calldata = frame.calldata
    vault_place, fee_place, *holders = (HEAD + WORD * index for index in range(5))

    begin_initialize(frame)
    vault = calldata.address(vault_place)
    if not ask_is_entity(frame, code_of(frame, DefaultStakerRewards).vault_factory, vault):
        raise Rejected(RewardsRejection.NotVault)
    fee = calldata.u256(fee_place)
    admin, claimer, setter = (calldata.address(place) for place in holders)
    check_roles(fee, admin, claimer, setter)

    frame.update(extension=replace(storage_of(frame, StakerRewardsStorage), vault=vault))
    frame.emit(InitVault(vault))
    set_admin_fee(frame, fee)
    for role, holder in (
        (DEFAULT_ADMIN_ROLE, admin),
        (ADMIN_FEE_CLAIM_ROLE, claimer),
        (ADMIN_FEE_SET_ROLE, setter),
    ):
        if holder != ZERO_ADDRESS:
            grant_role(frame, role, holder)
    end_initialization(frame)
    return b""


def check_roles(fee: U256, admin: Address, claimer: Address, setter: Address) -> None:
    """Without an administrator nobody can be added later, so a fee needs somebody to claim it (REW-22).

    Raises:
        Rejected: MissingRoles.
    """
    if admin != ZERO_ADDRESS:
        return
    has_claimer, has_setter = claimer != ZERO_ADDRESS, setter != ZERO_ADDRESS
    if not has_claimer if fee else has_claimer != has_setter:
        raise Rejected(RewardsRejection.MissingRoles)


def set_admin_fee(frame: Frame, fee: U256) -> None:
    """Keep the fee (REW-23).

    Raises:
        Rejected: InvalidAdminFee.
    """
    if fee > ADMIN_FEE_BASE:
        raise Rejected(RewardsRejection.InvalidAdminFee)
    frame.update(extension=replace(storage_of(frame, StakerRewardsStorage), admin_fee=fee))
    frame.emit(SetAdminFee(fee))


def apply_distribute_rewards(frame: Frame) -> bytes:
    """Pay the stakers of one past second.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, Empty for data that cannot be decoded, NotNetworkMiddleware,
            InvalidRewardTimestamp, HighAdminFee, InsufficientReward; as vault and token.

    Rules: REW-25 to REW-31.
    Source: DefaultStakerRewards.sol `distributeRewards`.
    """
    calldata = frame.calldata
    network, token = calldata.address(HEAD), calldata.address(HEAD + WORD)
    amount = calldata.u256(HEAD + 2 * WORD)
    data = calldata.bytes(calldata.entry_slice(HEAD + 3 * WORD, 1))

    with not_reentered(frame):
        timestamp, greatest_fee, hints = read_distribution(data, calldata)
        check_is_middleware(frame, code_of(frame, DefaultStakerRewards).middleware_service, network)
        if timestamp >= read_now(frame):
            raise Rejected(RewardsRejection.InvalidRewardTimestamp)
        fee_rate = storage_of(frame, StakerRewardsStorage).admin_fee
        if greatest_fee < fee_rate:
            raise Rejected(RewardsRejection.HighAdminFee)
        remember_shares(frame, timestamp, hints)
        received = take_from_sender(frame, token, amount)
        if received == 0:
            raise Rejected(RewardsRejection.InsufficientReward)

        fee = mul_div(received, fee_rate, ADMIN_FEE_BASE)
        add_distribution(frame, (token, network), Distribution(received - fee, timestamp), fee)
        frame.emit(StakerRewardsDistributed(network, token, received - fee, fee, timestamp))
    return b""


def read_distribution(data: bytes, outer: Calldata) -> tuple[U48, U256, tuple[bytes, bytes]]:
    """Second, greatest fee, and the hints for shares and stake (REW-25).

    Raises:
        Rejected: Empty; Panic(0x41) for a length that no memory holds.
    """
    inner = read_inner(data, outer, 4)
    timestamp, greatest_fee = inner.unsigned(0, U48), inner.u256(WORD)
    shares_hint, stake_hint = (inner.bytes(inner.memory_member(0, WORD * index, 1, 1)) for index in (2, 3))
    return timestamp, greatest_fee, (shares_hint, stake_hint)


def read_inner(data: bytes, outer: Calldata, words: int) -> Calldata:
    """Encoded values inside a byte string, whose heads are there (REW-25).

    Raises:
        Rejected: Empty.
    """
    if len(data) < WORD * words:
        raise empty_revert()
    return Calldata(data, outer.meter)


def remember_shares(frame: Frame, timestamp: U48, hints: tuple[bytes, bytes]) -> None:
    """Ask the vault once for the shares of a second; there are shares and stake (REW-28).

    Raises:
        Rejected: InvalidRewardTimestamp; as the vault.
    """
    rewards = storage_of(frame, StakerRewardsStorage)
    if rewards.shares.get(timestamp, NOTHING):
        return
    shares = ask_vault(frame, _ACTIVE_SHARES_AT, (timestamp,), hints[0])
    stake = ask_vault(frame, _ACTIVE_STAKE_AT, (timestamp,), hints[1])
    if shares == 0 or stake == 0:
        raise Rejected(RewardsRejection.InvalidRewardTimestamp)
    frame.update(extension=replace(rewards, shares=rewards.shares.set(timestamp, shares)))


def ask_vault(frame: Frame, selector: bytes, words: Sequence[Address | U48], hint: bytes) -> U256:
    """What the vault answers to a lookup with a hint."""
    head = tuple(map(encode_word, words))
    request = selector + encode_tuple(*head, (encode_bytes(hint),))
    return U256(read_word(expect_success(frame.static_call(storage_of(frame, StakerRewardsStorage).vault, request))))


def add_distribution(frame: Frame, purse: Purse, distribution: Distribution, fee: U256) -> None:
    """Book the fee, and the distribution unless the fee is all of it (REW-30)."""
    rewards = storage_of(frame, StakerRewardsStorage)
    with checked_arithmetic():
        fees = rewards.claimable_admin_fee.get(purse[0], NOTHING) + fee
    rewards = replace(rewards, claimable_admin_fee=rewards.claimable_admin_fee.set(purse[0], fees))
    if distribution.amount:
        index = rewards.length(purse)
        rewards = replace(
            rewards,
            distributions=rewards.distributions.set((purse, index), distribution),
            lengths=rewards.lengths.set(purse, index + 1),
        )
    frame.update(extension=rewards)


def compute_claimable(
    frame: Frame, account: Address, purse: Purse, indices: range, hints: Sequence[bytes] | None = None
) -> U256:
    """What an account gets of some distributions: of each its part by shares, rounded down (REW-34).

    Raises:
        Rejected: as the vault; Panic(0x11) for a sum beyond 256 bits.
    """
    rewards = storage_of(frame, StakerRewardsStorage)
    total = NOTHING
    for place, index in enumerate(indices):
        entry = rewards.distributions[purse, index]
        hint = hints[place] if hints else b""
        shares = ask_vault(frame, _ACTIVE_SHARES_OF_AT, (account, entry.timestamp), hint)
        with checked_arithmetic():
            total += mul_div(shares, entry.amount, rewards.shares[entry.timestamp])
    return total


def apply_claim_rewards(frame: Frame) -> bytes:
    """Pay the caller its part of the next distributions, as many as it says.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, Empty for data that cannot be decoded, InvalidRecipient,
            NoRewardsToClaim, InvalidHintsLength; as vault and token.

    Rules: REW-32 to REW-37.
    Source: DefaultStakerRewards.sol `claimRewards`.
    """
    calldata = frame.calldata
    recipient, token = calldata.address(HEAD), calldata.address(HEAD + WORD)
    data = calldata.bytes(calldata.entry_slice(HEAD + 2 * WORD, 1))

    with not_reentered(frame):
        network, most, hints = read_claim(data, calldata)
        if recipient == ZERO_ADDRESS:
            raise Rejected(RewardsRejection.InvalidRecipient)
        purse = token, network
        indices = storage_of(frame, StakerRewardsStorage).pending(frame.sender, purse, most)
        if not indices:
            raise Rejected(RewardsRejection.NoRewardsToClaim)
        if hints and len(hints) != len(indices):
            raise Rejected(RewardsRejection.InvalidHintsLength)

        amount = compute_claimable(frame, frame.sender, purse, indices, hints)
        rewards = storage_of(frame, StakerRewardsStorage)
        following = rewards.next_unclaimed.set((frame.sender, purse), indices.stop)
        frame.update(extension=replace(rewards, next_unclaimed=following))
        if amount:
            safe_transfer(frame, token, recipient, amount)
        frame.emit(StakerRewardsClaimed(network, token, frame.sender, amount, recipient))
        frame.emit(ClaimRewardsExtra(network, token, frame.sender, U256(indices.start), U256(len(indices))))
    return b""


def read_claim(data: bytes, outer: Calldata) -> tuple[Address, U256, tuple[bytes, ...]]:
    """Network, the greatest number of distributions, and a hint for each or none at all (REW-32).

    Raises:
        Rejected: Empty; Panic(0x41) for a length that no memory holds.
    """
    inner = read_inner(data, outer, 3)
    network, most = inner.address(0), inner.u256(WORD)
    items = inner.memory_member(0, 2 * WORD, WORD, WORD)
    places = (items.place + WORD * index for index in range(items.length))
    hints = tuple(inner.bytes(inner.memory_member(items.place, place, 1, 1)) for place in places)
    return network, most, hints


def answer_claimable(frame: Frame) -> bytes:
    """What an account would get of its next distributions (REW-34, REW-38).

    Raises:
        Rejected: Empty for data that cannot be decoded; as the vault.
    """
    calldata = frame.calldata
    token, account = calldata.address(HEAD), calldata.address(HEAD + WORD)
    data = calldata.bytes(calldata.entry_slice(HEAD + 2 * WORD, 1))
    inner = read_inner(data, calldata, 2)
    purse, most = (token, inner.address(0)), inner.u256(WORD)
    indices = storage_of(frame, StakerRewardsStorage).pending(account, purse, most)
    return encode_word(compute_claimable(frame, account, purse, indices))


def apply_claim_admin_fee(frame: Frame) -> bytes:
    """Pay out the fees of a token.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, AccessControlUnauthorizedAccount, InsufficientAdminFee; as the token.

    Rules: REW-39 to REW-41.
    Source: DefaultStakerRewards.sol `claimAdminFee`.
    """
    recipient, token = frame.calldata.address(HEAD), frame.calldata.address(HEAD + WORD)

    with not_reentered(frame):
        check_role(frame, ADMIN_FEE_CLAIM_ROLE)
        rewards = storage_of(frame, StakerRewardsStorage)
        amount = rewards.claimable_admin_fee.get(token, NOTHING)
        if amount == 0:
            raise Rejected(RewardsRejection.InsufficientAdminFee)
        frame.update(extension=replace(rewards, claimable_admin_fee=rewards.claimable_admin_fee.set(token, NOTHING)))
        safe_transfer(frame, token, recipient, amount)
        frame.emit(ClaimAdminFee(token, amount))
    return b""


def apply_set_admin_fee(frame: Frame) -> bytes:
    """Change the fee.

    Raises:
        Rejected: AccessControlUnauthorizedAccount, AlreadySet, InvalidAdminFee.

    Rules: REW-23, REW-42.
    Source: DefaultStakerRewards.sol `setAdminFee`.
    """
    fee = frame.calldata.u256(HEAD)

    check_role(frame, ADMIN_FEE_SET_ROLE)
    if storage_of(frame, StakerRewardsStorage).admin_fee == fee:
        raise Rejected(RewardsRejection.AlreadySet)
    set_admin_fee(frame, fee)
    return b""


def apply_multicall(frame: Frame) -> bytes:
    """Several calls of the caller, one after another, all or none.

    Returns:
        What each of them returned.

    Raises:
        Rejected: as the first that fails; FailedCall if that one gives no data.

    Rules: REW-43.
    Source: OpenZeppelin 5.6.1 MulticallUpgradeable.sol `multicall`.
    """
    calldata = frame.calldata
    items = calldata.entry_slice(HEAD, WORD)
    results: list[bytes] = []
    for index in range(items.length):
        data = calldata.bytes(calldata.tail_slice(items.place, items.place + WORD * index, 1))
        try:
            results.append(frame.delegate_data(frame.address, data))
        except Rejected as rejected:
            if encode_revert_data(rejected):
                raise
            raise Rejected(OpenZeppelinRejection.FailedCall) from rejected
    listed = encode_tuple(*((encode_bytes(result),) for result in results))
    return encode_tuple((encode_word(U256(len(results))) + listed,))


def answer_distribution(frame: Frame) -> bytes:
    """Amount and second of a distribution (REW-44).

    Raises:
        Rejected: Empty behind the end.
    """
    purse, index = read_purse(frame), frame.calldata.u256(HEAD + 2 * WORD)
    entry = storage_of(frame, StakerRewardsStorage).distributions.get((purse, int(index)))
    if entry is None:
        raise empty_revert()
    return encode_word(entry.amount) + encode_word(entry.timestamp)


def answer_next_unclaimed(frame: Frame) -> bytes:
    """The index of the next distribution that an account claims (REW-44)."""
    calldata = frame.calldata
    account = calldata.address(HEAD)
    purse = calldata.address(HEAD + WORD), calldata.address(HEAD + 2 * WORD)
    return encode_word(U256(storage_of(frame, StakerRewardsStorage).next_unclaimed.get((account, purse), 0)))


def answer_claimable_admin_fee(frame: Frame) -> bytes:
    """The fees of a token that nobody has claimed (REW-44)."""
    fees = storage_of(frame, StakerRewardsStorage).claimable_admin_fee
    return encode_word(fees.get(frame.calldata.address(HEAD), NOTHING))


def read_purse(frame: Frame) -> Purse:
    """Token and network, the first two arguments."""
    return frame.calldata.address(HEAD), frame.calldata.address(HEAD + WORD)


INTERFACE = Interface(
    table(
        Function(f"initialize({PARAMETERS})", 5, apply_initialize),
        Function("distributeRewards(address,address,uint256,bytes)", 4, apply_distribute_rewards),
        Function("claimRewards(address,address,bytes)", 3, apply_claim_rewards),
        Function("claimable(address,address,bytes)", 3, answer_claimable),
        Function("claimAdminFee(address,address)", 2, apply_claim_admin_fee),
        Function("setAdminFee(uint256)", 1, apply_set_admin_fee),
        Function("multicall(bytes[])", 1, apply_multicall),
        Function("rewards(address,address,uint256)", 3, answer_distribution),
        Function(
            "rewardsLength(address,address)",
            2,
            lambda frame: encode_word(U256(storage_of(frame, StakerRewardsStorage).length(read_purse(frame)))),
        ),
        Function("lastUnclaimedReward(address,address,address)", 3, answer_next_unclaimed),
        Function("claimableAdminFee(address)", 1, answer_claimable_admin_fee),
        Function("adminFee()", 0, lambda frame: encode_word(storage_of(frame, StakerRewardsStorage).admin_fee)),
        Function("VAULT()", 0, lambda frame: encode_word(storage_of(frame, StakerRewardsStorage).vault)),
        Function("version()", 0, lambda frame: encode_word(VERSION)),
        Function("ADMIN_FEE_BASE()", 0, lambda frame: encode_word(ADMIN_FEE_BASE)),
        Function("ADMIN_FEE_CLAIM_ROLE()", 0, lambda frame: encode_word(ADMIN_FEE_CLAIM_ROLE)),
        Function("ADMIN_FEE_SET_ROLE()", 0, lambda frame: encode_word(ADMIN_FEE_SET_ROLE)),
        Function("VAULT_FACTORY()", 0, lambda frame: encode_word(code_of(frame, DefaultStakerRewards).vault_factory)),
        Function(
            "NETWORK_MIDDLEWARE_SERVICE()",
            0,
            lambda frame: encode_word(code_of(frame, DefaultStakerRewards).middleware_service),
        ),
        *ACCESS_CONTROL,
    )
)


@dataclass(frozen=True, slots=True)
class DefaultStakerRewards(ExtensionCode):
    """The code, with the factory of vaults and the service that knows each network's middleware."""

    vault_factory: Address
    middleware_service: Address

    def run(self, frame: Frame) -> bytes:
        return INTERFACE.run(frame)
