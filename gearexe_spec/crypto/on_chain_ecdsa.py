"""How contracts recover the signer: the precompile, and the checks of OpenZeppelin's ECDSA before it.

Stricter than what nodes do (`ecdsa`): a high s and v outside 27 and 28 are refused, nothing is normalised.

Rules: CRY-32 to CRY-35.
"""

from __future__ import annotations

from enum import auto

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U8, U256
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.crypto.ecdsa import CURVE_ORDER, GREATEST_LOW_S, Signature, recover_address


class EcdsaRejection(Rejection):
    """The errors of OpenZeppelin's ECDSA, by their Solidity names."""

    ECDSAInvalidSignatureLength = auto()
    """Carries the length."""
    ECDSAInvalidSignatureS = auto()
    """Carries s."""
    ECDSAInvalidSignature = auto()


def compute_ecrecover(digest: Bytes32, v: U256, r: U256, s: U256) -> Address | None:
    """The precompile at address 1: None stands for its empty answer (CRY-32).

    v must be 27 or 28, r and s in 1 to n - 1; a high s is allowed here.
    """
    if v not in (27, 28) or not (0 < r < CURVE_ORDER and 0 < s < CURVE_ORDER):
        return None
    try:
        return recover_address(Signature.from_parts(int(r), int(s), int(v)), digest)
    except Rejected:
        return None


def recover_on_chain(digest: Bytes32, signature: bytes) -> Address:
    """The signer of r ‖ s ‖ v as `ECDSA.recover(bytes32, bytes)` finds it (CRY-33).

    Raises:
        Rejected: ECDSAInvalidSignatureLength, ECDSAInvalidSignatureS, ECDSAInvalidSignature, in this order.

    Source: OpenZeppelin ECDSA.sol `tryRecover`, `_throwError`.
    """
    if len(signature) != 65:
        raise Rejected(EcdsaRejection.ECDSAInvalidSignatureLength, U256(len(signature)))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    return recover_on_chain_from_parts(digest, U8(signature[64]), U256(r), U256(s))


def recover_on_chain_from_parts(digest: Bytes32, v: U8, r: U256, s: U256) -> Address:
    """The signer as `ECDSA.recover(bytes32, uint8, bytes32, bytes32)` finds it (CRY-34).

    Raises:
        Rejected: ECDSAInvalidSignatureS, ECDSAInvalidSignature, in this order.
    """
    if s > GREATEST_LOW_S:
        raise Rejected(EcdsaRejection.ECDSAInvalidSignatureS, s)
    signer = compute_ecrecover(digest, U256(v), r, s)
    if signer is None:
        raise Rejected(EcdsaRejection.ECDSAInvalidSignature)
    return signer
