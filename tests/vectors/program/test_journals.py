"""What becomes of notes, due tasks, schedules: by hand where it ends badly, by the dice else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from immutables import Map

from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U8, U32, U64, U128
from gearexe_spec.conformance.json_form import Json, camel_case_variant, to_json
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.execution import journal
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.journal import JournalNote, WaitedType
from gearexe_spec.execution.message import ContextStore, DispatchKind, IncomingDispatch, ReplyDetails, StoredDispatch
from gearexe_spec.fuzzing.block_cases import make_block_case
from gearexe_spec.program.dispatch import DISPATCH_STASH, MESSAGE_QUEUE, WAITLIST, DelayedDispatch, Expiring
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.schedule import RemoveFromMailbox, ScheduledTask, SendDispatch, SendUserMessage, WakeMessage
from gearexe_spec.program.state import ProgramState, QueueWithSize
from gearexe_spec.program.storage import Reference
from tests.program.networks import USER, actor, in_block, incoming, message_id, program_state, send

PROGRAM, OTHER = actor(1), actor(2)
LONGEST_INPUT = 16_000


def block(state: ProgramState, **other: Any) -> dict[str, Any]:
    """A network of two programs, of which the first is looked at."""
    scene = in_block({PROGRAM: state, OTHER: program_state()})
    return {
        "objects": {key.to_hex(): to_json(blob) for key, blob in scene.storage.blobs.items()},
        "config": {
            "height": hex(100),
            "timestamp": "0x0",
            "mailboxValidity": hex(54_000),
            "answersEventDestinations": False,
        },
        "states": to_json({key: scene.records[key] for key in sorted(scene.records)}),
        "schedule": [],
    } | other


def with_queue(*numbers: int, balance: int = 100) -> ProgramState:
    """A program whose canonical queue holds these messages."""
    items = [incoming(number) for number in numbers]
    queue = QueueWithSize(Reference.to(MESSAGE_QUEUE, Fifo(items)), U8(len(items)))
    return replace(program_state(balance), canonical_queue=queue)


def journals(*notes: JournalNote) -> dict[str, Json]:
    forms: list[Json] = [{camel_case_variant(type(note)): to_json(note)} for note in notes]
    one: Json = {
        "program": to_json(PROGRAM),
        "messageType": "Canonical",
        "callReply": False,
        "allowanceLeft": hex(10**12),
        "notes": forms,
    }
    return {"journals": [one], "limits": None}


def waiting(duration: int | None, kind: WaitedType) -> journal.WaitDispatch:
    executed = IncomingDispatch(message_id(1), DispatchKind.Handle, USER, b"", U128(0))
    stored = StoredDispatch.from_incoming(executed, PROGRAM, ContextStore())
    return journal.WaitDispatch(stored, None if duration is None else U32(duration), kind)


WAITS = {
    "for_1": waiting(1, WaitedType.WaitFor),
    "for_65": waiting(65, WaitedType.WaitFor),
    "up_to_63": waiting(63, WaitedType.WaitUpTo),
    "up_to_64": waiting(64, WaitedType.WaitUpTo),
    "up_to_65": waiting(65, WaitedType.WaitUpTo),
    "up_to_full_65": waiting(65, WaitedType.WaitUpToFull),
    "zero": waiting(0, WaitedType.WaitFor),
    "without_duration": waiting(None, WaitedType.WaitFor),
    "forbidden": waiting(5, WaitedType.Wait),
    "forbidden_without_duration": waiting(None, WaitedType.Wait),
}


@pytest.mark.parametrize("name", WAITS)
def test_waiting(vectors: Recorder, name: str) -> None:
    """How long a message waits, and which waits abort the block (JOU-44 to JOU-47)."""
    vectors.hash("program/applyJournals", block(with_queue(1)) | journals(WAITS[name]), flags=[Flag.BOUNDARY])


NOTES: dict[str, tuple[tuple[int, ...], JournalNote]] = {
    "consumed": ((1, 2), journal.MessageConsumed(message_id(1))),
    "empty_queue": ((), journal.MessageConsumed(message_id(1))),
    "wrong_head": ((1, 2), journal.MessageConsumed(message_id(2))),
    "value_to_user": ((), journal.SendValue(PROGRAM, USER, U128(5), False)),
    "nothing_to_user": ((), journal.SendValue(PROGRAM, USER, U128(0), False)),
    "value_to_program": ((), journal.SendValue(USER, PROGRAM, U128(5), False)),
    "value_too_great": ((), journal.SendValue(USER, PROGRAM, U128(2**128 - 1), False)),
    "value_of_128_bits": ((), journal.SendValue(USER, OTHER, U128(2**127), False)),
    "sent_to_program": ((), send(message_id(1), 7, PROGRAM, OTHER, value=100)),
    "sent_to_user": ((), send(message_id(1), 7, PROGRAM, USER, value=100)),
    "sent_with_delay": ((), send(message_id(1), 7, PROGRAM, OTHER, delay=3)),
    "sent_to_user_with_delay": ((), send(message_id(1), 7, PROGRAM, USER, value=1, delay=3)),
    "sent_too_much": ((), send(message_id(1), 7, PROGRAM, OTHER, value=101)),
    "woken_unknown": ((), journal.WakeMessage(message_id(1), PROGRAM, message_id(9), U32(0))),
    "woken_later": ((), journal.WakeMessage(message_id(1), PROGRAM, message_id(9), U32(1))),
    "exit_to_user": ((), journal.ExitDispatch(PROGRAM, USER)),
    "exit_to_program": ((), journal.ExitDispatch(PROGRAM, OTHER)),
    "exit_to_itself": ((), journal.ExitDispatch(PROGRAM, PROGRAM)),
    "new_programs": ((), journal.StoreNewPrograms(PROGRAM, compute_code_id(b""), ())),
    "reservation": ((), journal.SystemUnreserveGas(message_id(1))),
    "burned": ((), journal.GasBurned(message_id(1), U64(1), False)),
}


@pytest.mark.parametrize("name", NOTES)
def test_note(vectors: Recorder, name: str) -> None:
    """One note, where it takes effect and where it aborts the block (JOU-32 to JOU-43, JOU-48 to JOU-54)."""
    queue, note = NOTES[name]
    vectors.hash("program/applyJournals", block(with_queue(*queue)) | journals(note))


def stashed(user: ActorId | None, details: ReplyDetails | None = None) -> ProgramState:
    """A program with a delayed message that is due."""
    dispatch = replace(incoming(5, value=3), details=details)
    entry = Expiring(DelayedDispatch(dispatch, user), U32(100))
    return replace(program_state(50), stash=Reference.to(DISPATCH_STASH, Map({message_id(5): entry})))


def waits() -> ProgramState:
    """A program with a waiting message that is due."""
    entry = Expiring(incoming(5, value=3), U32(100))
    return replace(program_state(50), waitlist=Reference.to(WAITLIST, Map({message_id(5): entry})))


SEND, TELL = SendDispatch(PROGRAM, message_id(5)), SendUserMessage(message_id(5), PROGRAM)
TASKS: dict[str, tuple[ProgramState, ScheduledTask]] = {
    "send": (stashed(None), SEND),
    "send_to_user_instead": (stashed(USER), SEND),
    "send_nothing": (program_state(), SEND),
    "tell": (stashed(USER), TELL),
    "tell_a_reply": (stashed(USER, ReplyDetails(message_id(6), ReplyCode.SuccessManual)), TELL),
    "tell_program_instead": (stashed(None), TELL),
    "tell_nothing": (program_state(), TELL),
    "wake": (waits(), WakeMessage(PROGRAM, message_id(5))),
    "wake_nothing": (program_state(), WakeMessage(PROGRAM, message_id(5))),
    "unknown_program": (program_state(), WakeMessage(actor(9), message_id(5))),
    "mailbox_nothing": (program_state(), RemoveFromMailbox(PROGRAM, USER, message_id(5))),
}


@pytest.mark.parametrize("name", TASKS)
def test_task(vectors: Recorder, name: str) -> None:
    """One due task, where it is done and where it aborts the block (JOU-60 to JOU-67)."""
    state, task = TASKS[name]
    form: Json = {camel_case_variant(type(task)): to_json(task)}
    vectors.hash("program/applyDueTasks", block(state, schedule=[[hex(100), [form]]]))


def test_object_missing(vectors: Recorder) -> None:
    """What is not in the storage cannot be read (PST-3)."""
    form = block(with_queue(1)) | journals(journal.MessageConsumed(message_id(1)))
    vectors.hash("program/applyJournals", form | {"objects": {}}, flags=[Flag.HOSTILE])


def by_dice() -> Iterator[tuple[int, Apply]]:
    """Small cases of the campaign against production, by their index."""
    for index in range(60):
        case = make_block_case(7, index)
        if len(json.dumps(case.input)) < LONGEST_INPUT:
            yield index, case


@pytest.mark.parametrize(("index", "case"), list(by_dice()))
def test_by_dice(vectors: Recorder, index: int, case: Apply) -> None:
    """Small networks: journals, due tasks, schedules, memory (JOU-30, JOU-60, JOU-80, PST-20 to PST-30)."""
    vectors.hash(case.operation, case.input, name=f"seed_7_{index}")
