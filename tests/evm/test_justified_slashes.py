"""What evidence justifies, the official slashers do: requests byte for byte, slashes to the unit (MIS-28 to MIS-33)."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.numeric import U48
from gearexe_spec.cli.era.committing import Committee
from gearexe_spec.cli.era.electing import ELECTED_ERA, elect, name_of
from gearexe_spec.cli.era.network import VETO, key_of
from gearexe_spec.cli.era.punishing import find_lie, make_trial
from gearexe_spec.cli.era.scenario import begin
from gearexe_spec.cli.era.staking import stake
from gearexe_spec.cli.era.working import work
from gearexe_spec.conformance.targets.target import TargetUnavailable
from gearexe_spec.crypto.ecdsa import hash_personal_message, sign
from gearexe_spec.executor.evidence import BrokenPromise, MissedDuties, WrongTransitions
from gearexe_spec.executor.misbehaviour import (
    FinalizedReply,
    RecomputedChain,
    SlashRequest,
    Trial,
    check_broken_promise,
    check_conflicting_batches,
    check_missed_duties,
    check_wrong_transitions,
    encode_request_slash,
)
from gearexe_spec.executor.receipts import digest_compact_receipt
from gearexe_spec.fuzzing.economics_campaign import EconomicsPanel
from gearexe_spec.program.promise import CompactPromise

EXECUTE = "executeSlash((address,uint256)[])"


@pytest.fixture(scope="module")
def committee() -> Committee:
    """A network after an era of work, on the specification and on the official contracts."""
    try:
        telling = begin(EconomicsPanel(), Console(file=io.StringIO()), compared=True)
    except TargetUnavailable as missing:
        pytest.skip(f"needs the official contracts: {missing}")
    stake(telling)
    committee = Committee(telling)
    elect(committee)
    work(committee)
    telling.chain.mine(100)
    return committee


def judge(committee: Committee, trial: Trial) -> dict[str, SlashRequest]:
    """One offence of each kind, by four operators."""
    batches = [
        taken for taken in committee.taken if taken.signatures.timestamp >= trial.terms.timelines.genesis_ts + 86_400
    ]
    honest = batches[-1].batch
    assert honest.chain_commitment is not None
    lie = find_lie(committee.telling, trial, batches, "operator 3")
    wrong = find_lie(committee.telling, trial, batches, "operator 2")
    (signed,) = (part for part in (wrong.first, wrong.second) if part.batch != honest)
    recomputed = RecomputedChain(honest.previous_batch, honest.chain_commitment)

    promise = CompactPromise(MessageId(b"\x06" * 32), Bytes32(b"\x07" * 32))
    key = key_of("operator 1")
    signature = sign(key, hash_personal_message(digest_compact_receipt(promise))).encode()
    finalized = FinalizedReply(replace(promise, reply_hash=Bytes32(b"\x08" * 32)), batches[0].signatures.timestamp)

    committed = [taken.signatures for taken in batches]
    idler = key_of("operator 4").to_address()
    missed = MissedDuties(idler, ELECTED_ERA, committed[0].digest, committed[-1].digest)
    return {
        "operator 3": check_conflicting_batches(lie, trial),
        "operator 2": check_wrong_transitions(WrongTransitions(wrong.validator, signed), recomputed, trial),
        "operator 1": check_broken_promise(BrokenPromise(key.to_address(), promise, signature), finalized, trial),
        "operator 4": check_missed_duties(missed, committed, trial),
    }


def test_every_justified_request_is_taken_and_executed_to_the_unit(committee: Committee) -> None:
    chain, labels = committee.telling.chain, committee.telling.network.labels
    requests = judge(committee, make_trial(committee))
    placed: list[tuple[Address, int, int]] = []
    counts: dict[str, int] = {}
    for operator, request in requests.items():
        chain.send_raw("requester", "Middleware", encode_request_slash(request))
        for slash in request.vaults:
            vault = name_of(labels, slash.vault.to_hex())
            index = counts.setdefault(vault, 0)
            counts[vault] += 1
            kept = chain.ask(f"slasher of {vault}", "slashRequests(uint256)", index)
            assert kept.data[:32] == request.subnetwork
            assert kept.address(1) == chain.at(operator)
            assert kept.number(2) == slash.amount
            assert kept.number(3) == request.timestamp
            placed.append((slash.vault, index, int(slash.amount)))
    assert len(requests["operator 2"].vaults) == 2
    assert len(placed) == 5

    chain.wait_until(chain.block.timestamp + VETO)
    for vault_address, index, amount in placed:
        before = chain.balances["burner"]
        chain.send("slasher", "Middleware", EXECUTE, [(vault_address.to_hex(), index)])
        assert chain.balances["burner"] - before == amount
    assert committee.telling.agreed


def test_at_the_last_moment_a_request_is_taken_and_a_second_later_by_nobody(committee: Committee) -> None:
    """The window of MIS-29 is the slashers' own."""
    chain, trial = committee.telling.chain, make_trial(committee)
    (vault, *_) = (vault for entry in trial.validators for vault in entry.vaults)
    begun = min(taken.signatures.timestamp for taken in committee.taken[1:])
    capture = int(trial.terms.timelines.genesis_ts) + 86_400
    assert capture <= int(begun)
    last = capture + int(vault.epoch) - int(vault.veto)
    saved = chain.block
    chain.block = replace(saved, timestamp=last)
    request = judge(committee, replace(trial, now=U48(last)))["operator 1"]
    data = encode_request_slash(request)
    chain.send_raw("requester", "Middleware", data, dry=True)
    chain.block = replace(saved, timestamp=last + 1)
    chain.send_raw("requester", "Middleware", data, dry=True, refused="InvalidCaptureTimestamp")
    with pytest.raises(Exception, match="Stale"):
        judge(committee, replace(trial, now=U48(last + 1)))
    chain.block = saved
    assert committee.telling.agreed
