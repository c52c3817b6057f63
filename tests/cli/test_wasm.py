from pathlib import Path

import pytest
from typer.testing import CliRunner

from gearexe_spec.cli import main

SQUARE = """
(module
  (import "env" "memory" (memory 1))
  (func $square (param i32) (result i32) (local i32) (i32.mul (local.get 0) (local.get 0)))
  (func (export "init") (drop (call $square (i32.const 7)))))
"""


@pytest.fixture
def square(tmp_path: Path) -> Path:
    file = tmp_path / "square.wat"
    file.write_text(SQUARE)
    return file


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_validate_says_what_is_kept(square: Path) -> None:
    code, output = run("wasm", "validate", square)
    assert code == 0
    assert "entry points init" in output
    assert "static pages 1" in output


def test_validate_names_the_rule(tmp_path: Path) -> None:
    file = tmp_path / "main.wat"
    file.write_text(SQUARE.replace('"init"', '"main"'))
    assert run("wasm", "validate", file) == (1, "verdict      invalid: Export.ExcessExport (0)\n")


@pytest.mark.parametrize("text", ["(module", "\0asm"])
def test_malformed_input_ends_in_words(tmp_path: Path, text: str) -> None:
    file = tmp_path / ("text.wat" if text.startswith("(") else "bytes.wasm")
    file.write_text(text)
    code, output = run("wasm", "show", file)
    assert code in (1, 2)
    assert "Traceback" not in output


def test_instrument_writes_what_runs(square: Path) -> None:
    code, _ = run("wasm", "instrument", square)
    made = square.with_suffix(".instrumented.wasm").read_bytes()
    assert code == 0
    assert b"gear_gas" in made
    assert run("wasm", "instrument", square, "--hooks", "-o", square.with_suffix(".hooked"))[0] == 0
    assert b"gear_page_flags" in square.with_suffix(".hooked").read_bytes()


def test_cost_lists_blocks(square: Path) -> None:
    """The numbers of example E2, which production confirmed."""
    _, output = run("wasm", "cost", square)
    assert "function 2 init: 2 metered blocks" in output
    assert "15,785" in output
    assert "each charge costs 18,822" in output


def test_show_marks_what_was_put_in(square: Path) -> None:
    _, output = run("wasm", "show", square, "--function", 1)
    assert output.splitlines()[1:] == [
        "function 1 square",
        "+ i32.const 2038   ;; charge for position 0: 2,038",
        "+ call 4",
        "  local.get 0",
        "  local.get 0",
        "  i32.mul",
        "  end",
    ]


def test_show_without_such_a_function(square: Path) -> None:
    assert run("wasm", "show", square, "--function", 77)[0] == 2


def test_schedule() -> None:
    assert "i64const" in run("schedule", "instructions")[1]
    assert '"code_section_per_byte": 368' in run("schedule", "--json")[1]
    assert run("schedule", "nothing")[0] == 2
