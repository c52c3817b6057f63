"""The pipeline as a whole, on the examples that production confirmed (chapter 13)."""

import pytest

from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.wasm.code import (
    Instrumented,
    check_and_instrument_code,
    check_uploaded_code,
    code_metadata,
    instrumented_code,
)
from gearexe_spec.wasm.gear_rules import EntryPoint
from gearexe_spec.wasm.rejection import CodeRejection

EMPTY_INIT = bytes.fromhex(
    "0061736d01000000010401600000020f0103656e76066d656d6f72790200010302010007080104696e697400000a040102000b"
)
EMPTY_INIT_INSTRUMENTED = bytes.fromhex(
    "0061736d0100000001080260000060017f0002250203656e76066d656d6f727902000103656e760f67725f73797374656d5f627265616b"
    "0001030403000001060b027f0141000b7e0142000b07130204696e6974000208676561725f67617303010a500302000b2b00418ef70010"
    "03230041066a2400230041879f024b044041c41c1003410110000b1001230041066b24000b1f01017e23012000ad428693017c22015404"
    "40410010000b230120017d24010b"
)


def test_an_empty_init() -> None:
    checked = check_and_instrument_code(EMPTY_INIT)

    assert checked.instrumented.code == EMPTY_INIT_INSTRUMENTED
    assert checked.metadata.exports == {EntryPoint.Init}
    assert checked.metadata.instrumentation_status == Instrumented(2, 179)  # type: ignore[arg-type]
    assert checked.blocks[1][0].charges == (15246,)


def test_encodings_go_back_and_forth() -> None:
    checked = check_and_instrument_code(EMPTY_INIT)

    encoded = code_metadata.encode(checked.metadata)
    assert encoded.hex() == "33000000040001000000000102000000b3000000"
    assert code_metadata.decode(encoded) == checked.metadata
    assert instrumented_code.decode(instrumented_code.encode(checked.instrumented)) == checked.instrumented


def test_an_upload_under_another_id() -> None:
    with pytest.raises(Rejected) as rejected:
        check_uploaded_code(EMPTY_INIT, CodeId.zero())
    assert rejected.value.reason is CodeRejection.CodeIdMismatch


@pytest.mark.parametrize("code", [b"", b"\0asm", EMPTY_INIT[:-1], EMPTY_INIT + b"\0"])
def test_malformed_codes_are_invalid(code: bytes) -> None:
    with pytest.raises(Rejected) as rejected:
        check_and_instrument_code(code)
    assert rejected.value.reason is CodeRejection.Validation
