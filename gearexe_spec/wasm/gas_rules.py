"""What one instruction costs.

Gear.exe uses the rules of the Schedule only. Others serve to look at metering by itself: every instruction costs the
same, growth of memory is allowed.

Rules: GAS-10 to GAS-14.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gearexe_spec.wasm.model import FunctionType
from gearexe_spec.wasm.opcodes import FLOAT_IMMEDIATES, NAMES, Instruction, Op
from gearexe_spec.wasm.schedule import INSTRUCTION_WEIGHTS, LIMITS

_MAX_U32 = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class GasRules:
    """Costs of instructions.

    Args:
        weights: by opcode; None for an instruction that may not occur.
        call_indirect_per_param: added for each parameter of the type that is called.
        br_table_per_entry: added for each label but the default.
        per_local: for each declared local, at each call.
        grow_per_page: None, or what growing memory costs by the page, charged by an added function.
    """

    weights: tuple[int | None, ...]
    call_indirect_per_param: int = 0
    br_table_per_entry: int = 0
    per_local: int = 0
    grow_per_page: int | None = None

    def cost(self, instruction: Instruction, types: tuple[FunctionType, ...]) -> int | None:
        """Cost of one instruction in a module with these types; None if it may not occur (GAS-10 to GAS-12).

        Source: protocol/core/src/gas_metering/rules.rs `ScheduleRules::instruction_cost`.
        """
        op, immediate = instruction
        weight = self.weights[op]
        if weight is None:
            return None
        if op == Op.CALL_INDIRECT:
            parameters = len(types[immediate].params) if immediate < len(types) else LIMITS["parameters"]
            weight += self.call_indirect_per_param * parameters
        elif op == Op.BR_TABLE:
            weight += self.br_table_per_entry * len(immediate[0])
        return min(weight, _MAX_U32)


def constant_rules(cost: int, per_local: int, grow_per_page: int | None = None) -> GasRules:
    """Every instruction costs the same; memory may grow only if that has a price (GAS-14)."""
    weights: list[int | None] = [cost] * 256
    if grow_per_page is None:
        weights[Op.MEMORY_GROW] = None
    return GasRules(tuple(weights), per_local=per_local, grow_per_page=grow_per_page)


_FREE = frozenset(("end", "unreachable", "return", "else", "block", "loop", "nop", "drop"))
_FIELDS = {
    "i32.const": "i64const",
    "memory.size": "memory_current",
    "i64.extend_i32_s": "i64extendsi32",
    "i64.extend_i32_u": "i64extendui32",
}
"""Weights whose name does not follow from the instruction's."""


def weight_name(instruction: str) -> str | None:
    """The field of the Schedule with the weight of an instruction; None for one without cost (GAS-10).

    `i32.add` has `i32add`, `local.get` has `local_get`, and all loads of i32 share `i32load`.
    """
    if instruction in _FREE:
        return None
    if instruction in _FIELDS:
        return _FIELDS[instruction]
    kind, dot, operation = instruction.partition(".")
    if not dot:
        return instruction
    if not kind.startswith("i"):
        return f"{kind}_{operation}"
    for access in ("load", "store"):
        if operation.startswith(access):
            return kind + access
    return kind + operation.replace("_", "")


def _schedule_weight(op: int, weights: Mapping[str, int]) -> int | None:
    """The weight of an instruction in the one Schedule there is; `memory.grow` has none (GAS-2, GAS-13)."""
    if op not in NAMES or op in FLOAT_IMMEDIATES or op == Op.MEMORY_GROW:
        return None
    name = weight_name(NAMES[op])
    return 0 if name is None else weights[name]


SCHEDULE_RULES = GasRules(
    weights=tuple(_schedule_weight(op, INSTRUCTION_WEIGHTS) for op in range(256)),
    call_indirect_per_param=INSTRUCTION_WEIGHTS["call_indirect_per_param"],
    br_table_per_entry=INSTRUCTION_WEIGHTS["br_table_per_entry"],
    per_local=INSTRUCTION_WEIGHTS["call_per_local"],
)
"""The rules of the Schedule: `memory.grow` has no weight, so no program may contain it (GAS-13)."""
