"""The ABI: every kind of type, packed, and what is read strictly or leniently."""

from typing import Any

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder

WHO = "0x" + "11" * 20
VALUES: dict[str, tuple[list[str], list[Any]]] = {
    "static": (["uint8", "int16", "bool", "address", "bytes4"], ["0xff", "-0x2", True, WHO, "0x01020304"]),
    "extremes": (["uint256", "int256", "int128"], [hex(2**256 - 1), hex(-(2**255)), hex(2**127 - 1)]),
    "bytes": (["bytes", "string", "uint8", "bytes3"], ["0x" + "ab" * 33, "Gear", "0x1", "0x010203"]),
    "empty": (["bytes", "string", "uint8[]"], ["0x", "", []]),
    "arrays": (["uint16[]", "bytes32[2]"], [["0x1", "0x2"], ["0x" + "aa" * 32, "0x" + "bb" * 32]]),
    "nested": (["(uint8,bytes)[2][]"], [[[["0x1", "0x01"], ["0x2", "0x0202"]]]]),
    "static_structure": (["(address,uint64[2])", "bool"], [[WHO, ["0x1", "0x2"]], False]),
}
PACKED: dict[str, tuple[list[str], list[Any]]] = {
    "static": VALUES["static"],
    "dynamic": (["bytes", "string"], ["0x0102", "Gear"]),
    "arrays": (["uint16[]", "address[2]"], [["0x1", "0x2"], [WHO, WHO]]),
}
ONE, TWO = "00" * 31 + "01", "00" * 31 + "02"
READ: dict[str, tuple[list[str], str]] = {
    "dirty_uint8": (["uint8"], "01" * 32),
    "dirty_int8": (["int8"], "00" * 31 + "80"),
    "dirty_bool": (["bool"], TWO),
    "dirty_address": (["address"], "01" * 32),
    "dirty_bytes4": (["bytes4"], "01" * 32),
    "dirty_padding": (["bytes"], "00" * 31 + "20" + ONE + "ff" * 32),
    "no_utf8": (["string"], "00" * 31 + "20" + ONE + "ff" + "00" * 31),
    "cut_word": (["uint8"], "00" * 31),
    "cut_bytes": (["bytes"], "00" * 31 + "20" + TWO + "ff"),
    "offset_outside": (["bytes"], "00" * 31 + "80" + ONE),
    "offset_over_64_bits": (["bytes"], "00" * 23 + "01" + "00" * 8 + ONE),
    "length_over_64_bits": (["uint8[]"], "00" * 31 + "20" + "01" + "00" * 31),
    "length_outside": (["uint8[]"], "00" * 31 + "20" + TWO + ONE),
    "bytes_behind": (["uint8"], ONE + "ff"),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(vectors: Recorder, name: str) -> None:
    """Values as the arguments of a call, and back (ABI-1 to ABI-8)."""
    types, values = VALUES[name]
    made: Any = vectors.hash("abi/encode", {"types": types, "values": values}, name=name)
    given = {"types": types, "encoded": made["encoded"], "strict": True}
    assert vectors.hash("abi/decode", given, name=f"{name}-back") == {"values": values}


@pytest.mark.parametrize("name", PACKED)
def test_packed(vectors: Recorder, name: str) -> None:
    """Each value in its own width; items of arrays padded (ABI-11, ABI-12)."""
    types, values = PACKED[name]
    vectors.hash("abi/encodePacked", {"types": types, "values": values})


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "lenient"])
@pytest.mark.parametrize("name", READ)
def test_reading(vectors: Recorder, name: str, strict: bool) -> None:
    """Words that do not fit, offsets and lengths that lead outside (ABI-2, ABI-3, ABI-8 to ABI-10)."""
    types, encoded = READ[name]
    vectors.hash("abi/decode", {"types": types, "encoded": "0x" + encoded, "strict": strict}, flags=[Flag.HOSTILE])


def test_shared_targets(vectors: Recorder) -> None:
    """Offsets that share one target would make a value far greater than its bytes (ABI-13)."""
    items = 48
    inner = hex(items)[2:].rjust(64, "0") + ("0" * 64) * items
    offsets = hex(32 * items)[2:].rjust(64, "0") * items
    outer = "00" * 31 + "20" + hex(items)[2:].rjust(64, "0") + offsets + inner
    given = {"types": ["uint8[][]"], "encoded": "0x" + outer, "strict": True}
    vectors.hash("abi/decode", given, flags=[Flag.HOSTILE])
