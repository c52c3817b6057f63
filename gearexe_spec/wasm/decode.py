"""Decoding a code into a module, as production's parser does.

There are two readers of every code in production: the validator, which accepts or refuses the whole module, and the
parser that builds the module. The parser refuses four things that the validator accepts. `decode_module` is the parser
alone. `decode_for_validation` reads everything the validator accepts and hands back what the parser would have refused
first, for the caller to raise once the module is known to be valid.

Rules: WAS-20 to WAS-29.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.wasm.foreign_operators import Unsupported, read_foreign_operator
from gearexe_spec.wasm.instruction_reader import read_body, read_constant_expression, read_float_instruction
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
    ValueType,
)
from gearexe_spec.wasm.opcodes import FLOAT_IMMEDIATES, UNCHECKED_FLOAT_OPCODES, Instruction, camel_name
from gearexe_spec.wasm.reader import MAX_STRING_SIZE, ByteReader
from gearexe_spec.wasm.rejection import CodeRejection, invalid, malformed
from gearexe_spec.wasm.value_types import read_reference_type, read_type_definition, read_value_type

T = TypeVar("T")

MODULE_HEADER = b"\0asm\x01\0\0\0"
_COMPONENT_HEADER = b"\0asm\x0d\0\x01\0"

_CUSTOM, _TYPE, _IMPORT, _FUNCTION, _TABLE, _MEMORY, _GLOBAL = range(7)
_EXPORT, _START, _ELEMENT, _CODE, _DATA, _DATA_COUNT, _TAG = range(7, 14)
_ORDER = (
    _TYPE, _IMPORT, _FUNCTION, _TABLE, _MEMORY, _TAG, _GLOBAL, _EXPORT, _START, _ELEMENT, _DATA_COUNT, _CODE, _DATA,
)  # fmt: skip
"""Order of the sections; custom ones may stand anywhere (WAS-22)."""
_RANKS = {section: rank for rank, section in enumerate(_ORDER, start=1)}


def decode_module(code: bytes) -> Module:
    """The parser alone.

    Raises:
        Rejected: ModuleBinaryReader and the other reasons of `Module`.

    Rules: WAS-20 to WAS-29.
    Source: protocol/wasm-instrument/src/module.rs `Module::new`.
    """
    return _Decoder(code, strict=True).decode()[0]


def decode_for_validation(code: bytes) -> tuple[Module, Rejected | None]:
    """Everything the validator accepts, and what the parser would refuse first in it.

    Returns:
        The module, and None or a rejection: ModuleBinaryReader (name section), ModuleUnsupportedInstruction,
        ModulePassiveDataKind, ModuleElementTableIdx.

    Raises:
        Rejected: Validation, for what is malformed or of a proposal that is not enabled.

    Rules: WAS-20 to WAS-29.
    """
    try:
        return _Decoder(code, strict=False).decode()
    except Rejected as rejected:
        if rejected.reason is CodeRejection.ModuleBinaryReader:
            raise Rejected(CodeRejection.Validation, *rejected.arguments) from None
        raise


class _Decoder:
    """One pass over a code; fields gather the sections."""

    def __init__(self, code: bytes, strict: bool) -> None:
        self.reader = ByteReader(code, 0)
        self.strict = strict
        self.deferred: Rejected | None = None
        self.foreign = self.read_strange_operator if strict else self.read_refused_operator
        self.sections: dict[str, Any] = {}
        self.custom: list[tuple[str, bytes]] = []
        self.code_count: int | None = None
        self.data_count: int | None = None
        self.data_entries: int | None = None

    def decode(self) -> tuple[Module, Rejected | None]:
        """Header, sections, and what must agree between them (WAS-21, WAS-23, WAS-25)."""
        header = self.reader.data[:8]
        if header not in (MODULE_HEADER, _COMPONENT_HEADER):
            raise malformed(0 if header[:4] != MODULE_HEADER[:4] else 4)
        self.reader.position = 8
        is_module = header == MODULE_HEADER
        if not (is_module or self.strict):
            raise invalid(0)

        last = 0
        while not self.reader.at_end:
            last = self.read_section(is_module, last)
        self.check_code_count(self.reader.offset)
        self.check_data_count(self.reader.offset)
        return Module(**self.sections, custom=tuple(self.custom) or None), self.deferred

    def read_section(self, is_module: bool, last: int) -> int:
        """Read a section (WAS-21, WAS-22); the rank of the last ordered section goes in and out."""
        at = self.reader.offset
        section = self.reader.byte()
        if section >= 0x80:
            raise malformed(at)
        length = self.reader.u32()
        if section == _CUSTOM:
            self.read_custom(self.reader.part(length))
            return last
        read = _SECTIONS.get(section) if is_module else None
        if read is None:
            self.reader.take(length)
            if not self.strict:
                raise invalid(self.reader.offset)
            return last

        rank = _RANKS[section]
        if rank <= last:
            raise malformed(self.reader.offset)
        if section == _CODE:  # production reads the bodies one by one, so a section that is cut is seen late
            part = self.reader.part(min(length, len(self.reader.data) - self.reader.position))
            read(self, part)
            if len(part.data) < length:
                raise malformed(self.reader.offset)
        else:
            read(self, self.reader.part(length))
        return rank

    def refuse(self, rejected: Rejected) -> None:
        """The parser refuses what the validator accepts (WAS-28)."""
        if self.strict:
            raise rejected
        self.deferred = self.deferred or rejected

    def refuse_both(self, reason: CodeRejection, offset: int, *arguments: object) -> Rejected:
        """What the parser and the validator refuse, each in its own words."""
        return Rejected(reason, *arguments) if self.strict else invalid(offset)

    # Operators that programs cannot use

    def read_refused_operator(self, reader: ByteReader, op: int, blocks: list[int]) -> Instruction:
        """The validator refuses all of them but ten, which are its oversight (WAS-11)."""
        del blocks
        if op not in UNCHECKED_FLOAT_OPCODES:
            raise invalid(reader.offset - 1)
        self.refuse(Rejected(CodeRejection.ModuleUnsupportedInstruction, camel_name(op)))
        return op, None

    def read_strange_operator(self, reader: ByteReader, op: int, blocks: list[int]) -> Instruction:
        """The parser reads it whole, then names it (WAS-28)."""
        if op in FLOAT_IMMEDIATES:
            read_float_instruction(reader, op)
            return op, Unsupported(camel_name(op))
        return op, read_foreign_operator(reader, op, blocks)

    def read_body_operator(self, reader: ByteReader, op: int, blocks: list[int]) -> Instruction:
        """In a body the first one ends the parsing."""
        instruction = self.foreign(reader, op, blocks)
        self.check_supported((instruction,))
        return instruction

    @staticmethod
    def check_supported(expression: Expression) -> None:
        """Refuse the first unsupported instruction of an expression (WAS-28)."""
        for _, immediate in expression:
            if isinstance(immediate, Unsupported):
                raise Rejected(CodeRejection.ModuleUnsupportedInstruction, immediate.name)

    # Sections

    def read_types(self, reader: ByteReader) -> None:
        self.sections["types"] = self.read_all(reader, self.read_type)

    def read_type(self, reader: ByteReader) -> FunctionType:
        """A function type; the validator refuses forms of later proposals (WAS-16)."""
        start = reader.offset
        defined, needs_proposal = read_type_definition(reader)
        if needs_proposal and not self.strict:
            raise invalid(start)
        return defined

    def read_imports(self, reader: ByteReader) -> None:
        self.sections["imports"] = self.read_all(reader, _read_import)

    def read_functions(self, reader: ByteReader) -> None:
        self.sections["functions"] = self.read_all(reader, ByteReader.u32)

    def read_tables(self, reader: ByteReader) -> None:
        """At most one table; an empty section is as good as none (WAS-24)."""
        self.sections["table"] = self.read_single(reader, self.read_table, CodeRejection.ModuleMultipleTables)

    def read_table(self, reader: ByteReader) -> TableType:
        """A table; one with an initial value is of a later proposal."""
        has_init = reader.peek() == 0x40
        if has_init and reader.take(2) != b"\x40\0":
            raise malformed(reader.offset - 1)
        table = _read_table_type(reader)
        if has_init:
            read_constant_expression(reader, self.foreign)
            raise self.refuse_both(CodeRejection.ModuleTableInitExpr, reader.offset)
        return table

    def read_memories(self, reader: ByteReader) -> None:
        """At most one memory; an empty section is as good as none (WAS-24)."""
        self.sections["memory"] = self.read_single(reader, _read_memory_type, CodeRejection.ModuleMultipleMemories)

    def read_tags(self, reader: ByteReader) -> None:
        reader.u32()
        if not self.strict:
            raise invalid(reader.base)

    def read_globals(self, reader: ByteReader) -> None:
        self.sections["globals"] = self.read_all(reader, self.read_global)

    def read_global(self, reader: ByteReader) -> Global:
        """Type and initial value."""
        kind = _read_global_type(reader)
        init = self.read_expression(reader)
        self.check_supported(init)
        return Global(kind, init)

    def read_exports(self, reader: ByteReader) -> None:
        self.sections["exports"] = self.read_all(reader, _read_export)

    def read_start(self, reader: ByteReader) -> None:
        self.sections["start"] = _read_only_u32(reader)

    def read_elements(self, reader: ByteReader) -> None:
        self.sections["elements"] = self.read_all(reader, self.read_element)

    def read_element(self, reader: ByteReader) -> Element:
        """Read by the flags of all proposals, then refused if not of the first form (WAS-26)."""
        start = reader.offset
        flags = reader.u32()
        if flags > 7:
            raise malformed(reader.offset - 1)
        active, explicit, expressions = not flags & 1, bool(flags & 2), bool(flags & 4)
        table = reader.u32() if active and explicit else None
        offset = self.read_expression(reader) if active else ()
        if flags & 3 and expressions:
            read_reference_type(reader)
        elif flags & 3 and reader.byte() != ExternalKind.FUNCTION:
            raise malformed(reader.offset - 1)
        read_item: Callable[[ByteReader], Any] = self.read_expression if expressions else ByteReader.u32
        items = tuple([read_item(reader) for _ in range(reader.u32())])

        if not active:
            raise self.refuse_both(CodeRejection.ModuleNonActiveElementKind, start)
        if table is not None:
            if table != 0:
                raise self.refuse_both(CodeRejection.ModuleElementTableIdx, start, table)
            self.refuse(Rejected(CodeRejection.ModuleElementTableIdx, table))
        self.check_supported(offset)
        if expressions:
            raise self.refuse_both(CodeRejection.ModuleElementExpressions, start)
        return Element(offset, items)

    def read_data_count(self, reader: ByteReader) -> None:
        """The count itself is not kept, but leaves an empty data section (WAS-25)."""
        self.data_count = _read_only_u32(reader)
        self.sections["data"] = ()
        if self.data_count > 100_000 and not self.strict:
            raise invalid(reader.base)

    def read_code(self, reader: ByteReader) -> None:
        """As many bodies as functions (WAS-23)."""
        start = reader.offset
        self.code_count = reader.u32()
        self.check_code_count(start)
        bodies = []
        for _ in range(self.code_count):
            bodies.append(self.read_function(reader.part(reader.u32())))
        if not reader.at_end:
            raise malformed(reader.offset)
        self.sections["code"] = tuple(bodies)

    def read_function(self, reader: ByteReader) -> Function:
        """Local groups, then instructions (WAS-13, WAS-27)."""
        groups = []
        total = 0
        for _ in range(reader.u32()):
            count = reader.u32()
            total += count
            if total >= 1 << 32:
                raise malformed(reader.offset)
            groups.append((count, read_value_type(reader)))
        instructions, closed = read_body(reader, self.read_body_operator)
        if not (closed or self.strict):
            raise invalid(reader.offset)
        return Function(tuple(groups), instructions)

    def read_data(self, reader: ByteReader) -> None:
        self.data_entries = ByteReader(reader.data, reader.base).u32()
        self.check_data_count(reader.offset)
        self.sections["data"] = self.read_all(reader, self.read_segment)

    def read_segment(self, reader: ByteReader) -> Data:
        """Passive, active, or active with the memory's index (WAS-25)."""
        start = reader.offset
        flags = reader.u32()
        if flags > 2:
            raise malformed(start)
        memory = reader.u32() if flags == 2 else 0
        offset = None if flags == 1 else self.read_expression(reader)
        data = reader.take(reader.u32())
        if offset is None:
            self.refuse(Rejected(CodeRejection.ModulePassiveDataKind))
            return Data(None, data)
        if memory != 0:
            raise self.refuse_both(CodeRejection.ModuleNonZeroMemoryIdx, start, memory)
        self.check_supported(offset)
        return Data(offset, data)

    def read_custom(self, reader: ByteReader) -> None:
        """The last name section is kept decoded, but each must be well-formed (WAS-29)."""
        name = reader.name()
        if name != "name":
            self.custom.append((name, reader.take(len(reader.data) - reader.position)))
            return
        try:
            self.sections["names"] = read_names(reader)
        except Rejected as rejected:
            self.refuse(rejected)

    # Shapes

    def read_expression(self, reader: ByteReader) -> Expression:
        return tuple(read_constant_expression(reader, self.foreign))

    def read_all(self, reader: ByteReader, read: Callable[[ByteReader], T]) -> tuple[T, ...]:
        """Count, items, and nothing behind them (WAS-21)."""
        items = tuple([read(reader) for _ in range(reader.u32())])
        if not reader.at_end:
            raise malformed(reader.offset)
        return items

    def read_single(self, reader: ByteReader, read: Callable[[ByteReader], T], many: CodeRejection) -> T | None:
        """One item or none; whatever stands behind the first counts as a second one."""
        count = reader.u32()
        if count == 0:
            if not reader.at_end:
                raise malformed(reader.offset)
            return None
        item = read(reader)
        if count > 1 or not reader.at_end:
            raise self.refuse_both(many, reader.offset)
        return item

    def check_code_count(self, offset: int) -> None:
        """As many bodies as functions; either section may be missing if the other is empty (WAS-23)."""
        functions = self.sections.get("functions")
        declared = 0 if functions is None else len(functions)
        if declared != (self.code_count or 0):
            raise malformed(offset)

    def check_data_count(self, offset: int) -> None:
        """The data count, if there, is the number of segments (WAS-25)."""
        if self.data_count is not None and self.data_count != (self.data_entries or 0):
            raise malformed(offset)


