"""Surprising behaviour of production, each with the finding that tells of it."""

from __future__ import annotations

import pytest
from immutables import Map

from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import I128, U32, U64, U128
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.execution import journal
from gearexe_spec.program import schedule
from gearexe_spec.program.dispatch import MessageType
from gearexe_spec.program.finalisation import finalize_block
from gearexe_spec.program.in_block import queue_dispatch
from gearexe_spec.program.journal_handling import DispatchJournal, apply_journal
from gearexe_spec.program.pages import EMPTY_PAGES, page_hash, remove_pages, update_pages
from gearexe_spec.program.promise import find_promise
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.run_notes import DispatchOrigin, RunCounters, apply_run_notes
from gearexe_spec.program.state import ExitedProgram
from gearexe_spec.program.storage import Storage
from gearexe_spec.program.tasks import apply_due_tasks
from tests.program.networks import USER, actor, in_block, incoming, message_id, program_state, reply, send

P, Q = actor(7), actor(8)
PLENTY = U64(4 * 10**12)


def origin(program: ActorId, *notes: journal.JournalNote) -> DispatchJournal:
    return DispatchJournal(program, MessageType.Canonical, False, notes)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([1 << 127], ProgramRejection.ValueNotI128),
        ([1 << 126, 1 << 126], ProgramRejection.ValueToReceiveOverflow),
    ],
)
def test_value_beyond_i128_aborts(values: list[int], reason: ProgramRejection) -> None:
    block = in_block({P: program_state()})
    notes = [journal.SendValue(USER, P, U128(value), False) for value in values]

    with pytest.raises(Rejected) as caught:
        apply_journal(block, origin(P, *notes), PLENTY)

    assert caught.value.reason is reason


def test_a_very_long_wait_is_due_in_the_next_block() -> None:
    height = schedule.compute_due_height(U32(100), U32(U32.MAX))
    tasks = schedule.schedule_task(Map(), height, schedule.WakeMessage(P, message_id(1)))

    left, due = schedule.take_due_tasks(tasks, U32(100))

    assert height == 99
    assert not left
    assert due == (schedule.WakeMessage(P, message_id(1)),)


def test_an_expired_message_is_claimed_without_compensation() -> None:
    block = in_block({P: program_state(balance=50)})
    block, _ = apply_journal(block, origin(P, send(message_id(1), 2, P, USER, value=11)), PLENTY)
    assert block.modifications[P].value_to_receive == I128(-11)

    later = in_block({}, height=175).config
    expired, tasks = apply_due_tasks(type(block)(block.storage, later, block.records, block.schedule, block.open))

    assert len(tasks) == 1
    (transition,) = finalize_block(expired).transitions
    assert [claim.value for claim in transition.value_claims] == [11]
    assert transition.value_to_receive == 0


def test_a_free_panic_keeps_the_value() -> None:
    dispatch = incoming(1, value=77, source=Q, kind=MessageType.Injected)
    answer = reply(dispatch, P, value=77)
    notes = (
        journal.GasBurned(dispatch.id, U64(1_000), True),
        journal.SendValue(Q, P, U128(77), True),
        answer,
        journal.MessageConsumed(dispatch.id),
    )
    free = DispatchOrigin(MessageType.Injected, True, False)

    result = apply_run_notes(Storage.empty(), program_state(), RunCounters(PLENTY), free, notes)

    assert [type(notes[index]) for index in result.forwarded] == [journal.SendValue, journal.MessageConsumed]
    assert result.state == program_state()
    assert not result.is_charged
    promise = find_promise(dispatch, MessageType.Injected, notes)
    assert promise is not None
    assert promise.reply.value == 77


def test_a_later_exit_of_the_same_run_wins() -> None:
    block = in_block({P: program_state(balance=5), Q: program_state()})
    for number in (1, 2):
        block = queue_dispatch(block, P, incoming(number))

    first = origin(P, journal.ExitDispatch(P, Q), journal.MessageConsumed(message_id(1)))
    second = origin(
        P,
        journal.SendValue(USER, P, U128(9), False),
        journal.ExitDispatch(P, USER),
        journal.MessageConsumed(message_id(2)),
    )
    for part in (first, second):
        block, _ = apply_journal(block, part, PLENTY)

    assert block.program(Q).balance == 5
    assert block.program(P).program == ExitedProgram(USER)
    assert block.program(P).balance == 0
    assert block.modifications[P].inheritor == USER


def test_an_emptied_region_keeps_its_pages() -> None:
    storage, key = Storage.empty().write(bytes(16_384))
    table = update_pages(storage, EMPTY_PAGES, {U32(3): key, U32(9_000): key, U32(9_001): key})
    for region in table:
        storage = region.save(storage)

    emptied = remove_pages(storage, table, [U32(3), U32(9_000)])

    assert page_hash(storage, emptied, U32(3)) == key
    assert page_hash(storage, emptied, U32(9_000)) is None
    assert page_hash(storage, emptied, U32(9_001)) == key
