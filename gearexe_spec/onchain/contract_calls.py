"""How our contracts call each other and tokens: compiled high-level calls with their checks.

A call whose result is read needs that result; one without result needs code at the target. Failures are passed on byte
for byte, unless the caller tries and forgets.

Rules: ROU-36 to ROU-40.
Source: solc 0.8.35 (external function calls), Router.sol and Mirror.sol (their uses of IWrappedVara).
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U8, U128, U256
from gearexe_spec.onchain.calldata import Calldata, empty_revert
from gearexe_spec.onchain.errors import Bubbled
from gearexe_spec.onchain.machine import Frame, Outcome
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.onchain.world import ZERO_U256

_PERMIT = compute_selector("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)")
_TRANSFER_FROM = compute_selector("transferFrom(address,address,uint256)")
_APPROVE = compute_selector("approve(address,uint256)")


def encode_call(selector: bytes, *arguments: bool | int | bytes) -> bytes:
    """Calldata with static arguments."""
    return selector + b"".join(map(encode_word, arguments))


def expect_success(outcome: Outcome) -> bytes:
    """What a call returned; its failure becomes the caller's (ROU-36).

    Raises:
        Rejected: whatever the callee reverted with.
    """
    if not outcome.success:
        raise Bubbled(outcome.data)
    return outcome.data


def read_word(data: bytes) -> int:
    """The one word a call returned (ROU-37).

    Raises:
        Rejected: Empty, when it returned less.
    """
    if len(data) < 32:
        raise empty_revert()
    return int.from_bytes(data[:32], "big")


def read_boolean(data: bytes) -> bool:
    """The boolean a call returned (ROU-37).

    Raises:
        Rejected: Empty, when it returned less or another number than 0 and 1.
    """
    number = read_word(data)
    if number > 1:
        raise empty_revert()
    return number == 1


def read_address(data: bytes) -> Address:
    """The address a call returned (ROU-37).

    Raises:
        Rejected: Empty, when it returned less or more than 160 bits.
    """
    number = read_word(data)
    if number >> 160:
        raise empty_revert()
    return Address(number.to_bytes(20, "big"))


def check_has_code(frame: Frame, target: Address) -> None:
    """The target of a call without result must have code (ROU-38).

    Raises:
        Rejected: Empty.
    """
    if not frame.has_code(target):
        raise empty_revert()


def call_without_result(frame: Frame, target: Address, data: bytes, value: U256 = ZERO_U256) -> None:
    """A call of a function that returns nothing (ROU-36, ROU-38).

    Raises:
        Rejected: Empty without code at the target; whatever the callee reverts with.
    """
    check_has_code(frame, target)
    expect_success(frame.call(target, data, value))


class PermitParameters:
    """Deadline and signature of a permit, as they follow one another in calldata (four words)."""

    __slots__ = ("deadline", "r", "s", "v")

    def __init__(self, calldata: Calldata, at: int) -> None:
        self.deadline = calldata.u256(at)
        self.v = calldata.unsigned(at + 32, U8)
        self.r = calldata.bytes32(at + 64)
        self.s = calldata.bytes32(at + 96)


def try_permit(
    frame: Frame, token: Address, parties: tuple[Address, Address], value: U256 | U128, permit: PermitParameters
) -> None:
    """Ask the token for an allowance from owner to spender by signature, and go on whatever it answers (ROU-39).

    Raises:
        Rejected: Empty, when there is no code at the token's address.
    """
    check_has_code(frame, token)
    owner, spender = parties
    frame.call(token, encode_call(_PERMIT, owner, spender, value, permit.deadline, permit.v, permit.r, permit.s))


def transfer_from(frame: Frame, token: Address, owner: Address, receiver: Address, amount: U256 | U128) -> bool:
    """Move tokens by allowance; the answer is the token's (ROU-40).

    Raises:
        Rejected: whatever the token reverts with; Empty for an answer that is no boolean.
    """
    data = encode_call(_TRANSFER_FROM, owner, receiver, amount)
    return read_boolean(expect_success(frame.call(token, data)))


def approve(frame: Frame, token: Address, spender: Address, amount: U256 | U128) -> bool:
    """Allow a spender to take tokens; the answer is the token's (ROU-40).

    Raises:
        Rejected: as `transfer_from`.
    """
    return read_boolean(expect_success(frame.call(token, encode_call(_APPROVE, spender, amount))))


def read_bytes32(data: bytes) -> Bytes32:
    """The word a call returned, as bytes (ROU-37).

    Raises:
        Rejected: Empty, when it returned less.
    """
    return Bytes32(read_word(data).to_bytes(32, "big"))
