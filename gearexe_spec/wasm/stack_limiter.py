"""The stack limiter: programs count how deep they are and stop themselves at a fixed depth.

A global counts abstract stack elements. Every call of a defined function is wrapped: add the callee's cost, stop if the
limit is passed, call, subtract. Where a function is entered from outside (exports, table) a thunk does the same.

Rules: INS-20 to INS-31.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gearexe_spec.wasm.injection import Injection, system_break
from gearexe_spec.wasm.model import (
    I32_TYPE,
    Export,
    ExternalKind,
    Function,
    Global,
    GlobalType,
    Module,
)
from gearexe_spec.wasm.opcodes import EMPTY_BLOCK, PLAIN, SIGNATURES, Instruction, Op

ACTIVATION_FRAME_COST = 2
"""Elements that every function takes for being called (INS-21)."""
STACK_LIMIT_EXCEEDED = 1
"""Code of the system break when the limit is passed (INS-26)."""

_MAX_U32 = 0xFFFFFFFF


class StackLimitError(Exception):
    """Production's limiter gives up on this code (INS-28)."""


def limit_stack(module: Module, limit: int, break_index: int) -> Module:
    """Make a module count its stack.

    Args:
        module: with the system break imported already.
        limit: greatest sum of costs, in stack elements.
        break_index: function index of the system break.

    Raises:
        StackLimitError: there are no bodies, or the height of one cannot be computed.
        IndexError: the module is not valid.

    Rules: INS-20 to INS-31.
    Source: protocol/wasm-instrument/src/stack_limiter/mod.rs `inject_with_config`.
    """
    functions, code = module.functions, module.code
    if functions is None or code is None:
        raise StackLimitError
    height_global = module.global_count
    counter = Global(GlobalType(I32_TYPE, 1), ((Op.I32_CONST, 0),))
    module = replace(module, globals=(*(module.globals or ()), counter))
    wrapper = CallWrapper(height_global, limit, break_index)
    heights = HeightCounter(module, wrapper)
    costs = [0] * len(module.imported_functions) + [
        compute_stack_cost(heights, index, body) for index, body in zip(functions, code, strict=True)
    ]

    module = replace(module, code=tuple(change_calls(body, wrapper, costs) for body in code))
    return _add_thunks(module, costs, heights, wrapper)


@dataclass(frozen=True, slots=True)
class CallWrapper:
    """How calls are wrapped in one module (INS-26).

    Args:
        height_global: index of the global that counts.
        limit: greatest value of it.
        break_index: function index of the system break.
    """

    height_global: int
    limit: int
    break_index: int

    def wrap(self, callee: int, cost: int, arguments: Sequence[Instruction] = ()) -> list[Instruction]:
        """A call that counts: 16 instructions and the arguments (INS-26).

        Source: protocol/wasm-instrument/src/stack_limiter/mod.rs `instrument_call`.
        """
        return [*self.before(cost), *arguments, (Op.CALL, callee), *self.behind(cost)]

    def before(self, cost: int) -> list[Instruction]:
        """Add the cost, and stop if the limit is passed."""
        return [
            (Op.GLOBAL_GET, self.height_global),
            (Op.I32_CONST, to_signed(cost)),
            PLAIN[Op.I32_ADD],
            (Op.GLOBAL_SET, self.height_global),
            (Op.GLOBAL_GET, self.height_global),
            (Op.I32_CONST, to_signed(self.limit)),
            PLAIN[Op.I32_GT_U],
            (Op.IF, EMPTY_BLOCK),
            *system_break(STACK_LIMIT_EXCEEDED, self.break_index),
            PLAIN[Op.END],
        ]

    def behind(self, cost: int) -> list[Instruction]:
        """Subtract the cost."""
        return [
            (Op.GLOBAL_GET, self.height_global),
            (Op.I32_CONST, to_signed(cost)),
            PLAIN[Op.I32_SUB],
            (Op.GLOBAL_SET, self.height_global),
        ]


def to_signed(value: int) -> int:
    """The constant that stands for an unsigned number of 32 bits."""
    return value - (1 << 32) if value >= 1 << 31 else value


def compute_stack_cost(heights: HeightCounter, type_index: int, function: Function) -> int:
    """Declared locals and the greatest height; parameters do not count (INS-22).

    Raises:
        StackLimitError: the height cannot be computed, or the sum exceeds 32 bits.
    """
    cost = sum(count for count, _ in function.locals) + heights.body_height(type_index, function.instructions)
    if cost > _MAX_U32:
        raise StackLimitError
    return cost


