"""Vaults: deposits, withdrawals, claims, settings, slashes (SYM-30 to SYM-43, SYM-78 to SYM-97)."""

from typing import Any

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.fuzzing.economics_people import (
    CREATE_BARE_VAULT,
    CREATE_CLONE,
    FULL_RESTAKE,
    NOBODY,
    OWNER,
    STRANGER,
    encode_call,
    encode_entity,
)
from tests.vectors.symbiotic.town import ADA, ALICE, BOB, EPOCH, Town, visit, visit_later

DEPOSIT, WITHDRAW, REDEEM = (f"{name}(address,uint256)" for name in ("deposit", "withdraw", "redeem"))
CLAIM, CLAIM_BATCH = "claim(address,uint256)", "claimBatch(address,uint256[])"
UNAUTHORIZED = "AccessControlUnauthorizedAccount"


def test_deposits(vectors: Recorder) -> None:
    """Shares for what arrives, within the limit, of those who may (SYM-84 to SYM-87)."""
    town = visit()
    vault = town.vaults[FULL_RESTAKE].address
    town.refuse("InvalidOnBehalfOf", ALICE, vault, DEPOSIT, NOBODY, 5)
    town.refuse("InsufficientDeposit", ALICE, vault, DEPOSIT, ALICE, 0)
    town.refuse("ERC20InsufficientAllowance", STRANGER, vault, DEPOSIT, ALICE, 5)
    town.do(ALICE, vault, DEPOSIT, ALICE, 1_001)
    town.do(OWNER, vault, "setIsDepositLimit(bool)", True)
    town.refuse("DepositLimitReached", BOB, vault, DEPOSIT, ALICE, 1)
    town.do(OWNER, vault, "setDepositLimit(uint256)", 1_500)
    town.refuse("DepositLimitReached", BOB, vault, DEPOSIT, ALICE, 500)
    town.do(BOB, vault, DEPOSIT, ALICE, 499)
    town.do(OWNER, vault, "setIsDepositLimit(bool)", False)
    town.do(OWNER, vault, "setDepositWhitelist(bool)", True)
    town.refuse("NotWhitelistedDepositor", ALICE, vault, DEPOSIT, ALICE, 5)
    town.do(OWNER, vault, "setDepositorWhitelistStatus(address,bool)", ALICE, True)
    town.do(ALICE, vault, DEPOSIT, BOB, 5)
    assert town.see(vault, "activeStake()") == 1_505
    town.record(vectors)


def test_token_that_misbehaves(vectors: Recorder) -> None:
    """What counts is what arrives, and what the token answers (SYM-78, SYM-86)."""
    town = visit()
    token = town.at("testToken")
    parameters = town.parameters(collateral=token)
    vault = "0x" + town.do(OWNER, town.at("vaultFactory"), CREATE_BARE_VAULT, 1, OWNER, parameters)[12:].hex()
    town.do(ALICE, token, "mint(address,uint256)", ALICE, 10_000)
    town.do(ALICE, token, "approve(address,uint256)", vault, 10_000)
    town.do(ALICE, token, "configure(uint256,bool,bool)", 100, False, False)
    town.do(ALICE, vault, DEPOSIT, ALICE, 1_000)
    assert town.see(vault, "activeStake()") == 990
    town.do(ALICE, token, "configure(uint256,bool,bool)", 10_000, False, False)
    town.refuse("InsufficientDeposit", ALICE, vault, DEPOSIT, ALICE, 1_000)
    town.do(ALICE, token, "configure(uint256,bool,bool)", 0, False, True)
    town.refuse("SafeERC20FailedOperation", ALICE, vault, DEPOSIT, ALICE, 1_000)
    town.do(ALICE, token, "configure(uint256,bool,bool)", 0, False, False)
    town.refuse("TransferExceedsAllowance", ALICE, vault, DEPOSIT, ALICE, 9_500)
    town.record(vectors)


