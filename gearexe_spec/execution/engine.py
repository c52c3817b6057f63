"""The WASM engine, and compiled modules by the code they come from.

Rules: EXE-120 to EXE-122.
"""

from __future__ import annotations

from collections import OrderedDict

from wasmtime import Config, Engine, Module

from gearexe_spec.base.ids import CodeId
from gearexe_spec.execution.program import ExecutableCode
from gearexe_spec.wasm.page_hooks import add_page_hooks

STACK_BYTES = 2 * 1024 * 1024
"""Of the engine's own stack; the limit inside the code is reached first (EXE-122, F-EXE-7)."""
KEPT_MODULES = 256
"""Compiled modules that are kept; the one that was not used for longest goes first."""


def _make_engine() -> Engine:
    """No clock, no fuel, several memories, memories that do not move when they grow (EXE-120).

    Modules are compiled in the calling thread: an engine with threads of its own does not survive a fork.
    """
    config = Config()
    config.parallel_compilation = False
    config.max_wasm_stack = STACK_BYTES
    config.wasm_multi_memory = True
    config.memory_may_move = False
    return Engine(config)


ENGINE = _make_engine()
_COMPILED: OrderedDict[CodeId, tuple[bytes, Module]] = OrderedDict()


def compile_code(code: ExecutableCode) -> Module:
    """The machine code of instrumented code with page hooks (EXE-121).

    It is kept by code id, and used only while the instrumented bytes agree.

    Raises:
        WasmtimeError: the engine refuses the code.
    """
    kept = _COMPILED.get(code.code_id)
    if kept is not None and kept[0] == code.instrumented:
        _COMPILED.move_to_end(code.code_id)
        return kept[1]
    module = Module(ENGINE, add_page_hooks(code.instrumented, code.stack_end))
    _COMPILED[code.code_id] = (code.instrumented, module)
    if len(_COMPILED) > KEPT_MODULES:
        _COMPILED.popitem(last=False)
    return module
