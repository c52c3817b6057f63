"""Rewards of an era, as they are proposed (PRW-1 to PRW-14)."""

from dataclasses import replace
from typing import Any

import pytest

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U16, U48, U64, U128, U256
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.executor.rewards import CommittedBatch, Era, EraOperator, VaultStake

ONE, TWO, THREE = (Address(bytes([number]) * 20) for number in (0x11, 0x22, 0x33))
VAULT, OTHER = Address(b"\xaa" * 20), Address(b"\xbb" * 20)
ERA = Era(
    start=U48(1_700_000_000),
    token=Address(b"\xee" * 20),
    commission=U16(1_000),
    carried=U256(7),
    batches=(
        CommittedBatch(U64(1_000), U128(99_993), (TWO, ONE)),
        CommittedBatch(U64(10), U128(0), (ONE,)),
    ),
    operators=(
        EraOperator(TWO, (VaultStake(OTHER, U256(300)),)),
        EraOperator(ONE, (VaultStake(VAULT, U256(100)), VaultStake(OTHER, U256(200)))),
        EraOperator(THREE, (VaultStake(VAULT, U256(10**30)),)),
    ),
)


def same_stakes(count: int) -> tuple[EraOperator, ...]:
    return tuple(EraOperator(who, (VaultStake(VAULT, U256(1)),)) for who in (THREE, TWO, ONE)[:count])


def paid(amount: int, *signers: Address) -> tuple[CommittedBatch, ...]:
    return (CommittedBatch(U64(amount), U128(amount), signers),)


@pytest.mark.parametrize(
    ("name", "changes", "totals"),
    [
        ("two_of_three_signed", {}, ()),
        ("totals_of_a_life", {}, ((TWO, 5), (VAULT, 9))),
        ("nobody_signed", {"batches": paid(5)}, ((ONE, 5),)),
        ("no_stake", {"operators": (EraOperator(ONE, ()), EraOperator(TWO, ()))}, ()),
        ("no_batches", {"batches": ()}, ()),
        ("one_unit_among_three", {"batches": paid(1, ONE, TWO, THREE), "carried": U256(0),
                                  "commission": U16(10_000), "operators": same_stakes(3)}, ()),
        ("two_units_among_three", {"batches": paid(2, ONE, TWO, THREE), "carried": U256(0),
                                   "commission": U16(0), "operators": same_stakes(3)}, ()),
        ("nothing_for_operators", {"commission": U16(0)}, ()),
        ("everything_for_operators", {"commission": U16(10_000)}, ()),
    ],
)  # fmt: skip
def test_compute_era_rewards(
    vectors: Recorder, name: str, changes: dict[str, Any], totals: tuple[tuple[Address, int], ...]
) -> None:
    """Shares by participation and stake; what rounding leaves goes to the greatest remainders (PRW-5 to PRW-14)."""
    vectors.hash("rewards/computeEraRewards", {"era": replace(ERA, **changes), "totals": totals}, name=name)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("commission", {"commission": U16(10_001)}),
        ("operator_twice", {"operators": same_stakes(1) * 2}),
        ("vault_twice", {"operators": (EraOperator(ONE, (VaultStake(VAULT, U256(1)),) * 2),)}),
        ("unknown_signer", {"batches": paid(1, VAULT)}),
        ("signer_twice", {"batches": paid(1, ONE, ONE)}),
        ("paid_too_much", {"batches": (CommittedBatch(U64(1), U128(101), (ONE,)),)}),
        ("sum_too_large", {"carried": U256(2**256 - 1)}),
        ("unknown_signer_first", {"batches": (CommittedBatch(U64(1), U128(101), (VAULT, VAULT)),)}),
    ],
)
def test_refused_eras(vectors: Recorder, name: str, changes: dict[str, Any]) -> None:
    """An era whose parts do not fit has no rewards (PRW-1 to PRW-5)."""
    given = {"era": replace(ERA, **changes), "totals": ()}
    vectors.hash("rewards/computeEraRewards", given, name=name, flags=[Flag.BOUNDARY])


@pytest.mark.parametrize(
    ("name", "amount", "fee", "shares"),
    [
        ("rounding_for_each", 100_001, 777, {ONE: 1_000, TWO: 333, THREE: 777}),
        ("less_than_a_unit_each", 2, 0, {ONE: 1, TWO: 1, THREE: 1}),
        ("nothing_for_who_has_nothing", 7, 1, {ONE: 0, TWO: 5}),
        ("everything_for_the_administrator", 99, 10_000, {ONE: 5}),
        ("largest", 2**256 - 1, 1, {ONE: 2**256 - 2, TWO: 1}),
        ("fee_above_everything", 99, 10_001, {}),
        ("nobody", 99, 0, {ONE: 0}),
    ],
)
def test_compute_staker_parts(vectors: Recorder, name: str, amount: int, fee: int, shares: dict[Address, int]) -> None:
    """What a vault's stakers get of one distribution (PRW-15, PRW-16)."""
    given = {"amount": U256(amount), "adminFee": U16(fee), "shares": {who: U256(of) for who, of in shares.items()}}
    vectors.hash("rewards/computeStakerParts", given, name=name, flags=[Flag.BOUNDARY])
