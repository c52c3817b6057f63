"""Codes put together section by section: what no assembler writes."""

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.wasm.reader import encode_name, encode_unsigned, with_length

TYPE, IMPORT, FUNCTION, TABLE, MEMORY, EXPORT, ELEMENT, CODE, DATA, DATA_COUNT = 1, 2, 3, 4, 5, 7, 9, 10, 11, 12
PLAIN = b"\x60\0\0"
"""A function type without parameters and results."""
TABLE_IMPORT = encode_name("env") + encode_name("t") + b"\x01\x70\0\0"
GLOBAL_IMPORT = encode_name("env") + encode_name("g") + b"\x03\x7f\0"
TAG_IMPORT = encode_name("env") + encode_name("e") + b"\x04\0\0"


def section(number: int, *entries: bytes) -> bytes:
    return bytes((number,)) + with_length(encode_unsigned(len(entries)) + b"".join(entries))


def module(*sections: bytes) -> bytes:
    return b"\0asm\x01\0\0\0" + b"".join(sections)


def with_body(instructions: bytes, locals_: bytes = b"\0", kind: bytes = PLAIN) -> bytes:
    """One function of these instructions, `end` included."""
    return module(section(TYPE, kind), section(FUNCTION, b"\0"), section(CODE, with_length(locals_ + instructions)))


def with_type(definition: bytes) -> bytes:
    return module(section(TYPE, definition))


