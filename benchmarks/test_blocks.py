"""Whole blocks, beside what the engine alone needs; what bigger states cost; what a second worker brings."""

from __future__ import annotations

from dataclasses import replace
from multiprocessing import get_context
from os import getloadavg
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

import pytest
from immutables import Map
from wasmtime import Instance, Limits, Memory, MemoryType, Store, wat2wasm

from benchmarks.production_runs import measure_production
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U8, U32, U64, U128
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.execution.engine import compile_code
from gearexe_spec.execution.message import DispatchKind
from gearexe_spec.execution.parameters import BlockInfo
from gearexe_spec.executor.blocks import BlockInput, Network, apply_block
from gearexe_spec.executor.codes import CodeRecords, instrument_code, to_executable
from gearexe_spec.executor.engine import SPECIFIED
from gearexe_spec.executor.parallel import with_workers
from gearexe_spec.executor.requests import (
    ExecutableBalanceTopUpRequested,
    MessageQueueingRequested,
    ProgramCreated,
    RequestEvent,
)
from gearexe_spec.program.dispatch import (
    USER_MAILBOX,
    WAITLIST,
    Dispatch,
    Expiring,
    MailboxMessage,
    MessageType,
)
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.mailbox import MAILBOX
from gearexe_spec.program.payload import EMPTY_PAYLOAD
from gearexe_spec.program.queue_run import QueueRun
from gearexe_spec.program.state import ProgramState, QueueWithSize, read_state, write_state
from gearexe_spec.program.storage import Reference

EXAMPLES = Path(__file__).parents[1] / "examples"
MESSAGES = 96
WANTED_PER_SECOND = 500
WANTED_OF_TWO_WORKERS = 1.8
USER = ActorId.from_u64(U64(1 << 40))
PROGRAM = ActorId.from_u64(U64(1))


def message(program: ActorId, number: int, payload: bytes) -> MessageQueueingRequested:
    return MessageQueueingRequested(program, MessageId.from_u64(U64(number)), USER, payload, U128(0), False)


def block(*events: RequestEvent) -> BlockInput:
    return BlockInput(U32(100), U64(0), events, (), U64(4 * 10**12), False, U32(75), True)


def network(code: bytes, programs: int = 1) -> Network:
    code_id, checked = compute_code_id(code), instrument_code(code)
    assert checked is not None
    records = CodeRecords(
        valid=Map({code_id: True}),
        instrumented=Map({code_id: checked.instrumented}),
        metadata=Map({code_id: checked.metadata}),
    )
    events: list[RequestEvent] = []
    for number in range(1, programs + 1):
        program = ActorId.from_u64(U64(number))
        events += [
            ProgramCreated(program, code_id),
            ExecutableBalanceTopUpRequested(program, U128(10**18)),
            message(program, number, b"PING"),
        ]
    return apply_block(Network(codes=records), block(*events), SPECIFIED)[0]


def shortest(call: Any, rounds: int) -> float:
    seconds = []
    for _ in range(rounds):
        started = perf_counter()
        call()
        seconds.append(perf_counter() - started)
    return min(seconds)


def test_ping_messages(benchmark: Any) -> None:
    """Messages to one program; the peer is wasmtime alone, which makes as many instances of the same code."""
    code = (EXAMPLES / "ping.wasm").read_bytes()
    net = network(code)
    source = block(*(message(PROGRAM, 1_000 + number, b"PING") for number in range(MESSAGES)))

    _, outcome = benchmark(apply_block, net, source, SPECIFIED)

    done = sum(len(run.result.dispatches) for chunk in outcome.chunks for run in chunk.runs)
    own = shortest(lambda: apply_block(net, source, SPECIFIED), 3)
    benchmark.extra_info |= {"peer": "wasmtime, instances alone", "per_second": round(done / own)}
    benchmark.extra_info["ratio"] = round(shortest(lambda: [instantiate(net) for _ in range(done)], 3) / own, 3)
    assert done == MESSAGES
    assert done / own > WANTED_PER_SECOND


def instantiate(net: Network) -> None:
    ((code_id, code),) = net.codes.instrumented.items()
    module = compile_code(to_executable(CodeId(code_id), code, net.codes.metadata[code_id]))
    store = Store(module_engine(module))
    imports = [provide(store, wanted) for wanted in module.imports]
    Instance(store, module, imports)


def module_engine(_module: Any) -> Any:
    from gearexe_spec.execution.engine import ENGINE  # noqa: PLC0415

    return ENGINE


def provide(store: Any, wanted: Any) -> Any:
    from wasmtime import Func, FuncType  # noqa: PLC0415

    if isinstance(wanted.type, FuncType):
        return Func(store, wanted.type, lambda *_: None)
    limits = wanted.type.limits if isinstance(wanted.type, MemoryType) else Limits(1, None)
    return Memory(store, MemoryType(Limits(max(limits.min, 1), limits.max)))


