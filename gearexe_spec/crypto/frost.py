"""FROST: several signers make one signature (RFC 9591), with keys from a trusted dealer.

The ciphersuite of the Router is FROST(secp256k1, Keccak-256). The verifier fixes only the challenge; the hashes that
signers alone see (for binding factors, nonces and lists) follow the RFC with the same context. All randomness comes
from the caller.

Rules: CRY-66 to CRY-69.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from itertools import pairwise
from typing import Self

import coincurve

from gearexe_spec.base.numeric import U16, U256
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.crypto.ecdsa import CURVE_ORDER, PublicKey
from gearexe_spec.crypto.frost_verification import CONTEXT, KECCAK_BLOCK_LENGTH, FrostSignature, Point
from gearexe_spec.crypto.hash_to_field import expand_message
from gearexe_spec.crypto.hashes import HashFunction, raw_keccak256

Element = PublicKey
"""A point of the curve other than the identity, compressed."""


class Scalar(int):
    """A number modulo the order of the curve, from 0 to n - 1 (CRY-66)."""

    def __new__(cls, value: int) -> Self:
        """A scalar from its number.

        Raises:
            Rejected: InvalidScalar, when it is n or more.
        """
        if not 0 <= value < CURVE_ORDER:
            raise Rejected(FrostRejection.InvalidScalar)
        return super().__new__(cls, value)

    @classmethod
    def reduce(cls, value: int) -> Self:
        """Any integer modulo n."""
        return cls(value % CURVE_ORDER)

    def encode(self) -> bytes:
        """32 bytes, big-endian."""
        return self.to_bytes(32, "big")


class FrostRejection(Rejection):
    """Why signers cannot sign."""

    InvalidThreshold = auto()
    TooFewSigners = auto()
    InvalidIdentifier = auto()
    """0, twice in the list, out of order, or none of the signers."""
    InvalidScalar = auto()
    InvalidElement = auto()
    """33 bytes that are no point of the curve."""
    IdentityElement = auto()
    """A scalar is zero, or points add up to the identity."""
    InvalidShare = auto()
    """Carries the identifier of the signer whose share does not fit."""

    @property
    def phase(self) -> Phase:
        """Judged before anything happens."""
        return Phase.VALIDATE


class Ciphersuite(Enum):
    """A hash function, the length of its blocks, and the context that separates its uses (CRY-66)."""

    ROUTER = (CONTEXT, raw_keccak256, KECCAK_BLOCK_LENGTH)
    RFC = (b"FROST-secp256k1-SHA256-v1", lambda data: sha256(data).digest(), 64)
    """The suite of RFC 9591 section 6.5, for comparison with its vectors."""

    def __init__(self, context: bytes, hash_function: HashFunction, block_length: int) -> None:
        self.context = context
        self.hash_function = hash_function
        self.block_length = block_length

    def scalar(self, use: bytes, data: bytes) -> Scalar:
        """H1, H2 and H3: a scalar from data."""
        wide = expand_message(self.hash_function, self.block_length, data, self.context + use, 48)
        return Scalar.reduce(int.from_bytes(wide, "big"))

    def digest(self, use: bytes, data: bytes) -> bytes:
        """H4 and H5: 32 bytes from data."""
        return self.hash_function(self.context + use + data)


@dataclass(frozen=True, slots=True)
class KeyShare:
    """What the dealer gives to one signer."""

    identifier: Scalar
    secret: Scalar


@dataclass(frozen=True, slots=True)
class Nonces:
    """What a signer keeps secret and uses once."""

    hiding: Scalar
    binding: Scalar


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a signer publishes before signing."""

    identifier: Scalar
    hiding: Element
    binding: Element


@dataclass(frozen=True, slots=True)
class SigningPackage:
    """What every signer must agree on; the commitments are in ascending order of identifiers (CRY-68).

    Raises:
        Rejected: TooFewSigners, InvalidIdentifier, also where the order is another.
    """

    suite: Ciphersuite
    public_key: Element
    message: bytes
    commitments: tuple[Commitment, ...]

    def __post_init__(self) -> None:
        if not self.commitments:
            raise Rejected(FrostRejection.TooFewSigners)
        if not all(lower < higher for lower, higher in pairwise((0, *self.identifiers))):
            raise Rejected(FrostRejection.InvalidIdentifier)

    @property
    def identifiers(self) -> tuple[Scalar, ...]:
        """Of the signers, in order."""
        return tuple(commitment.identifier for commitment in self.commitments)


