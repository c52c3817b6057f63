"""Promises: the reply to an injected message, told to its sender before Ethereum knows.

Rules: JOU-100 to JOU-104.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import MessageId
from gearexe_spec.codec.scale import Codec, fixed, struct
from gearexe_spec.crypto.hashes import blake2b256, keccak256
from gearexe_spec.execution import journal
from gearexe_spec.execution.journal import JournalNote
from gearexe_spec.execution.message import DispatchKind, ReplyDetails, ReplyInfo, reply_info
from gearexe_spec.program.dispatch import Dispatch, MessageType


@dataclass(frozen=True, slots=True)
class Promise:
    """The reply to an injected transaction (JOU-100)."""

    tx_hash: MessageId
    reply: ReplyInfo


@dataclass(frozen=True, slots=True)
class CompactPromise:
    """A promise without the contents of the reply (JOU-100)."""

    tx_hash: MessageId
    reply_hash: Bytes32


promise: Codec[Promise] = struct(Promise, tx_hash=fixed(MessageId), reply=reply_info)
compact_promise: Codec[CompactPromise] = struct(CompactPromise, tx_hash=fixed(MessageId), reply_hash=fixed(Bytes32))


def hash_reply(reply: ReplyInfo) -> Bytes32:
    """Hash of a reply: payload, value big-endian, four bytes of code (JOU-101, EXE-19).

    Source: protocol/core/src/rpc.rs `ReplyInfo::to_hash`.
    """
    return blake2b256(reply.payload + reply.value.to_big_endian() + reply.code.to_bytes())


def to_compact(source: Promise) -> CompactPromise:
    """The promise with only the hash of its reply (JOU-101)."""
    return CompactPromise(source.tx_hash, hash_reply(source.reply))


def digest_compact_promise(source: CompactPromise) -> Bytes32:
    """Keccak digest that validators sign: transaction, reply hash (JOU-102).

    Source: ethexe/common/src/injected.rs `CompactPromise`, `ToDigest`.
    """
    return keccak256(source.tx_hash + source.reply_hash)


def digest_promise(source: Promise) -> Bytes32:
    """Keccak digest of a promise: that of its compact form (JOU-102)."""
    return digest_compact_promise(to_compact(source))


def find_promise(dispatch: Dispatch, queue: MessageType, notes: tuple[JournalNote, ...]) -> Promise | None:
    """The promise that a dispatch leads to (JOU-103, JOU-104).

    It is looked up before the reply to a free panic is dropped, so that such a panic is promised too.

    Source: ethexe/runtime/common/src/lib.rs `parse_journal_for_injected_dispatch`.
    """
    if not (
        queue is MessageType.Injected
        and dispatch.kind is DispatchKind.Handle
        and dispatch.message_type is MessageType.Injected
    ):
        return None
    for note in notes:
        if (
            isinstance(note, journal.SendDispatch)
            and note.message_id == dispatch.id
            and note.dispatch.kind is DispatchKind.Reply
        ):
            sent = note.dispatch.message
            assert isinstance(sent.details, ReplyDetails), "a reply says what it answers"
            return Promise(dispatch.id, ReplyInfo(sent.payload, sent.value, sent.details.code))
    return None
