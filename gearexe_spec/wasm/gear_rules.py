"""What Gear.exe demands of a valid module: imports, exports, memory, stack end, data.

Rules: WAS-50 to WAS-65.
Source: protocol/core/src/code/utils.rs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.wasm.model import (
    Data,
    Expression,
    ExternalKind,
    FunctionType,
    GlobalType,
    MemoryType,
    Module,
    TableType,
)
from gearexe_spec.wasm.opcodes import Op
from gearexe_spec.wasm.rejection import CodeRejection
from gearexe_spec.wasm.schedule import LIMITS
from gearexe_spec.wasm.syscalls import IMPORTABLE

WASM_PAGE = 65_536
"""Bytes of a page of WebAssembly memory."""
MAX_PAGES = 32_768
"""Greatest number of pages of a program's memory: 2 GiB (WAS-52)."""
STACK_END_EXPORT = "__gear_stack_end"
"""Name of the exported global that says where the stack ends (WAS-53)."""
ALLOWED_EXPORTS = frozenset(("init", "handle", "handle_reply", "handle_signal", "state", "metahash"))
"""Names of functions that may be exported; the last two have no effect (WAS-61)."""
REQUIRED_EXPORTS = frozenset(("init", "handle"))
"""One of these must be exported (WAS-62)."""

_NO_SIGNATURE = FunctionType((), ())
_MAX_U32 = 0xFFFFFFFF


class EntryPoint(IntEnum):
    """The exports that messages run; the value is the place in a set and the byte in encodings (WAS-64)."""

    Init = 0
    Handle = 1
    Reply = 2
    Signal = 3

    @property
    def export(self) -> str:
        """Name of the exported function."""
        return ("init", "handle", "handle_reply", "handle_signal")[self.value]


@dataclass(frozen=True, slots=True)
class CheckedModule:
    """A module that keeps all rules, ready to be instrumented.

    Args:
        module: without the stack end export.
        static_pages: pages of memory from the start (WAS-52).
        stack_end: first page behind the stack, or None (WAS-53).
        exports: entry points, ascending (WAS-64).
    """

    module: Module
    static_pages: int
    stack_end: int | None
    exports: tuple[EntryPoint, ...]


def check_gear_rules(module: Module) -> CheckedModule:
    """All rules in production's order.

    Raises:
        Rejected: SectionNotFound, SectionNotSupported and the reasons of Memory, StackEnd, DataSection, Export, Import,
            and TypeSectionParametersPerTypeLimitExceeded.

    Rules: WAS-50 to WAS-65.
    Source: protocol/core/src/code/mod.rs `Code::try_new_internal`.
    """
    static_pages = get_static_pages(module)
    stack_end, module = take_stack_end(module, static_pages)
    check_data(module, static_pages, stack_end)
    check_global_exports(module)
    if module.start is not None:
        raise Rejected(CodeRejection.SectionNotSupported, "Start")
    check_function_exports(module)
    check_imports(module)
    check_types(module)
    return CheckedModule(module, static_pages, stack_end, compute_entry_points(module))


def get_static_pages(module: Module) -> int:
    """Initial size of the imported memory in pages (WAS-50 to WAS-52).

    Raises:
        Rejected: SectionNotFound, MemoryEntryNotFound, MemoryInvalidStaticPageCount.
    """
    if module.imports is None:
        raise Rejected(CodeRejection.SectionNotFound, "Import")
    memories = [entry.description for entry in module.imports if isinstance(entry.description, MemoryType)]
    if not memories:
        raise Rejected(CodeRejection.MemoryEntryNotFound)
    if memories[0].initial > MAX_PAGES:
        raise Rejected(CodeRejection.MemoryInvalidStaticPageCount)
    return memories[0].initial


def take_stack_end(module: Module, static_pages: int) -> tuple[int | None, Module]:
    """The stack end as a page, and the module without its export (WAS-53 to WAS-55).

    Raises:
        Rejected: the reasons of StackEnd; ExportReferencesToImportGlobal.
    """
    exports = module.exports or ()
    named = [(index, export) for index, export in enumerate(exports) if export.name == STACK_END_EXPORT]
    if not named or named[0][1].kind != ExternalKind.GLOBAL:
        return None, module

    export_index, export = named[0]
    offset = _constant_offset(_defined_global_init(module, export_index, export.index))
    if offset is None:
        raise Rejected(CodeRejection.StackEndInitialization)
    module = without_stack_end_export(module)
    if offset % WASM_PAGE != 0:
        raise Rejected(CodeRejection.StackEndNotAligned, offset)
    if offset // WASM_PAGE > static_pages:
        raise Rejected(CodeRejection.StackEndOutOfStatic, offset, static_pages * WASM_PAGE)
    return offset // WASM_PAGE, module


def without_stack_end_export(module: Module) -> Module:
    """The module without its exports of that name (WAS-54)."""
    return replace(module, exports=tuple(e for e in module.exports or () if e.name != STACK_END_EXPORT))


def _defined_global_init(module: Module, export_index: int, global_index: int) -> Expression:
    defined = global_index - len(module.imported_globals)
    if defined < 0:
        raise Rejected(CodeRejection.ExportReferencesToImportGlobal, export_index, global_index)
    return (module.globals or ())[defined].init


