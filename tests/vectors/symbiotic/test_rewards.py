"""Rewards of operators and of stakers (REW-1 to REW-44)."""

from typing import Any

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.fuzzing.economics_histories import leaf
from gearexe_spec.fuzzing.economics_people import (
    CREATE_REWARDS,
    FULL_RESTAKE,
    NETWORK,
    NOBODY,
    OWNER,
    STRANGER,
    encode,
)
from tests.vectors.symbiotic.town import ADA, ALICE, BOB, GRACE, HIGHEST, visit

PAY_OPERATORS, PAY_STAKERS = (f"distributeRewards(address,address,uint256,{last})" for last in ("bytes32", "bytes"))
CLAIM_OPERATORS = "claimRewards(address,address,address,uint256,bytes32[])"
CLAIM_STAKERS = "claimRewards(address,address,bytes)"
UNAUTHORIZED = "AccessControlUnauthorizedAccount"


def test_operators(vectors: Recorder) -> None:
    """Who has a leaf under the root gets what is new of its total (REW-5, REW-10 to REW-19)."""
    town = visit()
    rewards, token = town.at("operatorRewards"), town.at("wvara")
    leaves = {ADA: leaf(ADA, 100), GRACE: leaf(GRACE, 50)}
    root = bytes(keccak256(b"".join(sorted(leaves.values()))))
    town.do(NETWORK, token, "approve(address,uint256)", rewards, HIGHEST)

    def claim(total: int, sibling: str) -> tuple[Any, ...]:
        return rewards, CLAIM_OPERATORS, BOB, NETWORK, token, total, [leaves[sibling]]

    town.refuse("RootNotSet", ADA, *claim(100, GRACE))
    town.refuse("NotNetworkMiddleware", STRANGER, rewards, PAY_OPERATORS, NETWORK, token, 1, root)
    town.do(NETWORK, rewards, PAY_OPERATORS, NETWORK, token, 120, root)
    town.refuse("InvalidProof", ADA, *claim(101, GRACE))
    town.refuse("InvalidProof", GRACE, *claim(100, GRACE))
    town.do(ADA, *claim(100, GRACE))
    town.refuse("InsufficientTotalClaimable", ADA, *claim(100, GRACE))
    town.refuse("InsufficientBalance", GRACE, *claim(50, ADA))
    town.do(NETWORK, rewards, PAY_OPERATORS, NETWORK, token, 30, root)
    town.do(GRACE, *claim(50, ADA))
    town.do(NETWORK, rewards, PAY_OPERATORS, NETWORK, token, 0, bytes(32))
    town.refuse("RootNotSet", GRACE, *claim(50, ADA))
    assert town.see(rewards, "balance(address,address)", NETWORK, token) == 0
    town.record(vectors)


def test_tokens(vectors: Recorder) -> None:
    """A token that keeps everything, or says no, pays nobody (REW-1 to REW-4, REW-11, REW-29)."""
    town = visit()
    token, operators, stakers = town.at("testToken"), town.at("operatorRewards"), town.rewards
    town.stake(FULL_RESTAKE, NETWORK, 1_000)
    distribution = encode("(uint48,uint256,bytes,bytes)", town.timestamp, 10_000, b"", b"")
    town.wait(1)
    town.do(NETWORK, token, "mint(address,uint256)", NETWORK, 1_000)
    for spender in (operators, stakers):
        town.do(NETWORK, token, "approve(address,uint256)", spender, 1_000)
    town.do(NETWORK, token, "configure(uint256,bool,bool)", 10_000, False, False)
    town.refuse("InsufficientTransfer", NETWORK, operators, PAY_OPERATORS, NETWORK, token, 5, bytes(32))
    town.refuse("InsufficientReward", NETWORK, stakers, PAY_STAKERS, NETWORK, token, 5, distribution)
    town.do(NETWORK, token, "configure(uint256,bool,bool)", 0, False, True)
    town.refuse("SafeERC20FailedOperation", NETWORK, operators, PAY_OPERATORS, NETWORK, token, 5, bytes(32))
    town.refuse("SafeERC20FailedOperation", NETWORK, stakers, PAY_STAKERS, NETWORK, token, 5, distribution)
    town.do(NETWORK, token, "configure(uint256,bool,bool)", 2_500, False, False)
    town.do(NETWORK, stakers, PAY_STAKERS, NETWORK, token, 100, distribution)
    town.record(vectors)


