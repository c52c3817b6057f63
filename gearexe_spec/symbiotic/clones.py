"""Minimal clones: contracts that run an implementation's code, whatever the call; factories make them by CREATE2.

Rules: SYM-50, SYM-51.
Source: OpenZeppelin 5.6.1 Clones.sol `cloneDeterministic`; ERC-1167.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.world import ExtensionCode

LOADER = bytes.fromhex("3d602d80600a3d3981f3")
"""Copies the 45 bytes behind itself, and returns them."""
BEFORE, AFTER = bytes.fromhex("363d3d373d3d3d363d73"), bytes.fromhex("5af43d82803e903d91602b57fd5bf3")
"""A delegate call with all calldata to the address in between, and what it returned or reverted with."""


@dataclass(frozen=True, slots=True)
class MinimalClone(ExtensionCode):
    """The code of a clone."""

    implementation: Address

    def run(self, frame: Frame) -> bytes:
        """Run the implementation on the clone's account (SYM-50)."""
        return frame.delegate(self.implementation)


def encode_minimal_clone_initcode(implementation: Address) -> bytes:
    """The 55 bytes that make a clone (SYM-51)."""
    return LOADER + BEFORE + implementation + AFTER


def make_clone(frame: Frame, implementation: Address, salt: Bytes32) -> Address:
    """Make a clone of an implementation.

    No salt of these contracts repeats, since it holds the number of clones before this one.

    Returns:
        Its address, by CREATE2 from the salt and the initcode.

    Raises:
        Rejected: Empty, in a static call.

    Rule: SYM-51.
    """
    frame.check_not_static()
    initcode_hash = keccak256(encode_minimal_clone_initcode(implementation))
    address = frame.execution.create2(frame.address, salt, initcode_hash, MinimalClone(implementation))
    assert address is not None
    return address
