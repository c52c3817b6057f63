"""Network addresses in their binary form: a chain of protocols, each a code and, where it has one, a value.

Rules: ROL-20 to ROL-23.
Source: multiformats/rust-multiaddr (`Protocol::from_bytes`), libp2p `PeerId`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import auto
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType

from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.crypto.ecdsa import PublicKey

P2P = 421
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_IDENTITY_HASH, _SHA2_256 = 0x00, 0x12
_GREATEST_INLINE_KEY = 42
_SECP256K1_KEY = b"\x08\x02\x12\x21"
"""A key's message: kind 2, then 33 bytes."""


class MultiaddressRejection(Rejection):
    """Why bytes are no network address."""

    InvalidVarint = auto()
    UnknownProtocol = auto()
    """Carries the code."""
    UnexpectedEnd = auto()
    InvalidText = auto()
    InvalidPeerId = auto()

    @property
    def phase(self) -> Phase:
        """Decoding."""
        return Phase.DECODE


@dataclass(frozen=True, slots=True)
class Component:
    """One protocol of an address and its value, without the length that may stand before it."""

    code: int
    value: bytes


@dataclass(frozen=True, slots=True)
class _Protocol:
    """Name; bytes of the value, None where a length stands before it; how the value is printed."""

    name: str
    length: int | None
    show: Callable[[bytes], str] | None = None
    is_text: bool = False


def _number(value: bytes) -> str:
    return str(int.from_bytes(value, "big"))


def _hex(value: bytes) -> str:
    return value.hex()


def encode_base58(data: bytes) -> str:
    """Bytes in base 58, as peer ids are printed; one `1` for each zero byte in front (ROL-23)."""
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _BASE58[digit] + digits
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


PROTOCOLS: Mapping[int, _Protocol] = MappingProxyType(
    {
        4: _Protocol("ip4", 4, lambda value: str(IPv4Address(value))),
        6: _Protocol("tcp", 2, _number),
        33: _Protocol("dccp", 2, _number),
        41: _Protocol("ip6", 16, lambda value: str(IPv6Address(value))),
        42: _Protocol("ip6zone", None, bytes.decode, is_text=True),
        43: _Protocol("ipcidr", 1, _number),
        53: _Protocol("dns", None, bytes.decode, is_text=True),
        54: _Protocol("dns4", None, bytes.decode, is_text=True),
        55: _Protocol("dns6", None, bytes.decode, is_text=True),
        56: _Protocol("dnsaddr", None, bytes.decode, is_text=True),
        132: _Protocol("sctp", 2, _number),
        273: _Protocol("udp", 2, _number),
        275: _Protocol("p2p-webrtc-star", 0),
        276: _Protocol("p2p-webrtc-direct", 0),
        280: _Protocol("webrtc-direct", 0),
        281: _Protocol("webrtc", 0),
        290: _Protocol("p2p-circuit", 0),
        301: _Protocol("udt", 0),
        302: _Protocol("utp", 0),
        400: _Protocol("unix", None, bytes.decode, is_text=True),
        P2P: _Protocol("p2p", None, encode_base58),
        443: _Protocol("https", 0),
        444: _Protocol("onion", 12, _hex),
        445: _Protocol("onion3", 37, _hex),
        446: _Protocol("garlic64", None, _hex),
        447: _Protocol("garlic32", None, _hex),
        448: _Protocol("tls", 0),
        454: _Protocol("noise", 0),
        460: _Protocol("quic", 0),
        461: _Protocol("quic-v1", 0),
        465: _Protocol("webtransport", 0),
        466: _Protocol("certhash", None, _hex),
        477: _Protocol("ws", 0),
        478: _Protocol("wss", 0),
        479: _Protocol("p2p-websocket-star", 0),
        480: _Protocol("http", 0),
        777: _Protocol("memory", 8, _number),
    }
)


def decode_multiaddress(data: bytes) -> tuple[Component, ...]:
    """The components of an address; of nothing there are none (ROL-20, ROL-21).

    Raises:
        Rejected: a MultiaddressRejection.
    """
    components = []
    place = 0
    while place < len(data):
        code, place = read_varint(data, place)
        protocol = PROTOCOLS.get(code)
        if protocol is None:
            raise Rejected(MultiaddressRejection.UnknownProtocol, {"code": code})
        length = protocol.length
        if length is None:
            length, place = read_varint(data, place)
        if place + length > len(data):
            raise Rejected(MultiaddressRejection.UnexpectedEnd)
        components.append(Component(code, data[place : place + length]))
        _check_value(protocol, components[-1])
        place += length
    return tuple(components)


def print_multiaddress(components: tuple[Component, ...]) -> str:
    """`/ip4/127.0.0.1/tcp/1/p2p/…` (ROL-23)."""
    parts = []
    for component in components:
        protocol = PROTOCOLS[component.code]
        parts.append(f"/{protocol.name}")
        if protocol.show is not None:
            parts.append(f"/{protocol.show(component.value)}")
    return "".join(parts)


def peer_id_of_key(key: PublicKey) -> bytes:
    """The peer id of a secp256k1 key: short enough to be the key itself behind an empty hash (ROL-22)."""
    message = _SECP256K1_KEY + key
    return bytes([_IDENTITY_HASH, len(message)]) + message


def read_varint(data: bytes, place: int) -> tuple[int, int]:
    """A number of up to five bytes in its shortest form, and the place behind it (ROL-20).

    Raises:
        Rejected: InvalidVarint.
    """
    number = 0
    for index in range(5):
        if place + index >= len(data):
            break
        byte = data[place + index]
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            if (byte == 0 and index) or number >= 1 << 32:
                break
            return number, place + index + 1
    raise Rejected(MultiaddressRejection.InvalidVarint)


def _check_value(protocol: _Protocol, component: Component) -> None:
    if protocol.is_text:
        try:
            component.value.decode()
        except UnicodeDecodeError as error:
            raise Rejected(MultiaddressRejection.InvalidText) from error
    if component.code == P2P and not is_peer_id(component.value):
        raise Rejected(MultiaddressRejection.InvalidPeerId)


def is_peer_id(data: bytes) -> bool:
    """Whether bytes are a hash of SHA-256, or an empty hash of at most 42 bytes (ROL-22)."""
    try:
        code, place = read_varint(data, 0)
        length, place = read_varint(data, place)
    except Rejected:
        return False
    if len(data) - place != length or length > 64:
        return False
    return code == _SHA2_256 or (code == _IDENTITY_HASH and length <= _GREATEST_INLINE_KEY)