def _constant_offset(expression: Expression | None) -> int | None:
    """The address that an expression of exactly one `i32.const` gives, as an unsigned number."""
    if expression is None or len(expression) != 1 or expression[0][0] != Op.I32_CONST:
        return None
    return int(expression[0][1]) & _MAX_U32


def check_data(module: Module, static_pages: int, stack_end: int | None) -> None:
    """Not too many segments, each behind the stack and inside the static memory (WAS-56 to WAS-58).

    Raises:
        Rejected: the reasons of DataSection.
    """
    segments = module.data or ()
    limit = LIMITS["data_segments_amount"]
    if len(segments) > limit:
        raise Rejected(CodeRejection.DataSectionDataSegmentsAmountLimit, {"limit": limit, "actual": len(segments)})
    for segment in segments:
        check_segment(segment, static_pages * WASM_PAGE, stack_end)


def check_segment(segment: Data, static_size: int, stack_end: int | None) -> None:
    """A segment behind the stack, even if empty, and inside the static memory, unless empty (WAS-57, WAS-58)."""
    offset = _constant_offset(segment.offset)
    if offset is None:
        raise Rejected(CodeRejection.DataSectionInitialization)
    if stack_end is not None and offset < stack_end * WASM_PAGE:
        raise Rejected(CodeRejection.DataSectionGearStackOverlaps, offset, stack_end * WASM_PAGE)
    if not segment.data:
        return
    last = offset + len(segment.data) - 1
    if last > _MAX_U32:
        raise Rejected(CodeRejection.DataSectionEndAddressOverflow, offset)
    if last >= static_size:
        raise Rejected(CodeRejection.DataSectionEndAddressOutOfStaticMemory, offset, last, static_size)


def check_global_exports(module: Module) -> None:
    """Exported globals are defined and never change (WAS-59).

    Raises:
        Rejected: ExportReferencesToImportGlobal, ExportMutableGlobalExport.
    """
    imported = len(module.imported_globals)
    for export_index, export in enumerate(module.exports or ()):
        if export.kind == ExternalKind.GLOBAL:
            _defined_global_init(module, export_index, export.index)
            if (module.globals or ())[export.index - imported].type.mutable:
                raise Rejected(CodeRejection.ExportMutableGlobalExport, export.index, export_index)


def check_function_exports(module: Module) -> None:
    """Exported functions are defined, of an allowed name, without parameters and results (WAS-60 to WAS-62).

    Raises:
        Rejected: SectionNotFound, ExportReferencesToImportFunction, ExportExcessExport,
            ExportInvalidExportFnSignature, ExportRequiredExportNotFound.
    """
    for name, section in (("Type", module.types), ("Function", module.functions), ("Export", module.exports)):
        if section is None:
            raise Rejected(CodeRejection.SectionNotFound, name)
    imported = len(module.imported_functions)
    function_types = module.function_types
    names = set()
    for export_index, export in enumerate(module.exports or ()):
        if export.kind != ExternalKind.FUNCTION:
            continue
        if export.index < imported:
            raise Rejected(CodeRejection.ExportReferencesToImportFunction, export_index, export.index)
        if export.name not in ALLOWED_EXPORTS:
            raise Rejected(CodeRejection.ExportExcessExport, export_index)
        if (module.types or ())[function_types[export.index]] != _NO_SIGNATURE:
            raise Rejected(CodeRejection.ExportInvalidExportFnSignature, export_index)
        names.add(export.name)
    if not names & REQUIRED_EXPORTS:
        raise Rejected(CodeRejection.ExportRequiredExportNotFound)


def check_imports(module: Module) -> None:
    """Only known system calls, each once and with its signature, and the memory; module names do not matter (WAS-63).

    Raises:
        Rejected: the reasons of Import.
    """
    types = module.types or ()
    visited = set()
    for index, entry in enumerate(module.imports or ()):
        match entry.description:
            case GlobalType():
                raise Rejected(CodeRejection.ImportUnexpectedImportKind, {"kind": "Global", "index": index})
            case TableType():
                raise Rejected(CodeRejection.ImportUnexpectedImportKind, {"kind": "Table", "index": index})
            case int() as type_index:
                signature = IMPORTABLE.get(entry.name)
                if signature is None:
                    raise Rejected(CodeRejection.ImportUnknownImport, index)
                if entry.name in visited:
                    raise Rejected(CodeRejection.ImportDuplicateImport, index)
                visited.add(entry.name)
                if types[type_index] != signature:
                    raise Rejected(CodeRejection.ImportInvalidImportFnSignature, index)


def check_types(module: Module) -> None:
    """Parameters and results of each type together within the limit; the report counts parameters only.

    Raises:
        Rejected: TypeSectionParametersPerTypeLimitExceeded.

    Rules: WAS-65, GAS-3.
    """
    limit = LIMITS["parameters"]
    for kind in module.types or ():
        if len(kind.params) + len(kind.results) > limit:
            raise Rejected(
                CodeRejection.TypeSectionParametersPerTypeLimitExceeded, {"limit": limit, "actual": len(kind.params)}
            )


def compute_entry_points(module: Module) -> tuple[EntryPoint, ...]:
    """The entry points that are exported as functions (WAS-64)."""
    exported = _function_export_names(module)
    return tuple(entry for entry in EntryPoint if entry.export in exported)


def _function_export_names(module: Module) -> Iterable[str]:
    return {export.name for export in module.exports or () if export.kind == ExternalKind.FUNCTION}
