"""What the building blocks of the contracts refuse, each by its name, or say that they do not know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from immutables import Map

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import NotSpecifiedYet, Rejected
from gearexe_spec.onchain import eras
from gearexe_spec.onchain.calldata import Meter
from gearexe_spec.onchain.clock import add_seconds
from gearexe_spec.onchain.contract_calls import read_address, read_boolean
from gearexe_spec.onchain.election import collect_candidates
from gearexe_spec.onchain.environment import Script, UnexpectedForeignCall
from gearexe_spec.onchain.storage_words import set_storage_word
from gearexe_spec.onchain.timed_map import Participation, TimedMap
from gearexe_spec.onchain.transaction import Deployment, ProxyArguments, apply_deployment
from gearexe_spec.onchain.words import encode_word
from gearexe_spec.onchain.world import Account, ContractKind, ForeignCode, RouterStorage, Timelines
from tests.onchain.network import ALICE, OWNER, Network, deploy

GREATEST = U256(U256.MAX)
NO_ERAS = RouterStorage(timelines=Timelines(era=U256(0)))


@pytest.fixture(scope="module")
def network() -> Network:
    return deploy()


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: eras.checked_add(GREATEST, U256(1)), 0x11),
        (lambda: eras.checked_sub(U256(1), U256(2)), 0x11),
        (lambda: eras.checked_mul(GREATEST, U256(2)), 0x11),
        (lambda: eras.compute_era_index_at(NO_ERAS, U256(5)), 0x12),
        (lambda: add_seconds(U48(U48.MAX), U48(1)), 0x11),
    ],
)
def test_arithmetic_panics(act: Callable[[], object], code: int) -> None:
    with pytest.raises(Rejected) as caught:
        act()
    assert (caught.value.reason.name, caught.value.arguments) == ("Panic", (code,))


def test_stakes_that_pass_256_bits() -> None:
    """Only those of operators who take part are added up."""
    always = Participation(enabled=U48(1))
    vaults = [(Address(bytes([place]) * 20), always) for place in (1, 2)]
    stakes = {vault: {ALICE: GREATEST} for vault, _ in vaults}
    assert collect_candidates([(OWNER, always)], vaults, stakes, U48(5))[0].stake == 0
    with pytest.raises(Rejected, match="Panic"):
        collect_candidates([(ALICE, always)], vaults, stakes, U48(5))


@pytest.mark.parametrize("data", [b"", bytes(31), (2).to_bytes(32, "big"), b"\xff" * 32])
def test_an_answer_that_is_no_boolean(data: bytes) -> None:
    with pytest.raises(Rejected, match="Empty"):
        read_boolean(data)


@pytest.mark.parametrize("data", [b"", bytes(31), (1 << 160).to_bytes(32, "big")])
def test_an_answer_that_is_no_address(data: bytes) -> None:
    with pytest.raises(Rejected, match="Empty"):
        read_address(data)


def test_what_is_no_word() -> None:
    with pytest.raises(TypeError, match="is not static"):
        encode_word(b"several bytes")  # type: ignore[arg-type]


def test_more_calldata_than_gas_pays_for() -> None:
    with pytest.raises(Rejected, match="Empty"):
        Meter().use(1 << 40)


def test_foreign_code_of_which_nothing_is_known(network: Network) -> None:
    stranger = Address(b"\x77" * 20)
    there = replace(network, world=network.world.with_account(stranger, Account(code=ForeignCode())))
    with pytest.raises(UnexpectedForeignCall, match="call 0 of foreign code"):
        there.call(ALICE, stranger, environment=Script())
    arguments = ProxyArguments(stranger, b"\1\2\3\4")
    deployment = Deployment(OWNER, ContractKind.ERC1967Proxy, arguments)
    with pytest.raises(UnexpectedForeignCall, match="delegates to"):
        apply_deployment(there.world, there.block, deployment, Script())


@pytest.mark.parametrize("slot", [12, 13, 18, 19, 25, 26, 33])
def test_words_of_maps_and_lists_are_not_specified(network: Network, slot: int) -> None:
    base = int(network.world.account(network.router).storage.router_slot)
    with pytest.raises(NotSpecifiedYet, match="word 0x"):
        set_storage_word(network.world, network.router, U256(base + slot), U256(1))


def test_a_deployment_with_other_arguments_than_its_constructors(network: Network) -> None:
    with pytest.raises(NotSpecifiedYet, match="other arguments"):
        apply_deployment(network.world, network.block, Deployment(OWNER, ContractKind.Router, ALICE))


def test_keys_of_a_map_of_participations() -> None:
    assert ALICE not in TimedMap()
    assert ALICE in TimedMap(places=Map({ALICE: 0}))
