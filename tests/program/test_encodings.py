"""Every type that is stored, sent or signed: hostile bytes end in a rejection, and what decodes encodes to the same."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.numeric import U32, U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import ScaleRejection, byte_vector, u32
from gearexe_spec.conformance.operations.values import TYPES
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite
from gearexe_spec.program import remembered, state
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.storage import Kind, Reference, Storage

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


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encodings and states of long ago are made again, and are the same."""
    monkeypatch.setattr(remembered, "KEPT", 2)
    monkeypatch.setattr(state, "_RECENT_STATES", 2)
    kept = remembered.RememberedCodec(u32)
    numbers = [U32(number) for number in range(1000, 1005)]
    assert [kept.encode(number) for number in numbers * 2] == [u32.encode(number) for number in numbers * 2]

    storage, keys = Storage.empty(), []
    for balance in range(5):
        storage, key = state.write_state(storage, replace(state.ZERO_STATE, balance=U128(balance)))
        keys.append(key)
    assert [state.read_state(storage, key).balance for key in keys * 2] == [*range(5)] * 2


def test_equal_collections_are_one_key() -> None:
    one, other = Fifo([1, 2]), Fifo([0, 1, 2]).pop()
    assert len({one, other, Fifo([2, 1])}) == 2
    kind = Kind(byte_vector(), b"")
    assert len({Reference.to(kind, b"a"), Reference.to(kind, b"a"), Reference.to(kind, b"b")}) == 2
