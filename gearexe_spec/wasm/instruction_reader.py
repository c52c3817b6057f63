"""Reading instructions: the loop in which most of the time is spent.

Rules: WAS-10 to WAS-13.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gearexe_spec.wasm.opcodes import FLOAT_IMMEDIATES, IMMEDIATES, PLAIN, Immediate, Instruction, Op
from gearexe_spec.wasm.reader import ByteReader
from gearexe_spec.wasm.rejection import malformed
from gearexe_spec.wasm.value_types import read_block_type

MAX_BR_TABLE_SIZE = 131_072
"""Greatest number of labels of a `br_table`, its default not counted (WAS-12)."""
MAX_ALIGNMENT = 32
"""Alignments are exponents below this number; what is too large for the instruction is the validator's affair."""

ForeignReader = Callable[[ByteReader, int, list[int]], Instruction]
"""Called behind an opcode that is not in the table, with the opcode and the stack of open blocks."""

_INDEX, _NONE, _S32, _MEMORY, _END, _BLOCK = (
    Immediate.INDEX,
    Immediate.NONE,
    Immediate.S32,
    Immediate.MEMORY,
    Immediate.END,
    Immediate.BLOCK,
)


def read_body(reader: ByteReader, foreign: ForeignReader) -> tuple[list[Instruction], bool]:
    """All instructions up to the end of the bytes (WAS-10).

    Returns:
        The instructions, and whether the last of them closes the function: a body may end too early (WAS-13).

    Raises:
        Rejected: ModuleBinaryReader; or what `foreign` raises.
    """
    instructions, blocks = _read_instructions(reader, foreign)
    if not reader.at_end:
        raise malformed(reader.offset)
    return instructions, not blocks


def read_constant_expression(reader: ByteReader, foreign: ForeignReader) -> list[Instruction]:
    """Instructions up to the first `end`, which is not returned.

    Raises:
        Rejected: ModuleBinaryReader, also if that `end` closes an inner block (WAS-13); or what `foreign` raises.
    """
    instructions: list[Instruction] = []
    blocks = [Op.BLOCK]
    while True:
        op = reader.byte()
        if op == Op.END:
            if len(blocks) > 1:
                raise malformed(reader.offset)
            return instructions
        instructions.append(_read_rare(reader, op, blocks, foreign))


def _read_instructions(reader: ByteReader, foreign: ForeignReader) -> tuple[list[Instruction], list[int]]:
    """Instructions until the function's block is closed or the bytes end, and the opcodes of the blocks still open."""
    data = reader.data
    size = len(data)
    position = reader.position
    blocks = [Op.BLOCK]
    instructions: list[Instruction] = []
    emit = instructions.append
    kinds, plain = IMMEDIATES, PLAIN
    try:
        while blocks and position < size:
            op = data[position]
            position += 1
            kind = kinds[op]
            if kind == _INDEX:
                value = data[position]
                position += 1
                if value >= 0x80:
                    reader.position = position - 1
                    value = reader.u32()
                    position = reader.position
                emit((op, value))
            elif kind == _NONE:
                emit(plain[op])
            elif kind == _S32 and data[position] < 0x80:
                value = data[position]
                position += 1
                emit((op, value if value < 0x40 else value - 0x80))
            elif kind == _MEMORY and data[position] < MAX_ALIGNMENT and data[position + 1] < 0x80:
                emit((op, (data[position], data[position + 1])))
                position += 2
            elif kind == _END:
                blocks.pop()
                emit(plain[op])
            else:
                reader.position = position
                emit(_read_rare(reader, op, blocks, foreign))
                position = reader.position
    except IndexError:
        raise malformed(reader.base + size) from None
    reader.position = position
    return instructions, blocks


def _read_rare(reader: ByteReader, op: int, blocks: list[int], foreign: ForeignReader) -> Instruction:
    """Any instruction but `end`, its opcode read already."""
    kind = IMMEDIATES[op]
    if kind == _BLOCK:
        blocks.append(op)
        return op, read_block_type(reader)
    if kind == Immediate.ELSE and blocks[-1] != Op.IF:
        raise malformed(reader.offset)
    if kind == Immediate.FOREIGN:
        return foreign(reader, op, blocks)
    return op, _IMMEDIATE_READERS[kind](reader)


def read_float_instruction(reader: ByteReader, op: int) -> Instruction:
    """A floating-point instruction, its opcode read already (WAS-11)."""
    return op, _IMMEDIATE_READERS[FLOAT_IMMEDIATES[op]](reader)


def _read_nothing(reader: ByteReader) -> None:
    del reader


def read_memory_argument(reader: ByteReader) -> tuple[int, int]:
    """Alignment as an exponent, and offset."""
    start = reader.offset
    alignment = reader.u32()
    if alignment >= MAX_ALIGNMENT:
        raise malformed(start)
    return alignment, reader.u32()


def _read_zero(reader: ByteReader) -> None:
    if reader.byte() != 0:
        raise malformed(reader.offset - 1)


def _read_indirect(reader: ByteReader) -> int:
    type_index = reader.u32()
    _read_zero(reader)
    return type_index


def _read_labels(reader: ByteReader) -> tuple[tuple[int, ...], int]:
    """The labels of `br_table`, and the default one (WAS-12)."""
    start = reader.offset
    count = reader.u32()
    if count > MAX_BR_TABLE_SIZE:
        raise malformed(start)
    labels = tuple([reader.u32() for _ in range(count)])
    return labels, reader.u32()


_IMMEDIATE_READERS: dict[Immediate, Callable[[ByteReader], Any]] = {
    Immediate.INDEX: ByteReader.u32,
    Immediate.NONE: _read_nothing,
    Immediate.ELSE: _read_nothing,
    Immediate.S32: ByteReader.s32,
    Immediate.S64: ByteReader.s64,
    Immediate.MEMORY: read_memory_argument,
    Immediate.ZERO: _read_zero,
    Immediate.INDIRECT: _read_indirect,
    Immediate.LABELS: _read_labels,
    Immediate.F32: lambda reader: reader.take(4),
    Immediate.F64: lambda reader: reader.take(8),
}