_SECTIONS: dict[int, Callable[[_Decoder, ByteReader], None]] = {
    _TYPE: _Decoder.read_types,
    _IMPORT: _Decoder.read_imports,
    _FUNCTION: _Decoder.read_functions,
    _TABLE: _Decoder.read_tables,
    _MEMORY: _Decoder.read_memories,
    _TAG: _Decoder.read_tags,
    _GLOBAL: _Decoder.read_globals,
    _EXPORT: _Decoder.read_exports,
    _START: _Decoder.read_start,
    _ELEMENT: _Decoder.read_elements,
    _DATA_COUNT: _Decoder.read_data_count,
    _CODE: _Decoder.read_code,
    _DATA: _Decoder.read_data,
}


def _read_only_u32(reader: ByteReader) -> int:
    value = reader.u32()
    if not reader.at_end:
        raise malformed(reader.offset)
    return value


def _read_import(reader: ByteReader) -> Import:
    module, name = reader.name(), reader.name()
    return Import(module, name, _IMPORT_KINDS[_read_external_kind(reader)](reader))


def _read_external_kind(reader: ByteReader) -> ExternalKind:
    kind = reader.byte()
    if kind > ExternalKind.TAG:
        raise malformed(reader.offset - 1)
    return ExternalKind(kind)


