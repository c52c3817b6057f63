"""Instructions of later proposals, which the parser reads before it refuses them.

No program can contain them, and the validator refuses them before their immediates matter. Only the parser by itself
reads on, and names the instruction.

Rules: WAS-28.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gearexe_spec.wasm.instruction_reader import read_memory_argument
from gearexe_spec.wasm.reader import ByteReader
from gearexe_spec.wasm.rejection import malformed
from gearexe_spec.wasm.value_types import read_block_type, read_heap_type, read_value_type

MAX_SELECT_TYPES = 10
MAX_CATCHES = MAX_HANDLERS = 10_000


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Stands where the immediate of an instruction would be that programs cannot use."""

    name: str


_SINGLE = """
@08 throw/u rethrow/u throw_ref @12 return_call/u return_call_indirect/uu call_ref/u return_call_ref/u
@1c typed_select/t @1f try_table/y @25 table_get/u table_set/u
@d0 ref_null/h ref_is_null ref_func/u ref_eq ref_as_non_null br_on_null/u br_on_non_null/u
@e0 cont_new/u cont_bind/uu suspend/u resume/ur resume_throw/uur switch/uu
"""
"""Opcode behind @, then names in ascending order of opcodes; behind each the shape of its immediates."""

_GARBAGE_COLLECTION = """
@0 struct_new/u struct_new_default/u struct_get/uu struct_get_s/uu struct_get_u/uu struct_set/uu array_new/u
array_new_default/u array_new_fixed/uu array_new_data/uu array_new_elem/uu array_get/u array_get_s/u
array_get_u/u array_set/u array_len array_fill/u array_copy/uu array_init_data/uu array_init_elem/uu
ref_test_non_null/h ref_test_nullable/h ref_cast_non_null/h ref_cast_nullable/h br_on_cast/cuhh
br_on_cast_fail/cuhh any_convert_extern extern_convert_any ref_i31 i31_get_s i31_get_u
"""
"""Behind the byte 0xfb, a number of its own."""

_MISCELLANEOUS = """
@0 i32_trunc_sat_f32_s i32_trunc_sat_f32_u i32_trunc_sat_f64_s i32_trunc_sat_f64_u i64_trunc_sat_f32_s
i64_trunc_sat_f32_u i64_trunc_sat_f64_s i64_trunc_sat_f64_u memory_init/uu data_drop/u memory_copy/uu
memory_fill/u table_init/uu elem_drop/u table_copy/uu table_grow/u table_size/u table_fill/u memory_discard/u
i64_add128 i64_sub128 i64_mul_wide_s i64_mul_wide_u
"""
"""Behind the byte 0xfc, a number of its own."""

