"""The programs on gstd and sails-rs, and how they are spoken to."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_abi.abi import encode

from gearexe_spec.base.ids import ActorId
from gearexe_spec.crypto.hashes import keccak256

BUILT = Path(__file__).parents[2] / "examples" / "sdk" / "build"
PROGRAMS = ("courier", "tally")


def code(name: str) -> bytes:
    """The code of a program; the test is skipped where it is not built."""
    path = BUILT / f"{name}.wasm"
    if not path.is_file():
        pytest.skip(
            f"{name} is not built: make programs (needs rustc-web, cargo-web, rust-web-src, lld, and the crates)"
        )
    return path.read_bytes()


# The courier takes SCALE


ASK_AND_WAIT, ASK_BOTH, ASK_ALONE, SLEEP = 1, 2, 3, 4
TOO_LATE, DONE = b"\1", b"\3"


def errand(index: int, *parts: bytes) -> bytes:
    return bytes([index]) + b"".join(parts)


def ask(to: ActorId, question: bytes, patience: int | None = None) -> bytes:
    return errand(0, bytes(to), short(question), b"\0" if patience is None else b"\1" + blocks(patience))


def answered(content: bytes) -> bytes:
    return b"\0" + short(content)


def short(content: bytes) -> bytes:
    """A vector in SCALE."""
    length = len(content)
    return (bytes([length << 2]) if length < 64 else (length << 2 | 1).to_bytes(2, "little")) + content


def blocks(number: int) -> bytes:
    return number.to_bytes(4, "little")


# The tally takes Solidity calls, and SCALE behind a header


def call(signature: str, *arguments: object, wants_call: bool = False) -> bytes:
    kinds = signature[signature.index("(") + 1 : -1].split(",")
    return bytes(keccak256(signature.encode())[:4]) + encode(kinds, [wants_call, *arguments])


def ask_other(other: ActorId, query: bytes) -> bytes:
    """An address of Ethereum has 20 bytes, the actor in the word all 32."""
    selector = keccak256(b"tallyAddOf(bool,address,bytes4)")[:4]
    return bytes(selector) + encode(["bool", "bytes32", "bytes4"], [False, bytes(other), query])


def header(entry: int, route: int = 1) -> bytes:
    return b"GM\x01\x10" + interface_id() + entry.to_bytes(2, "little") + bytes([route, 0])


def interface_id() -> bytes:
    """Of the service, from its functions and its event."""

    def of(*parts: bytes) -> bytes:
        return bytes(keccak256(b"".join(parts)))

    wide, actor, text = of(b"u128"), of(b"ActorId"), of(b"String")
    selector = of(of(b"u8"), b"4")
    functions = (
        of(b"command", b"Add", wide, b"res", wide),
        of(b"command", b"AddOf", actor, selector, b"res", wide),
        of(b"command", b"Deposit", b"res", wide),
        of(b"command", b"Subtract", wide, b"res", wide, b"throws", text),
        of(b"query", b"Total", b"res", wide),
    )
    return of(*functions, of(of(b"Added", actor, wide, wide)))[:8]


def amount(value: int) -> bytes:
    return value.to_bytes(16, "little")


def number(value: int) -> bytes:
    return value.to_bytes(32, "big")