def _read_table_type(reader: ByteReader) -> TableType:
    element: ValueType = read_reference_type(reader)
    flags = reader.byte()
    if flags > 0b111:
        raise malformed(reader.offset - 1)
    initial = reader.u32()
    return TableType(element, flags, initial, reader.u32() if flags & 1 else None)


def _read_memory_type(reader: ByteReader) -> MemoryType:
    start = reader.offset
    flags = reader.byte()
    if flags > 0b1111:
        raise malformed(start)
    initial = reader.u32()
    maximum = reader.u32() if flags & 1 else None
    page_size = reader.u32() if flags & 0b1000 else None
    if page_size is not None and page_size >= 64:
        raise malformed(start)
    return MemoryType(flags, initial, maximum, page_size)


def _read_global_type(reader: ByteReader) -> GlobalType:
    content = read_value_type(reader)
    flags = reader.byte()
    if flags > 0b11:
        raise malformed(reader.offset - 1)
    return GlobalType(content, flags)


def _read_tag_type(reader: ByteReader) -> TagType:
    if reader.byte() != 0:
        raise malformed(reader.offset - 1)
    return TagType(reader.u32())


_IMPORT_KINDS: dict[ExternalKind, Callable[[ByteReader], int | TableType | MemoryType | GlobalType | TagType]] = {
    ExternalKind.FUNCTION: ByteReader.u32,
    ExternalKind.TABLE: _read_table_type,
    ExternalKind.MEMORY: _read_memory_type,
    ExternalKind.GLOBAL: _read_global_type,
    ExternalKind.TAG: _read_tag_type,
}