def change_calls(function: Function, wrapper: CallWrapper, costs: Sequence[int]) -> Function:
    """Wrap the calls of functions that have a cost: all defined ones (INS-29)."""
    changed: list[Instruction] = []
    for instruction in function.instructions:
        op, callee = instruction
        if op == Op.CALL and costs[callee]:
            changed += wrapper.wrap(callee, costs[callee])
        else:
            changed.append(instruction)
    return replace(function, instructions=changed)


class HeightCounter:
    """Computes how high the stack of a body grows, with the wrappers of its calls (INS-23 to INS-25).

    It knows only heights, no types, and it is not exact: the `else` arm starts where the `if` arm ended, and in
    unreachable code heights may sink below their block. Both are normative (INS-27, INS-28).

    Source: protocol/wasm-instrument/src/stack_limiter/max_height.rs.
    """

    def __init__(self, module: Module, wrapper: CallWrapper) -> None:
        self.imported = len(module.imported_functions)
        self.types = [(len(kind.params), len(kind.results)) for kind in module.types or ()]
        self.functions = [self.types[index] for index in module.function_types]
        self.before, self.behind = wrapper.before(0), wrapper.behind(0)

    def body_height(self, type_index: int, instructions: Iterable[Instruction]) -> int:
        """Greatest height of a body whose calls of defined functions will be wrapped.

        Raises:
            StackLimitError: more is taken from the stack than lies there (INS-28).
        """
        wrapped: list[Instruction] = []
        for instruction in instructions:
            if instruction[0] == Op.CALL and instruction[1] >= self.imported:
                wrapped += self.before
                wrapped.append(instruction)
                wrapped += self.behind
            else:
                wrapped.append(instruction)
        return self.height(type_index, wrapped)

    def height(self, type_index: int, instructions: Iterable[Instruction]) -> int:
        """Greatest height of a body as it is.

        Raises:
            StackLimitError: more is taken from the stack than lies there (INS-28).
        """
        return _Heights(self, self.types[type_index][1]).run(instructions)


def _effect(op: int) -> tuple[int, int] | None:
    """Number of operands and of results, where they are fixed."""
    signature = SIGNATURES[op]
    return None if signature is None else (len(signature[0]), len(signature[1]))


_EFFECTS = [_effect(op) for op in range(256)]
_EFFECTS[Op.NOP] = _EFFECTS[Op.ELSE] = (0, 0)
_EFFECTS[Op.DROP] = _EFFECTS[Op.LOCAL_SET] = _EFFECTS[Op.GLOBAL_SET] = (1, 0)
_EFFECTS[Op.LOCAL_GET] = _EFFECTS[Op.GLOBAL_GET] = (0, 1)
_EFFECTS[Op.LOCAL_TEE] = (1, 1)


class _Heights:
    """One run over a body.

    A block is (starts dead?, results, operands of a branch to it, height at its start); the fields of the innermost
    one are attributes.
    """

    def __init__(self, counter: HeightCounter, results: int) -> None:
        self.counter = counter
        self.results = results
        self.now = ACTIVATION_FRAME_COST
        self.dead = False
        self.end_arity = self.branch_arity = results
        self.start = 0
        self.outer: list[tuple[bool, int, int, int]] = []

    def run(self, instructions: Iterable[Instruction]) -> int:
        """The height is looked at before each instruction, and not where the block is dead (INS-23)."""
        greatest = 0
        effects = _EFFECTS
        for op, immediate in instructions:
            if self.now > greatest and not self.dead:
                greatest = self.now
            effect = effects[op]
            if effect is None:
                _HANDLERS[op](self, immediate)
                continue
            taken, left = effect
            if taken:
                self.pop(taken)
            self.now += left
        return greatest

    def pop(self, count: int) -> None:
        """Take operands; at the start of a dead block there are always enough (INS-24)."""
        if count == 0:
            return
        if self.now == self.start:
            if not self.dead:
                raise StackLimitError
            return
        self.now -= count
        if self.now < 0:
            raise StackLimitError

    def open_block(self, block_type: bytes, is_loop: bool) -> None:
        """A block begins at the present height."""
        self.outer.append((self.dead, self.end_arity, self.branch_arity, self.start))
        self.end_arity = 0 if block_type == EMPTY_BLOCK else 1
        self.branch_arity = 0 if is_loop else self.end_arity
        self.dead = False
        self.start = self.now

    def on_if(self, block_type: bytes) -> None:
        self.pop(1)
        self.open_block(block_type, is_loop=False)

    def on_end(self, _: None) -> None:
        """Back to the height at the start, and the results (INS-25)."""
        self.now = self.start + self.end_arity
        if self.outer:
            self.dead, self.end_arity, self.branch_arity, self.start = self.outer.pop()

    def on_unreachable(self, _: None) -> None:
        self.dead = True

    def arity(self, label: int) -> int:
        """Operands that a branch takes along."""
        if label == 0:
            return self.branch_arity
        if label > len(self.outer):
            raise StackLimitError
        return self.outer[-label][2]

    def on_br(self, label: int) -> None:
        self.pop(self.arity(label))
        self.dead = True

    def on_br_if(self, label: int) -> None:
        """Takes what the label takes, then the condition, and gives the former back (INS-25)."""
        arity = self.arity(label)
        self.pop(arity)
        self.pop(1)
        self.now += arity

    def on_br_table(self, immediate: tuple[tuple[int, ...], int]) -> None:
        """The selector is not taken (INS-25)."""
        labels, default = immediate
        arity = self.arity(default)
        if any(self.arity(label) != arity for label in labels):
            raise StackLimitError
        self.pop(arity)
        self.dead = True

    def on_return(self, _: None) -> None:
        self.pop(self.results)
        self.dead = True

    def on_call(self, index: int) -> None:
        params, results = self.counter.functions[index]
        self.pop(params)
        self.now += results

    def on_call_indirect(self, type_index: int) -> None:
        """Takes the place in the table, then the parameters (INS-25)."""
        params, results = self.counter.types[type_index]
        self.pop(1)
        self.pop(params)
        self.now += results

    def on_select(self, _: None) -> None:
        self.pop(2)
        self.pop(1)
        self.now += 1


