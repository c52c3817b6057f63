"""Gas metering: every stretch of code that runs as a whole is paid for before it runs.

A body is cut into metered blocks. In front of each stands `i32.const cost` and a call of an added function, which takes
the cost and the price of its own from a global, or stops the program.

Rules: INS-40 to INS-43, INS-50 to INS-61.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.wasm.gas_rules import SCHEDULE_RULES, GasRules
from gearexe_spec.wasm.injection import BREAK_TYPE, Injection, system_break
from gearexe_spec.wasm.model import (
    I32_TYPE,
    I64_TYPE,
    Export,
    ExternalKind,
    Function,
    FunctionType,
    Global,
    GlobalType,
    Module,
)
from gearexe_spec.wasm.opcodes import EMPTY_BLOCK, PLAIN, Instruction, Op
from gearexe_spec.wasm.rejection import CodeRejection
from gearexe_spec.wasm.stack_limiter import to_signed

GAS_EXPORT = "gear_gas"
"""Name under which the gas global is exported (INS-41)."""
OUT_OF_GAS = 0
"""Code of the system break when the gas does not suffice (INS-43)."""
MAX_CHARGE = 0xFFFFFFFF
"""Greatest cost that one charge can take (INS-60)."""

_MAX_U32 = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class MeteredBlock:
    """Code that is paid for at once.

    Args:
        start: position of its first instruction in the body before charges are put in.
        cost: sum of the costs of its instructions; more than 2^32 - 1 is charged in parts.
    """

    start: int
    cost: int

    @property
    def charges(self) -> tuple[int, ...]:
        """What each charge takes: full ones first, then the rest (INS-60)."""
        full, rest = divmod(self.cost - 1, MAX_CHARGE)
        return (MAX_CHARGE,) * full + (rest + 1,)


@dataclass(frozen=True, slots=True)
class MeteredModule:
    """A module that pays.

    Args:
        module: the instrumented module.
        blocks: of every function that was there before, defined ones and thunks.
        charge_index: function index of the charging function.
    """

    module: Module
    blocks: tuple[tuple[MeteredBlock, ...], ...]
    charge_index: int


class MeteringError(Exception):
    """A body cannot be metered (INS-59)."""


def meter_gas(module: Module, rules: GasRules, break_index: int) -> MeteredModule:
    """Make a module pay for what it runs.

    Args:
        module: with the system break imported already.
        rules: what instructions cost.
        break_index: function index of the system break.

    Raises:
        Rejected: InstrumentationGasGlobalAlreadyExists, InstrumentationGasInjection.

    Rules: INS-40 to INS-43, INS-50 to INS-61.
    Source: protocol/wasm-instrument/src/lib.rs `inject_gas_limiter`, src/gas_metering/mod.rs `post_injection_handler`.
    """
    exports = module.exports or ()
    if any(export.name == GAS_EXPORT for export in exports):
        raise Rejected(CodeRejection.InstrumentationGasGlobalAlreadyExists)
    gas_global = module.global_count
    module = replace(
        module,
        globals=(*(module.globals or ()), Global(GlobalType(I64_TYPE, 1), ((Op.I64_CONST, 0),))),
        exports=(*exports, Export(GAS_EXPORT, ExternalKind.GLOBAL, gas_global)),
    )
    original_types = module.types or ()
    charge = charging_function(gas_global, break_index, rules, original_types)
    charge_index = len(module.function_types)
    try:
        blocks = tuple(compute_blocks(body, rules, original_types) for body in module.code or ())
    except MeteringError:
        raise Rejected(CodeRejection.InstrumentationGasInjection) from None

    bodies = tuple(
        insert_charges(body, metered, charge_index) for body, metered in zip(module.code or (), blocks, strict=True)
    )
    injection = Injection(replace(module, code=bodies if module.code is not None else None))
    injection.add_function(BREAK_TYPE, charge)
    metered_module = injection.module()
    if rules.grow_per_page is not None:
        metered_module = charge_growth(metered_module, rules.grow_per_page, charge_index)
    return MeteredModule(metered_module, blocks, charge_index)


def charge_cost() -> int:
    """What each charge costs by itself with the Schedule: 18,822 (INS-42)."""
    instructions = [*_before(0), (Op.I64_CONST, 0), *_behind(), *_payment(0)]
    return compute_charge_cost(instructions, SCHEDULE_RULES, ())


def charging_function(gas_global: int, break_index: int, rules: GasRules, types: tuple[FunctionType, ...]) -> Function:
    """The function that takes a cost, and the price of calling it, from the gas (INS-42, INS-43)."""
    before, behind, payment = _before(gas_global), _behind(), _payment(gas_global)
    own_cost = compute_charge_cost([*before, (Op.I64_CONST, 0), *behind, *payment], rules, types)
    instructions = [
        *before,
        (Op.I64_CONST, own_cost),
        *behind,
        *system_break(OUT_OF_GAS, break_index),
        PLAIN[Op.END],
        *payment,
        PLAIN[Op.END],
    ]
    return Function(((1, I64_TYPE),), instructions)


def _before(gas_global: int) -> list[Instruction]:
    return [(Op.GLOBAL_GET, gas_global), (Op.LOCAL_GET, 0), PLAIN[Op.I64_EXTEND_I32_U]]


def _behind() -> list[Instruction]:
    return [PLAIN[Op.I64_ADD], (Op.LOCAL_TEE, 1), PLAIN[Op.I64_LT_U], (Op.IF, EMPTY_BLOCK)]


def _payment(gas_global: int) -> list[Instruction]:
    return [(Op.GLOBAL_GET, gas_global), (Op.LOCAL_GET, 1), PLAIN[Op.I64_SUB], (Op.GLOBAL_SET, gas_global)]


def compute_charge_cost(run_always: Sequence[Instruction], rules: GasRules, types: tuple[FunctionType, ...]) -> int:
    """What one charge costs by itself: argument, call, its local, and all its instructions but the stop (INS-42)."""
    total = rules.per_local
    for instruction in ((Op.I32_CONST, 0), (Op.CALL, 0), *run_always):
        cost = rules.cost(instruction, types)
        assert cost is not None, "none of these is a float"
        total += cost
    return total


def compute_blocks(function: Function, rules: GasRules, types: tuple[FunctionType, ...]) -> tuple[MeteredBlock, ...]:
    """The metered blocks of a body that cost something, by position (INS-50 to INS-59).

    Raises:
        MeteringError: an instruction has no weight, a label does not exist, or the locals cost more than 32 bits.

    Source: protocol/wasm-instrument/src/gas_metering/mod.rs `determine_metered_blocks`.
    """
    locals_cost = rules.per_local * sum(count for count, _ in function.locals)
    if locals_cost > _MAX_U32:
        raise MeteringError
    return _BlockCounter(rules, types).run(function.instructions, locals_cost)


class _BlockCounter:
    """The stack of control blocks of one body (INS-50).

    Of each: `lows`, index of the outermost block that a forward branch inside may leave; `starts` and `costs`, the
    metered block being added to; `loops`, whether branches go back to its start.
    """

    def __init__(self, rules: GasRules, types: tuple[FunctionType, ...]) -> None:
        self.rules = rules
        self.types = types
        self.lows: list[int] = []
        self.starts: list[int] = []
        self.costs: list[int] = []
        self.loops: list[bool] = []
        self.finished: list[tuple[int, int]] = []

    def run(self, instructions: Sequence[Instruction], locals_cost: int) -> tuple[MeteredBlock, ...]:
        """Most instructions only add their weight."""
        costs = self.costs
        weights = [None if op in _HANDLERS else weight for op, weight in enumerate(self.rules.weights)]
        self.open_block(0, is_loop=False)
        costs[-1] += locals_cost
        for position, instruction in enumerate(instructions):
            weight = weights[instruction[0]]
            if weight is not None:
                costs[-1] += weight
                continue
            cost = self.rules.cost(instruction, self.types)
            if cost is None:
                raise MeteringError
            handler = _HANDLERS[instruction[0]]
            if handler is not None:
                handler(self, position, cost, instruction[1])
            else:
                costs[-1] += cost
        return tuple(MeteredBlock(start, cost) for start, cost in sorted(self.finished))

    def open_block(self, start: int, is_loop: bool) -> None:
        """OPEN (INS-51)."""
        self.lows.append(len(self.lows))
        self.starts.append(start)
        self.costs.append(0)
        self.loops.append(is_loop)

    def finish(self, position: int) -> None:
        """FIN: the metered block ends here; it joins the enclosing one if both start together (INS-52)."""
        start, cost = self.starts[-1], self.costs[-1]
        self.starts[-1], self.costs[-1] = position + 1, 0
        if len(self.starts) > 1 and self.starts[-2] == start:
            self.costs[-2] += cost
        elif cost > 0:
            self.finished.append((start, cost))

    def branch(self, position: int, labels: Sequence[int]) -> None:
        """BRANCH: what follows may not run (INS-53)."""
        self.finish(position)
        top = len(self.lows) - 1
        for label in labels:
            target = top - label
            if target < 0:
                raise MeteringError
            if not self.loops[target]:
                self.lows[top] = min(self.lows[top], target)

    def on_block(self, position: int, cost: int, _: bytes) -> None:
        """A block continues the metered block it stands in (INS-54)."""
        del position
        self.costs[-1] += cost
        self.open_block(self.starts[-1], is_loop=False)

    def on_if(self, position: int, cost: int, _: bytes) -> None:
        self.costs[-1] += cost
        self.open_block(position + 1, is_loop=False)

    def on_loop(self, position: int, cost: int, _: bytes) -> None:
        self.costs[-1] += cost
        self.open_block(position + 1, is_loop=True)

    def on_else(self, position: int, cost: int, _: None) -> None:
        """Its weight is not counted, nor that of `end` (INS-55)."""
        del cost
        self.finish(position)

    def on_end(self, position: int, cost: int, _: None) -> None:
        """CLOSE: what follows is a new metered block if something inside may branch further out (INS-56)."""
        del cost
        self.finish(position)
        low = self.lows.pop()
        for column in (self.starts, self.costs, self.loops):
            column.pop()
        if not self.lows:
            return
        self.lows[-1] = min(self.lows[-1], low)
        if low < len(self.lows):
            self.finish(position)

    def on_branch(self, position: int, cost: int, label: int) -> None:
        self.costs[-1] += cost
        self.branch(position, (label,))

    def on_br_table(self, position: int, cost: int, immediate: tuple[tuple[int, ...], int]) -> None:
        labels, default = immediate
        self.costs[-1] += cost
        self.branch(position, (default, *labels))

    def on_return(self, position: int, cost: int, _: None) -> None:
        """A branch to the function's own block (INS-53)."""
        self.costs[-1] += cost
        self.branch(position, (len(self.lows) - 1,))


