"""WebAssembly validation with the features that programs may use: 1.0 with sign extension, without floats.

Which of several faults is found first cannot be seen: all have one name. Only the offset differs, and that is
informative.

Rules: WAS-30 to WAS-39.
"""

from __future__ import annotations

from collections.abc import Sequence

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.wasm.decode import decode_for_validation
from gearexe_spec.wasm.model import (
    FUNCREF,
    I32_TYPE,
    I64_TYPE,
    Element,
    Expression,
    ExternalKind,
    FunctionType,
    GlobalType,
    Import,
    MemoryType,
    Module,
    TableType,
    TagType,
    ValueType,
)
from gearexe_spec.wasm.opcodes import Op
from gearexe_spec.wasm.rejection import invalid
from gearexe_spec.wasm.type_check import Context, Signature, check_body

MAX_TYPES = MAX_FUNCTIONS = MAX_IMPORTS = MAX_EXPORTS = MAX_GLOBALS = 1_000_000
"""Out of reach for a code of at most 524288 bytes, and therefore not checked again."""
MAX_SEGMENTS = 100_000
"""Greatest number of element segments, and of data segments (WAS-38)."""
MAX_ELEMENTS = 10_000_000
MAX_MEMORY_PAGES = 65_536
"""Greatest initial or maximal size of a memory in pages (WAS-33)."""
MAX_TYPE_SIZE = 1_000_000
"""Greatest sum of the sizes of all imported and exported types (WAS-35)."""


def validate(code: bytes) -> tuple[Module, Rejected | None]:
    """Decode a code and check that it is a valid module.

    Returns:
        The module, and what production's parser refuses in it although it is valid, to be raised next.

    Raises:
        Rejected: Validation, with the offset of the fault where it is known, else of the end of the code.

    Rules: WAS-30 to WAS-48.
    Source: wasmparser 0.230 with the features WASM1 and SIGN_EXTENSION without FLOATS; protocol/core/src/code/mod.rs.
    """
    module, deferred = decode_for_validation(code)
    if not is_valid(module):
        raise invalid(len(code))
    return module, deferred


def is_valid(module: Module) -> bool:
    """Whether a decoded module keeps all rules (WAS-30 to WAS-48)."""
    return (
        all(map(_is_valid_type, module.types or ()))
        and _are_valid_imports(module)
        and all(index < len(module.types or ()) for index in module.functions or ())
        and _is_valid_table(module)
        and _is_valid_memory(module)
        and _are_valid_globals(module)
        and _are_valid_exports(module)
        and _is_valid_start(module)
        and _are_valid_elements(module)
        and _are_valid_data(module)
        and _are_valid_bodies(module)
    )


def _is_number(kind: ValueType) -> bool:
    return kind in (I32_TYPE, I64_TYPE)


def _is_valid_type(kind: FunctionType) -> bool:
    """Numbers only, at most one result (WAS-31)."""
    return all(map(_is_number, kind.params + kind.results)) and len(kind.results) <= 1


def _are_valid_imports(module: Module) -> bool:
    """What is imported exists and is of an allowed type (WAS-32)."""
    return all(_is_valid_import(module, entry) for entry in module.imports or ())


def _is_valid_import(module: Module, entry: Import) -> bool:
    match entry.description:
        case TableType() as table:
            return _is_valid_table_type(table)
        case MemoryType() as memory:
            return _is_valid_memory_type(memory)
        case GlobalType() as kind:
            return _is_valid_global_type(kind)
        case TagType():
            return False
        case type_index:
            return type_index < len(module.types or ())


def _are_valid_limits(initial: int, maximum: int | None) -> bool:
    return maximum is None or initial <= maximum


def _is_valid_table_type(table: TableType) -> bool:
    """Functions, plain limits (WAS-34)."""
    return table.element == FUNCREF and table.flags <= 1 and _are_valid_limits(table.initial, table.maximum)


def _is_valid_memory_type(memory: MemoryType) -> bool:
    """Plain limits of at most 65536 pages (WAS-33)."""
    sizes = (memory.initial, memory.initial if memory.maximum is None else memory.maximum)
    return memory.flags <= 1 and sizes[0] <= sizes[1] and max(sizes) <= MAX_MEMORY_PAGES


def _is_valid_global_type(kind: GlobalType) -> bool:
    return _is_number(kind.content) and kind.flags <= 1


def _tables(module: Module) -> int:
    imported = sum(isinstance(entry.description, TableType) for entry in module.imports or ())
    return imported + (module.table is not None)


