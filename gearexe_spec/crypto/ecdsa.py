"""Signatures over secp256k1 as users and validators make them.

One curve, one nonce rule (RFC 6979), one 65-byte form; three ways to turn the digest of an object into what is signed,
which must not be mixed. How the contracts read a signature is stricter and stands in `on_chain_ecdsa`.

Rules: CRY-20 to CRY-31.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto
from typing import Self

import coincurve

from gearexe_spec.base.fixed_bytes import Address, Bytes32, Bytes65, FixedBytes
from gearexe_spec.base.numeric import U8, U256
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.codec import scale
from gearexe_spec.crypto.hashes import keccak256

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""n: the number of points of secp256k1."""
FIELD_PRIME = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F
"""p: coordinates are counted modulo this prime."""
GREATEST_LOW_S = CURVE_ORDER // 2

_EIP191_PREFIX = b"\x19Ethereum Signed Message:\n32"
_INTENDED_VALIDATOR_PREFIX = b"\x19\x00"


class SignatureRejection(Rejection):
    """Why a key or a signature is none."""

    InvalidKey = auto()
    InvalidSignatureBytes = auto()
    """Not 65 bytes, or v is not 27 to 30."""
    ScalarOutOfRange = auto()
    """r or s is 0 or at least n. Production aborts on these (finding F-COD-1)."""
    InvalidSignatureText = auto()
    InvalidAddressText = auto()
    RecoveryFailed = auto()
    AddressMismatch = auto()

    @property
    def phase(self) -> Phase:
        """Bytes are judged while they are decoded, signatures afterwards; both come before anything happens."""
        return Phase.VALIDATE if self.name in {"RecoveryFailed", "AddressMismatch"} else Phase.DECODE


class PublicKey(FixedBytes):
    """33 bytes: 02 for an even, 03 for an odd y, then x (CRY-21)."""

    LENGTH = 33

    def to_address(self) -> Address:
        """The last 20 bytes of the hash of both coordinates (CRY-21)."""
        return _address_of(coincurve.PublicKey(self))

    def coordinates(self) -> tuple[U256, U256]:
        """The affine point, (x, y)."""
        x, y = coincurve.PublicKey(self).point()
        return U256(x), U256(y)