@pytest.mark.parametrize("what", ["waitlist", "mailbox", "programs"])
def test_what_is_not_touched_costs_nothing(benchmark: Any, what: str) -> None:
    """A message to a program with 100 and with 10,000 waiting messages, unanswered messages, or other programs."""
    code = (EXAMPLES / "ping.wasm").read_bytes()
    small, large = (grow(network(code), what, size) for size in (100, 10_000))
    source = block(message(PROGRAM, 1_000, b"PING"))

    benchmark(apply_block, large, source, SPECIFIED)

    seconds = [shortest(lambda net=net: apply_block(net, source, SPECIFIED), 30) for net in (small, large)]  # type: ignore[misc]
    benchmark.extra_info |= {"peer": "the same with 100", "ratio": round(seconds[1] / seconds[0], 2)}
    assert seconds[1] / seconds[0] < 2


def grow(net: Network, what: str, size: int) -> Network:
    if what == "programs":
        others = {ActorId.from_u64(U64(1_000_000 + number)): net.states[PROGRAM] for number in range(size)}
        return replace(net, states=net.states.update(others))
    state = fill(read_state(net.storage, net.states[PROGRAM].hash), what, size)
    storage, key = write_state(net.storage, state)
    return replace(net, storage=storage, states=net.states.set(PROGRAM, replace(net.states[PROGRAM], hash=key)))


def fill(state: ProgramState, what: str, size: int) -> ProgramState:
    ids = [MessageId.from_u64(U64(1_000_000 + number)) for number in range(size)]
    if what == "waitlist":
        kind, zero = DispatchKind.Handle, U128(0)
        waiting = {
            key: Expiring(
                Dispatch(key, kind, USER, EMPTY_PAYLOAD, zero, None, None, MessageType.Canonical, False), U32(10**6)
            )
            for key in ids
        }
        return replace(state, waitlist=Reference.to(WAITLIST, Map(waiting)))
    entry = Expiring(MailboxMessage(EMPTY_PAYLOAD, U128(0), MessageType.Canonical), U32(10**6))
    of_user = Reference.to(USER_MAILBOX, Map(dict.fromkeys(ids, entry)))
    return replace(state, mailbox=Reference.to(MAILBOX, Map({USER: of_user})))


QUEUES = (16, 100, 1_000, 10_000)
GROWTH = 2.5
"""How much more a message may cost with 10,000 in the queue than with 16."""


def test_a_longer_queue(benchmark: Any) -> None:
    """What one message costs in a block that finds so many in the queue; the peer is production's growth.

    The queue is one stored object, so each run of 16 messages encodes and hashes all that is left of it. Production
    does the same, and decodes it too; measured there is the run alone.
    """
    wasm = (EXAMPLES / "ping.wasm").read_bytes()
    net = network(wasm)
    own, production = {}, {}
    for size in QUEUES:
        queued = fill_queue(net, size)
        _, outcome = apply_block(queued, block(), SPECIFIED)
        done = sum(len(run.result.dispatches) for chunk in outcome.chunks for run in chunk.runs)
        own[size] = shortest(lambda queued=queued: apply_block(queued, block(), SPECIFIED), 5) / done  # type: ignore[misc]
        run = queue_run(queued)
        production[size] = min(measure_production(net.storage, run, wasm, 20).seconds for _ in range(3))

    benchmark(apply_block, fill_queue(net, QUEUES[-1]), block(), SPECIFIED)

    growth, grown = own[QUEUES[-1]] / own[QUEUES[0]], production[QUEUES[-1]] / production[QUEUES[0]]
    benchmark.extra_info |= {
        "peer": "production: the published runtime, native",
        "microseconds": {size: round(1e6 * seconds) for size, seconds in own.items()},
        "peer_microseconds": {size: round(1e6 * seconds) for size, seconds in production.items()},
        "growth": round(growth, 2),
        "peer_growth": round(grown, 2),
    }
    assert growth < GROWTH


def fill_queue(net: Network, size: int) -> Network:
    """The program with so many messages that wait to be handled."""
    zero, record = U128(0), net.states[PROGRAM]
    queue = Fifo(
        Dispatch(key, DispatchKind.Handle, USER, EMPTY_PAYLOAD, zero, None, None, MessageType.Canonical, False)
        for key in (MessageId.from_u64(U64(1_000_000 + number)) for number in range(size))
    )
    state = replace(read_state(net.storage, record.hash), canonical_queue=QueueWithSize.of(queue))
    storage, key = write_state(net.storage, state)
    record = replace(record, hash=key, canonical_queue_size=U8(min(size, 255)))
    return replace(net, storage=storage, states=net.states.set(PROGRAM, record))


