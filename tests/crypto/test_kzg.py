"""Blob commitments: the values of the sheet (CRY-50 to CRY-53)."""

import pytest

from gearexe_spec.base.rejection import Phase, Rejected
from gearexe_spec.codec.blob import Blob, encode_blobs
from gearexe_spec.crypto.kzg import (
    KzgProof,
    KzgRejection,
    are_cell_proofs_valid,
    compute_cell_proofs,
    compute_commitment,
    compute_versioned_hash,
)

FIELD_MODULUS = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001


@pytest.mark.parametrize(
    ("code", "commitment", "versioned_hash"),
    [
        (b"", "c0" + "00" * 47, "010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014"),
        (
            b"\0asm\1\0\0\0",
            "a62c3da1f2adf8a8300f64f5d94b17d31318281fcf4a999cde8fcaad1b7d9561eac287eeeb9b49650d2c0233fac6886d",
            "01276941466b9fb36769fc03a58bacb9598ab22df0db88fdc8c3d42e6240fd77",
        ),
        (
            bytes(i % 251 for i in range(128)),
            "8f4f7e0eb743a49699fc4dc4fae78b627dfd7e282085b309fb6a4639fd969e4166c33bf1d5cbd8a9dd7b27049c96575c",
            "0182cb376b7a875c4190825accd3f0f005eccd9e33bc0f4abd3df0568be06ffe",
        ),
    ],
)
def test_documented_commitments(code: bytes, commitment: str, versioned_hash: str) -> None:
    (blob,) = encode_blobs(code)
    computed = compute_commitment(blob)
    assert computed.hex() == commitment
    assert compute_versioned_hash(computed).hex() == versioned_hash


def test_cell_proofs_prove_their_blob_only() -> None:
    (blob,) = encode_blobs(b"code")
    commitment = compute_commitment(blob)
    proofs = compute_cell_proofs(blob)
    assert len(proofs) == 128
    assert are_cell_proofs_valid(blob, commitment, proofs)
    assert not are_cell_proofs_valid(encode_blobs(b"other")[0], commitment, proofs)
    assert not are_cell_proofs_valid(blob, commitment, proofs[:127])
    assert not are_cell_proofs_valid(blob, commitment, (KzgProof(b"\xff" * 48), *proofs[1:]))


def test_elements_from_the_modulus_on_have_no_commitment() -> None:
    """Although decoding the blob does not mind them."""
    for number, fits in ((FIELD_MODULUS - 1, True), (FIELD_MODULUS, False)):
        blob = Blob(number.to_bytes(32, "big").ljust(Blob.LENGTH, b"\0"))
        if fits:
            compute_commitment(blob)
        else:
            with pytest.raises(Rejected, match="InvalidFieldElement"):
                compute_commitment(blob)
            with pytest.raises(Rejected, match="InvalidFieldElement"):
                compute_cell_proofs(blob)
            assert KzgRejection.InvalidFieldElement.phase is Phase.VALIDATE
            assert not are_cell_proofs_valid(blob, compute_commitment(encode_blobs(b"")[0]), ())
