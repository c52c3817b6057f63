"""Messages per second through the example programs, beside what the engine alone takes for an instance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from wasmtime import Func, FuncType, Limits, Linker, Memory, MemoryType, Module, Store, ValType, wat2wasm

from benchmarks.production_runs import measure_production
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.execution.engine import ENGINE, compile_code
from gearexe_spec.execution.execute import execute_dispatch
from gearexe_spec.execution.message import DispatchKind
from gearexe_spec.execution.parameters import BlockInfo
from gearexe_spec.execution.program import ExecutableCode
from gearexe_spec.execution.syscalls.table import SYSCALLS
from gearexe_spec.executor.codes import to_executable
from gearexe_spec.program.dispatch import Dispatch, MessageType
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.payload import DirectPayload
from gearexe_spec.program.queue_run import QueueRun, QueueRunResult, run_queue
from gearexe_spec.program.state import ZERO_STATE, ProgramState, QueueWithSize, write_state
from gearexe_spec.program.storage import Storage
from gearexe_spec.wasm.code import check_and_instrument_code
from gearexe_spec.wasm.page_hooks import HOOK_MODULE, TOUCH_PAGE

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
PROGRAM = ActorId(bytes(12) + b"\x22" * 20)
USER = ActorId(bytes(12) + b"\x11" * 20)
FLOOR = 500
"""Messages per second that one core must do."""
MESSAGES = {"ping": b"PING", "counter": b""}
PER_RUN = {"ping": 16, "counter": 8}
"""Dispatches that one run does before its limit of 16 messages ends it."""


@dataclass(frozen=True)
class Bench:
    """An initialized program with a full queue."""

    code: ExecutableCode
    storage: Storage
    run: QueueRun


def prepare(name: str) -> Bench:
    """An example with its messages."""
    return prepare_code((EXAMPLES / f"{name}.wasm").read_bytes(), MESSAGES[name], PER_RUN[name])


def prepare_code(wasm: bytes, payload: bytes, messages: int, init: bytes | None = None) -> Bench:
    """Check and instrument a code, initialize a program of it, with the same payload or another, and fill its queue."""
    checked = check_and_instrument_code(wasm)
    code = to_executable(compute_code_id(wasm), checked.instrumented, checked.metadata)
    started = fill(ZERO_STATE, [dispatch(0, DispatchKind.Init, payload if init is None else init)])
    result = process(Storage.empty(), make_run(code, started))
    storage, _ = write_state(store_pages(Storage.empty(), result), result.state)
    queue = [dispatch(number, DispatchKind.Handle, payload) for number in range(1, messages + 1)]
    return Bench(code, storage, make_run(code, fill(result.state, queue)))


def fill(state: ProgramState, dispatches: list[Dispatch]) -> ProgramState:
    """The state with a queue and with all the gas there is."""
    queue = QueueWithSize.of(Fifo(dispatches))
    return replace(state, canonical_queue=queue, executable_balance=U128(10**20))


def dispatch(number: int, kind: DispatchKind, payload: bytes) -> Dispatch:
    """A message without value."""
    message_id = MessageId.from_u64(U64(number))
    lookup = DirectPayload(payload)
    return Dispatch(message_id, kind, USER, lookup, U128(0), None, None, MessageType.Canonical, False)


def make_run(code: ExecutableCode, state: ProgramState) -> QueueRun:
    """A run with a generous allowance."""
    block = BlockInfo(U32(1000), U64(1_700_000_000))
    return QueueRun(PROGRAM, state, MessageType.Canonical, U64(10**15), block, code, False)


def store_pages(storage: Storage, result: QueueRunResult) -> Storage:
    """The storage with the pages that a run wrote."""
    for blob in result.written.values():
        storage, _ = storage.write(blob)
    return storage


def process(storage: Storage, run: QueueRun) -> QueueRunResult:
    """One run."""
    return run_queue(storage, run, lambda context: execute_dispatch(context).notes)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_messages_beside_bare_instances(benchmark: Any, name: str) -> None:
    """A whole run: execution, journals, state, page hashes; the peer only makes and leaves as many instances."""
    bench = prepare(name)

    def whole() -> int:
        result = process(bench.storage, bench.run)
        write_state(bench.storage, result.state)
        return len(result.journals)

    assert benchmark(whole) == PER_RUN[name]
    own = shortest(whole, 10) / PER_RUN[name]
    peer = shortest(lambda: instantiate(bench.code), 50)
    benchmark.extra_info |= {
        "peer": "wasmtime: instantiation alone",
        "messages_per_second": round(1 / own),
        "ratio": round(peer / own, 2),
    }
    assert 1 / own > FLOOR


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_messages_beside_production(benchmark: Any, name: str) -> None:
    """The runs of the test above, beside the published runtime in the same minute, without the JSON around it."""
    bench = prepare(name)
    production = measure_production(bench.storage, bench.run, (EXAMPLES / f"{name}.wasm").read_bytes(), 100)

    benchmark(process, bench.storage, bench.run)

    own = mean(lambda: process(bench.storage, bench.run), 100) / PER_RUN[name]
    benchmark.extra_info |= {
        "peer": "production: the published runtime, native",
        "messages_per_second": round(1 / own),
        "peer_per_second": round(1 / production.seconds),
        "ratio": round(production.seconds / own, 3),
    }
    assert production.dispatches == 100 * PER_RUN[name]


CALLS = 50_000
SYSTEM_CALLS = {
    "gr_size": ("(param i32)", "(i32.const 0)"),
    "gr_read": ("(param i32 i32 i32 i32)", "(i32.const 0) (i32.const 4) (i32.const 64) (i32.const 128)"),
}
"""One that only writes its result, and one that can fail: it writes its result and an error code."""


@pytest.mark.parametrize("name", SYSTEM_CALLS)
def test_system_calls(benchmark: Any, name: str) -> None:
    """A program that does nothing else; the peer is the engine's own binding, whose function does nothing at all."""
    wasm = calling(name)
    bench = prepare_code(wasm, b"PING", 1)

    result = benchmark(process, bench.storage, bench.run)

    own = shortest(lambda: process(bench.storage, bench.run), 5) / CALLS
    peer = shortest(lambda: call_nothing(wasm, name), 5) / CALLS
    benchmark.extra_info |= {
        "peer": "wasmtime's Python binding: a function without a body",
        "microseconds": round(1e6 * own, 2),
        "peer_microseconds": round(1e6 * peer, 2),
        "ratio": round(peer / own, 2),
    }
    assert [report.outcome for report in result.dispatches] == ["Success"]