def deal_shares(coefficients: Sequence[Scalar], count: U16) -> tuple[KeyShare, ...]:
    """Shares of the secret `coefficients[0]` for signers 1 to `count` (CRY-67).

    Args:
        coefficients: of the polynomial, constant first; as many as signers are needed to sign.
        count: number of shares.

    Raises:
        Rejected: InvalidThreshold.

    Source: RFC 9591 appendix C.1 `secret_share_shard`.
    """
    if not 1 <= len(coefficients) <= count:
        raise Rejected(FrostRejection.InvalidThreshold)
    places = map(Scalar, range(1, int(count) + 1))
    return tuple(KeyShare(place, _evaluate(coefficients, place)) for place in places)


def commit_to_coefficients(coefficients: Sequence[Scalar]) -> tuple[Element, ...]:
    """The verifiable secret sharing commitment: one point for each coefficient, 33 bytes (CRY-67)."""
    return tuple(multiply_base(coefficient) for coefficient in coefficients)


def is_share_valid(share: KeyShare, commitment: Sequence[Element]) -> bool:
    """Whether a share lies on the committed polynomial (CRY-67)."""
    powers = [pow(share.identifier, exponent, CURVE_ORDER) for exponent in range(len(commitment))]
    try:
        expected = add_points([multiply(point, power) for point, power in zip(commitment, powers, strict=True)])
        return multiply_base(share.secret) == expected
    except Rejected:
        return False


def make_nonces(suite: Ciphersuite, share: KeyShare, hiding_seed: bytes, binding_seed: bytes) -> Nonces:
    """Two nonces from 32 random bytes each and the secret, so that bad randomness alone does no harm (CRY-68).

    Source: RFC 9591 section 4.1 `nonce_generate`.
    """
    secret = share.secret.encode()
    return Nonces(suite.scalar(b"nonce", hiding_seed + secret), suite.scalar(b"nonce", binding_seed + secret))


def commit_to_nonces(identifier: Scalar, nonces: Nonces) -> Commitment:
    """The first round: the two points of the nonces (CRY-68)."""
    return Commitment(identifier, multiply_base(nonces.hiding), multiply_base(nonces.binding))


def make_signing_package(
    suite: Ciphersuite, public_key: Element, message: bytes, commitments: Sequence[Commitment]
) -> SigningPackage:
    """The package, with the commitments put in order (CRY-68).

    Raises:
        Rejected: TooFewSigners, InvalidIdentifier.
    """
    ordered = tuple(sorted(commitments, key=lambda commitment: commitment.identifier))
    return SigningPackage(suite, public_key, message, ordered)


def compute_binding_factors(package: SigningPackage) -> tuple[Scalar, ...]:
    """One scalar for each signer, bound to key, message and all commitments (CRY-68).

    Source: RFC 9591 section 4.4 `compute_binding_factors`.
    """
    encoded = b"".join(each.identifier.encode() + each.hiding + each.binding for each in package.commitments)
    prefix = package.public_key + package.suite.digest(b"msg", package.message) + package.suite.digest(b"com", encoded)
    return tuple(package.suite.scalar(b"rho", prefix + number.encode()) for number in package.identifiers)


def compute_group_commitment(package: SigningPackage) -> Element:
    """R: the sum of all hiding commitments and the weighted binding ones (CRY-68).

    Raises:
        Rejected: InvalidElement, IdentityElement.

    Source: RFC 9591 section 4.5 `compute_group_commitment`.
    """
    factors = compute_binding_factors(package)
    points = [_bound_commitment(each, factor) for each, factor in zip(package.commitments, factors, strict=True)]
    return add_points(points)


def compute_group_challenge(package: SigningPackage) -> Scalar:
    """The challenge of key, R and message, as the verifier computes it (CRY-63)."""
    r = compute_group_commitment(package)
    return package.suite.scalar(b"chal", r + package.public_key + package.message)


def compute_lagrange_coefficient(identifier: Scalar, identifiers: Sequence[Scalar]) -> Scalar:
    """The weight of a share when the secret is put together at 0 (CRY-67).

    Raises:
        Rejected: InvalidIdentifier, when it is none of the identifiers, or one occurs twice.

    Source: RFC 9591 section 4.2 `derive_interpolating_value`.
    """
    if identifier not in identifiers or len(set(identifiers)) != len(identifiers):
        raise Rejected(FrostRejection.InvalidIdentifier)
    numerator = denominator = 1
    for other in identifiers:
        if other != identifier:
            numerator = numerator * other % CURVE_ORDER
            denominator = denominator * (other - identifier) % CURVE_ORDER
    return Scalar.reduce(numerator * pow(denominator, -1, CURVE_ORDER))


