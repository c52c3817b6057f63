"""Cases for the inside of a block: journals handled, due tasks done, schedules restored, memory changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from immutables import Map

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U8, U32, U64, U128
from gearexe_spec.conformance.json_form import Json, camel_case_variant, to_json
from gearexe_spec.conformance.operations.program_forms import dump_schedule
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.execution import journal
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.message import (
    ContextStore,
    DispatchKind,
    Message,
    ReplyDetails,
    StoredDispatch,
    StoredMessage,
)
from gearexe_spec.execution.message import Dispatch as SentDispatch
from gearexe_spec.fuzzing.codec_cases import hex_of
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.program.allocations import ALLOCATIONS
from gearexe_spec.program.dispatch import (
    DISPATCH_STASH,
    MESSAGE_QUEUE,
    USER_MAILBOX,
    WAITLIST,
    DelayedDispatch,
    Dispatch,
    Expiring,
    MailboxMessage,
    MessageType,
)
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.in_block import StateHashWithQueueSize
from gearexe_spec.program.mailbox import MAILBOX
from gearexe_spec.program.pages import MEMORY_PAGES
from gearexe_spec.program.payload import DirectPayload
from gearexe_spec.program.schedule import (
    RemoveFromMailbox,
    Schedule,
    ScheduledTask,
    SendDispatch,
    SendUserMessage,
    WakeMessage,
    schedule_task,
)
from gearexe_spec.program.state import ActiveProgram, ProgramState, QueueWithSize, write_state
from gearexe_spec.program.storage import Reference, Storage

PROGRAMS = tuple(ActorId(bytes(12) + bytes([number]) * 20) for number in (0x21, 0x22, 0x23))
USERS = tuple(ActorId(bytes(12) + bytes([number]) * 20) for number in (0x01, 0x02, 0xFF, 0x00))
RELEASE_VALIDITY = 54_000
"""The only mailbox validity of the release (REV-MAILBOX-VALIDITY)."""
HEIGHT = 100


@dataclass
class Scene:
    """A small network and what refers to what in it."""

    dice: Dice
    storage: Storage = field(default_factory=Storage.empty)
    tasks: Schedule = field(default_factory=Map)
    states: dict[ActorId, StateHashWithQueueSize] = field(default_factory=dict)
    queues: dict[tuple[ActorId, MessageType], list[MessageId]] = field(default_factory=dict)
    waiting: dict[ActorId, list[MessageId]] = field(default_factory=dict)
    counter: int = 0

    def message_id(self) -> MessageId:
        """A fresh id, in no particular order."""
        self.counter += 1
        return MessageId(self.dice.blob(31) + bytes([self.counter]))

    def due(self) -> U32:
        """The height of a task: past, now, or to come."""
        return U32(max(1, HEIGHT + self.dice.between(-5, 12)))

    def schedule(self, height: U32, task: ScheduledTask) -> None:
        """Plan a task, unless it is one of the few that are missing."""
        if not self.dice.chance(60):
            self.tasks = schedule_task(self.tasks, height, task)

    def dispatch(self, *, kind: DispatchKind = DispatchKind.Handle) -> Dispatch:
        """A message to a program."""
        dice = self.dice
        return Dispatch(
            id=self.message_id(),
            kind=kind,
            source=dice.pick(USERS + PROGRAMS),
            payload=DirectPayload(dice.blob(dice.below(40))),
            value=U128(amount(dice)),
            details=None,
            context=ContextStore(local_nonce=U32(dice.below(4))) if dice.chance(4) else None,
            message_type=dice.pick(tuple(MessageType)),
            call=dice.chance(4),
        )

    def add_program(self, actor: ActorId) -> None:
        """A program with queues, and messages that wait, are delayed, or lie before users."""
        dice = self.dice
        state = ProgramState(
            program=ActiveProgram(
                Reference.absent(ALLOCATIONS), Reference.absent(MEMORY_PAGES), U32(0), not dice.chance(5)
            ),
            canonical_queue=self._queue(actor, MessageType.Canonical),
            injected_queue=self._queue(actor, MessageType.Injected),
            waitlist=Reference.to(WAITLIST, self._waitlist(actor)),
            stash=Reference.to(DISPATCH_STASH, self._stash(actor)),
            mailbox=Reference.to(MAILBOX, self._mailbox(actor)),
            balance=U128(dice.pick((0, (1 << 128) - 1)) if dice.chance(20) else dice.pick((5_000, 100_000, 1 << 100))),
            executable_balance=U128(dice.integer(64)),
        )
        self.storage, key = write_state(self.storage, state)
        sizes = state.canonical_queue.size, state.injected_queue.size
        self.states[actor] = StateHashWithQueueSize(key, *sizes)

    def _queue(self, actor: ActorId, kind: MessageType) -> QueueWithSize:
        items = [self.dispatch() for _ in range(self.dice.below(5))]
        self.queues[actor, kind] = [item.id for item in items]
        return QueueWithSize(Reference.to(MESSAGE_QUEUE, Fifo(items)), U8(len(items)))

    def _waitlist(self, actor: ActorId) -> Map[MessageId, Expiring[Dispatch]]:
        entries = {}
        for _ in range(self.dice.below(3)):
            item, height = self.dispatch(), self.due()
            entries[item.id] = Expiring(item, height)
            self.schedule(height, WakeMessage(actor, item.id))
        self.waiting[actor] = list(entries)
        return Map(entries)

    def _stash(self, actor: ActorId) -> Map[MessageId, Expiring[DelayedDispatch]]:
        entries = {}
        for _ in range(self.dice.below(3)):
            item, height = self.dispatch(), self.due()
            user = self.dice.pick(USERS) if self.dice.below(2) else None
            entries[item.id] = Expiring(DelayedDispatch(item, user), height)
            self.schedule(height, SendDispatch(actor, item.id) if user is None else SendUserMessage(item.id, actor))
        return Map(entries)

    def _mailbox(self, actor: ActorId) -> Map[ActorId, Reference[Map[MessageId, Expiring[MailboxMessage]]]]:
        users = {}
        for user in USERS[: self.dice.below(3)]:
            entries = {}
            for _ in range(self.dice.between(1, 2)):
                key, height = self.message_id(), self.due()
                message = MailboxMessage(
                    DirectPayload(b"hi"), U128(amount(self.dice)), self.dice.pick(tuple(MessageType))
                )
                entries[key] = Expiring(message, height)
                self.schedule(height, RemoveFromMailbox(actor, user, key))
            users[user] = Reference.to(USER_MAILBOX, Map(entries))
        return Map(users)

    def network(self) -> dict[str, Json]:
        """Objects, states and schedule as operations take them."""
        return {
            "objects": {name.to_hex(): hex_of(blob) for name, blob in self.storage.blobs.items()},
            "states": {actor.to_hex(): to_json(record) for actor, record in self.states.items()},
            "schedule": dump_schedule(self.tasks),
        }


def make_block_case(seed: int, index: int) -> Apply:
    """Journals mostly; then tasks, schedules, memory."""
    dice = Dice("block", seed, index)
    return dice.pick((journals_case, journals_case, journals_case, tasks_case, restore_case, memory_case))(dice)


def tasks_case(dice: Dice) -> Apply:
    """Whatever is due."""
    return Apply("program/applyDueTasks", {**_scene(dice).network(), "config": _config()})


def restore_case(dice: Dice) -> Apply:
    """The schedule that fits the states; no task is due at height 0 (REV-RESTORE)."""
    return Apply("program/restoreSchedule", _scene(dice).network())


def journals_case(dice: Dice) -> Apply:
    """One to four journals of dispatches at the heads of queues."""
    scene = _scene(dice)
    journals: list[Json] = [_journal(scene) for _ in range(dice.between(1, 4))]
    limits: Json = None
    if dice.chance(4):
        left = {"outgoingMessages": dice.below(3), "outgoingBytes": dice.below(60), "callReplies": dice.below(2)}
        limits = {name: hex(number) for name, number in left.items()}
    return Apply(
        "program/applyJournals", {**scene.network(), "config": _config(), "limits": limits, "journals": journals}
    )


def memory_case(dice: Dice) -> Apply:
    """Pages written and removed, allocations set, one after another."""
    steps: list[Json] = []
    for _ in range(dice.between(1, 6)):
        numbers = sorted({_page(dice) for _ in range(dice.between(1, 4))})
        match dice.below(3):
            case 0:
                blobs: Json = {hex(number): hex_of(bytes([dice.below(3)]) * 16_384) for number in numbers}
                steps.append({"updatePages": {"pages": blobs}})
            case 1:
                steps.append({"removePages": {"pages": [hex(number) for number in numbers]}})
            case _:
                ranges = [(first := dice.below(40), first + dice.below(6)) for _ in range(dice.below(5))]
                steps.append({"setAllocations": {"ranges": [[hex(first), hex(last)] for first, last in ranges]}})
    return Apply("program/changeMemory", {"steps": steps})


def amount(dice: Dice) -> int:
    """Value of a message: mostly none or little."""
    if dice.chance(30):
        return dice.pick((1 << 99, (1 << 127) - 1, 1 << 127, (1 << 128) - 1))
    return 0 if dice.below(2) else dice.pick((1, 7, 50, 3_000))


def _page(dice: Dice) -> int:
    return dice.pick((0, 1, 2, 8_191, 8_192, 8_193, 131_071, dice.below(131_072)))


def _scene(dice: Dice) -> Scene:
    scene = Scene(dice)
    for actor in PROGRAMS[: dice.between(1, 3)]:
        scene.add_program(actor)
    return scene


def _config() -> Json:
    return {
        "height": hex(HEIGHT),
        "timestamp": "0x0",
        "mailboxValidity": hex(RELEASE_VALIDITY),
        "answersEventDestinations": False,
    }


def _journal(scene: Scene) -> Json:
    """The notes of one dispatch: what it sends, what it wakes, how it ends."""
    dice = scene.dice
    filled = [place for place, queue in scene.queues.items() if queue] or list(scene.queues)
    actor, kind = dice.pick(filled)
    queue = scene.queues[actor, kind]
    head = queue.pop(0) if queue and not dice.chance(40) else scene.message_id()
    makers = (_send, _send, _reply, _wake, _value)
    notes: list[journal.JournalNote] = [dice.pick(makers)(scene, actor, head) for _ in range(dice.below(4))]
    notes += _ending(scene, actor, head)
    return {
        "program": actor.to_hex(),
        "messageType": kind.name,
        "callReply": dice.chance(3),
        "allowanceLeft": hex(dice.pick((0, 999_999_999_999, 1_000_000_000_000, 4_000_000_000_000))),
        "notes": [{camel_case_variant(type(note)): to_json(note)} for note in notes],
    }


def _ending(scene: Scene, actor: ActorId, head: MessageId) -> list[journal.JournalNote]:
    dice = scene.dice
    stored = StoredDispatch(
        DispatchKind.Handle,
        StoredMessage(head, dice.pick(USERS), actor, dice.blob(dice.below(9)), U128(amount(dice)), None),
        ContextStore(local_nonce=U32(dice.below(3))),
    )
    match dice.below(8):
        case 0:
            kind = dice.pick((journal.WaitedType.WaitFor, journal.WaitedType.WaitUpTo, journal.WaitedType.WaitUpToFull))
            return [journal.WaitDispatch(stored, U32(dice.pick((1, 5, 64, 65, 1_000))), kind)]
        case 1:
            return [journal.StopProcessing(stored, U64(dice.integer(40)))]
        case 2:
            return [journal.ExitDispatch(actor, dice.pick(USERS + PROGRAMS)), journal.MessageConsumed(head)]
    return [journal.MessageConsumed(head)]


def _send(scene: Scene, actor: ActorId, head: MessageId) -> journal.JournalNote:
    dice = scene.dice
    message = Message(
        scene.message_id(),
        actor,
        dice.pick(USERS + PROGRAMS),
        dice.blob(dice.below(60)),
        None,
        U128(amount(dice)),
        None,
    )
    delay = U32(0 if dice.below(3) else dice.between(1, 9))
    return journal.SendDispatch(head, SentDispatch(DispatchKind.Handle, message), delay, None)


def _reply(scene: Scene, actor: ActorId, head: MessageId) -> journal.JournalNote:
    dice = scene.dice
    details = ReplyDetails(head, dice.pick(tuple(ReplyCode)))
    message = Message(
        scene.message_id(),
        actor,
        dice.pick(USERS + PROGRAMS),
        dice.blob(dice.below(9)),
        U64(0),
        U128(amount(dice)),
        details,
    )
    return journal.SendDispatch(head, SentDispatch(DispatchKind.Reply, message), U32(0), None)


def _wake(scene: Scene, actor: ActorId, head: MessageId) -> journal.JournalNote:
    waiting = scene.waiting[actor]
    known = bool(waiting) and not scene.dice.chance(6)
    return journal.WakeMessage(head, actor, scene.dice.pick(waiting) if known else scene.message_id(), U32(0))


def _value(scene: Scene, actor: ActorId, head: MessageId) -> journal.JournalNote:
    del head
    dice = scene.dice
    return journal.SendValue(dice.pick(USERS + PROGRAMS), actor, U128(amount(dice)), False)
