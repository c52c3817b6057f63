"""Signatures: the values of the sheets, and the reference on plain curve arithmetic (CRY-20 to CRY-38)."""

from __future__ import annotations

from collections.abc import Callable

import coincurve
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U8, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto import ecdsa_reference
from gearexe_spec.crypto.bft_signature import BftSignature, is_bft_signature_valid, sign_bft
from gearexe_spec.crypto.ecdsa import (
    CURVE_ORDER,
    FIELD_PRIME,
    GREATEST_LOW_S,
    PrivateKey,
    PublicKey,
    Signature,
    SignatureRejection,
    address_from_text,
    hash_for_intended_validator,
    hash_personal_message,
    recover,
    recover_signer,
    sign,
    signature_codec,
)
from gearexe_spec.crypto.on_chain_ecdsa import (
    EcdsaRejection,
    compute_ecrecover,
    recover_on_chain,
    recover_on_chain_from_parts,
)

KEY = PrivateKey.from_hex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
OWNER = Address.from_hex("f39fd6e51aad88f6f4ce6ab8827279cfffb92266")
DIGEST = Bytes32.from_hex("35660346f1a37c854ea6efd25fc91f8f0100e9253e6b0c84feb72c125c753cb2")

digests = st.binary(min_size=32, max_size=32).map(Bytes32)
keys = st.integers(1, CURVE_ORDER - 1).map(lambda scalar: PrivateKey(scalar.to_bytes(32, "big")))


def test_values_of_the_sheets() -> None:
    assert KEY.to_address() == OWNER
    personal = sign(KEY, hash_personal_message(DIGEST))
    assert personal.encode().hex() == (
        "63d2e2167c42a0e94ed69698f80f08d4aac99e011fe9e4ffc10c2ca3fcc31808"
        "29bd94e70113853d07ee1c1007e059f6fd365ab817bd80e354c018fdea1ac9921c"
    )
    assert sign(KEY, DIGEST).encode().hex() == (
        "89ec186e6edc83e69ff858447000a29843408b0461d122b17136bca83c928919"
        "7b0ec9b1a00c4966c0993f332fc1c92705dd417bbe1b57c02897a0709eecdca01b"
    )
    assert recover_signer(personal, hash_personal_message(DIGEST), OWNER) == OWNER
    batch = Bytes32.from_hex("d6b2d335c79fa434adbaaf140d96f7ed69ee1a4b7fd5684f77b3bd0a06f52c5d")
    intended = hash_for_intended_validator(Address(b"\x2c" * 20), batch)
    assert intended.hex() == "eeaba4cd82bebc4db4989aff396b71f5d1e2a61fee2cc63cbf4cffaf2be4047f"
    assert sign(KEY, intended).encode().hex() == (
        "c230ce992ebb678b420b4bd1f71d67d732153b911adbd26e64ca4ef18f506e2b"
        "08c531768788055288460318c5a138b2a2a4310f7389282f70465f68bfd8da861c"
    )


def test_the_recorded_transaction_recovers_to_its_sender() -> None:
    digest = Bytes32.from_hex("db100315ad6af998edbc92a70d4dafa7e214ff23437055caf83d100b583b202f")
    signature = Signature.from_text(
        "0x030a25167f5b18aba302c16226a1f5e590bba1adf5c49430040518416d3caac4"
        "1d7f5b8c5df142d3c6db2a8e36ca0ca3f42640441d980c54b0847ada2580000f1b"
    )
    signer = recover(signature, hash_personal_message(digest)).to_address()
    assert signer.hex() == "fb2f65ffad2971b699097990ab7a1d4ac35bd0ff"
    with pytest.raises(Rejected, match="AddressMismatch"):
        recover_signer(signature, hash_personal_message(digest), OWNER)


@given(keys, digests)
@settings(max_examples=30)
@example(PrivateKey((1).to_bytes(32, "big")), Bytes32(b"\xff" * 32))
@example(PrivateKey((CURVE_ORDER - 1).to_bytes(32, "big")), Bytes32(CURVE_ORDER.to_bytes(32, "big")))
@example(PrivateKey((7).to_bytes(32, "big")), Bytes32.zero())
def test_signing_and_recovery_agree_with_plain_arithmetic(key: PrivateKey, digest: Bytes32) -> None:
    signature = sign(key, digest)
    assert signature == ecdsa_reference.sign(key, digest)
    assert recover(signature, digest) == key.public_key() == ecdsa_reference.recover(signature, digest)


