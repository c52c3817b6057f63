"""The Middleware on Symbiotic: operators, vaults, elections, slashes, rewards (MID-10 to MID-16, MID-50 to MID-80)."""

from typing import Any

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.fuzzing.economics_people import (
    CREATE_VAULT,
    FULL_RESTAKE,
    NETWORK_RESTAKE,
    NETWORK_SPECIFIC,
    NOBODY,
    OPERATOR_SPECIFIC,
    OPERATORS,
    OWNER,
    STRANGER,
    VETO_SLASHER,
    encode_slasher,
)
from tests.vectors.symbiotic.town import ADA, ALICE, EPOCH, GRACE, HIGHEST, VETO, visit, visit_later

REGISTER_OPERATOR, REGISTER_VAULT = "registerOperator()", "registerVault(address,address)"
GRACE_PERIOD = 2_000
REQUEST, EXECUTE = "requestSlash((address,uint48,(address,uint256)[])[])", "executeSlash((address,uint256)[])"
ELECT = "makeElectionAt(uint48,uint256)"


def test_operators(vectors: Recorder) -> None:
    """An operator comes, rests, returns, and goes after its time of grace (MID-11 to MID-15, MID-50 to MID-56)."""
    town = visit()
    middleware, third = town.middleware, OPERATORS[2]
    town.refuse("OperatorDoesNotExist", third, middleware, REGISTER_OPERATOR)
    town.do(third, town.at("operatorRegistry"), "registerOperator()")
    town.refuse("OperatorDoesNotOptIn", third, middleware, REGISTER_OPERATOR)
    town.refuse("EnumerableMapNonexistentKey", ADA, middleware, "disableOperator()")
    town.refuse("EnumerableMapNonexistentKey", STRANGER, middleware, "unregisterOperator(address)", ADA)
    town.do(ADA, middleware, REGISTER_OPERATOR)
    town.refuse("AlreadyAdded", ADA, middleware, REGISTER_OPERATOR)
    town.refuse("AlreadyEnabled", ADA, middleware, "enableOperator()")
    town.refuse("OperatorGracePeriodNotPassed", STRANGER, middleware, "unregisterOperator(address)", ADA)
    town.do(ADA, middleware, "disableOperator()")
    town.refuse("NotEnabled", ADA, middleware, "disableOperator()")
    town.refuse("AlreadyAdded", ADA, middleware, REGISTER_OPERATOR)
    town.do(ADA, middleware, "enableOperator()")
    town.wait(1)
    town.do(ADA, middleware, "disableOperator()")
    town.wait(GRACE_PERIOD - 1)
    town.refuse("OperatorGracePeriodNotPassed", STRANGER, middleware, "unregisterOperator(address)", ADA)
    town.wait(1)
    town.do(STRANGER, middleware, "unregisterOperator(address)", ADA)
    town.do(ADA, middleware, REGISTER_OPERATOR)
    town.record(vectors, flags=[Flag.BOUNDARY])


def test_vaults(vectors: Recorder) -> None:
    """A vault is checked once (MID-60, MID-61, MID-65 to MID-69, MID-77 to MID-80, MID-82 to MID-85)."""
    town = visit()
    middleware, vault, rewards = town.middleware, town.vaults[FULL_RESTAKE], town.rewards

    def refuse(reason: str, vault: str, rewards: str = rewards, caller: str = OWNER) -> None:
        town.refuse(reason, caller, middleware, REGISTER_VAULT, vault, rewards)

    refuse("Empty", STRANGER)
    refuse("NotVaultOwner", vault.address, caller=STRANGER)
    refuse("NonFactoryVault", rewards)
    refuse("DelegatorNotInitialized", town.make_bare_vault())
    refuse("IncompatibleSlasherType", town.vaults[NETWORK_RESTAKE].address)
    refuse("NonFactoryStakerRewards", vault.address, STRANGER)
    refuse("InvalidStakerRewardsVault", town.vaults[OPERATOR_SPECIFIC].address)
    town.refuse("EnumerableMapNonexistentKey", OWNER, middleware, "disableVault(address)", vault.address)
    town.do(OWNER, middleware, REGISTER_VAULT, vault.address, rewards)
    refuse("AlreadyAdded", vault.address)
    town.refuse("NotVaultOwner", STRANGER, middleware, "disableVault(address)", vault.address)
    town.refuse("AlreadyEnabled", OWNER, middleware, "enableVault(address)", vault.address)
    town.refuse("VaultGracePeriodNotPassed", OWNER, middleware, "unregisterVault(address)", vault.address)
    town.do(OWNER, middleware, "disableVault(address)", vault.address)
    town.refuse("NotEnabled", OWNER, middleware, "disableVault(address)", vault.address)
    town.wait(GRACE_PERIOD - 1)
    town.refuse("VaultGracePeriodNotPassed", OWNER, middleware, "unregisterVault(address)", vault.address)
    town.wait(1)
    town.do(OWNER, middleware, "unregisterVault(address)", vault.address)
    town.do(OWNER, vault.delegator, "setHook(address)", STRANGER)
    refuse("UnsupportedDelegatorHook", vault.address)
    town.record(vectors, flags=[Flag.BOUNDARY])


