"""Identifiers and addresses: the values of the sheets, and peers (CRY-1 to CRY-16)."""

import eth_utils
import pytest
import rlp
from Crypto.Hash import BLAKE2b
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import ActorId, CodeId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128, U256
from gearexe_spec.crypto import ids
from gearexe_spec.crypto.hashes import KECCAK_BACKENDS, KECCAK_EMPTY, blake2b256, keccak256

ROUTER = Address.from_hex("9861c86689ef8d6445d4aef9e5859d381473418c")
MIRROR = Address.from_hex("9fc2db07a975979da555868642235294ad7b2925")
COUNTING = bytes(range(32))


@given(st.binary(max_size=300))
def test_the_backends_agree_with_each_other_and_with_peers(data: bytes) -> None:
    assert {backend(data) for backend in KECCAK_BACKENDS.values()} == {eth_utils.keccak(data)} == {keccak256(data)}
    assert blake2b256(data) == BLAKE2b.new(data=data, digest_bits=256).digest()


def test_keccak_of_nothing() -> None:
    assert KECCAK_EMPTY.hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


@pytest.mark.parametrize(
    ("code", "code_id"),
    [
        (bytes([1, 2, 3, 4]), "28517e4cdf6c90798c1a983b03727ca7743c21a3880672429ccfc5bd15ea5f72"),
        (bytes([4, 3, 2, 1]), "7616c01c4d007e200f8bf7c9d9902593400ce7e8cadfdd642503219d72185b2e"),
        (b"\0asm\1\0\0\0", "f6a5dbf080e9c9d7834145653bce4c8cded62e664d7ddcdb5c526f5877006d74"),
        (bytes(i % 251 for i in range(128)), "c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1"),
        (bytes(i % 251 for i in range(393_233)), "cadf911d8bef8db3944f2f50c0a31051928238c415501f514dd7099547317bf5"),
    ],
)
def test_code_ids(code: bytes, code_id: str) -> None:
    assert ids.compute_code_id(code).hex() == code_id


@pytest.mark.parametrize(
    ("mirror", "nonce", "message_id"),
    [
        (MIRROR.hex(), 0, "b2ddba8473c3eb43c3fe0f876a9ebc8af9a9f1adbf54add0b8b2c5ad69f70197"),
        (MIRROR.hex(), 1, "f08d264f9dbf89fb6ea0caaaa0283c383ba658f559c008d29fa8ac92dc6042bd"),
        ("ebf617f7cc1974a74d04d9e2fe510e287442c67b", 0, "25cb5ea63cc4551464684bb96c99c584a90bccf79ed207bdc416890b5cde38b9"),  # noqa: E501
        ("519bc68e2ecaa23d2d6bae439e69b440b5593090", 1, "e7766e5010ec16a962faa92557ebb232e004e1064350264705742d650a781306"),  # noqa: E501
        ("8006b568da891d834af329d333dc612a5b908c2e", 0, "166d061102046f1df2bd45aaa581b184f3511b9c82fcaca624ee6b327eed5c3d"),  # noqa: E501
        ("2c1aa5f04ba937eecbe3610e3efb3d0e59989f6e", 0, "15f10a4c3e073084b55c3fb097b337ef988cdcb44d7503ede204ff315ca8198e"),  # noqa: E501
        ("11" * 20, 1, "5f8770c2413473708dbdc47ac14a9ff677d97b2cbe546cc465b146dfc075a643"),
    ],
)  # fmt: skip
def test_message_ids(mirror: str, nonce: int, message_id: str) -> None:
    assert ids.compute_message_id(Address.from_hex(mirror), U256(nonce)).hex() == message_id


@pytest.mark.parametrize(
    ("message_id", "reply_id"),
    [
        ("b2ddba8473c3eb43c3fe0f876a9ebc8af9a9f1adbf54add0b8b2c5ad69f70197", "bf36380ad463d838ccf980d4d605a89c393e761cda82c993dd6d6b8933c156cb"),  # noqa: E501
        ("25cb5ea63cc4551464684bb96c99c584a90bccf79ed207bdc416890b5cde38b9", "a4775d1e2d5d4732632982660c43e14bae69482d3084efb1dca958ea61541594"),  # noqa: E501
        ("e7766e5010ec16a962faa92557ebb232e004e1064350264705742d650a781306", "387e9551abe3568f95152ca5da245ce2ca3f39a02c7cf828ab83f1936ee8a842"),  # noqa: E501
        (COUNTING.hex(), "8bc8a36e544e7f76a57aa141774a743c3e79159bf3157c76d4f5f4be3c7901ab"),
    ],
)  # fmt: skip
def test_reply_ids(message_id: str, reply_id: str) -> None:
    assert ids.compute_reply_id(MessageId.from_hex(message_id)).hex() == reply_id