@given(
    st.one_of(st.integers(1, 40), st.integers(1, CURVE_ORDER - 1)), st.integers(1, CURVE_ORDER - 1),
    st.integers(27, 30), digests,
)  # fmt: skip
@settings(max_examples=60)
def test_recovery_of_any_numbers_agrees_with_plain_arithmetic(r: int, s: int, v: int, digest: Bytes32) -> None:
    signature = Signature.from_parts(r, s, v)
    try:
        expected = ecdsa_reference.recover(signature, digest)
    except Rejected:
        with pytest.raises(Rejected, match="RecoveryFailed"):
            recover(signature, digest)
    else:
        assert recover(signature, digest) == expected


@given(keys, st.binary(max_size=40))
@settings(max_examples=20)
def test_personal_messages_are_those_of_wallets(key: PrivateKey, text: bytes) -> None:
    digest = Bytes32(text.ljust(32, b"\1")[:32])
    signed = Account.sign_message(encode_defunct(primitive=digest), bytes(key))
    assert bytes(signed.signature) == sign(key, hash_personal_message(digest)).encode()
    assert Account.from_key(bytes(key)).address.lower() == key.to_address().to_hex()


def test_a_high_s_is_read_and_written_low() -> None:
    low = sign(KEY, DIGEST)
    high = low.encode()[:32] + (CURVE_ORDER - low.s).to_bytes(32, "big") + bytes([low.v ^ 7])
    assert high[64] in (27, 28)
    assert Signature.decode(high) == low


@given(st.binary(min_size=60, max_size=70))
def test_any_bytes_are_a_normal_signature_or_refused(data: bytes) -> None:
    try:
        signature = Signature.decode(data)
    except Rejected as refusal:
        reason = refusal.reason
    else:
        assert signature.s <= GREATEST_LOW_S
        assert Signature.decode(signature.encode()) == signature
        reason = None
    assert reason in (None, SignatureRejection.InvalidSignatureBytes, SignatureRejection.ScalarOutOfRange)


