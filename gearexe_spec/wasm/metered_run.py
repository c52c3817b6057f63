"""Running one entry point of an instrumented code by itself: no system calls, no charges but those of the code.

For looking at metering apart from everything else, with or without page hooks. Executors run programs with
`gearexe_spec.execution`.

Rules: INS-70 to INS-73.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import wasmtime

from gearexe_spec.wasm.costs import SIGNAL_COSTS
from gearexe_spec.wasm.decode import decode_module
from gearexe_spec.wasm.gas_metering import GAS_EXPORT
from gearexe_spec.wasm.gear_rules import WASM_PAGE
from gearexe_spec.wasm.injection import SYSCALL_MODULE
from gearexe_spec.wasm.model import I32_TYPE, FunctionType
from gearexe_spec.wasm.page_hooks import HOOK_MODULE, TOUCH_PAGE, add_page_hooks
from gearexe_spec.wasm.syscalls import SYSCALLS, SYSTEM_BREAK

STACK_SIZE = 2 << 20
"""Bytes of the engine's stack; large enough that the limiter is always faster (finding F-R4)."""
JOIN_DISTANCE = 16
"""Changes of memory closer than this are reported as one."""
_MEMORY_NAME = "memory"
_MASK_64 = (1 << 64) - 1


class Ending(StrEnum):
    """How a run ended."""

    RETURNED = "returned"
    TRAP = "trap"
    BREAK = "break"
    SYSCALL = "syscall"
    INSTANTIATION = "instantiation"


@dataclass(frozen=True, slots=True)
class MeteredRun:
    """What is seen after a run.

    Args:
        ending: how it ended.
        detail: name of the trap or system call, code of the break; None where there is none.
        gas_left: value of the gas global; None if there was no instance.
        memory: changed ranges against the state after instantiation: (offset, bytes).
        touched: with hooks, (gear page, whether written) in the order of their first touches.
    """

    ending: Ending
    detail: str | int | None
    gas_left: int | None
    memory: tuple[tuple[int, bytes], ...] = ()
    touched: tuple[tuple[int, bool], ...] = ()

    @property
    def page_charges(self) -> int:
        """Gas that the touched pages cost an executor, none of them stored."""
        return sum(
            SIGNAL_COSTS.of_touch(is_write=write, was_read=write and (page, False) in self.touched)
            for page, write in self.touched
        )


class _Stopped(Exception):
    """A function of the environment ends the run."""

    def __init__(self, ending: Ending, detail: str | int) -> None:
        super().__init__(ending)
        self.ending = ending
        self.detail = detail


def _make_engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.max_wasm_stack = STACK_SIZE
    config.wasm_multi_memory = True
    return wasmtime.Engine(config)


_ENGINE = _make_engine()


class MeteredCode:
    """A code compiled for runs by itself.

    Args:
        instrumented: the instrumented code.
        static_pages: of its metadata.
        stack_end: of its metadata; used only with hooks.
        hooked: whether to add page hooks.
    """

    def __init__(self, instrumented: bytes, static_pages: int, stack_end: int | None, *, hooked: bool) -> None:
        self.module = decode_module(instrumented)
        self.static_pages = static_pages
        code = add_page_hooks(instrumented, stack_end) if hooked else instrumented
        self.compiled = wasmtime.Module(_ENGINE, code)

    def run(self, entry: str, gas: int) -> MeteredRun:
        """Instantiate anew, set the gas, call the entry point (INS-70 to INS-73)."""
        store = wasmtime.Store(_ENGINE)
        memory = wasmtime.Memory(store, wasmtime.MemoryType(wasmtime.Limits(self.static_pages, None)))
        touched: list[tuple[int, bool]] = []
        try:
            environment = self._environment(store, memory, touched)
            instance = wasmtime.Instance(store, self.compiled, environment)
        except wasmtime.Trap as trap:
            return MeteredRun(Ending.INSTANTIATION, _trap_name(trap), None)
        except (wasmtime.WasmtimeError, LookupError):
            return MeteredRun(Ending.INSTANTIATION, None, None)

        exports = instance.exports(store)
        gas_global, function = exports[GAS_EXPORT], exports[entry]
        if not isinstance(gas_global, wasmtime.Global) or not isinstance(function, wasmtime.Func):
            raise LookupError(f"{entry} is no exported function")
        gas_global.set_value(store, wasmtime.Val.i64(gas))
        ending, detail = _call(store, function)
        gas_left = gas_global.value(store) & _MASK_64
        changes = _find_changes(_view(store, memory), self._initial_pages())
        return MeteredRun(ending, detail, gas_left, changes, tuple(touched))

    def _environment(
        self, store: wasmtime.Store, memory: wasmtime.Memory, touched: list[tuple[int, bool]]
    ) -> list[wasmtime.Func | wasmtime.Memory]:
        """What the imports are given, in their order; LookupError where there is nothing under the name."""
        given: list[wasmtime.Func | wasmtime.Memory] = []
        for entry in self.compiled.imports:
            if (entry.module, entry.name) == (HOOK_MODULE, TOUCH_PAGE):
                given.append(_host_function(store, (2, 0), lambda page, write: touched.append((page, bool(write)))))
            elif entry.module != SYSCALL_MODULE:
                raise LookupError(entry.module)
            elif entry.name == _MEMORY_NAME and isinstance(entry.type, wasmtime.MemoryType):
                given.append(memory)
            else:
                given.append(_stopping_function(store, str(entry.name)))
        return given

    def _initial_pages(self) -> dict[int, bytes]:
        """Contents after instantiation of the pages of 64 KiB that data segments reach; the others are zero."""
        pages: dict[int, bytearray] = {}
        for segment in self.module.data or ():
            offset = int((segment.offset or ((0, 0),))[0][1]) & 0xFFFFFFFF
            for index, byte in enumerate(segment.data):
                page, place = divmod(offset + index, WASM_PAGE)
                pages.setdefault(page, bytearray(WASM_PAGE))[place] = byte
        return {page: bytes(content) for page, content in pages.items()}


