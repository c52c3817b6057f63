"""The registries of networks and operators: lists that anyone joins, and nobody leaves.

Rules: SYM-11, SYM-12.
Source: symbiotic-core NetworkRegistry.sol, OperatorRegistry.sol, common/Registry.sol.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import panic
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import encode_word
from gearexe_spec.onchain.world import ExtensionCode
from gearexe_spec.symbiotic.contract import storage_of
from gearexe_spec.symbiotic.errors import RegistryRejection
from gearexe_spec.symbiotic.events import AddEntity
from gearexe_spec.symbiotic.hints import OUT_OF_BOUNDS


@dataclass(frozen=True, slots=True)
class RegistryStorage:
    """Who is registered: the order by account, and the account by order."""

    places: Map[Address, int] = Map()
    listed: Map[int, Address] = Map()

    def add(self, entity: Address) -> Self:
        """The registry with one more entity, which it does not have yet, at the end."""
        place = len(self.listed)
        return replace(self, places=self.places.set(entity, place), listed=self.listed.set(place, entity))


def register(frame: Frame, otherwise: RegistryRejection) -> bytes:
    """Add the caller (SYM-11).

    Raises:
        Rejected: NetworkAlreadyRegistered or OperatorAlreadyRegistered.

    Source: NetworkRegistry.sol `registerNetwork`, OperatorRegistry.sol `registerOperator`.
    """
    registry = storage_of(frame, RegistryStorage)
    if frame.sender in registry.places:
        raise Rejected(otherwise)
    frame.update(extension=registry.add(frame.sender))
    frame.emit(AddEntity(frame.sender))
    return b""


def answer_entity(frame: Frame) -> bytes:
    """The entity at a place, in the order of registration (SYM-12).

    Raises:
        Rejected: Panic(0x32) behind the end.
    """
    place = frame.calldata.u256(HEAD)
    entity = storage_of(frame, RegistryStorage).listed.get(int(place))
    if entity is None:
        raise panic(OUT_OF_BOUNDS)
    return encode_word(entity)


def answer_is_entity(frame: Frame) -> bytes:
    """Whether an account is registered (SYM-12)."""
    return encode_word(frame.calldata.address(HEAD) in storage_of(frame, RegistryStorage).places)


def answer_total_entities(frame: Frame) -> bytes:
    """How many are registered (SYM-12)."""
    return encode_word(U256(len(storage_of(frame, RegistryStorage).listed)))


REGISTRY = (
    Function("entity(uint256)", 1, answer_entity),
    Function("isEntity(address)", 1, answer_is_entity),
    Function("totalEntities()", 0, answer_total_entities),
)
"""What every registry answers."""

NETWORKS = Interface(
    table(
        Function("registerNetwork()", 0, lambda frame: register(frame, RegistryRejection.NetworkAlreadyRegistered)),
        *REGISTRY,
    )
)
OPERATORS = Interface(
    table(
        Function("registerOperator()", 0, lambda frame: register(frame, RegistryRejection.OperatorAlreadyRegistered)),
        *REGISTRY,
    )
)


@dataclass(frozen=True, slots=True)
class NetworkRegistry(ExtensionCode):
    """The registry of networks."""

    def run(self, frame: Frame) -> bytes:
        return NETWORKS.run(frame)


@dataclass(frozen=True, slots=True)
class OperatorRegistry(ExtensionCode):
    """The registry of operators."""

    def run(self, frame: Frame) -> bytes:
        return OPERATORS.run(frame)
