"""Who lives in a random history of the contracts, and how they hash and sign.

Hashes and signatures are written out once more here, from eth-keys and Keccak alone: what the specification computes is
what is being tested.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_keys.datatypes import PrivateKey

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.crypto.hashes import KECCAK_EMPTY, keccak256

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
CHALLENGE_TAG = b"FROST-secp256k1-KECCAK256-v1chal\x20"
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class ValidatorSet:
    """Keys of a set, and the secret behind its aggregated key."""

    keys: tuple[PrivateKey, ...]
    group_secret: int

    @property
    def addresses(self) -> list[Address]:
        """Of the members, in order."""
        return [address_of(key) for key in self.keys]

    @property
    def aggregated_key(self) -> tuple[int, int]:
        """The group's public key."""
        return point(self.group_secret)


def make_key(name: str) -> PrivateKey:
    """A key of somebody, always the same."""
    return PrivateKey(bytes(keccak256(name.encode())))


def make_set(chance: random.Random, sizes: Sequence[int]) -> ValidatorSet:
    """Some of twelve validators, and a fresh group key."""
    keys = tuple(make_key(f"validator {chance.randrange(12)}") for _ in range(chance.choice(sizes)))
    return ValidatorSet(keys, chance.randrange(1, CURVE_ORDER))


def address_of(key: PrivateKey) -> Address:
    """The account of a key."""
    return Address(key.public_key.to_canonical_address())


def sign_digest(key: PrivateKey, digest: bytes) -> bytes:
    """r, s, v with v 27 or 28."""
    signature = key.sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes([signature[64] + 27])


def sign_typed(key: PrivateKey, domain: bytes, kind: str, words: Sequence[bytes]) -> tuple[int, bytes, bytes]:
    """v, r, s of EIP-712 data.

    Args:
        domain: its separator, from `hash_domain`.
        kind: the type with its members.
        words: the members, 32 bytes each.
    """
    struct = keccak256(keccak256(kind.encode()) + b"".join(item.rjust(32, b"\0") for item in words))
    signature = sign_digest(key, keccak256(b"\x19\x01" + domain + struct))
    return signature[64], signature[:32], signature[32:64]


def hash_domain(name: str, chain_id: int, contract: Address) -> bytes:
    """The EIP-712 separator of a contract, version 1."""
    kind = keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    return keccak256(kind + keccak256(name.encode()) + keccak256(b"1") + word(chain_id) + contract.rjust(32, b"\0"))


def sign_for_group(secret: int, digest: bytes, nonce: int) -> bytes:
    """A Schnorr signature as one who knows the whole secret makes it: R, z."""
    public, commitment = point(secret), point(nonce)
    message = compress(commitment) + compress(public) + digest
    b0 = keccak256(bytes(136) + message + b"\x00\x30\x00" + CHALLENGE_TAG)
    b1 = keccak256(b0 + b"\x01" + CHALLENGE_TAG)
    mixed = bytes(left ^ right for left, right in zip(b0, b1, strict=True))
    b2 = keccak256(mixed + b"\x02" + CHALLENGE_TAG)
    challenge = int.from_bytes(b1 + b2[:16], "big") % CURVE_ORDER
    return word(commitment[0]) + word(commitment[1]) + word((nonce + challenge * secret) % CURVE_ORDER)


def point(secret: int) -> tuple[int, int]:
    """The public point of a secret."""
    public = PrivateKey(word(secret)).public_key.to_bytes()
    return int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")


def compress(place: tuple[int, int]) -> bytes:
    """A point in 33 bytes."""
    return bytes([2 + place[1] % 2]) + word(place[0])


def word(number: int) -> bytes:
    """32 bytes."""
    return number.to_bytes(32, "big")


def hash_batch(batch: Fields, reward_hashes: bytes) -> bytes:
    """The hash of a batch; `reward_hashes` is what the Middleware answers for operators and stakers, 64 bytes."""
    header = batch["blockHash"] + batch["blockTimestamp"].to_bytes(6, "big") + batch["previousCommittedBatchHash"]
    codes = keccak256(b"".join(keccak256(code["id"] + bytes([code["valid"]])) for code in batch["codeCommitments"]))
    chain = hash_chain(batch["chainCommitment"])
    rewards = KECCAK_EMPTY
    for commitment in batch["rewardsCommitment"][:1]:
        rewards = keccak256(reward_hashes + commitment["timestamp"].to_bytes(6, "big"))
    validators = hash_validators(batch["validatorsCommitment"])
    return keccak256(header + bytes([batch["expiry"]]) + chain + codes + rewards + validators)


def hash_chain(commitments: Sequence[Fields]) -> bytes:
    """The hash of the chain commitment, if there is one."""
    if not commitments:
        return KECCAK_EMPTY
    transitions = b"".join(hash_transition(transition) for transition in commitments[0]["transitions"])
    return keccak256(keccak256(transitions) + commitments[0]["head"] + commitments[0]["lastAdvancedEthBlock"])


def hash_validators(commitments: Sequence[Fields]) -> bytes:
    """The hash of the validators commitment, if there is one."""
    if not commitments:
        return KECCAK_EMPTY
    commitment = commitments[0]
    key = commitment["aggregatedPublicKey"]
    addresses = b"".join(address.rjust(32, b"\0") for address in commitment["validators"])
    flag = bytes([commitment["hasAggregatedPublicKey"]])
    return keccak256(flag + word(key["x"]) + word(key["y"]) + addresses + word(commitment["eraIndex"]))


def hash_transition(transition: Fields) -> bytes:
    """The hash of a transition of state."""
    claims = b"".join(
        keccak256(claim["messageId"] + claim["destination"] + claim["value"].to_bytes(16, "big"))
        for claim in transition["valueClaims"]
    )
    messages = b"".join(hash_message(message) for message in transition["messages"])
    return keccak256(
        transition["actorId"]
        + transition["newStateHash"]
        + bytes([transition["exited"]])
        + transition["inheritor"]
        + transition["valueToReceive"].to_bytes(16, "big")
        + bytes([transition["valueToReceiveNegativeSign"]])
        + keccak256(claims)
        + keccak256(messages)
    )


def hash_message(message: Fields) -> bytes:
    """The hash of a message of a program."""
    reply = message["replyDetails"]
    value = message["value"].to_bytes(16, "big")
    head = message["id"] + message["destination"] + message["payload"] + value
    return keccak256(head + reply["to"] + reply["code"] + bytes([message["call"]]))
