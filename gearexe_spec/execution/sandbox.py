"""Running instrumented code with the system calls and nothing else.

Memory, globals and tables are new for every execution. The functions that a program may import stand in a linker that
serves one execution at a time; executions in several threads take several linkers.

Rules: EXE-123 to EXE-127.
Source: protocol/backend/src/env.rs, protocol/sandbox/host/src/sandbox/wasmtime_backend.rs.
"""

from __future__ import annotations

import ctypes
import re

from wasmtime import Func, Global, Limits, Linker, MemoryType, Store, WasmtimeError
from wasmtime import Memory as WasmMemory
from wasmtime import Trap as WasmTrap

from gearexe_spec.execution.allocation import WASM_PAGE_SIZE
from gearexe_spec.execution.engine import ENGINE, compile_code
from gearexe_spec.execution.host_functions import GasCounter, HostFunction, HostFunctions
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
"""What the library raises when code traps; why an execution ended is known to its machine."""
GEAR_PAGES = ADDRESS_SPACE // PAGE_SIZE


class InstanceMemory:
    """A memory of one instance; its address does not change when it grows, and no program makes it grow (GAS-13)."""

    __slots__ = ("base", "memory", "pages", "store")

    def __init__(self, store: Store, memory: WasmMemory) -> None:
        self.store = store
        self.memory = memory
        self.base = ctypes.addressof(memory.data_ptr(store).contents)
        self.pages = int(memory.size(store))

    def size(self) -> int:
        """Present size in WASM pages."""
        return self.pages

    def grow(self, pages: int) -> None:
        """Make it larger by WASM pages."""
        self.memory.grow(self.store, pages)
        self.pages += pages

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
        except ENGINE_ERRORS:
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
        except ENGINE_ERRORS:
            return machine.why_ended()
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
        self.functions = HostFunctions(self.linker)
        for syscall in SYSCALLS.values():
            self.functions.define("env", syscall.name, syscall.arity, syscall.returns, self._bind(syscall))
        self.functions.define(HOOK_MODULE, TOUCH_PAGE, 2, False, self._touch_page)

    def begin(self, run: Run, gas: GasCounter) -> None:
        """Serve an execution from now on."""
        self.run, self.gas, self.functions.raised = run, gas, None

    def end(self) -> None:
        """Serve nobody."""
        self.run, self.gas, self.functions.raised = None, None, None

    def why_ended(self) -> Termination:
        """Why the engine gave up: a system call ended the execution, or the code trapped (EXE-127).

        Raises:
            BaseException: what went wrong in a host function, if something did.
        """
        raised = self.functions.raised
        if raised is None:
            return Trapped(Trap.Unknown)
        if isinstance(raised, Stopped):
            return raised.termination
        raise raised

    def _touch_page(self, numbers: tuple[int, ...]) -> int:
        """The program touches a page for the first time, or writes to it for the first time (EXE-75)."""
        run, gas = self.run, self.gas
        assert run is not None
        assert gas is not None
        page, is_write = numbers
        gas.set(run.pages.touch_by_program(page, is_write != 0, gas.get()))
        return 0

    def _bind(self, syscall: Syscall) -> HostFunction:
        """The host function of a system call (SYS-1, SYS-11)."""

        def host(numbers: tuple[int, ...]) -> int:
            run, gas = self.run, self.gas
            assert run is not None
            assert gas is not None
            result = call(run, syscall, gas.get(), numbers)
            gas.set(run.counters.define_current())
            return result or 0

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
