"""The rules of chapter 12.5 on values that production's own tests use."""

import pytest

from gearexe_spec.wasm.code import check_and_instrument_code
from tests.wasm.text import assemble, refusal

INIT = '(func (export "init"))'


def memory(pages: int) -> str:
    return f'(import "env" "memory" (memory {pages}))'


def data(offset: int, content: str = "gear") -> str:
    return f'(data (i32.const {offset:#x}) "{content}")'


def stack_end(offset: int) -> str:
    return f'(global i32 (i32.const {offset:#x})) (export "__gear_stack_end" (global 0))'


@pytest.mark.parametrize(
    ("fields", "name", "carried"),
    [
        ((memory(1), INIT, data(0x10000)), "EndAddressOutOfStaticMemory", (0x10000, 0x10003, 0x10000)),
        ((memory(1), INIT, data(0xFFFD)), "EndAddressOutOfStaticMemory", (0xFFFD, 0x10000, 0x10000)),
        ((memory(1), INIT, data(0xFFFFFFFF)), "EndAddressOverflow", (0xFFFFFFFF,)),
        ((memory(3), INIT, stack_end(0x20000), data(0x10000)), "GearStackOverlaps", (0x10000, 0x20000)),
        ((memory(3), INIT, stack_end(0x20000), data(0x10000, "")), "GearStackOverlaps", (0x10000, 0x20000)),
        ((memory(1), INIT, *[data(0, "")] * 1025), "DataSegmentsAmountLimit", ({"limit": 1024, "actual": 1025},)),
    ],
)
def test_data(fields: tuple[str, ...], name: str, carried: tuple[object, ...]) -> None:
    assert refusal(*fields) == (f"DataSection{name}", carried)


@pytest.mark.parametrize(
    ("fields", "name", "carried"),
    [
        ((memory(2), INIT, stack_end(0x10001)), "NotAligned", (0x10001,)),
        ((memory(1), INIT, stack_end(0x20000)), "OutOfStatic", (0x20000, 0x10000)),
        (
            (
                memory(1),
                '(import "env" "unknown" (global i32))',
                INIT,
                '(global i32 (global.get 0)) (export "__gear_stack_end" (global 1))',
            ),
            "Initialization",
            (),
        ),
    ],
)
def test_stack_end(fields: tuple[str, ...], name: str, carried: tuple[object, ...]) -> None:
    assert refusal(*fields) == (f"StackEnd{name}", carried)


def test_stack_end_at_the_end_of_static_memory() -> None:
    checked = check_and_instrument_code(assemble(memory(1), INIT, stack_end(0x10000)))
    assert checked.metadata.stack_end == 1
    assert b"__gear_stack_end" not in checked.instrumented.code


def test_segments_behind_the_stack_end() -> None:
    segments = data(0x20000), data(0x10000, ""), data(0x1FFFF), data(0x2FFFF, "g")
    check_and_instrument_code(assemble(memory(3), INIT, stack_end(0x10000), *segments))


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ((memory(1), INIT, '(global (export "g") (mut i32) (i32.const 1))'), ("ExportMutableGlobalExport", (0, 1))),
        (
            ('(import "env" "gr_leave" (func))', memory(1), "(func)", '(export "init" (func 0))'),
            ("ExportReferencesToImportFunction", (0, 0)),
        ),
        ((memory(1), '(func (export "state"))'), ("ExportRequiredExportNotFound", ())),
        ((memory(1), '(func (export "init") (param i32))'), ("ExportInvalidExportFnSignature", (0,))),
        ((memory(1), INIT, '(func (export "main"))'), ("ExportExcessExport", (1,))),
        ((memory(1), INIT, "(start 0)"), ("SectionNotSupported", ("Start",))),
        (('(import "env" "gr_leave" (func))', INIT), ("MemoryEntryNotFound", ())),
        ((memory(32769), INIT), ("MemoryInvalidStaticPageCount", ())),
        (
            (memory(1), '(import "env" "g" (global i32))', INIT),
            ("ImportUnexpectedImportKind", ({"kind": "Global", "index": 1},)),
        ),
        ((memory(1), '(import "env" "gr_wait" (func))', INIT), ("ImportUnknownImport", (1,))),
        ((memory(1), '(import "env" "gr_leave" (func (param i32)))', INIT), ("ImportInvalidImportFnSignature", (1,))),
        (
            (memory(1), *['(import "env" "gr_leave" (func))'] * 2, INIT),
            ("ImportDuplicateImport", (2,)),
        ),
        (
            (memory(1), f"(type (func (param {'i32 ' * 129})))", INIT),
            ("TypeSectionParametersPerTypeLimitExceeded", ({"limit": 128, "actual": 129},)),
        ),
        (
            (memory(1), INIT, '(global (export "gear_gas") i32 (i32.const 0))'),
            ("InstrumentationGasGlobalAlreadyExists", ()),
        ),
        (
            (memory(1), '(func (export "init") unreachable (drop (memory.grow (i32.const 0))))'),
            ("InstrumentationGasInjection", ()),
        ),
    ],
)
def test_other_rules(fields: tuple[str, ...], refused: tuple[str, tuple[object, ...]]) -> None:
    assert refusal(*fields) == refused


def test_a_memory_instruction_without_memory_is_invalid() -> None:
    """The validator speaks before the rule that there is a memory (found by asking production random codes)."""
    name, _ = refusal('(import "env" "gr_leave" (func))', '(func (export "init") (drop (memory.size)))')
    assert name == "Validation"
