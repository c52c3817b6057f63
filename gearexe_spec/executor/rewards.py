"""Rewards of an era (proposed): from what programs paid for gas to the commitment that pays operators and stakers.

Production forms, hashes and distributes such a commitment, but computes none. This is a proposal: every validator that
knows the era's committed batches, their signers and the stake at the era's first second computes the same, to the unit.

Rules: PRW-1 to PRW-16.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import auto

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U16, U48, U64, U128, U256
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.crypto.merkle import OPERATOR_REWARDS_ENCODING
from gearexe_spec.crypto.merkle_dump import StandardTree, build_standard_tree
from gearexe_spec.execution.parameters import VALUE_PER_GAS
from gearexe_spec.onchain.commitments import (
    OperatorRewardsCommitment,
    RewardsCommitment,
    StakerRewards,
    StakerRewardsCommitment,
)

WHOLE = 10_000
"""Parts are hundredths of a percent."""


class EraRewardsRejection(Rejection):
    """Why an era has no rewards."""

    PaidMoreThanBurned = auto()
    """A batch claims more than its gas costs."""
    RepeatedOperator = auto()
    RepeatedVault = auto()
    RepeatedSigner = auto()
    UnknownSigner = auto()
    """A batch is signed by somebody who is no validator of the era."""
    CommissionTooLarge = auto()
    AmountTooLarge = auto()
    """A sum leaves 256 bits."""
    FeeTooLarge = auto()
    """An administrator takes more than everything."""
    NoShares = auto()
    """Nobody held anything of a vault."""

    @property
    def phase(self) -> Phase:
        """Judged before anything is paid."""
        return Phase.VALIDATE


@dataclass(frozen=True, slots=True)
class CommittedBatch:
    """A batch of the era that the Router took.

    Args:
        gas_burned: by all programs in it.
        paid: base units of WVARA that their executable balances paid for it; free messages burn gas and pay nothing.
        signers: whose signatures it came with, in any order.
    """

    gas_burned: U64
    paid: U128
    signers: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class VaultStake:
    """What one vault stakes on an operator at the era's first second, in base units."""

    vault: Address
    stake: U256


@dataclass(frozen=True, slots=True)
class EraOperator:
    """A validator of the era, and the vaults behind it."""

    operator: Address
    vaults: tuple[VaultStake, ...]


@dataclass(frozen=True, slots=True)
class Era:
    """What the rewards of an era follow from.

    Args:
        start: its first second, at which stakes and shares are measured.
        token: WVARA.
        commission: of the operators, in hundredths of a percent.
        carried: what earlier eras left undistributed.
        batches: of the era, in the order of the chain.
        operators: its validators, in any order.
    """

    start: U48
    token: Address
    commission: U16
    carried: U256
    batches: tuple[CommittedBatch, ...]
    operators: tuple[EraOperator, ...]


@dataclass(frozen=True, slots=True)
class EraRewards:
    """Who gets what.

    Args:
        operators: amounts of this era, ascending by operator, none zero.
        vaults: amounts of this era, ascending by vault, none zero.
        totals: of each operator's life, ascending by operator; what the leaves of the tree say.
        carried: what is left for the next era.
        commitment: for Router.commitBatch; None where nobody gets anything.
    """

    operators: tuple[tuple[Address, U256], ...]
    vaults: tuple[tuple[Address, U256], ...]
    totals: tuple[tuple[Address, U256], ...]
    carried: U256
    commitment: RewardsCommitment | None


def compute_era_rewards(era: Era, totals: Sequence[tuple[Address, U256]]) -> EraRewards:
    """The rewards of an era.

    Args:
        era: batches, signers, stakes.
        totals: what each operator earned in its life before, each operator once.

    Returns:
        Amounts whose sum, with what is carried, is what was paid and carried before, exactly.

    Raises:
        Rejected: an EraRewardsRejection.

    Rules: PRW-1 to PRW-14.
    """
    check_era(era)
    pool = compute_pool(era)
    weights = compute_weights(era)
    if pool == 0 or not any(weights.values()):
        return EraRewards((), (), sort_amounts(dict(totals)), pool, None)

    for_operators = int(pool) * int(era.commission) // WHOLE
    operators = share(for_operators, weights)
    vaults = share_among_vaults(share(int(pool) - for_operators, weights), era.operators)
    earned = add_amounts(dict(totals), operators)
    return EraRewards(
        operators=sort_amounts(operators),
        vaults=sort_amounts(vaults),
        totals=sort_amounts(earned),
        carried=U256(0),
        commitment=commit(era, sum(operators.values()), sort_amounts(earned), sort_amounts(vaults)),
    )


def check_era(era: Era) -> None:
    """The parts of an era fit each other.

    Raises:
        Rejected: CommissionTooLarge, RepeatedOperator, RepeatedVault, UnknownSigner, RepeatedSigner,
            PaidMoreThanBurned.

    Rules: PRW-1 to PRW-4.
    """
    if era.commission > WHOLE:
        raise Rejected(EraRewardsRejection.CommissionTooLarge)
    members = {entry.operator for entry in era.operators}
    if len(members) != len(era.operators):
        raise Rejected(EraRewardsRejection.RepeatedOperator)
    for entry in era.operators:
        if len({part.vault for part in entry.vaults}) != len(entry.vaults):
            raise Rejected(EraRewardsRejection.RepeatedVault)
    for batch in era.batches:
        if not members.issuperset(batch.signers):
            raise Rejected(EraRewardsRejection.UnknownSigner)
        if len(set(batch.signers)) != len(batch.signers):
            raise Rejected(EraRewardsRejection.RepeatedSigner)
        if int(batch.paid) > int(batch.gas_burned) * VALUE_PER_GAS:
            raise Rejected(EraRewardsRejection.PaidMoreThanBurned)


