"""The example programs, as their users meet them."""

from pathlib import Path

import pytest

from gearexe_spec.conformance.vectors.recorder import Recorder
from tests.vectors.runs import USER, message, run

EXAMPLES = Path(__file__).parents[3] / "examples"
FRIEND = bytes(12) + b"\x33" * 20
ORDER = FRIEND + (60).to_bytes(16, "little")
SAID = {
    "ping": [b"PING", b"PING", b"PONG"],
    "counter": [b"", b"ADD", b"ADD", b"EMPTY"],
    "relay": [FRIEND, b"question", b"another"],
    "purse": [b"", b"", ORDER + bytes(4), ORDER + b"\x05\0\0\0", ORDER + bytes(4)],
    "postbox": [b"", b"letter", b"second letter"],
    "heir": [b"", b"END" + FRIEND, b"after the end"],
    "hog": [b"", b"\x01\0\0\0", b"\xff\xff\xff\xff", bytes(4)],
    "faults": [b"", *(bytes([letter]) for letter in b"PUMORVZ")],
    "guests": [b"", USER + b"\x01\0\0\0", b"not an invitation"],
    "toll": [FRIEND + (5).to_bytes(16, "little") + (10).to_bytes(16, "little"), b"", b"", b""],
    "meter": [(3).to_bytes(16, "little") + (1).to_bytes(8, "little"), b"", b"WORK\x05\0\0\0", b"LEAVE", b"TAKE"],
}


@pytest.mark.parametrize("name", SAID)
def test_example(vectors: Recorder, name: str) -> None:
    """Several messages to one program in one run, each with the value 7 (EXE-30, EXE-42, EXE-43, JOU-90)."""
    kinds = ["Init", *["Handle"] * 9]
    messages = [
        message(number, kind=kind, payload=payload, value=7, source=USER)
        for number, (kind, payload) in enumerate(zip(kinds, SAID[name], strict=False), 1)
    ]
    wasm = (EXAMPLES / f"{name}.wasm").read_bytes()
    vectors.program("execution/summarizeQueue", run(wasm, *messages, active={"initialized": False}))
