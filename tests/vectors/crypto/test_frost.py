"""FROST by several signers, as the crate `frost-secp256k1-evm` does it with the same randomness (CRY-66 to CRY-69).

What the crate makes of it was recorded once (`tests/crypto/frost_recorder`); every recorded value must come out here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.crypto.ecdsa import CURVE_ORDER
from gearexe_spec.crypto.hashes import keccak256

RECORDED = Path(__file__).parents[2] / "crypto" / "frost_secp256k1_evm.json"
RUNS: list[Any] = json.loads(RECORDED.read_text(encoding="utf-8"))["cases"]
SMALL = RUNS[1]
NOT_A_POINT = b"\x02" + b"\xff" * 32


def name_of(run: Any) -> str:
    return f"{len(run['signers'])}_of_{len(run['shares'])}"


def hex_of(number: int) -> str:
    return f"0x{number:064x}"


def scalar(text: str) -> str:
    """A scalar as the wire has it."""
    return hex(int(text, 16))


def ordered(run: Any) -> list[Any]:
    return sorted(run["signers"], key=lambda signer: signer["identifier"])


def commitment(signer: Any) -> dict[str, Any]:
    return {
        "identifier": hex(signer["identifier"]),
        "hiding": signer["hidingCommitment"],
        "binding": signer["bindingCommitment"],
    }


def package(run: Any) -> dict[str, Any]:
    return {
        "suite": "ROUTER",
        "publicKey": run["publicKey"],
        "message": run["message"],
        "commitments": [commitment(signer) for signer in ordered(run)],
    }


def key_share(run: Any, signer: Any) -> dict[str, str]:
    number = signer["identifier"]
    return {"identifier": hex(number), "secret": scalar(run["shares"][number - 1])}


def result_of(outputs: Any) -> Any:
    return outputs["result"]


runs = pytest.mark.parametrize("run", RUNS, ids=name_of)


@runs
def test_dealer(vectors: Recorder, run: Any) -> None:
    """Shares are values of the polynomial, and lie on what is published of it (CRY-67)."""
    coefficients, shares = [scalar(text) for text in run["coefficients"]], run["shares"]
    name = name_of(run)
    dealt = vectors.hash(
        "frost/dealShares", {"coefficients": coefficients, "count": len(shares)}, name=f"{name}-shares"
    )
    assert [share["secret"] for share in result_of(dealt)] == [scalar(text) for text in shares]
    sharing = vectors.hash("frost/commitToCoefficients", {"coefficients": coefficients}, name=f"{name}-sharing")
    assert result_of(sharing) == run["sharing"]
    for signer in run["signers"][:2]:
        given = {"share": key_share(run, signer), "commitment": run["sharing"]}
        assert result_of(vectors.hash("frost/isShareValid", given, name=f"{name}-{signer['identifier']}"))


@runs
def test_first_round(vectors: Recorder, run: Any) -> None:
    """Nonces from given bytes and the secret, and their points (CRY-68)."""
    for signer in run["signers"]:
        name = f"{name_of(run)}-{signer['identifier']}"
        seeds = {"hidingSeed": signer["hidingSeed"], "bindingSeed": signer["bindingSeed"]}
        given = {"suite": "ROUTER", "share": key_share(run, signer), **seeds}
        nonces = {"hiding": scalar(signer["hiding"]), "binding": scalar(signer["binding"])}
        assert result_of(vectors.hash("frost/makeNonces", given, name=f"{name}-nonces")) == nonces
        given = {"identifier": hex(signer["identifier"]), "nonces": nonces}
        assert result_of(vectors.hash("frost/commitToNonces", given, name=f"{name}-points")) == commitment(signer)


@runs
def test_package(vectors: Recorder, run: Any) -> None:
    """Commitments are put in order; binding factors, R and the challenge follow from all of them (CRY-68)."""
    name, whole = name_of(run), package(run)
    given = {**whole, "commitments": [commitment(signer) for signer in run["signers"]]}
    assert result_of(vectors.hash("frost/makeSigningPackage", given, name=f"{name}-package")) == whole
    for operation in ("computeBindingFactors", "computeGroupCommitment", "computeGroupChallenge"):
        outputs = vectors.hash(f"frost/{operation}", {"package": whole}, name=f"{name}-{operation}")
        if operation == "computeGroupCommitment":
            assert result_of(outputs) == run["signature"][:68]


@runs
def test_second_round(vectors: Recorder, run: Any) -> None:
    """Every signer's part, and the signature that they add up to (CRY-69)."""
    name, whole = name_of(run), package(run)
    for signer in run["signers"]:
        nonces = {"hiding": scalar(signer["hiding"]), "binding": scalar(signer["binding"])}
        given = {"package": whole, "share": key_share(run, signer), "nonces": nonces}
        part = vectors.hash("frost/signShare", given, name=f"{name}-{signer['identifier']}")
        assert result_of(part) == scalar(signer["share"])
    signature = result_of(vectors.hash("frost/aggregate", parts_of(run), name=f"{name}-signature"))
    assert signature["z"] == scalar(run["signature"][68:])
    assert int(signature["r"]["x"], 16) == int(run["signature"][4:68], 16)


