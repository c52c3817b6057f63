"""Discovery records of validators and the network addresses in them (ROL-20 to ROL-27)."""

from dataclasses import replace

import pytest

from gearexe_spec.base.numeric import U128
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.executor.identity import (
    SignedValidatorIdentity,
    ValidatorIdentity,
    sign_identity,
    signed_validator_identity,
)
from gearexe_spec.executor.multiaddress import peer_id_of_key
from tests.executor.validators import KEYS

VALIDATOR, NETWORK, OTHER = KEYS
PEER = peer_id_of_key(NETWORK.public_key())
P2P = b"\xa5\x03\x27" + PEER
OTHER_P2P = b"\xa5\x03\x27" + peer_id_of_key(OTHER.public_key())
SHA256_P2P = b"\xa5\x03\x22\x12\x20" + b"\x07" * 32
TCP = b"\x04\x7f\0\0\x01\x06\x12\x34"


def tcp(port: int) -> bytes:
    return TCP[:-2] + port.to_bytes(2, "big") + P2P


def identity(*addresses: bytes) -> ValidatorIdentity:
    return ValidatorIdentity(addresses, U128(1_000))


def wire(*addresses: bytes) -> bytes:
    return signed_validator_identity.encode(sign_identity(identity(*addresses), VALIDATOR, NETWORK))


def unrecoverable() -> bytes:
    """The network's signature with a recovery id that no point fits."""
    data = bytearray(wire(TCP + P2P))
    data[-1] = 29
    return bytes(data)


def unrecoverable_first() -> bytes:
    """The same of the validator's signature; the network's is not there."""
    data = bytearray(wire(TCP + P2P)[:-65])
    data[-1] = 29
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "data", "flags"),
    [
        ("one_address", wire(TCP + P2P), ()),
        ("ten_addresses", wire(*(tcp(port) for port in range(10))), (Flag.BOUNDARY,)),
        ("eleven_addresses", wire(*(tcp(port) for port in range(11))), (Flag.BOUNDARY,)),
        ("no_address", wire(), (Flag.EMPTY,)),
        ("empty_address", wire(b""), (Flag.EMPTY,)),
        ("same_address_twice", wire(tcp(1), tcp(2), tcp(1)), ()),
        ("without_peer_id", wire(TCP), ()),
        ("peer_id_not_last", wire(P2P + TCP), ()),
        ("different_peer_ids", wire(TCP + P2P, TCP + OTHER_P2P), ()),
        ("different_before_foreign", wire(TCP + SHA256_P2P, TCP + OTHER_P2P), (Flag.ORDER,)),
        ("foreign_peer_id", wire(TCP + OTHER_P2P), ()),
        ("hashed_peer_id", wire(TCP + SHA256_P2P), ()),
        ("not_the_shortest_code", wire(b"\xa5\x83\0\x27" + PEER), (Flag.CANONICAL,)),
        ("code_of_33_bits", wire(b"\x80\x80\x80\x80\x10"), (Flag.BOUNDARY,)),
        ("code_without_end", wire(b"\xa5"), ()),
        ("code_of_six_bytes", wire(b"\xa5\x80\x80\x80\x80\x00"), (Flag.BOUNDARY,)),
        ("unknown_protocol", wire(b"\x05" + P2P), ()),
        ("cut_value", wire(TCP[:3]), ()),
        ("length_beyond_the_end", wire(b"\x35\x7fa" + P2P), (Flag.HOSTILE,)),
        ("name_not_utf8", wire(b"\x35\x02\xff\xfe" + P2P), ()),
        ("peer_id_without_end", wire(b"\xa5\x03\x01\x80"), ()),
        ("peer_id_of_another_hash", wire(b"\xa5\x03\x22\x11\x20" + b"\x07" * 32), ()),
        ("peer_id_longer_than_it_says", wire(b"\xa5\x03\x28" + PEER + b"\0"), ()),
        ("inline_key_of_43_bytes", wire(b"\xa5\x03\x2d\0\x2b" + b"\x07" * 43), (Flag.BOUNDARY,)),
        ("unrecoverable", unrecoverable(), (Flag.HOSTILE,)),
        ("bad_address_before_duplicates", wire(b"\x05", b"\x05"), (Flag.ORDER,)),
        ("different_before_duplicates", wire(tcp(1), OTHER_P2P, tcp(1)), (Flag.ORDER,)),
        ("addresses_before_the_end", wire()[:1], (Flag.ORDER,)),
        ("unrecoverable_before_the_end", unrecoverable_first(), (Flag.ORDER,)),
        ("altered_time", wire(TCP + P2P).replace(U128(1_000).to_little_endian(), U128(1_001).to_little_endian()), ()),
        ("cut", wire(TCP + P2P)[:-1], ()),
        ("empty", b"", (Flag.EMPTY,)),
    ],
)
def test_read(name: str, data: bytes, flags: tuple[Flag, ...], vectors: Recorder) -> None:
    """A record from the wire: whose it is, or why it is refused (ROL-20 to ROL-22, ROL-26, ROL-27)."""
    vectors.hash("identity/decode", {"wire": data}, name=name, flags=flags)


@pytest.mark.parametrize(("name", "known"), [("nothing", None), ("older", 999), ("same_time", 1_000), ("newer", 1_001)])
def test_replace(name: str, known: int | None, vectors: Recorder) -> None:
    """A record replaces one that was made earlier (ROL-24, ROL-28)."""
    before = None if known is None else replace(identity(TCP + P2P), creation_time=U128(known))
    data = None if before is None else signed_validator_identity.encode(sign_identity(before, VALIDATOR, NETWORK))
    vectors.hash("identity/replaces", {"wire": wire(TCP + P2P), "known": data}, name=name)


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("plain", (TCP + P2P,)),
        ("every_kind_of_value", (b"\x29" + bytes(15) + b"\x01\x91\x02\x12\x34\xcd\x03\x35\x01a" + P2P, SHA256_P2P)),
        ("bytes_as_text", (b"\xd2\x03\x02\x0a\xff" + P2P,)),
        ("none", ()),
    ],
)
def test_publish(name: str, addresses: tuple[bytes, ...], vectors: Recorder) -> None:
    """A record signed by both keys, and its addresses as text (ROL-22 to ROL-26)."""
    record: SignedValidatorIdentity = sign_identity(identity(*addresses), VALIDATOR, NETWORK)
    form = {"validatorSecret": VALIDATOR, "networkSecret": NETWORK, "addresses": record.identity.addresses}
    vectors.hash("identity/sign", {**form, "creationTime": record.identity.creation_time}, name=name)


def test_newer(vectors: Recorder) -> None:
    """A record made later replaces a known one (ROL-28)."""
    known = sign_identity(identity(TCP + P2P), VALIDATOR, NETWORK)
    for name, time in (("earlier", 999), ("same_time", 1_000), ("later", 1_001)):
        record = sign_identity(replace(known.identity, creation_time=U128(time)), VALIDATOR, NETWORK)
        vectors.hash("identity/isNewer", {"record": record, "known": known}, name=name)
    vectors.hash("identity/isNewer", {"record": known, "known": None}, name="nothing_known")
