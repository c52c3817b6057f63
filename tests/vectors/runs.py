"""What vectors about queue runs are made of: programs in WebAssembly text, states, messages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import wasmtime

from gearexe_spec.wasm.syscalls import SYSCALLS

PROGRAM, USER = bytes(12) + b"\x22" * 20, bytes(12) + b"\x11" * 20
ABSENT = -1
"""An optional pointer that points nowhere (SYS-4)."""
RESULT, SHOWN = 512, 64
"""Where calls leave code and result, and how much of it a reply shows."""
STACK_END = 65_536
"""Below it memory is free and not kept (EXE-70), so that results written there leave no pages in vectors."""
TEXT, FRIEND, FRIEND_5, SYSTEM, SEVEN = (STACK_END + at for at in (64, 128, 192, 256, 320))
"""Places: four letters, a destination with value 0, one with value 5, the system actor, the value 7."""
_DESTINATION = "00" * 12 + "33" * 20
_DATA = {
    TEXT: b"PONG",
    FRIEND: bytes.fromhex(_DESTINATION) + bytes(16),
    FRIEND_5: bytes.fromhex(_DESTINATION) + (5).to_bytes(16, "little"),
    SYSTEM: b"gear" * 8 + bytes(16),
    SEVEN: (7).to_bytes(16, "little"),
}


def call(name: str, *arguments: int) -> str:
    """A system call with constants; a result is dropped."""
    text = f"(call ${name} {' '.join(f'(i32.const {value})' for value in arguments)})"
    signature = SYSCALLS[name].signature
    assert signature is not None
    return f"(drop {text})" if signature.results else text


SHOW = call("gr_reply", RESULT, SHOWN, ABSENT, 1024)
"""Replies with what lies at RESULT."""


def program(handle: str, *, init: str = "", handle_reply: str = "", more: str = "") -> bytes:
    """A code of two pages, the first of which is stack: these bodies, the imports they need, and the data above."""
    bodies = {"init": init, "handle": handle, "handle_reply": handle_reply}
    used = sorted({*re.findall(r"\$(\w+)", " ".join(bodies.values()))} & SYSCALLS.keys())
    imports = " ".join(f'(import "env" "{name}" (func ${name} {_signature(name)}))' for name in used)
    data = " ".join(f'(data (i32.const {place}) "{_escaped(content)}")' for place, content in _DATA.items())
    functions = " ".join(f'(func (export "{name}") (local $at i32) {body})' for name, body in bodies.items())
    memory = '(import "env" "memory" (memory 2))'
    stack = f'(global (export "__gear_stack_end") i32 (i32.const {STACK_END}))'
    return bytes(wasmtime.wat2wasm(f"(module {imports} {memory} {stack} {data} {more} {functions})"))


def _signature(name: str) -> str:
    signature = SYSCALLS[name].signature
    assert signature is not None
    return f"(param{' i32' * len(signature.params)}) {'(result i32)' if signature.results else ''}"


def _escaped(data: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in data)


def message(number: int = 1, *, kind: str = "Handle", payload: bytes = b"PING", **other: Any) -> Any:
    """A message in a queue."""
    return {
        "id": bytes([number]) + b"\xa0" * 31,
        "kind": kind,
        "source": USER,
        "payload": payload,
        "payloadStored": False,
        "value": 0,
        "details": None,
        "context": None,
        "messageType": "Canonical",
        "call": False,
    } | other


def context(nonce: int) -> Any:
    """What a message remembers that has waited."""
    return {"initialized": [], "reservationNonce": 0, "systemReservation": None, "localNonce": nonce}


def run(  # one parameter per thing that a vector may be about
    wasm: bytes | None,
    *messages: Any,
    queue: str = "Canonical",
    active: Any = None,
    other_program: Any = None,
    balance: int = 100,
    executable: int = 10**14,
    allowance: int = 10**12,
    promises: bool = False,
) -> Any:
    """The question of a queue run."""
    dispatches: Sequence[Any] = messages or (message(),)
    mine, empty = {"dispatches": [*dispatches], "size": len(dispatches)}, {"dispatches": [], "size": 0}
    fields = {"initialized": True, "memoryInfix": 0, "allocations": [], "pages": []} | (active or {})
    return {
        "wasm": wasm,
        "programId": PROGRAM,
        "queue": queue,
        "gasAllowance": allowance,
        "block": {"height": 1000, "timestamp": 1_700_000_000},
        "promises": promises,
        "state": {
            "program": other_program or {"active": fields},
            "canonicalQueue": mine if queue == "Canonical" else empty,
            "injectedQueue": empty if queue == "Canonical" else mine,
            "waitlist": None,
            "stash": None,
            "mailbox": None,
            "balance": balance,
            "executableBalance": executable,
        },
    }