def parts_of(run: Any) -> dict[str, Any]:
    signers = ordered(run)
    return {
        "package": package(run),
        "shares": [scalar(signer["share"]) for signer in signers],
        "publicShares": [signer["publicShare"] for signer in signers],
    }


@pytest.mark.parametrize("run", [run for run in RUNS if len(run["message"]) == 66], ids=name_of)
def test_the_router_accepts_it(vectors: Recorder, run: Any) -> None:
    """A digest of 32 bytes that several signed verifies as one signature (CRY-65)."""
    signature = result_of(vectors.hash("frost/aggregate", parts_of(run), name=f"{name_of(run)}-again"))
    x, y = decompress(run["publicKey"])
    given = {"publicKey": {"x": x, "y": y}, "signature": signature, "message": run["message"]}
    assert result_of(vectors.hash("frostVerification/isFrostSignatureValid", given, name=name_of(run)))


def decompress(point: str) -> tuple[int, int]:
    """The coordinates of a compressed point."""
    prime, x = 2**256 - 2**32 - 977, int(point[4:], 16)
    y = pow(x**3 + 7, (prime + 1) // 4, prime)
    return x, y if y % 2 == int(point[2:4], 16) % 2 else prime - y


@pytest.mark.parametrize(("count", "threshold"), [(0, 0), (3, 0), (0, 1), (2, 3)])
def test_threshold(vectors: Recorder, count: int, threshold: int) -> None:
    """There is a coefficient, and no more than shares: InvalidThreshold (CRY-67)."""
    given = {"coefficients": [hex(index + 5) for index in range(threshold)], "count": count}
    vectors.hash("frost/dealShares", given, flags=[Flag.BOUNDARY])


def test_share_of_another(vectors: Recorder) -> None:
    """A share that is not on the polynomial, of nobody, or for another number of coefficients is not valid (CRY-67)."""
    good = key_share(SMALL, SMALL["signers"][0])
    for name, share, sharing in (
        ("another_place", {**good, "identifier": "0x2"}, SMALL["sharing"]),
        ("nobody", {**good, "identifier": "0x0"}, SMALL["sharing"]),
        ("zero", {**good, "secret": "0x0"}, SMALL["sharing"]),
        ("shorter", good, SMALL["sharing"][:1]),
        ("no_point", good, [NOT_A_POINT, NOT_A_POINT]),
    ):
        given = {"share": share, "commitment": sharing}
        assert not result_of(vectors.hash("frost/isShareValid", given, name=name, flags=[Flag.HOSTILE]))


def test_scalar_too_large(vectors: Recorder) -> None:
    """Scalars are below the order of the curve: InvalidScalar (CRY-66)."""
    for name, number in (("order", CURVE_ORDER), ("greatest", 2**256 - 1), ("longer", 2**256)):
        given = {"coefficients": [hex(number)], "count": 1}
        vectors.hash("frost/dealShares", given, name=name, flags=[Flag.BOUNDARY])


def test_zero_has_no_point(vectors: Recorder) -> None:
    """A coefficient or nonce of zero leads to no point: IdentityElement (CRY-66)."""
    vectors.hash("frost/commitToCoefficients", {"coefficients": ["0x5", "0x0"]}, name="coefficient")
    given = {"identifier": "0x1", "nonces": {"hiding": "0x0", "binding": "0x5"}}
    vectors.hash("frost/commitToNonces", given, name="nonce")


def test_signers_of_a_package(vectors: Recorder) -> None:
    """Nobody: TooFewSigners; zero, twice the same, out of order: InvalidIdentifier (CRY-68)."""
    one, two = package(SMALL)["commitments"]
    for name, commitments in (
        ("nobody", []),
        ("twice", [one, two, one]),
        ("zero", [{**one, "identifier": "0x0"}, two]),
        ("order_of_the_curve", [one, {**two, "identifier": hex(CURVE_ORDER)}]),
    ):
        given = {**package(SMALL), "commitments": commitments}
        vectors.hash("frost/makeSigningPackage", given, name=name, flags=[Flag.HOSTILE])
    given = {"package": {**package(SMALL), "commitments": [two, one]}}
    vectors.hash("frost/computeBindingFactors", given, name="out_of_order", flags=[Flag.HOSTILE])


def test_commitments_that_are_no_points(vectors: Recorder) -> None:
    """Bytes that are no point: InvalidElement; points that cancel each other: IdentityElement (CRY-68)."""
    one, two = package(SMALL)["commitments"]
    for part in ("hiding", "binding"):
        given = {"package": {**package(SMALL), "commitments": [{**one, part: NOT_A_POINT}, two]}}
        vectors.hash("frost/computeGroupCommitment", given, name=part, flags=[Flag.HOSTILE])


def test_weights(vectors: Recorder) -> None:
    """The weight of a share among the signers; a stranger or a repetition is InvalidIdentifier (CRY-67)."""
    for name, identifier, identifiers in (
        ("alone", 1, [1]),
        ("of_two", 3, [1, 3]),
        ("of_four", 2, [7, 2, 1, 65535]),
        ("stranger", 5, [1, 3]),
        ("nobody", 1, []),
        ("twice", 1, [1, 3, 3]),
    ):
        given = {"identifier": hex(identifier), "identifiers": [hex(number) for number in identifiers]}
        vectors.hash("frost/computeLagrangeCoefficient", given, name=name)


def test_stranger_signs(vectors: Recorder) -> None:
    """Who is not in the package cannot sign: InvalidIdentifier (CRY-69)."""
    given = {
        "package": package(SMALL),
        "share": {"identifier": "0x2", "secret": scalar(SMALL["shares"][1])},
        "nonces": {"hiding": "0x5", "binding": "0x7"},
    }
    vectors.hash("frost/signShare", given, flags=[Flag.HOSTILE])


def test_wrong_parts(vectors: Recorder) -> None:
    """A wrong part names its signer: InvalidShare; a missing one is TooFewSigners (CRY-69)."""
    good = parts_of(SMALL)
    one, two = good["shares"]
    for name, changed in (
        ("first", {"shares": [hex(int(one, 16) ^ 1), two]}),
        ("second", {"shares": [one, "0x0"]}),
        ("both_swapped", {"shares": [two, one]}),
        ("public_shares_swapped", {"publicShares": good["publicShares"][::-1]}),
        ("public_share_is_no_point", {"publicShares": [good["publicShares"][0], NOT_A_POINT]}),
        ("one_missing", {"shares": [one]}),
        ("one_too_many", {"publicShares": [*good["publicShares"], good["publicShares"][0]]}),
        ("another_message", {"package": {**good["package"], "message": bytes(keccak256(b"other"))}}),
    ):
        vectors.hash("frost/aggregate", {**good, **changed}, name=name, flags=[Flag.HOSTILE])
