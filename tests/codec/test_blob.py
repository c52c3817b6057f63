"""Codes in blobs (BLB-1 to BLB-9)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.blob import Blob, BlobRejection, decode_blobs, encode_blobs
from gearexe_spec.crypto.hashes import keccak256


def counting(length: int) -> bytes:
    return bytes(i % 251 for i in range(length))


@pytest.mark.parametrize(
    ("length", "prefixes"),
    [
        (128, ["c29d514b5791ddc4"]),
        (126_944, ["02012b3cbaea2902"]),
        (126_945, ["765e8a39e0711c75"]),
        (126_946, ["7798cc1a977b4c7d", "04116588348f4071"]),
        (393_233, ["4a79e0fad4f34280", "4f79c90dbcd73627", "79849ea0d9759ad9", "7623876f7fd8259d"]),
    ],
)
def test_documented_blobs(length: int, prefixes: list[str]) -> None:
    blobs = encode_blobs(counting(length))
    assert [keccak256(blob).hex()[:16] for blob in blobs] == prefixes
    assert decode_blobs(blobs) == (counting(length),)


def test_no_code_is_one_blob_of_zeros() -> None:
    assert encode_blobs(b"") == (Blob.zero(),)
    assert decode_blobs([Blob.zero()]) == ()


def blob_of(*elements: bytes) -> Blob:
    return Blob(b"".join(element.ljust(32, b"\0") for element in elements).ljust(Blob.LENGTH, b"\0"))


def header(length: int) -> bytes:
    return b"\0" + length.to_bytes(8, "big")


@pytest.mark.parametrize(
    ("blobs", "reason"),
    [
        ([], BlobRejection.NoBlobs),
        ([blob_of(header(1), b"\x40")], BlobRejection.FieldElementTooLarge),
        ([blob_of(b"\x80")], BlobRejection.FieldElementTooLarge),
        ([blob_of(header(2_097_153))], BlobRejection.SegmentTooLong),
        ([blob_of(header(2**64 - 1))], BlobRejection.SegmentTooLong),
        ([blob_of(header(126_946))], BlobRejection.ElementsMissing),
        ([blob_of(header(1), b"\0x", header(126_945))], BlobRejection.ElementsMissing),
    ],
)
def test_each_way_to_be_malformed_has_a_name(blobs: list[Blob], reason: BlobRejection) -> None:
    with pytest.raises(Rejected) as caught:
        decode_blobs(blobs)
    assert caught.value.reason is reason


def test_several_segments_and_what_is_not_looked_at() -> None:
    segments = decode_blobs([blob_of(b"\x3f" + header(2)[1:] + b"ignored", b"\x3fabignored", header(1), b"\0c")])
    assert segments == (b"ab", b"c")


@given(st.binary(max_size=400), st.lists(st.integers(0, 63), min_size=40, max_size=40))
@settings(max_examples=40)
def test_the_first_byte_of_an_element_does_not_matter(data: bytes, marks: list[int]) -> None:
    blob = bytearray(encode_blobs(data)[0])
    for index, mark in enumerate(marks):
        blob[32 * index] = mark
    assert b"".join(decode_blobs([Blob(bytes(blob))])) == data


def test_a_blob_shows_its_beginning() -> None:
    assert repr(blob_of(b"\x01\x02")).startswith("Blob(0102")
