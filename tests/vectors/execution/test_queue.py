"""One program's queue, processed once: code, state and dispatch in; journal, gas and new state out."""

from typing import Any

import pytest
import wasmtime

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder

PROGRAM, USER, MESSAGE = bytes(12) + b"\x22" * 20, bytes(12) + b"\x11" * 20, b"\x01" + b"\xa0" * 31
IMPORTS = """
  (import "env" "gr_reply" (func $reply (param i32 i32 i32 i32)))
  (import "env" "gr_size" (func $size (param i32)))
  (import "env" "gr_wait_for" (func $wait (param i32)))
  (import "env" "gr_exit" (func $exit (param i32)))
  (import "env" "gr_panic" (func $panic (param i32 i32)))
  (import "env" "memory" (memory 1))
  (data (i32.const 64) "PONG")
"""
BODIES = {
    "nothing": "",
    "reply": "(call $reply (i32.const 64) (i32.const 4) (i32.const 0) (i32.const 128))",
    "reply_twice": "(call $reply (i32.const 64) (i32.const 4) (i32.const 0) (i32.const 128)) "
    "(call $reply (i32.const 64) (i32.const 4) (i32.const 0) (i32.const 128))",
    "remember": "(i32.store (i32.const 256) (i32.const 7))",
    "wait": "(call $wait (i32.const 10))",
    "exit": "(call $exit (i32.const 512))",
    "panic": "(call $panic (i32.const 64) (i32.const 4))",
    "unreachable": "(unreachable)",
    "endless": "(loop $again (br $again))",
    "recursion": "(call $handle)",
    "outside_memory": "(drop (i32.load (i32.const 65536)))",
}


def code(body: str) -> bytes:
    text = f'(module {IMPORTS} (func $handle (export "handle") {body}) (func (export "init")))'
    return bytes(wasmtime.wat2wasm(text))


def question(wasm: bytes, executable_balance: int = 10**14, allowance: int = 10**12, initialized: bool = True) -> Any:
    dispatch = {
        "id": MESSAGE,
        "kind": "Handle" if initialized else "Init",
        "source": USER,
        "payload": b"PING",
        "payloadStored": False,
        "value": 0,
        "details": None,
        "context": None,
        "messageType": "Canonical",
        "call": False,
    }
    active = {"initialized": initialized, "memoryInfix": 0, "allocations": [], "pages": []}
    return {
        "wasm": wasm,
        "programId": PROGRAM,
        "queue": "Canonical",
        "gasAllowance": allowance,
        "block": {"height": 1000, "timestamp": 1_700_000_000},
        "promises": False,
        "state": {
            "program": {"active": active},
            "canonicalQueue": {"dispatches": [dispatch], "size": 1},
            "injectedQueue": {"dispatches": [], "size": 0},
            "waitlist": None,
            "stash": None,
            "mailbox": None,
            "balance": 0,
            "executableBalance": executable_balance,
        },
    }


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_handle(vectors: Recorder, body: str) -> None:
    """One message handled to the end, however it ends (EXE-40, EXE-41, EXE-42, EXE-43)."""
    vectors.program("execution/processQueue", question(code(body)))


@pytest.mark.parametrize("body", ["nothing", "reply", "wait"])
def test_init(vectors: Recorder, body: str) -> None:
    """The first message initializes the program (EXE-10, EXE-31)."""
    text = f'(module {IMPORTS} (func $handle (export "handle")) (func (export "init") {BODIES[body]}))'
    vectors.program("execution/processQueue", question(bytes(wasmtime.wat2wasm(text)), initialized=False))


@pytest.mark.parametrize("balance", [0, 10**9, 10**10, 44_726_989_500, 44_726_989_600, 10**11])
def test_executable_balance(vectors: Recorder, balance: int) -> None:
    """What the executable balance cannot pay, 100 units each, is not executed (EXE-21, EXE-22, EXE-34)."""
    vectors.program("execution/processQueue", question(code(BODIES["reply"]), executable_balance=balance))


@pytest.mark.parametrize("allowance", [0, 10**6, 10**7, 10**8, 10**9])
def test_allowance(vectors: Recorder, allowance: int) -> None:
    """What the allowance of the block cannot pay stays in the queue (EXE-35)."""
    vectors.program("execution/processQueue", question(code(BODIES["reply"]), allowance=allowance))


@pytest.mark.parametrize(
    ("name", "allocations"),
    [
        ("behind_the_static_page", [[1, 1]]),
        ("in_the_static_page", [[0, 0]]),
        ("from_the_static_page_on", [[0, 1]]),
        ("last_page_of_memory", [[32767, 32767]]),
        ("behind_memory", [[32768, 32768]]),
    ],
)
def test_allocations(vectors: Recorder, name: str, allocations: list[list[int]]) -> None:
    """Stored allocations lie in memory behind the static pages, or nothing runs (EXE-64)."""
    form = question(code(BODIES["nothing"]))
    form["state"]["program"]["active"]["allocations"] = allocations
    vectors.program("execution/processQueue", form, name=name, flags=[Flag.BOUNDARY])
