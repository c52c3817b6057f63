"""A batch, signed: what the coordinator hands to Ethereum.

Rules: BAT-10 to BAT-13.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import auto

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.crypto.ecdsa import PrivateKey, Signature, hash_for_intended_validator, recover_address, sign
from gearexe_spec.executor.commitments import FOR_CALLS, BatchCommitment, digest_batch, to_on_chain_batch
from gearexe_spec.onchain.commitment_abi import SignatureType, encode_commit_batch


class BatchSigningRejection(Rejection):
    """Why a signature is not counted."""

    NotAValidator = auto()
    """Carries the signer."""


@dataclass(frozen=True, slots=True)
class SignedBatch:
    """A batch and who signed it, one signature for each signer."""

    batch: BatchCommitment
    router: Address
    signatures: Mapping[Address, Signature]

    @property
    def digest(self) -> Bytes32:
        """The batch's own digest (BAT-7)."""
        return digest_batch(self.batch)

    def ordered_signatures(self) -> tuple[Signature, ...]:
        """In ascending order of the signers' addresses (BAT-12)."""
        return tuple(self.signatures[signer] for signer in sorted(self.signatures))

    def to_calldata(self) -> bytes:
        """The call of the Router (BAT-13)."""
        return encode_commit_batch(
            to_on_chain_batch(self.batch, FOR_CALLS),
            SignatureType.ECDSA,
            [signature.encode() for signature in self.ordered_signatures()],
        )


def sign_batch(batch: BatchCommitment, router: Address, key: PrivateKey) -> Signature:
    """One validator's signature for the Router at this address, its proxy (BAT-10).

    Source: protocol/gsigner/src/schemes/secp256k1/signature.rs `ContractSignature::create`.
    """
    return sign(key, hash_for_intended_validator(router, digest_batch(batch)))


def recover_batch_signer(digest: Bytes32, router: Address, signature: Signature) -> Address:
    """Who signed a batch with this digest (BAT-10).

    Raises:
        Rejected: RecoveryFailed.
    """
    return recover_address(signature, hash_for_intended_validator(router, digest))


def sign_batch_by_all(batch: BatchCommitment, router: Address, keys: Iterable[PrivateKey]) -> SignedBatch:
    """The batch with the signatures of all these keys (BAT-10, BAT-12)."""
    return SignedBatch(batch, router, {key.to_address(): sign_batch(batch, router, key) for key in keys})


def add_signature(signed: SignedBatch, validators: Iterable[Address], signature: Signature) -> SignedBatch:
    """Count one more signature; a second one of the same signer replaces the first (BAT-11).

    Raises:
        Rejected: RecoveryFailed; NotAValidator(signer).

    Source: ethexe/consensus/src/utils.rs `MultisignedBatchCommitment::accept_batch_commitment_validation_reply`.
    """
    signer = recover_batch_signer(signed.digest, signed.router, signature)
    if signer not in set(validators):
        raise Rejected(BatchSigningRejection.NotAValidator, signer)
    return SignedBatch(signed.batch, signed.router, {**signed.signatures, signer: signature})