_VECTORS = """
@0 v128_load/m v128_load8x8_s/m v128_load8x8_u/m v128_load16x4_s/m v128_load16x4_u/m v128_load32x2_s/m
v128_load32x2_u/m v128_load8_splat/m v128_load16_splat/m v128_load32_splat/m v128_load64_splat/m v128_store/m
v128_const/v i8x16_shuffle/v i8x16_swizzle i8x16_splat i16x8_splat i32x4_splat i64x2_splat f32x4_splat
f64x2_splat i8x16_extract_lane_s/b i8x16_extract_lane_u/b i8x16_replace_lane/b i16x8_extract_lane_s/b
i16x8_extract_lane_u/b i16x8_replace_lane/b i32x4_extract_lane/b i32x4_replace_lane/b i64x2_extract_lane/b
i64x2_replace_lane/b f32x4_extract_lane/b f32x4_replace_lane/b f64x2_extract_lane/b f64x2_replace_lane/b
i8x16_eq i8x16_ne i8x16_lt_s i8x16_lt_u i8x16_gt_s i8x16_gt_u i8x16_le_s i8x16_le_u i8x16_ge_s i8x16_ge_u
i16x8_eq i16x8_ne i16x8_lt_s i16x8_lt_u i16x8_gt_s i16x8_gt_u i16x8_le_s i16x8_le_u i16x8_ge_s i16x8_ge_u
i32x4_eq i32x4_ne i32x4_lt_s i32x4_lt_u i32x4_gt_s i32x4_gt_u i32x4_le_s i32x4_le_u i32x4_ge_s i32x4_ge_u
f32x4_eq f32x4_ne f32x4_lt f32x4_gt f32x4_le f32x4_ge f64x2_eq f64x2_ne f64x2_lt f64x2_gt f64x2_le f64x2_ge
v128_not v128_and v128_and_not v128_or v128_xor v128_bitselect v128_any_true v128_load8_lane/mb
v128_load16_lane/mb v128_load32_lane/mb v128_load64_lane/mb v128_store8_lane/mb v128_store16_lane/mb
v128_store32_lane/mb v128_store64_lane/mb v128_load32_zero/m v128_load64_zero/m f32x4_demote_f64x2_zero
f64x2_promote_low_f32x4 i8x16_abs i8x16_neg i8x16_popcnt i8x16_all_true i8x16_bitmask i8x16_narrow_i16x8_s
i8x16_narrow_i16x8_u f32x4_ceil f32x4_floor f32x4_trunc f32x4_nearest i8x16_shl i8x16_shr_s i8x16_shr_u
i8x16_add i8x16_add_sat_s i8x16_add_sat_u i8x16_sub i8x16_sub_sat_s i8x16_sub_sat_u f64x2_ceil f64x2_floor
i8x16_min_s i8x16_min_u i8x16_max_s i8x16_max_u f64x2_trunc i8x16_avgr_u i16x8_ext_add_pairwise_i8x16_s
i16x8_ext_add_pairwise_i8x16_u i32x4_ext_add_pairwise_i16x8_s i32x4_ext_add_pairwise_i16x8_u i16x8_abs i16x8_neg
i16x8_q15_mulr_sat_s i16x8_all_true i16x8_bitmask i16x8_narrow_i32x4_s i16x8_narrow_i32x4_u
i16x8_extend_low_i8x16_s i16x8_extend_high_i8x16_s i16x8_extend_low_i8x16_u i16x8_extend_high_i8x16_u i16x8_shl
i16x8_shr_s i16x8_shr_u i16x8_add i16x8_add_sat_s i16x8_add_sat_u i16x8_sub i16x8_sub_sat_s i16x8_sub_sat_u
f64x2_nearest i16x8_mul i16x8_min_s i16x8_min_u i16x8_max_s i16x8_max_u @9b i16x8_avgr_u
i16x8_ext_mul_low_i8x16_s i16x8_ext_mul_high_i8x16_s i16x8_ext_mul_low_i8x16_u i16x8_ext_mul_high_i8x16_u i32x4_abs
i32x4_neg @a3 i32x4_all_true i32x4_bitmask @a7 i32x4_extend_low_i16x8_s i32x4_extend_high_i16x8_s
i32x4_extend_low_i16x8_u i32x4_extend_high_i16x8_u i32x4_shl i32x4_shr_s i32x4_shr_u i32x4_add @b1 i32x4_sub @b5
i32x4_mul i32x4_min_s i32x4_min_u i32x4_max_s i32x4_max_u i32x4_dot_i16x8_s @bc i32x4_ext_mul_low_i16x8_s
i32x4_ext_mul_high_i16x8_s i32x4_ext_mul_low_i16x8_u i32x4_ext_mul_high_i16x8_u i64x2_abs i64x2_neg @c3
i64x2_all_true i64x2_bitmask @c7 i64x2_extend_low_i32x4_s i64x2_extend_high_i32x4_s i64x2_extend_low_i32x4_u
i64x2_extend_high_i32x4_u i64x2_shl i64x2_shr_s i64x2_shr_u i64x2_add @d1 i64x2_sub @d5 i64x2_mul i64x2_eq
i64x2_ne i64x2_lt_s i64x2_gt_s i64x2_le_s i64x2_ge_s i64x2_ext_mul_low_i32x4_s i64x2_ext_mul_high_i32x4_s
i64x2_ext_mul_low_i32x4_u i64x2_ext_mul_high_i32x4_u f32x4_abs f32x4_neg @e3 f32x4_sqrt f32x4_add f32x4_sub
f32x4_mul f32x4_div f32x4_min f32x4_max f32x4_p_min f32x4_p_max f64x2_abs f64x2_neg @ef f64x2_sqrt f64x2_add
f64x2_sub f64x2_mul f64x2_div f64x2_min f64x2_max f64x2_p_min f64x2_p_max i32x4_trunc_sat_f32x4_s
i32x4_trunc_sat_f32x4_u f32x4_convert_i32x4_s f32x4_convert_i32x4_u i32x4_trunc_sat_f64x2_s_zero
i32x4_trunc_sat_f64x2_u_zero f64x2_convert_low_i32x4_s f64x2_convert_low_i32x4_u i8x16_relaxed_swizzle
i32x4_relaxed_trunc_f32x4_s i32x4_relaxed_trunc_f32x4_u i32x4_relaxed_trunc_f64x2_s_zero
i32x4_relaxed_trunc_f64x2_u_zero f32x4_relaxed_madd f32x4_relaxed_nmadd f64x2_relaxed_madd f64x2_relaxed_nmadd
i8x16_relaxed_laneselect i16x8_relaxed_laneselect i32x4_relaxed_laneselect i64x2_relaxed_laneselect
f32x4_relaxed_min f32x4_relaxed_max f64x2_relaxed_min f64x2_relaxed_max i16x8_relaxed_q15mulr_s
i16x8_relaxed_dot_i8x16_i7x16_s i32x4_relaxed_dot_i8x16_i7x16_add_s
"""
"""Behind the byte 0xfd, a number of its own."""

