"""Decoding and encoding, and validity, held against the engine and against themselves."""

import pytest
import wasmtime
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.fuzzing.code_modules import change_instruction, make_module
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.wasm.decode import decode_module
from gearexe_spec.wasm.encode import encode_module
from gearexe_spec.wasm.reader import ByteReader, encode_signed, encode_unsigned
from gearexe_spec.wasm.validation import validate

ENGINE = wasmtime.Engine()
"""It knows later proposals too; the modules here use none of them."""


@given(st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_unsigned_numbers(value: int, padding: int) -> None:
    shortest = encode_unsigned(value)
    padded = pad(shortest, min(5, len(shortest) + padding), 0)
    assert ByteReader(shortest, 0).u32() == ByteReader(padded, 0).u32() == value
    assert len(shortest) == max(1, -(-value.bit_length() // 7))


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 9))
def test_signed_numbers(value: int, padding: int) -> None:
    shortest = encode_signed(value)
    padded = pad(shortest, min(10, len(shortest) + padding), 0x7F if value < 0 else 0)
    assert ByteReader(shortest, 0).s64() == ByteReader(padded, 0).s64() == value


def pad(encoded: bytes, length: int, filler: int) -> bytes:
    if length == len(encoded):
        return encoded
    longer = [byte | 0x80 for byte in encoded] + [filler | 0x80] * (length - len(encoded))
    return bytes([*longer[:-1], filler])


@pytest.mark.parametrize("encoded", ["8080808010", "808080808000", "ffffffff1f", "80"])
def test_numbers_that_are_too_large_or_too_long(encoded: str) -> None:
    with pytest.raises(Rejected):
        ByteReader(bytes.fromhex(encoded), 0).u32()


@pytest.mark.parametrize(
    ("encoded", "value"), [("8080808078", -(2**31)), ("ffffffff07", 2**31 - 1), ("ffffffff7f", -1), ("40", -64)]
)
def test_signed_numbers_at_the_edge(encoded: str, value: int) -> None:
    assert ByteReader(bytes.fromhex(encoded), 0).s32() == value


@pytest.mark.parametrize("encoded", ["8080808070", "ffffffff0f", "8080808008"])
def test_signed_numbers_with_wrong_unused_bits(encoded: str) -> None:
    with pytest.raises(Rejected):
        ByteReader(bytes.fromhex(encoded), 0).s32()


@pytest.mark.parametrize("index", range(100))
def test_encoding_is_the_inverse_of_decoding(index: int) -> None:
    encoded = encode_module(make_module(Dice("round trip", index)))
    assert encode_module(decode_module(encoded)) == encoded


@pytest.mark.parametrize("index", range(400))
def test_validity_is_the_engines(index: int) -> None:
    """Random modules, most changed at an instruction: valid here if and only if valid there."""
    dice = Dice("validity", index)
    module = make_module(dice)
    for _ in range(index % 3):
        module = change_instruction(module, dice)
    code = encode_module(module)
    try:
        wasmtime.Module.validate(ENGINE, code)
    except wasmtime.WasmtimeError:
        with pytest.raises(Rejected):
            validate(code)
    else:
        validate(code)