ODD = {
    "code_section_longer_than_its_bodies": with_body(b"\x0b").replace(b"\x0a\x04", b"\x0a\x05"),
    "group_of_one_type": with_type(b"\x4e\x01" + PLAIN),
    "group_of_two_types": with_type(b"\x4e\x02" + PLAIN + PLAIN),
    "group_of_too_many_types": with_type(b"\x4e" + encode_unsigned(1_000_001)),
    "shared_function_type": with_type(b"\x65" + PLAIN),
    "final_type": with_type(b"\x4f\0" + PLAIN),
    "two_supertypes": with_type(b"\x50\x02\0\0" + PLAIN),
    "supertype_too_great": with_type(b"\x50\x01" + encode_unsigned(1 << 20) + PLAIN),
    "array_type": with_type(b"\x5e\x7f\x02"),
    "array_of_bytes": with_type(b"\x5e\x78\0"),
    "struct_of_too_many_fields": with_type(b"\x5f" + encode_unsigned(10_001)),
    "continuation_of_a_negative_type": with_type(b"\x5d\x7f"),
    "unknown_type": with_type(b"\x61"),
    "parameter_of_a_type_too_great": with_type(b"\x60\x01\x63\x80\x80\xc0\0\0"),
    "parameter_of_no_type": with_type(b"\x60\x01\x01\0"),
    "shared_reference_of_no_type": with_type(b"\x60\x01\x63\x65\x7f\0"),
    "block_of_a_type_beyond_32_bits": with_body(b"\x02\x80\x80\x80\x80\x10\x0b\x0b"),
    "table_with_value_marked_wrongly": module(section(TABLE, b"\x40\x01\x70\0\0")),
    "data_count_too_great": module(bytes((DATA_COUNT,)) + with_length(encode_unsigned(100_001))),
    "memory_page_of_2_to_the_64": module(section(MEMORY, b"\x08\0\x40")),
    "name_subsection_128": module(b"\0" + with_length(encode_name("name") + b"\x80")),
    "table_import": module(section(TYPE, PLAIN), section(IMPORT, TABLE_IMPORT)),
    "tag_import": module(section(TYPE, PLAIN), section(IMPORT, TAG_IMPORT)),
    "passive_data": module(section(DATA, b"\x01\0")),
    "global_import": module(section(TYPE, PLAIN), section(IMPORT, GLOBAL_IMPORT)),
    "select_of_one_type": with_body(b"\x1c\x01\x7f\x0b"),
    "select_of_two_types": with_body(b"\x1c\x02\x7f\x7f\x0b"),
    "shared_global": with_body(b"\xfe\x4f\x01\0\x0b"),
    "shared_global_of_unknown_order": with_body(b"\xfe\x4f\x02\0\x0b"),
    "select_of_too_many_types": with_body(b"\x1c\x0b\x0b"),
    "fence_of_unknown_order": with_body(b"\xfe\x03\x01\x0b"),
    "atomic_order_2": with_body(b"\xfe\x48\x02\0\0\0\x0b"),
    "catch_clauses": with_body(b"\x1f\x40\x04\0\0\0\x01\0\0\x02\0\x03\0\x0b\x0b"),
    "catch_clause_4": with_body(b"\x1f\x40\x01\x04\0\0\x0b\x0b"),
    "resume_clauses": with_body(b"\xe3\0\x02\0\0\0\x01\0\x0b"),
    "resume_clause_2": with_body(b"\xe3\0\x01\x02\0\0\x0b"),
    "locals_over_32_bits": with_body(b"\x0b", b"\x02\xff\xff\xff\xff\x0f\x7f\x01\x7f"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_sections(vectors: Recorder, name: str) -> None:
    """What the pipeline and what the parser by itself say of it (WAS-14 to WAS-30)."""
    vectors.hash("code/check", {"wasm": ODD[name]}, name=f"{name}_checked", flags=[Flag.HOSTILE])
    vectors.hash("code/parse", {"wasm": ODD[name]}, name=f"{name}_parsed", flags=[Flag.HOSTILE])


UNVALIDATED = {
    "drop_of_nothing": with_body(b"\x1a\x0b"),
    "drop_of_what_lies_outside": with_body(b"\x41\0\x02\x40\x1a\x0b\x0b"),
    "add_of_one": with_body(b"\x41\0\x6a\x1a\x0b"),
    "branch_to_nowhere": with_body(b"\x0c\x07\x0b"),
    "table_of_different_branches": with_body(b"\x02\x7f\x41\0\x41\0\x0e\x01\0\x01\x0b\x1a\x0b"),
    "no_functions": module(section(TYPE, PLAIN)),
    "no_bodies": module(section(TYPE, PLAIN), section(FUNCTION), section(CODE)),
    "export_of_no_function": module(
        section(TYPE, PLAIN),
        section(FUNCTION, b"\0"),
        section(EXPORT, encode_name("init") + b"\0\x09"),
        section(CODE, with_length(b"\0\x0b")),
    ),
    "function_of_no_type": with_body(b"\x0b").replace(b"\x03\x02\x01\0", b"\x03\x02\x01\x05"),
    "call_of_no_function": with_body(b"\x10\x09\x0b"),
    "call_of_no_type": with_body(b"\x41\0\x11\x09\0\x0b"),
    "start_of_no_function": module(
        section(TYPE, PLAIN), section(FUNCTION, b"\0"), b"\x08\x01\x09", section(CODE, with_length(b"\0\x0b"))
    ),
    "greatest_number_of_locals": with_body(b"\x0b", b"\x01\xff\xff\xff\xff\x0f\x7f"),
    "locals_that_leave_no_room_for_a_thunk": module(
        section(TYPE, PLAIN),
        section(FUNCTION, b"\0"),
        section(EXPORT, encode_name("init") + b"\0\0"),
        section(CODE, with_length(b"\x01\xfd\xff\xff\xff\x0f\x7f\x0b")),
    ),
    "branch_if_with_nothing": with_body(b"\x02\x7f\x0d\0\x0b\x1a\x0b"),
    "element_of_no_function": module(
        section(TYPE, PLAIN),
        section(FUNCTION, b"\0"),
        section(TABLE, b"\x70\0\x01"),
        section(ELEMENT, b"\0\x41\0\x0b\x01\x09"),
        section(CODE, with_length(b"\0\x0b")),
    ),
}


@pytest.mark.parametrize("limit", [None, 100])
@pytest.mark.parametrize("name", UNVALIDATED)
def test_stage_of_unvalidated_code(vectors: Recorder, name: str, limit: int | None) -> None:
    """Each step refuses what it cannot count (INS-20, INS-24, INS-28, INS-40, INS-53, INS-56)."""
    rules = None if limit else "schedule"
    vectors.hash("code/stage", {"wasm": UNVALIDATED[name], "stackLimit": limit, "gasRules": rules})
