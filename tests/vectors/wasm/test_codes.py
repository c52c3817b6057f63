"""Codes: every refusal, what is kept of valid ones, single steps, and runs."""

import pytest
import wasmtime

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.wasm.reader import encode_name, encode_unsigned, with_length

MEMORY = '(import "env" "memory" (memory 1))'
INIT = '(func (export "init"))'
LEAVE = '(import "env" "gr_leave" (func))'
STACK_END = '(export "__gear_stack_end" (global 0))'


def assemble(text: str) -> bytes:
    return bytes(wasmtime.wat2wasm(f"(module {text})"))


REFUSED: dict[str, tuple[str, tuple[str, ...]]] = {
    "no_import_section": ("(func)", ("WAS-50",)),
    "no_memory_import": (f"{LEAVE} {INIT}", ("WAS-51",)),
    "memory_32769": (f'(import "env" "memory" (memory 32769)) {INIT}', ("WAS-52",)),
    "stack_end_imported": (
        f'{MEMORY} (import "env" "g" (global i32)) {INIT} (export "__gear_stack_end" (global 0))',
        ("WAS-53",),
    ),
    "stack_end_not_constant": (
        f'{MEMORY} (import "env" "g" (global i32)) {INIT} (global i32 (global.get 0))'
        '(export "__gear_stack_end" (global 1))',
        ("WAS-54",),
    ),
    "stack_end_not_aligned": (f"{MEMORY} {INIT} (global i32 (i32.const 1)) {STACK_END}", ("WAS-55",)),
    "stack_end_outside": (f"{MEMORY} {INIT} (global i32 (i32.const 131072)) {STACK_END}", ("WAS-55",)),
    "data_1025": (f"{MEMORY} {INIT} {'(data (i32.const 0))' * 1025}", ("WAS-56",)),
    "data_offset_global": (
        f'{MEMORY} (import "env" "g" (global i32)) {INIT} (data (global.get 0) "a")',
        ("WAS-57",),
    ),
    "data_in_stack": (f"{MEMORY} {INIT} (global i32 (i32.const 65536)) {STACK_END} (data (i32.const 9))", ("WAS-57",)),
    "data_over_2_32": (f'{MEMORY} {INIT} (data (i32.const -1) "ab")', ("WAS-58",)),
    "data_outside": (f'{MEMORY} {INIT} (data (i32.const 65535) "ab")', ("WAS-58",)),
    "global_export_mutable": (f'{MEMORY} {INIT} (global (export "g") (mut i32) (i32.const 0))', ("WAS-59",)),
    "start": (f"{MEMORY} {INIT} (start 0)", ("WAS-60",)),
    "no_functions": (f'{MEMORY} (type (func)) (export "m" (memory 0))', ("WAS-60",)),
    "export_of_import": (f'{LEAVE} {MEMORY} (func) (export "init" (func 0))', ("WAS-61",)),
    "export_main": (f'{MEMORY} {INIT} (func (export "main"))', ("WAS-61",)),
    "export_signature": (f'{MEMORY} (func (export "init") (param i32))', ("WAS-61",)),
    "only_handle_reply": (f'{MEMORY} (func (export "handle_reply"))', ("WAS-62",)),
    "import_global": (f'{MEMORY} (import "env" "g" (global i32)) {INIT}', ("WAS-63",)),
    "import_unknown": (f'{MEMORY} (import "env" "gr_wait" (func)) {INIT}', ("WAS-63",)),
    "import_twice": (f"{MEMORY} {LEAVE} {LEAVE} {INIT}", ("WAS-63",)),
    "import_signature": (f'{MEMORY} (import "env" "gr_leave" (func (param i32))) {INIT}', ("WAS-63",)),
    "params_129": (f"{MEMORY} {INIT} (type (func (param {'i32 ' * 129})))", ("WAS-65",)),
    "types_too_long": (
        f"{MEMORY} {INIT} " + "".join(f"(type (func (param {'i64 ' * 120})))" for _ in range(170)),
        ("WAS-75",),
    ),
    "gear_gas": (f'{MEMORY} {INIT} (global (export "gear_gas") i32 (i32.const 0))', ("INS-40",)),
    "memory_grow": (f'{MEMORY} (func (export "init") unreachable (drop (memory.grow (i32.const 0))))', ("INS-59",)),
    "dead_underflow": (f'{MEMORY} (func (export "init") unreachable drop i32.add drop)', ("INS-28",)),
    "passive_data": (f'{MEMORY} {INIT} (data "a")', ("WAS-28",)),
    "floats": (f'{MEMORY} (func (export "init") (drop (f32.const 0)))', ("WAS-11",)),
    "other_operand": (f"{MEMORY} {INIT} (func (result i32) i64.const 1)", ("WAS-40",)),
    "no_memory_for_size": (f'{LEAVE} (func (export "init") (drop (memory.size)))', ("WAS-48",)),
}
ANOMALIES = {"dead_underflow"}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(vectors: Recorder, name: str) -> None:
    """A code that breaks one rule is refused under the rule's name (WAS-1)."""
    text, rules = REFUSED[name]
    flags = [Flag.ANOMALY] if name in ANOMALIES else []
    vectors.hash("code/check", {"wasm": assemble(text)}, rules=("WAS-1", *rules), flags=flags)


