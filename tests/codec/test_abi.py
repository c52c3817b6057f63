"""The ABI against eth-abi, and against hostile bytes (ABI-1 to ABI-14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import eth_abi
import pytest
from eth_abi import packed
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec import abi
from gearexe_spec.codec.abi_types import InvalidTypeName, parse_signature, parse_type

PLAIN = ["bool", "address", "bytes", "string", "uint8", "uint48", "uint128", "uint256", "int128", "int8", "bytes4"]
PLAIN += ["bytes32", "bytes1", "uint24"]


def names(depth: int = 3) -> st.SearchStrategy[str]:
    plain = st.sampled_from(PLAIN)
    if depth == 0:
        return plain
    inner = names(depth - 1)
    return st.one_of(
        plain,
        inner.map(lambda name: f"{name}[]"),
        st.tuples(inner, st.integers(1, 3)).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({','.join(parts)})"),
    )


def values(name: str) -> st.SearchStrategy[Any]:
    """Values of a type, in the form that both libraries take."""
    if name.endswith("]"):
        item, _, length = name[:-1].rpartition("[")
        least, most = (int(length), int(length)) if length else (0, 3)
        return st.lists(values(item), min_size=least, max_size=most).map(tuple)
    if name.startswith("("):
        _, kinds = parse_signature(f"f{name}")
        return st.tuples(*(values(kind.name) for kind in kinds))
    if name.startswith("uint"):
        return st.integers(0, 2 ** int(name[4:]) - 1)
    if name.startswith("int"):
        return st.integers(-(2 ** (int(name[3:]) - 1)), 2 ** (int(name[3:]) - 1) - 1)
    if name.startswith("bytes") and name != "bytes":
        return st.binary(min_size=int(name[5:]), max_size=int(name[5:]))
    plain: dict[str, st.SearchStrategy[Any]] = {
        "bool": st.booleans(),
        "address": st.binary(min_size=20, max_size=20).map(Address),
        "bytes": st.binary(max_size=70),
        "string": st.text(max_size=20),
    }
    return plain[name]


@given(st.data())
@settings(max_examples=300)
def test_encoding_is_that_of_eth_abi(data: st.DataObject) -> None:
    name = data.draw(names())
    value = data.draw(values(name))
    kind = parse_type(name)
    encoded = kind.encode(value)
    assert kind.name == name
    assert encoded == eth_abi.encode([name], [value])
    assert kind.decode(encoded) == value == kind.decode(encoded + b"more", strict=False)


@given(st.data())
@settings(max_examples=300)
def test_any_bytes_are_judged_like_eth_abi_judges_them(data: st.DataObject) -> None:
    name = data.draw(names(2))
    encoded = bytearray(parse_type(name).encode(data.draw(values(name))))
    for _ in range(data.draw(st.integers(1, 3))):
        if encoded:
            encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(
                st.sampled_from([0, 1, 2, 0x20, 0x80, 0xFF])
            )
    cut = bytes(encoded[: data.draw(st.integers(0, len(encoded)))])
    for blob in (bytes(encoded), cut):
        try:
            ours = parse_type(name).decode(blob)
        except Rejected:
            continue
        # eth-abi also wants clean padding behind bytes, which Solidity does not read
        try:
            assert eth_abi.decode([name], blob, strict=False)[0] == plain_form(ours)
        except eth_abi.exceptions.DecodingError:
            assert "bytes" in name or "string" in name


def plain_form(value: Any) -> Any:
    if isinstance(value, Address):
        return value.to_hex()
    if isinstance(value, tuple):
        return tuple(plain_form(part) for part in value)
    return value


def test_dirty_words_are_refused_strictly_and_cut_leniently() -> None:
    for name, word, cut in (
        ("uint8", 0x1FF, 0xFF),
        ("bool", 2, True),
        ("address", 2**160 + 5, Address((5).to_bytes(20, "big"))),
        ("bytes4", 1, bytes(4)),
        ("int8", 0x80, -128),
    ):
        data = word.to_bytes(32, "big")
        assert parse_type(name).decode(data, strict=False) == cut
        with pytest.raises(Rejected) as caught:
            parse_type(name).decode(data)
        assert caught.value.reason is abi.AbiRejection.DirtyWord


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "UnexpectedEnd"),
        (word(0x20), "UnexpectedEnd"),
        (word(2**64), "OffsetOutOfRange"),
        (word(0x20) + word(2**64), "LengthOutOfRange"),
        (word(0x20) + word(1), "UnexpectedEnd"),
        (word(2**64 - 1), "UnexpectedEnd"),
    ],
)
def test_each_way_to_be_malformed_has_a_name(data: bytes, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse_type("uint256[]").decode(data)
    assert caught.value.reason.name == reason


def test_shared_offsets_do_not_blow_up() -> None:
    """Each of many offsets points at the same array of offsets, three levels deep."""
    count = 300
    level = word(count) + word(0) * count
    data = word(0x20) + word(count) + word(32 * count) * count + level
    with pytest.raises(Rejected) as caught:
        parse_type("uint256[][][]").decode(data)
    assert caught.value.reason in (abi.AbiRejection.DecodesToTooMuch, abi.AbiRejection.UnexpectedEnd)
    nested = word(0x20) + word(400) + word(400 * 32) * 400 + word(400) + word(7) * 400
    with pytest.raises(Rejected) as caught:
        parse_type("uint256[][]").decode(nested)
    assert caught.value.reason is abi.AbiRejection.DecodesToTooMuch


@given(st.data())
def test_packing_is_that_of_eth_abi(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from([*PLAIN, "uint256[]", "bytes32[2]"]), max_size=4))
    row = [data.draw(values(kind)) for kind in kinds]
    assert abi.encode_packed([parse_type(kind) for kind in kinds], row) == packed.encode_packed(kinds, row)


def test_items_of_packed_arrays_are_padded() -> None:
    """As Solidity says and the contracts do; eth-abi packs them in their own width."""
    validators = (Address(b"\x11" * 20), Address(b"\x22" * 20))
    packed_form = abi.dynamic_array(abi.address).encode_packed(validators)
    assert packed_form == bytes(12) + validators[0] + bytes(12) + validators[1]
    for name in ("bytes[]", "uint8[][]", "(uint8)"):
        kind = parse_type(name)
        with pytest.raises(ValueError, match="Solidity packs no"):
            kind.encode_packed(((b"",),) if name == "uint8[][]" else (b"",))


@given(st.text(alphabet="uintbytesaddrolg0123456789[](),", max_size=20))
@example("uint256[999999]")
@example("(" * 60 + "bool" + ")" * 60)
@example("bytes33")
def test_names_are_types_or_refused(text: str) -> None:
    try:
        kind = parse_type(text)
    except InvalidTypeName:
        return
    assert kind.name in (text, text.replace("uint", "uint256"), text.replace("int", "int256"), kind.name)
    assert parse_type(kind.name).name == kind.name


@pytest.mark.parametrize(
    ("name", "value"),
    [("bytes4", b"abc"), ("uint256[2]", (1,)), ("uint8", 256), ("int8", -129)],
)
def test_what_is_no_value_of_the_type_is_not_packed(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match="no "):
        parse_type(name).encode_packed(value)


@pytest.mark.parametrize("bits", [0, 7, 12, 264])
def test_numbers_are_whole_bytes_up_to_a_word(bits: int) -> None:
    with pytest.raises(ValueError, match=f"{bits} bits"):
        abi.number(bits)


def test_text_that_is_no_utf8() -> None:
    data = word(0x20) + word(1) + b"\xff".ljust(32, b"\0")
    with pytest.raises(Rejected, match="InvalidText"):
        abi.string.decode(data)


@dataclass(frozen=True)
class Pair:
    number: int
    flag: bool


def test_structures_are_records_and_are_not_packed() -> None:
    kind = abi.record(Pair, number=abi.uint8, flag=abi.boolean)
    assert kind.decode(kind.encode(Pair(7, True))) == Pair(7, True)
    assert repr(kind) == "AbiType((uint8,bool))"
    with pytest.raises(ValueError, match="no structures"):
        kind.encode_packed(Pair(7, True))


@pytest.mark.parametrize("text", ["", "f", "(uint8)", "f(uint8", "f(uint8))", "f((uint8)", "f)uint8("])
def test_what_is_no_signature(text: str) -> None:
    with pytest.raises(InvalidTypeName):
        parse_signature(text)
