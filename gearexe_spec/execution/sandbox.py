"""Running instrumented code with the system calls and nothing else.

Memory, globals and tables are new for every execution. The functions that a program may import stand in a linker that
serves one execution at a time; executions in several threads take several linkers.

Rules: EXE-123 to EXE-127.
Source: protocol/backend/src/env.rs, protocol/sandbox/host/src/sandbox/wasmtime_backend.rs.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable

from wasmtime import Func, FuncType, Global, Limits, Linker, MemoryType, Store, ValType, WasmtimeError
from wasmtime import Memory as WasmMemory
from wasmtime import Trap as WasmTrap
from wasmtime import _ffi as ffi

from gearexe_spec.execution.allocation import WASM_PAGE_SIZE
from gearexe_spec.execution.engine import ENGINE, compile_code
from gearexe_spec.execution.lazy_pages import ADDRESS_SPACE, PAGE_SIZE
from gearexe_spec.execution.parameters import MAX_WASM_PAGES
from gearexe_spec.execution.program import ExecutableCode
from gearexe_spec.execution.run import Run
from gearexe_spec.execution.syscalls.procedure import Syscall, call
from gearexe_spec.execution.syscalls.table import SYSCALLS
from gearexe_spec.execution.termination import Stopped, Succeeded, Termination, Trap, Trapped
from gearexe_spec.wasm.gas_metering import GAS_EXPORT
from gearexe_spec.wasm.page_hooks import FLAGS_EXPORT, HOOK_MODULE, TOUCH_PAGE, WRITTEN

ENGINE_ERRORS = (WasmTrap, WasmtimeError)
"""What the library raises when code traps. It keeps the exception of a host function in one place for all threads, so
that this may also be one that belongs to another thread: why an execution ended is known to its machine alone."""
GEAR_PAGES = ADDRESS_SPACE // PAGE_SIZE
MASK_32 = 0xFFFFFFFF
MASK_64 = 0xFFFFFFFFFFFFFFFF


class InstanceMemory:
    """A memory of one instance; its address does not change when it grows."""

    __slots__ = ("base", "memory", "store")

    def __init__(self, store: Store, memory: WasmMemory) -> None:
        self.store = store
        self.memory = memory
        self.base = ctypes.addressof(memory.data_ptr(store).contents)

    def size(self) -> int:
        """Present size in WASM pages."""
        return int(self.memory.size(self.store))

    def grow(self, pages: int) -> None:
        """Make it larger by WASM pages."""
        self.memory.grow(self.store, pages)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes that lie inside."""
        return ctypes.string_at(self.base + offset, length)

    def write(self, offset: int, data: bytes) -> None:
        """Overwrite bytes that lie inside."""
        ctypes.memmove(self.base + offset, data, len(data))


class PageFlags:
    """The flags of the pages: the second memory of the instance."""

    __slots__ = ("cells", "memory")

    def __init__(self, memory: InstanceMemory) -> None:
        self.memory = memory
        self.cells = (ctypes.c_ubyte * GEAR_PAGES).from_address(memory.base)

    def get(self, page: int) -> int:
        """0, READ or WRITTEN."""
        return self.cells[page]

    def set(self, page: int, flag: int) -> None:
        """Change the flag of a page."""
        self.cells[page] = flag

    def set_all(self) -> None:
        """All pages are WRITTEN."""
        ctypes.memset(self.memory.base, WRITTEN, GEAR_PAGES)

    def written(self, first: int, end: int) -> list[int]:
        """Pages from `first` up to but not including `end` that are WRITTEN, ascending."""
        flags = self.memory.read(first, end - first)
        return [first + match.start() for match in _WRITTEN_FLAG.finditer(flags)]


_WRITTEN_FLAG = re.compile(re.escape(bytes((WRITTEN,))))


class GasCounter:
    """The gas that the program sees: an exported global of 64 bits."""

    __slots__ = ("cell", "global_", "store")

    def __init__(self, store: Store, global_: Global) -> None:
        self.store = store
        self.global_ = global_
        self.cell = ffi.wasmtime_val_t(kind=ffi.WASMTIME_I64)

    def get(self) -> int:
        """The program's gas."""
        ffi.wasmtime_global_get(self.store._context(), ctypes.byref(self.global_._global), ctypes.byref(self.cell))
        return int(self.cell.of.i64) & MASK_64

    def set(self, gas: int) -> None:
        """Let the program go on with so much gas."""
        self.cell.of.i64 = gas
        ffi.wasmtime_global_set(self.store._context(), ctypes.byref(self.global_._global), ctypes.byref(self.cell))


