"""The type checker for bodies: every instruction finds the operands it needs.

The abstract stack holds types as bytes. In code that cannot be reached a missing operand is of the type `ANY`, which
fits everywhere (WAS-41).

Rules: WAS-40 to WAS-48.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gearexe_spec.wasm.model import Function
from gearexe_spec.wasm.opcodes import EMPTY_BLOCK, I32, I64, SIGNATURES, Instruction, Op, natural_alignment

MAX_LOCALS = 50_000
"""Greatest number of locals of a function, parameters included (WAS-42)."""
ANY = 0
"""The type of an operand that is missing in unreachable code (WAS-41)."""

_NUMBERS = frozenset((I32, I64))
_BLOCK_RESULTS = {EMPTY_BLOCK: b"", bytes((I32,)): bytes((I32,)), bytes((I64,)): bytes((I64,))}
_ALIGNMENTS = {op: natural_alignment(op) for op in range(Op.FIRST_LOAD, Op.LAST_STORE + 1)}


class TypeMismatch(Exception):
    """The instruction being looked at is not valid here."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Operands and results of a function, one byte for each type."""

    params: bytes
    results: bytes


@dataclass(frozen=True, slots=True)
class Context:
    """What bodies may refer to.

    Args:
        types: of the type section.
        functions: of all functions, imported ones first.
        globals: type byte and whether it may change, of all globals, imported ones first.
        has_table, has_memory: whether there is one, imported or defined.
    """

    types: Sequence[Signature]
    functions: Sequence[Signature]
    globals: Sequence[tuple[int, bool]]
    has_table: bool
    has_memory: bool


@dataclass(slots=True)
class _Frame:
    """A block being checked.

    Args:
        op: the instruction that opened it; ELSE for the second arm of an `if`.
        results: types it leaves.
        base: height of the stack below it.
        dead: whether its rest cannot be reached.
    """

    op: int
    results: bytes
    base: int
    dead: bool = False

    @property
    def label(self) -> bytes:
        """Types that a branch here takes along: none for a loop, whose label is its start (WAS-44)."""
        return b"" if self.op == Op.LOOP else self.results


def check_body(context: Context, signature: Signature, function: Function) -> int | None:
    """Check a body against its signature.

    Returns:
        None if it is valid, else the position of the first invalid instruction, or -1 for its locals.

    Rules: WAS-40 to WAS-48.
    """
    local_types = _expand_locals(signature, function)
    if local_types is None:
        return -1
    return _BodyChecker(context, signature, local_types).check(function.instructions)


def _expand_locals(signature: Signature, function: Function) -> bytes | None:
    """Type of each local, parameters first; None if there are too many or of a type that is not allowed (WAS-42)."""
    total = len(signature.params)
    parts = [signature.params]
    for count, kind in function.locals:
        total += count
        if total > MAX_LOCALS or kind[0] not in _NUMBERS or len(kind) != 1:
            return None
        parts.append(kind * count)
    return b"".join(parts)


