"""The two hash functions."""

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder

LENGTHS = {
    "empty": 0,
    "one": 1,
    "word": 32,
    "below_block": 135,
    "block": 136,
    "above_block": 137,
    "two_blocks": 272,
    "page": 4096,
}


def pattern(length: int) -> bytes:
    """Byte i is (7 i + 1) mod 256."""
    return bytes((7 * index + 1) % 256 for index in range(length))


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_keccak256(vectors: Recorder, length: int) -> None:
    """Keccak-256 with Ethereum's padding, around the block length of 136 bytes (CRY-1)."""
    vectors.hash("hashes/keccak256", {"data": pattern(length)}, flags=[Flag.BOUNDARY])


@pytest.mark.parametrize("length", [0, 1, 32, 127, 128, 129, 256, 4096])
def test_blake2b256(vectors: Recorder, length: int) -> None:
    """BLAKE2b with 32 bytes of digest, around the block length of 128 bytes (CRY-2)."""
    vectors.hash("hashes/blake2b256", {"data": pattern(length)}, flags=[Flag.BOUNDARY])
