"""Charges in place: what the charging function does, without the call.

For engines that do not inline calls: a tight loop otherwise spends most of its time in calls of the charging function.
What is charged, and where a program stops, is the same. Used only together with page hooks, behind metering.

Rules: INS-87.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gearexe_spec.wasm.gas_metering import OUT_OF_GAS
from gearexe_spec.wasm.injection import system_break
from gearexe_spec.wasm.model import Function, Module
from gearexe_spec.wasm.opcodes import EMPTY_BLOCK, PLAIN, Instruction, Op

_MASK_32 = 0xFFFFFFFF
_MASK_64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Charging:
    """The charging function of an instrumented module.

    Args:
        index: its function index.
        gas_global: index of the gas global.
        break_index: function index of the system break.
        own_cost: what each charge costs by itself, in gas.
    """

    index: int
    gas_global: int
    break_index: int
    own_cost: int

    def in_place(self, argument: int) -> list[Instruction]:
        """What a charge of `argument`, a signed constant, does (INS-43, INS-87)."""
        cost = ((argument & _MASK_32) + self.own_cost) & _MASK_64
        amount = (Op.I64_CONST, cost - (1 << 64) if cost >> 63 else cost)
        return [
            (Op.GLOBAL_GET, self.gas_global),
            amount,
            PLAIN[Op.I64_LT_U],
            (Op.IF, EMPTY_BLOCK),
            *system_break(OUT_OF_GAS, self.break_index),
            PLAIN[Op.UNREACHABLE],
            PLAIN[Op.END],
            (Op.GLOBAL_GET, self.gas_global),
            amount,
            PLAIN[Op.I64_SUB],
            (Op.GLOBAL_SET, self.gas_global),
        ]


def find_charging(module: Module) -> Charging:
    """The charging function, which is the last one (INS-43)."""
    body = (module.code or ())[-1].instructions
    own_cost = next(value for op, value in body if op == Op.I64_CONST)
    break_index = next(value for op, value in body if op == Op.CALL)
    return Charging(len(module.function_types) - 1, module.global_count - 1, break_index, own_cost & _MASK_64)


def inline_charges(module: Module) -> Module:
    """An instrumented module with every charge in place of its call (INS-87)."""
    charging = find_charging(module)
    code = module.code or ()
    return replace(module, code=(*(_inline(body, charging) for body in code[:-1]), code[-1]))


def _inline(function: Function, charging: Charging) -> Function:
    call = (Op.CALL, charging.index)
    changed: list[Instruction] = []
    for instruction in function.instructions:
        if instruction == call:
            _, argument = changed.pop()
            changed += charging.in_place(argument)
        else:
            changed.append(instruction)
    return replace(function, instructions=changed)
