"""What every contract of this room is made of: its own record in storage, its code's constants, the clock.

Rules: SYM-9, SYM-10, SYM-108.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import IntegerOutOfRange
from gearexe_spec.base.rejection import NotSpecifiedYet, Rejected
from gearexe_spec.onchain.calldata import HEAD
from gearexe_spec.onchain.clock import read_now
from gearexe_spec.onchain.contract_calls import encode_call, expect_success, read_boolean
from gearexe_spec.onchain.errors import OVERFLOW, Bubbled, encode_revert_data, panic
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ExtensionCode

R = TypeVar("R")
C = TypeVar("C", bound=ExtensionCode)
_IS_ENTITY = compute_selector("isEntity(address)")


def storage_of(frame: Frame, kind: type[R]) -> R:
    """The contract's record; an empty one before anything was written.

    Raises:
        NotSpecifiedYet: the account holds the record of another contract, on which this code was never meant to run.
    """
    held = frame.storage.extension
    if held is None:
        return kind()
    if not isinstance(held, kind):
        raise NotSpecifiedYet("code of one contract on the storage of another")
    return held


def code_of(frame: Frame, kind: type[C]) -> C:
    """The running code, with what its constructor fixed."""
    code = frame.execution.world.account(frame.code_address).code
    assert isinstance(code, kind)
    return code


def ask_is_entity(frame: Frame, registry: Address, account: Address) -> bool:
    """Whether a registry knows an account.

    Raises:
        Rejected: Empty for an answer that is no boolean; what the registry reverts with.
    """
    return read_boolean(expect_success(frame.static_call(registry, encode_call(_IS_ENTITY, account))))


def apply_static_delegate_call(frame: Frame) -> bytes:
    """Run other code on this storage, tell how it ended, and undo everything by reverting (SYM-10).

    Raises:
        Rejected: ForeignError, always; its data are the encoding of success and returned bytes.

    Source: symbiotic-core StaticDelegateCallable.sol `staticDelegateCall`.
    """
    calldata = frame.calldata
    target = calldata.address(HEAD)
    data = calldata.bytes(calldata.entry_slice(HEAD + 32, 1))

    try:
        success, returned = True, frame.delegate_data(target, data)
    except Rejected as rejected:
        success, returned = False, encode_revert_data(rejected)
    raise Bubbled(encode_tuple(encode_word(success), (encode_bytes(returned),)))


@contextmanager
def checked_arithmetic() -> Iterator[None]:
    """Numbers that leave their width end the call (SYM-108).

    Raises:
        Rejected: Panic(0x11).
    """
    try:
        yield
    except IntegerOutOfRange as out_of_range:
        raise panic(OVERFLOW) from out_of_range


__all__ = [
    "apply_static_delegate_call",
    "ask_is_entity",
    "checked_arithmetic",
    "code_of",
    "read_now",
    "storage_of",
]
