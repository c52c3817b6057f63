"""Instrumentation: the system break, the stack limiter, then gas metering, in this order.

What the stack limiter adds is therefore paid for by the program; only the charging function itself is not metered.

Rules: INS-10, INS-20, INS-40.
"""

from __future__ import annotations

from dataclasses import replace

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.wasm.gas_metering import MeteredModule, meter_gas
from gearexe_spec.wasm.gas_rules import GasRules
from gearexe_spec.wasm.injection import import_system_break
from gearexe_spec.wasm.model import Module
from gearexe_spec.wasm.rejection import CodeRejection
from gearexe_spec.wasm.stack_limiter import StackLimitError, limit_stack


def instrument(module: Module, stack_limit: int | None, rules: GasRules | None) -> MeteredModule:
    """Add what is asked for; custom sections but the names are dropped.

    Args:
        module: any module that can be read; a valid one is refused only for its dead code or its exports.
        stack_limit: in stack elements, or None for no stack limiter.
        rules: costs, or None for no metering; then there are no blocks.

    Raises:
        Rejected: the reasons of Instrumentation.

    Rules: INS-10, INS-20, INS-40.
    Source: protocol/wasm-instrument/src/lib.rs `InstrumentationBuilder::instrument`.
    """
    break_index, module = import_system_break(module)
    if stack_limit is not None:
        try:
            module = limit_stack(module, stack_limit, break_index)
        except (StackLimitError, IndexError):  # an index of code that was not validated leads nowhere
            raise Rejected(CodeRejection.InstrumentationStackLimitInjection) from None
    metered = MeteredModule(module, (), -1) if rules is None else meter_gas(module, rules, break_index)
    return replace(metered, module=replace(metered.module, custom=None))
