"""Calldata as contracts read it (ABI-20 to ABI-26)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gearexe_spec.base.rejection import Phase, Rejected
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.codec.calldata import MODULUS, Calldata, Slice

SELECTOR = b"\x12\x34\x56\x78"


def word(number: int) -> bytes:
    return (number % MODULUS).to_bytes(32, "big")


def refused(read: Callable[[], object]) -> None:
    with pytest.raises(Rejected, match="EmptyRevert") as caught:
        read()
    assert caught.value.reason.phase is Phase.DECODE


def test_a_well_formed_structure_is_read_where_the_abi_puts_it() -> None:
    kind = parse_type("(uint48,bytes,address[],(bool,bytes4)[])")
    value = (7, b"payload", (b"\x11" * 20, b"\x22" * 20), ((True, b"abcd"),))
    calldata = Calldata(SELECTOR + kind.encode(value))
    calldata.check_head(32)
    base = calldata.entry_record(4, 128)
    assert calldata.uint(base, 48) == 7
    assert calldata.bytes(calldata.tail_slice(base, base + 32, 1)) == b"payload"
    addresses = calldata.tail_slice(base, base + 64, 32)
    assert [calldata.address(addresses.place + 32 * index) for index in range(addresses.length)] == list(value[2])
    pairs = calldata.tail_slice(base, base + 96, 64)
    assert (calldata.boolean(pairs.place), calldata.bytes4(pairs.place + 32)) == (True, b"abcd")


def test_only_what_is_read_is_checked() -> None:
    calldata = Calldata(SELECTOR + word(2**48) + word(2) + word(1 << 160) + word(1))
    refused(lambda: calldata.uint(4, 48))
    refused(lambda: calldata.boolean(36))
    refused(lambda: calldata.enumeration(36, 2))
    refused(lambda: calldata.address(68))
    refused(lambda: calldata.bytes4(100))
    assert calldata.enumeration(36, 3) == 2
    assert calldata.bytes32(100) == word(1)
    assert calldata.uint(2**70, 8) == 0


def test_the_entry_wants_offset_and_length_inside() -> None:
    refused(lambda: Calldata(SELECTOR + bytes(31)).check_head(32))
    refused(lambda: Calldata(b"").check_head(0))
    for offset in (2**64, 2**64 - 1, 33):
        refused(lambda offset=offset: Calldata(SELECTOR + word(offset) + word(0)).entry_slice(4, 1))
    assert Calldata(SELECTOR + word(32) + word(0)).entry_slice(4, 1) == Slice(68, 0)
    refused(lambda: Calldata(SELECTOR + word(32) + word(1)).entry_slice(4, 1))
    refused(lambda: Calldata(SELECTOR + word(32) + word(2**64)).entry_slice(4, 1))
    refused(lambda: Calldata(SELECTOR + word(1) + word(0)).entry_record(4, 64))
    assert Calldata(SELECTOR + word(0) + word(0)).entry_record(4, 64) == 4


def test_a_negative_offset_of_a_member_passes() -> None:
    """The comparison is signed, so a member may lie before its structure."""
    calldata = Calldata(SELECTOR + word(2) + b"ab".ljust(32, b"\0") + word(-64))
    assert calldata.bytes(calldata.tail_slice(68, 68, 1)) == b"ab"
    far = Calldata(SELECTOR + word(-(2**200)))
    assert far.tail_slice(4, 4, 1).length == 0


def test_a_tail_must_have_room() -> None:
    for offset in (2**255, 2**256 - 1):
        assert Calldata(SELECTOR + word(offset)).tail(4, 4, 32) == (4 + offset) % MODULUS
    for offset in (1, 32, 2**64, 2**255 - 1):
        refused(lambda offset=offset: Calldata(SELECTOR + word(offset)).tail(4, 4, 32))
    assert Calldata(SELECTOR + word(0)).tail(4, 4, 32) == 4
    refused(lambda: Calldata(SELECTOR + word(32) + word(2)).tail_slice(4, 4, 32))
    refused(lambda: Calldata(SELECTOR + word(32) + word(2**64)).tail_slice(4, 4, 32))
