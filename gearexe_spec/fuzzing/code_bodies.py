"""Random function bodies that are valid by construction.

A body is grown along the types on its stack. What an instruction needs is put there first, what a block leaves too much
is dropped. Loops may run for ever: whoever runs such code gives it little gas.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.wasm.model import Function, FunctionType, ValueType
from gearexe_spec.wasm.opcodes import (
    EMPTY_BLOCK,
    I32,
    I64,
    IMMEDIATES,
    PLAIN,
    SIGNATURES,
    Immediate,
    Instruction,
    Op,
    natural_alignment,
)

_DEPTH = 4
_NUMERIC = tuple(
    op
    for op, signature in enumerate(SIGNATURES)
    if signature is not None and IMMEDIATES[op] is Immediate.NONE and op >= Op.I32_EQZ
)
_LOADS = tuple(op for op in range(Op.FIRST_LOAD, Op.FIRST_STORE) if IMMEDIATES[op] is Immediate.MEMORY)
_STORES = tuple(op for op in range(Op.FIRST_STORE, Op.LAST_STORE + 1) if IMMEDIATES[op] is Immediate.MEMORY)
_PAGE = 16_384


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What bodies may refer to.

    Args:
        types: of the type section.
        functions: type of every function that may be called, by its index.
        globals: type byte and whether it may change, by index.
        table: number of elements, 0 for none.
        memory: size in bytes.
    """

    types: Sequence[FunctionType]
    functions: Sequence[tuple[int, FunctionType]]
    globals: Sequence[tuple[int, bool]]
    table: int
    memory: int


def make_body(dice: Dice, surroundings: Surroundings, kind: FunctionType) -> Function:
    """A body for a function of this type."""
    groups = tuple((dice.below(4), dice.pick((b"\x7f", b"\x7e"))) for _ in range(dice.below(4)))
    local_types = [t[0] for t in kind.params] + [t[0] for count, t in groups for _ in range(count)]
    maker = _Maker(dice, surroundings, local_types, _bytes(kind.results))
    maker.fill(maker.labels[0], dice.between(0, 14))
    maker.emit(PLAIN[Op.END])
    return Function(groups, maker.instructions)


def _bytes(kinds: Sequence[ValueType]) -> bytes:
    return b"".join(kinds)


