"""Programs that pay, answer and call precompiles (ROU-30, MIR-8)."""

from __future__ import annotations

import random
from collections.abc import Iterator

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.fuzzing.contract_histories import History
from gearexe_spec.fuzzing.contract_people import Fields, word
from tests.vectors.onchain.test_histories import live, record

SEED = 3
PRECOMPILES = [Address(number.to_bytes(20, "big")) for number in range(1, 19)]
WITH_DATA = PRECOMPILES[:4]
"""Of the others the answer to data is not specified."""


def test_as_destinations(vectors: Recorder) -> None:
    """Replies by transfer and by call, and claims; a pairing gets too little gas by transfer, and enough by call."""
    history = History(random.Random(SEED))
    record(vectors, *live(history, payments(history)))


def payments(history: History) -> Iterator[Apply]:
    """The deployment, a program, and one batch for each way to reach a precompile."""
    yield from history.deployment()
    yield from history.first_program()
    program = history.chain.predict(0, 0, "full")
    yield history.chain.call(history.chain.users[1], program, b"", 1_000)
    for messages in (
        [reply(to, b"", 1, False) for to in PRECOMPILES],
        [reply(to, b"", 1, True) for to in PRECOMPILES],
        [reply(to, b"payload", 0, True) for to in WITH_DATA],
    ):
        yield batch(history, program, messages, [])
    claims = [{"messageId": word(7), "destination": to, "value": 1} for to in PRECOMPILES]
    yield batch(history, program, [], claims)


def batch(history: History, program: Address, messages: list[Fields], claims: list[Fields]) -> Apply:
    """One transition with these messages and claims."""
    transition = {
        "actorId": program,
        "newStateHash": word(1),
        "exited": False,
        "inheritor": Address.zero(),
        "valueToReceive": 0,
        "valueToReceiveNegativeSign": False,
        "valueClaims": claims,
        "messages": messages,
    }
    chained = {"transitions": [transition], "head": word(2), "lastAdvancedEthBlock": bytes(32)}
    return history.committee.commit_only(chainCommitment=[chained])


def reply(to: Address, payload: bytes, value: int, call: bool) -> Fields:
    """A successful reply of the program."""
    details = {"to": word(5), "code": bytes(4)}
    return {"id": word(4), "destination": to, "payload": payload, "value": value, "replyDetails": details, "call": call}
