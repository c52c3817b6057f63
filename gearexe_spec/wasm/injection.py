"""Adding to a module: types, imports, functions; and moving indices out of the way.

Rules: INS-10 to INS-13.
"""

from __future__ import annotations

from dataclasses import replace

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.wasm.model import (
    I32_TYPE,
    Element,
    Export,
    ExternalKind,
    Function,
    FunctionType,
    Import,
    Module,
    NameSubsection,
)
from gearexe_spec.wasm.opcodes import Instruction, Op
from gearexe_spec.wasm.rejection import CodeRejection
from gearexe_spec.wasm.syscalls import SYSTEM_BREAK

SYSCALL_MODULE = "env"
"""Module name under which system calls are provided (INS-11)."""
BREAK_TYPE = FunctionType((I32_TYPE,), ())

_FUNCTION_NAMES = 1
_INDEX_MASK = 0xFFFFFFFF


class Injection:
    """A module being added to; functions and types go to the end."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._types = list(module.types or ())
        self._positions: dict[FunctionType, int] = {}
        for index, kind in enumerate(self._types):
            self._positions.setdefault(kind, index)
        self._functions = list(module.functions or ())
        self._code = list(module.code or ())
        self._imported = len(module.imported_functions)
        self._added = False

    def add_type(self, kind: FunctionType) -> int:
        """Index of the first equal type, or of a new one (INS-10)."""
        position = self._positions.setdefault(kind, len(self._types))
        if position == len(self._types):
            self._types.append(kind)
        return position

    def add_function(self, kind: FunctionType, body: Function) -> int:
        """Append a function; its index among all functions (INS-10)."""
        self._functions.append(self.add_type(kind))
        self._code.append(body)
        self._added = True
        return self._imported + len(self._functions) - 1

    def module(self) -> Module:
        """The module with all that was added."""
        module = replace(self._module, types=tuple(self._types)) if self._types else self._module
        if self._added:
            module = replace(module, functions=tuple(self._functions), code=tuple(self._code))
        return module


def import_system_break(module: Module) -> tuple[int, Module]:
    """Import the function with which a program stops itself, behind all other imports (INS-11).

    Returns:
        Its function index, and the module with all defined functions moved up by one.

    Raises:
        Rejected: InstrumentationSystemBreakImportAlreadyExists.

    Source: protocol/wasm-instrument/src/lib.rs `inject_system_break_import`.
    """
    imports = module.imports or ()
    if any((entry.module, entry.name) == (SYSCALL_MODULE, SYSTEM_BREAK) for entry in imports):
        raise Rejected(CodeRejection.InstrumentationSystemBreakImportAlreadyExists)
    index = len(module.imported_functions)
    injection = Injection(module)
    entry = Import(SYSCALL_MODULE, SYSTEM_BREAK, injection.add_type(BREAK_TYPE))
    return index, shift_functions(replace(injection.module(), imports=(*imports, entry)), index)


def system_break(code: int, break_index: int) -> list[Instruction]:
    """The instructions that stop a program with a code (INS-12)."""
    return [(Op.I32_CONST, code), (Op.CALL, break_index)]


def shift_functions(module: Module, inserted: int) -> Module:
    """Move function indices from `inserted` on up by one: calls, exports, table entries, start, names (INS-13).

    In the name section 2^32 - 1 becomes 0: production's release builds wrap there (finding F-R5).

    Source: protocol/wasm-instrument/src/module.rs `ModuleFuncIndexShifter::shift`.
    """

    def shift(index: int) -> int:
        return index + 1 if index >= inserted else index

    def shift_body(function: Function) -> Function:
        moved = [(op, shift(value)) if op == Op.CALL else (op, value) for op, value in function.instructions]
        return replace(function, instructions=moved)

    def shift_export(export: Export) -> Export:
        return replace(export, index=shift(export.index)) if export.kind == ExternalKind.FUNCTION else export

    def shift_element(element: Element) -> Element:
        return replace(element, functions=tuple(map(shift, element.functions)))

    def shift_names(subsection: NameSubsection) -> NameSubsection:
        if subsection.id != _FUNCTION_NAMES or not isinstance(subsection.content, tuple):
            return subsection
        moved = tuple((shift(index) & _INDEX_MASK, name) for index, name in subsection.content)
        return NameSubsection(subsection.id, moved)  # type: ignore[arg-type]  # function names are plain namings

    return replace(
        module,
        code=module.code and tuple(map(shift_body, module.code)),
        exports=module.exports and tuple(map(shift_export, module.exports)),
        elements=module.elements and tuple(map(shift_element, module.elements)),
        start=None if module.start is None else shift(module.start),
        names=module.names and tuple(map(shift_names, module.names)),
    )
