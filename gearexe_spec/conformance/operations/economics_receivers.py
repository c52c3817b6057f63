"""Test contracts that recordings of the economics use, as far as they are modelled; production has none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.operations.economics_token import TestToken
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.contract_calls import expect_success
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.transaction import Constructor
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, ExtensionCode
from gearexe_spec.symbiotic.constructors import constructor_of
from gearexe_spec.symbiotic.contract import storage_of
from gearexe_spec.symbiotic.reward_factories import PARAMETERS

VALID = Bytes32(compute_selector("isValidSignature(bytes32,bytes)") + bytes(28))
INVALID = Bytes32(b"\xff" * 4 + bytes(28))


@dataclass(frozen=True, slots=True)
class WalletStorage:
    """The signature that the wallet accepts."""

    good: bytes = b""


def set_good(frame: Frame) -> bytes:
    """Accept this signature from now on, whatever it is for."""
    calldata = frame.calldata
    frame.update(extension=WalletStorage(calldata.bytes(calldata.memory_slice(HEAD, 1))))
    return b""


def forward(frame: Frame) -> bytes:
    """Call somebody, and return what it returned."""
    calldata = frame.calldata
    data = calldata.bytes(calldata.memory_slice(HEAD + WORD, 1))
    returned = expect_success(frame.call(calldata.address(HEAD), data))
    return encode_tuple((encode_bytes(returned),))


def answer_is_valid_signature(frame: Frame) -> bytes:
    """ERC-1271."""
    calldata = frame.calldata
    signature = calldata.bytes(calldata.memory_slice(HEAD + WORD, 1))
    return encode_word(VALID if signature == storage_of(frame, WalletStorage).good else INVALID)


WALLET = Interface(
    table(
        Function("setGood(bytes)", 1, set_good),
        Function("good()", 0, lambda frame: encode_tuple((encode_bytes(storage_of(frame, WalletStorage).good),))),
        Function("exec(address,bytes)", 2, forward),
        Function("isValidSignature(bytes32,bytes)", 2, answer_is_valid_signature),
    ),
)


@dataclass(frozen=True, slots=True)
class Wallet(ExtensionCode):
    """A contract that signs by ERC-1271."""

    foreign: ClassVar[bool] = True

    def run(self, frame: Frame) -> bytes:
        return WALLET.run(frame)


@dataclass(frozen=True, slots=True)
class OtherRewardsStorage:
    """The vault that a contract of other rewards was made for."""

    vault: Address = ZERO_ADDRESS


def choose_vault(frame: Frame) -> bytes:
    """Keep the vault; fee and roles are ignored."""
    frame.update(extension=OtherRewardsStorage(frame.calldata.address(HEAD)))
    return b""


OTHER_REWARDS = Interface(
    table(
        Function(f"initialize({PARAMETERS})", 5, choose_vault),
        Function("VAULT()", 0, lambda frame: encode_word(storage_of(frame, OtherRewardsStorage).vault)),
        Function("version()", 0, lambda frame: encode_word(U64(3))),
    ),
)


@dataclass(frozen=True, slots=True)
class OtherRewards(ExtensionCode):
    """Rewards for stakers of a version that nobody accepts."""

    def run(self, frame: Frame) -> bytes:
        return OTHER_REWARDS.run(frame)


RECEIVERS: Mapping[str, Constructor] = MappingProxyType(
    {
        "OtherRewards": constructor_of(OtherRewards),
        "TestToken": constructor_of(TestToken),
        "Wallet": constructor_of(Wallet),
    }
)
"""By artifact."""
