"""Evidence of misbehaviour: what is slashed, what is harmless, and what is forged (MIS)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U16, U32, U48, U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.abi import decode_sequence
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.codec.scale import ScaleRejection
from gearexe_spec.crypto.ecdsa import CURVE_ORDER, Signature
from gearexe_spec.executor.commitments import ChainCommitment, ValidatorsCommitment
from gearexe_spec.executor.evidence import Evidence, decode_evidence, digest_evidence, encode_evidence
from gearexe_spec.executor.misbehaviour import (
    MisbehaviourRejection,
    SlashRequest,
    VaultSlash,
    check_broken_promise,
    check_conflicting_batches,
    check_missed_duties,
    check_wrong_transitions,
    encode_request_slash,
)
from gearexe_spec.onchain.commitments import AggregatedPublicKey
from tests.executor import offences as o

No = MisbehaviourRejection
LATER = replace(o.BATCH, block_hash=o.named(9), timestamp=U64(13_112))


def judge_conflict(evidence: Any = o.CONFLICT, **trial: Any) -> SlashRequest:
    return check_conflicting_batches(evidence, replace(o.TRIAL, **trial))


def judge_wrong(evidence: Any = o.WRONG, recomputed: Any = o.HONEST, **trial: Any) -> SlashRequest:
    return check_wrong_transitions(evidence, recomputed, replace(o.TRIAL, **trial))


def judge_promise(evidence: Any = o.BROKEN, finalized: Any = o.FINALIZED, **trial: Any) -> SlashRequest:
    return check_broken_promise(evidence, finalized, replace(o.TRIAL, **trial))


def judge_duties(evidence: Any = o.MISSED, committed: Any = o.COMMITTED, **trial: Any) -> SlashRequest:
    return check_missed_duties(evidence, committed, replace(o.TRIAL, **trial))


@pytest.mark.parametrize(
    ("judge", "amounts"),
    [
        (judge_conflict, (99_999, 10**18)),
        (judge_wrong, (49_999, 5 * 10**17)),
        (judge_promise, (9_999, 10**17)),
        (judge_duties, (29, 3 * 10**14)),
    ],
)
def test_offences_cost_their_part_of_the_stake(judge: Callable[[], SlashRequest], amounts: tuple[int, int]) -> None:
    request = judge()
    assert (request.operator, request.timestamp) == (o.ACCUSED, 13_000)
    assert request.subnetwork == o.TRIAL.terms.subnetwork
    assert request.vaults == (VaultSlash(o.VAULT, U256(amounts[0])), VaultSlash(o.OTHER_VAULT, U256(amounts[1])))
    data = encode_request_slash(request)
    assert data[:4].hex() == "0a71094c"
    (entries,) = decode_sequence([parse_type("(address,uint48,(address,uint256)[])[]")], data[4:])
    assert entries == ((o.ACCUSED, 13_000, ((o.VAULT, amounts[0]), (o.OTHER_VAULT, amounts[1]))),)


def validators_of(*members: Address) -> ValidatorsCommitment:
    return ValidatorsCommitment(False, AggregatedPublicKey(U256(0), U256(0)), b"", members, U64(4))


ELECTED, OTHERWISE = (replace(o.BATCH, validators_commitment=validators_of(who)) for who in (o.ACCUSED, o.OTHERS[0]))
OTHER_CHAIN = replace(LATER, chain_commitment=ChainCommitment((), o.named(3), o.named(5)))


@pytest.mark.parametrize("pair", [(o.BATCH, OTHER_CHAIN), (ELECTED, OTHERWISE)])
def test_other_contradictions(pair: Any) -> None:
    assert judge_conflict(o.conflict(*pair)).vaults


@pytest.mark.parametrize(
    "other",
    [
        LATER,
        replace(LATER, chain_commitment=None),
        replace(LATER, chain_commitment=ChainCommitment((), o.named(33), o.named(44))),
        replace(LATER, code_commitments=()),
        replace(LATER, validators_commitment=validators_of(o.ACCUSED)),
    ],
)
def test_what_honest_validators_sign_is_no_contradiction(other: Any) -> None:
    for first in (o.BATCH, ELECTED if other.validators_commitment is None else OTHERWISE):
        refuse(No.NoContradiction, lambda first=first: judge_conflict(o.conflict(first, other)))


def refuse(reason: Any, judge: Callable[[], SlashRequest]) -> None:
    with pytest.raises(Rejected) as caught:
        judge()
    assert caught.value.reason is reason


FIRST, SECOND = o.CONFLICT.first, o.CONFLICT.second
OTHER_ERA = replace(o.BATCH, timestamp=U64(14_000))
SHORT = replace(o.MISSED, last=o.COMMITTED[2].digest)
POOR = tuple(replace(entry, vaults=(replace(entry.vaults[0], stake=U256(1)),)) for entry in o.TRIAL.validators)
OFTEN = tuple(replace(batch, signers=(o.ACCUSED,)) if place < 3 else batch for place, batch in enumerate(o.COMMITTED))
ONE_COORDINATOR = tuple(replace(batch, timestamp=U64(13_000)) for batch in o.COMMITTED)


@pytest.mark.parametrize(
    ("reason", "judge"),
    [
        (No.SameBatch, lambda: judge_conflict(replace(o.CONFLICT, second=FIRST))),
        (No.NotInOrder, lambda: judge_conflict(replace(o.CONFLICT, first=SECOND, second=FIRST))),
        (No.ForgedSignature, lambda: judge_conflict(replace(o.CONFLICT, first=o.forged(FIRST)))),
        (No.ForgedSignature, lambda: judge_conflict(replace(o.CONFLICT, second=o.forged(SECOND)))),
        (No.ForgedSignature, lambda: judge_conflict(replace(o.CONFLICT, validator=o.OTHERS[0]))),
        (No.ForgedSignature, lambda: judge_conflict(terms=replace(o.TRIAL.terms, router=o.VAULT))),
        (No.OtherPredecessor, lambda: judge_conflict(o.conflict(o.BATCH, replace(o.BATCH, previous_batch=o.named(0))))),
        (No.OtherEra, lambda: judge_conflict(era=U64(2))),
        (No.ForgedSignature, lambda: judge_wrong(replace(o.WRONG, signed=o.forged(o.WRONG.signed)))),
        (No.ForgedSignature, lambda: judge_wrong(replace(o.WRONG, signed=replace(FIRST, signature=o.BAD_BYTES)))),
        (No.NoChainPart, lambda: judge_wrong(replace(o.WRONG, signed=o.signed(replace(LATER, chain_commitment=None))))),
        (No.OtherStretch, lambda: judge_wrong(recomputed=replace(o.HONEST, predecessor=o.named(0)))),
        (
            No.OtherStretch,
            lambda: judge_wrong(recomputed=replace(o.HONEST, chain=ChainCommitment((), *[o.named(4)] * 2))),
        ),
        (No.TransitionsRecompute, lambda: judge_wrong(recomputed=replace(o.HONEST, chain=o.BATCH.chain_commitment))),
        (No.OtherEra, lambda: judge_wrong(replace(o.WRONG, signed=o.signed(OTHER_ERA)))),
        (No.ForgedSignature, lambda: judge_promise(replace(o.BROKEN, validator=o.OTHERS[0]))),
        (No.OtherTransaction, lambda: judge_promise(o.promised(replace(o.BROKEN.promise, tx_hash=o.named(1))))),
        (No.PromiseKept, lambda: judge_promise(finalized=replace(o.FINALIZED, promise=o.BROKEN.promise))),
        (No.OtherEra, lambda: judge_promise(finalized=replace(o.FINALIZED, timestamp=U64(9_999)))),
        (No.UnknownBatch, lambda: judge_duties(replace(o.MISSED, first=o.named(1)))),
        (No.NotInOrder, lambda: judge_duties(replace(o.MISSED, first=o.MISSED.last, last=o.MISSED.first))),
        (No.OtherEra, lambda: judge_duties(replace(o.MISSED, era=U64(4)))),
        (No.OtherEra, lambda: judge_duties(era=U64(4))),
        (No.WindowTooShort, lambda: judge_duties(SHORT)),
        (No.NotAValidator, lambda: judge_duties(replace(o.MISSED, validator=o.VAULT))),
        (No.DutiesDone, lambda: judge_duties(committed=OFTEN)),
        (No.TooFewCoordinators, lambda: judge_duties(committed=ONE_COORDINATOR)),
        (No.NotAValidator, lambda: judge_conflict(validators=o.TRIAL.validators[1:])),
        (No.AlreadyPunished, lambda: judge_conflict(punished=(judge_conflict().offence,))),
        (No.Stale, lambda: judge_conflict(now=U48(13_000))),
        (No.Stale, lambda: judge_conflict(now=U48(15_501))),
        (No.NothingToSlash, lambda: judge_promise(validators=POOR)),
    ],
)
def test_refused_evidence(reason: MisbehaviourRejection, judge: Callable[[], SlashRequest]) -> None:
    refuse(reason, judge)


def test_each_vault_has_its_own_window() -> None:
    """At 14500 the shorter vault takes the request for the last time."""
    counts = {now: len(judge_conflict(now=U48(now)).vaults) for now in (13_001, 14_500, 14_501, 15_500)}
    assert counts == {13_001: 2, 14_500: 2, 14_501: 1, 15_500: 1}


def test_time_beyond_48_bits_is_not_believed() -> None:
    """The accuser writes bits that nobody signed; the batch stays in its era."""
    moved = replace(o.BATCH, timestamp=U64(o.BATCH.timestamp + 2**48))
    part = replace(o.WRONG.signed, batch=moved)
    assert judge_wrong(replace(o.WRONG, signed=part)).timestamp == 13_000


def test_another_form_of_a_signature_is_the_same_offence() -> None:
    signature = Signature.decode(o.BROKEN.signature)
    high = signature.r.to_big_endian() + (CURVE_ORDER - int(signature.s)).to_bytes(32, "big")
    again = replace(o.BROKEN, signature=type(o.BROKEN.signature)(high + bytes([27 + (signature.v - 27 ^ 1)])))
    request, other = judge_promise(), judge_promise(again)
    assert request.evidence != other.evidence
    assert request.offence == other.offence


def test_whole_windows_need_more_than_the_participation() -> None:
    terms = replace(o.TRIAL.terms, participation=U16(1_666), window=U32(6))
    refuse(No.DutiesDone, lambda: judge_duties(terms=terms))
    assert judge_duties(terms=replace(terms, participation=U16(1_667))).vaults


@pytest.mark.parametrize("evidence", [o.CONFLICT, o.WRONG, o.BROKEN, o.MISSED])
def test_evidence_is_read_back(evidence: Evidence) -> None:
    data = encode_evidence(evidence)
    assert decode_evidence(data) == evidence
    assert len({digest_evidence(each) for each in (o.CONFLICT, o.WRONG, o.BROKEN, o.MISSED)}) == 4
    for damaged, reason in (
        (data[:-1], "UnexpectedEnd"),
        (data + b"\0", "TrailingBytes"),
        (b"\4" + data, "InvalidVariant"),
    ):
        with pytest.raises(Rejected) as caught:
            decode_evidence(damaged)
        assert caught.value.reason is ScaleRejection[reason]


@given(st.binary(max_size=200))
def test_hostile_bytes_are_rejected_or_evidence(data: bytes) -> None:
    with suppress(Rejected):
        assert encode_evidence(decode_evidence(data)) == data