def sign_share(package: SigningPackage, share: KeyShare, nonces: Nonces) -> Scalar:
    """The second round: what one signer adds to z (CRY-69).

    Raises:
        Rejected: InvalidIdentifier, when the signer is not in the package; InvalidElement, IdentityElement.

    Source: RFC 9591 section 5.2 `sign`.
    """
    if share.identifier not in package.identifiers:
        raise Rejected(FrostRejection.InvalidIdentifier)
    factor = compute_binding_factors(package)[package.identifiers.index(share.identifier)]
    weight = compute_lagrange_coefficient(share.identifier, package.identifiers)
    challenge = compute_group_challenge(package)
    return Scalar.reduce(nonces.hiding + nonces.binding * factor + weight * share.secret * challenge)


def aggregate(package: SigningPackage, shares: Sequence[Scalar], public_shares: Sequence[Element]) -> FrostSignature:
    """The signature, after each share was checked (CRY-69).

    Args:
        package: what was signed.
        shares: one for each commitment, in the package's order.
        public_shares: the points of the signers' key shares, in the same order.

    Raises:
        Rejected: TooFewSigners, InvalidElement, IdentityElement, InvalidShare.

    Source: RFC 9591 sections 5.3 `aggregate`, 5.4 `verify_signature_share`.
    """
    if not len(shares) == len(public_shares) == len(package.commitments):
        raise Rejected(FrostRejection.TooFewSigners)
    challenge = compute_group_challenge(package)
    factors = compute_binding_factors(package)
    for commitment, factor, share, public_share in zip(
        package.commitments, factors, shares, public_shares, strict=True
    ):
        weight = compute_lagrange_coefficient(commitment.identifier, package.identifiers)
        bound = _bound_commitment(commitment, factor)
        if not _is_share_of(share, bound, public_share, challenge * weight):
            raise Rejected(FrostRejection.InvalidShare, commitment.identifier)
    x, y = compute_group_commitment(package).coordinates()
    return FrostSignature(Point(x, y), U256(sum(shares) % CURVE_ORDER))


def sign_alone(suite: Ciphersuite, secret: int, nonce: int, message: bytes) -> FrostSignature:
    """The signature of one who holds the whole key: R = k·G, z = k + c·x (CRY-69)."""
    r, public_key = multiply_base(nonce), multiply_base(secret)
    challenge = suite.scalar(b"chal", r + public_key + message)
    x, y = r.coordinates()
    return FrostSignature(Point(x, y), U256((nonce + challenge * secret) % CURVE_ORDER))


def multiply_base(scalar: int) -> Element:
    """scalar · G.

    Raises:
        Rejected: IdentityElement.
    """
    if scalar % CURVE_ORDER == 0:
        raise Rejected(FrostRejection.IdentityElement)
    key = coincurve.PrivateKey(Scalar.reduce(scalar).encode())
    return Element(key.public_key.format(compressed=True))


def multiply(point: Element, scalar: int) -> Element:
    """scalar · point.

    Raises:
        Rejected: IdentityElement, InvalidElement.
    """
    if scalar % CURVE_ORDER == 0:
        raise Rejected(FrostRejection.IdentityElement)
    product = _read_point(point).multiply(Scalar.reduce(scalar).encode())
    return Element(product.format(compressed=True))


def add_points(points: Sequence[Element]) -> Element:
    """The sum of points.

    Raises:
        Rejected: InvalidElement, IdentityElement.
    """
    read = [_read_point(point) for point in points]
    try:
        return Element(coincurve.PublicKey.combine_keys(read).format(compressed=True))
    except ValueError as error:
        raise Rejected(FrostRejection.IdentityElement) from error


def _read_point(element: Element) -> coincurve.PublicKey:
    try:
        return coincurve.PublicKey(element)
    except ValueError as error:
        raise Rejected(FrostRejection.InvalidElement) from error


def _bound_commitment(commitment: Commitment, factor: int) -> Element:
    return add_points([commitment.hiding, multiply(commitment.binding, factor)])


def _is_share_of(share: int, bound: Element, public_share: Element, weighted_challenge: int) -> bool:
    try:
        return multiply_base(share) == add_points([bound, multiply(public_share, weighted_challenge)])
    except Rejected:
        return False


def _evaluate(coefficients: Sequence[Scalar], place: Scalar) -> Scalar:
    value = 0
    for coefficient in reversed(coefficients):
        value = (value * place + coefficient) % CURVE_ORDER
    return Scalar(value)
