"""The scenario of an era, phase by phase."""

from __future__ import annotations

from rich.console import Console

from gearexe_spec.cli.account import Account
from gearexe_spec.cli.era.chain import EraChain, Sides
from gearexe_spec.cli.era.committing import Committee
from gearexe_spec.cli.era.electing import elect
from gearexe_spec.cli.era.leaving import count, leave
from gearexe_spec.cli.era.network import PEOPLE, EraNetwork
from gearexe_spec.cli.era.punishing import punish
from gearexe_spec.cli.era.rewarding import reward
from gearexe_spec.cli.era.staking import stake
from gearexe_spec.cli.era.telling import Telling
from gearexe_spec.cli.era.working import work
from gearexe_spec.cli.story import wvara

CONTRACTS = ("Router", "Middleware", "operator rewards")
"""Contracts that may hold tokens from the beginning."""


def begin(sides: Sides, console: Console, *, compared: bool) -> Telling:
    """The network before anybody acts."""
    network = EraNetwork()
    chain = EraChain(sides, network.init(), network.labels, [*PEOPLE, *CONTRACTS])
    telling = Telling(Account("Gear.exe: an era, from stake to slash", console), network, chain, compared)
    telling.begin("A network stands")
    chain.mine()
    chain.send("owner", "Router", "lookupGenesisHash()")
    telling.told(
        "owner",
        "deployed Symbiotic, token, Middleware, Router and Mirror",
        Router=network.at("Router"),
        Middleware=network.at("Middleware"),
        token=network.at("token"),
        supply=wvara(chain.balances["owner"]),
    )
    return telling


def tell(telling: Telling) -> None:
    """All phases in their order.

    Raises:
        StoryBroken: a step went otherwise than the scenario says.
    """
    stake(telling)
    committee = Committee(telling)
    elect(committee)
    work(committee)
    payout = reward(committee)
    punished = punish(committee)
    count(telling, payout, punished, leave(telling))
