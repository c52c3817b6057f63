"""Signatures of validators, in nodes and on chain."""

import pytest

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.crypto.ecdsa import CURVE_ORDER, PrivateKey, sign

KEYS = {"one": 1, "two": 2, "greatest": CURVE_ORDER - 1, "random": int.from_bytes(bytes(range(1, 33)), "big")}
DIGEST = Bytes32(bytes(range(32, 64)))


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_sign_and_recover(vectors: Recorder, key: int) -> None:
    """Deterministic nonces, low s; the signer is recovered (CRY-25, CRY-26)."""
    signed = vectors.hash("ecdsa/sign", {"key": word(key), "prehash": DIGEST}, name=f"sign-{key:x}"[:40])
    assert isinstance(signed, dict)
    value = {"signature": signed["result"], "prehash": DIGEST}
    vectors.hash("ecdsa/recover", value, name=f"recover-{key:x}"[:40])


@pytest.mark.parametrize("key", [0, CURVE_ORDER, (1 << 256) - 1], ids=["zero", "order", "greatest"])
def test_key_out_of_range(vectors: Recorder, key: int) -> None:
    """A key is between 1 and the order of the curve (CRY-25)."""
    vectors.hash("ecdsa/sign", {"key": word(key), "prehash": DIGEST}, flags=[Flag.BOUNDARY])


SIGNATURE = sign(PrivateKey(word(7)), DIGEST).encode()
HIGH_S = (
    SIGNATURE[:32]
    + word(CURVE_ORDER - int.from_bytes(SIGNATURE[32:64], "big"))
    + bytes([27 + (SIGNATURE[64] - 27 ^ 1)])
)
ON_CHAIN = {
    "valid": SIGNATURE,
    "high_s": HIGH_S,
    "v_0": SIGNATURE[:64] + b"\0",
    "v_26": SIGNATURE[:64] + b"\x1a",
    "v_29": SIGNATURE[:64] + b"\x1d",
    "other_parity": SIGNATURE[:64] + bytes([27 + (SIGNATURE[64] - 27 ^ 1)]),
    "r_zero": bytes(32) + SIGNATURE[32:],
    "s_zero": SIGNATURE[:32] + bytes(32) + SIGNATURE[64:],
    "r_order": word(CURVE_ORDER) + SIGNATURE[32:],
    "64_bytes": SIGNATURE[:64],
    "66_bytes": SIGNATURE + b"\0",
    "empty": b"",
}


@pytest.mark.parametrize("signature", ON_CHAIN.values(), ids=ON_CHAIN)
def test_recover_on_chain(vectors: Recorder, signature: bytes) -> None:
    """The library of the contracts: length, then s, then what the precompile recovers (CRY-33)."""
    vectors.hash("onChainEcdsa/recoverOnChain", {"digest": DIGEST, "signature": signature}, flags=[Flag.HOSTILE])


@pytest.mark.parametrize("v", [0, 26, 27, 28, 29, 1 << 255])
def test_precompile(vectors: Recorder, v: int) -> None:
    """The precompile takes v of 27 and 28 only, and answers nothing otherwise (CRY-32)."""
    r, s = (int.from_bytes(SIGNATURE[start : start + 32], "big") for start in (0, 32))
    vectors.hash("onChainEcdsa/computeEcrecover", {"digest": DIGEST, "v": v, "r": r, "s": s}, flags=[Flag.BOUNDARY])


def test_message_digests(vectors: Recorder) -> None:
    """What is signed: a digest as personal message, and bound to a Router (CRY-28, CRY-29)."""
    vectors.hash("ecdsa/hashPersonalMessage", {"digest": DIGEST}, name="personal")
    vectors.hash("ecdsa/hashForIntendedValidator", {"router": bytes(range(20)), "digest": DIGEST}, name="bound")
