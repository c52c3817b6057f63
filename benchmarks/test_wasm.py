"""Codes: the whole pipeline beside the engine's validator, its growth, and hooked code beside plain code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from time import perf_counter
from typing import Any

import pytest
import wasmtime

from benchmarks.production_runs import measure_check
from gearexe_spec.conformance.suite import read_document, shipped_vectors
from gearexe_spec.wasm.code import check_and_instrument_code
from gearexe_spec.wasm.decode import decode_module
from gearexe_spec.wasm.encode import encode_module
from gearexe_spec.wasm.gas_metering import GAS_EXPORT
from gearexe_spec.wasm.gas_rules import SCHEDULE_RULES
from gearexe_spec.wasm.gear_rules import check_gear_rules
from gearexe_spec.wasm.instrument import instrument
from gearexe_spec.wasm.page_hooks import add_page_hooks
from gearexe_spec.wasm.section_sizes import compute_section_sizes
from gearexe_spec.wasm.validation import validate

PROGRAM = "production/real-programs/programs.json.xz"
ENGINE_CONFIG = wasmtime.Config()
ENGINE_CONFIG.wasm_multi_memory = True
ENGINE = wasmtime.Engine(ENGINE_CONFIG)

SIEVE = """
(module (import "env" "memory" (memory 40))
  (func (export "handle") (local $i i32) (local $j i32) (local $n i32) (local $round i32)
    (local.set $n (i32.const 2000000))
    (loop $again
      (local.set $i (i32.const 2))
      (loop $outer
        (local.set $j (i32.mul (local.get $i) (i32.const 2)))
        (loop $inner
          (i32.store8 (local.get $j) (i32.const 1))
          (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (local.get $i))) (local.get $n))))
        (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1415))))
      (br_if $again (i32.lt_u (local.tee $round (i32.add (local.get $round) (i32.const 1))) (i32.const 2))))))
"""


@cache
def code_of_about(kilobytes: int) -> bytes:
    """A program built with sails-rs, its functions repeated until the code is so long; calls go to the first copies."""
    document: Any = read_document(shipped_vectors() / PROGRAM)
    module = decode_module(bytes.fromhex(document["programs"]["ledger"]["wasm"][2:]))
    one = replace(module, custom=None, names=None)
    copies = max(1, round(kilobytes * 1000 / len(encode_module(one))))
    return encode_module(replace(one, functions=(one.functions or ()) * copies, code=(one.code or ()) * copies))


def pipeline(code: bytes) -> bytes:
    """`check_and_instrument_code` without the limits on lengths."""
    checked = check_gear_rules(validate(code)[0])
    metered = instrument(checked.module, 36_743, SCHEDULE_RULES)
    compute_section_sizes(metered.module)
    return encode_module(metered.module)


def shortest(call: Callable[[], object]) -> float:
    """Seconds of the fastest of five."""
    times = []
    for _ in range(5):
        began = perf_counter()
        call()
        times.append(perf_counter() - began)
    return min(times)


@pytest.mark.parametrize("kilobytes", [100, 200, 400])
def test_check_and_instrument(benchmark: Any, kilobytes: int) -> None:
    code = code_of_about(kilobytes)
    benchmark.extra_info["bytes"] = len(code)
    benchmark.pedantic(pipeline, args=(code,), rounds=3, warmup_rounds=1)
    validator = shortest(lambda: wasmtime.Module.validate(ENGINE, code))
    benchmark.extra_info["times the engine's validator"] = benchmark.stats["min"] / validator
    if kilobytes == 200:
        assert benchmark.stats["min"] < 1.5


def test_beside_production(benchmark: Any) -> None:
    """A code of 200 kB; production does it natively, without the JSON around it."""
    code = code_of_about(200)
    production = min(measure_check(code, 5) for _ in range(3))
    benchmark.pedantic(pipeline, args=(code,), rounds=3, warmup_rounds=1)
    benchmark.extra_info["production's milliseconds"] = 1000 * production
    benchmark.extra_info["times production"] = benchmark.stats["min"] / production


def test_growth_is_linear(benchmark: Any) -> None:
    codes = code_of_about(100), code_of_about(400)
    small, large = (shortest(lambda code=code: pipeline(code)) / len(code) for code in codes)
    benchmark.extra_info["cost of a byte at 400 kB against 100 kB"] = large / small
    benchmark.pedantic(lambda: None, rounds=1)
    assert large < 2 * small


def run_sieve(code: bytes) -> float:
    module = wasmtime.Module(ENGINE, code)
    times = []
    for _ in range(7):
        store = wasmtime.Store(ENGINE)
        memory = wasmtime.Memory(store, wasmtime.MemoryType(wasmtime.Limits(40, None)))
        given: list[Any] = [
            memory if entry.name == "memory" else wasmtime.Func(store, entry.type, lambda *_: None)
            for entry in module.imports
        ]
        exports: Any = wasmtime.Instance(store, module, given).exports(store)
        if GAS_EXPORT in exports:
            exports[GAS_EXPORT].set_value(store, wasmtime.Val.i64(1 << 60))
        began = perf_counter()
        exports["handle"](store)
        times.append(perf_counter() - began)
    return min(times)


def test_metered_run(benchmark: Any) -> None:
    """A memory-bound sieve: plain, with production's call for each charge, and with charges inline and page hooks."""
    plain = bytes(wasmtime.wat2wasm(SIEVE))
    metered = check_and_instrument_code(plain).instrumented.code
    seconds = run_sieve(plain)
    benchmark.extra_info["metered against plain"] = run_sieve(metered) / seconds
    hooked = run_sieve(add_page_hooks(metered, None)) / seconds
    benchmark.extra_info["with hooks against plain"] = hooked
    assert hooked < 2
    benchmark.pedantic(run_sieve, args=(plain,), rounds=1)
