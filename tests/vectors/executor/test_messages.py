"""What validators, users and the BFT engine send each other, and how it is refused."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import I64, U64, U128, U256
from gearexe_spec.conformance.json_form import camel_case_variant, to_json
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.crypto.bft_signature import sign_bft
from gearexe_spec.crypto.ecdsa import PrivateKey, Signature
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor import bft_messages as bft
from gearexe_spec.executor.commitments import ValidatorsCommitment, validators_commitment
from gearexe_spec.executor.injected_transaction import InjectedTransaction, digest_transaction
from gearexe_spec.executor.json_text import print_signed_transaction
from gearexe_spec.executor.sequencer_blocks import ProcessQueuesV3, ProgressTasks, operations
from gearexe_spec.executor.signed_message import sign_message
from gearexe_spec.executor.validation_messages import (
    ValidationReply,
    ValidatorMessage,
    make_validation_request,
    sign_validator_message,
    signed_validator_message,
)
from gearexe_spec.onchain.commitments import AggregatedPublicKey
from tests.executor.test_roles import batch
from tests.executor.validators import KEYS, ROUTER, eb, mb

VALUE = Bytes32(b"\x05" * 32)
PROPOSER = KEYS[0].to_address()


def vote(key: PrivateKey, kind: bft.VoteType = bft.VoteType.Precommit, height: int = 1) -> bft.Vote:
    return bft.Vote(kind, U64(height), I64(0), VALUE, key.to_address())


def signature(key: PrivateKey, **about: Any) -> bft.CertificateSignature:
    signed = bft.sign_consensus_message(key, vote(key, **about))
    return bft.CertificateSignature(key.to_address(), signed.signature)


def commit(*keys: PrivateKey, **about: Any) -> bft.CommitCertificate:
    return bft.CommitCertificate(U64(1), I64(0), VALUE, tuple(signature(key, **about) for key in keys))


def in_round(key: PrivateKey, kind: bft.VoteType) -> bft.RoundSignature:
    signed = bft.sign_consensus_message(key, vote(key, kind))
    return bft.RoundSignature(kind, VALUE, key.to_address(), signed.signature)


def round_certificate(kind: bft.RoundCertificateType, *signatures: bft.RoundSignature) -> bft.RoundCertificate:
    return bft.RoundCertificate(U64(1), I64(0), kind, signatures)


STRANGER = PrivateKey(b"\x09" * 32)
PREVOTE, PRECOMMIT = bft.VoteType.Prevote, bft.VoteType.Precommit
SKIP, FINAL = bft.RoundCertificateType.Skip, bft.RoundCertificateType.Precommit
ALL_OF_ROUND = tuple(in_round(key, PRECOMMIT) for key in KEYS)


@pytest.mark.parametrize(
    ("name", "kind", "certificate"),
    [
        ("commit", "commit", bft.commit_certificate.encode(commit(*KEYS))),
        ("two_of_three", "commit", bft.commit_certificate.encode(commit(*KEYS[:2]))),
        ("the_same_twice", "commit", bft.commit_certificate.encode(commit(KEYS[0], KEYS[0], STRANGER))),
        ("a_stranger", "commit", bft.commit_certificate.encode(commit(*KEYS, STRANGER))),
        ("for_another_height", "commit", bft.commit_certificate.encode(commit(*KEYS, height=2))),
        ("prevotes", "commit", bft.commit_certificate.encode(commit(*KEYS, kind=PREVOTE))),
        ("polka", "polka", bft.liveness_message.encode(bft.PolkaCertificate(commit(*KEYS, kind=PREVOTE)))),
        ("skip", "round", bft.liveness_message.encode(round_certificate(SKIP, *ALL_OF_ROUND[:2]))),
        ("skip_of_a_third", "round", bft.liveness_message.encode(round_certificate(SKIP, *ALL_OF_ROUND[:1]))),
        ("final", "round", bft.liveness_message.encode(round_certificate(FINAL, *ALL_OF_ROUND))),
        (
            "a_prevote_among_precommits",
            "round",
            bft.liveness_message.encode(round_certificate(FINAL, *ALL_OF_ROUND[:2], in_round(KEYS[2], PREVOTE))),
        ),
        (
            "stranger_before_prevote",
            "round",
            bft.liveness_message.encode(round_certificate(FINAL, in_round(STRANGER, PREVOTE))),
        ),
    ],
)
def test_certificate(name: str, kind: str, certificate: bytes, vectors: Recorder) -> None:
    """Whose votes they are and whether they are enough (ROL-50, ROL-51, ROL-62 to ROL-67)."""
    keys = [key.public_key() for key in KEYS]
    vectors.hash("bft/certificate", {"wire": certificate, "kind": kind, "validators": keys}, name=name)


FIN = sign_bft(KEYS[0], bft.encode_fin_bytes(U64(1), I64(0), b"abc"))
PARTS: dict[str, bft.ProposalPart] = {
    "init": bft.InitPart(U64(1), I64(0), bft.NO_ROUND, PROPOSER),
    "data": bft.DataPart(b"abc"),
    "fin": bft.FinPart(FIN),
}
STREAM = (1).to_bytes(8, "big") + bytes(4)
SENT: list[tuple[str, str, bytes]] = [
    (
        f"part_{name}",
        "streamMessage",
        bft.stream_message.encode(bft.StreamMessage(STREAM, U64(0), bft.PartContent(part))),
    )
    for name, part in PARTS.items()
]
SENT += [
    ("stream_end", "streamMessage", bft.stream_message.encode(bft.StreamMessage(STREAM, U64(3), bft.StreamEnd()))),
    (
        "parts",
        "proposalParts",
        bft.proposal_parts.encode(bft.ProposalParts(U64(1), I64(0), PROPOSER, tuple(PARTS.values()))),
    ),
    ("round_below", "proposalParts", bft.proposal_parts.encode(bft.ProposalParts(U64(1), I64(-2), PROPOSER, ()))),
    ("round_above", "proposalParts", bft.proposal_parts.encode(bft.ProposalParts(U64(1), I64(2**32), PROPOSER, ()))),
    ("status", "status", bft.status.encode(bft.Status(b"\x01\x02", U64(9), U64(3)))),
    ("request", "request", bft.sync_request.encode(bft.SyncRequest(U64(4), None))),
    ("request_of_a_range", "request", bft.sync_request.encode(bft.SyncRequest(U64(4), U64(6)))),
    (
        "response",
        "response",
        bft.sync_response.encode(bft.SyncResponse(U64(4), (bft.DecidedValue(b"\x0cabc", commit(*KEYS)),))),
    ),
    (
        "kept_proposal",
        "proposedValue",
        bft.proposed_value.encode(bft.ProposedValue(U64(4), I64(1), I64(-1), PROPOSER, b"abc", True)),
    ),
    ("unknown_kind", "request", b"\x01" + bytes(9)),
    ("short_signature", "commitCertificate", bft.commit_certificate.encode(commit(KEYS[0]))[:-1]),
]


@pytest.mark.parametrize(("name", "kind", "wire"), SENT, ids=[name for name, _, _ in SENT])
def test_engine(name: str, kind: str, wire: bytes, vectors: Recorder) -> None:
    """What the BFT engine sends, read and written again (ROL-40, ROL-41, ROL-46, ROL-48, ROL-49, ROL-53)."""
    vectors.hash("bft/decode", {"kind": kind, "wire": wire}, name=name)


def test_vote(vectors: Recorder) -> None:
    """A vote is signed as it is encoded, and sent first as such and again as help (ROL-42, ROL-44, ROL-52)."""
    vectors.hash("bft/vote", {"vote": vote(KEYS[0]), "secret": KEYS[0]}, name="for_a_value")
    vectors.hash("bft/vote", {"vote": replace(vote(KEYS[0]), value_id=None), "secret": KEYS[0]}, name="for_none")


def test_proposal(vectors: Recorder) -> None:
    """A proposal carries the whole block; bytes behind it are ignored and not signed (ROL-43 to ROL-45, ROL-47)."""
    proposal = bft.Proposal(U64(1), I64(0), b"abc", bft.NO_ROUND, PROPOSER)
    vectors.hash("bft/proposal", {"proposal": proposal, "secret": KEYS[0]}, name="signed")
    wire = bft.signed_consensus_message.encode(bft.sign_consensus_message(KEYS[0], proposal))
    longer = wire[:1] + bytes([wire[1] + 4]) + wire[2:-66] + b"\0" + wire[-66:]
    vectors.hash("bft/decodeSigned", {"wire": longer}, name="one_byte_more", flags=[Flag.ANOMALY])
    form: dict[str, Any] = {"blockBytes": b"abc", "height": U64(1), "round": I64(0), "proposer": PROPOSER}
    vectors.hash("bft/value", {**form, "finSecret": KEYS[0]}, name="names")


REQUEST = ValidatorMessage(U64(3), make_validation_request(batch(1)))
SIGNED_REQUEST = signed_validator_message.encode(sign_validator_message(REQUEST, KEYS[0]))


def unrecoverable() -> bytes:
    message = sign_validator_message(REQUEST, KEYS[0])
    bad = Signature.from_parts(5, 1, 27)
    return signed_validator_message.encode(replace(message, signature=bad))


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("request", SIGNED_REQUEST),
        ("another_kind", b"\x02" + SIGNED_REQUEST[1:]),
        ("cut", SIGNED_REQUEST[:-1]),
        ("more_bytes", SIGNED_REQUEST + b"\0"),
        ("nobody_signed", unrecoverable()),
    ],
)
def test_validator_message(name: str, wire: bytes, vectors: Recorder) -> None:
    """Requests and replies from the wire (BAT-40, BAT-44 to BAT-48)."""
    vectors.hash("validation/decode", {"wire": wire}, name=name)


def test_commitment(vectors: Recorder) -> None:
    """Parts of a batch in SCALE; a list of validators is not empty (BAT-1, BAT-3, BAT-4)."""
    elected = ValidatorsCommitment(False, AggregatedPublicKey(U256(1), U256(2)), b"", (PROPOSER,), U64(4))
    vectors.hash("commitment/encode", {"kind": "validatorsCommitment", "value": elected}, name="validators")
    vectors.hash("commitment/encode", {"kind": "batchCommitment", "value": batch(1)}, name="batch")
    nobody = validators_commitment.encode(replace(elected, validators=()))
    form = {"kind": "validatorsCommitment", "scale": nobody}
    vectors.hash("commitment/decode", form, name="nobody", flags=[Flag.EMPTY])


def test_commit_batch(vectors: Recorder) -> None:
    """The call with the signatures in the order of the signers (BAT-10, BAT-12, BAT-13)."""
    vectors.hash("commitment/commitBatch", {"batch": batch(1), "secrets": KEYS, "router": ROUTER})


TRANSACTION = InjectedTransaction(ActorId(bytes(12) + b"\x07" * 20), b"\0\1\2", U128(0), eb(3), b"\3\4\5")
SIGNED = sign_message(KEYS[0], TRANSACTION, digest_transaction(TRANSACTION))
PRINTED = print_signed_transaction(SIGNED)
PARSED: dict[str, Any] = json.loads(PRINTED)
DATA = PARSED["data"]
LISTED = [DATA[name] for name in ("destination", "payload", "value", "reference_block", "salt")]


def altered(old: str, new: str) -> str:
    assert old in PRINTED
    return PRINTED.replace(old, new, 1)


@pytest.mark.parametrize(
    ("name", "text", "flags"),
    [
        ("plain", PRINTED, ()),
        ("without_prefixes", PRINTED.replace("0x", ""), ()),
        ("inner_list", json.dumps({**PARSED, "data": LISTED}), ()),
        ("both_lists", json.dumps([LISTED, PARSED["signature"], PARSED["address"]]), ()),
        ("short_list", json.dumps([LISTED, PARSED["signature"]]), (Flag.BOUNDARY,)),
        ("long_list", json.dumps([[*LISTED, 0], PARSED["signature"], PARSED["address"]]), (Flag.BOUNDARY,)),
        ("no_json", PRINTED[:-1], ()),
        ("two_texts", PRINTED + PRINTED, ()),
        ("missing", altered('"value":0,', ""), ()),
        ("doubled", altered('"value":0', '"value":0,"value":0'), ()),
        ("text_for_a_number", altered('"value":0', '"value":"0"'), ()),
        ("negative_nothing", altered('"value":0', '"value":-0'), ()),
        ("beyond_128_bits", altered('"value":0', f'"value":{2**128}'), (Flag.BOUNDARY,)),
        ("odd_digits", altered('"0x000102"', '"0x00010"'), ()),
        ("salt_of_33_bytes", altered('"0x030405"', '"' + "00" * 33 + '"'), (Flag.BOUNDARY,)),
        ("address_too_short", altered(PARSED["address"], PARSED["address"][:-2]), ()),
        ("signature_too_short", altered(PARSED["signature"], PARSED["signature"][:-2]), ()),
        ("another_address", altered(PARSED["address"], "0x" + "11" * 20), ()),
        ("another_salt", altered('"0x030405"', '"0x030406"'), ()),
    ],
)
def test_json(name: str, text: str, flags: tuple[Flag, ...], vectors: Recorder) -> None:
    """A signed transaction as the RPC takes it (INJ-11, INJ-12, INJ-17)."""
    vectors.hash("injected/readJson", {"json": text}, name=name, flags=flags)


@pytest.mark.parametrize("reason", [None, "mempool at capacity"])
def test_acceptance(reason: str | None, vectors: Recorder) -> None:
    """A node's answer to a transaction (INJ-16, INJ-28)."""
    vectors.hash("injected/acceptance", {"reason": reason}, name="yes" if reason is None else "no")


