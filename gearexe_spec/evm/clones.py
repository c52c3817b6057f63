"""The creation code of programs' Mirrors, which a Router writes its own address into.

The specification needs only its hash, to say a program's address before it exists.

Rules: MIR-1, MIR-2.
Source: Clones.sol, ClonesSmall.sol.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.artifacts import embedded_artifacts
from gearexe_spec.onchain.world import CloneInitcode

PLACEHOLDER = b"\xee" * 20
"""What stands in the compiled MirrorProxy where the Router's address belongs."""
SMALL_BEFORE_ROUTER = bytes.fromhex("3d605080600a3d3981f3608060405263e6fabc0960e01b5f5260205f60048173")
SMALL_BEHIND_ROUTER = bytes.fromhex("5afa15604c575f808051368280378136915af43d5f803e156048573d5ff35b3d5ffd5b5f80fd")


def make_small_initcode(router: Address) -> bytes:
    """90 bytes: a loader, and a runtime that asks the Router for the Mirror and delegates to it."""
    return SMALL_BEFORE_ROUTER + router + SMALL_BEHIND_ROUTER


def make_full_initcode(router: Address) -> bytes:
    """763 bytes: the compiled MirrorProxy, whose build is the same bytes as production's."""
    return embedded_artifacts()["MirrorProxy"].bytecode.replace(PLACEHOLDER, router)


def compute_clone_initcode(router: Address) -> CloneInitcode:
    """The hashes of both for one Router."""
    return CloneInitcode(keccak256(make_small_initcode(router)), keccak256(make_full_initcode(router)))
