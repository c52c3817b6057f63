"""Random function bodies of programs, always well typed.

An expression leaves one value, a statement none; both are made from smaller ones. Loops count down in a local, so that
most programs end by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.program_encoding import i32_const, i64_const
from gearexe_spec.wasm.opcodes import EMPTY_BLOCK, I32, I64
from gearexe_spec.wasm.reader import encode_unsigned

I32_UNARY = (0x67, 0x68, 0x69, 0xC0, 0xC1)
I32_BINARY = tuple(range(0x6A, 0x79))
I32_COMPARISONS = tuple(range(0x46, 0x50))
I64_UNARY = (0x79, 0x7A, 0x7B, 0xC2, 0xC3, 0xC4)
I64_BINARY = tuple(range(0x7C, 0x8B))
I64_COMPARISONS = tuple(range(0x51, 0x5B))
I32_LOADS = ((0x28, 2), (0x2C, 0), (0x2D, 0), (0x2E, 1), (0x2F, 1))
I64_LOADS = ((0x29, 3), (0x30, 0), (0x31, 0), (0x32, 1), (0x33, 1), (0x34, 2), (0x35, 2))
I32_STORES = ((0x36, 2), (0x3A, 0), (0x3B, 1))
I64_STORES = ((0x37, 3), (0x3C, 0), (0x3D, 1), (0x3E, 2))
DIVISIONS = frozenset((*range(0x6D, 0x71), *range(0x7F, 0x83)))
"""What traps when the divisor is zero."""
EDGES = (0, 1, 2, 3, 7, 8, 63, 64, 255, 65_535, 65_536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Callee:
    """A function that may be called: its index and signature, and a maker of arguments where they have a meaning."""

    index: int
    params: tuple[int, ...]
    results: tuple[int, ...]
    arguments: Callable[[Dice], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a body may use.

    Args:
        callees: functions.
        globals: value types of the global variables; the index is the position.
        immutable: globals that are only read.
        memory: bytes of memory that accesses mostly stay in.
        table_types: indices of types for indirect calls, with their signatures.
        is_tame: whether traps shall be rare.
    """

    callees: Sequence[Callee]
    globals: Sequence[int]
    immutable: frozenset[int]
    memory: int
    table_types: Mapping[int, tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=dict)
    is_tame: bool = False


