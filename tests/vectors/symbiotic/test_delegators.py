"""The four types of delegators: their parameters, limits, stakes and hooks (SYM-109 to SYM-144)."""

from typing import Any

import pytest

from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.fuzzing.economics_people import (
    CREATE_CLONE,
    FULL_RESTAKE,
    NETWORK,
    NETWORK_RESTAKE,
    NETWORK_SPECIFIC,
    NOBODY,
    OPERATOR_SPECIFIC,
    OWNER,
    STRANGER,
    encode_delegator,
    encode_entity,
)
from tests.vectors.symbiotic.town import ADA, ALICE, GRACE, HIGHEST, visit

UNAUTHORIZED = "AccessControlUnauthorizedAccount"
STAKE, STAKE_AT = "stake(bytes32,address)", "stakeAt(bytes32,address,uint48,bytes)"
SET_MAX, SET_LIMIT = "setMaxNetworkLimit(uint96,uint256)", "setNetworkLimit(bytes32,uint256)"


@pytest.mark.parametrize("kind", [NETWORK_RESTAKE, FULL_RESTAKE, OPERATOR_SPECIFIC, NETWORK_SPECIFIC])
def test_creation(vectors: Recorder, kind: int) -> None:
    """A delegator needs a vault, somebody to decide, and who is named in it (SYM-109, SYM-110, SYM-140 to SYM-144)."""
    town = visit()
    factory, vault = town.at("delegatorFactory"), town.vaults[FULL_RESTAKE].address

    def refuse(reason: str, vault: str, parameters: bytes) -> None:
        town.refuse(reason, STRANGER, factory, CREATE_CLONE, kind, encode_entity(vault, parameters))

    def data(base: tuple[str, str, str], *curators: str, **other: Any) -> bytes:
        return encode_delegator(
            kind, OWNER, **{"operator": ADA, "network": NETWORK, "base": base, "curators": curators, **other}
        )

    nobody, owner = (NOBODY,) * 3, (OWNER, NOBODY, OWNER)
    refuse("NotVault", STRANGER, town.delegator(kind))
    refuse("Empty", vault, data(owner, OWNER)[:-1])
    if kind != NETWORK_SPECIFIC:
        refuse("MissingRoleHolders", vault, data(nobody))
        refuse("ZeroAddressRoleHolder", vault, data(owner, OWNER, NOBODY))
        refuse("DuplicateRoleHolder", vault, data(owner, OWNER, OWNER))
    if kind in (NETWORK_RESTAKE, FULL_RESTAKE):
        refuse("MissingRoleHolders", vault, data(nobody, OWNER, splitters=[]))
        refuse("DuplicateRoleHolder", vault, data(owner, splitters=[OWNER, OWNER]))
    if kind in (OPERATOR_SPECIFIC, NETWORK_SPECIFIC):
        refuse("NotOperator", vault, data(owner, OWNER, operator=STRANGER))
    if kind == NETWORK_SPECIFIC:
        refuse("NotNetwork", vault, data(owner, operator=STRANGER, network=STRANGER))
    made = encode_entity(vault, data((NOBODY, STRANGER, NOBODY), OWNER))
    town.do(STRANGER, factory, CREATE_CLONE, kind, made)
    town.record(vectors, name=f"type_{kind}")


def test_shares(vectors: Recorder) -> None:
    """Type 0 splits what a network gets by shares (SYM-130, SYM-132 to SYM-134, SYM-138)."""
    town = visit()
    vault, subnetwork = town.vaults[NETWORK_RESTAKE], town.subnetwork(NETWORK)
    delegator, set_shares = vault.delegator, "setOperatorNetworkShares(bytes32,address,uint256)"
    town.do(ALICE, vault.address, "deposit(address,uint256)", ALICE, 1_000)
    town.refuse("NotNetwork", STRANGER, delegator, SET_MAX, 0, 5)
    town.refuse("AlreadySet", NETWORK, delegator, SET_MAX, 0, 0)
    town.refuse("ExceedsMaxNetworkLimit", OWNER, delegator, SET_LIMIT, subnetwork, 1)
    town.do(NETWORK, delegator, SET_MAX, 0, 900)
    town.refuse(UNAUTHORIZED, STRANGER, delegator, SET_LIMIT, subnetwork, 5)
    town.refuse("ExceedsMaxNetworkLimit", OWNER, delegator, SET_LIMIT, subnetwork, 901)
    town.refuse("AlreadySet", OWNER, delegator, SET_LIMIT, subnetwork, 0)
    town.do(OWNER, delegator, SET_LIMIT, subnetwork, 700)
    assert town.see(delegator, STAKE, subnetwork, ADA) == 0
    town.refuse(UNAUTHORIZED, STRANGER, delegator, set_shares, subnetwork, ADA, 1)
    town.refuse("AlreadySet", OWNER, delegator, set_shares, subnetwork, ADA, 0)
    town.do(OWNER, delegator, set_shares, subnetwork, ADA, 1)
    town.refuse("Panic", OWNER, delegator, set_shares, subnetwork, GRACE, HIGHEST)
    town.do(OWNER, delegator, set_shares, subnetwork, GRACE, 2)
    assert [town.see(delegator, STAKE, subnetwork, operator) for operator in (ADA, GRACE)] == [233, 466]
    began = town.timestamp
    town.wait(1)
    town.do(NETWORK, delegator, SET_MAX, 0, 100)
    assert town.see(delegator, STAKE_AT, subnetwork, GRACE, began, b"") == 466
    assert town.see(delegator, STAKE_AT, subnetwork, GRACE, began + 1, b"") == 66
    assert town.see(delegator, "networkLimit(bytes32)", subnetwork) == 100
    town.do(NETWORK, delegator, SET_MAX, 0, 500)
    assert town.see(delegator, "networkLimit(bytes32)", subnetwork) == 100
    town.record(vectors)


