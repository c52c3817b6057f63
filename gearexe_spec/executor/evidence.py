"""Evidence of misbehaviour (proposed): what is sent around, and its digests.

Evidence carries what the accused signed; what is known to all (finalized results, committed batches) it only names.

Rules: MIS-1 to MIS-5.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from gearexe_spec.base.fixed_bytes import Address, Bytes32, Bytes65
from gearexe_spec.base.numeric import U64
from gearexe_spec.codec.scale import Codec, fixed, struct, u64, union
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor.commitments import BatchCommitment, batch_commitment, hash32
from gearexe_spec.program.promise import CompactPromise, compact_promise

EVIDENCE_DOMAIN = keccak256(b"gearexe misbehaviour evidence 1")
OFFENCE_DOMAIN = keccak256(b"gearexe misbehaviour offence 1")


@dataclass(frozen=True, slots=True)
class SignedBatchPart:
    """A batch and one validator's signature of it, 65 bytes as they came (BAT-10)."""

    batch: BatchCommitment
    signature: Bytes65


@dataclass(frozen=True, slots=True)
class ConflictingBatches:
    """Two batches on one predecessor that contradict each other; the lesser digest comes first (MIS-1)."""

    validator: Address
    first: SignedBatchPart
    second: SignedBatchPart


@dataclass(frozen=True, slots=True)
class WrongTransitions:
    """A batch whose chain part is not what its sequencer blocks lead to (MIS-1)."""

    validator: Address
    signed: SignedBatchPart


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """A promise, and the signature of the receipt that it came as (MIS-1, INJ-23)."""

    validator: Address
    promise: CompactPromise
    signature: Bytes65


@dataclass(frozen=True, slots=True)
class MissedDuties:
    """A stretch of committed batches, from the first to the last one's digest, both included (MIS-1)."""

    validator: Address
    era: U64
    first: Bytes32
    last: Bytes32


Evidence = ConflictingBatches | WrongTransitions | BrokenPromise | MissedDuties

signed_batch_part: Codec[SignedBatchPart] = struct(SignedBatchPart, batch=batch_commitment, signature=fixed(Bytes65))
evidence: Codec[Evidence] = union(
    {
        0: (
            ConflictingBatches,
            struct(ConflictingBatches, validator=fixed(Address), first=signed_batch_part, second=signed_batch_part),
        ),
        1: (WrongTransitions, struct(WrongTransitions, validator=fixed(Address), signed=signed_batch_part)),
        2: (
            BrokenPromise,
            struct(BrokenPromise, validator=fixed(Address), promise=compact_promise, signature=fixed(Bytes65)),
        ),
        3: (MissedDuties, struct(MissedDuties, validator=fixed(Address), era=u64, first=hash32, last=hash32)),
    }
)
"""Index, then the fields in their order (MIS-2)."""


class OffenceKind(Enum):
    """What evidence shows; the value is its index in SCALE (MIS-2)."""

    ConflictingBatches = 0
    WrongTransitions = 1
    BrokenPromise = 2
    MissedDuties = 3


def encode_evidence(source: Evidence) -> bytes:
    """Evidence as it is stored and sent (MIS-2)."""
    return evidence.encode(source)


def decode_evidence(data: bytes) -> Evidence:
    """Evidence from hostile bytes (MIS-2).

    Raises:
        Rejected: a ScaleRejection.
    """
    return evidence.decode(data)


def digest_evidence(source: Evidence) -> Bytes32:
    """Keccak digest of the domain's word and the encoding (MIS-3)."""
    return keccak256(EVIDENCE_DOMAIN + encode_evidence(source))


def digest_offence(kind: OffenceKind, validator: Address, subject: Bytes32) -> Bytes32:
    """What is punished once, whatever the evidence: domain's word, kind, validator, subject (MIS-4, MIS-5).

    Args:
        kind: of the offence.
        validator: who did it.
        subject: predecessor of the batches; transaction of the promise; era of the duties as a big-endian word.
    """
    return keccak256(OFFENCE_DOMAIN + bytes([kind.value]) + validator + subject)
