"""Byte strings of fixed length and identifiers (BAS-6 to BAS-10), rejections (BAS-11, BAS-12)."""

import re
from enum import auto

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32, Bytes65, FixedBytes, WrongLength
from gearexe_spec.base.ids import ActorId, ActorIdHasPrefix, CodeId, MessageId, ReservationId
from gearexe_spec.base.numeric import I64, U48, U64, U160, U256, IntegerOutOfRange
from gearexe_spec.base.rejection import Phase, Rejected, Rejection

KINDS: list[type[FixedBytes]] = [Bytes4, Bytes32, Bytes65, Address, ActorId, MessageId, CodeId, ReservationId]


@given(st.sampled_from(KINDS), st.binary(max_size=70))
def test_only_the_right_length_is_accepted(kind: type[FixedBytes], data: bytes) -> None:
    if len(data) == kind.LENGTH:
        value = kind(data)
        assert value == data
        assert kind.from_hex(value.to_hex()) == kind.from_hex(value.hex().upper()) == value
        assert value.is_zero() == (value == kind.zero())
        assert repr(value) == f"{kind.__name__}({value})"
    else:
        with pytest.raises(WrongLength, match=re.escape(f"{kind.__name__} has {kind.LENGTH} bytes, not {len(data)}")):
            kind(data)


@pytest.mark.parametrize("text", ["0x", "0x0011", "0xzz112233", "0x0011223344", "0x00 11 22 33"])
def test_other_text_is_no_bytes4(text: str) -> None:
    with pytest.raises(ValueError, match=r"bytes|hexadecimal"):
        Bytes4.from_hex(text)


def test_ids_are_ordered_bytewise() -> None:
    assert MessageId.from_u64(U64(256)) < MessageId.from_u64(U64(1)) < MessageId.from_u64(U64(2))


def test_an_address_is_an_actor_id_with_twelve_zeros() -> None:
    address = Address(bytes(range(1, 21)))
    actor = ActorId.from_address(address)
    assert actor == bytes(12) + address
    assert actor.to_address() == actor.to_address_lossy() == address
    prefixed = ActorId(b"\1" + actor[1:])
    assert prefixed.to_address_lossy() == address
    with pytest.raises(ActorIdHasPrefix):
        prefixed.to_address()


def test_ids_of_tests_are_made_from_numbers() -> None:
    assert ActorId.from_u64(U64(0x0102)) == bytes(12) + bytes([2, 1]) + bytes(18)
    for kind in (MessageId, CodeId, ReservationId):
        assert kind.from_u64(U64(0x0102)) == bytes([2, 1]) + bytes(30)


def test_widths_that_only_chains_have() -> None:
    assert (U48.MAX, U160.MAX, U256.MAX) == (2**48 - 1, 2**160 - 1, 2**256 - 1)
    assert U48(258).to_big_endian() == bytes([0, 0, 0, 0, 1, 2])
    assert U48.truncate(2**48 + 5) == 5
    assert U48.saturate(2**60) == U48.MAX
    assert I64(-1) - 1 == -2
    with pytest.raises(IntegerOutOfRange, match="is not a I64"):
        I64(2**63)


class Weather(Rejection):
    RAIN = auto()


def test_a_rejection_carries_its_reason_and_arguments() -> None:
    with pytest.raises(Rejected, match="RAIN") as caught:
        raise Rejected(Weather.RAIN, U64(3), "mm")
    assert (caught.value.reason, caught.value.arguments) == (Weather.RAIN, (3, "mm"))
    assert str(caught.value) == "RAIN(3, mm)"
    assert str(Rejected(Weather.RAIN)) == "RAIN"
    assert Weather.RAIN.phase is Phase.EXECUTE