def with_names(content: bytes) -> bytes:
    return assemble(f"{MEMORY} {INIT}") + b"\0" + with_length(encode_name("name") + content)


MALFORMED = {
    "empty": b"",
    "header_only": b"\0asm\x01\0\0\0",
    "version_2": b"\0asm\x02\0\0\0",
    "cut": assemble(f"{MEMORY} {INIT}")[:-1],
    "byte_behind": assemble(f"{MEMORY} {INIT}") + b"\0",
    "unknown_section": assemble(f"{MEMORY} {INIT}") + b"\x0e\0",
    "name_section_cut": with_names(b"\x01"),
    "name_section_huge": with_names(b"\x01" + with_length(encode_unsigned(0xFFFFFFFF))),
    "float_in_dead_code": assemble(f'{MEMORY} (func (export "init") unreachable i32.eqz drop)').replace(
        b"\0\x45\x1a", b"\0\xa8\x1a"
    ),
    "offset_ends_inside_a_block": assemble(f'{MEMORY} {INIT} (data (i32.const 300) "0123456789")').replace(
        b"\x41\xac\x02\x0b\x0a0", b"\x02\x40\x0b\x0b\x0b0"
    ),
    "element_with_table_index": assemble(f"{MEMORY} {INIT} (table 1 funcref) (elem (i32.const 0) 0)").replace(
        b"\x09\x07\x01\x00\x41\x00\x0b\x01\x00", b"\x09\x09\x01\x02\x00\x41\x00\x0b\x00\x01\x00"
    ),
}


@pytest.mark.parametrize("code", MALFORMED.values(), ids=MALFORMED)
def test_malformed(vectors: Recorder, code: bytes) -> None:
    """Malformed bytes, and what only the parser refuses (WAS-20 to WAS-30)."""
    value = {"wasm": code}
    vectors.hash("code/check", value, flags=[Flag.HOSTILE])


VALID = {
    "empty_init": f"{MEMORY} {INIT}",
    "call": f"""{MEMORY} (func (export "init") (drop (call 1 (i32.const 7))))
        (func (param i32) (result i32) (local i32) (i32.mul (local.get 0) (local.get 0)))""",
    "loop": f"""{MEMORY} (func (export "handle") (local i32) (local.set 0 (i32.const 5))
        (loop (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if 0 (local.get 0))))""",
    "arms": f"""{MEMORY} (func (export "init") (local i64)
        (block (if (i64.eqz (local.get 0)) (then (local.set 0 (i64.const 3)) (br 1)) (else (nop)))
          (local.set 0 (i64.const 9))) (local.set 0 (i64.add (local.get 0) (i64.const 1))))""",
    "table": f"""{MEMORY} (type (func (param i32 i64))) (table 2 funcref) (elem (i32.const 0) 0 0) (func (type 0))
        (func (export "init") (block (block (br_table 0 0 1 (i32.const 1))))
          (call_indirect (type 0) (i32.const 4) (i64.const 5) (i32.const 1)) return (drop (i32.const 1)))""",
    "recursion": f'{MEMORY} (func (export "init") (call 1)) (func (call 1))',
    "trap": f'{MEMORY} (func (export "init") (i32.store (i32.const 16) (i32.const 77)) unreachable)',
    "pages": f"""{MEMORY} (func (export "init")
        (i32.store (i32.const 0x4000) (i32.load (i32.const 0x4000))) (i64.store (i32.const 0x7ffc) (i64.const 1)))""",
    "across_the_end": f'{MEMORY} (func (export "init") (drop (i64.load (i32.const 0xfffc))))',
    "no_pages": '(import "env" "memory" (memory 0)) (func (export "init") (drop (memory.size)))',
    "locals_that_leave_no_room": f"{MEMORY} {INIT} (func (local {'i32 ' * 49_998}) (drop (i32.load (i32.const 0))))",
    "stack_end": f"""(import "env" "memory" (memory 2)) (global i32 (i32.const 65536)) {STACK_END}
        (data (i32.const 65536) "gear") (func (export "init") (i32.store (i32.const 8) (i32.const 1)))""",
}


