"""Host functions and globals through the engine's C interface.

A program can call the host a million times within its gas. The engine's Python binding makes a dozen objects for each
call, lets go of the interpreter for every look at a global, and keeps exceptions in one place for all threads. Here a
call is one callback that decodes its arguments at once, and the interpreter is let go only while programs run.

Rules: EXE-123, EXE-125.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from struct import Struct
from typing import Any

from wasmtime import FuncType, Global, Linker, Store, ValType
from wasmtime import _ffi as ffi

HostFunction = Callable[[tuple[int, ...]], int]
"""Takes the function's arguments, each u32, and returns its result, or 0 if it has none; raising ends the execution."""

_LIBRARY = ctypes.PyDLL(str(ffi.filename))
"""The engine again, for calls that are too short to let go of the interpreter."""
_Callback = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_size_t)
"""Environment, caller, place of the arguments, their number; returns a trap or nothing."""
_NO_FINALIZER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)()
_MESSAGE = b"stopped by the host"
_CELL = 16
"""Bytes that an argument or a result takes."""


def _short_call(name: str, result: Any) -> Any:
    function = _LIBRARY[name]
    function.restype = result
    return function


_global_get = _short_call("wasmtime_global_get", None)
_global_set = _short_call("wasmtime_global_set", ctypes.c_size_t)
_new_trap = _short_call("wasmtime_trap_new", ctypes.c_size_t)


class HostFunctions:
    """The functions that a linker offers, and what one of them raised."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self.raised: BaseException | None = None
        self._callbacks: list[Any] = []

    def define(self, module: str, name: str, arity: int, returns: bool, function: HostFunction) -> None:
        """Offer a function of `arity` i32 parameters, with an i32 result or none."""
        callback = _Callback(self._receive(arity, returns, function))
        self._callbacks.append(callback)
        signature = FuncType([ValType.i32()] * arity, [ValType.i32()] * returns)
        refused = ffi.wasmtime_linker_define_func_unchecked(
            self.linker.ptr(),
            ctypes.create_string_buffer(module.encode()),
            len(module),
            ctypes.create_string_buffer(name.encode()),
            len(name),
            signature.ptr(),
            ctypes.cast(callback, ffi.wasmtime_func_unchecked_callback_t),
            None,
            _NO_FINALIZER,
        )
        assert not refused, "the linker allows shadowing"

    def _receive(self, arity: int, returns: bool, function: HostFunction) -> Callable[[int, int, int, int], int]:
        """The engine's call as a call of `function`: arguments lie in cells, the result goes to the first one."""
        decode = Struct("<" + f"I{_CELL - 4}x" * arity).unpack
        length = _CELL * arity
        read = ctypes.string_at

        def receive(_environment: int, _caller: int, cells: int, _count: int) -> int:
            try:
                result = function(decode(read(cells, length)))
                if returns:
                    ctypes.c_uint64.from_address(cells).value = result
            except BaseException as raised:
                self.raised = raised
                return int(_new_trap(_MESSAGE, len(_MESSAGE)))
            return 0

        return receive


class GasCounter:
    """The gas that the program sees: an exported global of 64 bits (EXE-125)."""

    __slots__ = ("_context", "_global", "_number", "_store", "_value")

    def __init__(self, store: Store, global_: Global) -> None:
        self._store = store
        value = ffi.wasmtime_val_t(kind=ffi.WASMTIME_I64)
        self._number = ctypes.c_uint64.from_buffer(value, type(value).of.offset)
        self._value = ctypes.byref(value)
        self._global = ctypes.byref(global_._global)
        self._context = store._context()

    def get(self) -> int:
        """The program's gas."""
        _global_get(self._context, self._global, self._value)
        return self._number.value

    def set(self, gas: int) -> None:
        """Let the program go on with so much gas."""
        self._number.value = gas
        _global_set(self._context, self._global, self._value)