def _host_function(store: wasmtime.Store, arity: tuple[int, int], function: Callable[..., object]) -> wasmtime.Func:
    params, results = arity
    kind = wasmtime.FuncType([wasmtime.ValType.i32()] * params, [wasmtime.ValType.i32()] * results)
    return wasmtime.Func(store, kind, function)


def _stopping_function(store: wasmtime.Store, name: str) -> wasmtime.Func:
    """A system call, which ends the run; the system break, which ends it with its code."""
    signature = FunctionType((I32_TYPE,), ()) if name == SYSTEM_BREAK else SYSCALLS[name].signature
    assert signature is not None, "only the break has none"

    def stop(*arguments: int) -> None:
        if name == SYSTEM_BREAK:
            raise _Stopped(Ending.BREAK, arguments[0])
        raise _Stopped(Ending.SYSCALL, name)

    return _host_function(store, (len(signature.params), len(signature.results)), stop)


def _call(store: wasmtime.Store, function: wasmtime.Func) -> tuple[Ending, str | int | None]:
    try:
        function(store)
    except _Stopped as stopped:
        return stopped.ending, stopped.detail
    except wasmtime.Trap as trap:
        return Ending.TRAP, _trap_name(trap)
    return Ending.RETURNED, None


_TRAP_NAMES = {
    wasmtime.TrapCode.UNREACHABLE: "UnreachableCodeReached",
    wasmtime.TrapCode.MEMORY_OUT_OF_BOUNDS: "MemoryOutOfBounds",
    wasmtime.TrapCode.TABLE_OUT_OF_BOUNDS: "TableOutOfBounds",
    wasmtime.TrapCode.INDIRECT_CALL_TO_NULL: "IndirectCallToNull",
    wasmtime.TrapCode.BAD_SIGNATURE: "BadSignature",
    wasmtime.TrapCode.INTEGER_OVERFLOW: "IntegerOverflow",
    wasmtime.TrapCode.INTEGER_DIVISION_BY_ZERO: "IntegerDivisionByZero",
    wasmtime.TrapCode.STACK_OVERFLOW: "StackOverflow",
}


def _trap_name(trap: wasmtime.Trap) -> str | None:
    code = trap.trap_code
    return None if code is None else _TRAP_NAMES.get(code, code.name)


def _view(store: wasmtime.Store, memory: wasmtime.Memory) -> memoryview:
    size = memory.data_len(store)
    if size == 0:
        return memoryview(b"")
    address = ctypes.addressof(memory.data_ptr(store).contents)
    return memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")


def _find_changes(memory: memoryview, initial: dict[int, bytes]) -> tuple[tuple[int, bytes], ...]:
    """Changed ranges; those closer than 16 bytes are joined (INS-73)."""
    zeros = bytes(WASM_PAGE)
    changed: list[int] = []
    for start in range(0, len(memory), WASM_PAGE):
        before = initial.get(start // WASM_PAGE, zeros)
        now = memory[start : start + WASM_PAGE].tobytes()
        if now != before:
            changed += [start + index for index in range(WASM_PAGE) if now[index] != before[index]]
    return tuple((first, memory[first : last + 1].tobytes()) for first, last in _join(changed))


def _join(places: Iterable[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for place in places:
        if ranges and place - ranges[-1][1] < JOIN_DISTANCE:
            ranges[-1] = (ranges[-1][0], place)
        else:
            ranges.append((place, place))
    return ranges


def written_pages(run: MeteredRun) -> tuple[int, ...]:
    """Gear pages that a hooked run wrote, ascending."""
    return tuple(sorted({page for page, write in run.touched if write}))
