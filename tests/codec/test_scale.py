"""SCALE against scalecodec, and against hostile bytes (SCA-1 to SCA-12)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scalecodec.base import RuntimeConfigurationObject
from scalecodec.type_registry import load_type_registry_preset

from gearexe_spec.base.fixed_bytes import Bytes4
from gearexe_spec.base.numeric import I64, U8, U16, U32, U64, U128, Unsigned
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec import scale

PEER = RuntimeConfigurationObject()
PEER.update_type_registry(load_type_registry_preset("legacy"))


def peer_encoding(name: str, value: object) -> bytes:
    return bytes(PEER.create_scale_object(name).encode(value).data)


@dataclass(frozen=True)
class Pair:
    left: U8
    right: bytes


@dataclass(frozen=True)
class Nothing:
    pass


class Color(Enum):
    RED = 0
    BLUE = 7


pair = scale.struct(Pair, left=scale.u8, right=scale.byte_vector())
CODECS: list[tuple[scale.Codec[Any], str | None, st.SearchStrategy[Any]]] = [
    (scale.u8, "u8", st.integers(0, U8.MAX).map(U8)),
    (scale.u16, "u16", st.integers(0, U16.MAX).map(U16)),
    (scale.u32, "u32", st.integers(0, U32.MAX).map(U32)),
    (scale.u64, "u64", st.integers(0, U64.MAX).map(U64)),
    (scale.u128, "u128", st.integers(0, U128.MAX).map(U128)),
    (scale.i64, "i64", st.integers(I64.MIN, I64.MAX).map(I64)),
    (scale.compact_u32, "Compact<u32>", st.integers(0, U32.MAX).map(U32)),
    (scale.compact_u64, "Compact<u64>", st.integers(0, U64.MAX).map(U64)),
    (scale.compact_u128, "Compact<u128>", st.integers(0, U128.MAX).map(U128)),
    (scale.boolean, "bool", st.booleans()),
    (scale.text, "Text", st.text(max_size=40)),
    (scale.byte_vector(), "Bytes", st.binary(max_size=200)),
    (scale.option(scale.u16), "Option<u16>", st.none() | st.integers(0, U16.MAX).map(U16)),
    (scale.vector(scale.u16), "Vec<u16>", st.lists(st.integers(0, U16.MAX).map(U16), max_size=80).map(tuple)),
    (scale.array(scale.u16, 3), "[u16; 3]", st.tuples(*[st.integers(0, U16.MAX).map(U16)] * 3)),
    (scale.fixed(Bytes4), "[u8; 4]", st.binary(min_size=4, max_size=4).map(Bytes4)),
    (pair, None, st.builds(Pair, st.integers(0, 255).map(U8), st.binary(max_size=9))),
    (scale.enumeration(Color), None, st.sampled_from(Color)),
    (scale.ordered_map(scale.u8, pair), None, st.dictionaries(st.integers(0, 255).map(U8), st.just(Pair(U8(1), b"")))),
    (scale.ordered_set(scale.u8), None, st.frozensets(st.integers(0, 255).map(U8))),
]


@given(st.data())
def test_values_come_back_and_are_encoded_as_the_peer_does(data: st.DataObject) -> None:
    codec, peer_name, values = data.draw(st.sampled_from(CODECS))
    value = data.draw(values)
    encoded = codec.encode(value)
    assert codec.decode(encoded) == value
    assert codec.decode_prefix(encoded + b"\1") == (value, len(encoded))
    if peer_name is not None:
        peer_value = (
            "0x" + value.hex() if isinstance(value, bytes) else list(value) if isinstance(value, tuple) else value
        )
        assert encoded == peer_encoding(peer_name, peer_value)


@given(st.data(), st.binary(max_size=40))
def test_what_decodes_is_canonical_but_for_order(data: st.DataObject, blob: bytes) -> None:
    codec = data.draw(st.sampled_from(CODECS))[0]
    try:
        value, length = codec.decode_prefix(blob)
    except Rejected as refusal:
        assert isinstance(refusal.reason, scale.ScaleRejection)  # noqa: PT017
        return
    encoded = codec.encode(value)
    assert codec.decode(encoded) == value
    if not isinstance(value, dict | frozenset):
        assert encoded == blob[:length]


@pytest.mark.parametrize(
    ("codec", "data", "reason"),
    [
        (scale.u32, "000000", "UnexpectedEnd"),
        (scale.u8, "0000", "TrailingBytes"),
        (scale.boolean, "02", "InvalidBool"),
        (scale.option(scale.u8), "02", "InvalidOption"),
        (scale.option(scale.u8), "01", "UnexpectedEnd"),
        (scale.enumeration(Color), "01", "InvalidVariant"),
        (scale.text, "08c328", "InvalidText"),
        (scale.compact_u32, "0100", "NonCanonicalCompact"),
        (scale.compact_u32, "fd00", "NonCanonicalCompact"),
        (scale.compact_u32, "02000000", "NonCanonicalCompact"),
        (scale.compact_u32, "fefe0000"[:4] + "0000", "NonCanonicalCompact"),
        (scale.compact_u32, "03ffffff3f", "NonCanonicalCompact"),
        (scale.compact_u32, "070000000001", "CompactOutOfRange"),
        (scale.compact_u64, "0700000000", "UnexpectedEnd"),
        (scale.compact_u64, "070000000000", "NonCanonicalCompact"),
        (scale.compact_u128, "ff" + "ff" * 67, "CompactOutOfRange"),
        (scale.byte_vector(2), "0c000000", "LengthOutOfRange"),
        (scale.byte_vector(), "feffffff", "UnexpectedEnd"),
        (scale.byte_vector(), "03ffffffff", "UnexpectedEnd"),
        (scale.vector(scale.u8), "feffffff00", "UnexpectedEnd"),
        (scale.vector(scale.array(scale.u8, 2)), "0800", "UnexpectedEnd"),
    ],
)
def test_each_way_to_be_malformed_has_a_name(codec: scale.Codec[Any], data: str, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        codec.decode(bytes.fromhex(data))


@pytest.mark.parametrize("number", [0, 63, 64, 2**14 - 1, 2**14, 2**30 - 1, 2**30, 2**32 - 1])
def test_borders_of_the_compact_form(number: int) -> None:
    assert scale.compact_u32.encode(U32(number)) == peer_encoding("Compact<u32>", number)


@given(st.sampled_from([U32, U64, U128]), st.integers(0, 2**136), st.integers(4, 17))
@example(U64, 2**30, 5)
def test_long_compact_numbers_have_one_form(kind: type[Unsigned], number: int, length: int) -> None:
    codec: scale.Codec[Any] = {U32: scale.compact_u32, U64: scale.compact_u64, U128: scale.compact_u128}[kind]
    data = bytes([(length - 4) << 2 | 3]) + (number % 256**length).to_bytes(length, "little")
    number %= 256**length
    canonical = number >= 2**30 and number >= 256 ** (length - 1) and number <= kind.MAX
    if canonical:
        assert codec.decode(data) == number
    else:
        with pytest.raises(Rejected):
            codec.decode(data)


def test_maps_and_sets_are_written_in_order_and_read_in_any() -> None:
    numbers = scale.ordered_map(scale.u16, scale.u8)
    assert numbers.encode({U16(256): U8(1), U16(2): U8(2)}).hex() == "080200020001" + "01"
    read = numbers.decode(bytes.fromhex("0c000101020002000109"))
    assert list(read.items()) == [(U16(2), U8(2)), (U16(256), U8(9))]
    assert scale.ordered_set(scale.u8).decode(bytes.fromhex("0c030103")) == {U8(1), U8(3)}
    pairs = scale.ordered_set(pair, order=lambda each: (each.left, each.right))
    items = frozenset({Pair(U8(2), b""), Pair(U8(1), b"b"), Pair(U8(1), b"a")})
    assert pairs.encode(items).hex() == "0c" + "010461" + "010462" + "0200"
    assert pairs.decode(pairs.encode(items)) == items
    records = scale.ordered_map(pair, scale.u8, order=lambda each: each.left)
    assert records.decode(records.encode({Pair(U8(2), b""): U8(0), Pair(U8(1), b""): U8(1)})) == {
        Pair(U8(1), b""): U8(1),
        Pair(U8(2), b""): U8(0),
    }


def test_unions_have_an_index_of_one_or_four_bytes() -> None:
    nothing = scale.struct(Nothing)
    variants: dict[int, Any] = {0: (Pair, pair), 5: (Nothing, nothing)}
    assert scale.union(variants).encode(Nothing()).hex() == "05"
    wide = scale.union(variants, tag=scale.u32)
    assert wide.encode(Pair(U8(1), b"")).hex() == "000000000100"
    assert wide.decode(bytes.fromhex("05000000")) == Nothing()
    for codec, data in ((scale.union(variants), "01"), (wide, "05000001")):
        with pytest.raises(Rejected, match="InvalidVariant"):
            codec.decode(bytes.fromhex(data))


def test_arrays_have_their_length() -> None:
    with pytest.raises(ValueError, match="2 items in an array of 3"):
        scale.array(scale.u8, 3).encode((U8(0), U8(1)))
