"""Programs on gstd and sails-rs are judged and run as in production: waiting, time limits, replies, events, errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U128
from gearexe_spec.cli import main
from gearexe_spec.conformance.revisions import Verdict, compare_with_production
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.wire import Accepted, Apply
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.executor.injected_transaction import InjectedTransaction, VerifiedTransaction
from gearexe_spec.executor.requests import (
    ExecutableBalanceTopUpRequested,
    MessageQueueingRequested,
    ProgramCreated,
    ReplyQueueingRequested,
    RequestEvent,
)
from tests.production.release_network import ReleaseNetwork, Said
from tests.production.sdk import (
    ASK_ALONE,
    ASK_AND_WAIT,
    ASK_BOTH,
    DONE,
    PROGRAMS,
    SLEEP,
    TOO_LATE,
    amount,
    answered,
    ask,
    ask_other,
    blocks,
    call,
    code,
    errand,
    header,
    interface_id,
    number,
    short,
)

FIRST, SECOND = (ActorId(bytes(12) + bytes([number]) * 20) for number in (0x21, 0x22))
ALICE, BOB = (ActorId(bytes(12) + bytes([number]) * 20) for number in (0x01, 0x02))
EVENTS = ActorId(bytes(12) + b"\xff" * 20)
ENOUGH = U128(10**15)
NOBODY = ActorId.zero()


# Codes


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("change", ["whole", "cut", "other import"])
def test_code_is_judged_and_instrumented_as_in_production(name: str, change: str, production: Target) -> None:
    wasm = code(name)
    wasm = {"whole": wasm, "cut": wasm[:-9], "other import": wasm.replace(b"gr_reply", b"gr_repla")}[change]
    request = Apply("code/check", {"wasm": "0x" + wasm.hex()})
    answer = SpecTarget().answer(request)
    verdict, difference = compare_with_production(request, answer, production.answer(request))
    assert verdict is Verdict.SAME, difference
    assert isinstance(answer, Accepted) is (change == "whole")


@pytest.mark.parametrize("name", PROGRAMS)
def test_commands_take_the_code(name: str, production: Target, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.wasm"
    path.write_bytes(code(name))
    told = CliRunner().invoke(main, ["wasm", "validate", str(path)])
    assert told.exit_code == 0
    assert "init, handle, handle_reply" in told.output
    assert CliRunner().invoke(main, ["wasm", "instrument", str(path)]).exit_code == 0
    answer = production.answer(Apply("code/check", {"wasm": "0x" + path.read_bytes().hex()}))
    assert isinstance(answer, Accepted)
    assert isinstance(answer.outputs, dict)
    assert answer.outputs["instrumented"] == "0x" + path.with_suffix(".instrumented.wasm").read_bytes().hex()


# The courier: asynchronous messages of gstd


def couriers(production: Target, greeted: ActorId = NOBODY) -> tuple[ReleaseNetwork, Callable[..., RequestEvent]]:
    """Two couriers that are initialized, unless the first waits for whom it greets; and how to speak to them."""
    wasm = code("courier")
    network = ReleaseNetwork(production, dict.fromkeys((FIRST, SECOND), wasm))
    say = speaker()
    _, said = network.block(
        *found(FIRST, wasm), say(FIRST, bytes(greeted)), *found(SECOND, wasm), say(SECOND, bytes(NOBODY))
    )
    if greeted == NOBODY:
        assert [(message.code, message.payload) for message in said] == [(ReplyCode.SuccessAuto, b"")] * 2
    return network, say


def found(program: ActorId, wasm: bytes) -> tuple[RequestEvent, ...]:
    return ProgramCreated(program, compute_code_id(wasm)), ExecutableBalanceTopUpRequested(program, ENOUGH)


def speaker() -> Callable[..., RequestEvent]:
    numbers = iter(range(1, 256))

    def say(program: ActorId, payload: bytes, source: ActorId = ALICE, value: int = 0) -> RequestEvent:
        key = MessageId(bytes([next(numbers)]) * 32)
        return MessageQueueingRequested(program, key, source, payload, U128(value), False)

    return say


def signed(program: ActorId, payload: bytes) -> VerifiedTransaction:
    salt = bytes(keccak256(payload))
    return VerifiedTransaction(ALICE, InjectedTransaction(program, payload, U128(0), Bytes32.zero(), salt))


def replies(said: list[Said]) -> list[bytes]:
    return [message.payload for message in said if message.code is not None]


def test_waits_and_is_woken_by_the_reply_of_a_user(production: Target) -> None:
    network, say = couriers(production)
    ran, (question,) = network.block(say(FIRST, ask(BOB, b"how are you?")))
    assert [step.outcome for step in ran] == ["Wait"]
    assert (question.destination, question.payload, question.code) == (BOB, b"how are you?", None)
    assert replies(network.block(blocks=3)[1]) == []

    ran, said = network.block(ReplyQueueingRequested(FIRST, question.id, BOB, b"well", U128(0)))

    assert [step.outcome for step in ran] == ["Success", "Success"], "the reply, and the message it wakes"
    assert replies(said) == [answered(b"well")]


def test_gives_up_in_the_block_of_its_time_limit(production: Target) -> None:
    network, say = couriers(production)
    _, (question,) = network.block(say(FIRST, ask(BOB, b"?", patience=5)))
    assert network.block(blocks=4) == ([], [])
    ran, said = network.block()
    assert [step.outcome for step in ran] == ["Success"]
    assert replies(said) == [TOO_LATE]
    ran, said = network.block(ReplyQueueingRequested(FIRST, question.id, BOB, b"late", U128(0)))
    assert [step.outcome for step in ran] == ["Success"]
    assert replies(said) == []


def test_program_asks_program_within_one_block(production: Target) -> None:
    network, say = couriers(production)
    ran, said = network.block(say(FIRST, ask(SECOND, errand(SLEEP, blocks(0)))))
    assert [(step.program, step.outcome) for step in ran] == [
        (FIRST, "Wait"),
        (SECOND, "Success"),
        (FIRST, "Success"),
        (FIRST, "Success"),
    ]
    assert replies(said) == [answered(DONE)]


def test_panic_of_the_asked_program_comes_back_as_an_error(production: Target) -> None:
    network, say = couriers(production)
    ran, said = network.block(say(FIRST, ask(SECOND, b"\xff is no errand")))
    assert [step.outcome for step in ran][1] == "MessageTrap"
    (reply,) = replies(said)
    assert reply[0] == 2
    assert b"an errand expected" in reply


def test_sleeps_and_wakes_by_itself(production: Target) -> None:
    network, say = couriers(production)
    assert [step.outcome for step in network.block(say(FIRST, errand(SLEEP, blocks(7))))[0]] == ["Wait"]
    assert network.block(blocks=6) == ([], [])
    assert replies(network.block()[1]) == [DONE]


def test_waits_exactly_as_long_though_the_answer_is_there(production: Target) -> None:
    network, say = couriers(production)
    _, (question,) = network.block(say(FIRST, errand(ASK_AND_WAIT, bytes(BOB), short(b"?"), blocks(6))))
    network.block(ReplyQueueingRequested(FIRST, question.id, BOB, b"early", U128(0)))
    assert replies(network.said) in ([], [answered(b"early")])
    for _ in range(6):
        network.block()


def test_two_answers_in_either_order(production: Target) -> None:
    network, say = couriers(production)
    _, asked = network.block(say(FIRST, errand(ASK_BOTH, bytes(ALICE), bytes(BOB), short(b"?"))))
    to_alice, to_bob = asked
    assert replies(network.block(ReplyQueueingRequested(FIRST, to_bob.id, BOB, b"bob", U128(0)))[1]) == []
    _, said = network.block(ReplyQueueingRequested(FIRST, to_alice.id, ALICE, b"alice", U128(0)), blocks=2)
    assert replies(said) == [b"\x08" + answered(b"alice") + answered(b"bob")]


def test_locked_questions_leave_one_after_another(production: Target) -> None:
    network, say = couriers(production)
    alone = errand(ASK_ALONE, bytes(BOB), short(b"?"))
    _, (first,) = network.block(say(FIRST, alone), say(FIRST, alone), say(FIRST, alone))
    _, said = network.block(ReplyQueueingRequested(FIRST, first.id, BOB, b"1", U128(0)))
    (second,) = (message for message in said if message.code is None)
    assert replies(said) == [answered(b"1")]
    _, said = network.block(ReplyQueueingRequested(FIRST, second.id, BOB, b"2", U128(0)))
    assert replies(said) == [answered(b"2")]
    network.block(blocks=60)
    network.block(blocks=60)


def test_value_travels_with_the_question_and_is_claimed_with_the_answer(production: Target) -> None:
    network, say = couriers(production)
    _, (question,) = network.block(say(FIRST, ask(BOB, b"yours"), value=50))
    assert question.value == 50
    assert network.state(FIRST).balance == 0
    network.block(ReplyQueueingRequested(FIRST, question.id, BOB, b"thanks", U128(8)))
    assert replies(network.said) == [answered(b"thanks")]
    assert network.state(FIRST).balance == 8


def test_initialization_waits_for_a_greeting(production: Target) -> None:
    network, say = couriers(production, greeted=BOB)
    greeting = next(message for message in network.said if message.destination == BOB)
    ran, said = network.block(say(FIRST, errand(SLEEP, blocks(0))))
    assert [step.outcome for step in ran] == ["NoExecution"]
    assert [message.code for message in said] == [ReplyCode.UnavailableUninitialized]
    ran, said = network.block(ReplyQueueingRequested(FIRST, greeting.id, BOB, b"hello", U128(0)))
    assert [step.outcome for step in ran] == ["Success", "InitSuccess"]
    assert replies(said) == [answered(b"hello")]


def test_injected_message_waits_and_its_promise_comes_with_the_answer(production: Target) -> None:
    network, _ = couriers(production)
    ran, (question,) = network.block(injected=(signed(FIRST, ask(BOB, b"?")),))
    assert [step.outcome for step in ran] == ["Wait"]
    assert network.promised == []
    network.block(ReplyQueueingRequested(FIRST, question.id, BOB, b"!", U128(0)))
    assert (replies(network.said), network.promised) == ([], []), (
        "woken behind the injected queues, so not in this block"
    )
    network.block()
    assert replies(network.said) == [answered(b"!")]
    assert [promise.reply.payload for promise in network.promised] == [answered(b"!")]


# The tally: a Sails service


def tallies(production: Target) -> tuple[ReleaseNetwork, Callable[..., RequestEvent]]:
    wasm = code("tally")
    network = ReleaseNetwork(production, dict.fromkeys((FIRST, SECOND), wasm))
    say = speaker()
    ran, said = network.block(
        *found(FIRST, wasm),
        say(FIRST, call("create(bool)")),
        *found(SECOND, wasm),
        say(SECOND, call("createWith(bool,uint128)", 1000)),
    )
    assert [step.outcome for step in ran] == ["InitSuccess"] * 2
    assert [message.code for message in said] == [ReplyCode.SuccessAuto] * 2
    return network, say


def test_command_answers_and_emits_a_solidity_event(production: Target) -> None:
    network, say = tallies(production)
    _, said = network.block(say(FIRST, call("tallyAdd(bool,uint128)", 5)))
    event, for_clients, reply = said
    topic = keccak256(b"Added(address,uint128,uint128)")
    assert for_clients.destination == NOBODY
    assert (event.destination, event.value) == (EVENTS, 0)
    assert event.payload == b"\x02" + bytes(topic) + bytes(ALICE) + number(5) + number(5)
    assert (reply.payload, reply.code) == (number(5), ReplyCode.SuccessManual)
    assert replies(network.block(say(FIRST, call("tallyTotal(bool)")))[1]) == [number(5)]


def test_reply_as_a_call(production: Target) -> None:
    network, say = tallies(production)
    _, said = network.block(say(SECOND, call("tallyTotal(bool)", wants_call=True)))
    selector = keccak256(b"replyOn_tallyTotal(bytes32,uint128)")[:4]
    (reply,) = replies(said)
    assert reply[:4] == selector
    assert reply[36:] == number(1000)


def test_thrown_error_changes_nothing(production: Target) -> None:
    network, say = tallies(production)
    ran, said = network.block(
        say(SECOND, call("tallySubtract(bool,uint128)", 1001)), say(SECOND, call("tallySubtract(bool,uint128)", 1))
    )
    assert [step.outcome for step in ran] == ["MessageTrap", "Success"]
    assert [message.code for message in said] == [ReplyCode.ExecutionUserspacePanic, ReplyCode.SuccessManual]
    assert b"less than that is there" in said[0].payload
    assert said[1].payload == number(999)


def test_value_comes_and_half_goes_back(production: Target) -> None:
    network, say = tallies(production)
    _, (reply,) = network.block(say(FIRST, call("tallyDeposit(bool)"), value=9))
    assert (reply.payload, reply.value) == (number(9), 4)
    assert network.state(FIRST).balance == 5
    _, (refused,) = network.block(say(FIRST, call("tallyTotal(bool)"), value=3))
    assert refused.code is ReplyCode.ExecutionUserspacePanic
    assert (refused.value, network.state(FIRST).balance) == (3, 5)
    network.block(say(FIRST, b"", value=7))
    assert network.state(FIRST).balance == 12, "a payable program keeps value without a message"


def test_service_asks_another_and_waits(production: Target) -> None:
    network, say = tallies(production)
    query = bytes(keccak256(b"tallyTotal(bool)")[:4])
    ran, said = network.block(say(FIRST, ask_other(SECOND, query)))
    assert [step.outcome for step in ran] == ["Wait", "Success", "Success", "Success"]
    assert replies(said) == [number(1000)]
    ran, said = network.block(say(FIRST, ask_other(SECOND, b"none")))
    assert [step.outcome for step in ran][-1] == "MessageTrap"
    assert b"one word expected" in replies(said)[0]


def test_injected_messages_are_promised_and_their_panics_are_free(production: Target) -> None:
    network, say = tallies(production)
    network.block(
        say(FIRST, call("tallyAdd(bool,uint128)", 1)),
        injected=(signed(FIRST, call("tallyAdd(bool,uint128)", 70)), signed(FIRST, call("tallyTotal(bool)"))),
    )
    assert [promise.reply.payload for promise in network.promised] == [number(70), number(70)]
    assert replies(network.said)[-1] == number(71), "injected queues run first"
    before = network.state(FIRST).executable_balance
    ran, _ = network.block(injected=(signed(FIRST, call("tallySubtract(bool,uint128)", 72)),))
    assert [step.outcome for step in ran] == ["MessageTrap"]
    assert network.promised[0].reply.code is ReplyCode.ExecutionUserspacePanic
    assert network.state(FIRST).executable_balance == before


def test_sails_payloads_with_a_header(production: Target) -> None:
    network, say = tallies(production)

    _, said = network.block(say(FIRST, header(0) + amount(40)), say(FIRST, header(4, route=0)))
    _, event, *both = said
    assert event.destination == NOBODY
    assert event.payload == header(0) + bytes(ALICE) + amount(40) + amount(40)
    assert [reply.payload for reply in both] == [header(0) + amount(40), header(4) + amount(40)]
    _, (thrown,) = network.block(say(FIRST, header(3) + amount(41)))
    assert thrown.payload == header(3) + short(b"less than that is there")
    ran, said = network.block(say(FIRST, header(9)), say(FIRST, header(0).replace(interface_id(), b"whatever")))
    assert [step.outcome for step in ran] == ["MessageTrap"] * 2
    assert [message.code for message in said] == [ReplyCode.ExecutionUserspacePanic] * 2
    assert b"unknown call" in said[0].payload.lower()
