"""The demo: the whole way of a message, as a user runs it."""

import re
from pathlib import Path

import pytest
import wasmtime
from typer.testing import CliRunner, Result

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.cli import main
from gearexe_spec.evm.artifacts import embedded_artifacts
from gearexe_spec.evm.twin import TwinWorld
from gearexe_spec.evm.world import Block, World

AGREES = "The specification and the EVM agree on every step."


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["demo", *map(str, arguments)])


def program(folder: Path, text: str) -> Path:
    path = folder / "program.wasm"
    path.write_bytes(wasmtime.wat2wasm(text))
    return path


def gear_program(body: str, imports: str = "") -> str:
    return f"""(module (import "env" "memory" (memory 1)) {imports}
        (func (export "init")) (func (export "handle") {body}))"""


def test_ping_answers_pong_through_router_and_mirror(tmp_path: Path) -> None:
    page = tmp_path / "account.html"
    result = run("--html", page)
    assert result.exit_code == 0
    assert AGREES in result.output
    assert "differ" not in result.output
    replies = re.findall(r"Mirror +emitted Reply\s+payload +(\S+)", result.output)
    assert replies[:2] == ["“PONG”", "“PONG”"]
    on_chain, computed = re.findall(r"on chain +(0x\w{64})\s+computed +(0x\w{64})", result.output)[0]
    assert on_chain == computed
    html = page.read_text()
    assert "“PONG”" in html
    assert not re.search(r"(src|href)=", html), "the page needs nothing else"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (gear_program("unreachable"), "ExecutionUnreachableInstruction (0x01000400)"),
        (gear_program("(loop br 0)"), "ExecutionRanOutOfGas (0x01000000)"),
        (gear_program("(call $p (i32.const 0) (i32.const 2))", '(import "env" "gr_panic" (func $p (param i32 i32)))'),
         "ExecutionUserspacePanic (0x01000300)"),
        (gear_program("", '(import "env" "gr_teleport" (func))'), "refused the code: ImportUnknownImport(1)"),
        ("(module)", "refused the code: SectionNotFound"),
    ],
)  # fmt: skip
def test_programs_that_go_wrong_get_an_account(text: str, expected: str, tmp_path: Path) -> None:
    result = run("--program", program(tmp_path, text), "--payload", "0x00")
    assert expected in result.output
    assert AGREES in result.output
    assert result.exit_code == 0


def test_bytes_that_are_no_wasm_are_refused_by_the_network(tmp_path: Path) -> None:
    path = tmp_path / "junk.wasm"
    path.write_bytes(b"junk")
    result = run("--program", path)
    assert "refused the code: Validation" in result.output
    assert "the code may be requested again" in result.output
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--program", "/nowhere.wasm"], "No such file"),
        (["--payload", "0xzz", "--program", __file__], "hexadecimal digits are expected"),
        (["--artifacts", "/nowhere"], "no folder of artifacts"),
    ],
)
def test_unusable_options_end_in_a_sentence(arguments: list[str], expected: str) -> None:
    result = run(*arguments)
    assert expected in result.output
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_code_that_fits_into_no_transaction_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "long.wasm"
    path.write_bytes(bytes(800_000))
    result = run("--program", path)
    assert "take 7 blobs" in result.output
    assert result.exit_code == 2


def test_twins_notice_a_difference() -> None:
    world = TwinWorld(Block(10, 1000), embedded_artifacts())
    rich, poor = Address(b"\x01" * 20), Address(b"\x02" * 20)
    world.set_balance(rich, 5)
    world.call(rich, poor, value=2)
    assert not world.differences
    World.set_balance(world, rich, 50)  # behind the specification's back
    world.call(rich, poor, value=40)
    (difference,) = world.differences
    assert (difference.evm[0], difference.spec[0]) == (True, False)
