"""Page hooks: our second instrumentation, by which an executor learns of every first touch of a page.

Production protects memory and is told by the operating system which pages a program touches. Here the program tells it
itself: in front of every load and store it looks at a flag of the page, in a second memory, and calls the executor if
the flag is not set. Gas that code pays for itself is the same with and without hooks, since they are put in behind
metering. Nothing of this is production's, and nothing of it is observable.

For whoever runs hooked code (wasmtime needs `wasm_multi_memory`):

- It imports `gear_spec`.`touch_page` (page i32, write i32) -> (): called once before the first read (write 0) of a gear
  page of 16 KiB, and once before its first write (write 1), whether read before or not. Pages arrive in ascending order
  if an access covers two. Pages below the stack end and beyond the end of memory never arrive. An access that reaches
  beyond the end of memory arrives with the page inside, and then traps (INS-85).
- It exports its second memory as `gear_page_flags`: one byte for each gear page, 0 untouched, 1 read, 3 written. Code
  sets the byte after `touch_page` returns. Who touches pages on behalf of a system call sets the bytes; who lifts the
  protection of everything (gas has run out) sets all bytes to 3.
- Of the exports only functions and `gear_gas` are left; production uses no others.

Rules: INS-81 to INS-86.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gearexe_spec.wasm.charge_inlining import inline_charges
from gearexe_spec.wasm.decode import decode_module
from gearexe_spec.wasm.encode import encode_module
from gearexe_spec.wasm.gas_metering import GAS_EXPORT
from gearexe_spec.wasm.gear_rules import WASM_PAGE
from gearexe_spec.wasm.injection import Injection, shift_functions
from gearexe_spec.wasm.model import (
    I32_TYPE,
    I64_TYPE,
    Data,
    Export,
    ExternalKind,
    Function,
    FunctionType,
    Import,
    MemoryType,
    Module,
)
from gearexe_spec.wasm.opcodes import EMPTY_BLOCK, PLAIN, SIGNATURES, Instruction, Op, natural_alignment
from gearexe_spec.wasm.stack_limiter import to_signed
from gearexe_spec.wasm.type_check import MAX_LOCALS

HOOK_MODULE = "gear_spec"
TOUCH_PAGE = "touch_page"
FLAGS_EXPORT = "gear_page_flags"
GEAR_PAGE = 16_384
"""Bytes of the pages that are charged for."""
READ, WRITTEN = 1, 3
"""Values of a page's flag; bit 0 allows reading, bit 1 writing."""

_PAGE_SHIFT = GEAR_PAGE.bit_length() - 1
_WASM_PAGE_SHIFT = WASM_PAGE.bit_length() - 1
_WRITE_BIT = 2
_PAGES = (1 << 32) // GEAR_PAGE
_FLAGS_MEMORY = 1
_FLAG = (0x40, _FLAGS_MEMORY, 0)
"""Memory argument of the flag whose address lies on the stack: bit 6 of the alignment announces a memory index."""
_LOAD_FLAG: Instruction = (Op.I32_LOAD8_U, _FLAG)
_STORE_FLAG: Instruction = (Op.I32_STORE8, _FLAG)
_TEMPORARIES = (I32_TYPE, I32_TYPE, I64_TYPE)
"""Our locals: the address, a stored i32, a stored i64."""
_SIZES = {op: 1 << natural_alignment(op) for op in range(Op.FIRST_LOAD, Op.LAST_STORE + 1)}
"""Bytes that an instruction moves, by opcode."""


def add_page_hooks(instrumented: bytes, stack_end: int | None) -> bytes:
    """Let an instrumented code report first touches of pages.

    Args:
        instrumented: an instrumented code.
        stack_end: first page of 64 KiB behind the stack, from the code's metadata.

    Returns:
        A module for an engine with several memories.

    Rules: INS-81 to INS-87.
    """
    module = inline_charges(decode_module(instrumented))
    touch_index = len(module.imported_functions)
    injection = Injection(replace(module, names=None))
    touch_page = Import(HOOK_MODULE, TOUCH_PAGE, injection.add_type(FunctionType((I32_TYPE, I32_TYPE), ())))
    module = replace(injection.module(), imports=(*(module.imports or ()), touch_page))
    return encode_module(
        _add_flags(_Hooks(shift_functions(module, touch_index), touch_index).add(), int(stack_end or 0))
    )


