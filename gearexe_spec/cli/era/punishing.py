"""Misbehaviour: evidence is judged, slashes are asked for, one is vetoed and one is executed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U16, U32, U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.cli.era.chain import StoryBroken
from gearexe_spec.cli.era.committing import TIMES, Committee, TakenBatch
from gearexe_spec.cli.era.electing import ELECTED_ERA, name_of
from gearexe_spec.cli.era.network import EPOCH, VETO, key_of
from gearexe_spec.cli.era.rewarding import stake_of
from gearexe_spec.cli.era.staking import EAST, SOUTH, VAULTS
from gearexe_spec.cli.era.telling import Telling
from gearexe_spec.cli.story import WVARA, wvara
from gearexe_spec.executor.batch_signing import sign_batch
from gearexe_spec.executor.commitments import BatchCommitment, digest_batch
from gearexe_spec.executor.evidence import ConflictingBatches, MissedDuties, SignedBatchPart
from gearexe_spec.executor.misbehaviour import (
    AccountableValidator,
    Penalties,
    SlashableVault,
    SlashRequest,
    Terms,
    Trial,
    check_conflicting_batches,
    check_missed_duties,
    encode_request_slash,
)
from gearexe_spec.executor.timelines import compute_era, compute_era_start

PENALTIES = Penalties(
    conflicting_batches=U16(1_000), wrong_transitions=U16(500), broken_promise=U16(200), missed_duties=U16(100)
)
WINDOW, PARTICIPATION = U32(5), U16(5_000)
LIAR, IDLER, ACCUSED_FALSELY = "operator 3", "operator 4", "operator 1"
LEAVING = 100_000 * WVARA
"""What staker 2 asks back before the slash."""


@dataclass(frozen=True)
class Punished:
    """What became of the stake, base units."""

    burned: int


def punish(committee: Committee) -> Punished:
    """The whole phase."""
    telling = committee.telling
    telling.begin("Misbehaviour")
    flee(telling)
    trial = make_trial(committee)
    batches = [taken for taken in committee.taken if compute_era(TIMES, taken.signatures.timestamp) == ELECTED_ERA]
    lied = judge_lie(telling, trial, batches)
    idled = judge_idleness(telling, trial, batches)

    request(telling, idled)
    request(telling, lied)
    burned = veto_and_execute(telling, lied)
    try_again(telling, trial, batches, lied)
    telling.end()
    return Punished(burned)


def flee(telling: Telling) -> None:
    """A staker asks for a part back before anything is known; it stays slashable until the epoch after is over."""
    telling.chain.send("staker 2", EAST.name, "withdraw(address,uint256)", "staker 2", LEAVING)
    telling.told("stakers", f"staker 2 asked for {wvara(LEAVING)} of {EAST.name} back; it can still be slashed")


def make_trial(committee: Committee) -> Trial:
    """What evidence is judged by: the era's validators, and their stakes at its first second."""
    telling, chain = committee.telling, committee.telling.chain
    start = int(compute_era_start(TIMES, ELECTED_ERA))
    validators = tuple(
        AccountableValidator(
            Address.from_hex(chain.at(name)),
            tuple(
                SlashableVault(
                    Address.from_hex(chain.at(plan.name)),
                    U256(stake_of(telling, plan, name, start)),
                    U48(EPOCH),
                    U48(VETO),
                )
                for plan in VAULTS
                if name in plan.operators
            ),
        )
        for name in committee.members
    )
    router = Address.from_hex(chain.at("Router"))
    terms = Terms(router, Bytes32(telling.network.subnetwork), TIMES, PENALTIES, WINDOW, PARTICIPATION)
    return Trial(terms, U48(chain.block.timestamp), ELECTED_ERA, validators, ())


def judge_lie(telling: Telling, trial: Trial, batches: list[TakenBatch]) -> SlashRequest:
    """Of one head two batches with other states, both with the operator's signature; somebody else's is refused."""
    evidence = find_lie(telling, trial, batches, LIAR)
    telling.said(
        "everybody", f"can see that {LIAR} signed two batches on one predecessor, with two states for one head"
    )
    forged = replace(evidence, validator=Address.from_hex(telling.chain.at(ACCUSED_FALSELY)))
    verdict = refusal(partial(check_conflicting_batches, forged, trial))
    telling.said("everybody", f"refuses to punish {ACCUSED_FALSELY} for it: {verdict}")
    asked = check_conflicting_batches(evidence, trial)
    tell_verdict(telling, f"{LIAR} contradicted itself", asked)
    return asked


def find_lie(telling: Telling, trial: Trial, batches: list[TakenBatch], liar: str) -> ConflictingBatches:
    """The last batch of the era, and another one for the same head that the liar signed too."""
    honest = batches[-1].batch
    chain = honest.chain_commitment
    assert chain is not None
    (transition,) = chain.transitions
    other = replace(transition, new_state_hash=Bytes32(b"\x1e" * 32))
    lie = replace(honest, chain_commitment=replace(chain, transitions=(other,)))
    first, second = sorted((honest, lie), key=digest_batch)

    def signed(batch: BatchCommitment) -> SignedBatchPart:
        return SignedBatchPart(batch, sign_batch(batch, trial.terms.router, key_of(liar)).encode())

    return ConflictingBatches(Address.from_hex(telling.chain.at(liar)), signed(first), signed(second))


