"""Surprising behaviour of whole blocks, each with the finding that tells of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from immutables import Map

from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.execution.journal import JournalNote
from gearexe_spec.execution.program import DispatchContext
from gearexe_spec.executor.blocks import Network, apply_block, try_block
from gearexe_spec.executor.calculated_reply import Question, calculate_reply
from gearexe_spec.executor.requests import MessageQueueingRequested
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.state import read_state
from tests.program.networks import (
    EMPTY,
    USER,
    actor,
    block_input,
    message_id,
    network,
    program_state,
    reply,
    scripted,
    send,
)

LOWEST, SENDER = actor(1), actor(17)
SEVENTEEN = {actor(number): program_state(balance=100) for number in range(1, 18)}


def message_to(number: int, program: int) -> MessageQueueingRequested:
    return MessageQueueingRequested(actor(program), message_id(number), USER, b"", U128(0), False)


def sends_down(delay: int = 0) -> object:
    """The program of the first chunk sends to the one program of the second."""

    def script(context: DispatchContext) -> tuple[JournalNote, ...]:
        if context.program_id != SENDER or context.dispatch.source != USER:
            return ()
        return (send(context.dispatch.id, 1_000, SENDER, LOWEST, value=30, delay=delay),)

    return scripted(script)


def test_changes_between_chunks_are_lost() -> None:
    messages = [message_to(number, number) for number in range(1, 18)]

    after, outcome = apply_block(network(SEVENTEEN), block_input(*messages), sends_down())  # type: ignore[arg-type]

    assert [len(chunk.runs) for chunk in outcome.chunks] == [16, 1]
    assert read_state(after.storage, after.states[SENDER].hash).balance == 70
    lowest = read_state(after.storage, after.states[LOWEST].hash)
    assert lowest.balance == 100
    assert lowest.canonical_queue.queue.is_absent


def test_with_sixteen_programs_nothing_is_lost() -> None:
    programs = {actor(number): program_state(balance=100) for number in range(2, 18)}
    messages = [message_to(number, number) for number in range(2, 18)]

    def script(context: DispatchContext) -> tuple[JournalNote, ...]:
        if context.program_id != SENDER or context.dispatch.source != USER:
            return ()
        return (send(context.dispatch.id, 1_000, SENDER, actor(2), value=30),)

    after, outcome = apply_block(network(programs), block_input(*messages), scripted(script))

    assert [len(chunk.runs) for chunk in outcome.chunks] == [16, 1]
    assert read_state(after.storage, after.states[actor(2)].hash).balance == 130


def test_a_lost_delayed_message_stops_the_chain() -> None:
    messages = [message_to(number, number) for number in range(1, 18)]
    engine = sends_down(delay=5)
    after, _ = apply_block(network(SEVENTEEN), block_input(*messages), engine)  # type: ignore[arg-type]

    for height in (105, 106, 200):
        with pytest.raises(Rejected) as caught:
            apply_block(after, block_input(height=height), engine)  # type: ignore[arg-type]
        assert caught.value.reason is ProgramRejection.StashEntryMissing


def test_spending_twice_aborts_the_block() -> None:
    def script(context: DispatchContext) -> tuple[JournalNote, ...]:
        assert context.balance == 7, "every dispatch sees the balance of the start"
        number = 1_000 + context.dispatch.id[0]
        return (send(context.dispatch.id, number, context.program_id, USER, value=7),)

    before = network({actor(1): program_state(balance=7)})
    once, _ = apply_block(before, block_input(message_to(1, 1)), scripted(script))
    assert read_state(once.storage, once.states[actor(1)].hash).balance == 0

    with pytest.raises(Rejected) as caught:
        apply_block(before, block_input(message_to(1, 1), message_to(2, 1)), scripted(script))

    assert caught.value.reason is ProgramRejection.BalanceUnderflow


def ask(before: Network, script: object) -> object:
    question = Question(U32(100), U64(0), USER, actor(1), b"", U128(0), U64(4 * 10**13), U128(0))
    return calculate_reply(before, question, scripted(script))  # type: ignore[arg-type]


def test_a_calculated_reply_aborts_where_a_block_does_not() -> None:
    def writes_first(context: DispatchContext) -> tuple[JournalNote, ...]:
        return (send(context.dispatch.id, 1_000, context.program_id, USER),)

    def answers(context: DispatchContext) -> tuple[JournalNote, ...]:
        return (*writes_first(context), reply(context.dispatch, context.program_id))

    before = network({actor(1): program_state()})
    apply_block(before, block_input(message_to(1, 1)), scripted(writes_first))
    ask(before, answers)

    with pytest.raises(Rejected) as caught:
        ask(before, writes_first)

    assert caught.value.reason is ProgramRejection.UnknownProgram


def test_an_aborted_block_keeps_what_it_found_out_about_codes() -> None:
    def aborts(context: DispatchContext) -> tuple[JournalNote, ...]:
        return (send(context.dispatch.id, 1_000, context.program_id, USER, value=1),)

    before = network({actor(1): program_state()})
    original = b"a code"
    code = compute_code_id(original)
    codes = replace(before.codes, original=Map({code: original}), of_programs=Map({actor(1): code}))
    engine = replace(scripted(aborts), instrument=lambda _: EMPTY)

    after, outcome = try_block(replace(before, codes=codes), block_input(message_to(1, 1)), engine)

    assert isinstance(outcome, Rejected)
    assert after.states == before.states
    assert after.codes.instrumented[code] == EMPTY.instrumented
