"""FROST: published vectors, the values of the sheet, many signers and the on-chain verifier (CRY-60 to CRY-69)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.numeric import U16, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto import frost_verification
from gearexe_spec.crypto.ecdsa import CURVE_ORDER, FIELD_PRIME
from gearexe_spec.crypto.frost import (
    Ciphersuite,
    Nonces,
    Scalar,
    add_points,
    aggregate,
    commit_to_coefficients,
    commit_to_nonces,
    compute_binding_factors,
    deal_shares,
    is_share_valid,
    make_nonces,
    make_signing_package,
    multiply_base,
    sign_alone,
    sign_share,
)
from gearexe_spec.crypto.frost_verification import (
    FrostSignature,
    Point,
    compute_challenge,
    is_frost_signature_valid,
    is_public_key_valid,
)

KEY = Point(
    U256(0x4F6340CFDD930A6F54E730188E3071D150877FA664945FB6F120C18B56CE1C09),
    U256(0x802A5E67C00A70D85B9A088EAC7CF5B9FB46AC5C0B2BD7D1E189FAC210F6B7EF),
)
SIGNATURE = FrostSignature.decode(
    bytes.fromhex(
        "df70c2d9d0bc0711bd338f95527a4545f8bb3530b3a90e07b34df5b0f298ded1"
        "a84975b1488e6ea60530a3bdb74b2e7c9f0217769cbf0f2565744a353b919554"
        "b164ec237af7ea1af309ebdb6aa9588fcb821fb1e3ad32315a95d59a7f0a4600"
    )
)
MESSAGE = Bytes32(b"\x41" * 32)


def test_values_of_the_sheet() -> None:
    challenge = compute_challenge(KEY, SIGNATURE.r, MESSAGE)
    assert challenge == 0xAB4969A2257EE39E4DE84608910205FDCE25259EE2397545773B0CD4C1CD6CD5
    assert SIGNATURE.r.to_address().hex() == "646f87f4e78013fda58603eeed6fae9f8d1f2346"
    assert is_frost_signature_valid(KEY, SIGNATURE, MESSAGE)
    assert multiply_base(0xA4DDF31F7F32BA696F14CE50ECF3F21E3E100E83BDF47966E7B07468E9500B6E).coordinates() == (
        KEY.x,
        KEY.y,
    )


def test_one_signer_as_the_router_accepted_it() -> None:
    digest = Bytes32.from_hex("c6e13eea8da97e8b98ff57f880f2418122dd2961c679480525294990dbb20ef9")
    signature = sign_alone(Ciphersuite.ROUTER, 1, 0x1234567890ABCDEF1234567890ABCDEF, digest)
    assert signature.encode().hex() == (
        "9377c312145a5afb911bf9e8c067bcf6094c533603687850df502b61290bbf5e"
        "742ba607d6ae1fc82dcccb176e7c8f9bdc7bb61e3ab527cecaf6144b679779fb"
        "c7f6270d7cd95f2d7631f6e3dafa885fa589cb6e5f09afd2e7ff7b1a379174b7"
    )


@pytest.mark.parametrize(
    ("x", "y", "valid"),
    [
        (0, 0x8F537EEFDFC1606A0727CD69B4A7333D38ED44E3932A7179EECB4B6FBA9360DC, False),
        (1, 0x4218F20AE6C646B363DB68605822FB14264CA8D2587FDD6FBC750D587E76A7EE, True),
        (CURVE_ORDER - 2, 0x3D46AAE46A6F4DCAACFE1578992912987E8163D89AE03ADB5A15889213AB2B8C, True),
        (CURVE_ORDER, 0x98F66641CB0AE1776B463EBDEE3D77FE2658F021DB48E2C8AC7AB4C92F83621E, False),
        (FIELD_PRIME - 3, 0x0E994B14EA72F8C3EB95C71EF692575E775058332D7E52D0995CF8038871B67D, False),
        (0, 0, False),
    ],
)
def test_which_keys_are_valid(x: int, y: int, valid: bool) -> None:
    assert is_public_key_valid(Point(U256(x), U256(y))) is valid


@pytest.mark.parametrize(
    "signature",
    [
        FrostSignature(Point(SIGNATURE.r.x, U256(1)), SIGNATURE.z),
        FrostSignature(SIGNATURE.r, U256(0)),
        FrostSignature(SIGNATURE.r, U256(CURVE_ORDER)),
        FrostSignature(SIGNATURE.r, SIGNATURE.z + 1),
        FrostSignature(KEY, U256(5)),
    ],
)
def test_altered_signatures_fail(signature: FrostSignature) -> None:
    assert not is_frost_signature_valid(KEY, signature, MESSAGE)
    assert not is_frost_signature_valid(Point(U256(0), U256(0)), SIGNATURE, MESSAGE)


def test_coordinates_beyond_the_prime() -> None:
    """y + p is the same point of the curve, but has another parity and another address."""
    point = next(filter(None, map(point_with_y, range(1, 200))))
    lifted = Point(point.x, U256(int(point.y) + FIELD_PRIME))
    assert lifted.is_on_curve()
    assert lifted.to_address() != point.to_address()
    assert is_public_key_valid(lifted) is is_public_key_valid(point)


def point_with_y(y: int) -> Point | None:
    """p = 7 modulo 9, so a cube root is a power."""
    x = pow(y * y - 7, (FIELD_PRIME + 2) // 9, FIELD_PRIME)
    point = Point(U256(x), U256(y))
    return point if point.is_on_curve() else None


@dataclass(frozen=True)
class Published:
    """Two of three signers, the first and the third, with "test" as message: what is published of it."""

    suite: Ciphersuite
    seeds: tuple[tuple[str, str], tuple[str, str]]
    hiding: int
    factors: tuple[int, int]
    parts: tuple[int, int]
    r: str
    z: int


RFC_9591 = Published(
    Ciphersuite.RFC,
    (
        (
            "bda8e748e599187762cff956f03dc6ea13fc8e04491a0427b7e6e78600f41c52",
            "2ca682429bf05df435b9927b8edb1d748278f3e42fa11ef358e49bbf4a1b780d",
        ),
        (
            "70818dd5170672c4a4285fd593d4f222417f941f3118e1244955e7a1098a35d8",
            "74ca2da071ed4a2a6cad5087d6758b48a558ab5861c61117fee05757e4b1309e",
        ),
    ),
    0x09764379667F9A9FA61928947BD925A7F162B21886B750D3B11C226D16B32F58,
    (
        0x9BEE5AEF4012DE4B94C9FC1A9A9572181079E293BF1D7545A5AF0EF86F824A91,
        0xCFE0DB2197C94CC355B6AB05610F27F4A874898009C8BF007F2A4E2CE2C8306D,
    ),
    (
        0xCA54B18D7449377CFA680760A5770B9E64E201F7EA36B068EFFECA5FCE2155E5,
        0xDA13D054E83052568706A6D161D80F112A6BC3F76AA903C022585AE7E091E65E,
    ),
    "024c1ad4e031872661fa6ebd05dfc7fb30db08b38d79f0edbc82051ae931381bc6",
    0xA46881E25C7989D3816EAE32074F1AB0D49EE908A59713ED5284C6BADE7CFB02,
)
"""Appendix E.5."""
CRATE = Published(
    Ciphersuite.ROUTER,
    (
        (
            "b6a9c7923c8e2d5edcbbfcba7c6047512525ccbb18e34d629e9f28f0d85669f1",
            "bf014fec1059be1e91581b37ac6a2df0dc9b618deb30d1565e20110433393175",
        ),
        (
            "dbcda9d19de5b77f248ce490e52b5dd0064c9adb7f8c40fac886d50d1e8bbfe2",
            "c504c31a52dd20444a62918377c5ea39a5ae0b53c48a1237aff1f1951a4e5c17",
        ),
    ),
    0xE3DDEE514E0770FD10024D0AB7940FB985912D0F8446D00CB526ED0637ACDABE,
    (
        0x6EFB8504D12F6942251842093B192F8A96DF03CBB5C975B2A66D5C923F580AF0,
        0x3BAE8CA01F2768189E07660BEEA31E7F5B1FF1972B01459D43647CE83D4069A3,
    ),
    (
        0x2B2D6861FAF0A01121028C7AB2F5054CA5BE20AC53ABAE8A6D10559E314E4A08,
        0xFEFF835B488E1922EC0306A73AE85E7C5F075D48DF70B49960D030AF916F72FA,
    ),
    "02c075dfbaf6d314ce59a539b3fddf36b067f3dd0dcff9c8ff8c6fba7824275af9",
    0x2A2CEBBD437EB9340D059321EDDD63CA4A16A10E83D3C2E80E0E27C0F2877BC1,
)
"""The vectors that the crate frost-secp256k1-evm 3.0.0 comes with."""


@pytest.mark.parametrize("published", [RFC_9591, CRATE], ids=["rfc", "crate"])
def test_published_vectors(published: Published) -> None:
    """The same key and shares in both."""
    secret = Scalar(0x0D004150D27C3BF2A42F312683D35FAC7394B1E9E318249C1BFE7F0795A83114)
    coefficient = Scalar(0xFBF85EADAE3058EA14F19148BB72B45E4399C0B16028ACAF0395C9B03C823579)
    shares = deal_shares([secret, coefficient], U16(3))
    assert [hex(share.secret) for share in shares] == [
        "0x8f89ffe80ac94dcb920c26f3f46140bfc7f95b493f8310f5fc1ea2b01f4254c",
        "0x4f0feac2edcedc6ce1253b7fab8c86b856a797f44d83d82a385554e6e401984",
        "0xe95d59dd0d46b0e303e500b62b7ccb0e555d49f5b849f5e748c071da8c0dbc",
    ]
    signers = (shares[0], shares[2])
    nonces = [
        make_nonces(published.suite, share, *map(bytes.fromhex, seeds))
        for share, seeds in zip(signers, published.seeds, strict=True)
    ]
    assert nonces[0].hiding == published.hiding
    commitments = [commit_to_nonces(share.identifier, made) for share, made in zip(signers, nonces, strict=True)]
    package = make_signing_package(published.suite, multiply_base(secret), b"test", commitments[::-1])
    assert compute_binding_factors(package) == published.factors
    signed = [sign_share(package, share, made) for share, made in zip(signers, nonces, strict=True)]
    assert tuple(signed) == published.parts
    signature = aggregate(package, signed, [multiply_base(share.secret) for share in signers])
    assert signature.r.compress().hex() == published.r
    assert signature.z == published.z


scalars = st.integers(1, CURVE_ORDER - 1).map(Scalar)


@given(st.integers(1, 6), st.data(), st.binary(min_size=32, max_size=32))
@settings(max_examples=25)
def test_what_several_sign_the_router_accepts(count: int, data: st.DataObject, message: bytes) -> None:
    threshold = data.draw(st.integers(1, count))
    coefficients = data.draw(st.lists(scalars, min_size=threshold, max_size=threshold))
    shares = deal_shares(coefficients, U16(count))
    commitment = commit_to_coefficients(coefficients)
    assert all(is_share_valid(share, commitment) for share in shares)
    signers = data.draw(st.lists(st.sampled_from(shares), min_size=threshold, max_size=count, unique=True))
    signers.sort(key=lambda share: share.identifier)
    nonces = [Nonces(data.draw(scalars), data.draw(scalars)) for _ in signers]
    commitments = [commit_to_nonces(share.identifier, nonce) for share, nonce in zip(signers, nonces, strict=True)]
    package = make_signing_package(Ciphersuite.ROUTER, commitment[0], message, commitments)
    signed = [sign_share(package, share, nonce) for share, nonce in zip(signers, nonces, strict=True)]
    signature = aggregate(package, signed, [multiply_base(share.secret) for share in signers])

    x, y = commitment[0].coordinates()
    valid = is_frost_signature_valid(Point(x, y), signature, Bytes32(message))
    assert valid == (x < CURVE_ORDER)
    assert FrostSignature.decode(signature.encode()) == signature


def test_points_that_cancel_each_other() -> None:
    point = multiply_base(5)
    opposite = multiply_base(CURVE_ORDER - 5)
    assert add_points([point, multiply_base(2)]) == multiply_base(7)
    with pytest.raises(Rejected, match="IdentityElement"):
        add_points([point, opposite])


def test_a_challenge_of_zero_never_verifies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows an input that leads to it; z·G is R then, whoever signs."""
    signature = FrostSignature(point_of(7), U256(7))
    monkeypatch.setattr(frost_verification, "compute_challenge", lambda *_: 0)
    assert not is_frost_signature_valid(KEY, signature, MESSAGE)


def point_of(scalar: int) -> Point:
    return Point(*multiply_base(scalar).coordinates())


@pytest.mark.parametrize("length", [0, 95, 97])
def test_signatures_have_96_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="96 bytes"):
        FrostSignature.decode(bytes(length))