def judge_idleness(telling: Telling, trial: Trial, batches: list[TakenBatch]) -> SlashRequest:
    """A window of batches of which the operator signed too few; whoever signed is not guilty."""
    committed = [taken.signatures for taken in batches]
    first, last = committed[0].digest, committed[-1].digest
    honest = MissedDuties(Address.from_hex(telling.chain.at(ACCUSED_FALSELY)), ELECTED_ERA, first, last)
    verdict = refusal(partial(check_missed_duties, honest, committed, trial))
    telling.said("everybody", f"refuses to punish {ACCUSED_FALSELY} for missed duties: {verdict}")

    evidence = replace(honest, validator=Address.from_hex(telling.chain.at(IDLER)))
    asked = check_missed_duties(evidence, committed, trial)
    idler = Address.from_hex(telling.chain.at(IDLER))
    signed = sum(idler in batch.signers for batch in committed)
    tell_verdict(telling, f"{IDLER} signed {signed} of {len(committed)} batches", asked)
    return asked


def tell_verdict(telling: Telling, what: str, asked: SlashRequest) -> None:
    """What was done, and what it costs."""
    labels = telling.network.labels
    telling.said(
        "everybody",
        f"judges alike: {what}",
        evidence=asked.evidence.to_hex(),
        offence=asked.offence.to_hex(),
        **{f"asked of {name_of(labels, slash.vault.to_hex())}": wvara(int(slash.amount)) for slash in asked.vaults},
    )


def refusal(check: Callable[[], SlashRequest]) -> str:
    """Why evidence justifies nothing.

    Raises:
        StoryBroken: it justifies a slash.
    """
    try:
        check()
    except Rejected as rejected:
        return rejected.reason.name
    raise StoryBroken("evidence that proves nothing justified a slash")


def request(telling: Telling, asked: SlashRequest) -> None:
    """Hand the justified request to the Middleware, byte for byte; the slashers keep what was asked."""
    chain, labels = telling.chain, telling.network.labels
    chain.send_raw("requester", "Middleware", encode_request_slash(asked))
    names = []
    for slash in asked.vaults:
        vault = name_of(labels, slash.vault.to_hex())
        kept = chain.ask(f"slasher of {vault}", "slashRequests(uint256)", 0)
        expected = (asked.operator.to_hex(), int(slash.amount), int(asked.timestamp))
        chain.check(f"request to {vault}", expected, (kept.address(1), kept.number(2), kept.number(3)))
        names.append(vault)
    operator = name_of(labels, asked.operator.to_hex())
    telling.told(
        "requester", f"asked the Middleware to slash {operator} in {', '.join(names)}; {VETO // 3600} h for a veto"
    )


def veto_and_execute(telling: Telling, lied: SlashRequest) -> int:
    """The idler is spared, the liar is not; what was burned."""
    chain = telling.chain
    execute, amount = "executeSlash((address,uint256)[])", sum(int(slash.amount) for slash in lied.vaults)
    chain.mine()
    chain.send("slasher", "Middleware", execute, [(chain.at(EAST.name), 0)], refused="VetoPeriodNotEnded")
    telling.told("slasher", "may not slash while there is time for a veto: VetoPeriodNotEnded")
    chain.send("resolver", f"slasher of {SOUTH.name}", "vetoSlash(uint256,bytes)", 0, b"")
    telling.told("resolver", f"vetoed the slash of {IDLER}")

    chain.wait_until(chain.block.timestamp + VETO)
    chain.send("slasher", "Middleware", execute, [(chain.at(SOUTH.name), 0)], refused="SlashRequestCompleted")
    telling.told("slasher", "cannot execute what was vetoed: SlashRequestCompleted")
    before = chain.balances["burner"]
    chain.send("slasher", "Middleware", execute, [(chain.at(EAST.name), 0)])
    burned = chain.balances["burner"] - before
    chain.check("slash", amount, burned)
    telling.told("slasher", f"executed the slash of {LIAR}: its vault pays, the burner gets it", burned=wvara(burned))
    return burned


def try_again(telling: Telling, trial: Trial, batches: list[TakenBatch], lied: SlashRequest) -> None:
    """One offence is punished once, and not for ever."""
    evidence, now = find_lie(telling, trial, batches, LIAR), U48(telling.chain.block.timestamp)
    again = replace(trial, now=now, punished=(lied.offence,))
    late = replace(trial, now=U48(int(trial.now) + EPOCH))
    second, third = (refusal(partial(check_conflicting_batches, evidence, given)) for given in (again, late))
    telling.said("everybody", f"refuses to punish {LIAR} for it again: {second}; three days later: {third}")
