"""Who pays for a program, in three patterns, to the last unit: a patron, its revenue, its users.

The program is the counter of the examples, run for real: it takes value, tells its owner about each message (without
value), and pays everything out when the owner asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from immutables import Map

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U64, U128
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.executor.blocks import BlockOutcome, Network, apply_block
from gearexe_spec.executor.codes import CodeRecords, instrument_code
from gearexe_spec.executor.engine import SPECIFIED
from gearexe_spec.executor.requests import (
    ExecutableBalanceTopUpRequested,
    MessageQueueingRequested,
    ProgramCreated,
    RequestEvent,
    ValueClaimingRequested,
)
from gearexe_spec.program.outcome import Message
from gearexe_spec.program.state import ProgramState, read_state
from tests.program.networks import actor, block_input, message_id

EXAMPLES = Path(__file__).parents[2] / "examples"
COUNTER = actor(1)
OWNER, PATRON, ALICE, BOB = (actor(number) for number in (10, 11, 12, 13))
FIRST_TOP_UP = 10**13


@dataclass
class Books:
    """A network with one counter, and what everybody has paid and got so far."""

    network: Network = field(init=False)
    height: int = 100
    wvara_in: int = 0
    wvara_burned: int = 0
    next_message: int = 1

    def __post_init__(self) -> None:
        code = (EXAMPLES / "counter.wasm").read_bytes()
        code_id, checked = compute_code_id(code), instrument_code(code)
        assert checked is not None
        records = CodeRecords(
            valid=Map({code_id: True}),
            instrumented=Map({code_id: checked.instrumented}),
            metadata=Map({code_id: checked.metadata}),
        )
        self.network = Network(codes=records)
        self.block(ProgramCreated(COUNTER, code_id), self.top_up(FIRST_TOP_UP), self.message(OWNER))

    def top_up(self, amount: int) -> ExecutableBalanceTopUpRequested:
        self.wvara_in += amount
        return ExecutableBalanceTopUpRequested(COUNTER, U128(amount))

    def message(self, source: ActorId, payload: bytes = b"", value: int = 0) -> MessageQueueingRequested:
        self.next_message += 1
        return MessageQueueingRequested(COUNTER, message_id(self.next_message), source, payload, U128(value), False)

    def block(self, *events: RequestEvent, gas: int | None = 4 * 10**12) -> BlockOutcome:
        self.height += 1
        self.network, outcome = apply_block(self.network, block_input(*events, height=self.height, gas=gas), SPECIFIED)
        self.wvara_burned += sum(gas_of(outcome)) * 100
        assert self.state.executable_balance == self.wvara_in - self.wvara_burned
        return outcome

    @property
    def state(self) -> ProgramState:
        return read_state(self.network.storage, self.network.states[COUNTER].hash)


def gas_of(outcome: BlockOutcome) -> list[int]:
    return [int(step.gas_burned) for chunk in outcome.chunks for run in chunk.runs for step in run.result.dispatches]


def messages_to(outcome: BlockOutcome, user: ActorId) -> list[Message]:
    return [
        message
        for transition in outcome.finalized.transitions
        for message in transition.messages
        if message.destination == user
    ]


def test_a_patron_pays_for_everybody() -> None:
    books = Books()
    before = books.state.executable_balance

    outcome = books.block(*(books.message(user) for user in (ALICE, BOB, ALICE)))

    costs = gas_of(outcome)
    assert len(costs) == 3
    assert books.state.executable_balance == before - 100 * sum(costs)
    assert books.state.balance == 0
    assert [len(messages_to(outcome, user)) for user in (ALICE, BOB)] == [2, 1]
    books.block(books.top_up(100 * sum(costs)))
    assert books.state.executable_balance == before


def test_without_a_patron_the_program_falls_silent_and_wakes_again() -> None:
    books = Books()
    spent = books.state.executable_balance
    while books.state.executable_balance > 10**10:
        books.block(*(books.message(ALICE) for _ in range(16)))
    outcome = books.block(books.message(ALICE))
    (answer,) = messages_to(outcome, ALICE)
    assert answer.reply_details is not None
    assert answer.reply_details.code.name == "ExecutionRanOutOfGas"
    assert books.state.executable_balance < spent

    outcome = books.block(books.top_up(10**12), books.message(ALICE))
    assert messages_to(outcome, ALICE)[0].reply_details.code.name == "SuccessManual"  # type: ignore[union-attr]


def test_revenue_supports_the_program() -> None:
    books = Books()
    outcome = books.block(books.message(ALICE, value=30), books.message(BOB, value=12))
    (transition,) = outcome.finalized.transitions
    assert books.state.balance == 42
    assert transition.value_to_receive == 42
    assert not transition.value_to_receive_negative_sign

    outcome = books.block(books.message(OWNER, b"EMPTY"))

    (transition,) = outcome.finalized.transitions
    payout = next(message for message in transition.messages if message.reply_details is not None)
    assert payout.destination == OWNER
    assert payout.value == 42
    assert transition.value_to_receive == 0, "the Mirror pays the reply from what it has"
    assert books.state.balance == 0
    burned = books.wvara_burned
    books.block(books.top_up(burned))
    assert books.state.executable_balance == FIRST_TOP_UP, "the owner gives back what the gas cost"


def test_users_pay_for_what_they_use() -> None:
    books = Books()
    costs = []
    for user in (ALICE, BOB, ALICE):
        before = books.state.executable_balance
        outcome = books.block(books.message(user))
        (cost,) = gas_of(outcome)
        costs.append(cost)
        books.block(books.top_up(100 * cost))
        assert books.state.executable_balance == before
    assert books.wvara_in == FIRST_TOP_UP + 100 * sum(costs)


def test_value_to_the_owner_waits_to_be_claimed() -> None:
    books = Books()
    outcome = books.block(books.message(ALICE, value=5))
    (told,) = messages_to(outcome, OWNER)
    assert told.value == 0

    outcome = books.block(ValueClaimingRequested(COUNTER, MessageId(told.id), OWNER))

    (transition,) = outcome.finalized.transitions
    assert [(claim.message_id, claim.value) for claim in transition.value_claims] == [(told.id, 0)]
    assert transition.value_to_receive == 0
    assert books.state.balance == 5
    assert U64(0) < gas_of(outcome)[0], "the automatic reply runs the program too"
