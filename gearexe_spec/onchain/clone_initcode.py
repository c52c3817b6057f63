"""The creation code of small clones, which needs no compiler: ten bytes that return the eighty behind them.

That of full clones is compiled; only its hash matters here, and it is a parameter of the world.

Rules: MIR-85, MIR-86.
Source: MirrorProxySmall.sol, ClonesSmall.sol.
"""

from __future__ import annotations

from functools import lru_cache

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.crypto.hashes import keccak256

LOADER = bytes.fromhex("3d 6050 80 600a 3d 39 81 f3")
"""Copies 80 bytes from offset 10 and returns them."""
ASK_ROUTER = bytes.fromhex("6080 6040 52 63e6fabc09 60e0 1b 5f 52 6020 5f 6004 81 73")
"""Up to the Router's address: free memory, the selector of `mirrorImpl()`, the arguments of a static call."""
DELEGATE = bytes.fromhex(
    "5a fa 15 604c 57 5f 80 80 51 36 82 80 37 81 36 91 5a f4 3d 5f 80 3e 15 6048 57 3d 5f f3 5b 3d 5f fd 5b 5f 80 fd"
)
"""Behind it: the static call, the delegate call with all calldata, and what it returned or reverted with."""


def encode_small_clone_initcode(router: Address) -> bytes:
    """The 90 bytes that make a small clone of this Router (MIR-85)."""
    return LOADER + ASK_ROUTER + router + DELEGATE


@lru_cache(maxsize=64)
def compute_small_clone_initcode_hash(router: Address) -> Bytes32:
    """The hash that the address of a small clone is made of (MIR-86)."""
    return keccak256(encode_small_clone_initcode(router))