_HANDLERS: dict[int, Callable[[_BlockCounter, int, int, Any], None] | None] = {
    Op.BLOCK: _BlockCounter.on_block,
    Op.LOOP: _BlockCounter.on_loop,
    Op.IF: _BlockCounter.on_if,
    Op.ELSE: _BlockCounter.on_else,
    Op.END: _BlockCounter.on_end,
    Op.BR: _BlockCounter.on_branch,
    Op.BR_IF: _BlockCounter.on_branch,
    Op.BR_TABLE: _BlockCounter.on_br_table,
    Op.RETURN: _BlockCounter.on_return,
    Op.CALL_INDIRECT: None,
}
"""Instructions that shape blocks; None for one whose cost depends on its immediate but shapes nothing."""


def insert_charges(function: Function, blocks: Sequence[MeteredBlock], charge_index: int) -> Function:
    """Put the charges in front of the blocks (INS-57)."""
    charged: list[Instruction] = []
    copied = 0
    call = (Op.CALL, charge_index)
    for block in blocks:
        charged += function.instructions[copied : block.start]
        copied = block.start
        for charge in block.charges:
            charged += ((Op.I32_CONST, to_signed(charge)), call)
    charged += function.instructions[copied:]
    return replace(function, instructions=charged)


def charge_growth(module: Module, price: int, charge_index: int) -> Module:
    """Let growth of memory be paid by the page: `memory.grow` becomes a call of an added function (INS-61).

    Never so in Gear.exe, where code cannot grow its memory.

    Source: protocol/wasm-instrument/src/gas_metering/mod.rs `inject_grow_counter`, `add_grow_counter`.
    """
    grow_index = len(module.function_types)
    grow, call = PLAIN[Op.MEMORY_GROW], (Op.CALL, grow_index)
    if not any(grow in body.instructions for body in module.code or ()):
        return module
    bodies = tuple(
        replace(body, instructions=[call if entry == grow else entry for entry in body.instructions])
        for body in module.code or ()
    )
    injection = Injection(replace(module, code=bodies))
    injection.add_function(
        FunctionType((I32_TYPE,), (I32_TYPE,)),
        Function(
            (),
            [
                (Op.LOCAL_GET, 0),
                (Op.LOCAL_GET, 0),
                (Op.I32_CONST, to_signed(price)),
                PLAIN[Op.I32_MUL],
                (Op.CALL, charge_index),
                grow,
                PLAIN[Op.END],
            ],
        ),
    )
    return injection.module()
