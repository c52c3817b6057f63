"""Payloads: kept in place when short, stored apart when long.

Rules: PST-7, PST-8.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec, fixed, struct, union
from gearexe_spec.execution.message import MAX_PAYLOAD_SIZE, payload_bytes
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.program.storage import Storage

STORING_THRESHOLD = 1024
"""Payloads of this length and above are stored apart (PST-7)."""


@dataclass(frozen=True, slots=True)
class DirectPayload:
    """The payload itself."""

    data: bytes


@dataclass(frozen=True, slots=True)
class StoredPayload:
    """The hash of the raw payload, without any length."""

    hash: Bytes32


PayloadLookup = DirectPayload | StoredPayload

EMPTY_PAYLOAD = DirectPayload(b"")

payload_lookup: Codec[PayloadLookup] = union(
    {
        0: (DirectPayload, struct(DirectPayload, data=payload_bytes)),
        1: (StoredPayload, struct(StoredPayload, hash=fixed(Bytes32))),
    }
)


def store_payload(storage: Storage, payload: bytes) -> tuple[Storage, PayloadLookup]:
    """Put a payload where it belongs.

    Args:
        storage: where long payloads go.
        payload: at most 8 MiB.

    Raises:
        Rejected: PayloadTooBig.

    Rules: PST-2, PST-7, PST-8.
    Source: ethexe/runtime/common/src/state.rs `PayloadLookup`, `Storage::write_payload_raw`.
    """
    if len(payload) > MAX_PAYLOAD_SIZE:
        raise Rejected(ProgramRejection.PayloadTooBig)
    if len(payload) < STORING_THRESHOLD:
        return storage, DirectPayload(payload)
    storage, key = storage.write(payload)
    return storage, StoredPayload(key)


def load_payload(storage: Storage, lookup: PayloadLookup) -> bytes:
    """The payload behind a lookup.

    Raises:
        Rejected: ObjectMissing.

    Rules: PST-7.
    """
    if isinstance(lookup, DirectPayload):
        return lookup.data
    return storage.read(lookup.hash)
