"""Networks of the example programs, block after block (BLK-1 to BLK-9, BLK-60 to BLK-79)."""

from pathlib import Path
from typing import Any

import pytest

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.conformance.json_form import to_json
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import FormOfInit, Recorder
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.crypto.ids import compute_code_id, compute_outgoing_id
from gearexe_spec.executor.blocks import BlockInput
from gearexe_spec.executor.injected_transaction import InjectedTransaction, VerifiedTransaction
from gearexe_spec.executor.requests import (
    ExecutableBalanceTopUpRequested,
    MessageQueueingRequested,
    OwnedBalanceTopUpRequested,
    ProgramCreated,
    ReplyQueueingRequested,
    RequestEvent,
    ValueClaimingRequested,
)

EXAMPLES = Path(__file__).parents[3] / "examples"
USER, FRIEND = (ActorId(bytes(12) + bytes([number]) * 20) for number in (0x01, 0x02))
NAMES = ("ping", "postbox", "counter", "relay", "heir", "hog", "purse", "faults")
PROGRAMS = {name: ActorId(bytes(12) + bytes([0x21 + place]) * 20) for place, name in enumerate(NAMES)}
PING, POSTBOX, COUNTER, RELAY, HEIR, HOG, PURSE, FAULTS = PROGRAMS.values()
GAS = 4 * 10**12
TOP_UP = 10**15


def wasm(name: str) -> bytes:
    return (EXAMPLES / f"{name}.wasm").read_bytes()


def network(*names: str, chunk_size: int = 16) -> FormOfInit:
    """Nothing but valid codes."""
    codes = {compute_code_id(wasm(name)): wasm(name) for name in names}
    known = {
        key: {"valid": True, "original": code, "instrumented": None, "metadata": None} for key, code in codes.items()
    }
    empty: dict[str, Any] = {"objects": {}, "states": {}, "schedule": [], "programCodes": {}}
    form = to_json(
        {**empty, "codes": {key.to_hex(): known[key] for key in sorted(known)}, "chunkSize": hex(chunk_size)}
    )
    assert isinstance(form, dict)
    return FormOfInit(form)


def message_id(number: int) -> MessageId:
    """Of a message of ours; in no particular order."""
    return MessageId(blake2b256(bytes([number])))


def message(program: ActorId, number: int, payload: bytes = b"", value: int = 0, *, call: bool = False) -> RequestEvent:
    return MessageQueueingRequested(program, message_id(number), USER, payload, U128(value), call)


def created(name: str, init: bytes = b"", paid: int = TOP_UP) -> tuple[RequestEvent, ...]:
    """A program with something to pay gas from, and its first message."""
    program = PROGRAMS[name]
    return (
        ProgramCreated(program, compute_code_id(wasm(name))),
        ExecutableBalanceTopUpRequested(program, U128(paid)),
        message(program, 0x80 + NAMES.index(name), init),
    )


def injected(program: ActorId, payload: bytes, salt: int = 0) -> VerifiedTransaction:
    return VerifiedTransaction(
        FRIEND, InjectedTransaction(program, payload, U128(0), Bytes32(b"\x0e" * 32), bytes([salt]))
    )


def block(height: int, *events: RequestEvent, **others: Any) -> tuple[str, Any]:
    """A block of the newest form."""
    parts: dict[str, Any] = {
        "height": U32(height),
        "timestamp": U64(12 * height),
        "events": events,
        "injected": (),
        "gas_allowance": U64(GAS),
        "emits_promises": False,
        "mailbox_validity": U32(75),
        "answers_event_destinations": True,
        **others,
    }
    return "applyBlock", BlockInput(**parts)


@pytest.mark.parametrize(
    ("name", "programs", "steps"),
    [
        (
            "answers",
            ("ping",),
            [
                block(10, *created("ping", b"PING")),
                block(11, message(PING, 1, b"PING", call=True), message(PING, 2, b"PONG")),
                block(12),
            ],
        ),
        (
            "value",
            ("purse", "counter"),
            [
                block(10, *created("purse"), *created("counter"), OwnedBalanceTopUpRequested(COUNTER, U128(7))),
                block(11, message(PURSE, 1, b"", 1_000), message(COUNTER, 2, b"", 5)),
                block(12, message(PURSE, 3, bytes(USER) + (300).to_bytes(16, "little") + bytes(4))),
                block(13, message(PURSE, 4, bytes(COUNTER) + (200).to_bytes(16, "little") + (3).to_bytes(4, "little"))),
                block(16),
                block(17, message(PURSE, 5, bytes(USER) + (10**6).to_bytes(16, "little") + bytes(4))),
                block(18, message(COUNTER, 6, b"EMPTY")),
            ],
        ),
        (
            "one_asks_another",
            ("relay", "ping"),
            [
                block(10, *created("ping", b"PING"), *created("relay", bytes(PING))),
                block(11, message(RELAY, 1, b"PING")),
                block(12, message(RELAY, 2, b"no")),
                block(30),
            ],
        ),
        (
            "nobody_answers_in_time",
            ("relay", "ping"),
            [
                block(10, *created("relay", bytes(FRIEND))),
                block(11, message(RELAY, 1, b"are you there")),
                block(20),
                block(21),
                block(22, message(RELAY, 2, b"and you")),
            ],
        ),
        (
            "exit",
            ("heir", "ping"),
            [
                block(10, *created("heir")),
                block(11, message(HEIR, 1, b"", 77)),
                block(12, message(HEIR, 2, b"END" + bytes(FRIEND)), message(HEIR, 3, b"too late", 5)),
                block(13, message(HEIR, 4, b"too late")),
            ],
        ),
        (
            "goes_wrong",
            ("faults",),
            [block(10, *created("faults"))]
            + [block(11 + place, message(FAULTS, place + 1, letter)) for place, letter in enumerate((b"P", b"U", b"O"))]
            + [block(20, *(message(FAULTS, 10 + place, bytes([each])) for place, each in enumerate(b"VZMRL")))],
        ),
        (
            "memory",
            ("hog",),
            [
                block(10, *created("hog")),
                block(11, message(HOG, 1, (3).to_bytes(4, "little"))),
                block(12, message(HOG, 2, bytes(4))),
            ],
        ),
        ("uninitialized", ("faults",), [block(10, *created("faults", b"P")), block(11, message(FAULTS, 1))]),
        (
            "poor",
            ("ping",),
            [block(10, *created("ping", b"PING", 10**7)), block(11, message(PING, 1, b"PING"))],
        ),
    ],
)
def test_life(name: str, programs: tuple[str, ...], steps: list[tuple[str, Any]], vectors: Recorder) -> None:
    """What programs do to each other and to users (BLK-1 to BLK-9)."""
    vectors.scenario("blocks", network(*programs), steps, name=name)