def test_stakers(vectors: Recorder) -> None:
    """Stakers share by what they held at a second; each distribution is rounded for itself (REW-25 to REW-38)."""
    town = visit()
    rewards, token = town.rewards, town.at("wvara")
    town.do(NETWORK, token, "approve(address,uint256)", rewards, HIGHEST)
    before = town.timestamp

    def pay(caller: str, amount: int, second: int, fee: int = 10_000) -> tuple[Any, ...]:
        data = encode("(uint48,uint256,bytes,bytes)", second, fee, b"", b"")
        return caller, rewards, PAY_STAKERS, NETWORK, token, amount, data

    def claim(who: str, most: int, hints: tuple[bytes, ...] = (), to: str = BOB) -> tuple[Any, ...]:
        return who, rewards, CLAIM_STAKERS, to, token, encode("(address,uint256,bytes[])", NETWORK, most, hints)

    town.wait(1)
    town.refuse("InvalidRewardTimestamp", *pay(NETWORK, 5, before))
    town.stake(FULL_RESTAKE, NETWORK, 1_000)
    staked = town.timestamp
    town.do(BOB, town.vaults[FULL_RESTAKE].address, "deposit(address,uint256)", BOB, 333)
    town.refuse("NotNetworkMiddleware", *pay(STRANGER, 5, staked))
    town.refuse("InvalidRewardTimestamp", *pay(NETWORK, 5, staked))
    town.wait(1)
    town.refuse("HighAdminFee", *pay(NETWORK, 5, staked, 776))
    town.refuse("InsufficientReward", *pay(NETWORK, 0, staked, 777))
    town.refuse("NoRewardsToClaim", *claim(ALICE, 1))
    for amount in (100_001, 1, 12):
        town.do(*pay(NETWORK, amount, staked, 777))
    town.refuse("InvalidRecipient", *claim(ALICE, 1, (), NOBODY))
    town.refuse("NoRewardsToClaim", *claim(ALICE, 0))
    town.refuse("InvalidHintsLength", *claim(ALICE, 2, (b"",)))
    town.do(*claim(ALICE, 1))
    town.do(*claim(ALICE, 100, (b"", b"")))
    town.refuse("NoRewardsToClaim", *claim(ALICE, 1))
    town.do(*claim(BOB, 3))
    town.do(*claim(STRANGER, 3))
    town.record(vectors)


def test_fees(vectors: Recorder) -> None:
    """The administrator's part is set and taken by who has the role (REW-39 to REW-43)."""
    town = visit()
    rewards, token = town.rewards, town.at("wvara")
    set_fee, claim_fee = "setAdminFee(uint256)", "claimAdminFee(address,address)"
    town.refuse(UNAUTHORIZED, STRANGER, rewards, set_fee, 1)
    town.refuse("AlreadySet", OWNER, rewards, set_fee, 777)
    town.refuse("InvalidAdminFee", OWNER, rewards, set_fee, 10_001)
    town.refuse(UNAUTHORIZED, STRANGER, rewards, claim_fee, OWNER, token)
    town.refuse("InsufficientAdminFee", OWNER, rewards, claim_fee, OWNER, token)
    town.do(OWNER, rewards, set_fee, 10_000)
    town.stake(FULL_RESTAKE, NETWORK, 1_000)
    data = encode("(uint48,uint256,bytes,bytes)", town.timestamp, 10_000, b"", b"")
    town.do(NETWORK, token, "approve(address,uint256)", rewards, HIGHEST)
    town.wait(1)
    town.do(NETWORK, rewards, PAY_STAKERS, NETWORK, token, 99, data)
    assert town.see(rewards, "rewardsLength(address,address)", token, NETWORK) == 0
    town.do(OWNER, rewards, claim_fee, BOB, token)
    town.refuse("InsufficientAdminFee", OWNER, rewards, claim_fee, BOB, token)
    town.record(vectors)


@pytest.mark.parametrize(
    ("name", "reason", "fields"),
    [
        ("no_vault", "NotVault", (STRANGER, 10_001, OWNER, OWNER, OWNER)),
        ("fee_that_nobody_takes", "MissingRoles", (None, 1, NOBODY, NOBODY, OWNER)),
        ("taker_of_nothing", "MissingRoles", (None, 0, NOBODY, OWNER, NOBODY)),
        ("setter_for_nobody", "MissingRoles", (None, 0, NOBODY, NOBODY, OWNER)),
        ("more_than_everything", "InvalidAdminFee", (None, 10_001, OWNER, NOBODY, NOBODY)),
        ("everything", None, (None, 10_000, NOBODY, OWNER, NOBODY)),
        ("no_fee_ever", None, (None, 0, NOBODY, NOBODY, NOBODY)),
    ],
)
def test_creation(vectors: Recorder, name: str, reason: str | None, fields: tuple[Any, ...]) -> None:
    """Rewards for the stakers of a vault (REW-20 to REW-24, REW-51 to REW-53)."""
    town = visit()
    fields = fields[0] or town.vaults[FULL_RESTAKE].address, *fields[1:]
    factory = town.at("stakerRewardsFactory")
    if reason is None:
        town.do(OWNER, factory, CREATE_REWARDS, fields)
    else:
        town.refuse(reason, OWNER, factory, CREATE_REWARDS, fields)
    town.record(vectors, name=name, flags=[Flag.BOUNDARY])
