"""Identifiers and addresses: what they are the hash of."""

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder

ADDRESSES = {"zero": bytes(20), "ones": b"\xff" * 20, "mixed": bytes(range(0xA0, 0xB4))}
WORDS = {"zero": bytes(32), "ones": b"\xff" * 32, "mixed": bytes(range(32))}
U32_MAX, U64_MAX, U128_MAX, U256_MAX = ((1 << bits) - 1 for bits in (32, 64, 128, 256))


@pytest.mark.parametrize("code", [b"", b"\0", b"\0asm\1\0\0\0", bytes(1000)], ids=["empty", "zero", "module", "long"])
def test_code_id(vectors: Recorder, code: bytes) -> None:
    """A code's id is the BLAKE2b-256 hash of its bytes (CRY-3)."""
    vectors.hash("ids/computeCodeId", {"code": code})


@pytest.mark.parametrize("nonce", [0, 1, 255, 256, U128_MAX, U256_MAX])
def test_message_id(vectors: Recorder, nonce: int) -> None:
    """A Mirror's message: its address of 20 bytes, its nonce of 32 (CRY-4)."""
    for name, mirror in ADDRESSES.items():
        value = {"mirror": mirror, "nonce": nonce}
        vectors.hash("ids/computeMessageId", value, name=f"{name}-{nonce:x}", flags=[Flag.BOUNDARY])


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_reply_id(vectors: Recorder, word: bytes) -> None:
    """A reply's id follows from the message it answers (CRY-5)."""
    vectors.hash("ids/computeReplyId", {"repliedTo": word})


@pytest.mark.parametrize("nonce", [0, 1, 256, U32_MAX])
def test_outgoing_id(vectors: Recorder, nonce: int) -> None:
    """The messages a program sends while it handles one are numbered in 32 bits (CRY-6)."""
    vectors.hash("ids/computeOutgoingId", {"origin": WORDS["mixed"], "nonce": nonce}, flags=[Flag.BOUNDARY])


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_signal_id(vectors: Recorder, word: bytes) -> None:
    """A signal's id follows from the message it is about (CRY-7)."""
    vectors.hash("ids/computeSignalId", {"origin": word})


@pytest.mark.parametrize("nonce", [0, 1, U64_MAX])
def test_reservation_id(vectors: Recorder, nonce: int) -> None:
    """Reservations of a message are numbered in 64 bits (CRY-8)."""
    vectors.hash("ids/computeReservationId", {"messageId": WORDS["mixed"], "nonce": nonce}, flags=[Flag.BOUNDARY])


SALTS = {"empty": b"", "short": b"salt", "word": bytes(range(32)), "long": bytes(100)}


@pytest.mark.parametrize("salt", SALTS.values(), ids=SALTS)
def test_actor_id_from_user(vectors: Recorder, salt: bytes) -> None:
    """A program that a user creates: code id and salt of any length (CRY-9)."""
    vectors.hash("ids/computeActorIdFromUser", {"codeId": WORDS["mixed"], "salt": salt})


@pytest.mark.parametrize("salt", SALTS.values(), ids=SALTS)
def test_actor_id_from_program(vectors: Recorder, salt: bytes) -> None:
    """A program that a program creates: message id, code id and salt (CRY-10)."""
    value = {"messageId": WORDS["ones"], "codeId": WORDS["mixed"], "salt": salt}
    vectors.hash("ids/computeActorIdFromProgram", value)


@pytest.mark.parametrize("block", [0, 1, U32_MAX])
def test_external_message_id(vectors: Recorder, block: int) -> None:
    """A user's message in a block: height of 32 bits, user, nonce of 128 (CRY-11)."""
    for nonce in (0, 1, U128_MAX):
        value = {"blockNumber": block, "user": WORDS["mixed"], "nonce": nonce}
        vectors.hash("ids/computeExternalMessageId", value, name=f"{block:x}-{nonce:x}", flags=[Flag.BOUNDARY])


@pytest.mark.parametrize("preimage", [b"", b"\1", bytes(range(200))], ids=["empty", "one", "long"])
def test_injected_id(vectors: Recorder, preimage: bytes) -> None:
    """An injected message's id is a hash of its transaction's preimage (CRY-12)."""
    vectors.hash("ids/computeInjectedId", {"preimage": preimage})


@pytest.mark.parametrize("nonce", [0, 1, 127, 128, 255, 256, 65535, 65536, U64_MAX])
def test_create_address(vectors: Recorder, nonce: int) -> None:
    """CREATE: the RLP of creator and nonce, at each length of the nonce (CRY-13)."""
    vectors.hash("ids/computeCreateAddress", {"creator": ADDRESSES["mixed"], "nonce": nonce}, flags=[Flag.BOUNDARY])


@pytest.mark.parametrize("salt", WORDS.values(), ids=WORDS)
def test_create2_address(vectors: Recorder, salt: bytes) -> None:
    """CREATE2: 0xff, creator, salt and the hash of the initcode (CRY-14)."""
    for name, creator in ADDRESSES.items():
        value = {"creator": creator, "salt": salt, "initcodeHash": WORDS["mixed"]}
        vectors.hash("ids/computeCreate2Address", value, name=f"{name}-{salt[:2].hex()}")


@pytest.mark.parametrize("salt", WORDS.values(), ids=WORDS)
def test_program_salt(vectors: Recorder, salt: bytes) -> None:
    """A Mirror's CREATE2 salt binds the code (CRY-15)."""
    vectors.hash("ids/computeProgramSalt", {"codeId": WORDS["ones"], "userSalt": salt})


@pytest.mark.parametrize(
    "namespace", ["", "router.storage.RouterV1", "mirror.storage", "ü"], ids=["empty", "router", "mirror", "utf8"]
)
def test_namespace_slot(vectors: Recorder, namespace: str) -> None:
    """ERC-7201: the slot's last byte is cleared (CRY-16)."""
    vectors.hash("ids/computeNamespaceSlot", {"namespace": namespace})
