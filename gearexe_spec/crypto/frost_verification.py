"""FROST signatures as the Router verifies them.

One signature of the whole set of validators under one aggregated key. The contract has no curve arithmetic: it lets the
ecrecover precompile compute the address of z·G - c·X and compares it with the address of R.

Rules: CRY-60 to CRY-65.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U256
from gearexe_spec.crypto.ecdsa import CURVE_ORDER, FIELD_PRIME
from gearexe_spec.crypto.hash_to_field import expand_message
from gearexe_spec.crypto.hashes import keccak256, raw_keccak256
from gearexe_spec.crypto.on_chain_ecdsa import compute_ecrecover

CONTEXT = b"FROST-secp256k1-KECCAK256-v1"
KECCAK_BLOCK_LENGTH = 136
expand_message_with_keccak = partial(expand_message, raw_keccak256, KECCAK_BLOCK_LENGTH)


@dataclass(frozen=True, slots=True)
class Point:
    """Two words as they stand in calldata or storage; not necessarily a point of the curve."""

    x: U256
    y: U256

    def encode(self) -> bytes:
        """x (32) ‖ y (32)."""
        return self.x.to_big_endian() + self.y.to_big_endian()

    def compress(self) -> bytes:
        """02 or 03 by the parity of y, then x: 33 bytes (CRY-62)."""
        return bytes([2 + int(self.y) % 2]) + self.x.to_big_endian()

    def to_address(self) -> Address:
        """The last 20 bytes of the hash of the two words (CRY-64)."""
        return Address(keccak256(self.encode())[12:])

    def is_on_curve(self) -> bool:
        """y² = x³ + 7 modulo p; the coordinates need not be below p (CRY-60)."""
        return (int(self.y) ** 2 - int(self.x) ** 3 - 7) % FIELD_PRIME == 0


@dataclass(frozen=True, slots=True)
class FrostSignature:
    """The point R and the scalar z: 96 bytes on chain."""

    r: Point
    z: U256

    @classmethod
    def decode(cls, data: bytes) -> FrostSignature:
        """Read Rx ‖ Ry ‖ z from exactly 96 bytes."""
        if len(data) != 96:
            raise ValueError(f"a FROST signature has 96 bytes, not {len(data)}")
        rx, ry, z = (U256(int.from_bytes(data[start : start + 32], "big")) for start in (0, 32, 64))
        return cls(Point(rx, ry), z)

    def encode(self) -> bytes:
        """Rx (32) ‖ Ry (32) ‖ z (32)."""
        return self.r.encode() + self.z.to_big_endian()


def is_public_key_valid(key: Point) -> bool:
    """Whether a set of validators may have this key: x below n, and on the curve (CRY-61).

    y may be p or more; such a key passes, but with the other parity in every verification.

    Source: frost-secp256k1-evm FROST.sol `isValidPublicKey`.
    """
    return key.x < CURVE_ORDER and key.is_on_curve()


def encode_challenge_input(public_key: Point, r: Point, message: Bytes32) -> bytes:
    """R and the key compressed, then the message: 98 bytes (CRY-62)."""
    return r.compress() + public_key.compress() + message


def compute_challenge(public_key: Point, r: Point, message: Bytes32) -> U256:
    """The scalar that binds key, R and message (CRY-63).

    Source: frost-secp256k1-evm FROST.sol `computeChallenge`.
    """
    data = encode_challenge_input(public_key, r, message)
    wide = expand_message_with_keccak(data, CONTEXT + b"chal", 48)
    return U256(int.from_bytes(wide, "big") % CURVE_ORDER)


def is_frost_signature_valid(public_key: Point, signature: FrostSignature, message: Bytes32) -> bool:
    """Whether the Router accepts the signature (CRY-64, CRY-65).

    Args:
        public_key: of the set; not checked again here.
        signature: R and z.
        message: the signed digest, 32 bytes.

    Source: frost-secp256k1-evm FROST.sol `verifySignature`.
    """
    if not signature.r.is_on_curve():
        return False
    if not 0 < signature.z < CURVE_ORDER:
        return False
    challenge = compute_challenge(public_key, signature.r, message)
    if challenge == 0:
        return False
    return compute_address_of_difference(public_key, signature.z, challenge) == signature.r.to_address()


def compute_address_of_difference(public_key: Point, z: U256, challenge: U256) -> Address:
    """The address of z·G - c·X, by asking for the signer of a made-up signature (CRY-64).

    Recovery computes (s·R - e·G) / r; with r = Px, e = -z·Px and s = -c·Px that is z·G - c·X. Where the precompile has
    no answer the address is zero.
    """
    digest = CURVE_ORDER - int(z) * int(public_key.x) % CURVE_ORDER
    s = CURVE_ORDER - int(challenge) * int(public_key.x) % CURVE_ORDER
    v = U256(27 + int(public_key.y) % 2)
    recovered = compute_ecrecover(Bytes32(digest.to_bytes(32, "big")), v, public_key.x, U256(s))
    return recovered if recovered is not None else Address.zero()
