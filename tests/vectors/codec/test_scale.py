"""SCALE: what bytes mean, and which bytes mean nothing."""

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder


def record(vectors: Recorder, kind: str, data: str, *flags: Flag) -> None:
    vectors.codec(
        "stored/decode",
        {"data": bytes.fromhex(data)},
        encode="stored/encode",
        parameters={"type": kind},
        name=f"{kind.strip('>').replace('<', '-')}-{data[:24] or 'nothing'}-{len(data) // 2}",
        flags=flags,
    )


COMPACT = {
    "one_byte": "00 04 fc",
    "two_bytes": "0101 fdff",
    "four_bytes": "02000100 feffffff",
    "greatest_u32": "03ffffffff",
    "big": "0300000040",
    "not_the_shortest": "0100 fd00 02000000 feff0000 0300000000 03ffffff3f",
    "too_big_for_u32": "070000000001 0bffffffffffff",
    "cut": "01 02 0200 03 03ffffff",
    "trailing": "0400 fc00",
}


@pytest.mark.parametrize("texts", COMPACT.values(), ids=COMPACT)
def test_compact_u32(vectors: Recorder, texts: str) -> None:
    """A compact integer has one encoding, the shortest (SCA-2)."""
    for text in texts.split():
        record(vectors, "Compact<u32>", text, Flag.CANONICAL, Flag.BOUNDARY)


WIDE = {
    "u64": ("Compact<u64>", "13ffffffffffffffff 1700000000000000000001 0f00000000000001 0f00000000000000"),
    "u128": ("Compact<u128>", "33ffffffffffffffffffffffffffffffff 370000000000000000000000000000000001 03ffffffff"),
}


@pytest.mark.parametrize(("kind", "texts"), WIDE.values(), ids=WIDE)
def test_wide_compact(vectors: Recorder, kind: str, texts: str) -> None:
    """Compact integers of 64 and 128 bits at their borders (SCA-2)."""
    for text in texts.split():
        record(vectors, kind, text, Flag.BOUNDARY)


@pytest.mark.parametrize("text", ["", "00", "04ff", "0c010203", "0c0102", "feffffff", "03ffffffff"])
def test_bytes(vectors: Recorder, text: str) -> None:
    """Bytes with their length, which never costs more than the input has (SCA-5)."""
    record(vectors, "Bytes", text, Flag.HOSTILE)


ENUMERATIONS = {
    "DispatchKind": ["00", "01", "02", "03", "04", "ff", ""],
    "MessageType": ["00", "01", "02"],
    "PayloadLookup": ["0000", "000c010203", "01" + "11" * 32, "01" + "11" * 31, "02"],
}


@pytest.mark.parametrize("kind", ENUMERATIONS)
def test_choices(vectors: Recorder, kind: str) -> None:
    """The index of a variant is one byte; an index that no variant has is no encoding (SCA-11)."""
    for text in ENUMERATIONS[kind]:
        record(vectors, kind, text, Flag.BOUNDARY)


@pytest.mark.parametrize("length", [79, 80, 81])
def test_records(vectors: Recorder, length: int) -> None:
    """Fields follow each other with nothing between them (SCA-10)."""
    record(vectors, "ValueClaim", bytes(range(length)).hex(), Flag.BOUNDARY)


def test_lists(vectors: Recorder) -> None:
    """A list is its length and its items; a length of four billion costs nothing (SCA-7)."""
    for text in ("00", "04" + "00" * 80, "08" + "00" * 80, "03ffffffff", "03ffffffff" + "00" * 80):
        record(vectors, "ValueClaims", text, Flag.HOSTILE)
