"""What Symbiotic's contracts emit.

Rules: ROU-7, ROU-8.
Source: the `event` declarations of symbiotic-core (`interfaces/common/IRegistry.sol`, `interfaces/service/*.sol`),
OpenZeppelin 5.6.1 IAccessControl.sol.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U64, U256
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
class SetMaxNetworkLimit(Event):
    """A network takes so much at most."""

    declaration: ClassVar[str] = "SetMaxNetworkLimit(bytes32 indexed subnetwork, uint256 amount)"
    subnetwork: Bytes32
    amount: U256


@dataclass(frozen=True, slots=True)
class SetNetworkLimit(Event):
    """A network gets so much at most."""

    declaration: ClassVar[str] = "SetNetworkLimit(bytes32 indexed subnetwork, uint256 amount)"
    subnetwork: Bytes32
    amount: U256


@dataclass(frozen=True, slots=True)
class SetOperatorNetworkShares(Event):
    """An operator has so many shares of what a network gets."""

    declaration: ClassVar[str] = (
        "SetOperatorNetworkShares(bytes32 indexed subnetwork, address indexed operator, uint256 shares)"
    )
    subnetwork: Bytes32
    operator: Address
    shares: U256


@dataclass(frozen=True, slots=True)
class SetOperatorNetworkLimit(Event):
    """An operator gets so much of a network at most."""

    declaration: ClassVar[str] = (
        "SetOperatorNetworkLimit(bytes32 indexed subnetwork, address indexed operator, uint256 amount)"
    )
    subnetwork: Bytes32
    operator: Address
    amount: U256


@dataclass(frozen=True, slots=True)
class SetHook(Event):
    """A delegator calls somebody else at a slash."""

    declaration: ClassVar[str] = "SetHook(address indexed hook)"
    hook: Address


@dataclass(frozen=True, slots=True)
class DelegatorOnSlash(Event):
    """The event `OnSlash` of delegators: a slash reached them."""

    declaration: ClassVar[str] = (
        "OnSlash(bytes32 indexed subnetwork, address indexed operator, uint256 amount, uint48 captureTimestamp)"
    )
    subnetwork: Bytes32
    operator: Address
    amount: U256
    capture_timestamp: U48


@dataclass(frozen=True, slots=True)
class Slash(Event):
    """A slash without appeal took place."""

    declaration: ClassVar[str] = (
        "Slash(bytes32 indexed subnetwork, address indexed operator, uint256 slashedAmount, uint48 captureTimestamp)"
    )
    subnetwork: Bytes32
    operator: Address
    slashed_amount: U256
    capture_timestamp: U48


@dataclass(frozen=True, slots=True)
class RequestSlash(Event):
    """A slash is asked for, and may be vetoed."""

    declaration: ClassVar[str] = (
        "RequestSlash(uint256 indexed slashIndex, bytes32 indexed subnetwork, address indexed operator, "
        "uint256 slashAmount, uint48 captureTimestamp, uint48 vetoDeadline)"
    )
    slash_index: U256
    subnetwork: Bytes32
    operator: Address
    slash_amount: U256
    capture_timestamp: U48
    veto_deadline: U48


@dataclass(frozen=True, slots=True)
class ExecuteSlash(Event):
    """A requested slash took place."""

    declaration: ClassVar[str] = "ExecuteSlash(uint256 indexed slashIndex, uint256 slashedAmount)"
    slash_index: U256
    slashed_amount: U256


@dataclass(frozen=True, slots=True)
class VetoSlash(Event):
    """A requested slash will not take place."""

    declaration: ClassVar[str] = "VetoSlash(uint256 indexed slashIndex, address indexed resolver)"
    slash_index: U256
    resolver: Address


@dataclass(frozen=True, slots=True)
class SetResolver(Event):
    """A network named who may veto."""

    declaration: ClassVar[str] = "SetResolver(bytes32 indexed subnetwork, address resolver)"
    subnetwork: Bytes32
    resolver: Address


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
