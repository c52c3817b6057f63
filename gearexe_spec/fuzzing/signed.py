"""Signed envelopes: an object, the signature of its digest as a message, the signer's address."""

from __future__ import annotations

from collections.abc import Mapping

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.crypto.ecdsa import CURVE_ORDER, PrivateKey, hash_personal_message, sign
from gearexe_spec.crypto.hashes import blake2b256, keccak256
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.layouts import Layout, compact, hash32

REASONS = (1, 2, 255)


def private_key(dice: Dice) -> PrivateKey:
    """A key: a random scalar, or one at an edge."""
    scalar = dice.pick((1, 2, CURVE_ORDER - 1)) if dice.chance(16) else dice.between(1, CURVE_ORDER - 1)
    return PrivateKey(scalar.to_bytes(32, "big"))


def envelope(data: bytes, digest: Bytes32, dice: Dice) -> bytes:
    """Data, signature and address."""
    key = private_key(dice)
    return data + sign(key, hash_personal_message(digest)).encode() + key.to_address()


def signed_transaction(dice: Dice) -> bytes:
    """A signed injected transaction."""
    destination, reference = hash32(dice), hash32(dice)
    payload, salt = dice.blob(dice.length(2_000)), dice.blob(dice.below(33))
    value = dice.integer(128)
    preimage = destination + blake2b256(payload) + value.to_bytes(16, "big") + reference + blake2b256(salt)
    data = b"".join((destination, _octets(payload), value.to_bytes(16, "little"), reference, _octets(salt)))
    return envelope(data, keccak256(preimage), dice)


def signed_receipt(dice: Dice) -> bytes:
    """A signed receipt with its whole promise, or of a purged transaction."""
    if dice.below(2):
        return _purged(dice)
    transaction, payload = hash32(dice), dice.blob(dice.length(2_000))
    value, code = dice.integer(128), dice.pick((b"\0\0", b"\0\1", b"\1\3", b"\1\0\3", b"\xff"))
    reply_hash = blake2b256(payload + value.to_bytes(16, "big") + code.ljust(4, b"\0"))
    data = b"\0" + transaction + _octets(payload) + value.to_bytes(16, "little") + code
    return envelope(data, keccak256(b"\0" + transaction + reply_hash), dice)


def signed_compact_receipt(dice: Dice) -> bytes:
    """A signed receipt with the hash of its promise, or of a purged transaction."""
    if dice.below(2):
        return _purged(dice)
    promise = hash32(dice) + hash32(dice)
    return envelope(b"\0" + promise, keccak256(b"\0" + promise), dice)


def _purged(dice: Dice) -> bytes:
    purged = hash32(dice) + bytes([dice.pick(REASONS)])
    return envelope(b"\1" + purged, keccak256(b"\1" + purged), dice)


def _octets(data: bytes) -> bytes:
    return compact(len(data)) + data


SIGNED: Mapping[str, Layout] = {
    "SignedInjectedTransaction": signed_transaction,
    "SignedTxReceipt": signed_receipt,
    "SignedCompactTxReceipt": signed_compact_receipt,
}
"""The signed envelopes by the names of the recordings."""