def test_vaults_that_do_not_fit(vectors: Recorder) -> None:
    """Slasher and burner are what the Middleware asks for (MID-70 to MID-72, MID-76)."""
    town = visit()

    def make(veto: int = VETO, delay: int = 3, hook: bool = False, **changed: Any) -> str:
        slasher = encode_slasher(VETO_SLASHER, veto=veto, delay=delay, hook=hook)
        parameters, delegator = town.parameters(**changed), town.delegator(FULL_RESTAKE)
        fields = (1, OWNER, parameters, FULL_RESTAKE, delegator, True, VETO_SLASHER, slasher)
        return "0x" + town.do(OWNER, town.at("vaultConfigurator"), CREATE_VAULT, fields)[12:32].hex()

    for reason, vault in (
        ("BurnerHookNotSupported", make(hook=True)),
        ("VetoDurationTooLong", make(veto=EPOCH - 332)),
        ("UnsupportedBurner", make(burner=NOBODY)),
    ):
        town.refuse(reason, OWNER, town.middleware, REGISTER_VAULT, vault, town.rewards)
    town.record(vectors)


def test_elections(vectors: Recorder) -> None:
    """Stake of several vaults adds up; seats go to the greatest, ties are drawn (MID-16, MID-90 to MID-96)."""
    town = visit_later()
    vaults, middleware = town.vaults, town.middleware
    full, subnetwork = vaults[FULL_RESTAKE], town.subnetwork()
    set_limit = "setOperatorNetworkLimit(bytes32,address,uint256)"
    town.do(ALICE, full.address, "deposit(address,uint256)", ALICE, 1_000)
    town.do(OWNER, full.delegator, "setNetworkLimit(bytes32,uint256)", subnetwork, HIGHEST)
    for operator in (ADA, GRACE):
        town.do(OWNER, full.delegator, set_limit, subnetwork, operator, 600)
    tied = town.timestamp
    town.refuse("MaxValidatorsMustBeGreaterThanZero", STRANGER, middleware, ELECT, tied, 0)
    town.refuse("IncorrectTimestamp", STRANGER, middleware, ELECT, tied, 1)
    town.wait(1)
    town.do(ALICE, vaults[NETWORK_SPECIFIC].address, "deposit(address,uint256)", ALICE, 5)
    ahead = town.timestamp
    town.wait(1)
    town.do(GRACE, middleware, "disableOperator()")
    town.wait(1)
    for moment in (tied - 1, tied, ahead, ahead + 1):
        for seats in (1, 2):
            town.see(middleware, ELECT, moment, seats)
        town.see(middleware, "getActiveOperatorsStakeAt(uint48)", moment)
    stake = "getOperatorStakeAt(address,uint48)"
    assert [town.see(middleware, stake, ADA, moment) for moment in (tied, ahead)] == [600, 605]
    town.refuse("EnumerableMapNonexistentKey", STRANGER, middleware, stake, STRANGER, tied)
    town.wait(1)
    assert town.see(middleware, stake, GRACE, ahead + 2) == 0
    town.wait(GRACE_PERIOD - 4)
    town.refuse("IncorrectTimestamp", STRANGER, middleware, ELECT, tied, 1)
    town.see(middleware, ELECT, tied + 1, 2)
    town.record(vectors, flags=[Flag.BOUNDARY])


