"""Behaviour of production that an auditor wants to know about: findings F-R5, F-R14, F-R15, F-W1."""

import pytest

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.wasm.code import check_and_instrument_code
from gearexe_spec.wasm.decode import decode_module
from gearexe_spec.wasm.metered_run import Ending, MeteredCode
from gearexe_spec.wasm.model import NameSubsection
from gearexe_spec.wasm.reader import encode_name, encode_unsigned, with_length
from gearexe_spec.wasm.rejection import CodeRejection
from tests.wasm.text import MEMORY, assemble, refusal

INIT = '(func (export "init"))'


def test_a_function_name_index_wraps() -> None:
    """F-R5: the last index becomes 0; a build with overflow checks would abort there."""
    names = b"\x01" + encode_unsigned(0xFFFFFFFF) + encode_name("far")
    section = encode_name("name") + b"\x01" + with_length(names)
    code = assemble(MEMORY, INIT) + b"\0" + with_length(section)

    instrumented = decode_module(check_and_instrument_code(code).instrumented.code)

    assert instrumented.names == (NameSubsection(1, ((0, "far"),)),)


@pytest.mark.parametrize(
    "fields",
    [
        ('(import "env" "memory" (memory 1 2))', INIT),
        ('(import "env2" "memory" (memory 1))', INIT),
        (MEMORY, '(import "other" "gr_leave" (func))', INIT),
        (MEMORY, INIT, '(data (i32.const 0x10001) "")'),
        (MEMORY, INIT, "(table 1 funcref)", "(elem (i32.const 2))"),
    ],
)
def test_valid_codes_that_never_run(fields: tuple[str, ...]) -> None:
    """F-R14: the code is valid, and no execution can instantiate it."""
    checked = check_and_instrument_code(assemble(*fields))
    for hooked in (False, True):
        code = MeteredCode(checked.instrumented.code, 1, None, hooked=hooked)
        assert code.run("init", 10**9).ending is Ending.INSTANTIATION


def test_valid_dead_code_is_refused() -> None:
    """F-R15: the stack limiter takes an operand that lies below its block."""
    assert refusal(MEMORY, '(func (export "init") unreachable drop i32.add drop)') == (
        "InstrumentationStackLimitInjection",
        (),
    )
    check_and_instrument_code(assemble(MEMORY, '(func (export "init") unreachable i32.add drop)'))


@pytest.mark.parametrize(
    "field",
    [
        "(global i32 (i32.const 0))" * 300,
        f"(func (local {'i32 ' * 2000}))",
        "(table 100000 funcref)",
        f"(func (br_table {'0 ' * 1000} (i32.const 0)))",
    ],
)
def test_limits_that_are_not_enforced(field: str) -> None:
    """F-R15: the Schedule has limits on globals, locals, table size and labels; codes beyond them are valid."""
    check_and_instrument_code(assemble(MEMORY, INIT, field))


def test_the_validator_forgets_ten_float_instructions() -> None:
    """F-W1: in dead code they pass the validator; only the parser refuses them."""
    for opcode in (*range(0xA8, 0xAC), *range(0xAE, 0xB2), 0xBC, 0xBD):
        code = assemble(MEMORY, '(func (export "init") unreachable i32.eqz drop)').replace(
            b"\x00\x45\x1a", bytes((0, opcode, 0x1A))
        )
        with pytest.raises(Rejected) as rejected:
            check_and_instrument_code(code)
        assert rejected.value.reason is CodeRejection.ModuleUnsupportedInstruction
