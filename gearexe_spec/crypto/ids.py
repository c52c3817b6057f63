"""How identifiers and addresses are derived.

Two worlds meet here: what contracts compute is Keccak-256, what executors compute is BLAKE2b-256 over an ASCII tag and
the parts, one after another, without lengths or separators.

Rules: CRY-3 to CRY-16.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId, CodeId, MessageId, ReservationId
from gearexe_spec.base.numeric import U32, U64, U128, U256
from gearexe_spec.crypto.hashes import blake2b256, keccak256

SYSTEM_ACTOR = ActorId(b"gear" * 8)
"""The actor that stands for the system itself; it has no address."""


def compute_code_id(code: bytes) -> CodeId:
    """The id of a WASM code: the hash of its bytes as uploaded, before instrumentation (CRY-3).

    Source: protocol/core/src/ids.rs `CodeIdExt::generate`.
    """
    return CodeId(blake2b256(code))


def compute_message_id(mirror: Address, nonce: U256) -> MessageId:
    """The id of a message sent through a Mirror; the nonce is the one before it grows (CRY-4).

    Source: Mirror.sol `_sendMessage`.
    """
    return MessageId(keccak256(mirror + nonce.to_big_endian()))


def compute_reply_id(replied_to: MessageId) -> MessageId:
    """The id of the one reply a message can have, whatever its payload and code (CRY-5).

    Source: protocol/core/src/ids.rs `MessageIdExt::generate_reply`.
    """
    return MessageId(blake2b256(b"reply" + replied_to))


def compute_outgoing_id(origin: MessageId, nonce: U32) -> MessageId:
    """The id of the message with handle `nonce` that is sent while `origin` is processed (CRY-6).

    Source: protocol/core/src/ids.rs `MessageIdExt::generate_outgoing`.
    """
    return MessageId(blake2b256(b"outgoing" + origin + nonce.to_little_endian()))


def compute_signal_id(origin: MessageId) -> MessageId:
    """The id of the signal caused by a message; Gear.exe sends none (CRY-7).

    Source: protocol/core/src/ids.rs `MessageIdExt::generate_signal`.
    """
    return MessageId(blake2b256(b"signal" + origin))


def compute_reservation_id(message_id: MessageId, nonce: U64) -> ReservationId:
    """The id of a gas reservation; Gear.exe makes none (CRY-8).

    Source: protocol/core/src/ids.rs `ReservationIdExt::generate`.
    """
    return ReservationId(blake2b256(b"reservation" + message_id + nonce.to_little_endian()))


def compute_actor_id_from_user(code_id: CodeId, salt: bytes) -> ActorId:
    """The id of a program that a user makes, in the generic runtime; on Gear.exe it is the Mirror's address (CRY-9).

    Source: protocol/core/src/ids.rs `ActorIdExt::generate_from_user`.
    """
    return ActorId(blake2b256(b"program_from_user" + code_id + salt))


def compute_actor_id_from_program(message_id: MessageId, code_id: CodeId, salt: bytes) -> ActorId:
    """The id of a program that a program makes, in the generic runtime (CRY-10).

    Source: protocol/core/src/ids.rs `ActorIdExt::generate_from_program`.
    """
    return ActorId(blake2b256(b"program_from_wasm" + message_id + code_id + salt))


def compute_external_message_id(block_number: U32, user: ActorId, nonce: U128) -> MessageId:
    """The id of a message from outside, in the generic runtime; on Gear.exe see CRY-4 and CRY-12 (CRY-11).

    Source: protocol/core/src/ids.rs `MessageIdExt::generate_from_user`.
    """
    return MessageId(blake2b256(b"external" + block_number.to_little_endian() + user + nonce.to_little_endian()))


def encode_injected_preimage(
    destination: ActorId, payload: bytes, value: U128, reference_block: Bytes32, salt: bytes
) -> bytes:
    """What an injected transaction is hashed and signed as: 144 bytes, the value big-endian (CRY-12).

    Source: ethexe/common/src/injected.rs `InjectedTransaction::to_hashable_bytes`.
    """
    return destination + blake2b256(payload) + value.to_big_endian() + reference_block + blake2b256(salt)


def compute_injected_id(preimage: bytes) -> MessageId:
    """The hash of an injected transaction, which is also the id of the message it makes (CRY-12).

    Source: ethexe/common/src/injected.rs `InjectedTransaction::to_hash`, `to_message_id`.
    """
    return MessageId(blake2b256(preimage))


def compute_create_address(creator: Address, nonce: U64) -> Address:
    """Where CREATE places a contract: the hash of the RLP list of creator and nonce (CRY-13).

    The pointer of stored bytes (SSTORE2) is made this way, with the Router as creator.
    """
    return Address(keccak256(encode_create_preimage(creator, nonce))[12:])


def encode_create_preimage(creator: Address, nonce: U64) -> bytes:
    """The RLP list of an address and a number (CRY-13)."""
    number = int(nonce)
    length = (number.bit_length() + 7) // 8
    encoded_nonce = number.to_bytes(length, "big")
    if not length or number >= 0x80:
        encoded_nonce = bytes([0x80 + length]) + encoded_nonce
    payload = b"\x94" + creator + encoded_nonce
    return bytes([0xC0 + len(payload)]) + payload


def compute_create2_address(creator: Address, salt: Bytes32, initcode_hash: Bytes32) -> Address:
    """Where CREATE2 places a contract (CRY-14)."""
    return Address(keccak256(b"\xff" + creator + salt + initcode_hash)[12:])


def compute_program_salt(code_id: CodeId, user_salt: Bytes32) -> Bytes32:
    """The CREATE2 salt of a program's Mirror (CRY-15).

    Source: Router.sol `_createProgram`.
    """
    return keccak256(code_id + user_salt)


def compute_namespace_slot(namespace: str) -> U256:
    """The storage slot of an ERC-7201 namespace; its last byte is zero (CRY-16)."""
    inner = int.from_bytes(keccak256(namespace.encode()), "big") - 1
    return U256(int.from_bytes(keccak256(inner.to_bytes(32, "big")), "big") & ~0xFF)
