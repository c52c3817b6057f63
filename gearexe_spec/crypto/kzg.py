"""Commitments to blobs (EIP-4844) and proofs of their cells (EIP-7594), on the mainnet's trusted setup.

Rules: CRY-50 to CRY-53.
"""

from __future__ import annotations

from enum import auto
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

import ckzg

from gearexe_spec.base.fixed_bytes import Bytes32, FixedBytes
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.codec.blob import Blob

VERSIONED_HASH_VERSION_KZG = b"\x01"
CELLS_PER_BLOB = 128


class KzgRejection(Rejection):
    """Why a blob cannot be committed to."""

    InvalidFieldElement = auto()
    """A field element of the blob is not below the modulus of BLS12-381."""

    @property
    def phase(self) -> Phase:
        """Blobs are judged before anything happens."""
        return Phase.VALIDATE


class KzgCommitment(FixedBytes):
    """A compressed point of BLS12-381 G1."""

    LENGTH = 48


class KzgProof(FixedBytes):
    """A compressed point of BLS12-381 G1."""

    LENGTH = 48


@cache
def _trusted_setup() -> Any:
    """The points of the mainnet's ceremony, a constant that another package ships."""
    place = resources.files("eth_account.typed_transactions.blob_transactions") / "kzg_trusted_setup.txt"
    with resources.as_file(place) as path:
        return ckzg.load_trusted_setup(str(path), 0)


def compute_commitment(blob: Blob) -> KzgCommitment:
    """The commitment to a blob (CRY-50).

    Raises:
        Rejected: InvalidFieldElement.
    """
    try:
        return KzgCommitment(ckzg.blob_to_kzg_commitment(blob, _trusted_setup()))
    except (RuntimeError, ValueError) as error:
        raise Rejected(KzgRejection.InvalidFieldElement) from error


def compute_versioned_hash(commitment: KzgCommitment) -> Bytes32:
    """How a transaction names a blob: 01, then SHA-256 of the commitment without its first byte (CRY-51)."""
    return Bytes32(VERSIONED_HASH_VERSION_KZG + sha256(commitment).digest()[1:])


def compute_cell_proofs(blob: Blob) -> tuple[KzgProof, ...]:
    """One proof for each of the 128 cells of the extended blob, in their order (CRY-52).

    Raises:
        Rejected: InvalidFieldElement.
    """
    try:
        _, proofs = ckzg.compute_cells_and_kzg_proofs(blob, _trusted_setup())
    except (RuntimeError, ValueError) as error:
        raise Rejected(KzgRejection.InvalidFieldElement) from error
    return tuple(KzgProof(proof) for proof in proofs)


def are_cell_proofs_valid(blob: Blob, commitment: KzgCommitment, proofs: tuple[KzgProof, ...]) -> bool:
    """Whether the proofs show that all cells belong to the commitment (CRY-53)."""
    if len(proofs) != CELLS_PER_BLOB:
        return False
    try:
        cells = ckzg.compute_cells(blob, _trusted_setup())
        commitments = [bytes(commitment)] * CELLS_PER_BLOB
        indices = list(range(CELLS_PER_BLOB))
        return bool(
            ckzg.verify_cell_kzg_proof_batch(commitments, indices, cells, [bytes(p) for p in proofs], _trusted_setup())
        )
    except (RuntimeError, ValueError):
        return False
