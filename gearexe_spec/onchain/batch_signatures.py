"""Who signed a batch: a list of ECDSA signatures, or one FROST signature.

Rules: ROU-80 to ROU-88.
Source: Gear.sol `validateSignaturesAt`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.calldata import Slice
from gearexe_spec.crypto.frost_verification import FrostSignature, Point, is_frost_signature_valid
from gearexe_spec.crypto.ids import compute_namespace_slot
from gearexe_spec.crypto.on_chain_ecdsa import recover_on_chain
from gearexe_spec.onchain.calldata import WORD, Calldata
from gearexe_spec.onchain.commitment_abi import SignatureType
from gearexe_spec.onchain.commitments import compute_signed_digest
from gearexe_spec.onchain.eras import compute_threshold, select_signers
from gearexe_spec.onchain.errors import RouterRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.world import Validators

TRANSIENT_SLOT = compute_namespace_slot("router.storage.Transient")
"""Where the transient map of counted signers begins."""


def iterate_signatures(calldata: Calldata, signatures: Slice) -> Iterator[bytes]:
    """The signatures one by one; those behind the last one asked for are never looked at (ROU-80)."""
    for index in range(signatures.length):
        pointer = signatures.place + WORD * index
        yield calldata.copied_bytes(calldata.tail_slice(signatures.place, pointer, 1))


def is_signed(frame: Frame, batch_hash: Bytes32, kind: SignatureType, signatures: Slice, batch_timestamp: U48) -> bool:
    """Whether the validators of the batch's time signed it; storage is asked as it is now (ROU-81).

    Raises:
        Rejected: the errors of the slot rule and of malformed signatures.
    """
    validators = select_signers(frame.router, batch_timestamp, frame.block.timestamp)
    digest = compute_signed_digest(frame.address, batch_hash)
    if kind is SignatureType.FROST:
        return is_signed_by_group(frame.calldata, signatures, validators, digest)
    return is_signed_by_enough(frame, signatures, validators, digest)


def is_signed_by_group(calldata: Calldata, signatures: Slice, validators: Validators, digest: Bytes32) -> bool:
    """Whether the one signature is the group's (ROU-82).

    The key is taken as it is stored, also when it belongs to an earlier set (finding F-ONC-2).

    Raises:
        Rejected: InvalidFrostSignatureCount, InvalidFrostSignatureLength.
    """
    if signatures.length != 1:
        raise Rejected(RouterRejection.InvalidFrostSignatureCount)
    (signature,) = iterate_signatures(calldata, signatures)
    if len(signature) != 96:
        raise Rejected(RouterRejection.InvalidFrostSignatureLength)

    key = validators.aggregated_public_key
    return is_frost_signature_valid(Point(key.x, key.y), FrostSignature.decode(signature), digest)


def is_signed_by_enough(frame: Frame, signatures: Slice, validators: Validators, digest: Bytes32) -> bool:
    """Whether as many members signed as the threshold asks for (ROU-83 to ROU-88).

    Strangers and repetitions are passed over; a malformed signature rejects the batch, unless it stands behind the one
    that reached the threshold. Who was counted stays counted until the end of the transaction.

    Raises:
        Rejected: ECDSAInvalidSignatureLength, ECDSAInvalidSignatureS, ECDSAInvalidSignature.
    """
    router = frame.router
    listed = U256(len(validators.listed))
    threshold = compute_threshold(listed, router.threshold_numerator, router.threshold_denominator)

    count = 0
    for signature in iterate_signatures(frame.calldata, signatures):
        signer = recover_on_chain(digest, signature)
        if signer in validators.members and not is_counted(frame, signer):
            frame.update_transient(counted=frame.transient.counted | {signer})
            count += 1
            if count == threshold:
                return True
    return False


def preimage_transient_slot(signer: Address) -> bytes:
    """64 bytes: the signer as a word, the namespace's slot; production counts a signer there (ROU-86)."""
    return bytes(12) + signer + TRANSIENT_SLOT.to_big_endian()


def is_counted(frame: Frame, signer: Address) -> bool:
    """Whether this transaction has counted the signer already (ROU-86)."""
    return signer in frame.transient.counted
