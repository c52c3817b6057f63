"""In which order programs run: buckets by queue size, reversed, cut into chunks.

Programs of one chunk run independently of each other; their order decides in which order their journals are applied.

Rules: BLK-60 to BLK-64.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.program.dispatch import MessageType
from gearexe_spec.program.in_block import ProgramStates, StateHashWithQueueSize, queued_programs

CHUNK_SIZE = 16
"""Programs per chunk; the same on every node (BLK-60)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program that has something in its queue, with its state hash when the chunks were made (BLK-61)."""

    program: ActorId
    state: Bytes32


def queue_size(record: StateHashWithQueueSize, queue: MessageType) -> int:
    """The recorded length of a queue, 255 at most."""
    return int(record.injected_queue_size if queue is MessageType.Injected else record.canonical_queue_size)


def split_into_chunks(
    states: ProgramStates, queue: MessageType, chunk_size: int = CHUNK_SIZE, first: ActorId | None = None
) -> tuple[tuple[Candidate, ...], ...]:
    """The programs with a queue, in chunks (BLK-60 to BLK-64).

    Args:
        states: of all programs, with their queue sizes.
        queue: which queue runs.
        chunk_size: programs per chunk.
        first: a program that lies in the last bucket whatever its queue size, so that it runs early (overlay).

    Source: ethexe/processor/src/handling/run/chunks_splitting.rs.
    """
    sizes = {actor: size for actor in queued_programs(states) if (size := queue_size(states[actor], queue))}
    buckets: list[list[Candidate]] = [[] for _ in range(-(-len(sizes) // chunk_size))]
    for actor in sorted(sizes):
        index = len(buckets) if actor == first else min(sizes[actor], len(buckets))
        buckets[index - 1].append(Candidate(actor, states[actor].hash))
    order = [candidate for bucket in buckets for candidate in bucket][::-1]
    return tuple(tuple(order[start : start + chunk_size]) for start in range(0, len(order), chunk_size))
