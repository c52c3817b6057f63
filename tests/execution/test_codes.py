"""Reply codes, signal codes and error codes (EXE-1 to EXE-7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Bytes4
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import ScaleRejection
from gearexe_spec.execution.codes import (
    ExecutionError,
    ExtError,
    ReplyCode,
    SignalCode,
    UnavailableActorError,
    reply_code,
    signal_code,
)

# four bytes, what production reads them as, its SCALE encoding (recorded)
PRODUCTION = [
    ("00020101", "00ff0000", "00ff"),
    ("0100fe00", "0100ff00", "0100ff"),
    ("02046400", "ff000000", "ff"),
    ("0101ffff", "01ff0000", "01ff"),
    ("01040500", "01ff0000", "01ff"),
    ("01000400", "01000400", "010004"),
    ("01020500", "0102ff00", "0102ff"),
    ("01030000", "01030000", "0103"),
]


@pytest.mark.parametrize(("given_bytes", "read_as", "scale"), PRODUCTION)
def test_four_bytes_are_read_as_production_reads_them(given_bytes: str, read_as: str, scale: str) -> None:
    code = ReplyCode.from_bytes(Bytes4.from_hex(given_bytes))
    assert code.to_bytes().hex() == read_as
    assert reply_code.encode(code).hex() == scale


@pytest.mark.parametrize("code", ReplyCode)
def test_every_code_survives_both_forms(code: ReplyCode) -> None:
    assert ReplyCode.from_bytes(code.to_bytes()) is code
    assert reply_code.decode(reply_code.encode(code)) is code
    assert code.is_success == code.name.startswith("Success")


@given(st.binary(min_size=4, max_size=4))
def test_reading_four_bytes_is_total_and_stable(data: bytes) -> None:
    code = ReplyCode.from_bytes(Bytes4(data))
    assert ReplyCode.from_bytes(code.to_bytes()) is code


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", ScaleRejection.UnexpectedEnd),
        ("01", ScaleRejection.UnexpectedEnd),
        ("0102", ScaleRejection.UnexpectedEnd),
        ("07", ScaleRejection.InvalidVariant),
        ("0110", ScaleRejection.InvalidVariant),
        ("0101", ScaleRejection.InvalidVariant),
        ("010006", ScaleRejection.InvalidVariant),
        ("01020402", ScaleRejection.TrailingBytes),
    ],
)
def test_scale_refuses_what_is_no_code(data: str, reason: ScaleRejection) -> None:
    with pytest.raises(Rejected) as rejected:
        reply_code.decode(bytes.fromhex(data))
    assert rejected.value.reason is reason


def test_errors_become_codes() -> None:
    assert ReplyCode.from_execution_error(ExecutionError.Unsupported).to_bytes().hex() == "0100ff00"
    assert ReplyCode.from_unavailable_actor(UnavailableActorError.ProgramExited).to_bytes().hex() == "01020000"
    for error in ExecutionError:
        assert reply_code.encode(ReplyCode.from_execution_error(error))[2] == error.value
    for unavailable in UnavailableActorError:
        assert reply_code.encode(ReplyCode.from_unavailable_actor(unavailable))[2] == unavailable.value


@pytest.mark.parametrize("code", SignalCode)
def test_signal_codes_survive_scale(code: SignalCode) -> None:
    assert signal_code.decode(signal_code.encode(code)) is code


def test_scale_refuses_what_is_no_signal() -> None:
    for data in (b"\x02", b"\x00\x06"):
        with pytest.raises(Rejected):
            signal_code.decode(data)


def test_error_codes_have_no_102_and_no_zero() -> None:
    numbers = {error.value for error in ExtError}
    assert not {0, 102} & numbers
    assert len(numbers) == 31
