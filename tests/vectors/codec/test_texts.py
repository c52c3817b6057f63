"""Texts: JSON of transactions, and text inside SCALE."""

import json
from typing import Any

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder

DATA = {
    "destination": "0x" + "11" * 20,
    "payload": "0x0102",
    "value": 1,
    "reference_block": "0x" + "22" * 32,
    "salt": "0x03",
}
SIGNATURE = "0x" + "44" * 64 + "1b"
ADDRESS = "0x" + "55" * 20


def written(**changes: Any) -> str:
    return json.dumps({"data": {**DATA, **changes}, "signature": SIGNATURE, "address": ADDRESS})


JSON = {
    "no_json": "{",
    "not_a_number": written(value=0).replace('"value": 0', '"value": NaN'),
    "field_twice": written().replace('"value": 1', '"value": 1, "value": 1'),
    "field_missing": written().replace(', "salt": "0x03"', ""),
    "wrong_type": written(payload=7),
    "no_hex": written(salt="0xzz"),
    "another_length": written(destination="0x11"),
    "salt_33": written(salt="0x" + "00" * 33),
    "list_for_object": json.dumps([[*DATA.values()], SIGNATURE, ADDRESS]),
    "nobody_signed": written(),
}


@pytest.mark.parametrize("name", JSON)
def test_transaction_as_json(vectors: Recorder, name: str) -> None:
    """A signed transaction from its JSON, and each way in which it is none (INJ-17)."""
    vectors.hash("injected/readJson", {"json": JSON[name]}, flags=[Flag.HOSTILE])


@pytest.mark.parametrize("encoded", ["00", "010c6e6f21", "0104ff", "010c6e6f", "02"])
def test_answer_to_a_transaction(vectors: Recorder, encoded: str) -> None:
    """A node's answer: accepted, or refused with a reason that must be UTF-8 (INJ-28, SCA-5, SCA-11)."""
    vectors.hash("injected/decodeAcceptance", {"scale": "0x" + encoded}, flags=[Flag.HOSTILE])