def calling(name: str) -> bytes:
    """A program whose `handle` calls the host so many times."""
    parameters, arguments = SYSTEM_CALLS[name]
    loop = f"(br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {CALLS})))"
    return bytes(
        wat2wasm(
            f'''(module (import "env" "memory" (memory 1)) (import "env" "{name}" (func $call {parameters}))
            (func (export "init"))
            (func (export "handle") (local $i i32) (loop $again (call $call {arguments}) {loop})))'''
        )
    )


def call_nothing(wasm: bytes, name: str) -> None:
    """The same calls, uninstrumented, of a function that does nothing."""
    store, linker = Store(ENGINE), Linker(ENGINE)
    linker.define(store, "env", "memory", Memory(store, MemoryType(Limits(1, None))))
    linker.define_func("env", name, FuncType([ValType.i32()] * SYSCALLS[name].arity, []), lambda *_: None)
    handle = linker.instantiate(store, Module(ENGINE, wasm)).exports(store)["handle"]
    assert isinstance(handle, Func)
    handle(store)


def instantiate(code: ExecutableCode) -> None:
    """An instance with functions that do nothing."""
    linker = idle_linker()
    store = Store(ENGINE)
    linker.define(store, "env", "memory", Memory(store, MemoryType(Limits(code.static_pages, None))))
    linker.instantiate(store, compile_code(code))


@cache
def idle_linker() -> Linker:
    """The environment's functions without bodies."""
    linker = Linker(ENGINE)
    linker.allow_shadowing = True
    for syscall in SYSCALLS.values():
        results = [ValType.i32()] if syscall.returns else []
        linker.define_func("env", syscall.name, FuncType([ValType.i32()] * syscall.arity, results), lambda *_: None)
    linker.define_func(HOOK_MODULE, TOUCH_PAGE, FuncType([ValType.i32(), ValType.i32()], []), lambda *_: None)
    return linker


def mean(run: Any, times: int) -> float:
    """Seconds of a run, on average."""
    began = perf_counter()
    for _ in range(times):
        run()
    return (perf_counter() - began) / times


def shortest(run: Any, times: int) -> float:
    """Seconds of the fastest of several runs."""
    fastest = float("inf")
    for _ in range(times):
        began = perf_counter()
        run()
        fastest = min(fastest, perf_counter() - began)
    return fastest
