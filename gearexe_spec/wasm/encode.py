"""Writing a module: minimal numbers, fixed order of sections, the name section behind all others.

The lengths decide what instantiation costs and whether a code is too large, so every byte is normative.

Rules: WAS-4, INS-1 to INS-6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from gearexe_spec.wasm.decode import MODULE_HEADER
from gearexe_spec.wasm.model import (
    Data,
    Element,
    Export,
    Expression,
    ExternalKind,
    Function,
    FunctionType,
    Global,
    GlobalType,
    Import,
    MemoryType,
    Module,
    NameSubsection,
    Naming,
    TableType,
    TagType,
)
from gearexe_spec.wasm.opcodes import IMMEDIATES, Immediate, Instruction, Op
from gearexe_spec.wasm.reader import encode_name, encode_signed, encode_unsigned, with_length

T = TypeVar("T")
_Entry = Naming | tuple[int, tuple[Naming, ...]]
_END = bytes((Op.END,))
_SINGLE_BYTES = tuple(bytes((op,)) for op in range(256))


def encode_module(module: Module) -> bytes:
    """The only encoding of a module (INS-1).

    Rules: INS-1 to INS-6.
    Source: protocol/wasm-instrument/src/module.rs `Module::serialize`.
    """
    sections: tuple[tuple[int, Any, Callable[[Any], bytes]], ...] = (
        (1, module.types, lambda items: _vector(items, _encode_function_type)),
        (2, module.imports, lambda items: _vector(items, _encode_import)),
        (3, module.functions, lambda items: _vector(items, encode_unsigned)),
        (4, module.table, lambda table: b"\x01" + _encode_table_type(table)),
        (5, module.memory, lambda memory: b"\x01" + _encode_memory_type(memory)),
        (6, module.globals, lambda items: _vector(items, _encode_global)),
        (7, module.exports, lambda items: _vector(items, _encode_export)),
        (8, module.start, encode_unsigned),
        (9, module.elements, lambda items: _vector(items, _encode_element)),
        (10, module.code, encode_code_section),
        (11, module.data, lambda items: _vector(items, _encode_data)),
        (0, module.names, lambda names: encode_name("name") + b"".join(map(_encode_name_subsection, names))),
    )
    out = [MODULE_HEADER]
    for section, content, encode in sections:
        if content is not None:
            out.append(_SINGLE_BYTES[section] + with_length(encode(content)))
    for name, data in module.custom or ():
        out.append(b"\0" + with_length(encode_name(name) + data))
    return b"".join(out)


def encode_type_section(types: tuple[FunctionType, ...]) -> bytes:
    """Payload of the type section, with its count (INS-2)."""
    return _vector(types, _encode_function_type)


def encode_code_section(functions: tuple[Function, ...]) -> bytes:
    """Payload of the code section, with its count (INS-5)."""
    known = InstructionBytes()
    return _vector(functions, lambda function: with_length(_encode_function(function, known)))


class InstructionBytes(dict[Instruction, bytes]):
    """Encodings of the instructions met so far: programs repeat themselves."""

    def __missing__(self, instruction: Instruction) -> bytes:
        encoded = encode_instruction(instruction)
        self[instruction] = encoded
        return encoded


def encode_instruction(instruction: Instruction) -> bytes:
    """Opcode and immediate (INS-6)."""
    op, immediate = instruction
    opcode = _SINGLE_BYTES[op]
    match IMMEDIATES[op]:
        case Immediate.INDEX:
            return opcode + encode_unsigned(immediate)
        case Immediate.S32 | Immediate.S64:
            return opcode + encode_signed(immediate)
        case Immediate.MEMORY:
            return opcode + b"".join(map(encode_unsigned, immediate))
        case Immediate.BLOCK:
            return opcode + bytes(immediate)
        case Immediate.INDIRECT:
            return opcode + encode_unsigned(immediate) + b"\0"
        case Immediate.LABELS:
            labels, default = immediate
            return opcode + _vector(labels, encode_unsigned) + encode_unsigned(default)
        case Immediate.ZERO:
            return opcode + b"\0"
        case _:
            return opcode


def _vector(items: Iterable[T], encode: Callable[[T], bytes]) -> bytes:
    encoded = [encode(item) for item in items]
    return encode_unsigned(len(encoded)) + b"".join(encoded)


def _encode_function_type(kind: FunctionType) -> bytes:
    return b"\x60" + _vector(kind.params, bytes) + _vector(kind.results, bytes)


def _encode_import(entry: Import) -> bytes:
    return encode_name(entry.module) + encode_name(entry.name) + _encode_description(entry.description)


def _encode_description(description: int | TableType | MemoryType | GlobalType | TagType) -> bytes:
    match description:
        case TableType():
            return bytes((ExternalKind.TABLE,)) + _encode_table_type(description)
        case MemoryType():
            return bytes((ExternalKind.MEMORY,)) + _encode_memory_type(description)
        case GlobalType():
            return bytes((ExternalKind.GLOBAL,)) + _encode_global_type(description)
        case TagType():
            return bytes((ExternalKind.TAG, 0)) + encode_unsigned(description.type_index)
        case _:
            return bytes((ExternalKind.FUNCTION,)) + encode_unsigned(description)


def _encode_limits(flags: int, initial: int, maximum: int | None) -> bytes:
    limits = bytes((flags,)) + encode_unsigned(initial)
    return limits if maximum is None else limits + encode_unsigned(maximum)


def _encode_table_type(table: TableType) -> bytes:
    return table.element + _encode_limits(table.flags, table.initial, table.maximum)


def _encode_memory_type(memory: MemoryType) -> bytes:
    limits = _encode_limits(memory.flags, memory.initial, memory.maximum)
    return limits if memory.page_size is None else limits + encode_unsigned(memory.page_size)


def _encode_global_type(kind: GlobalType) -> bytes:
    return kind.content + bytes((kind.flags,))


def _encode_expression(expression: Expression) -> bytes:
    return b"".join(map(encode_instruction, expression)) + _END


def _encode_global(entry: Global) -> bytes:
    return _encode_global_type(entry.type) + _encode_expression(entry.init)


def _encode_export(export: Export) -> bytes:
    return encode_name(export.name) + bytes((export.kind,)) + encode_unsigned(export.index)


def _encode_element(element: Element) -> bytes:
    return b"\0" + _encode_expression(element.offset) + _vector(element.functions, encode_unsigned)


def _encode_data(segment: Data) -> bytes:
    assert segment.offset is not None, "the decoder keeps no passive segments"
    flag = b"\x02" + encode_unsigned(segment.memory) if segment.memory else b"\0"
    return flag + _encode_expression(segment.offset) + with_length(segment.data)


def _encode_function(function: Function, known: InstructionBytes) -> bytes:
    """Local groups as they were, then the instructions; a body without any gets its `end` (INS-5)."""
    local_groups = _vector(function.locals, lambda group: encode_unsigned(group[0]) + group[1])
    return local_groups + (b"".join(map(known.__getitem__, function.instructions)) or _END)


def _encode_name_subsection(subsection: NameSubsection) -> bytes:
    content = subsection.content
    if isinstance(content, str):
        encoded = encode_name(content)
    elif isinstance(content, bytes):
        encoded = content
    else:
        entries: tuple[_Entry, ...] = content
        encoded = _vector(entries, _encode_naming)
    return _SINGLE_BYTES[subsection.id] + with_length(encoded)


def _encode_naming(entry: _Entry) -> bytes:
    index, named = entry
    if isinstance(named, str):
        return encode_unsigned(index) + encode_name(named)
    inner: tuple[_Entry, ...] = named
    return encode_unsigned(index) + _vector(inner, _encode_naming)
