"""`gearexe-spec demo --program FILE` ends as production does, for honest programs and hostile ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import wasmtime
from typer.testing import CliRunner

from gearexe_spec.cli import main
from gearexe_spec.cli.story import TOP_UP, key_of
from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.vectors.production_oracle import as_release
from gearexe_spec.conformance.wire import Accepted, Apply, RejectedAnswer
from tests.production.sdk import BUILT, call, code
from tests.vectors.runs import message, run

EXAMPLES = Path(__file__).parents[2] / "examples"
CHARGED_PER_BYTE = 501
"""What the release takes for each byte of the code before each dispatch, and the pin does not (REV-CODE-CHARGE)."""


def text(body: str, imports: str = "", memory: str = "(memory 1)") -> bytes:
    module = (
        f'(module {imports} (import "env" "memory" {memory}) (func (export "init")) (func (export "handle") {body}))'
    )
    return bytes(wasmtime.wat2wasm(module))


HOSTILE: dict[str, bytes] = {
    "empty file": b"",
    "junk": b"junk junk junk",
    "cut": (EXAMPLES / "ping.wasm").read_bytes()[:-7],
    "empty module": bytes(wasmtime.wat2wasm("(module)")),
    "unknown import": text("", '(import "env" "gr_teleport" (func))'),
    "forbidden import": text("", '(import "env" "gr_create_program" (func (param i32 i32 i32 i32 i32 i32 i32)))'),
    "foreign module": text("", '(import "moon" "gr_leave" (func))'),
    "memory with a maximum": text("", memory="(memory 1 2)"),
    "trap": text("unreachable"),
    "endless": text("(loop (br 0))"),
    "endless recursion": text("(call 1)"),
    "outside": text("(drop (i32.load (i32.const 65536)))"),
    "growing": text("(drop (memory.grow (i32.const 1)))"),
    "floats": text("(drop (f64.const 1))"),
    "start": bytes(wasmtime.wat2wasm('(module (import "env" "memory" (memory 1)) (func (export "init")) (start 0))')),
}
EXAMPLE_PAYLOADS = {
    "ping": ("PING", "x"),
    "counter": ("", "EMPTY"),
    "relay": ("", "\x01" * 32),
    "purse": ("", "x" * 52),
    "postbox": ("", "letter"),
    "heir": ("", "END", "END" + "\x02" * 32),
    "hog": ("\x01\x00\x00\x00", "\xff\xff\xff\xff", "\x00\x00\x00\x00", ""),
    "faults": (*"PUMOLRVZ", ""),
    "guests": ("", "\x01" * 36),
    "toll": ("", "\x01" * 64, "\x01" * 32 + "\0" * 32),
    "meter": ("", "\0" * 24, "WORK\1\0\0\0"),
}
SDK_PAYLOADS = {
    "courier": ("", "\0" * 32, "\0" * 32 + "\x04?\0", "\x04\0\0\0\0" + "\0" * 27),
    "tally": ("", call("create(bool)").decode("latin-1"), call("createWith(bool,uint128)", 5).decode("latin-1")),
}
CASES = [
    *((name, (EXAMPLES / f"{name}.wasm"), payload) for name, every in EXAMPLE_PAYLOADS.items() for payload in every),
    *((name, BUILT / f"{name}.wasm", payload) for name, every in SDK_PAYLOADS.items() for payload in every),
    *((name, wasm, "") for name, wasm in HOSTILE.items()),
]


@pytest.mark.parametrize(("name", "program", "payload"), CASES, ids=[f"{case[0]}-{case[2][:8]!r}" for case in CASES])
def test_demo_ends_as_production_does(
    name: str, program: Path | bytes, payload: str, production: Target, tmp_path: Path
) -> None:
    wasm = code(name) if name in SDK_PAYLOADS else program if isinstance(program, bytes) else program.read_bytes()
    sent = payload.encode("latin-1")
    path = tmp_path / f"{name.replace(' ', '_')}.wasm"
    path.write_bytes(wasm)

    arguments = ["demo", "--program", str(path), "--payload", "0x" + sent.hex()]
    told = CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments)

    assert told.exit_code == 0, told.output
    assert "The specification and the EVM agree on every step." in told.output
    checked = production.answer(Apply("code/check", {"wasm": "0x" + wasm.hex()}))
    if isinstance(checked, RejectedAnswer):
        assert re.search(rf"refused the code: {checked.reason}\b", told.output)
        return
    assert isinstance(checked, Accepted)
    length = _field(checked.outputs, "instrumented").__len__() // 2 - 1
    expected, ours = dispatches(production, wasm, sent, length), told_dispatches(told.output)
    if expected[-1][0] is None:  # the allowance of one run ends; the demo's block has another run, on a full allowance
        first, retried = expected[0][0], dispatches(production, wasm, sent, length, is_alone=True)
        last = retried[0][0] if first == "InitSuccess" else "NoExecution"
        assert [outcome for outcome, _ in ours] == [first, "stopped", last]
        assert ours[0] == expected[0] or first == "InitFailure", "only what does not run to its limit burns the same"
    else:
        assert ours == expected


def told_dispatches(output: str) -> list[tuple[str, int]]:
    """Outcomes and gas, as the demo tells them."""
    found = re.findall(r"executed a message: (\w+).*?gas burned +([\d,]+)", output, re.DOTALL)
    return [(outcome, int(gas.replace(",", ""))) for outcome, gas in found]


def dispatches(
    production: Target, wasm: bytes, payload: bytes, code_length: int, is_alone: bool = False
) -> list[tuple[str | None, int]]:
    """Outcomes and gas of the same two messages in production, less what only the release charges.

    Args:
        is_alone: only the second message, to the program as initialized without running anything.
    """
    source = bytes(12) + bytes(key_of("user").to_address())
    kinds = ["Handle"] if is_alone else ["Init", "Handle"]
    messages = [message(1 + at, kind=kind, payload=payload, source=source) for at, kind in enumerate(kinds)]
    asked: Any = run(wasm, *messages, active={"initialized": is_alone}, balance=0, executable=TOP_UP)
    form = to_json(asked)
    assert isinstance(form, dict)
    ran = production.answer(as_release(Apply("execution/processQueue", form)))
    assert isinstance(ran, Accepted), ran
    found = []
    for dispatch in _field(ran.outputs, "dispatches"):
        charged = CHARGED_PER_BYTE * code_length if dispatch["outcome"] != "NoExecution" else 0
        found.append((dispatch["outcome"], int(dispatch["gasBurned"], 16) - charged))
    return found


def _field(outputs: Json, name: str) -> Any:
    assert isinstance(outputs, dict)
    return outputs[name]