@pytest.mark.parametrize(
    ("r", "s", "v", "reason"),
    [
        (1, 1, 26, "InvalidSignatureBytes"),
        (1, 1, 31, "InvalidSignatureBytes"),
        (0, 1, 27, "ScalarOutOfRange"),
        (1, 0, 27, "ScalarOutOfRange"),
        (CURVE_ORDER, 1, 27, "ScalarOutOfRange"),
        (1, CURVE_ORDER, 30, "ScalarOutOfRange"),
        (0, 0, 0, "InvalidSignatureBytes"),
    ],
)
def test_each_way_to_be_malformed_has_a_name(r: int, s: int, v: int, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        signature_codec.decode(r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([v]))


def test_keys_are_in_range() -> None:
    for scalar in (0, CURVE_ORDER, 2**256 - 1):
        with pytest.raises(Rejected, match="InvalidKey"):
            PrivateKey(scalar.to_bytes(32, "big"))
    assert str(KEY) == f"PrivateKey of {OWNER}"


def test_texts() -> None:
    assert address_from_text("0xF39fd6e51aad88f6f4ce6ab8827279cfffb92266") == OWNER == address_from_text(OWNER.hex())
    for text in ("", "0x", "0X" + OWNER.hex(), " " + OWNER.to_hex(), "0x" + OWNER.to_hex(), OWNER.hex()[1:]):
        with pytest.raises(Rejected, match="InvalidAddressText"):
            address_from_text(text)
    signature = sign(KEY, DIGEST)
    assert Signature.from_text(signature.to_text().upper().replace("0X", "")) == signature
    with pytest.raises(Rejected, match="InvalidSignatureText"):
        Signature.from_text("0x" + signature.to_text())


def test_on_chain_recovery_is_stricter() -> None:
    signature = sign(KEY, DIGEST)
    assert recover_on_chain(DIGEST, signature.encode()) == OWNER
    high_s = CURVE_ORDER - signature.s
    flipped = U8(55 - signature.v)
    assert compute_ecrecover(DIGEST, U256(flipped), signature.r, U256(high_s)) == OWNER
    for data, reason, arguments in (
        (b"", EcdsaRejection.ECDSAInvalidSignatureLength, (0,)),
        (signature.encode() + b"\0", EcdsaRejection.ECDSAInvalidSignatureLength, (66,)),
        (
            signature.encode()[:32] + high_s.to_bytes(32, "big") + b"\1",
            EcdsaRejection.ECDSAInvalidSignatureS,
            (high_s,),
        ),
        (signature.encode()[:64] + b"\0", EcdsaRejection.ECDSAInvalidSignature, ()),
        (signature.encode()[:64] + b"\x1d", EcdsaRejection.ECDSAInvalidSignature, ()),
        (bytes(64) + b"\x1b", EcdsaRejection.ECDSAInvalidSignature, ()),
    ):
        with pytest.raises(Rejected) as caught:
            recover_on_chain(DIGEST, data)
        assert (caught.value.reason, caught.value.arguments) == (reason, arguments)
    with pytest.raises(Rejected, match="ECDSAInvalidSignature"):
        recover_on_chain_from_parts(DIGEST, U8(27), U256(5), U256(1))


def test_x_beyond_the_order_recovers_off_chain_only() -> None:
    """R with x = r + n: recovery ids 2 and 3."""
    r = next(r for r in range(1, 100) if is_on_curve(r + CURVE_ORDER))
    signature = Signature.from_parts(r, 5, 29)
    assert recover(signature, DIGEST) == ecdsa_reference.recover(signature, DIGEST)
    assert compute_ecrecover(DIGEST, U256(29), signature.r, signature.s) is None


def is_on_curve(x: int) -> bool:
    return pow(x**3 + 7, (FIELD_PRIME - 1) // 2, FIELD_PRIME) == 1


def test_bft_signatures() -> None:
    secret_one = PrivateKey((1).to_bytes(32, "big"))
    vote = bytes.fromhex("0101000000000000000000000000000000" + "01" + (5).to_bytes(32, "big").hex())
    vote += secret_one.to_address()
    signature = sign_bft(secret_one, vote)
    assert signature.hex() == (
        "355ed0b828c0f6d18d60a35deea57c26ddc6af6c2da4828fde340c9b23c72930"
        "3f51ee03c4ace6b023836431c324d4bcff25413d9e9c52784461bdddfccef003"
    )
    assert is_bft_signature_valid(signature, secret_one.public_key(), vote)
    assert not is_bft_signature_valid(signature, secret_one.public_key(), vote + b"\0")
    assert not is_bft_signature_valid(signature, KEY.public_key(), vote)
    high = signature[:32] + (CURVE_ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    assert not is_bft_signature_valid(BftSignature.read(high), secret_one.public_key(), vote)
    assert coincurve.PrivateKey(bytes(secret_one)).sign(vote) is not None
    for data, reason in ((bytes(63), "InvalidSignatureBytes"), (bytes(64), "ScalarOutOfRange")):
        with pytest.raises(Rejected, match=reason):
            BftSignature.read(data)


@pytest.mark.parametrize("by", [recover, ecdsa_reference.recover], ids=["native", "reference"])
def test_a_signature_that_recovers_no_key(by: Callable[[Signature, Bytes32], PublicKey]) -> None:
    """With s = z / k the key would be (s·R - z·G) / r, the point at infinity."""
    nonce, digest = 5, Bytes32(bytes(range(32)))
    r, y = PrivateKey(nonce.to_bytes(32, "big")).public_key().coordinates()
    s = int.from_bytes(digest, "big") * pow(nonce, -1, CURVE_ORDER) % CURVE_ORDER
    with pytest.raises(Rejected, match="RecoveryFailed"):
        by(Signature.from_parts(int(r), s, 27 + int(y) % 2), digest)


def test_signatures_among_other_values() -> None:
    signature = sign(KEY, DIGEST)
    assert signature_codec.encode(signature) == signature.encode()
    assert signature_codec.decode(signature.encode()) == signature
