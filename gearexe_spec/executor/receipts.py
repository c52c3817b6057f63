"""Receipts: what a validator tells a user about an injected transaction, and how a node answers when it gets one.

A receipt has a full form, with the reply, and a compact one, with the hash of the reply. Both have the same digest, so
one signature serves both.

Rules: INJ-20 to INJ-29.
Source: ethexe/common/src/injected.rs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import MessageId
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.codec.scale import Codec, enumeration, fixed, struct, text, union
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor.signed_message import SignedMessage, signed_message
from gearexe_spec.program.promise import CompactPromise, Promise, compact_promise, promise, to_compact


class ReceiptRejection(Rejection):
    """Why a compact receipt cannot be completed."""

    HashesMismatch = auto()
    """The reply's hash or the transaction is another one."""

    @property
    def phase(self) -> Phase:
        """Judged when both parts are there."""
        return Phase.VALIDATE


class PurgeReason(Enum):
    """Why a node dropped a transaction; the value is the byte in SCALE and in the digest (INJ-22)."""

    Outdated = 1
    UnknownReferenceBlock = 2
    NonZeroValue = 255


@dataclass(frozen=True, slots=True)
class PurgedTransaction:
    """A transaction that will not be executed (INJ-22)."""

    tx_hash: MessageId
    reason: PurgeReason


Receipt = Promise | PurgedTransaction
CompactReceipt = CompactPromise | PurgedTransaction

purged_transaction: Codec[PurgedTransaction] = struct(
    PurgedTransaction, tx_hash=fixed(MessageId), reason=enumeration(PurgeReason)
)
receipt: Codec[Receipt] = union({0: (Promise, promise), 1: (PurgedTransaction, purged_transaction)})
compact_receipt: Codec[CompactReceipt] = union(
    {0: (CompactPromise, compact_promise), 1: (PurgedTransaction, purged_transaction)}
)


def to_compact_receipt(source: Receipt) -> CompactReceipt:
    """The receipt with only the hash of the reply (INJ-20)."""
    return to_compact(source) if isinstance(source, Promise) else source


def digest_purged(purged: PurgedTransaction) -> Bytes32:
    """Hash of transaction and reason, 33 bytes (INJ-22)."""
    return keccak256(_preimage_purged(purged))


def digest_compact_receipt(source: CompactReceipt) -> Bytes32:
    """Hash of 00 and the promise's preimage, or of 01 and the purged transaction's (INJ-23)."""
    if isinstance(source, PurgedTransaction):
        return keccak256(b"\x01" + _preimage_purged(source))
    return keccak256(b"\x00" + source.tx_hash + source.reply_hash)


def digest_receipt(source: Receipt) -> Bytes32:
    """The digest of the compact form (INJ-23)."""
    return digest_compact_receipt(to_compact_receipt(source))


signed_receipt: Codec[SignedMessage[Receipt]] = signed_message(receipt, digest_receipt)
signed_compact_receipt: Codec[SignedMessage[CompactReceipt]] = signed_message(compact_receipt, digest_compact_receipt)


def to_signed_compact(signed: SignedMessage[Receipt]) -> SignedMessage[CompactReceipt]:
    """The compact form under the same signature (INJ-24)."""
    return SignedMessage(to_compact_receipt(signed.data), signed.signature, signed.address)


def is_complete(source: CompactReceipt) -> bool:
    """Whether a compact receipt says everything; a promise waits for its body (INJ-25)."""
    return isinstance(source, PurgedTransaction)


def fill_receipt(compact: SignedMessage[CompactReceipt], body: Promise) -> SignedMessage[Receipt]:
    """The full receipt from a compact one and a promise that the node computed itself (INJ-26).

    Raises:
        Rejected: HashesMismatch.

    Source: ethexe/common/src/injected.rs `PendingReceipt`.
    """
    if isinstance(compact.data, PurgedTransaction):
        return SignedMessage(compact.data, compact.signature, compact.address)
    if to_compact(body) != compact.data:
        raise Rejected(ReceiptRejection.HashesMismatch)
    return SignedMessage(body, compact.signature, compact.address)


@dataclass(frozen=True, slots=True)
class Accept:
    """The node took the transaction (INJ-28)."""


@dataclass(frozen=True, slots=True)
class Reject:
    """The node refused the transaction; the reason is for people (INJ-28)."""

    reason: str


Acceptance = Accept | Reject
acceptance: Codec[Acceptance] = union({0: (Accept, struct(Accept)), 1: (Reject, struct(Reject, reason=text))})


def _preimage_purged(purged: PurgedTransaction) -> bytes:
    return purged.tx_hash + bytes([purged.reason.value])
