"""Instrumented code computes what the original does, and pays for every instruction once."""

import sys

import pytest
import wasmtime

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.fuzzing.code_modules import make_module
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.wasm.code import CheckedCode, check_and_instrument_code
from gearexe_spec.wasm.decode import decode_module
from gearexe_spec.wasm.encode import encode_module
from gearexe_spec.wasm.metered_run import Ending, MeteredCode, MeteredRun
from gearexe_spec.wasm.page_hooks import add_page_hooks
from tests.wasm.interpreter import CHARGE, Interpreter, Stopped, TooLong, Trap, first_touches

GAS = 3_000_000
CASES = range(160)


def make_checked(index: int) -> CheckedCode:
    """A random valid code without system calls; the next one where the stack limiter refuses dead code."""
    for attempt in range(20):
        code = encode_module(make_module(Dice("runs", index, attempt), syscalls=False))
        try:
            return check_and_instrument_code(code)
        except Rejected:
            continue
    raise AssertionError("no valid code in twenty attempts")


def run(checked: CheckedCode, *, hooked: bool) -> tuple[str, MeteredRun]:
    metadata = checked.metadata
    code = MeteredCode(checked.instrumented.code, metadata.static_pages, metadata.stack_end, hooked=hooked)
    entry = min(metadata.exports).export
    return entry, code.run(entry, GAS)


@pytest.mark.parametrize("index", CASES)
def test_with_and_without_hooks_the_same(index: int) -> None:
    checked = make_checked(index)

    _, plain = run(checked, hooked=False)
    _, hooked = run(checked, hooked=True)

    assert (plain.ending, plain.detail, plain.gas_left, plain.memory) == (
        hooked.ending,
        hooked.detail,
        hooked.gas_left,
        hooked.memory,
    )


@pytest.mark.parametrize("index", CASES)
def test_gas_is_the_sum_of_what_ran(index: int) -> None:
    """An interpreter adds up the weights of the instructions it runs; it knows nothing of blocks."""
    checked = make_checked(index)
    interpreter = Interpreter(decode_module(checked.instrumented.code), checked.metadata.static_pages)
    entry, seen = run(checked, hooked=True)

    ending, detail = interpret(interpreter, entry)

    assert (seen.ending, seen.detail if ending is Ending.BREAK else None) == (ending, detail)
    assert seen.gas_left == interpreter.globals[-1]
    if ending is Ending.RETURNED:
        assert GAS - interpreter.globals[-1] == interpreter.weight + interpreter.charges * CHARGE
    stack_end = checked.metadata.stack_end or 0
    assert list(seen.touched) == first_touches(interpreter.accesses, stack_end)


def interpret(interpreter: Interpreter, entry: str) -> tuple[Ending, int | None]:
    sys.setrecursionlimit(20_000)
    try:
        interpreter.run(entry, GAS)
    except TooLong:
        pytest.skip("longer than the interpreter has time for")
    except Trap:
        return Ending.TRAP, None
    except Stopped as stopped:
        return Ending.BREAK, stopped.code
    return Ending.RETURNED, None


@pytest.mark.parametrize("index", range(60))
def test_the_engine_validates_what_is_made(index: int) -> None:
    checked = make_checked(index)
    several = wasmtime.Config()
    several.wasm_multi_memory = True

    wasmtime.Module.validate(wasmtime.Engine(), checked.instrumented.code)
    hooked = add_page_hooks(checked.instrumented.code, checked.metadata.stack_end)
    wasmtime.Module.validate(wasmtime.Engine(several), hooked)
