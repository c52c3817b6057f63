"""A vault's accounts: numbers that deployed vaults gave, and that nothing is lost whatever happens."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.symbiotic.errors import VaultRejection
from gearexe_spec.symbiotic.vault_accounts import Epochs, VaultAccounts, claim, deposit, redeem, slash, withdraw
from tests.symbiotic.chain import person

START, DURATION = 100_000, 2_000
ALICE, BOB = person(1), person(2)
PEOPLE = (ALICE, BOB)


def fresh() -> VaultAccounts:
    return VaultAccounts(Epochs(U48(START), U48(DURATION)))


def test_after_a_full_slash_a_deposit_buys_nearly_everything() -> None:
    accounts, _ = deposit(fresh(), U48(START), ALICE, U256(1000))
    accounts, taken = slash(accounts, U48(START + 1), U256(5000), U48(START))
    accounts, minted = deposit(accounts, U48(START + 2), BOB, U256(7))
    assert (taken, minted) == (1000, 7007)
    assert (accounts.active_balance(ALICE), accounts.active_balance(BOB)) == (0, 7)


def test_numbers_of_a_recorded_vault() -> None:
    """Deposits, a withdrawal and its neighbours as a deployed vault recorded them (vault.json, worked example)."""
    accounts, minted = deposit(fresh(), U48(START), ALICE, U256(0x3E9))
    assert minted == 0x3E9
    accounts, minted = deposit(accounts, U48(START), BOB, U256(0x1F7))
    assert minted == 0x1F7
    leaving = withdraw(accounts, U48(START + 1_500), (ALICE, ALICE), U256(0x12D))
    assert (leaving.assets, leaving.burned, leaving.minted) == (0x12D, 0x12D, 0x12D)
    after = leaving.accounts
    assert (after.active_shares.latest(), after.active_balance(ALICE)) == (0x4B3, 0x2BC)


@pytest.mark.parametrize(
    ("now", "capture", "reason"),
    [
        (START + 2 * DURATION, START + DURATION - 1, VaultRejection.InvalidCaptureEpoch),
        (START, START + DURATION, VaultRejection.InvalidCaptureEpoch),
        (START, START - 1, VaultRejection.InvalidTimestamp),
    ],
)
def test_a_capture_must_be_recent(now: int, capture: int, reason: VaultRejection) -> None:
    with pytest.raises(Rejected) as caught:
        slash(fresh(), U48(now), U256(1), U48(capture))
    assert caught.value.reason is reason


def test_a_claim_waits_for_the_end_of_its_epoch_and_is_paid_once() -> None:
    accounts, _ = deposit(fresh(), U48(START), ALICE, U256(10))
    accounts = withdraw(accounts, U48(START), (ALICE, BOB), U256(4)).accounts
    for now, claimer, reason in (
        (START + 2 * DURATION - 1, BOB, VaultRejection.InvalidEpoch),
        (START + 2 * DURATION, ALICE, VaultRejection.InsufficientClaim),
    ):
        with pytest.raises(Rejected) as caught:
            claim(accounts, U48(now), claimer, 1)
        assert caught.value.reason is reason
    accounts, paid = claim(accounts, U48(START + 2 * DURATION), BOB, 1)
    assert paid == 4
    with pytest.raises(Rejected) as caught:
        claim(accounts, U48(START + 2 * DURATION), BOB, 1)
    assert caught.value.reason is VaultRejection.AlreadyClaimed


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "withdraw", "redeem", "claim", "slash", "slash before"]),
        st.integers(0, 1),
        st.integers(0, 3_000),
        st.integers(0, 1_500),
    ),
    max_size=30,
)


@given(STEPS)
@settings(max_examples=150)
def test_a_vault_never_pays_more_than_it_has(steps: list[tuple[str, int, int, int]]) -> None:
    accounts, now, balance = fresh(), START, 0
    for kind, who, amount, wait in steps:
        now += wait
        person_, epoch = PEOPLE[who], (now - START) // DURATION
        try:
            if kind == "deposit":
                accounts, _ = deposit(accounts, U48(now), person_, U256(amount))
                balance += amount
            elif kind == "withdraw":
                accounts = withdraw(accounts, U48(now), (person_, person_), U256(amount)).accounts
            elif kind == "redeem":
                accounts = redeem(accounts, U48(now), (person_, person_), U256(amount)).accounts
            elif kind == "claim":
                accounts, paid = claim(accounts, U48(now), person_, max(epoch - 1, 0))
                balance -= paid
            else:
                capture = now if kind == "slash" else max(START, START + (epoch - 1) * DURATION)
                before = accounts.total_stake(U48(now))
                accounts, taken = slash(accounts, U48(now), U256(amount), U48(capture))
                assert taken <= amount
                assert accounts.total_stake(U48(now)) + taken == before
                balance -= taken
        except Rejected:
            continue
        assert accounts.total_stake(U48(now)) <= balance
        assert accounts.active_balance(ALICE) + accounts.active_balance(BOB) <= accounts.active_stake.latest()
