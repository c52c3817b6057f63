"""Examples that production confirmed: metered blocks with unit costs, and whole programs with the Schedule's."""

import pytest

from gearexe_spec.wasm.code import check_and_instrument_code
from gearexe_spec.wasm.costs import compute_preparation_cost
from gearexe_spec.wasm.evaluate import evaluate
from gearexe_spec.wasm.gas_metering import MeteredBlock, charge_cost, compute_blocks
from gearexe_spec.wasm.gas_rules import constant_rules
from gearexe_spec.wasm.metered_run import Ending, MeteredCode, MeteredRun
from gearexe_spec.wasm.opcodes import Op
from tests.wasm.text import MEMORY, assemble, module

UNIT = constant_rules(1, 1)
LOOP_DOWN = """(local i32) (local.set 0 (i32.const 5))
  (loop (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if 0 (local.get 0))) (local.set 0 (i32.const 0))"""


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("(drop (i32.const 1)) (block (drop (i32.const 2)))", [(0, 5)]),
        (
            """(local i32) (if (local.get 0) (then (local.set 0 (i32.const 5))) (else (nop) (nop)))
            (drop (local.get 0))""",
            [(0, 5), (2, 2), (5, 2)],
        ),
        ("(block (loop (br_if 1 (i32.const 0)) (br 0))) (nop)", [(0, 3), (2, 2), (4, 1)]),
        ("(block (block (br_table 0 1 (i32.const 0))) (nop)) (nop) (nop)", [(0, 6), (5, 1)]),
        ("(nop) (return) (nop)", [(0, 2), (2, 1)]),
        ("(nop) (unreachable) (nop)", [(0, 3)]),
        ("(loop (if (i32.const 0) (then (br 1)))) (nop)", [(0, 2), (1, 2), (3, 1)]),
        ("(block (if (i32.const 0) (then (br 1))) (nop)) (nop)", [(0, 4), (3, 1), (5, 1)]),
    ],
)
def test_blocks(body: str, blocks: list[tuple[int, int]]) -> None:
    decoded = module(f"(func {body})")
    found = compute_blocks((decoded.code or ())[0], UNIT, decoded.types or ())
    assert [(block.start, block.cost) for block in found] == blocks


@pytest.mark.parametrize(
    ("cost", "charges"),
    [
        (1, (1,)),
        (2**32 - 1, (2**32 - 1,)),
        (2**32, (2**32 - 1, 1)),
        (2 * (2**32 - 1), (2**32 - 1, 2**32 - 1)),
        (3 * 2147483647, (2**32 - 1, 2147483646)),
    ],
)
def test_large_costs_are_charged_in_parts(cost: int, charges: tuple[int, ...]) -> None:
    assert MeteredBlock(0, cost).charges == charges


def test_a_charge_by_itself() -> None:
    assert charge_cost() == 18_822


def run(entry: str, *fields: str, gas: int = 10**9) -> tuple[int, MeteredRun]:
    checked = check_and_instrument_code(assemble(MEMORY, *fields))
    code = MeteredCode(checked.instrumented.code, 1, None, hooked=True)
    return compute_preparation_cost(checked.instrumented.section_sizes, 0), code.run(entry, gas)


@pytest.mark.parametrize(
    ("entry", "fields", "burned"),
    [
        ("init", ('(func (export "init"))',), 34_068),
        (
            "init",
            (
                '(func (export "init") (drop (call 1 (i32.const 7))))',
                "(func (param i32) (result i32) (local i32) (i32.mul (local.get 0) (local.get 0)))",
            ),
            89_535,
        ),
        ("handle", (f'(func (export "handle") {LOOP_DOWN})',), 185_696),
        (
            "init",
            (
                """(func (export "init") (local i64)
                (block (if (i64.eqz (local.get 0)) (then (local.set 0 (i64.const 3)) (br 1)) (else (nop)))
                  (local.set 0 (i64.const 9)))
                (local.set 0 (i64.add (local.get 0) (i64.const 1))))""",
            ),
            84_848,
        ),
        (
            "init",
            ('(func (export "init") (nop) (if (i32.const 0) (then (unreachable))) (drop (memory.size)))',),
            58_431,
        ),
    ],
)
def test_what_code_burns(entry: str, fields: tuple[str, ...], burned: int) -> None:
    _, seen = run(entry, *fields)
    assert seen.ending is Ending.RETURNED
    assert seen.gas_left == 10**9 - burned


def test_recursion_ends_at_the_stack_limit() -> None:
    _, seen = run("init", '(func (export "init") (call 1))', "(func (call 1))")
    assert (seen.ending, seen.detail) == (Ending.BREAK, 1)
    assert seen.gas_left == 10**9 - 312_937_054


def test_gas_that_does_not_suffice_is_left() -> None:
    _, seen = run("init", '(func (export "init"))', gas=34_067)
    assert (seen.ending, seen.detail, seen.gas_left) == (Ending.BREAK, 0, 34_067)


def test_a_whole_message() -> None:
    """Read and write one word: sections, code, and the page read and then written."""
    body = '(func (export "init") (i32.store (i32.const 0x4000) (i32.load (i32.const 0x4000))))'
    before, seen = run("init", body)
    assert seen.touched == ((1, False), (1, True))
    assert before + 10**9 - (seen.gas_left or 0) + seen.page_charges == 215_855_600


@pytest.mark.parametrize(
    ("fields", "sizes"),
    [
        (('(func (export "init"))', '(data (i32.const 0) "a")', '(data (i32.const 0x1000) "b")'), {"data": 8192}),
        (('(func (export "init"))', '(data (i32.const 0) "")'), {"data": 0}),
        (
            ('(func (export "init"))', "(table 10 funcref)", "(elem (i32.const 0) 0 0 0 0)"),
            {"table": 40, "element": 16},
        ),
        (('(func (export "init"))', "(global i64 (i64.const 1))"), {"global": 20}),
    ],
)
def test_section_sizes(fields: tuple[str, ...], sizes: dict[str, int]) -> None:
    measured = check_and_instrument_code(assemble(MEMORY, *fields)).instrumented.section_sizes
    assert {name: int(getattr(measured, f"{name}_section")) for name in sizes} == sizes


def test_only_numeric_instructions_are_evaluated() -> None:
    with pytest.raises(ValueError, match="no numeric instruction"):
        evaluate(Op.CALL, ())


def test_only_exported_functions_are_run() -> None:
    code = check_and_instrument_code(assemble(MEMORY, '(func (export "init"))'))
    with pytest.raises(LookupError, match="no exported function"):
        MeteredCode(code.instrumented.code, code.metadata.static_pages, None, hooked=False).run("gear_gas", 1)
