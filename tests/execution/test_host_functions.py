"""Functions and globals of the host, beside what the engine's own binding says of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wasmtime import Func, Global, Linker, Module, Store, wat2wasm

from gearexe_spec.execution.engine import ENGINE
from gearexe_spec.execution.host_functions import GasCounter, HostFunction, HostFunctions
from gearexe_spec.execution.lazy_pages import LazyPages
from gearexe_spec.execution.sandbox import ENGINE_ERRORS
from tests.execution.programs import execute, handler

U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
CALLER = """
(module
  (import "env" "three" (func $three (param i32 i32 i32) (result i32)))
  (import "env" "none" (func $none))
  (global (export "gas") (mut i64) (i64.const 0))
  (func (export "three") (param i32 i32 i32) (result i32)
    (call $three (local.get 0) (local.get 1) (local.get 2)))
  (func (export "none") (call $none)))
"""


class OutOfOrder(Exception):
    """Something that no rule speaks of."""


class Instance:
    """An instance of the module above, whose imports are given."""

    def __init__(self, three: HostFunction, none: HostFunction = lambda _: 0) -> None:
        linker = Linker(ENGINE)
        self.functions = HostFunctions(linker)
        self.functions.define("env", "three", 3, True, three)
        self.functions.define("env", "none", 0, False, none)
        self.store = Store(ENGINE)
        self.exports = linker.instantiate(self.store, Module(ENGINE, wat2wasm(CALLER))).exports(self.store)

    def call(self, name: str, *numbers: int) -> int | None:
        function = self.exports[name]
        assert isinstance(function, Func)
        result = function(self.store, *(number - ((number >> 31) << 32) for number in numbers))
        return None if result is None else int(result) % 2**32


@given(U32, U32, U32, U32)
def test_numbers_arrive_unsigned_and_results_return(first: int, second: int, third: int, result: int) -> None:
    seen: list[tuple[int, ...]] = []

    def three(numbers: tuple[int, ...]) -> int:
        seen.append(numbers)
        return result

    assert Instance(three).call("three", first, second, third) == result
    assert seen == [(first, second, third)]


@pytest.mark.parametrize("name", ["three", "none"])
def test_raising_ends_the_execution(name: str) -> None:
    error = OutOfOrder()

    def fail(_: tuple[int, ...]) -> int:
        raise error

    instance = Instance(fail, fail)
    with pytest.raises(ENGINE_ERRORS, match="stopped by the host"):
        instance.call(name, *[1, 2, 3][: 3 * (name == "three")])
    assert instance.functions.raised is error


def test_a_function_without_result_returns_nothing() -> None:
    assert Instance(lambda _: 0).call("none") is None


@given(U64)
def test_gas_is_the_exported_global(gas: int) -> None:
    instance = Instance(lambda _: 0)
    exported = instance.exports["gas"]
    assert isinstance(exported, Global)
    counter = GasCounter(instance.store, exported)

    counter.set(gas)

    assert counter.get() == gas
    assert exported.value(instance.store) % 2**64 == gas


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("touch_by_program", "(i32.store (i32.const 0) (i32.const 1))"),
        ("prepare_host_access", "(call $gr_size (i32.const 0))"),
    ],
)
def test_a_fault_of_ours_is_not_taken_for_the_programs(method: str, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OutOfOrder

    code = handler(body, "gr_size:1")
    with monkeypatch.context() as patched:
        patched.setattr(LazyPages, method, fail)
        with pytest.raises(OutOfOrder):
            execute(code)

    assert "MessageDispatched" in [type(note).__name__ for note in execute(code)]