def test_acceptance_read(vectors: Recorder) -> None:
    """The answer from the wire; its reason is text (INJ-28)."""
    vectors.hash("injected/decodeAcceptance", {"scale": b"\x01\x08no"}, name="no")
    vectors.hash("injected/decodeAcceptance", {"scale": b"\x01\x08\xff\xfe"}, name="no_text", flags=[Flag.HOSTILE])


def test_associated_data(vectors: Recorder) -> None:
    """What binds the ciphertext of a shielded transaction (INJ-30, INJ-31)."""
    vectors.hash("injected/associatedData", {"destination": ActorId.zero(), "value": U128(5), "payload": b"\1"})


def test_sequencer_block(vectors: Recorder) -> None:
    """A block of the sequencer, its hash and its value id (BLK-80, BLK-84 to BLK-87)."""
    payload = operations.encode((ProgressTasks(), ProcessQueuesV3(U64(1_234))))
    form = {"parentHash": mb(1), "height": U64(2), "payload": payload, "reserved": bytes(64)}
    vectors.hash("sequencer/encodeBlock", {"block": form}, name="next")
    vectors.hash("sequencer/encodeBlock", {"block": {**form, "reserved": b"\1" * 64}}, name="reserved_bytes_count")


def test_compact_block(vectors: Recorder) -> None:
    """What nodes store of a block (BLK-88)."""
    form = {"parent": mb(1), "height": U64(2), "operationsHash": VALUE}
    vectors.hash("sequencer/compactBlock", {"block": form})


