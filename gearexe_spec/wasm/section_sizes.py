"""Sizes of the sections of an instrumented code, by which instantiation is charged.

Rules: WAS-70 to WAS-76.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.numeric import U32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec, struct, u32
from gearexe_spec.wasm.encode import encode_code_section, encode_type_section
from gearexe_spec.wasm.model import I32_TYPE, Data, Module
from gearexe_spec.wasm.reader import encode_unsigned
from gearexe_spec.wasm.rejection import CodeRejection
from gearexe_spec.wasm.schedule import LIMITS

DATA_PAGE = 4096
"""Granularity of the data section's size in bytes (WAS-71)."""
REFERENCE_SIZE = 4
"""Bytes that an entry of a table counts for (WAS-73)."""

_MAX_U32 = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class SectionSizes:
    """Sizes in bytes, in the order of their encoding (WAS-76)."""

    code_section: U32
    data_section: U32
    global_section: U32
    table_section: U32
    element_section: U32
    type_section: U32


section_sizes: Codec[SectionSizes] = struct(
    SectionSizes,
    code_section=u32,
    data_section=u32,
    global_section=u32,
    table_section=u32,
    element_section=u32,
    type_section=u32,
)


def compute_section_sizes(module: Module) -> SectionSizes:
    """Measure an instrumented module.

    Rules: WAS-70 to WAS-75.
    Source: protocol/core/src/code/utils.rs.
    """
    return SectionSizes(
        code_section=U32(compute_code_size(module)),
        data_section=U32(compute_data_size(module)),
        global_section=U32(sum(4 if entry.type.content == I32_TYPE else 8 for entry in module.globals or ())),
        table_section=U32(compute_table_size(module)),
        element_section=U32(compute_element_size(module)),
        type_section=U32(len(encode_type_section(module.types)) if module.types is not None else 0),
    )


def compute_code_size(module: Module) -> int:
    """Length of all bodies with their length prefixes, without the count of functions (WAS-70)."""
    code = module.code or ()
    return len(encode_code_section(code)) - len(encode_unsigned(len(code)))


def compute_data_size(module: Module) -> int:
    """4096 for every page of 4 KiB that a segment with content touches (WAS-71)."""
    pages: set[int] = set()
    for segment in module.data or ():
        offset = _segment_offset(segment)
        if segment.data:
            pages.update(range(offset // DATA_PAGE, (offset + len(segment.data) - 1) // DATA_PAGE + 1))
    return min(len(pages) * DATA_PAGE, _MAX_U32)


def _segment_offset(segment: Data) -> int:
    assert segment.offset is not None, "a valid code has no other segments (WAS-57)"
    return int(segment.offset[0][1]) & _MAX_U32


def compute_table_size(module: Module) -> int:
    """4 for every element of the table at its initial size (WAS-73)."""
    return 0 if module.table is None else min(REFERENCE_SIZE * module.table.initial, _MAX_U32)


def compute_element_size(module: Module) -> int:
    """4 for every function in a segment, if there is a table (WAS-74)."""
    if module.table is None:
        return 0
    return min(REFERENCE_SIZE * sum(len(element.functions) for element in module.elements or ()), _MAX_U32)


def check_type_section_size(sizes: SectionSizes) -> None:
    """The type section, with what was added, within the limit (WAS-75).

    Raises:
        Rejected: TypeSectionLengthLimitExceeded.
    """
    limit = LIMITS["type_section_len"]
    if sizes.type_section > limit:
        raise Rejected(
            CodeRejection.TypeSectionLengthLimitExceeded, {"limit": limit, "actual": int(sizes.type_section)}
        )
