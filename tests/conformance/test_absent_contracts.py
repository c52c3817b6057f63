"""Filling where the official contracts are not installed: the same vectors, and nobody confirmed them."""

import json

import pytest

from gearexe_spec.conformance.suite import shipped_vectors
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.vectors import evm_oracle
from gearexe_spec.conformance.vectors.recorder import Recorded
from gearexe_spec.evm.economics_artifacts import EconomicsArtifacts
from tests.vectors.symbiotic import scene
from tests.vectors.symbiotic.town import Town

CASE = "symbiotic/registries/registration"


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> EvmTarget:
    """An EVM for which nothing is installed."""
    target = EvmTarget()
    target._economics.artifacts = EconomicsArtifacts(())
    monkeypatch.setattr(scene, "contracts", lambda: target)
    monkeypatch.setattr(evm_oracle, "_target", lambda: target)
    return target


@pytest.mark.usefixtures("blind")
def test_committed_vectors_tell_the_hashes_of_creations() -> None:
    town = Town()
    town.build()
    case = json.loads((shipped_vectors() / f"{CASE}.json").read_bytes())["cases"][0]
    state = json.loads((shipped_vectors() / "states" / f"{case['pre']}.json").read_bytes())["state"]
    assert town.state() == state
    with pytest.raises(AssertionError, match="npm ci"):
        town.make_bare_vault("0x" + "77" * 20)


@pytest.mark.usefixtures("blind")
def test_a_case_that_nobody_confirmed_is_known() -> None:
    case = json.loads((shipped_vectors() / f"{CASE}.json").read_bytes())["cases"][0]
    names = {case[part] for part in ("pre", "shown")}
    states = {name: json.loads((shipped_vectors() / f"states/{name}.json").read_bytes())["state"] for name in names}
    said = evm_oracle.confirm_contract(Recorded("contract", case, states))
    assert (said.difference, said.is_unasked) == (None, True)