@pytest.mark.parametrize(
    ("origin", "nonce", "message_id"),
    [
        ("e7766e5010ec16a962faa92557ebb232e004e1064350264705742d650a781306", 0, "52d742fc1f6fcb495166e7631e230f5ef38c59902313d6bd49fc461a9247f4ed"),  # noqa: E501
        (COUNTING.hex(), 0, "8701b0637dc4cb1b9b3846b3f9f00aae0adba8b86e187ad26b5d4f40b1e2985f"),
        (COUNTING.hex(), 1, "970d2eb2a2b7557f9fb2f5043a3efb2c31ff030a91b9e1613527967673f5efc7"),
    ],
)  # fmt: skip
def test_outgoing_ids(origin: str, nonce: int, message_id: str) -> None:
    assert ids.compute_outgoing_id(MessageId.from_hex(origin), U32(nonce)).hex() == message_id


def test_injected_transaction_of_the_sheet() -> None:
    preimage = ids.encode_injected_preimage(
        ActorId.zero(), bytes([0, 1, 2]), U128(256), Bytes32.zero(), bytes([3, 4, 5])
    )
    assert len(preimage) == 144
    assert ids.compute_injected_id(preimage).hex() == "3da340a094072196a9067c7ddc4c76e1783596464887c8b9a66c4a656f22f633"
    assert keccak256(preimage).hex() == "35660346f1a37c854ea6efd25fc91f8f0100e9253e6b0c84feb72c125c753cb2"


def test_generic_ids_are_the_hash_of_tag_and_parts() -> None:
    """The layouts of the generic runtime, written out once more in full."""
    message, code = MessageId(COUNTING), CodeId(bytes(reversed(COUNTING)))
    assert ids.compute_signal_id(message) == blake2b256(b"signal" + COUNTING)
    assert ids.compute_reservation_id(message, U64(258)) == blake2b256(
        b"reservation" + COUNTING + bytes([2, 1, 0, 0, 0, 0, 0, 0])
    )
    assert ids.compute_actor_id_from_user(code, b"salt") == blake2b256(b"program_from_user" + code + b"salt")
    assert ids.compute_actor_id_from_program(message, code, b"") == blake2b256(b"program_from_wasm" + message + code)
    user = ActorId.from_u64(U64(1))
    assert ids.compute_external_message_id(U32(1), user, U128(2)) == blake2b256(
        b"external" + bytes([1, 0, 0, 0]) + bytes(12) + bytes([1]) + bytes(19) + bytes([2]) + bytes(15)
    )
    assert ids.SYSTEM_ACTOR == b"geargeargeargeargeargeargeargear"


def test_create_as_recorded() -> None:
    creator = Address.from_hex("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
    assert ids.compute_create_address(creator, U64(3)).hex() == "cf7ed3acca5a467e9e704c703e8d87f634fb0fc9"


@given(st.binary(min_size=20, max_size=20), st.integers(0, 2**64 - 1))
def test_create_hashes_an_rlp_list(creator: bytes, nonce: int) -> None:
    expected = keccak256(rlp.encode([creator, nonce]))[12:]
    assert ids.compute_create_address(Address(creator), U64(nonce)) == expected


def test_program_salt_and_create2() -> None:
    salt = ids.compute_program_salt(CodeId((1).to_bytes(32, "big")), Bytes32(b"salt".ljust(32, b"\0")))
    assert salt.hex() == "be527298923b0107f2502a98eef75f5f00ed30bda37a89a5fb2a258a9ed0322a"
    initcode_hash = Bytes32.from_hex("f4ce5abe7a3c4abec2945e68022b602728109f6189bb3be033760c0369d7cfa3")
    assert ids.compute_create2_address(ROUTER, salt, initcode_hash) == MIRROR
    empty = CodeId.from_hex("f6a5dbf080e9c9d7834145653bce4c8cded62e664d7ddcdb5c526f5877006d74")
    assert (
        ids.compute_program_salt(empty, Bytes32.zero()).hex()
        == "78b84899304a960aa463305a0593227f51ddde9156e99e28ada2a903876c834e"
    )


@pytest.mark.parametrize(
    ("namespace", "slot"),
    [
        ("router.storage.Slot", "5c09ca1b9b8127a4fd9f3c384aac59b661441e820e17733753ff5f2e86e1e000"),
        ("router.storage.RouterV1", "e3d827fd4fed52666d49a0df00f9cc2ac79f0f2378fc627e62463164801b6500"),
        ("openzeppelin.storage.Nonces", "5ab42ced628888259c08ac98db1eb0cf702fc1501344311d8b100cd1bfe4bb00"),
    ],
)
def test_storage_namespaces(namespace: str, slot: str) -> None:
    assert ids.compute_namespace_slot(namespace) == int(slot, 16)
