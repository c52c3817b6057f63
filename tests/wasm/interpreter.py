"""A slow interpreter for small modules: it follows every instruction, so that it can say what a run should have cost.

Nothing of it is shared with metering: it knows weights of single instructions, and no blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gearexe_spec.wasm.gas_rules import SCHEDULE_RULES
from gearexe_spec.wasm.model import I32_TYPE, ExternalKind, Function, MemoryType, Module
from gearexe_spec.wasm.opcodes import EMPTY_BLOCK, NAMES, SIGNATURES, Op
from gearexe_spec.wasm.syscalls import SYSTEM_BREAK

PAGE = 16_384
CHARGE = 18_822


class Trap(Exception):
    """The code traps."""


class Stopped(Exception):
    """The system break ends the run with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class TooLong(Exception):
    """The run takes longer than the test has time for."""


def signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


def divide(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return -quotient if (a < 0) != (b < 0) else quotient


def checked_division(a: int, b: int, bits: int) -> int:
    if b == 0 or (signed(a, bits) == -(1 << (bits - 1)) and signed(b, bits) == -1):
        raise Trap
    return divide(signed(a, bits), signed(b, bits))


def nonzero(value: int) -> int:
    if value == 0:
        raise Trap
    return value


def rotate(value: int, by: int, bits: int) -> int:
    by %= bits
    return value << by | value >> (bits - by)


BINARY: dict[str, Callable[[int, int, int], int]] = {
    "add": lambda a, b, _: a + b,
    "sub": lambda a, b, _: a - b,
    "mul": lambda a, b, _: a * b,
    "div_s": checked_division,
    "div_u": lambda a, b, _: a // nonzero(b),
    "rem_s": lambda a, b, n: signed(a, n) - divide(signed(a, n), signed(nonzero(b), n)) * signed(b, n),
    "rem_u": lambda a, b, _: a % nonzero(b),
    "and": lambda a, b, _: a & b,
    "or": lambda a, b, _: a | b,
    "xor": lambda a, b, _: a ^ b,
    "shl": lambda a, b, n: a << b % n,
    "shr_s": lambda a, b, n: signed(a, n) >> b % n,
    "shr_u": lambda a, b, n: a >> b % n,
    "rotl": rotate,
    "rotr": lambda a, b, n: rotate(a, n - b % n, n),
    "eq": lambda a, b, _: a == b,
    "ne": lambda a, b, _: a != b,
    "lt_s": lambda a, b, n: signed(a, n) < signed(b, n),
    "lt_u": lambda a, b, _: a < b,
    "gt_s": lambda a, b, n: signed(a, n) > signed(b, n),
    "gt_u": lambda a, b, _: a > b,
    "le_s": lambda a, b, n: signed(a, n) <= signed(b, n),
    "le_u": lambda a, b, _: a <= b,
    "ge_s": lambda a, b, n: signed(a, n) >= signed(b, n),
    "ge_u": lambda a, b, _: a >= b,
}
UNARY: dict[str, Callable[[int, int], int]] = {
    "eqz": lambda a, _: a == 0,
    "clz": lambda a, n: n - a.bit_length(),
    "ctz": lambda a, n: n if a == 0 else (a & -a).bit_length() - 1,
    "popcnt": lambda a, _: a.bit_count(),
    "wrap_i64": lambda a, _: a,
    "extend_i32_s": lambda a, _: signed(a & 0xFFFFFFFF, 32),
    "extend_i32_u": lambda a, _: a,
    "extend8_s": lambda a, _: signed(a & 0xFF, 8),
    "extend16_s": lambda a, _: signed(a & 0xFFFF, 16),
    "extend32_s": lambda a, _: signed(a & 0xFFFFFFFF, 32),
}


@dataclass
class Interpreter:
    """One instance of an instrumented module.

    `weight` is the sum of the weights of all instructions of the program that ran, thunks and wrappers included;
    `charges` how often the charging function was called; `accesses` every (gear page, write) in order.
    """

    module: Module
    pages: int
    steps: int = 200_000
    weight: int = 0
    charges: int = 0
    accesses: list[tuple[int, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        module = self.module
        self.memory = bytearray(self.pages * 65_536)
        self.globals = [entry.init[0][1] & (1 << 64) - 1 for entry in module.globals or ()]
        self.imports = [entry for entry in module.imports or () if isinstance(entry.description, int)]
        self.charging = len(module.function_types) - 1
        self.matches: dict[int, dict[int, tuple[int, int | None]]] = {}
        self.table: list[int | None] = [None] * (module.table.initial if module.table else 0)
        for element in module.elements or ():
            place = element.offset[0][1]
            self.table[place : place + len(element.functions)] = element.functions
        for segment in module.data or ():
            assert segment.offset is not None
            place = segment.offset[0][1]
            self.memory[place : place + len(segment.data)] = segment.data
        assert any(isinstance(entry.description, MemoryType) for entry in module.imports or ())

    def run(self, entry: str, gas: int) -> int:
        """Call an entry; the gas left."""
        at = next(e.index for e in self.module.exports or () if (e.name, e.kind) == (entry, ExternalKind.FUNCTION))
        self.globals[-1] = gas
        self.call(at, [])
        return self.globals[-1]

    def call(self, index: int, stack: list[int]) -> None:
        if index < len(self.imports):
            assert self.imports[index].name == SYSTEM_BREAK
            raise Stopped(stack[-1])
        module = self.module
        kind = (module.types or ())[module.function_types[index]]
        defined = index - len(self.imports)
        body = (module.code or ())[defined]
        arguments = stack[len(stack) - len(kind.params) :]
        del stack[len(stack) - len(kind.params) :]
        frame = arguments + [0] * sum(count for count, _ in body.locals)
        if index == self.charging:
            self.charges += 1
        results = self.execute(index, defined, body, frame)
        stack += results[len(results) - len(kind.results) :]

    def find_matches(self, defined: int, body: Function) -> dict[int, tuple[int, int | None]]:
        """Position of the end, and of the else, for each block of a body."""
        if defined not in self.matches:
            found: dict[int, tuple[int, int | None]] = {}
            opened: list[tuple[int, int | None]] = []
            for position, (op, _) in enumerate(body.instructions):
                if op in (Op.BLOCK, Op.LOOP, Op.IF):
                    opened.append((position, None))
                elif op == Op.ELSE:
                    opened[-1] = (opened[-1][0], position)
                elif op == Op.END and opened:
                    start, middle = opened.pop()
                    found[start] = (position, middle)
            self.matches[defined] = found
        return self.matches[defined]

    def execute(  # noqa: PLR0912  # one branch per instruction
        self, index: int, defined: int, body: Function, frame: list[int]
    ) -> list[int]:
        matches = self.find_matches(defined, body)
        stack: list[int] = []
        kind = (self.module.types or ())[self.module.function_types[index]]
        end = len(body.instructions) - 1
        # (position to go on at, operands a branch keeps, height of the stack, whether the block is a loop)
        blocks: list[tuple[int, int, int, bool]] = [(end + 1, len(kind.results), 0, False)]
        counted = index != self.charging
        position = 0

        def branch(label: int) -> int:
            for _ in range(label):
                blocks.pop()
            target, kept, height, is_loop = blocks[-1]
            saved = stack[len(stack) - kept :] if kept else []
            del stack[height:]
            stack.extend(saved)
            if not is_loop:
                blocks.pop()
            return target

        while position <= end:
            self.steps -= 1
            if self.steps < 0:
                raise TooLong
            op, immediate = body.instructions[position]
            is_charge = op == Op.CALL and immediate == self.charging
            if counted and not is_charge and not self.is_charge_argument(body, position):
                self.weight += SCHEDULE_RULES.cost((op, immediate), self.module.types or ()) or 0
            following = position + 1
            if op in (Op.BLOCK, Op.LOOP, Op.IF):
                last, middle = matches[position]
                results = 0 if immediate == EMPTY_BLOCK else 1
                if op == Op.LOOP:
                    blocks.append((position + 1, 0, len(stack), True))
                elif op == Op.BLOCK:
                    blocks.append((last + 1, results, len(stack), False))
                else:
                    condition = stack.pop()
                    blocks.append((last + 1, results, len(stack), False))
                    if not condition:
                        following = last if middle is None else middle + 1
            elif op == Op.ELSE:
                following = blocks[-1][0]
                blocks.pop()
            elif op == Op.END:
                blocks.pop()
            elif op == Op.BR:
                following = branch(immediate)
            elif op == Op.BR_IF:
                following = branch(immediate) if stack.pop() else following
            elif op == Op.BR_TABLE:
                labels, default = immediate
                selector = stack.pop()
                following = branch(labels[selector] if selector < len(labels) else default)
            elif op == Op.RETURN:
                following = branch(len(blocks) - 1)
            elif op == Op.UNREACHABLE:
                raise Trap
            elif op == Op.CALL:
                self.call(immediate, stack)
            elif op == Op.CALL_INDIRECT:
                self.call_indirect(immediate, stack)
            elif op == Op.LOCAL_GET:
                stack.append(frame[immediate])
            elif op == Op.LOCAL_SET:
                frame[immediate] = stack.pop()
            elif op == Op.LOCAL_TEE:
                frame[immediate] = stack[-1]
            elif op == Op.GLOBAL_GET:
                stack.append(self.global_value(immediate))
            elif op == Op.GLOBAL_SET:
                self.globals[immediate] = stack.pop()
            else:
                self.compute(op, immediate, stack)
            position = following
        return stack

    def is_charge_argument(self, body: Function, position: int) -> bool:
        following = body.instructions[position + 1] if position + 1 < len(body.instructions) else None
        return following == (Op.CALL, self.charging)

    def global_value(self, index: int) -> int:
        kind = (self.module.globals or ())[index].type.content
        return self.globals[index] & (0xFFFFFFFF if kind == I32_TYPE else (1 << 64) - 1)

    def call_indirect(self, type_index: int, stack: list[int]) -> None:
        place = stack.pop()
        target = self.table[place] if place < len(self.table) else None
        types = self.module.types or ()
        if target is None or types[self.module.function_types[target]] != types[type_index]:
            raise Trap
        self.call(target, stack)

    def compute(self, op: int, immediate: object, stack: list[int]) -> None:
        name = NAMES[op]
        if name == "drop":
            stack.pop()
        elif name == "select":
            condition, second, first = stack.pop(), stack.pop(), stack.pop()
            stack.append(first if condition else second)
        elif name in ("i32.const", "i64.const"):
            assert isinstance(immediate, int)
            stack.append(immediate & (1 << int(name[1:3])) - 1)
        elif name == "memory.size":
            stack.append(self.pages)
        elif isinstance(immediate, tuple):
            self.access(op, immediate[1], stack)
        elif name != "nop":
            self.calculate(op, stack)

    def calculate(self, op: int, stack: list[int]) -> None:
        operands, results = SIGNATURES[op] or (b"", b"")
        bits = 32 if operands[0] == 0x7F else 64
        operation = NAMES[op].partition(".")[2]
        if len(operands) == 2:
            second, first = stack.pop(), stack.pop()
            value = BINARY[operation](first, second, bits)
        else:
            value = UNARY[operation](stack.pop(), bits)
        stack.append(int(value) & (1 << (32 if results[0] == 0x7F else 64)) - 1)

    def access(self, op: int, offset: int, stack: list[int]) -> None:
        kind, _, operation = NAMES[op].partition(".")
        bits = int(kind[1:])
        is_store = operation.startswith("store")
        value = stack.pop() if is_store else 0
        place = stack.pop() + offset
        digits = operation.removeprefix("store").removeprefix("load").partition("_")[0]
        size = (int(digits) if digits else bits) // 8
        last = place + size - 1
        for page in dict.fromkeys((place // PAGE, last // PAGE)):
            if page * PAGE < len(self.memory):
                self.accesses.append((page, is_store))
        if last >= len(self.memory):
            raise Trap
        if is_store:
            self.memory[place : last + 1] = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
            return
        loaded = int.from_bytes(self.memory[place : last + 1], "little")
        if operation.endswith("_s"):
            loaded = signed(loaded, 8 * size)
        stack.append(loaded & (1 << bits) - 1)


def first_touches(accesses: list[tuple[int, bool]], stack_end: int) -> list[tuple[int, bool]]:
    """What page hooks should report of these accesses."""
    reported: list[tuple[int, bool]] = []
    read: set[int] = set()
    written: set[int] = set()
    for page, write in accesses:
        if page < stack_end * 4 or page in written or (not write and page in read):
            continue
        (written if write else read).add(page)
        reported.append((page, write))
    return reported
