"""Roles: who may do what in a contract, and the lock against entering it twice.

The default administrator's role is zero. It alone gives and takes every role, itself included, since no contract here
names another administrator.

Rules: SYM-100 to SYM-106.
Source: OpenZeppelin 5.6.1 AccessControlUpgradeable.sol, ReentrancyGuardUpgradeable.sol.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.dispatch import Function
from gearexe_spec.onchain.errors import OpenZeppelinRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import encode_word
from gearexe_spec.symbiotic.errors import AccessControlRejection
from gearexe_spec.symbiotic.events import RoleGranted, RoleRevoked

DEFAULT_ADMIN_ROLE = Bytes32.zero()
INTERFACES = frozenset({Bytes4.from_hex("01ffc9a7"), Bytes4.from_hex("7965db0b")})
"""ERC-165 and IAccessControl."""


def has_role(frame: Frame, role: Bytes32, account: Address) -> bool:
    """Whether an account has a role (SYM-100)."""
    return (role, account) in frame.storage.roles


def check_role(frame: Frame, role: Bytes32) -> None:
    """The caller has a role (SYM-101).

    Raises:
        Rejected: AccessControlUnauthorizedAccount(sender, role).
    """
    if not has_role(frame, role, frame.sender):
        raise Rejected(AccessControlRejection.AccessControlUnauthorizedAccount, frame.sender, role)


def grant_role(frame: Frame, role: Bytes32, account: Address) -> None:
    """Give a role; the event tells only of a change (SYM-102)."""
    if not has_role(frame, role, account):
        frame.update(roles=frame.storage.roles.set((role, account), True))
        frame.emit(RoleGranted(role, account, frame.sender))


def revoke_role(frame: Frame, role: Bytes32, account: Address) -> None:
    """Take a role; the event tells only of a change (SYM-103)."""
    if has_role(frame, role, account):
        frame.update(roles=frame.storage.roles.delete((role, account)))
        frame.emit(RoleRevoked(role, account, frame.sender))


def apply_grant_role(frame: Frame) -> bytes:
    """The administrator gives a role.

    Raises:
        Rejected: AccessControlUnauthorizedAccount.

    Rules: SYM-101, SYM-102.
    """
    role, account = frame.calldata.bytes32(HEAD), frame.calldata.address(HEAD + WORD)

    check_role(frame, DEFAULT_ADMIN_ROLE)
    grant_role(frame, role, account)
    return b""


def apply_revoke_role(frame: Frame) -> bytes:
    """The administrator takes a role.

    Raises:
        Rejected: AccessControlUnauthorizedAccount.

    Rules: SYM-101, SYM-103.
    """
    role, account = frame.calldata.bytes32(HEAD), frame.calldata.address(HEAD + WORD)

    check_role(frame, DEFAULT_ADMIN_ROLE)
    revoke_role(frame, role, account)
    return b""


def apply_renounce_role(frame: Frame) -> bytes:
    """The caller gives up a role of its own, and says its own address as a precaution.

    Raises:
        Rejected: AccessControlBadConfirmation.

    Rules: SYM-103, SYM-104.
    """
    role, account = frame.calldata.bytes32(HEAD), frame.calldata.address(HEAD + WORD)

    if account != frame.sender:
        raise Rejected(AccessControlRejection.AccessControlBadConfirmation)
    revoke_role(frame, role, account)
    return b""


def answer_has_role(frame: Frame) -> bytes:
    """Whether an account has a role (SYM-100)."""
    role, account = frame.calldata.bytes32(HEAD), frame.calldata.address(HEAD + WORD)
    return encode_word(has_role(frame, role, account))


def answer_supports_interface(frame: Frame) -> bytes:
    """Whether the contract is an ERC-165 and an IAccessControl; it knows no other (SYM-105)."""
    return encode_word(frame.calldata.bytes4(HEAD) in INTERFACES)


@contextmanager
def not_reentered(frame: Frame) -> Iterator[None]:
    """While this lasts, no function that takes the same lock may be entered (SYM-106).

    The lock is per contract. A revert undoes it with everything else.

    Raises:
        Rejected: ReentrancyGuardReentrantCall; Empty in a static call, since the lock is written.
    """
    if frame.storage.entered:
        raise Rejected(OpenZeppelinRejection.ReentrancyGuardReentrantCall)
    frame.update(entered=True)
    yield
    frame.update(entered=False)


ACCESS_CONTROL = (
    Function("DEFAULT_ADMIN_ROLE()", 0, lambda frame: encode_word(DEFAULT_ADMIN_ROLE)),
    Function("hasRole(bytes32,address)", 2, answer_has_role),
    Function("getRoleAdmin(bytes32)", 1, lambda frame: encode_word(DEFAULT_ADMIN_ROLE)),
    Function("grantRole(bytes32,address)", 2, apply_grant_role),
    Function("revokeRole(bytes32,address)", 2, apply_revoke_role),
    Function("renounceRole(bytes32,address)", 2, apply_renounce_role),
    Function("supportsInterface(bytes4)", 1, answer_supports_interface),
)
"""What every contract with roles answers."""
