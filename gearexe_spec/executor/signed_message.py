"""Objects with a personal signature: what users and validators show to people.

Rules: BLK-25 to BLK-27.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.codec.scale import Codec, Reader, fixed
from gearexe_spec.crypto.ecdsa import (
    PrivateKey,
    Signature,
    hash_personal_message,
    recover_signer,
    sign,
    signature_codec,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SignedMessage(Generic[T]):
    """An object, the EIP-191 signature of its digest, and who signed (BLK-25)."""

    data: T
    signature: Signature
    address: Address


class _SignedMessageCodec(Codec[SignedMessage[T]]):
    """The object, 65 bytes, 20 bytes; the signature is checked while it is read (BLK-26)."""

    def __init__(self, data: Codec[T], digest: Callable[[T], Bytes32]) -> None:
        self.data = data
        self.digest = digest

    def encode_into(self, value: SignedMessage[T], out: bytearray) -> None:
        self.data.encode_into(value.data, out)
        signature_codec.encode_into(value.signature, out)
        out += value.address

    def decode_from(self, reader: Reader) -> SignedMessage[T]:
        """The object, and who signed it: recovered and compared (BLK-25, BLK-26)."""
        data = self.data.decode_from(reader)
        signature = signature_codec.decode_from(reader)
        address = fixed(Address).decode_from(reader)
        recover_signer(signature, hash_personal_message(self.digest(data)), address)
        return SignedMessage(data, signature, address)


def signed_message(data: Codec[T], digest: Callable[[T], Bytes32]) -> Codec[SignedMessage[T]]:
    """Codec of a signed object (BLK-26).

    Decoding raises what reading the parts raises, then RecoveryFailed, then AddressMismatch.

    Source: protocol/gsigner/src/schemes/secp256k1/signature.rs `SignedMessage`.
    """
    return _SignedMessageCodec(data, digest)


def sign_message(key: PrivateKey, data: T, digest: Bytes32) -> SignedMessage[T]:
    """Sign an object of this digest (BLK-27)."""
    return SignedMessage(data, sign(key, hash_personal_message(digest)), key.to_address())