_ATOMICS = """
@0 memory_atomic_notify/m memory_atomic_wait32/m memory_atomic_wait64/m atomic_fence/z @10 i32_atomic_load/m
i64_atomic_load/m i32_atomic_load8_u/m i32_atomic_load16_u/m i64_atomic_load8_u/m i64_atomic_load16_u/m
i64_atomic_load32_u/m i32_atomic_store/m i64_atomic_store/m i32_atomic_store8/m i32_atomic_store16/m
i64_atomic_store8/m i64_atomic_store16/m i64_atomic_store32/m i32_atomic_rmw_add/m i64_atomic_rmw_add/m
i32_atomic_rmw8_add_u/m i32_atomic_rmw16_add_u/m i64_atomic_rmw8_add_u/m i64_atomic_rmw16_add_u/m
i64_atomic_rmw32_add_u/m i32_atomic_rmw_sub/m i64_atomic_rmw_sub/m i32_atomic_rmw8_sub_u/m
i32_atomic_rmw16_sub_u/m i64_atomic_rmw8_sub_u/m i64_atomic_rmw16_sub_u/m i64_atomic_rmw32_sub_u/m
i32_atomic_rmw_and/m i64_atomic_rmw_and/m i32_atomic_rmw8_and_u/m i32_atomic_rmw16_and_u/m
i64_atomic_rmw8_and_u/m i64_atomic_rmw16_and_u/m i64_atomic_rmw32_and_u/m i32_atomic_rmw_or/m
i64_atomic_rmw_or/m i32_atomic_rmw8_or_u/m i32_atomic_rmw16_or_u/m i64_atomic_rmw8_or_u/m
i64_atomic_rmw16_or_u/m i64_atomic_rmw32_or_u/m i32_atomic_rmw_xor/m i64_atomic_rmw_xor/m
i32_atomic_rmw8_xor_u/m i32_atomic_rmw16_xor_u/m i64_atomic_rmw8_xor_u/m i64_atomic_rmw16_xor_u/m
i64_atomic_rmw32_xor_u/m i32_atomic_rmw_xchg/m i64_atomic_rmw_xchg/m i32_atomic_rmw8_xchg_u/m
i32_atomic_rmw16_xchg_u/m i64_atomic_rmw8_xchg_u/m i64_atomic_rmw16_xchg_u/m i64_atomic_rmw32_xchg_u/m
i32_atomic_rmw_cmpxchg/m i64_atomic_rmw_cmpxchg/m i32_atomic_rmw8_cmpxchg_u/m i32_atomic_rmw16_cmpxchg_u/m
i64_atomic_rmw8_cmpxchg_u/m i64_atomic_rmw16_cmpxchg_u/m i64_atomic_rmw32_cmpxchg_u/m global_atomic_get/ou
global_atomic_set/ou global_atomic_rmw_add/ou global_atomic_rmw_sub/ou global_atomic_rmw_and/ou
global_atomic_rmw_or/ou global_atomic_rmw_xor/ou global_atomic_rmw_xchg/ou global_atomic_rmw_cmpxchg/ou
table_atomic_get/ou table_atomic_set/ou table_atomic_rmw_xchg/ou table_atomic_rmw_cmpxchg/ou
struct_atomic_get/ouu struct_atomic_get_s/ouu struct_atomic_get_u/ouu struct_atomic_set/ouu
struct_atomic_rmw_add/ouu struct_atomic_rmw_sub/ouu struct_atomic_rmw_and/ouu struct_atomic_rmw_or/ouu
struct_atomic_rmw_xor/ouu struct_atomic_rmw_xchg/ouu struct_atomic_rmw_cmpxchg/ouu array_atomic_get/ou
array_atomic_get_s/ou array_atomic_get_u/ou array_atomic_set/ou array_atomic_rmw_add/ou array_atomic_rmw_sub/ou
array_atomic_rmw_and/ou array_atomic_rmw_or/ou array_atomic_rmw_xor/ou array_atomic_rmw_xchg/ou
array_atomic_rmw_cmpxchg/ou ref_i31_shared
"""
"""Behind the byte 0xfe, a number of its own."""


