"""Events, results and errors of the economics in the words of the official ABIs."""

import pytest

from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.artifacts import ArtifactError
from gearexe_spec.evm.economics_artifacts import find_economics_artifacts
from gearexe_spec.evm.economics_reading import EconomicsReading


@pytest.fixture(scope="module")
def reading() -> EconomicsReading:
    try:
        return EconomicsReading(find_economics_artifacts())
    except ArtifactError as missing:
        pytest.skip(str(missing))


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_an_event_has_its_arguments_in_order(reading: EconomicsReading) -> None:
    topics = [keccak256(b"Claim(address,address,uint256,uint256)"), word(1), word(2)]
    claimer, recipient = ("0x" + f"{number:040x}" for number in (1, 2))
    assert reading.event(topics, word(3) + word(4)) == (
        f"Claim(claimer {claimer}, recipient {recipient}, epoch 3, amount 4)"
    )
    assert reading.event(topics, word(3)) is None
    assert reading.event([word(1)], b"") is None


def test_overloaded_functions_are_told_apart(reading: EconomicsReading) -> None:
    by_call, by_signature = (
        keccak256(f"optIn{types}".encode())[:4] for types in ("(address)", "(address,address,uint48,bytes)")
    )
    assert reading.result(by_call, b"") == reading.result(by_signature, b"") == "returns()"
    assert reading.result(keccak256(b"deposit(address,uint256)")[:4], word(5) + word(6)) == (
        "returns(depositedAmount 5, mintedShares 6)"
    )
    assert reading.result(b"none", b"") is None


def test_errors_have_arguments_too(reading: EconomicsReading) -> None:
    unauthorized = keccak256(b"AccessControlUnauthorizedAccount(address,bytes32)")[:4]
    assert reading.error(unauthorized + word(7) + word(8)) == (
        f"AccessControlUnauthorizedAccount(account 0x{7:040x}, neededRole 0x{8:064x})"
    )
    assert reading.error(bytes.fromhex("4e487b71") + word(0x11)) == "Panic(code 17)"
    assert reading.error(unauthorized) is None
    assert reading.error(b"") is None