def test_withdrawals_and_claims(vectors: Recorder) -> None:
    """What leaves with an epoch is paid after it, once (SYM-32 to SYM-40, SYM-88 to SYM-90)."""
    town = visit()
    vault = town.vaults[FULL_RESTAKE].address
    town.refuse("NoPreviousEpoch", ALICE, vault, "previousEpochStart()")
    town.refuse("InvalidTimestamp", ALICE, vault, "epochAt(uint48)", town.timestamp - 1)
    town.do(ALICE, vault, DEPOSIT, ALICE, 1_001)
    for function in (WITHDRAW, REDEEM):
        town.refuse("InvalidClaimer", ALICE, vault, function, NOBODY, 5)
    town.refuse("InsufficientWithdrawal", ALICE, vault, WITHDRAW, ALICE, 0)
    town.refuse("TooMuchWithdraw", ALICE, vault, WITHDRAW, ALICE, 1_002)
    town.refuse("TooMuchRedeem", ALICE, vault, REDEEM, ALICE, 1_002)
    town.refuse("InsufficientRedemption", BOB, vault, REDEEM, BOB, 0)
    town.do(ALICE, vault, WITHDRAW, ALICE, 301)
    town.do(ALICE, vault, REDEEM, BOB, 100)
    town.wait(EPOCH)
    town.do(ALICE, vault, WITHDRAW, ALICE, 50)
    town.refuse("InvalidRecipient", ALICE, vault, CLAIM, NOBODY, 1)
    town.refuse("InvalidRecipient", ALICE, vault, CLAIM_BATCH, NOBODY, [1])
    town.refuse("InvalidLengthEpochs", ALICE, vault, CLAIM_BATCH, ALICE, [])
    town.refuse("InvalidEpoch", ALICE, vault, CLAIM, ALICE, 1)
    town.wait(EPOCH)
    town.refuse("InsufficientClaim", STRANGER, vault, CLAIM, STRANGER, 1)
    town.refuse("AlreadyClaimed", ALICE, vault, CLAIM_BATCH, ALICE, [1, 1])
    town.do(BOB, vault, CLAIM, STRANGER, 1)
    town.refuse("AlreadyClaimed", BOB, vault, CLAIM, STRANGER, 1)
    town.wait(EPOCH)
    town.do(ALICE, vault, CLAIM_BATCH, ALICE, [2, 1])
    town.record(vectors)


def test_settings(vectors: Recorder) -> None:
    """Who has the role may change what differs (SYM-93, SYM-94, SYM-100 to SYM-104)."""
    town = visit()
    vault = town.vaults[FULL_RESTAKE].address
    status = "setDepositorWhitelistStatus(address,bool)"
    for signature, same in (
        ("setDepositWhitelist(bool)", False),
        ("setIsDepositLimit(bool)", False),
        ("setDepositLimit(uint256)", 0),
    ):
        town.refuse(UNAUTHORIZED, STRANGER, vault, signature, same)
        town.refuse("AlreadySet", OWNER, vault, signature, same)
    town.refuse(UNAUTHORIZED, STRANGER, vault, status, NOBODY, False)
    town.refuse("InvalidAccount", OWNER, vault, status, NOBODY, False)
    town.refuse("AlreadySet", OWNER, vault, status, ALICE, False)
    role = bytes(keccak256(b"DEPOSIT_LIMIT_SET_ROLE"))
    town.refuse(UNAUTHORIZED, STRANGER, vault, "grantRole(bytes32,address)", role, STRANGER)
    town.refuse("AccessControlBadConfirmation", OWNER, vault, "renounceRole(bytes32,address)", role, STRANGER)
    town.do(OWNER, vault, "grantRole(bytes32,address)", role, STRANGER)
    town.do(STRANGER, vault, "setDepositLimit(uint256)", 7)
    town.do(OWNER, vault, "revokeRole(bytes32,address)", role, STRANGER)
    town.refuse(UNAUTHORIZED, STRANGER, vault, "setDepositLimit(uint256)", 8)
    town.record(vectors)


def test_delegator_and_slasher(vectors: Recorder) -> None:
    """A vault is tied to a delegator and a slasher of its own, once (SYM-95 to SYM-97)."""
    town = visit()
    vault, other = town.make_bare_vault(), town.vaults[FULL_RESTAKE]
    town.refuse("NotDelegator", STRANGER, vault, "setDelegator(address)", other.slasher)
    town.refuse("InvalidDelegator", STRANGER, vault, "setDelegator(address)", other.delegator)
    town.refuse("NotSlasher", STRANGER, vault, "setSlasher(address)", other.delegator)
    town.refuse("InvalidSlasher", STRANGER, vault, "setSlasher(address)", other.slasher)
    town.refuse("DelegatorAlreadyInitialized", OWNER, other.address, "setDelegator(address)", other.delegator)
    town.refuse("SlasherAlreadyInitialized", OWNER, other.address, "setSlasher(address)", NOBODY)
    data = encode_entity(vault, town.delegator(FULL_RESTAKE))
    delegator = "0x" + town.do(STRANGER, town.at("delegatorFactory"), CREATE_CLONE, FULL_RESTAKE, data)[12:].hex()
    town.do(STRANGER, vault, "setDelegator(address)", delegator)
    town.do(STRANGER, vault, "setSlasher(address)", NOBODY)
    town.record(vectors)


