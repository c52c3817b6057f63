"""Slashing through the Middleware: two accounts may, one to ask for slashes, one to carry them out.

How much is slashed, and until when, each vault's slasher decides. A failing slash undoes all of the call.

Rules: MID-100 to MID-107.
Source: Middleware.sol `requestSlash`, `executeSlash`, `changeSlashRequester`, `changeSlashExecutor`.
"""

from __future__ import annotations

from dataclasses import replace

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.batch_calldata import at_word, list_structs
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.errors import MiddlewareRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.symbiotic_calls import ask_address, execute_slash, request_slash

SLASH_DATA_WORDS = 3
VAULT_SLASH_WORDS = 2
SLASH_IDENTIFIER_WORDS = 2


def check_slash_requester(frame: Frame) -> None:
    """The caller may ask for slashes (MID-100).

    Raises:
        Rejected: NotSlashRequester.
    """
    if frame.sender != frame.middleware.symbiotic.role_slash_requester:
        raise Rejected(MiddlewareRejection.NotSlashRequester)


def check_slash_executor(frame: Frame) -> None:
    """The caller may carry slashes out (MID-100).

    Raises:
        Rejected: NotSlashExecutor.
    """
    if frame.sender != frame.middleware.symbiotic.role_slash_executor:
        raise Rejected(MiddlewareRejection.NotSlashExecutor)


def check_registered_vault(frame: Frame, vault: Address) -> None:
    """The vault is one of the Middleware's, enabled or not (MID-102).

    Raises:
        Rejected: NotRegisteredVault.
    """
    if vault not in frame.middleware.vaults:
        raise Rejected(MiddlewareRejection.NotRegisteredVault)


def apply_request_slash(frame: Frame) -> bytes:
    """Ask the slashers of vaults for slashes of operators, in order.

    Raises:
        Rejected: NotSlashRequester, NotRegisteredOperator, NotRegisteredVault, Empty; what the slashers revert with.

    Rules: MID-100 to MID-103.
    """
    calldata = frame.calldata
    requests = calldata.entry_slice(HEAD, WORD)

    check_slash_requester(frame)
    for request in list_structs(calldata, requests, SLASH_DATA_WORDS):
        request_slashes_of_operator(frame, request)
    return b""


def request_slashes_of_operator(frame: Frame, request: int) -> None:
    """Ask for the slashes of one operator; each part is read when its turn comes.

    Args:
        request: where it stands in the calldata: operator, moment of capture, and the vaults with their amounts.

    Raises:
        Rejected: as `apply_request_slash`.

    Rules: MID-101 to MID-103.
    """
    calldata = frame.calldata
    if calldata.address(request) not in frame.middleware.operators:
        raise Rejected(MiddlewareRejection.NotRegisteredOperator)

    vaults = calldata.tail_slice(request, at_word(request, 2), WORD * VAULT_SLASH_WORDS)
    for index in range(vaults.length):
        entry = at_word(vaults.place, VAULT_SLASH_WORDS * index)
        vault = calldata.address(entry)
        check_registered_vault(frame, vault)
        slasher = ask_address(frame, vault, "slasher()")
        operator, timestamp = calldata.address(request), calldata.unsigned(at_word(request, 1), U48)
        parts = (operator, calldata.u256(at_word(entry, 1)), timestamp)
        request_slash(frame, slasher, frame.middleware.subnetwork, parts)


def apply_execute_slash(frame: Frame) -> bytes:
    """Let the slashers of vaults carry out requests, in order.

    Raises:
        Rejected: NotSlashExecutor, NotRegisteredVault, Empty; what the slashers revert with.

    Rules: MID-100, MID-102, MID-104.
    """
    calldata = frame.calldata
    slashes = calldata.entry_slice(HEAD, WORD * SLASH_IDENTIFIER_WORDS)

    check_slash_executor(frame)
    for index in range(slashes.length):
        entry = at_word(slashes.place, SLASH_IDENTIFIER_WORDS * index)
        vault = calldata.address(entry)
        check_registered_vault(frame, vault)
        execute_slash(frame, ask_address(frame, vault, "slasher()"), calldata.u256(at_word(entry, 1)))
    return b""


def apply_change_slash_requester(frame: Frame) -> bytes:
    """Hand on the right to ask for slashes, to anybody, also to nobody (MID-106).

    Raises:
        Rejected: NotSlashRequester.
    """
    successor = frame.calldata.address(HEAD)

    check_slash_requester(frame)
    frame.update_middleware(symbiotic=replace(frame.middleware.symbiotic, role_slash_requester=successor))
    return b""


def apply_change_slash_executor(frame: Frame) -> bytes:
    """Hand on the right to carry slashes out, to anybody, also to nobody (MID-107).

    Raises:
        Rejected: NotSlashExecutor.
    """
    successor = frame.calldata.address(HEAD)

    check_slash_executor(frame)
    frame.update_middleware(symbiotic=replace(frame.middleware.symbiotic, role_slash_executor=successor))
    return b""