def compute_pool(era: Era) -> U256:
    """What there is to distribute: paid in this era, and carried (PRW-5).

    Raises:
        Rejected: AmountTooLarge.
    """
    return to_amount(int(era.carried) + sum(int(batch.paid) for batch in era.batches))


def compute_weights(era: Era) -> dict[Address, int]:
    """Each operator's weight: the batches it signed, times its stake in all vaults (PRW-6, PRW-7)."""
    signed = dict.fromkeys((entry.operator for entry in era.operators), 0)
    for batch in era.batches:
        for signer in batch.signers:
            signed[signer] += 1
    return {
        entry.operator: signed[entry.operator] * sum(int(part.stake) for part in entry.vaults)
        for entry in era.operators
    }


def share(amount: int, weights: Mapping[Address, int]) -> dict[Address, int]:
    """Split an amount by weights, to the unit (PRW-8, PRW-9).

    Everybody gets its part rounded down. The units that are left, fewer than there are parts, go one each to the
    greatest remainders; of equal ones the lowest address comes first.

    Args:
        amount: what is split.
        weights: not all zero.
    """
    whole = sum(weights.values())
    parts = {who: amount * weight // whole for who, weight in weights.items()}
    left = amount - sum(parts.values())
    order = sorted(weights, key=lambda who: (-(amount * weights[who] % whole), who))
    for who in order[:left]:
        parts[who] += 1
    return parts


def share_among_vaults(amounts: Mapping[Address, int], operators: Sequence[EraOperator]) -> dict[Address, int]:
    """What the stakers of each vault get: their operator's amount by the stakes of its vaults (PRW-10)."""
    vaults: dict[Address, int] = {}
    for entry in operators:
        amount = amounts[entry.operator]
        if amount:
            stakes = {part.vault: int(part.stake) for part in entry.vaults}
            for vault, part in share(amount, stakes).items():
                vaults[vault] = vaults.get(vault, 0) + part
    return vaults


def add_amounts(totals: Mapping[Address, U256], amounts: Mapping[Address, int]) -> dict[Address, int]:
    """Totals of a life with this era's amounts (PRW-11)."""
    earned = {who: int(total) for who, total in totals.items()}
    for who, amount in amounts.items():
        earned[who] = earned.get(who, 0) + amount
    return earned


def sort_amounts(amounts: Mapping[Address, int]) -> tuple[tuple[Address, U256], ...]:
    """Amounts ascending by address, without zeros (PRW-12).

    Raises:
        Rejected: AmountTooLarge.
    """
    return tuple((who, to_amount(amounts[who])) for who in sorted(amounts) if amounts[who])


def to_amount(number: int) -> U256:
    """A number of base units.

    Raises:
        Rejected: AmountTooLarge.
    """
    if number > U256.MAX:
        raise Rejected(EraRewardsRejection.AmountTooLarge)
    return U256(number)


def build_rewards_tree(totals: Sequence[tuple[Address, U256]]) -> StandardTree:
    """The tree from which operators take their proofs (PRW-13).

    Raises:
        Rejected: NoLeaves.
    """
    return build_standard_tree(OPERATOR_REWARDS_ENCODING, totals)


def commit(
    era: Era, amount: int, totals: Sequence[tuple[Address, U256]], vaults: Sequence[tuple[Address, U256]]
) -> RewardsCommitment:
    """Both parts of the commitment, for the era's first second (PRW-13, PRW-14).

    Without a total there is no tree, and the root is zero.
    """
    root = build_rewards_tree(totals).tree.root if totals else Bytes32.zero()
    distribution = tuple(StakerRewards(vault, part) for vault, part in vaults)
    stakers = StakerRewardsCommitment(distribution, U256(sum(int(part) for _, part in vaults)), era.token)
    return RewardsCommitment(OperatorRewardsCommitment(U256(amount), root), stakers, era.start)


def compute_staker_parts(
    amount: U256, admin_fee: U16, shares: Mapping[Address, U256]
) -> tuple[dict[Address, U256], U256, U256]:
    """What the vault's contract of rewards pays for one distribution (REW-30, REW-34).

    Args:
        amount: of the distribution.
        admin_fee: of the contract, in hundredths of a percent.
        shares: of every staker at the era's first second.

    Returns:
        By staker; the administrator's fee; what stays in the contract for ever.

    Raises:
        Rejected: FeeTooLarge, NoShares: the contract cannot have such a fee, and refuses such a distribution.

    Rules: PRW-15, PRW-16.
    """
    if admin_fee > WHOLE:
        raise Rejected(EraRewardsRejection.FeeTooLarge)
    fee = int(amount) * int(admin_fee) // WHOLE
    whole = sum(int(part) for part in shares.values())
    if whole == 0:
        raise Rejected(EraRewardsRejection.NoShares)
    parts = {who: U256((int(amount) - fee) * int(part) // whole) for who, part in shares.items()}
    return parts, U256(fee), U256(int(amount) - fee - sum(int(part) for part in parts.values()))
