"""A decoded module: sections as production's parser keeps them.

A section is None where the code has none. Indices are plain integers below 2^32. A value type is its encoding, one
byte for numbers; programs can only have i32 and i64, but the parser by itself reads the others too.

Rules: WAS-20.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from gearexe_spec.wasm.opcodes import Instruction

ValueType = bytes
I32_TYPE: ValueType = b"\x7f"
I64_TYPE: ValueType = b"\x7e"
FUNCREF: ValueType = b"\x70"


class ExternalKind(IntEnum):
    """What an import or export is."""

    FUNCTION = 0
    TABLE = 1
    MEMORY = 2
    GLOBAL = 3
    TAG = 4


@dataclass(frozen=True, slots=True)
class FunctionType:
    """Parameters and results of a function."""

    params: tuple[ValueType, ...]
    results: tuple[ValueType, ...]


@dataclass(frozen=True, slots=True)
class TableType:
    """Element type, flags as written, and limits in elements."""

    element: ValueType
    flags: int
    initial: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class MemoryType:
    """Flags as written, limits in pages, and a page size that only the parser accepts."""

    flags: int
    initial: int
    maximum: int | None
    page_size: int | None = None


@dataclass(frozen=True, slots=True)
class GlobalType:
    """Type of the value; bit 0 of the flags is set if it may change."""

    content: ValueType
    flags: int

    @property
    def mutable(self) -> bool:
        """Whether `global.set` is allowed."""
        return bool(self.flags & 1)


@dataclass(frozen=True, slots=True)
class TagType:
    """An exception tag; only the parser accepts it."""

    type_index: int


@dataclass(frozen=True, slots=True)
class Import:
    """Module and field name, and what is imported; a function is its type index."""

    module: str
    name: str
    description: int | TableType | MemoryType | GlobalType | TagType


Expression = tuple[Instruction, ...]
"""A constant expression without its final `end`."""


@dataclass(frozen=True, slots=True)
class Global:
    """A defined global and its initial value."""

    type: GlobalType
    init: Expression


@dataclass(frozen=True, slots=True)
class Export:
    """Name, kind, and index among all of that kind."""

    name: str
    kind: ExternalKind
    index: int


@dataclass(frozen=True, slots=True)
class Element:
    """An active segment of the table: offset and function indices."""

    offset: Expression
    functions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """An active segment; a passive one, which is refused, has no offset. Only our page hooks use another memory."""

    offset: Expression | None
    data: bytes
    memory: int = 0


@dataclass(frozen=True, slots=True)
class Function:
    """A body: groups of (count, type) of declared locals as written, and all instructions with the final `end`."""

    locals: tuple[tuple[int, ValueType], ...]
    instructions: Sequence[Instruction]


Naming = tuple[int, str]


@dataclass(frozen=True, slots=True)
class NameSubsection:
    """A subsection of the name section: the module's name, names by index, names by two indices, or raw bytes."""

    id: int
    content: str | tuple[Naming, ...] | tuple[tuple[int, tuple[Naming, ...]], ...] | bytes


@dataclass(frozen=True, slots=True)
class Module:
    """A module as production's parser keeps it (WAS-20). Source: protocol/wasm-instrument/src/module.rs `Module`."""

    types: tuple[FunctionType, ...] | None = None
    imports: tuple[Import, ...] | None = None
    functions: tuple[int, ...] | None = None
    """Type index of each defined function."""
    table: TableType | None = None
    memory: MemoryType | None = None
    globals: tuple[Global, ...] | None = None
    exports: tuple[Export, ...] | None = None
    start: int | None = None
    elements: tuple[Element, ...] | None = None
    code: tuple[Function, ...] | None = None
    data: tuple[Data, ...] | None = None
    names: tuple[NameSubsection, ...] | None = None
    custom: tuple[tuple[str, bytes], ...] | None = None

    @property
    def imported_functions(self) -> tuple[int, ...]:
        """Type indices of the imported functions, which come first among all functions."""
        return tuple(entry.description for entry in self.imports or () if isinstance(entry.description, int))

    @property
    def imported_globals(self) -> tuple[GlobalType, ...]:
        """Types of the imported globals, which come first among all globals."""
        return tuple(entry.description for entry in self.imports or () if isinstance(entry.description, GlobalType))

    @property
    def function_types(self) -> tuple[int, ...]:
        """Type index of every function, imported ones first."""
        return self.imported_functions + (self.functions or ())

    @property
    def global_count(self) -> int:
        """Number of globals, imported and defined."""
        return len(self.imported_globals) + len(self.globals or ())
