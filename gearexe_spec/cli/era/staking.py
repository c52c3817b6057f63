"""Stake: tokens are minted, operators and vaults take part, stakers deposit."""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.cli.era.network import EPOCH, OPERATORS, RESOLVER_DELAY, STAKERS, VETO
from gearexe_spec.cli.era.telling import Telling
from gearexe_spec.cli.story import WVARA, wvara
from gearexe_spec.fuzzing.economics_people import (
    CREATE_REWARDS,
    CREATE_VAULT,
    FULL_RESTAKE,
    NETWORK_RESTAKE,
    OPERATOR_SPECIFIC,
    VETO_SLASHER,
    encode_delegator,
    encode_slasher,
    encode_vault,
)

PURSE = 1_000_000 * WVARA
"""What each staker and the developer get."""


@dataclass(frozen=True)
class VaultPlan:
    """A vault of the scenario.

    Args:
        name: as the account calls it.
        kind: type of its delegator.
        operators: who may get its stake, with the shares, limit or nothing that this type asks for.
        network_limit: how much of it the network may have.
        deposits: by staker, base units.
        fee: of its administrator, hundredths of a percent of rewards.
    """

    name: str
    kind: int
    operators: dict[str, int]
    network_limit: int
    deposits: dict[str, int]
    fee: int

    @property
    def rewards(self) -> str:
        """The name of the contract that pays its stakers."""
        return f"rewards of {self.name}"


NORTH = VaultPlan(
    name="vault North",
    kind=NETWORK_RESTAKE,
    operators={"operator 1": 3, "operator 2": 2},
    network_limit=900_000 * WVARA,
    deposits={"staker 1": 612_345 * WVARA + 678_901, "staker 2": 400_000 * WVARA + 7},
    fee=500,
)
EAST = VaultPlan(
    name="vault East",
    kind=FULL_RESTAKE,
    operators={"operator 2": 300_000 * WVARA, "operator 3": 450_000 * WVARA, "operator 5": 50_000 * WVARA},
    network_limit=2**256 - 1,
    deposits={"staker 2": 250_000 * WVARA, "staker 3": 333_333 * WVARA + 333_333_333_333},
    fee=123,
)
SOUTH = VaultPlan(
    name="vault South",
    kind=OPERATOR_SPECIFIC,
    operators={"operator 4": 0},
    network_limit=2**256 - 1,
    deposits={"staker 3": 1, "staker 4": 420_000 * WVARA},
    fee=0,
)
VAULTS = (NORTH, EAST, SOUTH)


def stake(telling: Telling) -> None:
    """The whole phase."""
    telling.begin("Stake")
    mint(telling)
    register_operators(telling)
    for plan in VAULTS:
        make_vault(telling, plan)
        deposit(telling, plan)
        delegate(telling, plan)
    telling.end()


def mint(telling: Telling) -> None:
    """Tokens for those who stake or pay."""
    chain = telling.chain
    for name in (*STAKERS, "developer"):
        chain.send("owner", "token", "mint(address,uint256)", name, PURSE)
    telling.told("owner", f"minted {wvara(PURSE)} for each of four stakers and the developer")


def register_operators(telling: Telling) -> None:
    """Operators exist, take part in the network, and say so to the Middleware."""
    chain = telling.chain
    for name in OPERATORS:
        chain.send(name, "operator registry", "registerOperator()")
        chain.send(name, "network opt-in", "optIn(address)", "Middleware")
        chain.send(name, "Middleware", "registerOperator()")
    telling.told("operators", "five registered, opted in to the network, and registered with its Middleware")


def make_vault(telling: Telling, plan: VaultPlan) -> None:
    """A vault with delegator, slasher and the contract that pays its stakers; the Middleware takes it in."""
    chain, curator = telling.chain, telling.network.at("curator")
    vault = encode_vault(chain.at("token"), chain.at("burner"), EPOCH, curator)
    delegator = encode_delegator(plan.kind, curator, chain.at("Middleware"), chain.at(next(iter(plan.operators))))
    slasher = encode_slasher(VETO_SLASHER, VETO, RESOLVER_DELAY)
    fields = (1, curator, vault, plan.kind, delegator, True, VETO_SLASHER, slasher)
    made = chain.send("curator", "vault configurator", CREATE_VAULT, fields)
    names = (plan.name, f"delegator of {plan.name}", f"slasher of {plan.name}")
    chain.labels |= {name: made.address(place) for place, name in enumerate(names)}

    fee = (chain.at(plan.name), plan.fee, curator, curator, curator)
    chain.labels[plan.rewards] = chain.send("curator", "staker rewards factory", CREATE_REWARDS, fee).address()
    chain.holders += [plan.name, plan.rewards]
    chain.send("curator", "Middleware", "registerVault(address,address)", plan.name, plan.rewards)
    telling.told(
        "curator",
        f"made {plan.name} through the configurator, a contract that pays its stakers, and registered both",
        vault=chain.at(plan.name),
        rewards=f"{chain.at(plan.rewards)}, the administrator keeps {plan.fee / 100:g} %",
    )


def deposit(telling: Telling, plan: VaultPlan) -> None:
    """Stakers give their tokens to the vault."""
    chain = telling.chain
    for name, units in plan.deposits.items():
        chain.send(name, "token", "approve(address,uint256)", plan.name, units)
        chain.stakers.append((name, plan.name))
        chain.send(name, plan.name, "deposit(address,uint256)", name, units)
    deposits = {name.replace(" ", "_"): wvara(units) for name, units in plan.deposits.items()}
    telling.told("stakers", f"deposited in {plan.name}", **deposits)


def delegate(telling: Telling, plan: VaultPlan) -> None:
    """The vault's stake goes to its operators, who accept it."""
    chain, subnetwork, delegator = telling.chain, telling.network.subnetwork, f"delegator of {plan.name}"
    chain.send("curator", delegator, "setNetworkLimit(bytes32,uint256)", subnetwork, plan.network_limit)
    for name, part in plan.operators.items():
        chain.send(name, "vault opt-in", "optIn(address)", plan.name)
        if plan.kind == NETWORK_RESTAKE:
            signature = "setOperatorNetworkShares(bytes32,address,uint256)"
            chain.send("curator", delegator, signature, subnetwork, name, part)
        elif plan.kind == FULL_RESTAKE:
            signature = "setOperatorNetworkLimit(bytes32,address,uint256)"
            chain.send("curator", delegator, signature, subnetwork, name, part)
    stakes = {
        name.replace(" ", "_"): wvara(chain.ask(delegator, "stake(bytes32,address)", subnetwork, name).number())
        for name in plan.operators
    }
    telling.told("curator", f"opened {plan.name} to the network; its operators opted in and have stake", **stakes)
