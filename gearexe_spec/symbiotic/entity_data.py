"""The data that delegators and slashers are initialized with: their vault, and parameters that their type understands.

Rules: SYM-109, SYM-110.
Source: symbiotic-core delegator/BaseDelegator.sol, slasher/BaseSlasher.sol (`_initialize`), solc (`abi.decode`).
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.onchain.calldata import WORD, Calldata, empty_revert
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.symbiotic.contract import ask_is_entity


def check_words(data: bytes, words: int) -> None:
    """The data have so many words at least (SYM-110).

    Raises:
        Rejected: Empty.
    """
    if len(data) < WORD * words:
        raise empty_revert()


def read_vault_and_parameters(data: bytes) -> tuple[Address, bytes]:
    """The vault, and the parameters of the type (SYM-109).

    Raises:
        Rejected: Empty; Panic(0x41) for a length that no memory holds.
    """
    check_words(data, 2)
    fields = Calldata(data)
    return fields.address(0), fields.bytes(fields.memory_member(0, WORD, 1, 1))


def check_is_vault(frame: Frame, factory: Address, vault: Address, otherwise: Rejection) -> None:
    """The vault is one of the factory (SYM-109).

    Raises:
        Rejected: NotVault; what the factory reverts with.
    """
    if not ask_is_entity(frame, factory, vault):
        raise Rejected(otherwise)


def read_addresses(data: Calldata, base: int, head: int) -> tuple[Address, ...]:
    """A list of addresses inside a structure that is decoded as a whole (SYM-110).

    Args:
        data: the encoding.
        base: where the structure begins.
        head: place of the list's offset.

    Raises:
        Rejected: Empty; Panic(0x41) for a length that no memory holds.
    """
    part = data.memory_member(base, head, WORD, WORD)
    return tuple(data.address(part.place + WORD * index) for index in range(part.length))
