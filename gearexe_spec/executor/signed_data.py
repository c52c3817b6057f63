"""Objects with a raw signature: what validators send each other.

The digest itself is signed, and the signer is whoever the signature recovers to; nobody is named. So any altered object
has some signer, only another one.

Rules: BAT-47, BAT-48.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.codec.scale import Codec, Reader
from gearexe_spec.crypto.ecdsa import PrivateKey, PublicKey, Signature, recover, sign, signature_codec

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SignedData(Generic[T]):
    """An object, the signature of its digest, and the key that is recovered from it (BAT-47)."""

    data: T
    signature: Signature
    public_key: PublicKey

    @property
    def signer(self) -> Address:
        """The address of the key."""
        return self.public_key.to_address()


class _SignedDataCodec(Codec[SignedData[T]]):
    """The object, then 65 bytes; the key is recovered while it is read (BAT-47, BAT-48)."""

    def __init__(self, data: Codec[T], digest: Callable[[T], Bytes32]) -> None:
        self.data = data
        self.digest = digest

    def encode_into(self, value: SignedData[T], out: bytearray) -> None:
        self.data.encode_into(value.data, out)
        signature_codec.encode_into(value.signature, out)

    def decode_from(self, reader: Reader) -> SignedData[T]:
        data = self.data.decode_from(reader)
        signature = signature_codec.decode_from(reader)
        return SignedData(data, signature, recover(signature, self.digest(data)))


def signed_data(data: Codec[T], digest: Callable[[T], Bytes32]) -> Codec[SignedData[T]]:
    """Codec of an object with a raw signature (BAT-47).

    Decoding raises what reading the parts raises, then RecoveryFailed (BAT-48).

    Source: protocol/gsigner/src/schemes/secp256k1/signature.rs `SignedData`.
    """
    return _SignedDataCodec(data, digest)


def sign_data(key: PrivateKey, data: T, digest: Bytes32) -> SignedData[T]:
    """Sign an object of this digest (BAT-47)."""
    return SignedData(data, sign(key, digest), key.public_key())