def _read_export(reader: ByteReader) -> Export:
    name = reader.name()
    kind = _read_external_kind(reader)
    return Export(name, kind, reader.u32())


_MODULE_NAME = 0
_INDIRECT = frozenset((2, 3, 10))
"""Name subsections by two indices: locals, labels, fields."""
_DIRECT = frozenset((1, 4, 5, 6, 7, 8, 9, 11))
"""Name subsections by index: functions, types, tables, memories, globals, elements, data, tags."""


def read_names(reader: ByteReader) -> tuple[NameSubsection, ...]:
    """The name section: subsections of any id below 128 in any order and number (WAS-29).

    Raises:
        Rejected: ModuleBinaryReader.
    """
    subsections = []
    while not reader.at_end:
        subsection = reader.byte()
        if subsection >= 0x80:
            raise malformed(reader.offset - 1)
        part = reader.part(reader.u32())
        subsections.append(NameSubsection(subsection, _read_name_content(subsection, part)))
        if not part.at_end:
            raise malformed(part.offset)
    return tuple(subsections)


def _read_name_content(
    subsection: int, reader: ByteReader
) -> str | tuple[Naming, ...] | tuple[tuple[int, tuple[Naming, ...]], ...] | bytes:
    if subsection == _MODULE_NAME:
        return reader.name()
    if subsection in _DIRECT:
        return _read_namings(reader, None)
    if subsection in _INDIRECT:
        return tuple([(reader.u32(), _read_namings(reader, MAX_STRING_SIZE)) for _ in range(reader.u32())])
    return reader.take(len(reader.data))


def _read_namings(reader: ByteReader, limit: int | None) -> tuple[Naming, ...]:
    return tuple([(reader.u32(), reader.name(limit)) for _ in range(reader.u32())])
