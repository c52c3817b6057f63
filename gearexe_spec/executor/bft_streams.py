"""Putting streamed proposals together, from messages that come in any order and more than once.

Rules: ROL-70 to ROL-74.
Source: ethexe/malachite/core/src/streaming.rs.
"""

from __future__ import annotations

from dataclasses import dataclass

from immutables import Map

from gearexe_spec.base.numeric import U64
from gearexe_spec.executor.bft_messages import (
    DataPart,
    InitPart,
    PartContent,
    ProposalPart,
    ProposalParts,
    StreamEnd,
    StreamMessage,
)

StreamKey = tuple[bytes, bytes]
"""Peer and stream."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What came of one stream so far, by sequence (ROL-70)."""

    contents: Map[U64, PartContent | StreamEnd] = Map()
    last: U64 | None = None
    init: InitPart | None = None
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of all peers; those that are done stay, so that nothing of them counts again (ROL-74)."""

    by_key: Map[StreamKey, Stream] = Map()


def insert_part(streams: Streams, peer: bytes, message: StreamMessage) -> tuple[Streams, ProposalParts | None]:
    """The streams with one more message, and the proposal if it is complete now (ROL-70 to ROL-74)."""
    key = (peer, message.stream_id)
    stream = streams.by_key.get(key, Stream())
    if stream.is_done or message.sequence in stream.contents:
        return streams, None

    stream = _add(stream, message)
    complete = _assemble(stream)
    if complete is not None:
        stream = Stream(is_done=True)
    return Streams(streams.by_key.set(key, stream)), complete


def join_block_bytes(parts: tuple[ProposalPart, ...]) -> bytes:
    """The bytes of all data parts in order (ROL-73)."""
    return b"".join(part.block_bytes for part in parts if isinstance(part, DataPart))


def _add(stream: Stream, message: StreamMessage) -> Stream:
    """One more message; only the first of the sequence can open the proposal (ROL-71)."""
    content = message.content
    opens = message.sequence == 0 and isinstance(content, PartContent) and isinstance(content.part, InitPart)
    return Stream(
        contents=stream.contents.set(message.sequence, content),
        last=message.sequence if isinstance(content, StreamEnd) else stream.last,
        init=content.part if opens else stream.init,  # type: ignore[union-attr, arg-type]  # as `opens` says
    )


def _assemble(stream: Stream) -> ProposalParts | None:
    """The proposal, if its first part, its end and as many messages as the end counts are there (ROL-72)."""
    init, last = stream.init, stream.last
    if init is None or last is None or len(stream.contents) != int(last) + 1:
        return None
    contents = (stream.contents[sequence] for sequence in sorted(stream.contents))
    parts = tuple(content.part for content in contents if isinstance(content, PartContent))
    return ProposalParts(init.height, init.round, init.proposer, parts)