def test_limits(vectors: Recorder) -> None:
    """Type 1 gives each operator up to its limit, and several may have the same stake (SYM-135, SYM-139)."""
    town = visit()
    vault, subnetwork = town.stake(FULL_RESTAKE, NETWORK, 1_000), town.subnetwork(NETWORK)
    delegator, set_limit = vault.delegator, "setOperatorNetworkLimit(bytes32,address,uint256)"
    town.refuse(UNAUTHORIZED, STRANGER, delegator, set_limit, subnetwork, ADA, 1)
    town.refuse("AlreadySet", OWNER, delegator, set_limit, subnetwork, ADA, 1_000)
    town.do(OWNER, delegator, set_limit, subnetwork, ADA, 800)
    town.do(OWNER, delegator, set_limit, subnetwork, GRACE, HIGHEST)
    town.do(OWNER, delegator, SET_LIMIT, subnetwork, 900)
    assert [town.see(delegator, STAKE, subnetwork, operator) for operator in (ADA, GRACE)] == [800, 900]
    began = town.timestamp
    town.wait(1)
    town.do(GRACE, town.at("operatorVaultOptIn"), "optOut(address)", vault.address)
    town.do(ADA, town.at("operatorNetworkOptIn"), "optOut(address)", NETWORK)
    assert [town.see(delegator, STAKE, subnetwork, operator) for operator in (ADA, GRACE)] == [0, 0]
    assert town.see(delegator, STAKE_AT, subnetwork, ADA, began, b"") == 800
    town.refuse("Panic", STRANGER, delegator, "networkLimitAt(bytes32,uint48,bytes)", subnetwork, began, hint(1))
    assert town.see(delegator, "networkLimitAt(bytes32,uint48,bytes)", subnetwork, began, hint(0)) == 900
    town.refuse("Empty", STRANGER, delegator, STAKE_AT, subnetwork, ADA, began, b"\1")
    town.record(vectors)


def hint(index: int) -> bytes:
    """Where to look in a history."""
    return index.to_bytes(32, "big")


def test_one_operator(vectors: Recorder) -> None:
    """Type 2 has stake for one operator alone (SYM-136)."""
    town = visit()
    vault, subnetwork = town.stake(OPERATOR_SPECIFIC, NETWORK, 1_000), town.subnetwork(NETWORK)
    town.do(OWNER, vault.delegator, SET_LIMIT, subnetwork, 600)
    assert [town.see(vault.delegator, STAKE, subnetwork, operator) for operator in (ADA, GRACE)] == [600, 0]
    assert town.see(vault.delegator, STAKE_AT, subnetwork, GRACE, town.timestamp, b"") == 0
    assert town.see(vault.delegator, "operator()") == int(ADA, 16)
    town.record(vectors)


def test_one_pair(vectors: Recorder) -> None:
    """Type 3 has stake for one operator in one network, which says how much (SYM-131, SYM-137)."""
    town = visit()
    vault, subnetwork = town.vaults[NETWORK_SPECIFIC], town.subnetwork()
    delegator, network = vault.delegator, town.middleware
    town.do(ALICE, vault.address, "deposit(address,uint256)", ALICE, 1_000)
    town.refuse("NotNetwork", STRANGER, delegator, SET_MAX, 0, 5)
    town.refuse("InvalidNetwork", NETWORK, delegator, SET_MAX, 0, 5)
    town.do(network, delegator, SET_MAX, 0, 400)
    town.refuse("AlreadySet", network, delegator, SET_MAX, 0, 400)
    began = town.timestamp
    town.wait(1)
    town.do(network, delegator, SET_MAX, 0, HIGHEST)
    assert [town.see(delegator, STAKE, subnetwork, operator) for operator in (ADA, GRACE)] == [1_000, 0]
    assert town.see(delegator, STAKE, town.subnetwork(NETWORK), ADA) == 0
    assert town.see(delegator, STAKE_AT, subnetwork, ADA, began, b"") == 400
    town.record(vectors)


def test_settings(vectors: Recorder) -> None:
    """The hook is set by who has the role; a slash is told of by the slasher alone (SYM-119 to SYM-121)."""
    town = visit()
    delegator = town.vaults[FULL_RESTAKE].delegator
    town.refuse(UNAUTHORIZED, STRANGER, delegator, "setHook(address)", STRANGER)
    town.refuse("AlreadySet", OWNER, delegator, "setHook(address)", NOBODY)
    town.do(OWNER, delegator, "setHook(address)", STRANGER)
    on_slash = "onSlash(bytes32,address,uint256,uint48,bytes)"
    town.refuse("NotSlasher", OWNER, delegator, on_slash, town.subnetwork(), ADA, 1, town.timestamp, b"")
    town.record(vectors)
