"""Signatures of the BFT engine: ECDSA over SHA-256 of the message, 64 bytes, no recovery id.

Unlike everywhere else a high s is not turned low when read; it fails when it is verified.

Rules: CRY-36 to CRY-38.
"""

from __future__ import annotations

from hashlib import sha256

import coincurve

from gearexe_spec.base.fixed_bytes import Bytes32, FixedBytes
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.ecdsa import CURVE_ORDER, GREATEST_LOW_S, PrivateKey, PublicKey, SignatureRejection, sign


class BftSignature(FixedBytes):
    """r (32) ‖ s (32), both in 1 to n - 1 (CRY-36)."""

    LENGTH = 64

    @classmethod
    def read(cls, data: bytes) -> BftSignature:
        """Read the 64 bytes (CRY-36).

        Raises:
            Rejected: InvalidSignatureBytes for another length, ScalarOutOfRange.
        """
        if len(data) != cls.LENGTH:
            raise Rejected(SignatureRejection.InvalidSignatureBytes)
        if not all(0 < int.from_bytes(part, "big") < CURVE_ORDER for part in (data[:32], data[32:])):
            raise Rejected(SignatureRejection.ScalarOutOfRange)
        return cls(data)


def sign_bft(key: PrivateKey, message: bytes) -> BftSignature:
    """Sign a message of any length, with the nonce of RFC 6979 and low s (CRY-37)."""
    return BftSignature(sign(key, Bytes32(sha256(message).digest())).encode()[:64])


def is_bft_signature_valid(signature: BftSignature, key: PublicKey, message: bytes) -> bool:
    """Whether `key` signed `message`; never with a high s (CRY-38)."""
    if int.from_bytes(signature[32:], "big") > GREATEST_LOW_S:
        return False
    compact_to_der = coincurve.ecdsa.cdata_to_der(coincurve.ecdsa.deserialize_compact(bytes(signature)))
    return bool(coincurve.PublicKey(key).verify(compact_to_der, message))
