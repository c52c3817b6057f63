"""Where scenes begin: a network, two operators, two stakers, and a vault with each type of delegator."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from gearexe_spec.fuzzing.economics_people import (
    CREATE_BARE_VAULT,
    CREATE_CLONE,
    CREATE_REWARDS,
    CREATE_VAULT,
    FULL_RESTAKE,
    NETWORK,
    NETWORK_RESTAKE,
    NETWORK_SPECIFIC,
    NOBODY,
    OPERATOR_SPECIFIC,
    OPERATORS,
    OWNER,
    PLAIN_SLASHER,
    STAKERS,
    VETO_SLASHER,
    encode_delegator,
    encode_entity,
    encode_slasher,
    encode_vault,
)
from tests.vectors.symbiotic.scene import Scene

ALICE, BOB = STAKERS[:2]
ADA, GRACE = OPERATORS[:2]
"""Operators; Ada alone may have the vaults of types 2 and 3."""
EPOCH, VETO = 2_000, 500
HIGHEST = 2**256 - 1
RICHES = 10**9


@dataclass(frozen=True, slots=True)
class Vault:
    """A vault and what belongs to it."""

    address: str
    delegator: str = NOBODY
    slasher: str = NOBODY


class Town(Scene):
    """A scene with a vault for each type of delegator.

    Args:
        before: the town as it was built; without, it is built.
    """

    def __init__(self, before: Town | None = None) -> None:
        super().__init__(before)
        self.vaults: dict[int, Vault] = {} if before is None else dict(before.vaults)
        self.rewards: str = NOBODY if before is None else before.rewards
        self.hook: str = NOBODY if before is None else before.hook
        self.hooked: dict[bool, Vault] = {} if before is None else dict(before.hooked)
        self.free: Vault | None = None if before is None else before.free

    @property
    def middleware(self) -> str:
        """The production contract, which is a network too."""
        return self.at("middleware")

    def build(self) -> None:
        """Let everybody arrive; the vault of type 0 has a plain slasher, the others one with veto."""
        for operator in (ADA, GRACE):
            self.do(operator, self.at("operatorRegistry"), "registerOperator()")
        self.do(NETWORK, self.at("networkRegistry"), "registerNetwork()")
        self.do(NETWORK, self.at("networkMiddlewareService"), "setMiddleware(address)", NETWORK)
        for operator in (ADA, GRACE):
            for network in (self.middleware, NETWORK):
                self.do(operator, self.at("operatorNetworkOptIn"), "optIn(address)", network)
        for person in (ALICE, BOB, NETWORK):
            self.do(self.at("admin"), self.at("wvara"), "transfer(address,uint256)", person, RICHES)
        for kind in (NETWORK_RESTAKE, FULL_RESTAKE, OPERATOR_SPECIFIC, NETWORK_SPECIFIC):
            vault = self.vaults[kind] = self.make_vault(
                kind, PLAIN_SLASHER if kind == NETWORK_RESTAKE else VETO_SLASHER
            )
            for operator in (ADA, GRACE):
                self.do(operator, self.at("operatorVaultOptIn"), "optIn(address)", vault.address)
            for staker in (ALICE, BOB):
                self.do(staker, self.at("wvara"), "approve(address,uint256)", vault.address, HIGHEST)
        self.rewards = self.make_rewards(self.vaults[FULL_RESTAKE])

    def furnish(self) -> None:
        """Let the Middleware have members, and build vaults with a hook and with a slasher that anybody may use."""
        for operator in (ADA, GRACE):
            self.do(operator, self.middleware, "registerOperator()")
        for kind, rewards in (
            (FULL_RESTAKE, self.rewards),
            (NETWORK_SPECIFIC, self.make_rewards(self.vaults[NETWORK_SPECIFIC], fee=0)),
        ):
            self.do(OWNER, self.middleware, "registerVault(address,address)", self.vaults[kind].address, rewards)
        self.hook = self.deploy(OWNER, "HookRecorder")
        self.hooked = {is_burner: self.make_hooked_vault(self.hook, is_burner=is_burner) for is_burner in (False, True)}
        self.free = self.make_free_vault()

    def make_hooked_vault(self, hook: str, *, is_burner: bool) -> Vault:
        """A vault with stake for the second network and a hook behind it, as burner or behind the delegator."""
        vault = self.make_vault(NETWORK_RESTAKE, PLAIN_SLASHER, hook=is_burner, burner=hook if is_burner else None)
        self.do(ADA, self.at("operatorVaultOptIn"), "optIn(address)", vault.address)
        self.do(ALICE, self.at("wvara"), "approve(address,uint256)", vault.address, HIGHEST)
        self.give_stake(vault, NETWORK_RESTAKE, NETWORK, 1_000)
        if not is_burner:
            self.do(OWNER, vault.delegator, "setHook(address)", hook)
        return vault

    def make_free_vault(self) -> Vault:
        """A vault without delegator, with a slasher that anybody may use."""
        slashers, vault = self.at("slasherFactory"), self.make_bare_vault()
        implementation = self.deploy(OWNER, "FreeSlasher", words(slashers, 2))
        self.do(self.at("factoryOwner"), slashers, "whitelist(address)", implementation)
        slasher = "0x" + self.do(OWNER, slashers, CREATE_CLONE, 2, encode_entity(vault, b""))[12:].hex()
        self.do(OWNER, vault, "setSlasher(address)", slasher)
        for staker in (ALICE, BOB):
            self.do(staker, self.at("wvara"), "approve(address,uint256)", vault, HIGHEST)
        return Vault(vault, slasher=slasher)

    def make_vault(self, kind: int, slasher_kind: int, *, hook: bool = False, burner: str | None = None) -> Vault:
        """A vault of the owner's, by the configurator."""
        slasher = encode_slasher(slasher_kind, hook=hook, veto=VETO)
        delegator = self.delegator(kind)
        fields = (1, OWNER, self.parameters(burner), kind, delegator, True, slasher_kind, slasher)
        data = self.do(OWNER, self.at("vaultConfigurator"), CREATE_VAULT, fields)
        return Vault(*("0x" + data[32 * place + 12 : 32 * place + 32].hex() for place in range(3)))

    def make_bare_vault(self, burner: str | None = None) -> str:
        """A vault without delegator and slasher."""
        data = self.do(OWNER, self.at("vaultFactory"), CREATE_BARE_VAULT, 1, OWNER, self.parameters(burner))
        return "0x" + data[12:].hex()

    def make_rewards(self, vault: Vault, fee: int = 777) -> str:
        """Rewards for the stakers of a vault."""
        fields = (vault.address, fee, OWNER, OWNER, OWNER)
        return "0x" + self.do(OWNER, self.at("stakerRewardsFactory"), CREATE_REWARDS, fields)[12:].hex()

    def parameters(self, burner: str | None = None, **changed: Any) -> bytes:
        """The parameters of a vault of the owner's."""
        fields = {"collateral": self.at("wvara"), "burner": burner or self.at("burner"), "epoch": EPOCH}
        return encode_vault(**{**fields, "owner": OWNER, **changed})

    def delegator(self, kind: int, **changed: Any) -> bytes:
        """The parameters of a delegator of the owner's, for Ada where it is for one."""
        return encode_delegator(kind, OWNER, **{"network": self.middleware, "operator": ADA, **changed})

    def subnetwork(self, network: str | None = None) -> bytes:
        """The first subnetwork of a network, of the Middleware's by default."""
        return bytes.fromhex((network or self.middleware)[2:]) + bytes(12)

    def stake(self, kind: int, network: str, amount: int) -> Vault:
        """Alice deposits in the vault of a type, and the network may have all of it, by Ada."""
        self.give_stake(self.vaults[kind], kind, network, amount)
        return self.vaults[kind]

    def give_stake(self, vault: Vault, kind: int, network: str, amount: int) -> None:
        """The same in any vault."""
        subnetwork = self.subnetwork(network)
        self.do(ALICE, vault.address, "deposit(address,uint256)", ALICE, amount)
        self.do(network, vault.delegator, "setMaxNetworkLimit(uint96,uint256)", 0, HIGHEST)
        self.do(OWNER, vault.delegator, "setNetworkLimit(bytes32,uint256)", subnetwork, HIGHEST)
        if kind != OPERATOR_SPECIFIC:
            what = "Shares" if kind == NETWORK_RESTAKE else "Limit"
            signature = f"setOperatorNetwork{what}(bytes32,address,uint256)"
            self.do(OWNER, vault.delegator, signature, subnetwork, ADA, amount)


@cache
def built() -> Town:
    """The town when everybody has arrived."""
    town = Town()
    town.build()
    return town


@cache
def furnished() -> Town:
    """The town with everything in it."""
    town = Town(built())
    town.furnish()
    return town


def visit() -> Town:
    """A new scene in the town."""
    return Town(built())


def visit_later() -> Town:
    """A new scene in the town with everything in it."""
    return Town(furnished())


def words(address: str, number: int) -> bytes:
    """Two arguments of a constructor."""
    return bytes(12) + bytes.fromhex(address[2:]) + number.to_bytes(32, "big")