class PrivateKey(FixedBytes):
    """A scalar from 1 to n - 1, 32 bytes big-endian (CRY-20)."""

    LENGTH = 32

    def __new__(cls, value: bytes) -> Self:
        """A key from its bytes.

        Raises:
            Rejected: InvalidKey, when the scalar is 0 or at least n.
        """
        key = super().__new__(cls, value)
        if not 0 < int.from_bytes(key, "big") < CURVE_ORDER:
            raise Rejected(SignatureRejection.InvalidKey)
        return key

    def public_key(self) -> PublicKey:
        """The point this scalar leads to."""
        return PublicKey(coincurve.PrivateKey(self).public_key.format(compressed=True))

    def to_address(self) -> Address:
        """The address of the public key."""
        return self.public_key().to_address()

    def __repr__(self) -> str:
        return f"PrivateKey of {self.to_address()}"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature: r and s in 1 to n - 1, s never above n / 2, v = 27 + recovery id (CRY-22).

    Make it with `decode`, `from_parts` or `sign`, which normalise.
    """

    r: U256
    s: U256
    v: U8

    @classmethod
    def from_parts(cls, r: int, s: int, v: int) -> Self:
        """Check and normalise the three parts (CRY-23, CRY-24).

        Raises:
            Rejected: InvalidSignatureBytes where v is not 27 to 30, then ScalarOutOfRange.
        """
        if not 27 <= v <= 30:
            raise Rejected(SignatureRejection.InvalidSignatureBytes)
        if not (0 < r < CURVE_ORDER and 0 < s < CURVE_ORDER):
            raise Rejected(SignatureRejection.ScalarOutOfRange)
        if s > GREATEST_LOW_S:
            s, v = CURVE_ORDER - s, 27 + (v - 27 ^ 1)
        return cls(U256(r), U256(s), U8(v))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read r (32) ‖ s (32) ‖ v (1), big-endian (CRY-23).

        A high s is accepted and turned low, so that encoding again may give other bytes.

        Raises:
            Rejected: InvalidSignatureBytes, also for another number of bytes than 65; ScalarOutOfRange.
        """
        if len(data) != 65:
            raise Rejected(SignatureRejection.InvalidSignatureBytes)
        return cls.from_parts(int.from_bytes(data[:32], "big"), int.from_bytes(data[32:64], "big"), data[64])

    def encode(self) -> Bytes65:
        """r (32) ‖ s (32) ‖ v (1), big-endian (CRY-22)."""
        return Bytes65(self.r.to_big_endian() + self.s.to_big_endian() + self.v.to_big_endian())

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read 130 hexadecimal digits of either case, with or without `0x` (CRY-31).

        Raises:
            Rejected: InvalidSignatureText, then as `decode`.
        """
        data = _bytes_from_text(text, 65)
        if data is None:
            raise Rejected(SignatureRejection.InvalidSignatureText)
        return cls.decode(data)

    def to_text(self) -> str:
        """`0x` and 130 lower-case digits (CRY-31)."""
        return self.encode().to_hex()

    @property
    def recovery_id(self) -> int:
        """0 to 3: bit 0 is the parity of R's y, bit 1 says that R's x is r + n."""
        return self.v - 27


def sign(key: PrivateKey, prehash: Bytes32) -> Signature:
    """Sign 32 bytes with the nonce of RFC 6979 (HMAC-SHA-256), low s (CRY-25).

    Source: protocol/gsigner/src/schemes/secp256k1/signature.rs `Signature::create`.
    """
    data = coincurve.PrivateKey(key).sign_recoverable(prehash, hasher=None)
    return Signature.decode(data[:64] + bytes([27 + data[64]]))


def recover(signature: Signature, prehash: Bytes32) -> PublicKey:
    """The key that signed (CRY-26).

    Raises:
        Rejected: RecoveryFailed, when no point has the given x or the key would be the point at infinity.

    Source: protocol/gsigner/src/schemes/secp256k1/signature.rs `Signature::validate`.
    """
    return PublicKey(_recover_point(signature, prehash).format(compressed=True))


def recover_address(signature: Signature, prehash: Bytes32) -> Address:
    """The address of the key that signed (CRY-21, CRY-26).

    Raises:
        Rejected: RecoveryFailed.
    """
    return _address_of(_recover_point(signature, prehash))


def recover_signer(signature: Signature, prehash: Bytes32, claimed: Address) -> Address:
    """The address that signed, which must be the claimed one (CRY-27).

    Raises:
        Rejected: RecoveryFailed, then AddressMismatch.

    Source: protocol/gsigner/src/schemes/secp256k1/signature.rs `SignedMessage`.
    """
    signer = recover_address(signature, prehash)
    if signer != claimed:
        raise Rejected(SignatureRejection.AddressMismatch)
    return signer


def _recover_point(signature: Signature, prehash: Bytes32) -> coincurve.PublicKey:
    data = signature.encode()[:64] + bytes([signature.recovery_id])
    try:
        return coincurve.PublicKey.from_signature_and_message(data, prehash, hasher=None)
    except Exception as error:
        raise Rejected(SignatureRejection.RecoveryFailed) from error


def _address_of(point: coincurve.PublicKey) -> Address:
    return Address(keccak256(point.format(compressed=False)[1:])[12:])


def hash_personal_message(digest: Bytes32) -> Bytes32:
    """What is signed of a user's object or a receipt: EIP-191; the length is that of the digest (CRY-28)."""
    return keccak256(_EIP191_PREFIX + digest)


def encode_for_intended_validator(router: Address, digest: Bytes32) -> bytes:
    """What is hashed to sign a batch: 54 bytes, 19 00, the Router's proxy, the digest (CRY-29)."""
    return _INTENDED_VALIDATOR_PREFIX + router + digest


def hash_for_intended_validator(router: Address, digest: Bytes32) -> Bytes32:
    """What is signed of a batch: ERC-191 version 0, with the Router's proxy as the one who validates (CRY-29)."""
    return keccak256(encode_for_intended_validator(router, digest))


def address_from_text(text: str) -> Address:
    """Read 40 hexadecimal digits of either case, with or without `0x`; no checksum (CRY-30).

    Raises:
        Rejected: InvalidAddressText.
    """
    data = _bytes_from_text(text, 20)
    if data is None:
        raise Rejected(SignatureRejection.InvalidAddressText)
    return Address(data)


def _bytes_from_text(text: str, length: int) -> bytes | None:
    digits = text.removeprefix("0x")
    if len(digits) != 2 * length or not set(digits) <= set("0123456789abcdefABCDEF"):
        return None
    return bytes.fromhex(digits)


class _SignatureCodec(scale.Codec[Signature]):
    """65 raw bytes, judged while they are read (CRY-22, CRY-23)."""

    def encode_into(self, value: Signature, out: bytearray) -> None:
        out += value.encode()

    def decode_from(self, reader: scale.Reader) -> Signature:
        return Signature.decode(reader.take(65))


signature_codec: scale.Codec[Signature] = _SignatureCodec()
