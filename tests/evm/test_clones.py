"""The creation code of clones against the hashes of production's."""

import pytest

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.evm.clones import compute_clone_initcode, make_full_initcode, make_small_initcode

HASHES = {
    "00" * 20: (
        "7afe212d6bd183cffebbe86a41b37ce15a48a7e017e3d8e4591c49ed57af63f1",
        "e0de1a9399119df8a0537ab77462088a161fd8d15479ab0b92c3a66066aa3597",
    ),
    "ee" * 20: (
        "0184cb8075e091d2b8bb6cc4bef3a670a5a8f59813b9128e85f8e801509b6cc1",
        "ed706586310878a9c84c46a95ac3cf98a6d045c51512aef8b5218295109778f4",
    ),
    "9861c86689ef8d6445d4aef9e5859d381473418c": (
        "f4ce5abe7a3c4abec2945e68022b602728109f6189bb3be033760c0369d7cfa3",
        "5b9ba11c26a946380c9bdfdbff94b6997a5d448aff4d0f921637e2f7c21d6a41",
    ),
}


@pytest.mark.parametrize("router", HASHES)
def test_hashes_of_the_creation_code(router: str) -> None:
    address = Address.from_hex(router)
    clones = compute_clone_initcode(address)
    assert (clones.small.hex(), clones.full.hex()) == HASHES[router]
    assert (len(make_small_initcode(address)), len(make_full_initcode(address))) == (90, 763)