LETTER = compute_outgoing_id(message_id(1), U32(0))
"""The first message that the postbox sends while it handles our first."""


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("replied", [block(12, ReplyQueueingRequested(POSTBOX, LETTER, USER, b"thanks", U128(3))), block(13)]),
        ("claimed", [block(12, ValueClaimingRequested(POSTBOX, LETTER, USER))]),
        ("claimed_by_another", [block(12, ValueClaimingRequested(POSTBOX, LETTER, FRIEND))]),
        ("expired", [block(85), block(86), block(87)]),
        ("of_the_old_form", [block(85, mailbox_validity=U32(54_000)), block(54_011), block(54_012)]),
    ],
)
def test_mailbox(name: str, end: list[tuple[str, Any]], vectors: Recorder) -> None:
    """A letter with value lies in a mailbox until it is answered, claimed or expires (BLK-6, BLK-13)."""
    old = {"mailbox_validity": U32(54_000)} if name == "of_the_old_form" else {}
    begin = [block(10, *created("postbox")), block(11, message(POSTBOX, 1, b"a letter", 500), **old)]
    vectors.scenario("blocks", network("postbox"), [*begin, *end, block(90_000, message(POSTBOX, 2))], name=name)


@pytest.mark.parametrize("promises", [True, False])
def test_injected(promises: bool, vectors: Recorder) -> None:
    """Injected queues run first; their replies are promised where a node does that (BLK-4, BLK-66)."""
    steps = [
        block(10, *created("ping", b"PING"), *created("postbox")),
        block(
            11,
            message(PING, 1, b"PING"),
            injected=(injected(PING, b"PING"), injected(POSTBOX, b"hi"), injected(PING, b"no", 1)),
            emits_promises=promises,
        ),
    ]
    vectors.scenario("blocks", network("ping", "postbox"), steps)


@pytest.mark.parametrize("chunk_size", [2, 16])
def test_chunks(chunk_size: int, vectors: Recorder) -> None:
    """Longer queues run first; what an earlier chunk does to a program of a later one is lost (BLK-60 to BLK-71)."""
    names = ("ping", "counter", "relay", "purse")
    begin = [event for name in ("ping", "counter", "purse") for event in created(name, b"PING")]
    steps = [
        block(10, *begin, *created("relay", bytes(COUNTER))),
        block(11, message(PURSE, 1, b"", 900)),
        block(
            12,
            message(COUNTER, 2),
            message(COUNTER, 3),
            message(PING, 4, b"PING"),
            message(RELAY, 5, b"on"),
            message(PURSE, 6, bytes(RELAY) + (9).to_bytes(16, "little") + bytes(4)),
        ),
        block(13),
    ]
    flags = [Flag.ANOMALY] if chunk_size < 16 else []
    vectors.scenario("blocks", network(*names, chunk_size=chunk_size), steps, flags=flags)


@pytest.mark.parametrize(
    ("name", "gas"), [("none", None), ("zero", 0), ("too_little_for_one", 10**8), ("for_a_part", 6 * 10**8)]
)
def test_gas_of_the_block(name: str, gas: int | None, vectors: Recorder) -> None:
    """What does not run waits in its queue (BLK-2, BLK-68, BLK-71, BLK-72)."""
    allowance = None if gas is None else U64(gas)
    asked = [message(PING, number, b"PING") for number in range(1, 6)]
    steps = [block(10, *created("ping", b"PING")), block(11, *asked, gas_allowance=allowance), block(12)]
    vectors.scenario("blocks", network("ping"), steps, name=name)


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("code_unknown", block(11, ProgramCreated(HEIR, compute_code_id(wasm("heir"))))),
        ("injected_before_init", block(11, ProgramCreated(COUNTER, compute_code_id(wasm("counter"))))),
    ],
)
def test_aborted(name: str, second: tuple[str, Any], vectors: Recorder) -> None:
    """A block that cannot be executed leaves everything as it was (BLK-5, BLK-8, BLK-59)."""
    third = block(12, injected=(injected(COUNTER, b"hi"),))
    steps = [block(10, *created("ping", b"PING")), second, third, block(13, message(PING, 1, b"PING"))]
    vectors.scenario("blocks", network("ping", "counter"), steps, name=name)
