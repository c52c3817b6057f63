"""Reading a signed injected transaction from JSON, as the RPC takes it.

Rules: INJ-11, INJ-12, INJ-17.
Source: serde implementations in ethexe/common/src/injected.rs, protocol/gsigner/src/schemes/secp256k1/signature.rs.
"""

from __future__ import annotations

from enum import auto
from typing import Any, NoReturn

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U128
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.codec.json_reader import read_json
from gearexe_spec.crypto.ecdsa import Signature, address_from_text, hash_personal_message, recover_signer
from gearexe_spec.executor.injected_transaction import (
    MAX_PAYLOAD_LENGTH,
    MAX_SALT_LENGTH,
    InjectedTransaction,
    SignedInjectedTransaction,
    digest_transaction,
)
from gearexe_spec.executor.signed_message import SignedMessage

_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_FIELDS = ("data", "signature", "address")
_FIELDS_OF_DATA = ("destination", "payload", "value", "reference_block", "salt")


class JsonInputRejection(Rejection):
    """Why JSON is no signed transaction."""

    NoJson = auto()
    MissingField = auto()
    """Carries the field's name."""
    DuplicatedField = auto()
    """Carries the field's name."""
    WrongType = auto()
    """Carries the field's name."""
    InvalidHex = auto()
    """Carries the field's name."""
    TooLong = auto()
    """Carries the field's name."""

    @property
    def phase(self) -> Phase:
        """Decoding."""
        return Phase.DECODE


def read_signed_transaction(text: str) -> SignedInjectedTransaction:
    """The transaction, after its signature was checked (INJ-11, INJ-12).

    Fields stand in any order; fields of other names are ignored. Both structures may also be lists of their fields.

    Raises:
        Rejected: a JsonInputRejection; InvalidAddressText, InvalidSignatureText, InvalidSignatureBytes,
            ScalarOutOfRange; then RecoveryFailed, AddressMismatch.
    """
    outer = _object(_parse(text), "transaction", _FIELDS)
    transaction = _read_transaction(_object(_field(outer, "data"), "data", _FIELDS_OF_DATA))
    signature = Signature.from_text(_string(outer, "signature"))
    address = address_from_text(_string(outer, "address"))
    recover_signer(signature, hash_personal_message(digest_transaction(transaction)), address)
    return SignedMessage(transaction, signature, address)


def _read_transaction(data: _Object) -> InjectedTransaction:
    return InjectedTransaction(
        destination=ActorId.from_address(Address(_hex(data, "destination", 20))),
        payload=_hex(data, "payload", None, MAX_PAYLOAD_LENGTH),
        value=_value(data),
        reference_block=_reference_block(data),
        salt=_hex(data, "salt", None, MAX_SALT_LENGTH),
    )


class _Object(dict[str, Any]):
    """A JSON object that remembers which names stood in it twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.duplicated = {name for name in names if names.count(name) > 1} if len(names) > len(self) else set()


def _parse(text: str) -> Any:
    try:
        return read_json(text, object_pairs_hook=_Object, parse_constant=_refuse_constant, parse_int=_whole_number)
    except ValueError as error:
        raise Rejected(JsonInputRejection.NoJson) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _whole_number(digits: str) -> int | float:
    """`-0` is no whole number for production."""
    return -0.0 if digits == "-0" else int(digits)


def _object(part: Any, name: str, fields: tuple[str, ...]) -> _Object:
    """An object, or the list of all its fields in their order (INJ-17)."""
    if isinstance(part, list) and len(part) == len(fields):
        return _Object([*zip(fields, part, strict=True)])
    if not isinstance(part, _Object):
        raise Rejected(JsonInputRejection.WrongType, name)
    return part


def _field(part: _Object, name: str) -> Any:
    if name in part.duplicated:
        raise Rejected(JsonInputRejection.DuplicatedField, name)
    if name not in part:
        raise Rejected(JsonInputRejection.MissingField, name)
    return part[name]


def _string(part: _Object, name: str) -> str:
    text = _field(part, name)
    if not isinstance(text, str):
        raise Rejected(JsonInputRejection.WrongType, name)
    return text


def _hex(part: _Object, name: str, length: int | None, limit: int | None = None) -> bytes:
    """Digits of either case, with or without `0x` (INJ-12)."""
    digits = _string(part, name).removeprefix("0x")
    if len(digits) % 2 or not _HEX_DIGITS.issuperset(digits) or (length is not None and len(digits) != 2 * length):
        raise Rejected(JsonInputRejection.InvalidHex, name)
    if limit is not None and len(digits) > 2 * limit:
        raise Rejected(JsonInputRejection.TooLong, name)
    return bytes.fromhex(digits)


def _value(data: _Object) -> U128:
    value = _field(data, "value")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= U128.MAX:
        raise Rejected(JsonInputRejection.WrongType, "value")
    return U128(value)


def _reference_block(data: _Object) -> Bytes32:
    """32 bytes in hexadecimal, or as a list of numbers (INJ-12)."""
    block = _field(data, "reference_block")
    if not isinstance(block, list):
        return Bytes32(_hex(data, "reference_block", 32))
    if len(block) != 32 or not all(type(byte) is int and 0 <= byte < 256 for byte in block):
        raise Rejected(JsonInputRejection.WrongType, "reference_block")
    return Bytes32(bytes(block))