class Body:
    """Makes one function body."""

    def __init__(self, dice: Dice, around: Surroundings, params: Sequence[int], results: Sequence[int]) -> None:
        self.dice = dice
        self.around = around
        self.results = tuple(results)
        self.extra = [dice.pick((I32, I64)) for _ in range(dice.below(5))] + [I32]
        self.locals = [*params, *self.extra]
        self.counter = len(self.locals) - 1
        self.labels: list[int | None] = [self.results[0] if self.results else None]

    def make(self, statements: int, depth: int = 3, opening: bytes = b"") -> bytes:
        """Declarations and code, without the length of the whole; `opening` comes first."""
        code = opening + b"".join(self.statement(depth) for _ in range(self.dice.below(statements + 1)))
        if self.results:
            code += self.expression(self.results[0], depth)
        return (
            encode_unsigned(len(self.extra)) + b"".join(b"\1" + bytes([kind]) for kind in self.extra) + code + b"\x0b"
        )

    def statement(self, depth: int) -> bytes:
        """Something that leaves the stack as it was."""
        if depth <= 0:
            return self.pick_simple(0)
        makers = (self.pick_simple, self.pick_simple, self.pick_simple, self.block, self.loop, self.branch, self.switch)
        return self.dice.pick(makers)(depth)

    def pick_simple(self, depth: int) -> bytes:
        """A statement without structure."""
        dice = self.dice
        match dice.below(12):
            case 0 | 1 | 2 if self.writable_locals():
                index = dice.pick(self.writable_locals())
                return self.expression(self.locals[index], depth) + b"\x21" + encode_unsigned(index)
            case 3 | 4 if self.writable_globals():
                index = dice.pick(self.writable_globals())
                return self.expression(self.around.globals[index], depth) + b"\x24" + encode_unsigned(index)
            case 5 | 6:
                return self.store(depth)
            case 7 | 8 | 9:
                return self.call_for_nothing(depth)
            case 10 if dice.chance(12):
                return self.leave(depth)
        return self.expression(dice.pick((I32, I64)), depth) + b"\x1a"

    def block(self, depth: int) -> bytes:
        """A block that may be left early."""
        self.labels.append(None)
        code = b"".join(self.statement(depth - 1) for _ in range(self.dice.between(1, 3)))
        if self.dice.below(2):
            code += self.expression(I32, depth - 1) + b"\x0d" + self.void_label()
            code += self.statement(depth - 1)
        self.labels.pop()
        return b"\x02" + EMPTY_BLOCK + code + b"\x0b"

    def loop(self, depth: int) -> bytes:
        """A loop that counts down from a small number."""
        counter = encode_unsigned(self.counter)
        self.labels.append(None)
        code = b"".join(self.statement(depth - 2) for _ in range(self.dice.between(1, 2)))
        self.labels.pop()
        start = i32_const(self.dice.pick((1, 2, 3, 5, 20, 300))) + b"\x21" + counter
        turn = b"\x20" + counter + i32_const(1) + b"\x6b\x22" + counter + i32_const(0) + b"\x4a\x0d\0"
        return start + b"\x03" + EMPTY_BLOCK + code + turn + b"\x0b"

    def branch(self, depth: int) -> bytes:
        """If, with or without else."""
        condition = self.expression(I32, depth - 1)
        self.labels.append(None)
        code = self.statement(depth - 1)
        if self.dice.below(2):
            code += b"\x05" + self.statement(depth - 1)
        self.labels.pop()
        return condition + b"\x04" + EMPTY_BLOCK + code + b"\x0b"

    def switch(self, depth: int) -> bytes:
        """Nested blocks and a table of branches out of them."""
        cases = self.dice.between(1, 4)
        for _ in range(cases):
            self.labels.append(None)
        targets = [encode_unsigned(self.dice.below(cases)) for _ in range(self.dice.below(5) + 1)]
        code = self.expression(I32, depth - 1) + b"\x0e" + encode_unsigned(len(targets) - 1) + b"".join(targets)
        code = (b"\x02" + EMPTY_BLOCK) * cases + code
        for _ in range(cases):
            self.labels.pop()
            code += b"\x0b" + (self.statement(depth - 1) if self.dice.below(2) else b"")
        return code

    def leave(self, depth: int) -> bytes:
        """Return or trap where nobody expects it."""
        if self.dice.below(3) or (self.around.is_tame and not self.dice.chance(8)):
            value = self.expression(self.results[0], depth) if self.results else b""
            return value + b"\x0f"
        return b"\x00"

    def call_for_nothing(self, depth: int) -> bytes:
        """A call, direct or through the table; its result is dropped."""
        types = self.around.table_types
        if types and self.dice.chance(20 if self.around.is_tame else 5):
            index = self.dice.pick(sorted(types))
            params, results = types[index]
            arguments = b"".join(self.expression(kind, depth - 1) for kind in params)
            place = (
                i32_const(self.dice.below(6))
                if self.around.is_tame or self.dice.below(8)
                else self.expression(I32, depth - 1)
            )
            return arguments + place + b"\x11" + encode_unsigned(index) + b"\0" + b"\x1a" * len(results)
        if not self.around.callees:
            return b"\x01"
        callee = self.dice.pick(self.around.callees)
        return self.call(callee, depth) + b"\x1a" * len(callee.results)

    def call(self, callee: Callee, depth: int) -> bytes:
        """A call with arguments."""
        if callee.arguments is not None and self.dice.below(12):
            arguments = callee.arguments(self.dice)
        else:
            arguments = b"".join(self.expression(kind, depth - 1) for kind in callee.params)
        return arguments + b"\x10" + encode_unsigned(callee.index)

    def store(self, depth: int) -> bytes:
        """A store somewhere in memory."""
        kind = self.dice.pick((I32, I64))
        opcode, align = self.dice.pick(I32_STORES if kind == I32 else I64_STORES)
        return self.address(depth) + self.expression(kind, depth - 1) + self.access(opcode, align)

    def address(self, depth: int) -> bytes:
        """Mostly inside memory."""
        dice = self.dice
        if self.around.is_tame and not dice.chance(60):
            return i32_const(dice.below(max(1, self.around.memory - 65_536)))
        match dice.below(12):
            case 0:
                return self.expression(I32, depth - 1)
            case 1 | 2 | 3:
                return self.expression(I32, depth - 1) + i32_const(max(1, self.around.memory) - 1 & 0x1FFFF) + b"\x71"
            case 4:
                return i32_const(max(0, self.around.memory + dice.between(-9, 3)))
        return i32_const(dice.below(max(1, self.around.memory - 16)))

    def access(self, opcode: int, align: int) -> bytes:
        """A load or store with its alignment and offset."""
        offset = 0 if self.dice.below(4) else self.dice.pick((1, 8, 4_096, 16_383, 65_528, 0xFFFFFFFF))
        if self.around.is_tame and not self.dice.chance(60):
            offset %= 65_520
        return bytes([opcode]) + encode_unsigned(self.dice.between(0, align)) + encode_unsigned(offset)

    def expression(self, kind: int, depth: int) -> bytes:
        """Something that leaves one value of this type."""
        dice = self.dice
        if depth <= 0 or dice.chance(4):
            return self.leaf(kind)
        match dice.below(10):
            case 0:
                return self.expression(kind, depth - 1) + bytes([dice.pick(I32_UNARY if kind == I32 else I64_UNARY)])
            case 1 if kind == I32:
                return self.comparison(depth)
            case 1:
                return self.expression(I32, depth - 1) + bytes([dice.pick((0xAC, 0xAD))])
            case 2 if kind == I32:
                return self.expression(I64, depth - 1) + bytes([dice.pick((0x50, 0xA7))])
            case 2 | 3:
                opcode, align = dice.pick(I32_LOADS if kind == I32 else I64_LOADS)
                return self.address(depth) + self.access(opcode, align)
            case 4:
                two = self.expression(kind, depth - 1) + self.expression(kind, depth - 1)
                return two + self.expression(I32, depth - 1) + b"\x1b"
            case 5:
                return self.conditional(kind, depth)
            case 6:
                callees = [callee for callee in self.around.callees if callee.results == (kind,)]
                return self.call(dice.pick(callees), depth) if callees else self.leaf(kind)
        opcode = dice.pick(I32_BINARY if kind == I32 else I64_BINARY)
        while self.around.is_tame and opcode in DIVISIONS and not dice.chance(40):
            opcode = dice.pick(I32_BINARY if kind == I32 else I64_BINARY)
        return self.expression(kind, depth - 1) + self.expression(kind, depth - 1) + bytes([opcode])

    def comparison(self, depth: int) -> bytes:
        """A comparison of two integers, or with zero."""
        kind = self.dice.pick((I32, I64))
        if kind == I32 and self.dice.chance(4):
            return self.expression(I32, depth - 1) + b"\x45"
        two = self.expression(kind, depth - 1) + self.expression(kind, depth - 1)
        return two + bytes([self.dice.pick(I32_COMPARISONS if kind == I32 else I64_COMPARISONS)])

    def conditional(self, kind: int, depth: int) -> bytes:
        """If and else, or a block, with a value."""
        self.labels.append(kind)
        if self.dice.below(2):
            condition = self.expression(I32, depth - 1)
            code = self.expression(kind, depth - 1) + b"\x05" + self.expression(kind, depth - 1)
            code = condition + b"\x04" + bytes([kind]) + code + b"\x0b"
        else:
            early = self.expression(kind, depth - 1) + self.expression(I32, depth - 1) + b"\x0d\0"
            code = b"\x02" + bytes([kind]) + early + b"\x1a" + self.expression(kind, depth - 1) + b"\x0b"
        self.labels.pop()
        return code

    def leaf(self, kind: int) -> bytes:
        """A constant or a variable."""
        dice = self.dice
        indices = [index for index, local in enumerate(self.locals) if local == kind]
        variables = [index for index, local in enumerate(self.around.globals) if local == kind]
        match dice.below(4):
            case 0 if indices:
                return b"\x20" + encode_unsigned(dice.pick(indices))
            case 1 if variables:
                return b"\x23" + encode_unsigned(dice.pick(variables))
            case 2 if kind == I32 and dice.chance(6):
                return b"\x3f\0"
        number = dice.pick(EDGES) if dice.below(2) else dice.integer(32 if kind == I32 else 64)
        return i32_const(number) if kind == I32 else i64_const(number)

    def writable_locals(self) -> list[int]:
        """All but the counter of loops."""
        return [index for index in range(len(self.locals)) if index != self.counter]

    def writable_globals(self) -> list[int]:
        """Mutable globals."""
        return [index for index in range(len(self.around.globals)) if index not in self.around.immutable]

    def void_label(self) -> bytes:
        """The distance to a label that takes no value; the innermost is one."""
        distances = [distance for distance, label in enumerate(reversed(self.labels)) if label is None]
        return encode_unsigned(self.dice.pick(distances))