class _Maker:
    """A body being grown; `labels` are the types a branch takes along, outermost first."""

    def __init__(self, dice: Dice, surroundings: Surroundings, local_types: Sequence[int], results: bytes) -> None:
        self.dice = dice
        self.surroundings = surroundings
        self.locals = local_types
        self.results = results
        self.labels = [results]
        self.instructions: list[Instruction] = []
        self.stack: list[int] = []

    def emit(self, *instructions: Instruction) -> None:
        self.instructions.extend(instructions)

    def fill(self, results: bytes, length: int) -> None:
        """Some instructions, then exactly the results on top of what was there."""
        base = len(self.stack)
        for _ in range(length):
            if not self.dice.pick(_STEPS)(self, base):
                self.make_dead_code()
                del self.stack[base:]
                self.stack += results
                return
        while len(self.stack) > base:
            self.consume()
        self.produce(results)

    def consume(self) -> None:
        """Get rid of the top of the stack."""
        kind = self.stack.pop()
        fitting = [index for index, own in enumerate(self.locals) if own == kind]
        if fitting and self.dice.chance(2):
            self.emit((Op.LOCAL_SET, self.dice.pick(fitting)))
        else:
            self.emit(PLAIN[Op.DROP])

    def produce(self, kinds: bytes) -> None:
        """Put values of these types on the stack."""
        for kind in kinds:
            fitting = [index for index, own in enumerate(self.locals) if own == kind]
            if fitting and self.dice.chance(2):
                self.emit((Op.LOCAL_GET, self.dice.pick(fitting)))
            else:
                width = 32 if kind == I32 else 64
                value = self.dice.integer(width)
                op = Op.I32_CONST if kind == I32 else Op.I64_CONST
                self.emit((op, value - (1 << width) if value >> (width - 1) else value))
            self.stack.append(kind)

    def need(self, kinds: bytes, base: int) -> None:
        """The operands: what lies there if it fits, else new ones; they count as taken."""
        if len(self.stack) - base < len(kinds) or bytes(self.stack[-len(kinds) :] if kinds else ()) != kinds:
            self.produce(kinds)
        del self.stack[len(self.stack) - len(kinds) :]

    def make_dead_code(self) -> None:
        """Instructions that nothing reaches, some with operands that are not there."""
        for _ in range(self.dice.below(3)):
            self.emit(*self.dice.pick(_DEAD))

    # Steps: each returns whether what follows can be reached

    def step_constant(self, base: int) -> bool:
        del base
        self.produce(bytes((self.dice.pick((I32, I64)),)))
        return True

    def step_numeric(self, base: int) -> bool:
        op = self.dice.pick(_NUMERIC)
        needed, results = SIGNATURES[op] or (b"", b"")
        self.need(needed, base)
        self.emit(PLAIN[op])
        self.stack += results
        return True

    def step_local(self, base: int) -> bool:
        if not self.locals:
            return self.step_constant(base)
        index = self.dice.below(len(self.locals))
        kind = bytes((self.locals[index],))
        op = self.dice.pick((Op.LOCAL_GET, Op.LOCAL_SET, Op.LOCAL_TEE))
        if op != Op.LOCAL_GET:
            self.need(kind, base)
        self.emit((op, index))
        if op != Op.LOCAL_SET:
            self.stack += kind
        return True

    def step_global(self, base: int) -> bool:
        if not self.surroundings.globals:
            return self.step_constant(base)
        index = self.dice.below(len(self.surroundings.globals))
        kind, mutable = self.surroundings.globals[index]
        if mutable and self.dice.chance(2):
            self.need(bytes((kind,)), base)
            self.emit((Op.GLOBAL_SET, index))
        else:
            self.emit((Op.GLOBAL_GET, index))
            self.stack.append(kind)
        return True

    def produce_address(self) -> None:
        """Mostly inside memory, often at the border of a page or of memory."""
        size = max(self.surroundings.memory, 1)
        match self.dice.below(4):
            case 0:
                address = self.dice.below(size)
            case 1:
                address = self.dice.below(size // _PAGE + 1) * _PAGE - self.dice.below(9)
            case 2:
                address = size - self.dice.below(12)
            case _:
                self.produce(bytes((I32,)))
                self.emit((Op.I32_CONST, size - 1), PLAIN[Op.I32_AND])
                return
        address &= 0xFFFFFFFF
        self.emit((Op.I32_CONST, address - (1 << 32) if address >> 31 else address))
        self.stack.append(I32)

    def memory_argument(self, op: int) -> Instruction:
        offset = self.dice.pick((0, 0, 0, 1, 4, 8, self.dice.below(300), self.dice.integer(32)))
        return op, (self.dice.below(natural_alignment(op) + 1), offset)

    def step_load(self, base: int) -> bool:
        del base
        op = self.dice.pick(_LOADS)
        self.produce_address()
        self.stack.pop()
        self.emit(self.memory_argument(op))
        self.stack += (SIGNATURES[op] or (b"", b""))[1]
        return True

    def step_store(self, base: int) -> bool:
        del base
        op = self.dice.pick(_STORES)
        self.produce_address()
        self.produce((SIGNATURES[op] or (b"", b""))[0][1:])
        del self.stack[-2:]
        self.emit(self.memory_argument(op))
        return True

    def step_drop(self, base: int) -> bool:
        if len(self.stack) > base:
            self.consume()
        return True

    def step_select(self, base: int) -> bool:
        kind = self.dice.pick((I32, I64))
        self.need(bytes((kind, kind, I32)), base)
        self.emit(PLAIN[Op.SELECT])
        self.stack.append(kind)
        return True

    def step_size(self, base: int) -> bool:
        del base
        self.emit(self.dice.pick((PLAIN[Op.MEMORY_SIZE], PLAIN[Op.NOP])))
        if self.instructions[-1][0] == Op.MEMORY_SIZE:
            self.stack.append(I32)
        return True

    def step_block(self, base: int) -> bool:
        """A block, loop or conditional with something inside."""
        if len(self.labels) > _DEPTH:
            return True
        op = self.dice.pick((Op.BLOCK, Op.LOOP, Op.IF))
        results = self.dice.pick((b"", b"", bytes((I32,)), bytes((I64,))))
        if op == Op.IF:
            self.need(bytes((I32,)), base)
        self.emit((op, results or EMPTY_BLOCK))
        height = len(self.stack)
        self.labels.append(b"" if op == Op.LOOP else results)
        self.fill(results, self.dice.below(7))
        if op == Op.IF and (results or self.dice.chance(2)):
            del self.stack[height:]
            self.emit(PLAIN[Op.ELSE])
            self.fill(results, self.dice.below(7))
        self.labels.pop()
        self.emit(PLAIN[Op.END])
        return True

    def step_branch_if(self, base: int) -> bool:
        del base
        label = self.dice.below(len(self.labels))
        kinds = self.labels[-1 - label]
        self.produce(kinds + bytes((I32,)))
        self.stack.pop()
        self.emit((Op.BR_IF, label))
        return True

    def step_leave(self, base: int) -> bool:
        """A jump that always happens; rarer than the rest."""
        del base
        if self.dice.below(3):
            return True
        match self.dice.below(4):
            case 0:
                self.emit(PLAIN[Op.UNREACHABLE])
            case 1:
                self.produce(self.results)
                self.emit(PLAIN[Op.RETURN])
            case 2:
                label = self.dice.below(len(self.labels))
                self.produce(self.labels[-1 - label])
                self.emit((Op.BR, label))
            case _:
                self.branch_by_table()
        return False

    def branch_by_table(self) -> None:
        default = self.dice.below(len(self.labels))
        kinds = self.labels[-1 - default]
        fitting = [label for label in range(len(self.labels)) if self.labels[-1 - label] == kinds]
        self.produce(kinds + bytes((I32,)))
        self.emit((Op.BR_TABLE, (tuple(self.dice.pick(fitting) for _ in range(self.dice.below(5))), default)))

    def step_call(self, base: int) -> bool:
        if not self.surroundings.functions:
            return True
        index, kind = self.dice.pick(self.surroundings.functions)
        self.need(_bytes(kind.params), base)
        self.emit((Op.CALL, index))
        self.stack += _bytes(kind.results)
        return True

    def step_call_indirect(self, base: int) -> bool:
        del base
        if not self.surroundings.table:
            return True
        type_index = self.dice.below(len(self.surroundings.types))
        kind = self.surroundings.types[type_index]
        self.produce(_bytes(kind.params))
        self.emit((Op.I32_CONST, self.dice.below(self.surroundings.table + 1)), (Op.CALL_INDIRECT, type_index))
        del self.stack[len(self.stack) - len(kind.params) :]
        self.stack += _bytes(kind.results)
        return True


_STEPS: tuple[Callable[[_Maker, int], bool], ...] = (
    *(_Maker.step_constant, _Maker.step_numeric, _Maker.step_local, _Maker.step_global) * 2,
    _Maker.step_load,
    _Maker.step_store,
    _Maker.step_drop,
    _Maker.step_select,
    _Maker.step_size,
    _Maker.step_block,
    _Maker.step_block,
    _Maker.step_branch_if,
    _Maker.step_leave,
    _Maker.step_call,
    _Maker.step_call_indirect,
)
_DEAD: tuple[tuple[Instruction, ...], ...] = (
    (PLAIN[Op.DROP],),
    (PLAIN[Op.NOP],),
    (PLAIN[Op.I32_ADD], PLAIN[Op.DROP]),
    (PLAIN[Op.I64_SUB], PLAIN[Op.I32_WRAP_I64], PLAIN[Op.DROP]),
    (PLAIN[Op.SELECT], PLAIN[Op.DROP]),
    ((Op.I32_CONST, 7), PLAIN[Op.I32_EQZ], PLAIN[Op.DROP]),
    ((Op.BLOCK, EMPTY_BLOCK), PLAIN[Op.UNREACHABLE], PLAIN[Op.END]),
    (PLAIN[Op.RETURN],),
    ((Op.BR, 0),),
)