_HANDLERS: dict[int, Callable[[_Heights, Any], None]] = {
    Op.UNREACHABLE: _Heights.on_unreachable,
    Op.BLOCK: lambda heights, block_type: heights.open_block(block_type, is_loop=False),
    Op.LOOP: lambda heights, block_type: heights.open_block(block_type, is_loop=True),
    Op.IF: _Heights.on_if,
    Op.END: _Heights.on_end,
    Op.BR: _Heights.on_br,
    Op.BR_IF: _Heights.on_br_if,
    Op.BR_TABLE: _Heights.on_br_table,
    Op.RETURN: _Heights.on_return,
    Op.CALL: _Heights.on_call,
    Op.CALL_INDIRECT: _Heights.on_call_indirect,
    Op.SELECT: _Heights.on_select,
}


def _add_thunks(module: Module, costs: list[int], heights: HeightCounter, wrapper: CallWrapper) -> Module:
    """A thunk for each function that is entered from outside, in ascending order, and everything led to it (INS-30).

    Source: protocol/wasm-instrument/src/stack_limiter/thunk.rs `generate_thunks`.
    """
    types = module.types or ()
    function_types = module.function_types
    injection = Injection(module)
    thunks: dict[int, int] = {}
    for target in sorted(_entered_from_outside(module)):
        if costs[target] == 0:
            continue
        kind = types[function_types[target]]
        arguments = [(Op.LOCAL_GET, index) for index in range(len(kind.params))]
        own = heights.height(function_types[target], [*wrapper.wrap(target, 0, arguments), PLAIN[Op.END]])
        cost = costs[target] + own
        if cost > _MAX_U32:
            raise StackLimitError
        body = Function((), [*wrapper.wrap(target, cost, arguments), PLAIN[Op.END]])
        thunks[target] = injection.add_function(kind, body)
    return _redirect(injection.module(), thunks)


def _entered_from_outside(module: Module) -> set[int]:
    entered = {export.index for export in module.exports or () if export.kind == ExternalKind.FUNCTION}
    for element in module.elements or ():
        entered.update(element.functions)
    if module.start is not None:
        entered.add(module.start)
    return entered


def _redirect(module: Module, thunks: dict[int, int]) -> Module:
    """Lead exports, table entries and the start to the thunks; calls stay (INS-31)."""

    def redirect_export(export: Export) -> Export:
        is_function = export.kind == ExternalKind.FUNCTION
        return replace(export, index=thunks.get(export.index, export.index)) if is_function else export

    exports = module.exports and tuple(map(redirect_export, module.exports))
    elements = module.elements and tuple(
        replace(element, functions=tuple(thunks.get(index, index) for index in element.functions))
        for element in module.elements
    )
    start = None if module.start is None else thunks.get(module.start, module.start)
    return replace(module, exports=exports, elements=elements, start=start)
