"""A validator's record for discovery: where it can be reached, signed by its validator key and its network key.

Rules: ROL-24 to ROL-28.
Source: ethexe/network/src/validator/discovery.rs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U128
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.codec.scale import Codec, Reader, byte_vector, struct, u128, vector
from gearexe_spec.crypto.ecdsa import PrivateKey, PublicKey, Signature, recover, sign, signature_codec
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.executor.multiaddress import P2P, decode_multiaddress, peer_id_of_key

GREATEST_ADDRESS_COUNT = 10


class IdentityRejection(Rejection):
    """Why a record is not accepted."""

    NoAddresses = auto()
    TooManyAddresses = auto()
    DuplicatedAddress = auto()
    AddressWithoutPeerId = auto()
    DifferentPeerIds = auto()
    NotTheNetworkKey = auto()
    """The addresses' peer id is not that of the key that signed."""

    @property
    def phase(self) -> Phase:
        """Judged before anything happens."""
        return Phase.VALIDATE


@dataclass(frozen=True, slots=True)
class ValidatorIdentity:
    """Where a validator can be reached; of two records the one made later counts (ROL-24, ROL-28).

    Args:
        addresses: binary network addresses.
        creation_time: when the record was made.
    """

    addresses: tuple[bytes, ...]
    creation_time: U128


@dataclass(frozen=True, slots=True)
class SignedValidatorIdentity:
    """A record with both signatures, and the keys recovered from them (ROL-26)."""

    identity: ValidatorIdentity
    validator_signature: Signature
    network_signature: Signature
    validator_key: PublicKey
    network_key: PublicKey

    @property
    def validator(self) -> Address:
        """The validator's address."""
        return self.validator_key.to_address()

    @property
    def peer_id(self) -> bytes:
        """Of the network key."""
        return peer_id_of_key(self.network_key)


class _AddressesCodec(Codec[tuple[bytes, ...]]):
    """A list of byte strings, judged before what follows is read (ROL-27)."""

    def encode_into(self, value: tuple[bytes, ...], out: bytearray) -> None:
        _ADDRESSES.encode_into(value, out)

    def decode_from(self, reader: Reader) -> tuple[bytes, ...]:
        addresses = _ADDRESSES.decode_from(reader)
        find_peer_id(addresses)
        return addresses


_ADDRESSES = vector(byte_vector())
validator_identity: Codec[ValidatorIdentity] = struct(
    ValidatorIdentity, addresses=_AddressesCodec(), creation_time=u128
)


def digest_identity(identity: ValidatorIdentity) -> Bytes32:
    """What both keys sign: all addresses joined, the time big-endian (ROL-25)."""
    return keccak256(b"".join(identity.addresses) + identity.creation_time.to_big_endian())


def find_peer_id(addresses: tuple[bytes, ...]) -> bytes:
    """The one peer id in which all addresses end; one address after the other is judged (ROL-27).

    Raises:
        Rejected: NoAddresses, TooManyAddresses; for each address a MultiaddressRejection, AddressWithoutPeerId,
            DifferentPeerIds, DuplicatedAddress.
    """
    if not addresses:
        raise Rejected(IdentityRejection.NoAddresses)
    if len(addresses) > GREATEST_ADDRESS_COUNT:
        raise Rejected(IdentityRejection.TooManyAddresses)
    first = _peer_id_of(addresses[0])
    for place, address in enumerate(addresses):
        if _peer_id_of(address) != first:
            raise Rejected(IdentityRejection.DifferentPeerIds)
        if address in addresses[:place]:
            raise Rejected(IdentityRejection.DuplicatedAddress)
    return first


def sign_identity(identity: ValidatorIdentity, validator: PrivateKey, network: PrivateKey) -> SignedValidatorIdentity:
    """The record as a validator publishes it; both signatures are raw (ROL-26)."""
    digest = digest_identity(identity)
    return SignedValidatorIdentity(
        identity, sign(validator, digest), sign(network, digest), validator.public_key(), network.public_key()
    )


def is_newer(record: SignedValidatorIdentity, known: SignedValidatorIdentity | None) -> bool:
    """Whether a record replaces a known one: it was made later (ROL-28)."""
    return known is None or record.identity.creation_time > known.identity.creation_time


class _SignedIdentityCodec(Codec[SignedValidatorIdentity]):
    """The record, the validator's signature, the network key's; checked while it is read (ROL-26, ROL-27)."""

    def encode_into(self, value: SignedValidatorIdentity, out: bytearray) -> None:
        validator_identity.encode_into(value.identity, out)
        signature_codec.encode_into(value.validator_signature, out)
        signature_codec.encode_into(value.network_signature, out)

    def decode_from(self, reader: Reader) -> SignedValidatorIdentity:
        identity = validator_identity.decode_from(reader)
        digest = digest_identity(identity)
        by_validator = signature_codec.decode_from(reader)
        validator_key = recover(by_validator, digest)
        by_network = signature_codec.decode_from(reader)
        signed = SignedValidatorIdentity(identity, by_validator, by_network, validator_key, recover(by_network, digest))
        if signed.peer_id != _peer_id_of(identity.addresses[0]):
            raise Rejected(IdentityRejection.NotTheNetworkKey)
        return signed


signed_validator_identity: Codec[SignedValidatorIdentity] = _SignedIdentityCodec()


def _peer_id_of(address: bytes) -> bytes:
    components = decode_multiaddress(address)
    if not components or components[-1].code != P2P:
        raise Rejected(IdentityRejection.AddressWithoutPeerId)
    return components[-1].value
