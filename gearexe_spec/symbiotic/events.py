"""What Symbiotic's contracts emit.

Rules: ROU-7, ROU-8.
Source: the `event` declarations of symbiotic-core (`interfaces/common/IRegistry.sol`, `interfaces/service/*.sol`),
OpenZeppelin 5.6.1 IAccessControl.sol.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64
from gearexe_spec.onchain.events import Event


@dataclass(frozen=True, slots=True)
class AddEntity(Event):
    """A registry knows somebody from now on."""

    declaration: ClassVar[str] = "AddEntity(address indexed entity)"
    entity: Address


@dataclass(frozen=True, slots=True)
class AdminChanged(Event):
    """A proxy has an administrator."""

    declaration: ClassVar[str] = "AdminChanged(address previousAdmin, address newAdmin)"
    previous_admin: Address
    new_admin: Address


@dataclass(frozen=True, slots=True)
class Whitelist(Event):
    """A factory has one more implementation."""

    declaration: ClassVar[str] = "Whitelist(address indexed implementation)"
    implementation: Address


@dataclass(frozen=True, slots=True)
class Blacklist(Event):
    """A factory's owner advises against a type or version."""

    declaration: ClassVar[str] = "Blacklist(uint64 indexed number)"
    number: U64


@dataclass(frozen=True, slots=True)
class Migrate(Event):
    """An entity has another version."""

    declaration: ClassVar[str] = "Migrate(address indexed entity, uint64 newVersion)"
    entity: Address
    new_version: U64


@dataclass(frozen=True, slots=True)
class RoleGranted(Event):
    """Somebody has a role from now on."""

    declaration: ClassVar[str] = "RoleGranted(bytes32 indexed role, address indexed account, address indexed sender)"
    role: Bytes32
    account: Address
    sender: Address


@dataclass(frozen=True, slots=True)
class RoleRevoked(Event):
    """Somebody has a role no longer."""

    declaration: ClassVar[str] = "RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender)"
    role: Bytes32
    account: Address
    sender: Address


@dataclass(frozen=True, slots=True)
class SetMiddleware(Event):
    """A network named the contract that speaks for it."""

    declaration: ClassVar[str] = "SetMiddleware(address indexed network, address middleware)"
    network: Address
    middleware: Address


@dataclass(frozen=True, slots=True)
class IncreaseNonce(Event):
    """Signatures with the earlier nonce are void."""

    declaration: ClassVar[str] = "IncreaseNonce(address indexed who, address indexed where)"
    who: Address
    where: Address


@dataclass(frozen=True, slots=True)
class OptIn(Event):
    """Somebody takes part somewhere from now on."""

    declaration: ClassVar[str] = "OptIn(address indexed who, address indexed where)"
    who: Address
    where: Address


@dataclass(frozen=True, slots=True)
class OptOut(Event):
    """Somebody takes part no longer."""

    declaration: ClassVar[str] = "OptOut(address indexed who, address indexed where)"
    who: Address
    where: Address