@pytest.mark.parametrize("name", VALID)
def test_valid(vectors: Recorder, name: str) -> None:
    """What is kept of a code: instrumented bytes, sizes, metadata; and its metered blocks (WAS-82, WAS-83, INS-50)."""
    value = {"wasm": assemble(VALID[name])}
    vectors.hash("code/check", value)
    vectors.hash("code/meteredBlocks", value, rules=("INS-50", "INS-52", "INS-53", "INS-56"))


@pytest.mark.parametrize("name", VALID)
def test_run(vectors: Recorder, name: str) -> None:
    """Gas that code takes by itself, with much and little; the cost of a whole message (INS-71, GAS-20, GAS-40)."""
    entry = "handle" if name == "loop" else "init"
    for gas in (10**9, 34_067):
        vectors.hash("code/run", {"wasm": assemble(VALID[name]), "entry": entry, "gas": gas})
    vectors.hash("code/dispatch", {"wasm": assemble(VALID[name]), "entry": entry})


def test_run_of_code_without_instance(vectors: Recorder) -> None:
    """Names of modules are not checked; nothing is there under another one (WAS-63, INS-73)."""
    code = assemble(f'(import "gear" "memory" (memory 1)) {INIT}')
    vectors.hash("code/run", {"wasm": code, "entry": "init", "gas": 10**9})


@pytest.mark.parametrize(
    ("limit", "rules"),
    [(36_743, None), (None, "schedule"), (None, {"cost": 1, "perLocal": 1, "growPerPage": None}), (100, "schedule")],
    ids=["stack", "gas", "unit", "both"],
)
def test_stage(vectors: Recorder, limit: int | None, rules: object) -> None:
    """A single step of instrumentation (INS-20, INS-40)."""
    vectors.hash("code/stage", {"wasm": assemble(VALID["call"]), "stackLimit": limit, "gasRules": rules})


def test_stage_with_the_break_imported(vectors: Recorder) -> None:
    """The break may not be imported already (INS-11)."""
    text = f'{MEMORY} (import "env" "gr_system_break" (func (param i32))) {INIT}'
    vectors.hash("code/stage", {"wasm": assemble(text), "stackLimit": 100, "gasRules": None})


PARSED = {
    "valid": VALID["table"],
    "invalid_types": f"{MEMORY} (func (result i32) i64.const 1)",
    "two_tables": "(table 1 funcref) (table 2 funcref)",
    "two_memories": "(memory 1) (memory 2)",
    "passive_element": "(func) (elem func 0)",
    "element_expressions": "(table 1 funcref) (elem (i32.const 0) funcref (ref.null func))",
    "table_with_initial_value": "(table 1 funcref (ref.null func))",
    "data_for_memory_1": '(memory 1) (data (memory 1) (i32.const 0) "a")',
    "tail_call": "(func (return_call 0))",
}


@pytest.mark.parametrize("name", PARSED)
def test_parse(vectors: Recorder, name: str) -> None:
    """The parser by itself (WAS-20, WAS-24 to WAS-28)."""
    text = PARSED[name].replace("(memory 1) (data (memory 1)", "(data (memory 1)")
    vectors.hash("code/parse", {"wasm": bytes(wasmtime.wat2wasm(f"(module {text})"))})


def test_parse_an_offset_that_ends_inside_a_block(vectors: Recorder) -> None:
    """An expression ends with its own `end`, not with that of a block inside (WAS-13)."""
    vectors.hash("code/parse", {"wasm": MALFORMED["offset_ends_inside_a_block"]}, flags=[Flag.HOSTILE])


@pytest.mark.parametrize(("opcode", "name"), [(0x6D, "div_s"), (0x6F, "rem_s"), (0x77, "rotl"), (0xC0, "extend8_s")])
def test_evaluate(vectors: Recorder, opcode: int, name: str) -> None:
    """Numeric instructions at the edges; null where they trap (INS-74)."""
    edges = (0, 1, 7, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
    operands = [(a,) for a in edges] if name == "extend8_s" else [(a, b) for a in edges for b in edges]
    vectors.hash("code/evaluate", {"opcode": opcode, "operands": operands})


def test_tables(vectors: Recorder) -> None:
    """The Schedule, the costs made from it, and the system calls (GAS-1, GAS-2, GAS-4)."""
    vectors.hash("code/schedule", {}, name="schedule")
    vectors.hash("code/syscalls", {}, name="syscalls")


def test_process(vectors: Recorder) -> None:
    """An upload: valid, under another id, and invalid (WAS-80)."""
    code = assemble(VALID["empty_init"])
    right = bytes.fromhex("4a3d17129190fa08447e7b4aeae62588e5780b328b5730ec42a5e46f22bee6a8")
    vectors.hash("code/id", {"code": code}, name="id")
    vectors.hash("code/process", {"wasm": code, "claimedCodeId": right}, name="valid")
    vectors.hash("code/process", {"wasm": code, "claimedCodeId": bytes(32)}, name="another_id")
