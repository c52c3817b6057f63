"""The initcode of small clones, and their addresses with it."""

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder


@pytest.mark.parametrize("router", ["00" * 20, "11" * 20, "ff" * 20], ids=["zero", "plain", "greatest"])
def test_small_clone(vectors: Recorder, router: str) -> None:
    """90 bytes with the Router's address in them, and their hash (MIR-85, MIR-86)."""
    value = {"router": "0x" + router}
    made = vectors.hash("cloneInitcode/encodeSmallCloneInitcode", value, name=f"{router[:2]}-initcode")
    hashed = vectors.hash("cloneInitcode/computeSmallCloneInitcodeHash", value, name=f"{router[:2]}-hash")
    assert isinstance(made, dict)
    again = vectors.hash(
        "hashes/keccak256", {"data": made["result"]}, name=f"{router[:2]}-hashed", flags=[Flag.CANONICAL]
    )
    assert again == hashed
