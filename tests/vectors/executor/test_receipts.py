"""Receipts that a node completes, and transactions that arrive as JSON."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U128
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.message import ReplyInfo
from gearexe_spec.executor import receipts
from gearexe_spec.executor.injected_transaction import InjectedTransaction, digest_transaction
from gearexe_spec.executor.json_text import print_signed_transaction
from gearexe_spec.executor.signed_message import sign_message
from gearexe_spec.program.promise import Promise
from tests.executor.validators import KEYS

PROMISE = Promise(MessageId(b"\x31" * 32), ReplyInfo(b"PONG", U128(5), ReplyCode.SuccessManual))
PURGED = receipts.PurgedTransaction(PROMISE.tx_hash, receipts.PurgeReason.Outdated)


@pytest.mark.parametrize(
    ("name", "receipt", "body"),
    [
        ("same_reply", PROMISE, PROMISE),
        ("other_reply", PROMISE, replace(PROMISE, reply=replace(PROMISE.reply, value=U128(6)))),
        ("other_transaction", PROMISE, replace(PROMISE, tx_hash=MessageId(b"\x32" * 32))),
        ("purged", PURGED, PROMISE),
    ],
)
def test_fill(name: str, receipt: receipts.Receipt, body: Promise, vectors: Recorder) -> None:
    """A compact receipt and the promise that the node computed (INJ-25, INJ-26)."""
    compact = receipts.to_signed_compact(sign_message(KEYS[0], receipt, receipts.digest_receipt(receipt)))
    wire = receipts.signed_compact_receipt.encode(compact)
    vectors.hash("injected/fillReceipt", {"compact": wire, "body": body}, name=name)


TRANSACTION = InjectedTransaction(
    ActorId(bytes(12) + b"\x41" * 20), b"PING", U128(0), Bytes32(bytes(range(32))), b"\x07"
)
PRINTED: dict[str, Any] = json.loads(
    print_signed_transaction(sign_message(KEYS[0], TRANSACTION, digest_transaction(TRANSACTION)))
)
NUMBERS = list(range(32))


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("numbers", NUMBERS),
        ("number_256", [*NUMBERS[:-1], 256]),
        ("negative_number", [-1, *NUMBERS[1:]]),
        ("fraction", [0.5, *NUMBERS[1:]]),
        ("true", [True, *NUMBERS[1:]]),
        ("31_numbers", NUMBERS[:-1]),
        ("33_numbers", [*NUMBERS, 0]),
    ],
)
def test_reference_block_as_numbers(name: str, block: list[object], vectors: Recorder) -> None:
    """32 numbers from 0 to 255 are as good as 32 bytes in hexadecimal (INJ-12)."""
    text = json.dumps({**PRINTED, "data": {**PRINTED["data"], "reference_block": block}})
    vectors.hash("injected/readJson", {"json": text}, name=name, flags=[Flag.HOSTILE] if name != "numbers" else [])