def _memories(module: Module) -> int:
    imported = sum(isinstance(entry.description, MemoryType) for entry in module.imports or ())
    return imported + (module.memory is not None)


def _is_valid_table(module: Module) -> bool:
    """At most one table, imported or defined (WAS-34)."""
    return _tables(module) <= 1 and (module.table is None or _is_valid_table_type(module.table))


def _is_valid_memory(module: Module) -> bool:
    """At most one memory, imported or defined (WAS-33)."""
    return _memories(module) <= 1 and (module.memory is None or _is_valid_memory_type(module.memory))


def _are_valid_globals(module: Module) -> bool:
    imported = module.imported_globals
    return all(
        _is_valid_global_type(entry.type) and _is_constant(entry.init, entry.type.content, imported)
        for entry in module.globals or ()
    )


def _is_constant(expression: Expression, kind: ValueType, imported: Sequence[GlobalType]) -> bool:
    """One constant, or one imported global that never changes, of the type wanted (WAS-37)."""
    if len(expression) != 1:
        return False
    op, immediate = expression[0]
    if op == Op.GLOBAL_GET:
        return immediate < len(imported) and not imported[immediate].mutable and imported[immediate].content == kind
    return (op, kind) in ((Op.I32_CONST, I32_TYPE), (Op.I64_CONST, I64_TYPE))


def _are_valid_exports(module: Module) -> bool:
    """Existing things under different names; their types not too large together (WAS-35)."""
    exports = module.exports or ()
    types = module.types or ()
    functions = module.function_types
    counts = {
        ExternalKind.FUNCTION: len(functions),
        ExternalKind.TABLE: _tables(module),
        ExternalKind.MEMORY: _memories(module),
        ExternalKind.GLOBAL: module.global_count,
        ExternalKind.TAG: 0,
    }
    if len({export.name for export in exports}) < len(exports):
        return False
    if any(export.index >= counts[export.kind] for export in exports):
        return False
    exported = [functions[export.index] for export in exports if export.kind == ExternalKind.FUNCTION]
    imported = module.imported_functions
    function_sizes = sum(_type_size(types[index]) for index in (*exported, *imported))
    others = len(exports) - len(exported) + len(module.imports or ()) - len(imported)
    return 1 + function_sizes + others < MAX_TYPE_SIZE


def _type_size(kind: FunctionType) -> int:
    return 2 + len(kind.params) + len(kind.results)


def _is_valid_start(module: Module) -> bool:
    """A function without parameters and results (WAS-36)."""
    if module.start is None:
        return True
    functions = module.function_types
    if module.start >= len(functions):
        return False
    kind = (module.types or ())[functions[module.start]]
    return not kind.params and not kind.results


def _are_valid_elements(module: Module) -> bool:
    """Segments of existing functions for the table (WAS-38)."""
    elements = module.elements or ()
    if elements and (_tables(module) == 0 or len(elements) > MAX_SEGMENTS):
        return False
    imported = module.imported_globals
    functions = len(module.function_types)
    return all(_is_valid_element(element, functions, imported) for element in elements)


def _is_valid_element(element: Element, functions: int, imported: Sequence[GlobalType]) -> bool:
    return (
        _is_constant(element.offset, I32_TYPE, imported)
        and len(element.functions) <= MAX_ELEMENTS
        and all(index < functions for index in element.functions)
    )


def _are_valid_data(module: Module) -> bool:
    """Active segments need a memory and a constant offset; passive ones pass here (WAS-39)."""
    segments = module.data or ()
    if len(segments) > MAX_SEGMENTS:
        return False
    imported = module.imported_globals
    has_memory = _memories(module) > 0
    return all(
        segment.offset is None or (has_memory and _is_constant(segment.offset, I32_TYPE, imported))
        for segment in segments
    )


def _are_valid_bodies(module: Module) -> bool:
    signatures = [Signature(b"".join(kind.params), b"".join(kind.results)) for kind in module.types or ()]
    all_globals = module.imported_globals + tuple(entry.type for entry in module.globals or ())
    context = Context(
        types=signatures,
        functions=[signatures[index] for index in module.function_types],
        globals=[(kind.content[0], kind.mutable) for kind in all_globals],
        has_table=_tables(module) > 0,
        has_memory=_memories(module) > 0,
    )
    bodies = zip(module.functions or (), module.code or (), strict=True)
    return all(check_body(context, signatures[index], body) is None for index, body in bodies)