class _BodyChecker:
    """The abstract stacks of operands and blocks of one body."""

    def __init__(self, context: Context, signature: Signature, local_types: bytes) -> None:
        self.context = context
        self.locals = local_types
        self.operands = bytearray()
        self.frame = _Frame(Op.BLOCK, signature.results, 0)
        self.outer: list[_Frame] = []

    def check(self, instructions: Sequence[Instruction]) -> int | None:
        """Most instructions have fixed operands, which usually lie on the stack as they should."""
        operands = self.operands
        signatures = SIGNATURES
        position = 0
        try:
            for position, (op, immediate) in enumerate(instructions):  # noqa: B007  # the position of the failure
                fixed = signatures[op]
                if fixed is None:
                    _HANDLERS[op](self, immediate)
                    continue
                if Op.FIRST_LOAD <= op <= Op.MEMORY_GROW:
                    self.check_memory_access(op, immediate)
                needed, results = fixed
                if needed:
                    rest = len(operands) - len(needed)
                    if rest >= self.frame.base and operands.endswith(needed):
                        del operands[rest:]
                    else:
                        self.pop_all(needed)
                operands += results
        except TypeMismatch:
            return position
        return None

    # The operand stack

    def pop(self) -> int:
        """The type of the last operand (WAS-41)."""
        if len(self.operands) > self.frame.base:
            return self.operands.pop()
        if not self.frame.dead:
            raise TypeMismatch
        return ANY

    def pop_expected(self, expected: int) -> int:
        """The last operand, which must be of a type; what was found."""
        found = self.pop()
        if found not in (expected, ANY):
            raise TypeMismatch
        return found

    def pop_all(self, expected: bytes) -> None:
        for kind in reversed(expected):
            self.pop_expected(kind)

    def leave_dead(self) -> None:
        """What follows in this block cannot be reached."""
        del self.operands[self.frame.base :]
        self.frame.dead = True

    # Blocks

    def open_block(self, op: int, block_type: bytes) -> None:
        """A block of an allowed type begins here (WAS-15)."""
        results = _BLOCK_RESULTS.get(block_type)
        if results is None:
            raise TypeMismatch
        self.outer.append(self.frame)
        self.frame = _Frame(op, results, len(self.operands))

    def on_block(self, block_type: bytes) -> None:
        self.open_block(Op.BLOCK, block_type)

    def on_loop(self, block_type: bytes) -> None:
        self.open_block(Op.LOOP, block_type)

    def on_if(self, block_type: bytes) -> None:
        self.pop_expected(I32)
        self.open_block(Op.IF, block_type)

    def close_arm(self) -> _Frame:
        """The block must leave exactly its results (WAS-43)."""
        frame = self.frame
        self.pop_all(frame.results)
        if len(self.operands) != frame.base:
            raise TypeMismatch
        return frame

    def on_else(self, _: None) -> None:
        frame = self.close_arm()
        if frame.op != Op.IF:
            raise TypeMismatch
        self.frame = _Frame(Op.ELSE, frame.results, frame.base)

    def on_end(self, _: None) -> None:
        """An `if` without `else` is as if it had an empty one, so it can have no result (WAS-43)."""
        frame = self.close_arm()
        if frame.op == Op.IF and frame.results:
            raise TypeMismatch
        self.operands += frame.results
        if self.outer:
            self.frame = self.outer.pop()

    # Branches

    def target(self, label: int) -> _Frame:
        """The block that a label names: 0 is the innermost (WAS-44)."""
        if label == 0:
            return self.frame
        if label > len(self.outer):
            raise TypeMismatch
        return self.outer[-label]

    def on_unreachable(self, _: None) -> None:
        self.leave_dead()

    def on_br(self, label: int) -> None:
        self.pop_all(self.target(label).label)
        self.leave_dead()

    def on_br_if(self, label: int) -> None:
        self.pop_expected(I32)
        kinds = self.target(label).label
        self.pop_all(kinds)
        self.operands += kinds

    def on_br_table(self, immediate: tuple[tuple[int, ...], int]) -> None:
        """All labels take as many operands as the default one; each must fit by itself (WAS-45)."""
        labels, default = immediate
        self.pop_expected(I32)
        expected = self.target(default).label
        for label in labels:
            kinds = self.target(label).label
            if len(kinds) != len(expected):
                raise TypeMismatch
            found = [self.pop_expected(kind) for kind in reversed(kinds)]
            self.operands += bytes(reversed(found))
        self.pop_all(expected)
        self.leave_dead()

    def on_return(self, _: None) -> None:
        self.pop_all(self.outer[0].results if self.outer else self.frame.results)
        self.leave_dead()

    # Calls

    def on_call(self, index: int) -> None:
        functions = self.context.functions
        if index >= len(functions):
            raise TypeMismatch
        self.apply(functions[index])

    def on_call_indirect(self, type_index: int) -> None:
        types = self.context.types
        if not self.context.has_table or type_index >= len(types):
            raise TypeMismatch
        self.pop_expected(I32)
        self.apply(types[type_index])

    def apply(self, signature: Signature) -> None:
        self.pop_all(signature.params)
        self.operands += signature.results

    # Parametric and variable instructions

    def on_drop(self, _: None) -> None:
        self.pop()

    def on_select(self, _: None) -> None:
        """Two operands of one type, whichever (WAS-46)."""
        self.pop_expected(I32)
        first, second = self.pop(), self.pop()
        if first != second and ANY not in (first, second):
            raise TypeMismatch
        self.operands.append(first or second)

    def on_local_get(self, index: int) -> None:
        self.operands.append(self.local(index))

    def on_local_set(self, index: int) -> None:
        self.pop_expected(self.local(index))

    def on_local_tee(self, index: int) -> None:
        kind = self.local(index)
        self.pop_expected(kind)
        self.operands.append(kind)

    def local(self, index: int) -> int:
        if index >= len(self.locals):
            raise TypeMismatch
        return self.locals[index]

    def on_global_get(self, index: int) -> None:
        self.operands.append(self.global_at(index)[0])

    def on_global_set(self, index: int) -> None:
        """Only globals that may change (WAS-47)."""
        kind, mutable = self.global_at(index)
        if not mutable:
            raise TypeMismatch
        self.pop_expected(kind)

    def global_at(self, index: int) -> tuple[int, bool]:
        if index >= len(self.context.globals):
            raise TypeMismatch
        return self.context.globals[index]

    def check_memory_access(self, op: int, argument: tuple[int, int] | None) -> None:
        """There is a memory, and the alignment of a load or store is not above the natural one (WAS-48)."""
        if not self.context.has_memory or (argument is not None and argument[0] > _ALIGNMENTS[op]):
            raise TypeMismatch


_HANDLERS: dict[int, Callable[[_BodyChecker, Any], None]] = {
    Op.UNREACHABLE: _BodyChecker.on_unreachable,
    Op.NOP: lambda _checker, _immediate: None,
    Op.BLOCK: _BodyChecker.on_block,
    Op.LOOP: _BodyChecker.on_loop,
    Op.IF: _BodyChecker.on_if,
    Op.ELSE: _BodyChecker.on_else,
    Op.END: _BodyChecker.on_end,
    Op.BR: _BodyChecker.on_br,
    Op.BR_IF: _BodyChecker.on_br_if,
    Op.BR_TABLE: _BodyChecker.on_br_table,
    Op.RETURN: _BodyChecker.on_return,
    Op.CALL: _BodyChecker.on_call,
    Op.CALL_INDIRECT: _BodyChecker.on_call_indirect,
    Op.DROP: _BodyChecker.on_drop,
    Op.SELECT: _BodyChecker.on_select,
    Op.LOCAL_GET: _BodyChecker.on_local_get,
    Op.LOCAL_SET: _BodyChecker.on_local_set,
    Op.LOCAL_TEE: _BodyChecker.on_local_tee,
    Op.GLOBAL_GET: _BodyChecker.on_global_get,
    Op.GLOBAL_SET: _BodyChecker.on_global_set,
}
