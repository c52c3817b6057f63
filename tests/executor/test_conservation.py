"""Value and gas are neither made nor lost, whatever programs and users do; what production leaks is leaked exactly."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U64, U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.execution.journal import JournalNote
from gearexe_spec.execution.program import DispatchContext
from gearexe_spec.executor.blocks import BlockInput, BlockOutcome, Network, apply_block
from gearexe_spec.executor.engine import Engine
from gearexe_spec.executor.requests import (
    ExecutableBalanceTopUpRequested,
    MessageQueueingRequested,
    OwnedBalanceTopUpRequested,
    RequestEvent,
    ValueClaimingRequested,
)
from gearexe_spec.program.in_block import ProgramStates
from gearexe_spec.program.outcome import StateTransition
from gearexe_spec.program.state import ProgramState, read_state, write_state
from gearexe_spec.program.storage import Storage
from gearexe_spec.program.tasks import restore_schedule
from tests.program.networks import (
    USER,
    actor,
    block_input,
    message_id,
    network,
    program_state,
    reply,
    scripted,
    send,
    wait,
)

PROGRAMS = (actor(1), actor(2), actor(3))
EVENTS = ActorId(bytes(12) + b"\xff" * 20)
COUNTED_REQUESTS = 100_000


def play(seed: int) -> Engine:
    """Programs that do one thing or two, chosen by the message that they handle."""

    def script(context: DispatchContext) -> tuple[JournalNote, ...]:
        dispatch = context.dispatch
        choice = hashlib.blake2b(dispatch.id + bytes([seed]), digest_size=4).digest()
        value = min(int(context.balance), choice[1] % 8)
        number = int.from_bytes(choice, "little")
        destination = (*PROGRAMS, USER, EVENTS)[choice[2] % 5]
        match choice[0] % 5:
            case 0:
                return ()
            case 1 if dispatch.kind.is_answered:
                return (reply(dispatch, context.program_id, value=value),)
            case 2 if dispatch.context is None:
                return (wait(context, 1 + choice[3] % 3),)
            case 3:
                return (send(dispatch.id, number, context.program_id, destination, value=value, delay=choice[3] % 3),)
            case _:
                return (send(dispatch.id, number, context.program_id, destination, value=value),)

    return scripted(script)


def events(numbers: list[int], round_number: int, claimable: list[tuple[ActorId, MessageId]]) -> list[RequestEvent]:
    made: list[RequestEvent] = []
    for place, number in enumerate(numbers):
        program = PROGRAMS[number % 3]
        match number // 3 % 5:
            case 0:
                made.append(OwnedBalanceTopUpRequested(program, U128(number)))
            case 1:
                made.append(ExecutableBalanceTopUpRequested(program, U128(number)))
            case 2 if claimable:
                owner, claimed = claimable[number % len(claimable)]
                made.append(ValueClaimingRequested(owner, claimed, USER))
            case _:
                identifier = message_id(1_000_000 * (round_number + 1) + place)
                made.append(MessageQueueingRequested(program, identifier, USER, b"", U128(number % 7), False))
    return made


def states_of(net: Network) -> dict[ActorId, ProgramState]:
    return {program: read_state(net.storage, record.hash) for program, record in net.states.items()}


def in_flight(storage: Storage, state: ProgramState) -> int:
    """Value that has left its sender and not reached its receiver."""
    queued = [
        int(dispatch.value)
        for queue in (state.canonical_queue, state.injected_queue)
        for dispatch in queue.queue.load(storage)
        if dispatch.context is None
    ]
    delayed = [int(entry.value.dispatch.value) for entry in state.stash.load(storage).values()]
    unanswered = [
        int(entry.value.value)
        for messages in state.mailbox.load(storage).values()
        for entry in messages.load(storage).values()
    ]
    return sum(queued) + sum(delayed) + sum(unanswered)


def signed(transition: StateTransition) -> int:
    return int(transition.value_to_receive) * (-1 if transition.value_to_receive_negative_sign else 1)


def leaked(transition: StateTransition, claimed: set[MessageId]) -> int:
    """Claims that no user asked for are not made up for (F-PRO-6)."""
    return sum(int(claim.value) for claim in transition.value_claims if claim.message_id not in claimed)


def check_balances(before: Network, after: Network, source: BlockInput, outcome: BlockOutcome) -> None:
    old, new = states_of(before), states_of(after)
    owned: Counter[ActorId] = Counter()
    executable: Counter[ActorId] = Counter()
    for event in source.events:
        if isinstance(event, OwnedBalanceTopUpRequested):
            owned[event.actor] += int(event.value)
        if isinstance(event, ExecutableBalanceTopUpRequested):
            executable[event.actor] += int(event.value)
    for chunk in outcome.chunks:
        for run in chunk.runs:
            executable[run.candidate.program] -= 100 * sum(int(step.gas_burned) for step in run.result.dispatches)

    claimed = {event.claimed_id for event in source.events if isinstance(event, ValueClaimingRequested)}
    changes: Counter[ActorId] = Counter(owned)
    for transition in outcome.finalized.transitions:
        replies = sum(int(message.value) for message in transition.messages if message.reply_details is not None)
        claims = sum(int(claim.value) for claim in transition.value_claims)
        changes[transition.actor_id] += signed(transition) - replies - claims + leaked(transition, claimed)
    for program in PROGRAMS:
        assert int(new[program].balance) - int(old[program].balance) == changes[program]
        assert int(new[program].executable_balance) - int(old[program].executable_balance) == executable[program]


def held_by_router(router: int, source: BlockInput, outcome: BlockOutcome) -> int:
    router += sum(int(event.value) for event in source.events if isinstance(event, MessageQueueingRequested))
    return router - sum(signed(transition) for transition in outcome.finalized.transitions)


def mailbox_entries(net: Network) -> list[tuple[ActorId, MessageId]]:
    return [
        (program, identifier)
        for program, state in states_of(net).items()
        for user, messages in state.mailbox.load(net.storage).items()
        if user == USER
        for identifier in messages.load(net.storage)
    ]


def check_encodings(storage: Storage, states: ProgramStates) -> None:
    """What was stored is found again from the hashes alone, and gives the same hashes."""
    from gearexe_spec.program import state as state_module  # noqa: PLC0415  # only here is the cache looked at

    state_module._RECENT.clear()
    for record in states.values():
        state = read_state(storage, record.hash)
        for queue in (state.canonical_queue, state.injected_queue):
            assert queue.size == min(255, len(queue.queue.load(storage)))
        assert write_state(storage, state) == (storage, record.hash)


def check_history(seed: int, rounds: list[list[int]], answers: bool) -> Counter[str]:
    """Play a history, check it after every block, and count what was done in blocks that were not refused."""
    engine = play(seed)
    net = network({program: program_state(balance=20) for program in PROGRAMS})
    router = leaks = 0
    done: Counter[str] = Counter()
    for number, part in enumerate(rounds):
        source = block_input(*events(part, number, mailbox_entries(net)), height=100 + 40 * number)
        source = replace(source, answers_event_destinations=answers)
        try:
            after, outcome = apply_block(net, source, engine)
        except Rejected:
            done["refused blocks"] += 1
            continue
        check_balances(net, after, source, outcome)
        claimed = {event.claimed_id for event in source.events if isinstance(event, ValueClaimingRequested)}
        leaks += sum(leaked(transition, claimed) for transition in outcome.finalized.transitions)
        router = held_by_router(router, source, outcome)
        assert router == leaks + sum(in_flight(after.storage, state) for state in states_of(after).values())
        assert restore_schedule(after.storage, after.states) == after.schedule
        check_encodings(after.storage, after.states)
        done["blocks"] += 1
        done["requests"] += len(source.events)
        done["dispatches"] += sum(len(run.result.dispatches) for chunk in outcome.chunks for run in chunk.runs)
        net = after
    return done


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 255),
    rounds=st.lists(st.lists(st.integers(0, 10_000), max_size=6), min_size=1, max_size=8),
    answers=st.booleans(),
)
def test_value_and_gas_are_conserved(seed: int, rounds: list[list[int]], answers: bool) -> None:
    check_history(seed, rounds, answers)


@pytest.mark.slow
def test_conservation_over_counted_requests() -> None:
    """100,000 requests of users, in histories of at most 40 blocks; history N is made from the number N alone."""
    done: Counter[str] = Counter()
    while done["requests"] < COUNTED_REQUESTS:
        choice = random.Random(done["histories"])
        rounds = [[choice.randrange(10_001) for _ in range(choice.randrange(13))] for _ in range(choice.randint(1, 40))]
        done += check_history(choice.randrange(256), rounds, choice.random() < 0.5)
        done["histories"] += 1
    print(f"\nseeds 0 to {done['histories'] - 1}:", dict(done))


def test_the_engine_of_this_test_does_something() -> None:
    net = network({program: program_state(balance=20) for program in PROGRAMS})
    source = block_input(*events(list(range(9, 300, 7)), 0, []))
    _, outcome = apply_block(net, source, play(1))
    kinds = Counter(len(transition.messages) > 0 for transition in outcome.finalized.transitions)
    assert kinds[True]
    assert sum(len(chunk.runs) for chunk in outcome.chunks) > 3
    assert U64(0) < outcome.chunks[0].runs[0].result.gas_spent