def test_slashes(vectors: Recorder) -> None:
    """Slashes of several vaults at once, all or none; the resolver forbids (MID-100 to MID-104, MID-106, MID-107)."""
    town = visit_later()
    vaults, middleware = town.vaults, town.middleware
    requester, executor, resolver = (town.at(role) for role in ("slashRequester", "slashExecutor", "resolver"))
    pair, full = vaults[NETWORK_SPECIFIC], vaults[FULL_RESTAKE]
    town.do(ALICE, pair.address, "deposit(address,uint256)", ALICE, 1_000)
    captured = town.timestamp
    town.wait(1)

    def request(operator: str, *amounts: tuple[str, int]) -> tuple[Any, ...]:
        return middleware, REQUEST, [(operator, captured, [*amounts])]

    town.refuse("NotSlashRequester", STRANGER, *request(ADA))
    town.refuse("NotRegisteredOperator", requester, *request(STRANGER))
    town.refuse("NotRegisteredVault", requester, *request(ADA, (STRANGER, 1)))
    town.refuse("InsufficientSlash", requester, *request(ADA, (pair.address, 100), (full.address, 1)))
    town.do(requester, *request(ADA, (pair.address, 100), (pair.address, HIGHEST)))
    town.refuse("NotSlashExecutor", STRANGER, middleware, EXECUTE, [(pair.address, 0)])
    town.refuse("NotRegisteredVault", executor, middleware, EXECUTE, [(STRANGER, 0)])
    town.refuse("VetoPeriodNotEnded", executor, middleware, EXECUTE, [(pair.address, 0)])
    town.do(resolver, pair.slasher, "vetoSlash(uint256,bytes)", 1, b"")
    town.wait(VETO)
    town.refuse("SlashRequestCompleted", executor, middleware, EXECUTE, [(pair.address, 0), (pair.address, 1)])
    town.do(executor, middleware, EXECUTE, [(pair.address, 0)])
    for role, error in (("Requester", "NotSlashRequester"), ("Executor", "NotSlashExecutor")):
        town.refuse(error, STRANGER, middleware, f"changeSlash{role}(address)", STRANGER)
        town.do(town.at(f"slash{role}"), middleware, f"changeSlash{role}(address)", STRANGER)
        town.refuse(error, town.at(f"slash{role}"), middleware, f"changeSlash{role}(address)", NOBODY)
    town.record(vectors)


def test_rewards(vectors: Recorder) -> None:
    """Rewards go on in the Router's name, for which nobody speaks, until somebody does (MID-110 to MID-116)."""
    town = visit_later()
    vaults, middleware, router, token = town.vaults, town.middleware, town.at("router"), town.at("wvara")
    pay, pay_stakers = (
        "distributeOperatorRewards(address,uint256,bytes32)",
        "distributeStakerRewards(((address,uint256)[],uint256,address),uint48)",
    )
    town.refuse("NotRouter", STRANGER, middleware, pay, token, 0, bytes(32))
    town.refuse("UnknownCollateral", router, middleware, pay, STRANGER, 0, bytes(32))
    town.refuse("NotNetworkMiddleware", router, middleware, pay, token, 0, bytes(32))
    town.refuse("NotRouter", STRANGER, middleware, pay_stakers, ([], 0, token), 0)
    town.refuse("UnknownCollateral", router, middleware, pay_stakers, ([], 0, STRANGER), 0)
    town.refuse("NotRegisteredVault", router, middleware, pay_stakers, ([(STRANGER, 1)], 1, token), 0)
    vault = vaults[FULL_RESTAKE].address
    town.refuse("NotNetworkMiddleware", router, middleware, pay_stakers, ([(vault, 1)], 1, token), 0)
    town.do(router, middleware, pay_stakers, ([], 5, token), 0)
    town.do(router, town.at("networkRegistry"), "registerNetwork()")
    town.do(router, town.at("networkMiddlewareService"), "setMiddleware(address)", middleware)
    town.do(router, middleware, pay, token, 0, b"\1" * 32)
    town.refuse("ERC20InsufficientAllowance", router, middleware, pay, token, 5, bytes(32))
    town.refuse("InvalidRewardTimestamp", router, middleware, pay_stakers, ([(vault, 1)], 1, token), 0)
    town.record(vectors)
