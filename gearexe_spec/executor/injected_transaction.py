"""Injected transactions: messages that users hand to the validators directly.

Rules: BLK-20 to BLK-24.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U128
from gearexe_spec.codec.scale import Codec, byte_vector, fixed, struct, u128
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_injected_id, encode_injected_preimage
from gearexe_spec.execution.message import actor_id
from gearexe_spec.executor.signed_message import SignedMessage, signed_message

MAX_PAYLOAD_LENGTH = 129_024
"""Bytes of payload that decode (BLK-20)."""
MAX_SALT_LENGTH = 32
"""Bytes of salt that decode (BLK-20)."""


@dataclass(frozen=True, slots=True)
class InjectedTransaction:
    """A message to a program; `reference_block` and `salt` make it unique and short-lived (BLK-20)."""

    destination: ActorId
    payload: bytes
    value: U128
    reference_block: Bytes32
    salt: bytes


injected_transaction: Codec[InjectedTransaction] = struct(
    InjectedTransaction,
    destination=actor_id,
    payload=byte_vector(MAX_PAYLOAD_LENGTH),
    value=u128,
    reference_block=fixed(Bytes32),
    salt=byte_vector(MAX_SALT_LENGTH),
)


def encode_preimage(transaction: InjectedTransaction) -> bytes:
    """What is hashed and signed: 144 bytes (BLK-21)."""
    return encode_injected_preimage(
        transaction.destination,
        transaction.payload,
        transaction.value,
        transaction.reference_block,
        transaction.salt,
    )


def compute_transaction_id(transaction: InjectedTransaction) -> MessageId:
    """The hash of the transaction, which is the id of the message it becomes (BLK-21).

    Source: ethexe/common/src/injected.rs `InjectedTransaction::to_hash`, `to_message_id`.
    """
    return compute_injected_id(encode_preimage(transaction))


def digest_transaction(transaction: InjectedTransaction) -> Bytes32:
    """Keccak digest that the user signs (BLK-22).

    Source: ethexe/common/src/injected.rs `InjectedTransaction`, `ToDigest`.
    """
    return keccak256(encode_preimage(transaction))


SignedInjectedTransaction = SignedMessage[InjectedTransaction]

signed_injected_transaction: Codec[SignedInjectedTransaction] = signed_message(injected_transaction, digest_transaction)


@dataclass(frozen=True, slots=True)
class VerifiedTransaction:
    """An injected transaction and the address that signed it, as an actor (BLK-23)."""

    source: ActorId
    transaction: InjectedTransaction


def to_verified(signed: SignedInjectedTransaction) -> VerifiedTransaction:
    """A transaction whose signature was checked when it was decoded (BLK-23)."""
    return VerifiedTransaction(ActorId.from_address(signed.address), signed.data)