def _parse(table: str) -> dict[int, tuple[str, str]]:
    """Name as production's parser has it, and shape, by opcode."""
    operators = {}
    code = 0
    for word in table.split():
        if word.startswith("@"):
            code = int(word[1:], 16)
            continue
        name, _, shape = word.partition("/")
        operators[code] = "".join(part.capitalize() for part in name.split("_")), shape
        code += 1
    return operators


_OPERATORS = _parse(_SINGLE)
_PREFIXED = {
    0xFB: _parse(_GARBAGE_COLLECTION),
    0xFC: _parse(_MISCELLANEOUS),
    0xFD: _parse(_VECTORS),
    0xFE: _parse(_ATOMICS),
}


def read_foreign_operator(reader: ByteReader, op: int, blocks: list[int]) -> Unsupported:
    """Read the rest of an instruction whose opcode is not in the table; only the parser by itself gets here.

    Args:
        op: the first byte.
        blocks: opcodes of the open blocks; one kind of instruction opens another.

    Raises:
        Rejected: ModuleBinaryReader.
    """
    operators, code = (_PREFIXED[op], reader.u32()) if op in _PREFIXED else (_OPERATORS, op)
    if code not in operators:
        raise malformed(reader.offset - 1)
    name, shape = operators[code]
    if shape == "t":
        return Unsupported("TypedSelect" if _read_select_types(reader) == 1 else "TypedSelectMulti")
    if shape == "y":
        blocks.append(op)
    for part in shape:
        _SHAPES[part](reader)
    return Unsupported(name)


def _read_select_types(reader: ByteReader) -> int:
    count = _read_count(reader, MAX_SELECT_TYPES)
    for _ in range(count):
        read_value_type(reader)
    return count


def _read_count(reader: ByteReader, limit: int) -> int:
    start = reader.offset
    count = reader.u32()
    if count > limit:
        raise malformed(start)
    return count


def _read_limited_byte(reader: ByteReader, limit: int) -> int:
    value = reader.byte()
    if value > limit:
        raise malformed(reader.offset - 1)
    return value


def _read_ordering(reader: ByteReader) -> None:
    if reader.u32() > 1:
        raise malformed(reader.offset - 1)


def _read_try_table(reader: ByteReader) -> None:
    """A block type, then catch clauses with or without tag."""
    read_block_type(reader)
    for _ in range(_read_count(reader, MAX_CATCHES)):
        if _read_limited_byte(reader, 3) < 2:
            reader.u32()
        reader.u32()


def _read_resume_table(reader: ByteReader) -> None:
    """Handlers with a label, or that switch."""
    for _ in range(_read_count(reader, MAX_HANDLERS)):
        if _read_limited_byte(reader, 1) == 0:
            reader.u32()
        reader.u32()


_SHAPES: dict[str, Callable[[ByteReader], object]] = {
    "u": ByteReader.u32,
    "m": read_memory_argument,
    "b": ByteReader.byte,
    "v": lambda reader: reader.take(16),
    "o": _read_ordering,
    "z": lambda reader: _read_limited_byte(reader, 0),
    "c": lambda reader: _read_limited_byte(reader, 3),
    "h": read_heap_type,
    "y": _read_try_table,
    "r": _read_resume_table,
}
"""How immediates are read, by the letter in the tables."""