NOBODYS = (NOBODY,) * 5
SWITCHER, FILLER, LIMIT_SWITCHER, LIMITER = ((NOBODY,) * at + (OWNER,) + (NOBODY,) * (4 - at) for at in range(1, 5))
"""One holder of a role each, and no administrator."""


@pytest.mark.parametrize(
    ("name", "reason", "changes"),
    [
        ("no_collateral", "InvalidCollateral", {"collateral": NOBODY, "epoch": 0}),
        ("no_epoch", "InvalidEpochDuration", {"epoch": 0, "roles": NOBODYS, "limit": 1, "is_limited": False}),
        ("whitelist_that_nobody_fills", "MissingRoles", {"whitelist": True, "roles": NOBODYS}),
        ("filler_without_whitelist", "MissingRoles", {"roles": FILLER}),
        ("limit_of_nothing", "MissingRoles", {"limit": 0, "roles": NOBODYS}),
        ("limit_that_is_off", "MissingRoles", {"limit": 1, "is_limited": False, "roles": NOBODYS}),
        ("limiter_without_limit", "MissingRoles", {"roles": LIMITER}),
        ("nobody_decides", None, {"roles": NOBODYS}),
        (
            "switchers",
            None,
            {"whitelist": True, "limit": 0, "roles": tuple(map(max, SWITCHER, LIMIT_SWITCHER))},
        ),
    ],
)
def test_creation(vectors: Recorder, name: str, reason: str | None, changes: dict[str, Any]) -> None:
    """A vault in which somebody can decide what is left to decide (SYM-80 to SYM-83)."""
    town = visit()
    parts = 1, NOBODY, town.parameters(**changes)
    if reason is None:
        town.do(OWNER, town.at("vaultFactory"), CREATE_BARE_VAULT, *parts)
    else:
        town.refuse(reason, OWNER, town.at("vaultFactory"), CREATE_BARE_VAULT, *parts)
    town.record(vectors, name=name)


def slash(town: Town, amount: int, captured: int) -> tuple[Any, ...]:
    """A slash of the vault whose slasher anybody may use."""
    assert town.free is not None
    data = bytes.fromhex(encode_call("onSlash(uint256,uint48)", amount, captured)[2:])
    return ADA, town.free.slasher, "exec(address,bytes)", town.free.address, data


def test_slashes(vectors: Recorder) -> None:
    """Active stake and withdrawals share a slash, and its rounding (SYM-41 to SYM-43, SYM-91, SYM-92)."""
    town = visit_later()
    assert town.free is not None
    vault, start = town.free.address, town.timestamp
    town.refuse("NotSlasher", OWNER, vault, "onSlash(uint256,uint48)", 1, start)
    town.refuse("InvalidTimestamp", *slash(town, 1, start - 1))
    town.refuse("InvalidCaptureEpoch", *slash(town, 1, start + EPOCH))
    town.do(*slash(town, 5, start))
    town.do(ALICE, vault, DEPOSIT, ALICE, 1_001)
    town.do(BOB, vault, DEPOSIT, BOB, 503)
    town.do(ALICE, vault, WITHDRAW, ALICE, 301)
    town.do(*slash(town, 100, start))
    town.wait(EPOCH)
    town.do(BOB, vault, WITHDRAW, ALICE, 200)
    town.do(*slash(town, 100, start + EPOCH - 1))
    town.do(*slash(town, 101, start + EPOCH))
    town.wait(EPOCH)
    town.refuse("InvalidCaptureEpoch", *slash(town, 1, start + EPOCH - 1))
    town.do(*slash(town, 10**6, start + EPOCH))
    assert town.see(vault, "totalStake()") == 0
    town.do(BOB, vault, DEPOSIT, BOB, 7)
    assert town.see(vault, "activeBalanceOf(address)", ALICE) == 0
    town.record(vectors)


@pytest.mark.parametrize(("amount", "leaving"), [(1, 1), (3, 2), (5, 4)])
def test_roundings(vectors: Recorder, amount: int, leaving: int) -> None:
    """A slash of few units for the epoch before: what cannot be split falls on the current withdrawals (SYM-43)."""
    town = visit_later()
    assert town.free is not None
    vault, captured = town.free.address, town.timestamp
    town.do(ALICE, vault, DEPOSIT, ALICE, 2 * leaving + 3)
    town.do(ALICE, vault, WITHDRAW, ALICE, leaving)
    town.wait(EPOCH)
    town.do(ALICE, vault, WITHDRAW, ALICE, leaving)
    town.do(*slash(town, amount, captured))
    town.see(vault, "activeStake()")
    for epoch in (1, 2):
        town.see(vault, "withdrawals(uint256)", epoch)
    town.record(vectors, flags=[Flag.BOUNDARY])
