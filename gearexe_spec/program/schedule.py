"""Scheduled tasks: what is to be done at which block height.

Rules: PST-40 to PST-46.
"""

from __future__ import annotations

from dataclasses import dataclass

from immutables import Map

from gearexe_spec.base.ids import ActorId, MessageId, ReservationId
from gearexe_spec.base.numeric import U32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec, Reader, fixed, ordered_map, struct, union, vector
from gearexe_spec.codec.scale import u32 as u32_codec
from gearexe_spec.execution.message import actor_id, message_id
from gearexe_spec.program.rejections import ProgramRejection


@dataclass(frozen=True, slots=True)
class RemoveFromMailbox:
    """A message to a user expires (PST-40)."""

    program: ActorId
    user: ActorId
    message_id: MessageId


@dataclass(frozen=True, slots=True)
class RemoveFromWaitlist:
    """Never scheduled (PST-40)."""

    program: ActorId
    message_id: MessageId


@dataclass(frozen=True, slots=True)
class WakeMessage:
    """A waiting message is executed again (PST-40)."""

    program: ActorId
    message_id: MessageId


@dataclass(frozen=True, slots=True)
class SendDispatch:
    """A delayed message reaches `program`, its destination (PST-40)."""

    program: ActorId
    message_id: MessageId


@dataclass(frozen=True, slots=True)
class SendUserMessage:
    """A delayed message of `program`, its source, reaches a user (PST-40)."""

    message_id: MessageId
    program: ActorId


@dataclass(frozen=True, slots=True)
class RemoveGasReservation:
    """Never scheduled (PST-40)."""

    program: ActorId
    reservation_id: ReservationId


ScheduledTask = (
    RemoveFromMailbox | RemoveFromWaitlist | WakeMessage | SendDispatch | SendUserMessage | RemoveGasReservation
)
TasksAtHeight = Map[ScheduledTask, bool]
"""A set of tasks; the values carry nothing."""
Schedule = Map[U32, TasksAtHeight]
"""Tasks by block height."""

scheduled_task: Codec[ScheduledTask] = union(
    {
        0: (
            RemoveFromMailbox,
            struct(RemoveFromMailbox, program=actor_id, user=actor_id, message_id=message_id),
        ),
        1: (RemoveFromWaitlist, struct(RemoveFromWaitlist, program=actor_id, message_id=message_id)),
        2: (WakeMessage, struct(WakeMessage, program=actor_id, message_id=message_id)),
        3: (SendDispatch, struct(SendDispatch, program=actor_id, message_id=message_id)),
        4: (SendUserMessage, struct(SendUserMessage, message_id=message_id, program=actor_id)),
        5: (
            RemoveGasReservation,
            struct(RemoveGasReservation, program=actor_id, reservation_id=fixed(ReservationId)),
        ),
    }
)
_TASKS = vector(scheduled_task)


class _TasksCodec(Codec[TasksAtHeight]):
    """An ordered set; the order of tasks is the order of their encodings (PST-41)."""

    def encode_into(self, value: TasksAtHeight, out: bytearray) -> None:
        _TASKS.encode_into(order_tasks(value), out)

    def decode_from(self, reader: Reader) -> TasksAtHeight:
        return Map((task, True) for task in _TASKS.decode_from(reader))


class _ScheduleCodec(Codec[Schedule]):
    """An ordered map from heights to sets of tasks (PST-42)."""

    entries = ordered_map(u32_codec, _TasksCodec())

    def encode_into(self, value: Schedule, out: bytearray) -> None:
        self.entries.encode_into(value, out)

    def decode_from(self, reader: Reader) -> Schedule:
        return Map(self.entries.decode_from(reader))


schedule: Codec[Schedule] = _ScheduleCodec()


def order_tasks(tasks: TasksAtHeight) -> tuple[ScheduledTask, ...]:
    """The tasks of one height in the order in which they are done (PST-41).

    By kind, then field by field: since every field has a fixed width, that is the order of the encodings.
    """
    return tuple(sorted(tasks, key=scheduled_task.encode))


def schedule_task(tasks: Schedule, height: U32, task: ScheduledTask) -> Schedule:
    """Add a task; adding it again changes nothing (PST-43).

    Source: ethexe/runtime/common/src/transitions.rs `schedule_task`.
    """
    return tasks.set(height, tasks.get(height, Map()).set(task, True))


def cancel_task(tasks: Schedule, height: U32, task: ScheduledTask) -> Schedule:
    """Take a task away; the last one of a height takes the height along (PST-44).

    Raises:
        Rejected: NoTasksAtHeight, TaskNotFound.

    Source: ethexe/runtime/common/src/transitions.rs `remove_task`.
    """
    at_height = tasks.get(height)
    if at_height is None:
        raise Rejected(ProgramRejection.NoTasksAtHeight)
    if task not in at_height:
        raise Rejected(ProgramRejection.TaskNotFound)

    left = at_height.delete(task)
    return tasks.set(height, left) if left else tasks.delete(height)


def take_due_tasks(tasks: Schedule, height: U32) -> tuple[Schedule, tuple[ScheduledTask, ...]]:
    """Take all tasks of this height and below, in the order in which they are done (PST-45).

    Source: ethexe/runtime/common/src/transitions.rs `take_actual_tasks`.
    """
    due = sorted(at for at in tasks if at <= height)
    taken = tuple(task for at in due for task in order_tasks(tasks[at]))
    for at in due:
        tasks = tasks.delete(at)
    return tasks, taken


def compute_due_height(height: U32, blocks: U32) -> U32:
    """The height at which something is due `blocks` from now; it wraps at 2^32 (PST-46, finding F-PRO-4).

    Source: ethexe/runtime/common/src/transitions.rs `schedule_task`, in a release build.
    """
    return height.wrapping_add(blocks)
