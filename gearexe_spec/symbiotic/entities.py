"""What factories make: entities behind clones, which never change, and entities behind proxies, with versions.

An implementation is locked when it is deployed. What stands behind a clone or a proxy is initialized once, by its
factory, with data that the implementation itself understands.

Rules: SYM-52 to SYM-57.
Source: symbiotic-core common/Entity.sol, common/MigratableEntity.sol; OpenZeppelin 5.6.1 Initializable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD, empty_revert
from gearexe_spec.onchain.dispatch import Function
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.upgradeable import (
    OWNABLE,
    begin_initialize,
    begin_reinitialize,
    end_initialization,
    initialize_owner,
)
from gearexe_spec.onchain.words import encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, ExtensionCode
from gearexe_spec.symbiotic.access_control import not_reentered
from gearexe_spec.symbiotic.contract import code_of
from gearexe_spec.symbiotic.errors import EntityRejection

Initializer = Callable[[Frame, bytes], None]
"""What a kind of entity does with the data of its initialization."""
E = TypeVar("E", bound="FactoryMade")


class FactoryMade(ExtensionCode):
    """Code that knows the factory whose entities run it."""

    factory: Address


class Entity(FactoryMade):
    """Code behind clones; its type is its place among the factory's implementations."""

    entity_type: U64


def entity_functions(kind: type[Entity], initialize: Initializer) -> tuple[Function, ...]:
    """The functions of every entity behind a clone.

    Args:
        kind: its code.
        initialize: what it does with its data, between the check and the event `Initialized`.
    """

    def apply_initialize(frame: Frame) -> bytes:
        """Initialize, once (SYM-53).

        Raises:
            Rejected: InvalidInitialization; what the kind refuses.
        """
        calldata = frame.calldata
        data = calldata.bytes(calldata.entry_slice(HEAD, 1))
        begin_initialize(frame)
        initialize(frame, data)
        end_initialization(frame)
        return b""

    return (
        Function("FACTORY()", 0, lambda frame: encode_word(code_of(frame, kind).factory)),
        Function("TYPE()", 0, lambda frame: encode_word(code_of(frame, kind).entity_type)),
        Function("initialize(bytes)", 1, apply_initialize),
    )


def migratable_entity_functions(kind: type[FactoryMade], initialize: Initializer) -> tuple[Function, ...]:
    """The functions of every entity behind a proxy.

    Args:
        kind: its code.
        initialize: what it does with its data, between the owner and the event `Initialized`.
    """

    def apply_initialize(frame: Frame) -> bytes:
        """Initialize with a version and perhaps an owner, once (SYM-54, SYM-55).

        Raises:
            Rejected: AlreadyInitialized; InvalidInitialization for version 0; what the kind refuses.
        """
        calldata = frame.calldata
        version, owner = calldata.unsigned(HEAD, U64), calldata.address(HEAD + WORD)
        data = calldata.bytes(calldata.entry_slice(HEAD + 2 * WORD, 1))

        if frame.storage.initialized:
            raise Rejected(EntityRejection.AlreadyInitialized)
        begin_reinitialize(frame, int(version))
        if owner != ZERO_ADDRESS:
            initialize_owner(frame, owner)
        initialize(frame, data)
        end_initialization(frame)
        return b""

    def apply_migrate(frame: Frame) -> bytes:
        """Go to another version: no kind of entity can (SYM-57).

        Raises:
            Rejected: NotFactory; InvalidInitialization for a version that is not greater; Empty.
        """
        calldata = frame.calldata
        version = calldata.unsigned(HEAD, U64)
        calldata.entry_slice(HEAD + WORD, 1)

        with not_reentered(frame):
            if frame.sender != code_of(frame, kind).factory:
                raise Rejected(EntityRejection.NotFactory)
            begin_reinitialize(frame, int(version))
            raise empty_revert()

    return (
        *OWNABLE,
        Function("FACTORY()", 0, lambda frame: encode_word(code_of(frame, kind).factory)),
        Function("initialize(uint64,address,bytes)", 3, apply_initialize),
        Function("migrate(uint64,bytes)", 2, apply_migrate),
        Function("version()", 0, lambda frame: encode_word(frame.storage.initialized)),
    )