def _add_flags(module: Module, stack_end: int) -> Module:
    """The memory of flags, exported; everything below the stack end counts as written (INS-82)."""
    pages = _PAGES // WASM_PAGE
    stack = Data(((Op.I32_CONST, 0),), bytes((WRITTEN,)) * (stack_end * WASM_PAGE // GEAR_PAGE), _FLAGS_MEMORY)
    kept = [
        export for export in module.exports or () if export.kind == ExternalKind.FUNCTION or export.name == GAS_EXPORT
    ]
    return replace(
        module,
        memory=MemoryType(1, pages, pages),
        exports=(*kept, Export(FLAGS_EXPORT, ExternalKind.MEMORY, _FLAGS_MEMORY)),
        data=(*(module.data or ()), stack) if stack.data else module.data,
    )


class _Hooks:
    """One module being hooked."""

    def __init__(self, module: Module, touch_index: int) -> None:
        self.module = module
        self.injection = Injection(module)
        mark = self.injection.add_function(FunctionType((I32_TYPE, I32_TYPE), ()), _mark_function(touch_index))
        self.check_index = self.injection.add_function(
            FunctionType((I32_TYPE, I32_TYPE, I32_TYPE, I32_TYPE), ()), _check_function(mark)
        )

    def add(self) -> Module:
        """Hook all bodies that were there (INS-81)."""
        types = self.module.types or ()
        bodies = [
            self.hook_body(types[index], body)
            for index, body in zip(self.module.functions or (), self.module.code or (), strict=True)
        ]
        module = self.injection.module()
        return replace(module, code=(*bodies, *(module.code or ())[len(bodies) :]))

    def hook_body(self, kind: FunctionType, function: Function) -> Function:
        """Put hooks in front of loads and stores; their operands wait in three locals of ours (INS-83).

        A function that has no room for more locals can never run, since its locals alone pass the stack limit.
        """
        first = len(kind.params) + sum(count for count, _ in function.locals)
        if first + len(_TEMPORARIES) > MAX_LOCALS:
            return function
        changed: list[Instruction] = []
        copied = 0
        for position, instruction in enumerate(function.instructions):
            if Op.FIRST_LOAD <= instruction[0] <= Op.LAST_STORE:
                changed += function.instructions[copied:position]
                copied = position + 1
                changed += self.hook(instruction, first)
        if not copied:
            return function
        changed += function.instructions[copied:]
        return Function((*function.locals, *((1, kind) for kind in _TEMPORARIES)), changed)

    def hook(self, instruction: Instruction, first: int) -> list[Instruction]:
        """A load or store with its hook; `first` is the first of our locals (INS-84)."""
        op, (_, offset) = instruction
        address = first
        if op < Op.FIRST_STORE:
            return [(Op.LOCAL_TEE, address), *self.check(op, offset, address), (Op.LOCAL_GET, address), instruction]
        value = first + 1 if (SIGNATURES[op] or (b"",))[0].endswith(I32_TYPE) else first + 2
        return [
            (Op.LOCAL_SET, value),
            (Op.LOCAL_TEE, address),
            *self.check(op, offset, address),
            (Op.LOCAL_GET, address),
            (Op.LOCAL_GET, value),
            instruction,
        ]

    def check(self, op: int, offset: int, address: int) -> list[Instruction]:
        """Look at the flags of the first and of the last byte's page; the address lies on the stack (INS-84).

        The sum of address and offset may wrap. Then the access traps whatever the flags say, and the slow path
        reckons without wrapping.
        """
        last = _SIZES[op] - 1
        is_write = op >= Op.FIRST_STORE
        checked = [*_page_flag(offset)]
        if last:
            checked += [(Op.LOCAL_GET, address), *_page_flag(offset + last), PLAIN[Op.I32_AND]]
        if is_write:
            checked += [(Op.I32_CONST, _WRITE_BIT), PLAIN[Op.I32_AND]]
        return [
            *checked,
            PLAIN[Op.I32_EQZ],
            (Op.IF, EMPTY_BLOCK),
            (Op.LOCAL_GET, address),
            (Op.I32_CONST, to_signed(offset)),
            (Op.I32_CONST, last),
            (Op.I32_CONST, int(is_write)),
            (Op.CALL, self.check_index),
            PLAIN[Op.END],
        ]


def _page_flag(offset: int) -> Sequence[Instruction]:
    """From an address on the stack to the flag of the page at `offset` from it."""
    add = ((Op.I32_CONST, to_signed(offset & 0xFFFFFFFF)), PLAIN[Op.I32_ADD]) if offset else ()
    return (*add, (Op.I32_CONST, _PAGE_SHIFT), PLAIN[Op.I32_SHR_U], _LOAD_FLAG)


def _check_function(mark_index: int) -> Function:
    """The slow path: (address, offset, last, write); marks the pages of the first and last byte inside memory (INS-85).

    Locals 4 and 5 are the byte's place and the end of memory, in 64 bits.
    """
    place, end = 4, 5

    def mark_unless_outside() -> list[Instruction]:
        return [
            (Op.LOCAL_GET, place),
            (Op.LOCAL_GET, end),
            PLAIN[Op.I64_GE_U],
            (Op.IF, EMPTY_BLOCK),
            PLAIN[Op.RETURN],
            PLAIN[Op.END],
            (Op.LOCAL_GET, place),
            (Op.I64_CONST, _PAGE_SHIFT),
            PLAIN[Op.I64_SHR_U],
            PLAIN[Op.I32_WRAP_I64],
            (Op.LOCAL_GET, 3),
            (Op.CALL, mark_index),
        ]

    return Function(
        ((2, I64_TYPE),),
        [
            (Op.LOCAL_GET, 0),
            PLAIN[Op.I64_EXTEND_I32_U],
            (Op.LOCAL_GET, 1),
            PLAIN[Op.I64_EXTEND_I32_U],
            PLAIN[Op.I64_ADD],
            (Op.LOCAL_SET, place),
            PLAIN[Op.MEMORY_SIZE],
            PLAIN[Op.I64_EXTEND_I32_U],
            (Op.I64_CONST, _WASM_PAGE_SHIFT),
            PLAIN[Op.I64_SHL],
            (Op.LOCAL_SET, end),
            *mark_unless_outside(),
            (Op.LOCAL_GET, place),
            (Op.LOCAL_GET, 2),
            PLAIN[Op.I64_EXTEND_I32_U],
            PLAIN[Op.I64_ADD],
            (Op.LOCAL_SET, place),
            *mark_unless_outside(),
            PLAIN[Op.END],
        ],
    )


def _mark_function(touch_index: int) -> Function:
    """(page, write): unless its flag allows the access, call the executor, then set the flag (INS-86)."""
    mask: list[Instruction] = [(Op.LOCAL_GET, 1), (Op.I32_CONST, 1), PLAIN[Op.I32_ADD]]
    return Function(
        (),
        [
            (Op.LOCAL_GET, 0),
            _LOAD_FLAG,
            *mask,
            PLAIN[Op.I32_AND],
            PLAIN[Op.I32_EQZ],
            (Op.IF, EMPTY_BLOCK),
            (Op.LOCAL_GET, 0),
            (Op.LOCAL_GET, 1),
            (Op.CALL, touch_index),
            (Op.LOCAL_GET, 0),
            (Op.LOCAL_GET, 0),
            _LOAD_FLAG,
            *mask,
            (Op.I32_CONST, READ),
            PLAIN[Op.I32_OR],
            PLAIN[Op.I32_OR],
            _STORE_FLAG,
            PLAIN[Op.END],
            PLAIN[Op.END],
        ],
    )
