"""ECDSA with recovery on plain curve arithmetic: the readable definition of what `ecdsa` does natively.

Slow; it is there to be read and to be compared with.

Rules: CRY-25, CRY-26.
"""

from __future__ import annotations

from hashlib import sha256
from hmac import HMAC

from py_ecc.secp256k1 import secp256k1 as curve

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.ecdsa import (
    CURVE_ORDER,
    FIELD_PRIME,
    PrivateKey,
    PublicKey,
    Signature,
    SignatureRejection,
)

Point = tuple[int, int]


def sign(key: PrivateKey, prehash: Bytes32) -> Signature:
    """r is the x of k·G, s = (z + r·key) / k; the recovery id tells which point R was (CRY-25)."""
    z = int.from_bytes(prehash, "big")
    k = compute_nonce(key, prehash)
    x, y = curve.multiply(curve.G, k)
    r = x % CURVE_ORDER
    s = pow(k, -1, CURVE_ORDER) * (z + r * int.from_bytes(key, "big")) % CURVE_ORDER
    return Signature.from_parts(r, s, 27 + y % 2 + 2 * (x >= CURVE_ORDER))


def compute_nonce(key: PrivateKey, prehash: Bytes32) -> int:
    """k after RFC 6979 section 3.2 with HMAC-SHA-256; the prehash goes in modulo n (CRY-25)."""
    reduced = (int.from_bytes(prehash, "big") % CURVE_ORDER).to_bytes(32, "big")
    value, secret = b"\x01" * 32, b"\x00" * 32
    for separator in (b"\x00", b"\x01"):
        secret = _hmac(secret, value + separator + key + reduced)
        value = _hmac(secret, value)
    while True:
        value = _hmac(secret, value)
        k = int.from_bytes(value, "big")
        if 0 < k < CURVE_ORDER:
            return k
        secret = _hmac(secret, value + b"\x00")
        value = _hmac(secret, value)


def recover(signature: Signature, prehash: Bytes32) -> PublicKey:
    """The key is (s·R - z·G) / r (CRY-26).

    Raises:
        Rejected: RecoveryFailed.
    """
    point = _point_with_x(int(signature.r) + CURVE_ORDER * (signature.recovery_id >> 1), signature.recovery_id & 1)
    inverse = pow(int(signature.r), -1, CURVE_ORDER)
    z = int.from_bytes(prehash, "big")
    key = curve.add(
        curve.multiply(point, int(signature.s) * inverse % CURVE_ORDER),
        curve.multiply(curve.G, -z * inverse % CURVE_ORDER),
    )
    if key == (0, 0):
        raise Rejected(SignatureRejection.RecoveryFailed)
    return compress(key)


def compress(point: Point) -> PublicKey:
    """Parity of y and x (CRY-21)."""
    x, y = point
    return PublicKey(bytes([2 + y % 2]) + x.to_bytes(32, "big"))


def _point_with_x(x: int, parity: int) -> Point:
    y_squared = (x**3 + 7) % FIELD_PRIME
    y = pow(y_squared, (FIELD_PRIME + 1) // 4, FIELD_PRIME)
    if x >= FIELD_PRIME or y * y % FIELD_PRIME != y_squared:
        raise Rejected(SignatureRejection.RecoveryFailed)
    return x, y if y % 2 == parity else FIELD_PRIME - y


def _hmac(secret: bytes, data: bytes) -> bytes:
    return HMAC(secret, data, sha256).digest()