def queue_run(net: Network) -> QueueRun:
    """The first run of the program's queue."""
    ((code_id, code),) = net.codes.instrumented.items()
    return QueueRun(
        PROGRAM,
        read_state(net.storage, net.states[PROGRAM].hash),
        MessageType.Canonical,
        U64(10**12),
        BlockInfo(U32(100), U64(0)),
        to_executable(CodeId(code_id), code, net.codes.metadata[code_id]),
        False,
    )


PRIMES = """
(module (import "env" "memory" (memory 1))
  (func (export "init"))
  (func (export "handle") (local $n i32) (local $d i32) (local $found i32)
    (local.set $n (i32.const 3))
    (loop $next
      (local.set $d (i32.const 3))
      (block $composite
        (loop $try
          (br_if $composite (i32.eqz (i32.rem_u (local.get $n) (local.get $d))))
          (local.set $d (i32.add (local.get $d) (i32.const 2)))
          (br_if $try (i32.le_u (i32.mul (local.get $d) (local.get $d)) (local.get $n))))
        (local.set $found (i32.add (local.get $found) (i32.const 1))))
      (br_if $next (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 2))) (i32.const 280000))))
    (i32.store (i32.const 0) (local.get $found))))
"""
"""Counts primes by trial division: 0.31 of 10^12 gas for instructions, one page."""
SIEVE = """
(module (import "env" "memory" (memory 20))
  (func (export "init"))
  (func (export "handle") (local $i i32) (local $j i32)
    (local.set $i (i32.const 2))
    (loop $outer
      (local.set $j (i32.mul (local.get $i) (i32.const 2)))
      (loop $inner
        (i32.store8 (local.get $j) (i32.const 1))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (local.get $i))) (i32.const 1000000))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))))
"""
"""Marks the multiples of all numbers up to a thousand: 0.26 of 10^12 gas, and every message writes 62 pages."""
CALLER = """
(module (import "env" "memory" (memory 1)) (import "env" "gr_size" (func $size (param i32)))
  (func (export "init"))
  (func (export "handle") (local $i i32)
    (loop $again
      (call $size (i32.const 0))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 2000))))))
"""
"""Calls the host 2,000 times for each message."""
PARALLEL = {
    "primes": lambda: bytes(wat2wasm(PRIMES)),
    "sieve": lambda: bytes(wat2wasm(SIEVE)),
    "caller": lambda: bytes(wat2wasm(CALLER)),
    "counter": (EXAMPLES / "counter.wasm").read_bytes,
}
ROUNDS = 7
IDLE = 1.95
"""How much faster two processes of the plainest loop are than one, where two cores have nothing else to do."""


@pytest.mark.parametrize("what", PARALLEL)
def test_two_workers(benchmark: Any, what: str) -> None:
    """A chunk of sixteen programs, three messages each, with one worker and with two, by turns; medians.

    What the machine has to give at that moment is measured by the same turns: a plain loop, alone and twice at once.
    Only where two cores are idle, two workers must be 1.8 times one on the program that computes.
    """
    net = network(PARALLEL[what](), programs=16)
    source = block(
        *(
            message(ActorId.from_u64(U64(program)), 10_000 + 100 * program + number, b"")
            for program in range(1, 17)
            for number in range(3)
        )
    )
    engine = with_workers(SPECIFIED, 2)
    expected, outcome = apply_block(net, source, SPECIFIED)
    after, _ = benchmark.pedantic(apply_block, (net, source, engine), rounds=3, warmup_rounds=1)
    load = getloadavg()[0]

    gained = compare(lambda: apply_block(net, source, SPECIFIED), lambda: apply_block(net, source, engine))
    possible = 2 * compare(lambda: spin(1), lambda: spin(2))

    benchmark.extra_info |= {
        "peer": "one worker",
        "ratio": round(gained, 2),
        "plain_loops": round(possible, 2),
        "load_before": round(load, 1),
    }
    assert {step.outcome for chunk in outcome.chunks for run in chunk.runs for step in run.result.dispatches} == {
        "Success"
    }
    assert after == expected
    assert what != "primes" or possible < IDLE or gained > WANTED_OF_TWO_WORKERS


def compare(first: Any, second: Any) -> float:
    """How many times as long the first takes: the median of turns, with pauses in between."""
    ratios = []
    for _ in range(ROUNDS):
        sleep(0.1)
        ratios.append(shortest(first, 1) / shortest(second, 1))
    return median(ratios)


def spin(processes: int) -> None:
    """Processes that only count, all at once."""
    running = [get_context("fork").Process(target=count) for _ in range(processes)]
    for process in running:
        process.start()
    for process in running:
        process.join()


def count() -> None:
    number = 0
    while number < 5 * 10**6:
        number += 1