class InstantiationFailed(Exception):
    """Code that validation accepts, and that still fits no environment (EXE-124)."""


class Sandbox:
    """One instance of a program, before, in and after its one call.

    Args:
        code: instrumented.
        memory_size: pages of memory that it starts with.

    Raises:
        InstantiationFailed: imports of another kind than the environment's, segments out of bounds.
    """

    def __init__(self, machine: Machine, code: ExecutableCode, memory_size: int) -> None:
        """A fresh instance, bound to the system calls and nothing else (EXE-23, EXE-123, EXE-124, EXE-126, SYS-13)."""
        self.machine = machine
        self.store = Store(ENGINE)
        self.store.set_limits(memory_size=MAX_WASM_PAGES * WASM_PAGE_SIZE)
        memory = WasmMemory(self.store, MemoryType(Limits(memory_size, None)))
        machine.linker.define(self.store, "env", "memory", memory)
        module = compile_code(code)
        try:
            instance = machine.linker.instantiate(self.store, module)
        except (*ENGINE_ERRORS, Stopped):
            raise InstantiationFailed from None
        self.exports = instance.exports(self.store)
        self.memory = InstanceMemory(self.store, memory)
        gas = self.exports[GAS_EXPORT]
        assert isinstance(gas, Global), "instrumentation exports it"
        self.gas = GasCounter(self.store, gas)
        flags = self.exports[FLAGS_EXPORT]
        assert isinstance(flags, WasmMemory), "page hooks export it"
        self.flags = PageFlags(InstanceMemory(self.store, flags))

    def call_entry(self, name: str, run: Run) -> Termination:
        """Run an entry point to its end (EXE-120, EXE-122, EXE-125, EXE-127)."""
        machine = self.machine
        machine.begin(run, self.gas)
        self.gas.set(run.counters.define_current())
        entry = self.exports[name]
        assert isinstance(entry, Func), "an entry point is a function"
        try:
            entry(self.store)
        except (*ENGINE_ERRORS, Stopped):
            return machine.termination or Trapped(Trap.Unknown)
        finally:
            machine.end()
            run.counters.decrease_current_to(self.gas.get())
        return Succeeded()


class Machine:
    """The functions of the environment, bound to one execution at a time."""

    def __init__(self) -> None:
        self.linker = Linker(ENGINE)
        self.linker.allow_shadowing = True
        self.run: Run | None = None
        self.gas: GasCounter | None = None
        self.termination: Termination | None = None
        self.failure: BaseException | None = None
        for syscall in SYSCALLS.values():
            results = [ValType.i32()] if syscall.returns else []
            signature = FuncType([ValType.i32()] * syscall.arity, results)
            self.linker.define_func("env", syscall.name, signature, self._bind(syscall))
        touched = FuncType([ValType.i32(), ValType.i32()], [])
        self.linker.define_func(HOOK_MODULE, TOUCH_PAGE, touched, self._touch_page)

    def _touch_page(self, page: int, is_write: int) -> None:
        """The program touches a page for the first time, or writes to it for the first time (EXE-75)."""
        run, gas = self.run, self.gas
        assert run is not None
        assert gas is not None
        gas.set(run.pages.touch_by_program(page, is_write != 0, gas.get()))

    def begin(self, run: Run, gas: GasCounter) -> None:
        """Serve an execution from now on."""
        self.run, self.gas, self.termination, self.failure = run, gas, None, None

    def end(self) -> None:
        """Serve nobody.

        Raises:
            BaseException: what went wrong in a host function, if something did.
        """
        self.run, self.gas = None, None
        if self.failure is not None:
            raise self.failure

    def _bind(self, syscall: Syscall) -> Callable[..., int | None]:
        """The host function of a system call (SYS-1, SYS-11)."""

        def host(*numbers: int) -> int | None:
            run, gas = self.run, self.gas
            assert run is not None
            assert gas is not None
            try:
                result = call(run, syscall, gas.get(), tuple(number & MASK_32 for number in numbers))
            except Stopped as stopped:
                self.termination = stopped.termination
                raise
            except BaseException as failure:
                self.failure = failure
                raise
            gas.set(run.counters.define_current())
            return result

        return host


_IDLE: list[Machine] = []


def take_machine() -> Machine:
    """A machine that serves nobody else; give it back afterwards."""
    try:
        return _IDLE.pop()
    except IndexError:
        return Machine()


def give_back(machine: Machine) -> None:
    """Offer a machine to the next execution."""
    _IDLE.append(machine)
