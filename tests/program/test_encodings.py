"""Every type that is stored, sent or signed: hostile bytes end in a rejection, and what decodes encodes to the same."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import ScaleRejection
from gearexe_spec.conformance.operations.values import TYPES
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite

RECORDED = next(read_document(file.path) for file in find_files(shipped_suite() / "program") if file.name == "codec")[
    "types"
]


def encodings(name: str) -> list[bytes]:
    texts = [part["scale"] for part in RECORDED[name]]
    return [bytes.fromhex(text[2:]) for text in texts if isinstance(text, str)]


def check(name: str, data: bytes) -> None:
    kind = TYPES[name]
    try:
        value, consumed = kind.codec.decode_prefix(data)
    except Rejected:
        return
    assert 0 <= consumed <= len(data)
    again = kind.codec.encode(value)
    assert kind.codec.decode(again) == value
    assert kind.codec.encode(kind.codec.decode(again)) == again
    form = json.loads(json.dumps(kind.dump(value)))
    assert kind.codec.encode(kind.load(form)) == again


@pytest.mark.parametrize("name", sorted(TYPES))
@settings(max_examples=30)
@given(data=st.binary(max_size=300))
def test_any_bytes(name: str, data: bytes) -> None:
    check(name, data)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_damaged_encodings(name: str) -> None:
    draw = random.Random(name)
    for data in encodings(name):
        for _ in range(30):
            damaged = bytearray(data)
            for _ in range(draw.randint(1, 3)):
                if damaged:
                    damaged[draw.randrange(len(damaged))] = draw.choice([0, 1, 2, 3, 4, 0x7F, 0xFC, 0xFD, 0xFE, 0xFF])
            check(name, bytes(damaged[: draw.choice([len(damaged), draw.randint(0, len(damaged))])]))


def test_a_length_that_the_bytes_do_not_pay_for() -> None:
    with pytest.raises(Rejected) as caught:
        TYPES["MessageQueue"].codec.decode(b"\xfe\xff\xff\xff")
    assert caught.value.reason is ScaleRejection.UnexpectedEnd
