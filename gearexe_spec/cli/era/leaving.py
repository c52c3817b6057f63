"""Withdrawal: stakers ask for everything back, wait, claim; then the money of the whole era is counted."""

from __future__ import annotations

from gearexe_spec.cli.account import Sheet
from gearexe_spec.cli.era.network import EPOCH
from gearexe_spec.cli.era.punishing import Punished
from gearexe_spec.cli.era.rewarding import Payout
from gearexe_spec.cli.era.staking import VAULTS
from gearexe_spec.cli.era.telling import Telling, amount
from gearexe_spec.cli.story import wvara


def leave(telling: Telling) -> int:
    """The whole phase; what the stakers got back, base units."""
    telling.begin("Withdrawal")
    chain = telling.chain
    epochs = {}
    for plan in VAULTS:
        epochs[plan.name] = chain.ask(plan.name, "currentEpoch()").number() + 1
        for name in plan.deposits:
            shares = chain.ask(plan.name, "activeSharesOf(address)", name).number()
            chain.send(name, plan.name, "redeem(address,uint256)", name, shares)
    telling.told("stakers", "redeemed all shares of all vaults")
    first = VAULTS[0].name
    chain.send("staker 1", first, "claim(address,uint256)", "staker 1", epochs[first], refused="InvalidEpoch")
    telling.told("stakers", "cannot claim before the next epoch is over: InvalidEpoch")

    chain.wait_until(chain.block.timestamp + 2 * EPOCH)
    facts, together = {}, 0
    for plan in VAULTS:
        for name in plan.deposits:
            asked = [
                epoch
                for epoch in range(1, epochs[plan.name] + 1)
                if chain.ask(plan.name, "withdrawalsOf(uint256,address)", epoch, name).number()
            ]
            before = chain.balances[name]
            chain.send(name, plan.name, "claimBatch(address,uint256[])", name, asked)
            got = chain.balances[name] - before
            facts[f"{name} in {plan.name}"] = f"{wvara(got)} for {wvara(plan.deposits[name])}"
            together += got
    telling.told("stakers", "claimed it, after two epochs", **facts)
    telling.end()
    return together


def count(telling: Telling, payout: Payout, punished: Punished, returned: int) -> None:
    """No unit appeared or vanished: three sums."""
    telling.begin("No unit appears or vanishes")
    chain = telling.chain
    deposited = sum(units for plan in VAULTS for units in plan.deposits.values())
    in_vaults = sum(chain.balances[plan.name] for plan in VAULTS)
    supply = chain.ask("token", "totalSupply()").number()
    sums = (
        ("minted", supply, (("held by all who are counted", sum(chain.balances.values())),)),
        ("deposited", deposited, (("returned", returned), ("burned", punished.burned), ("left in vaults", in_vaults))),
        (
            "paid for gas",
            payout.pool,
            (
                ("to operators", payout.operators),
                ("to stakers", payout.stakers),
                ("to administrators", payout.fees),
                ("left by rounding", payout.left),
            ),
        ),
    )
    rows = []
    for name, whole, parts in sums:
        rest = whole - sum(part for _, part in parts)
        chain.check(name, 0, rest)
        rows += [(name, amount(whole)), *((f"  {part}", amount(units)) for part, units in parts)]
        rows.append(("  difference", amount(rest)))
    telling.account.sheet(Sheet(("WVARA", ""), tuple(rows)))
    telling.told("everybody", f"holds together what was minted: {wvara(supply)}; no unit appeared or vanished")
