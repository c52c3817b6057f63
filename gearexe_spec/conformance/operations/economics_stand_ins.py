"""Test contracts of the economics that stand where production's have their place: hooks, slashers, implementations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.operations.economics_receivers import forward
from gearexe_spec.onchain.calldata import HEAD, WORD, empty_revert
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import EvmRejection
from gearexe_spec.onchain.events import Event
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.transaction import Constructor
from gearexe_spec.onchain.words import encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ERC1967_SLOT, ZERO_ADDRESS, ZERO_U256, ExtensionCode
from gearexe_spec.symbiotic.constructors import constructor_of
from gearexe_spec.symbiotic.contract import code_of, storage_of
from gearexe_spec.symbiotic.entity_data import read_vault_and_parameters

REVERTS, BURNS, CALLS = 1, 2, 3
"""Modes of a hook; in any other it only records."""


@dataclass(frozen=True, slots=True)
class HookCalled(Event):
    """The hook was told of a slash."""

    declaration: ClassVar[str] = (
        "HookCalled(bytes32 subnetwork, address operator, uint256 amount, uint48 captureTimestamp, bytes data)"
    )
    subnetwork: Bytes32
    operator: Address
    amount: U256
    capture_timestamp: U48
    data: bytes


@dataclass(frozen=True, slots=True)
class HookStorage:
    """How the hook behaves, and what it saw."""

    mode: U256 = ZERO_U256
    target: Address = ZERO_ADDRESS
    payload: bytes = b""
    calls: U256 = ZERO_U256
    last_result: bytes = b""


def set_mode(frame: Frame) -> bytes:
    """Behave otherwise from now on."""
    calldata = frame.calldata
    kept = storage_of(frame, HookStorage)
    payload = calldata.bytes(calldata.memory_slice(HEAD + 2 * WORD, 1))
    mode, target = calldata.u256(HEAD), calldata.address(HEAD + WORD)
    frame.update(extension=replace(kept, mode=mode, target=target, payload=payload))
    return b""


def hear_of_slash(frame: Frame, data: bytes) -> bytes:
    """Behave as told, then count the slash and tell of it."""
    calldata = frame.calldata
    subnetwork, operator = calldata.bytes32(HEAD), calldata.address(HEAD + WORD)
    amount, captured = calldata.u256(HEAD + 2 * WORD), calldata.unsigned(HEAD + 3 * WORD, U48)
    kept = storage_of(frame, HookStorage)
    if kept.mode == REVERTS:
        raise Rejected(EvmRejection.Error, b"hook refuses")
    if kept.mode == BURNS:
        raise empty_revert()

    if kept.mode == CALLS:
        outcome = frame.call(kept.target, kept.payload)
        frame.update(extension=replace(storage_of(frame, HookStorage), last_result=outcome.data))
    kept = storage_of(frame, HookStorage)
    frame.update(extension=replace(kept, calls=kept.calls + 1))
    frame.emit(HookCalled(subnetwork, operator, amount, captured, data))
    return b""


def hear_of_slash_with_data(frame: Frame) -> bytes:
    """What a delegator calls."""
    return hear_of_slash(frame, frame.calldata.bytes(frame.calldata.entry_slice(HEAD + 4 * WORD, 1)))


def answer_last_result(frame: Frame) -> bytes:
    """What the call returned, or reverted with, that was made last."""
    return encode_tuple((encode_bytes(storage_of(frame, HookStorage).last_result),))


def set_implementation(frame: Frame) -> bytes:
    """Let the proxy run other code from now on."""
    frame.update(implementation=frame.calldata.address(HEAD))
    return b""


def take_vault(frame: Frame) -> bytes:
    """Be the slasher of the vault that the data name."""
    calldata = frame.calldata
    vault, _ = read_vault_and_parameters(calldata.bytes(calldata.entry_slice(HEAD, 1)))
    frame.update(extension=FreeSlasherStorage(vault))
    return b""


HOOK = Interface(
    table(
        Function("setMode(uint256,address,bytes)", 3, set_mode),
        Function("calls()", 0, lambda frame: encode_word(storage_of(frame, HookStorage).calls)),
        Function("lastResult()", 0, answer_last_result),
        Function("onSlash(bytes32,address,uint256,uint48,bytes)", 5, hear_of_slash_with_data),
        Function("onSlash(bytes32,address,uint256,uint48)", 4, lambda frame: hear_of_slash(frame, b"")),
    )
)
PUPPET = Interface(
    table(
        Function("proxiableUUID()", 0, lambda frame: bytes(ERC1967_SLOT)),
        Function("exec(address,bytes)", 2, forward),
        Function("setImplementation(address)", 1, set_implementation),
    )
)
WRONG_UUID = Interface(table(Function("proxiableUUID()", 0, lambda frame: encode_word(1))))
FAKE_VAULT = Interface(table(Function("hasRole(bytes32,address)", 2, lambda frame: encode_word(True))))
FREE_SLASHER = Interface(
    table(
        Function("FACTORY()", 0, lambda frame: encode_word(code_of(frame, FreeSlasher).factory)),
        Function("TYPE()", 0, lambda frame: encode_word(code_of(frame, FreeSlasher).entity_type)),
        Function("initialize(bytes)", 1, take_vault),
        Function("vault()", 0, lambda frame: encode_word(storage_of(frame, FreeSlasherStorage).vault)),
        Function("exec(address,bytes)", 2, forward),
    )
)


@dataclass(frozen=True, slots=True)
class HookRecorder(ExtensionCode):
    """A hook for delegators and burners."""

    foreign: ClassVar[bool] = True

    def run(self, frame: Frame) -> bytes:
        return HOOK.run(frame)


@dataclass(frozen=True, slots=True)
class Puppet(ExtensionCode):
    """An implementation that lets a proxy call whom it is told to."""

    foreign: ClassVar[bool] = True

    def run(self, frame: Frame) -> bytes:
        return PUPPET.run(frame)


@dataclass(frozen=True, slots=True)
class WrongUuid(ExtensionCode):
    """An implementation that keeps itself in another slot."""

    foreign: ClassVar[bool] = True

    def run(self, frame: Frame) -> bytes:
        return WRONG_UUID.run(frame)


@dataclass(frozen=True, slots=True)
class FakeVault(ExtensionCode):
    """An account that gives everybody every role, and is no vault."""

    foreign: ClassVar[bool] = True

    def run(self, frame: Frame) -> bytes:
        return FAKE_VAULT.run(frame)


@dataclass(frozen=True, slots=True)
class FreeSlasherStorage:
    """The vault whose slasher it is."""

    vault: Address = ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class FreeSlasher(ExtensionCode):
    """A type of slasher that anybody may use."""

    foreign: ClassVar[bool] = True
    factory: Address
    entity_type: U64

    def run(self, frame: Frame) -> bytes:
        return FREE_SLASHER.run(frame)


STAND_INS: Mapping[str, Constructor] = MappingProxyType(
    {
        "HookRecorder": constructor_of(HookRecorder),
        "Puppet": constructor_of(Puppet),
        "WrongUuid": constructor_of(WrongUuid),
        "FakeVault": constructor_of(FakeVault),
        "FreeSlasher": constructor_of(FreeSlasher, "address", "uint64"),
    }
)
"""By artifact."""
