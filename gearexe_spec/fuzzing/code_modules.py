"""Random codes, made to be judged: valid ones, ones that break a rule, and ones changed at an instruction or a byte.

They have all that a module may have and little that runs; programs made to be run are in `program_modules`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gearexe_spec.conformance.wire import Apply
from gearexe_spec.fuzzing.code_bodies import Surroundings, make_body
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.mutation import damage
from gearexe_spec.wasm.encode import encode_module
from gearexe_spec.wasm.gear_rules import ALLOWED_EXPORTS, STACK_END_EXPORT, WASM_PAGE
from gearexe_spec.wasm.model import (
    FUNCREF,
    I32_TYPE,
    I64_TYPE,
    Data,
    Element,
    Export,
    ExternalKind,
    Function,
    FunctionType,
    Global,
    GlobalType,
    Import,
    MemoryType,
    Module,
    NameSubsection,
    TableType,
)
from gearexe_spec.wasm.opcodes import IMMEDIATES, PLAIN, Immediate, Instruction, Op
from gearexe_spec.wasm.syscalls import IMPORTABLE, SYSCALLS

_ENTRY = FunctionType((), ())
_NUMBERS = (I32_TYPE, I64_TYPE)


def make_code_case(seed: int, index: int) -> Apply:
    """A code for the whole pipeline: valid, rule broken, instruction changed, bytes changed, in turn."""
    dice = Dice("codes", seed, index)
    return Apply("code/check", {"wasm": "0x" + make_code(dice, index % 4).hex()})


def make_code(dice: Dice, kind: int) -> bytes:
    """A code of one of four kinds: 0 valid, 1 rule broken, 2 instruction changed, 3 bytes changed."""
    module = make_module(dice)
    if kind == 1:
        module = dice.pick(_BREAKS)(module, dice)
    elif kind == 2:
        module = change_instruction(module, dice)
    code = encode_module(module)
    return damage(code, dice) if kind == 3 else code


def make_module(dice: Dice, *, syscalls: bool = True) -> Module:
    """A module that keeps all rules.

    Args:
        dice: what decides.
        syscalls: whether it may import system calls.
    """
    types = _make_types(dice)
    pages = dice.between(1, 4)
    imports = _make_imports(dice, types, pages, syscalls)
    imported = [entry.description for entry in imports if isinstance(entry.description, int)]
    functions = [0, *(dice.below(len(types)) for _ in range(dice.below(5)))]
    globals_, exports = _make_globals(dice, pages)
    table = dice.between(1, 6) if dice.chance(2) else 0
    all_types = [types[index] for index in (*imported, *functions)]
    surroundings = Surroundings(
        types=types,
        functions=list(enumerate(all_types)),
        globals=[(entry.type.content[0], entry.type.mutable) for entry in globals_],
        table=table,
        memory=pages * WASM_PAGE,
    )
    code = tuple(make_body(dice, surroundings, types[index]) for index in functions)
    entries = [len(imported) + index for index, kind in enumerate(functions) if types[kind] == _ENTRY]
    exports += _make_entry_exports(dice, entries)
    return Module(
        types=types,
        imports=imports,
        functions=tuple(functions),
        table=TableType(FUNCREF, 0, table, None) if table else None,
        globals=globals_ or None,
        exports=tuple(exports),
        elements=_make_elements(dice, table, len(all_types)),
        code=code,
        data=_make_data(dice, pages, globals_, exports),
        names=_make_names(dice, len(all_types)),
        custom=(("producers", dice.blob(dice.below(20))),) if dice.chance(4) else None,
    )


def _make_types(dice: Dice) -> tuple[FunctionType, ...]:
    """The type of entries first; sometimes one twice."""
    types = [_ENTRY]
    for _ in range(dice.below(4)):
        params = tuple(dice.pick(_NUMBERS) for _ in range(dice.below(4)))
        types.append(FunctionType(params, (dice.pick(_NUMBERS),) if dice.chance(2) else ()))
    if dice.chance(3):
        types.append(FunctionType((I32_TYPE,), ()))
    if dice.chance(5):
        types.append(dice.pick(types))
    return tuple(types)


def _make_imports(dice: Dice, types: tuple[FunctionType, ...], pages: int, syscalls: bool) -> tuple[Import, ...]:
    memory = Import("env", "memory", MemoryType(0, pages, None))
    fitting = [(name, types.index(kind)) for name, kind in IMPORTABLE.items() if kind in types]
    chosen = dict.fromkeys(dice.pick(fitting) for _ in range(dice.below(3))) if fitting and syscalls else {}
    entries = [Import("env", name, type_index) for name, type_index in chosen]
    place = dice.below(len(entries) + 1)
    return (*entries[:place], memory, *entries[place:])


def _make_globals(dice: Dice, pages: int) -> tuple[tuple[Global, ...], list[Export]]:
    """Globals of both types; sometimes one that says where the stack ends, and one that is exported."""
    made = []
    exports = []
    for _ in range(dice.below(4)):
        content = dice.pick(_NUMBERS)
        op = Op.I32_CONST if content == I32_TYPE else Op.I64_CONST
        made.append(Global(GlobalType(content, dice.below(2)), ((op, dice.between(-70, 70)),)))
    for index, entry in enumerate(made):
        if not entry.type.mutable and dice.chance(3):
            exports.append(Export(f"global{index}", ExternalKind.GLOBAL, index))
    if dice.chance(3):
        end = dice.below(pages + 1) * WASM_PAGE
        exports.append(Export(STACK_END_EXPORT, ExternalKind.GLOBAL, len(made)))
        made.append(Global(GlobalType(I32_TYPE, dice.below(2)), ((Op.I32_CONST, end),)))
    return tuple(made), exports


def _make_entry_exports(dice: Dice, entries: list[int]) -> list[Export]:
    names = [dice.pick(("init", "handle")), *(name for name in sorted(ALLOWED_EXPORTS) if dice.chance(3))]
    return [Export(name, ExternalKind.FUNCTION, dice.pick(entries)) for name in dict.fromkeys(names)]


def _make_elements(dice: Dice, table: int, functions: int) -> tuple[Element, ...] | None:
    if not table or dice.chance(5):
        return None
    segments = []
    for _ in range(dice.between(1, 2)):
        offset = dice.below(table + 1)
        members = tuple(dice.below(functions) for _ in range(dice.below(table - offset + 1)))
        segments.append(Element(((Op.I32_CONST, offset),), members))
    return tuple(segments)


def _make_data(dice: Dice, pages: int, globals_: tuple[Global, ...], exports: list[Export]) -> tuple[Data, ...] | None:
    """Segments between the stack end and the end of the static memory."""
    ends = [globals_[export.index].init[0][1] for export in exports if export.name == STACK_END_EXPORT]
    first, last = (ends[0] if ends else 0), pages * WASM_PAGE
    if dice.chance(2) or first >= last:
        return None
    segments = []
    for _ in range(dice.between(0, 3)):
        content = dice.blob(dice.pick((0, 1, 5, 40)))
        place = dice.between(first, last - len(content)) if last - len(content) >= first else first
        segments.append(Data(((Op.I32_CONST, place),), content))
    return tuple(segments)


def _make_names(dice: Dice, functions: int) -> tuple[NameSubsection, ...] | None:
    if dice.below(3):
        return None
    namings = tuple((dice.below(functions + 2), f"f{index}") for index in range(dice.below(3)))
    return NameSubsection(0, "module"), NameSubsection(1, namings), NameSubsection(100, dice.blob(dice.below(5)))


def change_instruction(module: Module, dice: Dice) -> Module:
    """One instruction of one body replaced, removed or doubled: mostly no longer valid."""
    code = list(module.code or ())
    index = dice.below(len(code))
    body = list(code[index].instructions)
    place = dice.below(len(body))
    match dice.below(4):
        case 0:
            del body[place]
        case 1:
            body.insert(place, make_instruction(dice))
        case 2:
            body[place] = make_instruction(dice)
        case _:
            body.insert(place, body[place])
    code[index] = Function(code[index].locals, body)
    return replace(module, code=tuple(code))


def make_instruction(dice: Dice) -> Instruction:
    """Any instruction of the subset with a small immediate; rarely growth of memory, which nobody may use."""
    op = dice.pick([op for op, kind in enumerate(IMMEDIATES) if kind is not Immediate.FOREIGN and op != Op.MEMORY_GROW])
    if dice.chance(30):
        op = Op.MEMORY_GROW
    makers: dict[Immediate, Callable[[], object]] = {
        Immediate.INDEX: lambda: dice.below(6),
        Immediate.S32: lambda: dice.between(-3, 3),
        Immediate.S64: lambda: dice.between(-3, 3),
        Immediate.MEMORY: lambda: (dice.below(5), dice.below(9)),
        Immediate.BLOCK: lambda: dice.pick((b"\x40", b"\x7f", b"\x7e")),
        Immediate.INDIRECT: lambda: dice.below(4),
        Immediate.LABELS: lambda: (tuple(dice.below(3) for _ in range(dice.below(3))), dice.below(3)),
    }
    maker = makers.get(IMMEDIATES[op])
    return PLAIN[op] if maker is None else (op, maker())


def _add_export(module: Module, dice: Dice) -> Module:
    name = dice.pick(("gear_gas", "state", "main", "init2", STACK_END_EXPORT, "__gear_stack_height"))
    export = Export(name, dice.pick(tuple(ExternalKind)[:4]), dice.below(4))
    return replace(module, exports=(*(module.exports or ()), export))


def _change_import(module: Module, dice: Dice) -> Module:
    imports = list(module.imports or ())
    index = dice.below(len(imports))
    match dice.below(5):
        case 0:
            imports[index] = replace(imports[index], name=dice.pick(sorted(SYSCALLS)))
        case 1:
            imports.append(imports[index])
        case 2:
            kinds: tuple[GlobalType | TableType, ...] = (
                GlobalType(I32_TYPE, dice.below(2)),
                TableType(FUNCREF, 0, 1, None),
            )
            imports.insert(index, Import("env", "extra", dice.pick(kinds)))
        case 3:
            imports[index] = replace(imports[index], module=dice.pick(("", "env2", "gear_spec")))
        case _:
            imports[index] = replace(imports[index], description=dice.below(3))
    return replace(module, imports=tuple(imports))


def _change_memory(module: Module, dice: Dice) -> Module:
    pages = dice.pick((0, 32_768, 32_769, 65_536, 65_537, 1 << 31))
    memory = MemoryType(dice.below(2), pages, None)
    if memory.flags:
        memory = replace(memory, maximum=pages + dice.between(-1, 1) if pages else 0)
    imports = tuple(
        replace(entry, description=memory) if isinstance(entry.description, MemoryType) else entry
        for entry in module.imports or ()
    )
    return replace(module, imports=imports)


def _change_data(module: Module, dice: Dice) -> Module:
    offset = dice.integer(32)
    segment = Data(((Op.I32_CONST, offset - (1 << 32) if offset >> 31 else offset),), dice.blob(dice.below(6)))
    return replace(module, data=(*(module.data or ()), segment))


def _change_global(module: Module, dice: Dice) -> Module:
    """Another value for a global, maybe the one that says where the stack ends."""
    entries = module.globals or ()
    if not entries:
        return _change_data(module, dice)
    index = dice.below(len(entries))
    value = dice.pick((1, 65_535, 65_536, 1 << 30, -65_536, 131_072))
    changed = replace(entries[index], init=((dice.pick((Op.I32_CONST, Op.I64_CONST)), value),))
    return replace(module, globals=(*entries[:index], changed, *entries[index + 1 :]))


def _remove_section(module: Module, dice: Dice) -> Module:
    name = dice.pick(("types", "imports", "functions", "globals", "exports", "elements", "code", "data", "table"))
    without: dict[str, Any] = {name: None if name == "table" or dice.chance(2) else ()}
    return replace(module, **without)


def _add_start(module: Module, dice: Dice) -> Module:
    return replace(module, start=dice.below(4))


def _add_type(module: Module, dice: Dice) -> Module:
    """A type with about as many parameters as are allowed."""
    kind = FunctionType((I32_TYPE,) * dice.between(126, 130), (I64_TYPE,) * dice.below(3))
    return replace(module, types=(*(module.types or ()), kind))


_BREAKS: tuple[Callable[[Module, Dice], Module], ...] = (
    _add_export,
    _change_import,
    _change_memory,
    _change_data,
    _change_global,
    _remove_section,
    _add_start,
    _add_type,
)
