"""Which touches of pages executors are told of (INS-81 to INS-87)."""

import pytest

from gearexe_spec.wasm.code import check_and_instrument_code
from gearexe_spec.wasm.decode import decode_module
from gearexe_spec.wasm.metered_run import Ending, MeteredCode, MeteredRun
from gearexe_spec.wasm.model import ExternalKind
from tests.wasm.text import assemble

GAS = 10**9
MEMORY = '(import "env" "memory" (memory 2))'
END = 2 * 65_536


def run(body: str, *fields: str, entry_locals: str = "") -> tuple[MeteredRun, MeteredRun]:
    """Without and with hooks."""
    code = assemble(MEMORY, f'(func (export "init") {entry_locals} {body})', *fields)
    checked = check_and_instrument_code(code)
    pages, stack_end = checked.metadata.static_pages, checked.metadata.stack_end
    plain, hooked = (
        MeteredCode(checked.instrumented.code, pages, stack_end, hooked=hooked).run("init", GAS)
        for hooked in (False, True)
    )
    assert (plain.ending, plain.detail, plain.gas_left, plain.memory) == (
        hooked.ending,
        hooked.detail,
        hooked.gas_left,
        hooked.memory,
    )
    return plain, hooked


@pytest.mark.parametrize(
    ("body", "touched", "ending"),
    [
        ("(drop (i32.load (i32.const 0)))", ((0, False),), Ending.RETURNED),
        ("(i32.store (i32.const 0) (i32.const 1))", ((0, True),), Ending.RETURNED),
        ("(i32.store8 (i32.const 5) (i32.load8_u (i32.const 6)))", ((0, False), (0, True)), Ending.RETURNED),
        ("(i64.store (i32.const 0) (i64.load (i32.const 0x4000)))", ((1, False), (0, True)), Ending.RETURNED),
        ("(i32.store (i32.const 0) (i32.const 1)) (drop (i32.load (i32.const 9)))", ((0, True),), Ending.RETURNED),
        ("(drop (i64.load (i32.const 0x3ffd)))", ((0, False), (1, False)), Ending.RETURNED),
        ("(drop (i64.load offset=0x3ff9 (i32.const 0)))", ((0, False), (1, False)), Ending.RETURNED),
        ("(drop (i32.load8_u offset=0x3fff (i32.const 1)))", ((1, False),), Ending.RETURNED),
        (f"(drop (i64.load (i32.const {END - 4})))", ((7, False),), Ending.TRAP),
        (f"(i64.store (i32.const {END - 4}) (i64.const 1))", ((7, True),), Ending.TRAP),
        (f"(drop (i32.load (i32.const {END})))", (), Ending.TRAP),
        ("(drop (i32.load (i32.const -1)))", (), Ending.TRAP),
        ("(drop (i32.load offset=0xffffffff (i32.const 1)))", (), Ending.TRAP),
        ("(drop (i32.load offset=0xfffffff0 (i32.const 0x10)))", (), Ending.TRAP),
    ],
)
def test_touches(body: str, touched: tuple[tuple[int, bool], ...], ending: Ending) -> None:
    _, hooked = run(body)
    assert (hooked.touched, hooked.ending) == (touched, ending)


def test_a_wrapped_address_traps_whatever_its_flag_says() -> None:
    """The fast path looks at page 0, which was touched; the access itself lies beyond 2^32 (INS-84)."""
    _, hooked = run("(drop (i32.load (i32.const 0))) (drop (i32.load offset=0xfffffff0 (i32.const 0x10)))")
    assert (hooked.touched, hooked.ending) == (((0, False),), Ending.TRAP)


def test_the_stack_is_free() -> None:
    _, hooked = run(
        "(i32.store (i32.const 0) (i32.const 1)) (i64.store (i32.const 0xfffc) (i64.const 1))",
        "(global i32 (i32.const 65536))",
        '(export "__gear_stack_end" (global 0))',
    )
    assert hooked.touched == ((4, True),)


def test_a_function_without_room_for_locals_never_runs() -> None:
    """49,998 locals leave room for two; the stack limiter stops the program before they would be needed (INS-83)."""
    body = "(i64.store (i32.const 0x4000) (i64.load (i32.const 0x8000)))"
    _, hooked = run(body, entry_locals=f"(local {'i32 ' * 49_998})")
    assert (hooked.ending, hooked.detail, hooked.touched) == (Ending.BREAK, 1, ())


def test_only_entries_gas_and_flags_are_exported() -> None:
    """A program may export what it likes under any name; none of it can clash (INS-82)."""
    code = assemble(MEMORY, '(func (export "init"))', '(export "gear_page_flags" (memory 0))')
    checked = check_and_instrument_code(code)
    hooked = MeteredCode(checked.instrumented.code, checked.metadata.static_pages, None, hooked=True)
    assert hooked.run("init", GAS).ending is Ending.RETURNED
    names = {export.name: export.kind for export in decode_module(checked.instrumented.code).exports or ()}
    assert names["gear_page_flags"] is ExternalKind.MEMORY
    assert [entry.name for entry in hooked.compiled.exports] == ["init", "gear_gas", "gear_page_flags"]
