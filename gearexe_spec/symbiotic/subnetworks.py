"""Subnetworks: a network's address and a number of its own, in one word.

Rules: SYM-111.
Source: symbiotic-core libraries/Subnetwork.sol.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32

IDENTIFIER_BITS = 96


def compute_subnetwork(network: Address, identifier: int) -> Bytes32:
    """The subnetwork of a network; `identifier` has 96 bits (SYM-111)."""
    return Bytes32(network + identifier.to_bytes(IDENTIFIER_BITS // 8, "big"))


def network_of(subnetwork: Bytes32) -> Address:
    """The network that a subnetwork belongs to (SYM-111)."""
    return Address(subnetwork[:20])