def test_operations(vectors: Recorder) -> None:
    """Tags of four bytes (BLK-80 to BLK-83)."""
    for each in (ProgressTasks(), ProcessQueuesV3(U64(1_234))):
        form = to_json({"operations": [{camel_case_variant(type(each)): each}]})
        vectors.hash("sequencer/encodeOperations", form, name=camel_case_variant(type(each)))


def word(number: int) -> Bytes32:
    return Bytes32(number.to_bytes(32, "big"))


def log(text: str, *topics: Bytes32, data: bytes = b"", known: bool = True) -> dict[str, Any]:
    return {
        "topics": [keccak256(text.encode()), *topics],
        "data": data,
        "transactionHash": word(7) if known else None,
        "blockTimestamp": U64(1_000) if known else None,
    }


REQUESTED, COMMITTED = "CodeValidationRequested(bytes32)", "ValidatorsCommittedForEra(uint256)"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("code_requested", log(REQUESTED, data=word(1))),
        ("transaction_unknown", log(REQUESTED, data=word(1), known=False)),
        ("time_unknown", {**log(REQUESTED, data=word(1)), "blockTimestamp": None}),
        ("topic_too_many", log(REQUESTED, word(1), data=word(1))),
        ("data_too_short", log(REQUESTED, data=bytes(31))),
        ("bytes_behind", log(REQUESTED, data=word(1) + b"\1")),
        ("greatest_era", log(COMMITTED, data=word(2**64 - 1))),
        ("era_of_65_bits", log(COMMITTED, data=word(2**64))),
        ("another_event", log("Nothing()")),
        ("no_topic", {**log(REQUESTED, data=word(1)), "topics": []}),
    ],
)
def test_router_log(name: str, given: dict[str, Any], vectors: Recorder) -> None:
    """A log of the Router: the event, nothing, or an error (BLK-150 to BLK-157)."""
    flags = [Flag.ANOMALY] if name == "era_of_65_bits" else []
    vectors.hash("logs/read", {"emitter": "Router", "log": given}, name=name, flags=flags)


@pytest.mark.parametrize(("name", "offset", "length"), [("whole", 96, 1), ("far_offset", 1 << 40, 1), ("long", 96, 99)])
def test_mirror_log(name: str, offset: int, length: int, vectors: Recorder) -> None:
    """A log of a Mirror with bytes in it; lengths and offsets are believed only if they fit (BLK-153, BLK-154)."""
    data = word(3) + word(offset) + word(9) + word(length) + b"\x05".ljust(32, b"\0")
    source = word(int.from_bytes(Address(b"\2" * 20), "big"))
    given = log("ReplyQueueingRequested(bytes32,address,bytes,uint128)", source, data=data)
    vectors.hash("logs/read", {"emitter": "Mirror", "log": given}, name=name)


def test_reply(vectors: Recorder) -> None:
    """A reply is told by its index (BAT-43, BAT-46)."""
    reply = ValidationReply(VALUE, Signature.from_parts(1, 1, 27))
    signed = sign_validator_message(ValidatorMessage(U64(3), reply), KEYS[1])
    vectors.hash("validation/decode", {"wire": signed_validator_message.encode(signed)})
