"""Rewards: computed from the era's batches and stakes, committed, distributed, and claimed to the last leaf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U16, U48, U64, U256
from gearexe_spec.cli.era.committing import TIMES, Committee
from gearexe_spec.cli.era.electing import ELECTED_ERA, name_of
from gearexe_spec.cli.era.network import VALIDATION_DELAY
from gearexe_spec.cli.era.staking import VAULTS, VaultPlan
from gearexe_spec.cli.era.telling import Telling
from gearexe_spec.cli.story import wvara
from gearexe_spec.crypto.merkle import compute_proof
from gearexe_spec.evm.artifacts import embedded_artifacts
from gearexe_spec.executor.commitments import RewardsCommitment
from gearexe_spec.executor.rewards import (
    Era,
    EraOperator,
    EraRewards,
    VaultStake,
    build_rewards_tree,
    compute_era_rewards,
    compute_staker_parts,
)
from gearexe_spec.executor.timelines import compute_era, compute_era_start
from gearexe_spec.fuzzing.economics_histories import HIGHEST
from gearexe_spec.fuzzing.economics_people import encode, encode_call

COMMISSION = U16(1_000)
"""Of the operators, hundredths of a percent."""
PUPPET = "Puppet"
"""Our code that lets a proxy call whom it is told to."""
MANY = 100
"""Distributions that one claim takes at most."""


@dataclass(frozen=True)
class Payout:
    """What an era's rewards came to, base units.

    Args:
        operators: claimed by them.
        stakers: claimed by them.
        fees: claimed by the vaults' administrators.
        left: what rounding leaves in the contracts.
    """

    pool: int
    operators: int
    stakers: int
    fees: int
    left: int


def reward(committee: Committee) -> Payout:
    """The whole phase."""
    telling = committee.telling
    start = compute_era_start(TIMES, ELECTED_ERA)
    telling.chain.wait_until(int(compute_era_start(TIMES, U64(ELECTED_ERA + 1))) + VALIDATION_DELAY)
    telling.begin("Rewards")
    rewards = compute(committee, int(start))
    commitment = rewards.commitment
    assert commitment is not None
    for_router = RewardsCommitment(commitment.operators, commitment.stakers, U64(commitment.timestamp))
    try_as_deployed(committee, for_router)
    pool = int(commitment.operators.amount) + int(commitment.stakers.total_amount)
    speak_for_contracts(telling, pool)

    signed = committee.commit(rewards=for_router)
    telling.told(
        "Router",
        "took the batch; the Middleware handed the rewards to the contracts that pay them",
        batch=signed.digest.to_hex(),
        root=commitment.operators.root.to_hex(),
        for_operators=wvara(int(commitment.operators.amount)),
        for_stakers=wvara(int(commitment.stakers.total_amount)),
    )
    telling.end()
    return claim(telling, rewards, int(start), pool)


def compute(committee: Committee, start: int) -> EraRewards:
    """What chapter 24 makes of the era's batches and of the stakes at its first second."""
    telling, chain = committee.telling, committee.telling.chain
    operators = tuple(
        EraOperator(
            Address.from_hex(chain.at(name)),
            tuple(VaultStake(Address.from_hex(chain.at(plan.name)), U256(stake_of(telling, plan, name, start)))
                  for plan in VAULTS if name in plan.operators),
        )
        for name in committee.members
    )  # fmt: skip
    batches = tuple(
        taken.paid for taken in committee.taken if compute_era(TIMES, taken.signatures.timestamp) == ELECTED_ERA
    )
    token = Address.from_hex(chain.at("token"))
    rewards = compute_era_rewards(Era(U48(start), token, COMMISSION, U256(0), batches, operators), ())
    paid = sum(int(batch.paid) for batch in batches)
    telling.said(
        "validators",
        f"computed the rewards of {len(batches)} batches, {int(COMMISSION) / 100:g} % of them for operators",
        paid_for_gas=wvara(paid),
        **parts_by_name(telling, "", rewards.operators),
        **parts_by_name(telling, "stakers of ", rewards.vaults),
    )
    chain.check("pool", paid, sum(int(part) for _, part in (*rewards.operators, *rewards.vaults)))
    return rewards


def parts_by_name(telling: Telling, before: str, parts: Sequence[tuple[Address, U256]]) -> dict[str, str]:
    """Amounts by name, ascending."""
    labels = telling.network.labels
    return dict(sorted((before + name_of(labels, who.to_hex()), wvara(int(part))) for who, part in parts))


def stake_of(telling: Telling, plan: VaultPlan, operator: str, moment: int) -> int:
    """What a vault staked on an operator at the end of a second."""
    signature = "stakeAt(bytes32,address,uint48,bytes)"
    asked = telling.chain.ask(f"delegator of {plan.name}", signature, telling.network.subnetwork, operator, moment, b"")
    return asked.number()


