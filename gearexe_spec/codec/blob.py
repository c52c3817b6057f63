"""How a code lies in the blobs of an Ethereum transaction (EIP-4844).

A blob is 4096 field elements of 32 bytes; only 31 of each carry data, since an element must stay below the field's
modulus. One element with the length comes first, and the elements run on from one blob into the next.

Rules: BLB-1 to BLB-9.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import auto

from gearexe_spec.base.fixed_bytes import FixedBytes
from gearexe_spec.base.rejection import Phase, Rejected, Rejection

FIELD_ELEMENT_LENGTH = 32
DATA_PER_ELEMENT = 31
ELEMENTS_PER_BLOB = 4096
GREATEST_SEGMENT_LENGTH = 2_097_152
"""2 MiB: what one length may announce (BLB-7)."""

_LENGTH_FIELD = slice(1, 9)
_TWO_TOP_BITS = 0xC0


class BlobRejection(Rejection):
    """Why blobs carry no data; production knows only that they do not."""

    NoBlobs = auto()
    FieldElementTooLarge = auto()
    """One of the two top bits of an element is set."""
    SegmentTooLong = auto()
    ElementsMissing = auto()
    """A length announces more than what follows it."""

    @property
    def phase(self) -> Phase:
        """Decoding."""
        return Phase.DECODE


class Blob(FixedBytes):
    """131,072 bytes."""

    LENGTH = FIELD_ELEMENT_LENGTH * ELEMENTS_PER_BLOB

    def __repr__(self) -> str:
        return f"Blob({self[:16].hex()}…)"

    __str__ = __repr__


def encode_blobs(data: bytes) -> tuple[Blob, ...]:
    """Blobs that carry `data`: at least one; no data gives a blob of zeros (BLB-1 to BLB-4).

    Source: alloy crates/eips/src/eip4844/builder.rs `SimpleCoder`.
    """
    header = len(data).to_bytes(8, "big")
    pieces = [header, *(data[start : start + DATA_PER_ELEMENT] for start in range(0, len(data), DATA_PER_ELEMENT))]
    elements = b"".join(b"\0" + piece.ljust(DATA_PER_ELEMENT, b"\0") for piece in pieces)
    starts = range(0, len(elements), Blob.LENGTH)
    return tuple(Blob(elements[start : start + Blob.LENGTH].ljust(Blob.LENGTH, b"\0")) for start in starts)


def decode_blobs(blobs: Sequence[Blob]) -> tuple[bytes, ...]:
    """The segments that blobs carry, in order; a code is all of them joined (BLB-5 to BLB-9).

    Zero bytes in front of the data bytes of an element, and what stands behind a length, are not looked at.

    Raises:
        Rejected: NoBlobs, FieldElementTooLarge, SegmentTooLong, ElementsMissing.

    Source: alloy crates/eips/src/eip4844/builder.rs `SimpleCoder::decode_all`.
    """
    check_blobs(blobs)
    data = b"".join(blobs)

    segments = []
    offset = 0
    while offset < len(data):
        length = int.from_bytes(data[offset : offset + FIELD_ELEMENT_LENGTH][_LENGTH_FIELD], "big")
        if length == 0:
            break
        start = offset + FIELD_ELEMENT_LENGTH
        offset = start + compute_elements_of_segment(length, (len(data) - start) // FIELD_ELEMENT_LENGTH)
        segments.append(_read_segment(data[start:offset], length))
    return tuple(segments)


def check_blobs(blobs: Sequence[Blob]) -> None:
    """There is a blob, and no element has one of its two top bits set (BLB-5).

    The modulus itself is not compared: elements between it and 2^254 pass here, but have no commitment.

    Raises:
        Rejected: NoBlobs, FieldElementTooLarge.
    """
    if not blobs:
        raise Rejected(BlobRejection.NoBlobs)
    for blob in blobs:
        if any(byte & _TWO_TOP_BITS for byte in blob[::FIELD_ELEMENT_LENGTH]):
            raise Rejected(BlobRejection.FieldElementTooLarge)


def compute_elements_of_segment(length: int, elements_left: int) -> int:
    """Number of bytes that the elements of a segment of `length` bytes take (BLB-7, BLB-8).

    Raises:
        Rejected: SegmentTooLong, ElementsMissing.
    """
    if length > GREATEST_SEGMENT_LENGTH:
        raise Rejected(BlobRejection.SegmentTooLong)
    elements = -(-length // DATA_PER_ELEMENT)
    if elements > elements_left:
        raise Rejected(BlobRejection.ElementsMissing)
    return elements * FIELD_ELEMENT_LENGTH


def _read_segment(elements: bytes, length: int) -> bytes:
    starts = range(1, len(elements), FIELD_ELEMENT_LENGTH)
    return b"".join(elements[start : start + DATA_PER_ELEMENT] for start in starts)[:length]
