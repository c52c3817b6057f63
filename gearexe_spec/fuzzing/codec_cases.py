"""Cases for codecs, hashes, ids and signatures."""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.crypto.ecdsa import CURVE_ORDER, hash_for_intended_validator, hash_personal_message, sign
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.layouts import LAYOUTS
from gearexe_spec.fuzzing.mutation import damage
from gearexe_spec.fuzzing.signed import SIGNED, private_key

TYPES = {**LAYOUTS, **SIGNED}
NAMES = tuple(sorted(TYPES))
DAMAGED_ONE_IN = 3


def make_codec_case(seed: int, index: int) -> Apply:
    """Whole and damaged values of every type in turn; between them ids and signatures.

    Every type gets one in `len(NAMES) + 2` cases; one in `DAMAGED_ONE_IN` of them is damaged.
    """
    round_, turn = divmod(index, len(NAMES) + 2)
    dice = Dice("codec", seed, round_, turn)
    if turn == len(NAMES):
        return make_ids_case(dice)
    if turn == len(NAMES) + 1:
        return make_recovery_case(dice)
    return make_decode_case(dice, NAMES[turn], is_damaged=dice.chance(DAMAGED_ONE_IN))


def make_values_case(seed: int, index: int) -> Apply:
    """Whole values only, of every type in turn."""
    round_, turn = divmod(index, len(NAMES))
    return make_decode_case(Dice("values", seed, round_, turn), NAMES[turn], is_damaged=False)


def make_hostile_case(seed: int, index: int) -> Apply:
    """Damaged values only, of every type in turn."""
    round_, turn = divmod(index, len(NAMES))
    return make_decode_case(Dice("hostile", seed, round_, turn), NAMES[turn], is_damaged=True)


def make_signatures_case(seed: int, index: int) -> Apply:
    """Keys, signatures and recoveries in the three formats; ids."""
    dice = Dice("signatures", seed, index)
    makers = (make_recovery_case, make_signing_case, make_key_case, make_ids_case)
    return makers[index % len(makers)](dice)


def make_decode_case(dice: Dice, name: str, *, is_damaged: bool) -> Apply:
    """Bytes to be read as a type."""
    data = TYPES[name](dice)
    if is_damaged:
        data = dice.blob(dice.below(80)) if dice.chance(8) else damage(data, dice)
    return Apply("values/decode", {"type": name, "bytes": hex_of(data)})


def make_ids_case(dice: Dice) -> Apply:
    """A message, a nonce and a code."""
    return Apply(
        "values/messageIds",
        {
            "messageId": hex_of(dice.blob(32)),
            "nonce": hex(dice.integer(32)),
            "code": hex_of(dice.blob(dice.length(5_000))),
        },
    )


def make_key_case(dice: Dice) -> Apply:
    """A private key, or 32 bytes that are none."""
    return Apply("signature/key", {"secret": hex_of(_scalar(dice))})


def make_signing_case(dice: Dice) -> Apply:
    """Something to sign."""
    key, digest, router = private_key(dice), dice.blob(32), dice.blob(20)
    return Apply("signature/sign", {"secret": hex_of(key), "digest": hex_of(digest), "router": hex_of(router)})


def make_recovery_case(dice: Dice) -> Apply:
    """A signature: valid, of another digest or format, with odd parts, or no signature at all."""
    digest, router = Bytes32(dice.blob(32)), Address(dice.blob(20))
    prehash = dice.pick((digest, hash_personal_message(digest), hash_for_intended_validator(router, digest)))
    signature = bytes(sign(private_key(dice), prehash).encode())
    match dice.below(6):
        case 0:
            signature = signature[:32] + _high_s(signature) + bytes([27 + (signature[64] - 27 ^ 1)])
        case 1:
            signature = _scalar(dice) + _scalar(dice) + bytes([dice.between(25, 32)])
        case 2:
            signature = signature[:64] + bytes([dice.below(256)])
        case 3:
            place = dice.below(65)
            signature = signature[:place] + bytes([dice.below(256)]) + signature[place + 1 :]
    return Apply(
        "signature/recover",
        {"signature": hex_of(signature), "digest": hex_of(digest), "router": hex_of(router)},
    )


def hex_of(data: bytes) -> str:
    """The wire's form of bytes."""
    return "0x" + data.hex()


def _scalar(dice: Dice) -> bytes:
    edges = (
        0,
        1,
        CURVE_ORDER - 1,
        CURVE_ORDER,
        CURVE_ORDER + 1,
        (1 << 256) - 1,
        CURVE_ORDER // 2,
        CURVE_ORDER // 2 + 1,
    )
    return (dice.pick(edges) if dice.below(2) else dice.integer(256)).to_bytes(32, "big")


def _high_s(signature: bytes) -> bytes:
    return (CURVE_ORDER - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
