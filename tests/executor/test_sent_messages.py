"""Receipts, blocks, BFT messages, records: the sheet's values and hostile bytes (INJ, BLK-80 …, ROL)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import I64, U64, U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec
from gearexe_spec.crypto.bft_signature import is_bft_signature_valid
from gearexe_spec.crypto.ecdsa import PrivateKey
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.message import ReplyInfo
from gearexe_spec.executor import bft_messages, identity, receipts, sequencer_blocks, timelines, validation_messages
from gearexe_spec.executor.bft_certificates import ValidatorSet, choose_proposer, compute_quorum
from gearexe_spec.executor.injected_transaction import InjectedTransaction, digest_transaction
from gearexe_spec.executor.json_input import read_signed_transaction
from gearexe_spec.executor.json_text import print_signed_transaction, reply_code_form
from gearexe_spec.executor.multiaddress import decode_multiaddress, print_multiaddress
from gearexe_spec.executor.sequencer_blocks import ProcessQueuesV3, ProgressTasks, Reserved, SequencerBlock
from gearexe_spec.executor.signed_message import sign_message
from gearexe_spec.executor.timelines import Timelines
from gearexe_spec.program.promise import Promise

KEY = PrivateKey.from_hex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
TX_HASH = MessageId.from_hex("3da340a094072196a9067c7ddc4c76e1783596464887c8b9a66c4a656f22f633")


def test_the_receipt_of_the_sheet() -> None:
    promise = Promise(TX_HASH, ReplyInfo(bytes([0, 1, 2]), U128(256), ReplyCode.SuccessManual))
    assert receipts.digest_receipt(promise).hex() == "f00b6575adf81a1aca9e07c579ea6719e52a1475524884ac386254cbdb83ac1b"
    signed = sign_message(KEY, promise, receipts.digest_receipt(promise))
    assert signed.signature.encode().hex() == (
        "413d208cb9673e6873fa433270c9e04db033ce6641efae49ff73717adb436b62"
        "7935431ff1b7d4a891bd28fb603bc0cd97ec26baed23849a637554f9703ef2541c"
    )
    compact = receipts.to_signed_compact(signed)
    assert len(receipts.signed_compact_receipt.encode(compact)) == 150
    assert receipts.fill_receipt(compact, promise) == signed


@pytest.mark.parametrize(
    ("reason", "digest"),
    [
        (receipts.PurgeReason.Outdated, "6be2a245bc7c16af6d4e908eacc99fd80c194e0d5d4df635eee83fa96006f7b7"),
        (
            receipts.PurgeReason.UnknownReferenceBlock,
            "65e742e1f502e0b89a59a8b0611f73bd78e0f72f8f3bed9a142814cc73b98b1a",
        ),
        (receipts.PurgeReason.NonZeroValue, "e8b5ca5ca7f8878f6f195261a0c62396622d88585282b4c17dc79b7af0b4c6e1"),
    ],
)
def test_purged_receipts_of_the_sheet(reason: receipts.PurgeReason, digest: str) -> None:
    assert receipts.digest_receipt(receipts.PurgedTransaction(TX_HASH, reason)).hex() == digest


def test_the_block_of_the_sheet() -> None:
    contents: sequencer_blocks.Operations = (ProgressTasks(), ProcessQueuesV3(U64(1234)))
    payload = sequencer_blocks.operations.encode(contents)
    assert payload.hex() == "080100000005000000d204000000000000"
    assert sequencer_blocks.hash_operations(contents).hex() == (
        "316843b845cb077618bb41dc727efcbfd7478166d970bd5eb867891c4e50add4"
    )
    block = SequencerBlock(Bytes32.zero(), U64(1), payload, Reserved.zero())
    data = sequencer_blocks.sequencer_block.encode(block)
    assert len(data) == 122
    assert sequencer_blocks.hash_sequencer_block(block).hex() == (
        "f4669bc738b35331f7fcda541f394cfc50c0026d19bacd7e2bdd6e09703d7661"
    )
    assert sequencer_blocks.compute_value_id(data).hex() == (
        "bb094ecc63a3e2ae9ec67d3a1e73267340a284ba0fbc50f09c17d557114aefed"
    )


def test_bft_values_of_the_sheet() -> None:
    keys = [PrivateKey(number.to_bytes(32, "big")) for number in (1, 2, 3, 4)]
    validators = ValidatorSet.of([key.public_key() for key in keys])
    addresses = [key.to_address() for key in keys]
    assert validators.order == tuple(addresses[index] for index in (3, 1, 2, 0))
    for height, number, proposer in ((1, 0, 3), (1, 1, 1), (5, 0, 3)):
        assert choose_proposer(validators, U64(height), I64(number)) == addresses[proposer]
    assert [compute_quorum(total) for total in (3, 4, 6, 10)] == [3, 3, 5, 7]
    assert bft_messages.encode_fin_bytes(U64(1), I64(0), b"abc").hex() == (
        "86280730248b4f3346e48f3b90fe27ffe665b1cb8d79aa6b6177babb2ac4e3bc"
    )
    assert sequencer_blocks.compute_value_id(b"abc").hex() == (
        "69408682555b56052227406c2ceda45f4f51514beeefb24396c1d4c4462dc61e"
    )


@pytest.mark.parametrize(("timestamp", "era"), [(10, 0), (45, 0), (243, 0), (244, 1), (333, 1)])
def test_eras_of_the_sheet(timestamp: int, era: int) -> None:
    times = Timelines(U64(10), U64(234), U64(200), U64(10))
    assert timelines.compute_era(times, U64(timestamp)) == era
    assert timelines.compute_era_start(times, U64(1)) == 244
    with pytest.raises(Rejected, match="BeforeGenesis"):
        timelines.compute_era(times, U64(9))


def test_coordinators_of_the_sheet() -> None:
    validators = [Address(bytes([number]) * 20) for number in range(3)]
    assert timelines.compute_coordinator_index(U64(7), 5) == 2
    assert timelines.choose_coordinator(Timelines(U64(0), U64(1), U64(0), U64(1)), U64(10), validators) == validators[1]
    assert timelines.choose_coordinator(Timelines(U64(6), U64(1), U64(0), U64(2)), U64(16), validators) == validators[2]
    with pytest.raises(Rejected, match="NoValidators"):
        timelines.compute_coordinator_index(U64(1), 0)


@pytest.mark.parametrize("field", ["era", "slot"])
def test_an_era_or_slot_takes_time(field: str) -> None:
    times = Timelines(U64(1), U64(2), U64(3), U64(4))
    assert timelines.timelines.decode(timelines.timelines.encode(times)) == times
    with pytest.raises(Rejected, match="InvalidVariant"):
        timelines.timelines.decode(timelines.timelines.encode(replace(times, **{field: U64(0)})))


def test_votes_are_those_of_their_signer() -> None:
    ballot = bft_messages.Vote(bft_messages.VoteType.Prevote, U64(7), I64(1), None, KEY.to_address())
    signed = bft_messages.sign_consensus_message(KEY, ballot)
    later = replace(ballot, height=U64(8))
    assert is_bft_signature_valid(signed.signature, KEY.public_key(), bft_messages.encode_signed_bytes(ballot))
    assert not is_bft_signature_valid(signed.signature, KEY.public_key(), bft_messages.encode_signed_bytes(later))
    sent = bft_messages.LivenessVote(ballot, signed.signature)
    assert bft_messages.liveness_message.decode(bft_messages.liveness_message.encode(sent)) == sent


CODECS: list[Codec[Any]] = [
    validation_messages.signed_validator_message,
    receipts.signed_receipt,
    receipts.signed_compact_receipt,
    receipts.acceptance,
    sequencer_blocks.operations,
    sequencer_blocks.sequencer_block,
    identity.signed_validator_identity,
    bft_messages.signed_consensus_message,
    bft_messages.stream_message,
    bft_messages.liveness_message,
    bft_messages.sync_response,
    bft_messages.proposal_parts,
    bft_messages.validator_proof,
    timelines.timelines,
]


@given(st.sampled_from(CODECS), st.binary(max_size=120), st.sampled_from([b"", b"\0", b"\1", b"\2", b"\4"]))
def test_any_bytes_are_read_or_refused(codec: Codec[Any], data: bytes, start: bytes) -> None:
    try:
        value, length = codec.decode_prefix(start + data)
    except Rejected as refusal:
        reason = refusal.reason.name
        assert reason  # every refusal has a name
        return
    assert codec.decode(codec.encode(value)) == value
    assert length <= len(start + data)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_network_address_or_refused(data: bytes) -> None:
    try:
        components = decode_multiaddress(data)
    except Rejected:
        return
    assert print_multiaddress(components).startswith("/") == bool(components)


TRANSACTION = InjectedTransaction(ActorId.zero(), b"\0\1\2", U128(0), Bytes32.zero(), b"\3\4\5")
PRINTED = print_signed_transaction(sign_message(KEY, TRANSACTION, digest_transaction(TRANSACTION)))


def test_what_is_printed_is_read() -> None:
    assert read_signed_transaction(PRINTED).data == TRANSACTION
    as_numbers = PRINTED.replace('"reference_block":"0x' + "00" * 32 + '"', '"reference_block":' + str([0] * 32))
    assert read_signed_transaction(as_numbers).data == TRANSACTION


def test_both_objects_may_be_lists_of_their_fields() -> None:
    printed = json.loads(PRINTED)
    inner = [printed["data"][name] for name in ("destination", "payload", "value", "reference_block", "salt")]
    for data in (printed["data"], inner):
        text = json.dumps([data, printed["signature"], printed["address"]])
        assert read_signed_transaction(text).data == TRANSACTION
        with pytest.raises(Rejected, match="WrongType"):
            read_signed_transaction(json.dumps([data, printed["signature"]]))
    with pytest.raises(Rejected, match="WrongType"):
        read_signed_transaction(json.dumps([[*inner, 0], printed["signature"], printed["address"]]))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"value":0', '"value":-0', "WrongType"),
        ('"value":0', '"value":0.0', "WrongType"),
        ('"value":0', '"value":true', "WrongType"),
        ('"value":0', f'"value":{2**128}', "WrongType"),
        ('"value":0', '"value":0,"value":0', "DuplicatedField"),
        ('"value":0', '"other":0', "MissingField"),
        ('"value":0', '"value":NaN', "NoJson"),
        ('"salt":"0x030405"', '"salt":7', "WrongType"),
        ('"salt":"0x030405"', '"salt":"0x03040"', "InvalidHex"),
        ('"salt":"0x030405"', '"salt":"' + "00" * 33 + '"', "TooLong"),
        ('"salt":"0x030405"', '"salt":"0x030406"', "AddressMismatch"),
        ('"data":{', '"data":7,"more":{', "WrongType"),
    ],
)
def test_each_way_to_be_malformed_has_a_name(old: str, new: str, reason: str) -> None:
    assert old in PRINTED
    with pytest.raises(Rejected, match=reason):
        read_signed_transaction(PRINTED.replace(old, new))


def test_hostile_json() -> None:
    for text in ("", "[" * 100_000, "7", '{"data":' * 5_000, '"' + "9" * 10_000, "9" * 10_000):
        with pytest.raises(Rejected):
            read_signed_transaction(text)


def test_reply_codes_are_nested_names() -> None:
    shown = {code: reply_code_form(code) for code in ReplyCode}
    assert shown[ReplyCode.SuccessAuto] == {"Success": "Auto"}
    assert shown[ReplyCode.ExecutionUserspacePanic] == {"Error": {"Execution": "UserspacePanic"}}
    assert shown[ReplyCode.UnavailableProgramExited] == {"Error": {"UnavailableActor": "ProgramExited"}}
    assert shown[ReplyCode.RemovedFromWaitlist] == {"Error": "RemovedFromWaitlist"}
    assert shown[ReplyCode.ErrorUnsupported] == {"Error": "Unsupported"}
    assert shown[ReplyCode.Unsupported] == "Unsupported"