def try_as_deployed(committee: Committee, commitment: RewardsCommitment) -> None:
    """As production is deployed, nobody speaks for the Router, and no batch with rewards is taken (F-MID-1)."""
    committee.commit(rewards=commitment, refused="NotNetworkMiddleware")
    committee.telling.told(
        "Router",
        "refused the batch: NotNetworkMiddleware; the Middleware names the Router as network, and the Router never "
        "registered (finding F-MID-1)",
    )


def speak_for_contracts(telling: Telling, pool: int) -> None:
    """What production has no function for, the owner does by exchanging the code behind two proxies for a moment."""
    chain = telling.chain
    chain.labels["puppet"] = chain.deploy("owner", PUPPET, embedded_artifacts()[PUPPET].bytecode)
    with_puppet(
        telling,
        "Router",
        ("network registry", encode_call("registerNetwork()")),
        ("middleware service", encode_call("setMiddleware(address)", chain.at("Middleware"))),
        ("token", encode_call("transfer(address,uint256)", chain.at("Middleware"), pool)),
    )
    payers = ("operator rewards", *(plan.rewards for plan in VAULTS))
    allow = "approve(address,uint256)"
    with_puppet(telling, "Middleware", *(("token", encode_call(allow, chain.at(name), HIGHEST)) for name in payers))
    telling.told(
        "owner",
        "exchanged the code behind two proxies for a moment, and put it back: the Router is a network now and gave the "
        "Middleware what programs paid; the Middleware lets the contracts of rewards take it",
        given=wvara(pool),
    )


def with_puppet(telling: Telling, contract: str, *calls: tuple[str, str]) -> None:
    """Let a proxy make calls of its own."""
    chain = telling.chain
    chain.send("owner", contract, "upgradeToAndCall(address,bytes)", "puppet", b"")
    for target, call in calls:
        chain.send("owner", contract, "exec(address,bytes)", target, bytes.fromhex(call[2:]))
    chain.send("owner", contract, "setImplementation(address)", f"{contract} code")


def claim(telling: Telling, rewards: EraRewards, start: int, pool: int) -> Payout:
    """Every leaf, every staker and every administrator is paid."""
    telling.begin("Claims")
    operators = claim_leaves(telling, rewards)
    parts = [claim_of_vault(telling, plan, rewards, start) for plan in VAULTS]
    chain = telling.chain
    payers = ("operator rewards", *(plan.rewards for plan in VAULTS))
    left = sum(chain.balances[name] for name in payers)
    payout = Payout(pool, operators, sum(part for part, _ in parts), sum(fee for _, fee in parts), left)
    chain.check("payout", pool, payout.operators + payout.stakers + payout.fees + payout.left)
    telling.end()
    return payout


def claim_leaves(telling: Telling, rewards: EraRewards) -> int:
    """Operators claim with their proofs; what they got together."""
    chain, tree = telling.chain, build_rewards_tree(rewards.totals)
    signature, got = "claimRewards(address,address,address,uint256,bytes32[])", {}
    for place, (who, total) in enumerate(rewards.totals):
        name = name_of(telling.network.labels, who.to_hex())
        proof = [bytes(item) for item in compute_proof(tree.tree, tree.tree.places[place])]
        before = chain.balances[name]
        chain.send(name, "operator rewards", signature, name, "Router", "token", int(total), proof)
        got[name] = chain.balances[name] - before
        chain.check(f"claim of {name}", int(total), got[name])
    facts = {name: wvara(got[name]) for name in sorted(got)}
    telling.told("operators", "claimed every leaf of the tree", **facts)
    return sum(got.values())


def claim_of_vault(telling: Telling, plan: VaultPlan, rewards: EraRewards, start: int) -> tuple[int, int]:
    """The stakers of a vault and its administrator claim; what they got."""
    chain, curator = telling.chain, telling.network.at("curator")
    amount = dict(rewards.vaults)[Address.from_hex(chain.at(plan.name))]
    asked = "activeSharesOfAt(address,uint48,bytes)"
    shares = {
        Address.from_hex(chain.at(name)): U256(chain.ask(plan.name, asked, name, start, b"").number())
        for name in plan.deposits
    }
    parts, fee, left = compute_staker_parts(amount, U16(plan.fee), shares)
    data = encode("(address,uint256,bytes[])", chain.at("Router"), MANY, [])
    facts = {}
    for name in plan.deposits:
        expected, before = int(parts[Address.from_hex(chain.at(name))]), chain.balances[name]
        chain.send(name, plan.rewards, "claimRewards(address,address,bytes)", name, "token", data)
        facts[name] = wvara(chain.balances[name] - before)
        chain.check(f"claim of {name}", expected, chain.balances[name] - before)
    if fee:
        chain.send("curator", plan.rewards, "claimAdminFee(address,address)", curator, "token")
        facts["administrator"] = wvara(int(fee))
    facts["left by rounding"] = f"{int(left)} base unit(s)"
    chain.check(f"rest of {plan.name}", int(left), chain.balances[plan.rewards])
    telling.told("stakers", f"of {plan.name} claimed what was computed for them", **facts)
    return sum(map(int, parts.values())), int(fee)
