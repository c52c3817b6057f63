"""Rewards of an era: conservation, independence of order, and claims on Symbiotic's official contracts (PRW)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U16, U48, U64, U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.abi import encode_sequence
from gearexe_spec.codec.abi_types import parse_type, split_members
from gearexe_spec.crypto.merkle import compute_proof
from gearexe_spec.evm.artifacts import ArtifactError
from gearexe_spec.evm.economics_artifacts import EconomicsArtifacts, find_economics_artifacts
from gearexe_spec.evm.world import Block, World
from gearexe_spec.executor.rewards import (
    CommittedBatch,
    Era,
    EraOperator,
    EraRewards,
    EraRewardsRejection,
    VaultStake,
    build_rewards_tree,
    compute_era_rewards,
    compute_staker_parts,
)
from gearexe_spec.onchain.words import compute_selector

START = U48(100_010)
TOKEN = Address(b"\xee" * 20)


def person(number: int) -> Address:
    return Address((0x1000 + number).to_bytes(20, "big"))


def vault(number: int) -> Address:
    return Address((0x2000 + number).to_bytes(20, "big"))


amounts = st.integers(0, 2**100) | st.integers(0, 5)


@st.composite
def eras(draw: st.DrawFn) -> Era:
    stakes = draw(st.lists(st.dictionaries(st.integers(0, 5), amounts, max_size=4), max_size=6))
    operators = tuple(
        EraOperator(person(number), tuple(VaultStake(vault(which), U256(stake)) for which, stake in own.items()))
        for number, own in enumerate(stakes)
    )
    signers = (
        st.lists(st.sampled_from([entry.operator for entry in operators]), unique=True) if operators else st.just([])
    )
    batches = []
    for _ in range(draw(st.integers(0, 5))):
        gas = draw(st.integers(0, 2**64 - 1))
        paid = draw(st.integers(0, gas * 100))
        batches.append(CommittedBatch(U64(gas), U128(paid), tuple(draw(signers))))
    commission = U16(draw(st.integers(0, 10_000)))
    return Era(START, TOKEN, commission, U256(draw(amounts)), tuple(batches), operators)


@settings(max_examples=60)
@given(eras(), st.dictionaries(st.integers(0, 8), st.integers(1, 2**100), max_size=4))
def test_no_unit_appears_or_vanishes(era: Era, before: dict[int, int]) -> None:
    totals = [(person(number), U256(total)) for number, total in before.items()]
    rewards = compute_era_rewards(era, totals)
    pool = int(era.carried) + sum(int(batch.paid) for batch in era.batches)
    for_operators, for_stakers = (sum(int(part) for _, part in parts) for parts in (rewards.operators, rewards.vaults))
    assert for_operators + for_stakers + int(rewards.carried) == pool
    assert sum(int(total) for _, total in rewards.totals) == sum(before.values()) + for_operators
    if rewards.commitment is None:
        assert (for_operators, for_stakers) == (0, 0)
        return
    assert for_operators == pool * int(era.commission) // 10_000
    assert int(rewards.commitment.operators.amount) == for_operators
    assert rewards.commitment.stakers.total_amount == for_stakers
    assert sum(int(part.amount) for part in rewards.commitment.stakers.distribution) == for_stakers
    assert all(part.amount for part in rewards.commitment.stakers.distribution)
    assert rewards.commitment.timestamp == START


@settings(max_examples=30)
@given(eras(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_does_not_matter(era: Era, dice: Any) -> None:
    operators, batches = list(era.operators), list(era.batches)
    dice.shuffle(operators)
    dice.shuffle(batches)
    other = Era(era.start, era.token, era.commission, era.carried, tuple(batches), tuple(operators))
    assert compute_era_rewards(other, []) == compute_era_rewards(era, [])


@settings(max_examples=30)
@given(eras())
def test_nobody_is_off_by_a_whole_unit(era: Era) -> None:
    rewards = compute_era_rewards(era, [])
    weights = {
        entry.operator: sum(entry.operator in batch.signers for batch in era.batches)
        * sum(int(part.stake) for part in entry.vaults)
        for entry in era.operators
    }
    paid, whole = sum(int(part) for _, part in rewards.operators), sum(weights.values())
    got = dict(rewards.operators)
    for who, weight in weights.items():
        assert abs(int(got.get(who, U256(0))) * whole - paid * weight) < max(whole, 1)


def small_era(**changes: Any) -> Era:
    parts = {
        "start": START,
        "token": TOKEN,
        "commission": U16(1_000),
        "carried": U256(7),
        "batches": (CommittedBatch(U64(1_000), U128(99_993), (person(1), person(2))),
                    CommittedBatch(U64(10), U128(0), (person(1),))),
        "operators": (EraOperator(person(1), (VaultStake(vault(1), U256(100)), VaultStake(vault(2), U256(200)))),
                      EraOperator(person(2), (VaultStake(vault(2), U256(300)),))),
    }  # fmt: skip
    return Era(**{**parts, **changes})


def test_an_era_by_hand() -> None:
    """The pool is 100000; weights are 2·300 and 1·300, so two thirds and one third; remainders favour the first two."""
    rewards = compute_era_rewards(small_era(), [(person(2), U256(5))])
    assert rewards.operators == ((person(1), U256(6_667)), (person(2), U256(3_333)))
    assert rewards.vaults == ((vault(1), U256(20_000)), (vault(2), U256(70_000)))
    assert rewards.totals == ((person(1), U256(6_667)), (person(2), U256(3_338)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"commission": U16(10_001)}, EraRewardsRejection.CommissionTooLarge),
        ({"operators": (EraOperator(person(1), ()),) * 2}, EraRewardsRejection.RepeatedOperator),
        (
            {"operators": (EraOperator(person(1), (VaultStake(vault(1), U256(1)),) * 2),)},
            EraRewardsRejection.RepeatedVault,
        ),
        ({"batches": (CommittedBatch(U64(1), U128(0), (person(9),)),)}, EraRewardsRejection.UnknownSigner),
        ({"batches": (CommittedBatch(U64(1), U128(0), (person(1),) * 2),)}, EraRewardsRejection.RepeatedSigner),
        ({"batches": (CommittedBatch(U64(1), U128(101), (person(1),)),)}, EraRewardsRejection.PaidMoreThanBurned),
        ({"carried": U256(2**256 - 1)}, EraRewardsRejection.AmountTooLarge),
    ],
)
def test_eras_that_do_not_fit_are_refused_by_name(changes: dict[str, Any], reason: EraRewardsRejection) -> None:
    with pytest.raises(Rejected) as caught:
        compute_era_rewards(small_era(**changes), [])
    assert caught.value.reason is reason


class Official:
    """Symbiotic's compiled reward contracts with two vaults, on py-evm."""

    NETWORK, OWNER = person(0x50), person(0x51)

    def __init__(self, artifacts: EconomicsArtifacts) -> None:
        self.artifacts = artifacts
        self.world = World(Block(1, 100_000))
        self.token = self.deploy("TestToken")
        networks = self.deploy("NetworkRegistry")
        service = self.deploy("NetworkMiddlewareService", ("address", networks))
        self.call(self.NETWORK, networks, "registerNetwork()")
        self.call(self.NETWORK, service, "setMiddleware(address)", self.NETWORK)
        self.operator_rewards = self.clone("DefaultOperatorRewardsFactory", "DefaultOperatorRewards", service)
        self.vault_factory = self.deploy("VaultFactory", ("address", self.OWNER))
        implementation = self.deploy(
            "Vault", ("address", self.OWNER), ("address", self.OWNER), ("address", self.vault_factory)
        )
        self.call(self.OWNER, self.vault_factory, "whitelist(address)", implementation)
        rewards = self.deploy("DefaultStakerRewards", ("address", self.vault_factory), ("address", service))
        self.rewards_factory = self.deploy("DefaultStakerRewardsFactory", ("address", rewards))

    def deploy(self, name: str, *arguments: tuple[str, object]) -> Address:
        data = encode_sequence([parse_type(kind) for kind, _ in arguments], [value for _, value in arguments])
        receipt = self.world.create(self.OWNER, self.artifacts[name].bytecode + data)
        assert receipt.created is not None
        return receipt.created

    def clone(self, factory: str, name: str, service: Address) -> Address:
        made = self.deploy(factory, ("address", self.deploy(name, ("address", service))))
        return Address(self.call(self.OWNER, made, "create()")[12:])

    def call(self, sender: Address, to: Address, signature: str, *arguments: object) -> bytes:
        kinds = [parse_type(kind) for kind in split_members(signature[signature.index("(") + 1 : -1])]
        receipt = self.world.call(sender, to, compute_selector(signature) + encode_sequence(kinds, arguments))
        assert receipt.ok, (signature, receipt.return_data)
        return receipt.return_data

    def make_vault(self) -> tuple[Address, Address]:
        """A vault and its contract of rewards, with an administrator's fee of 1.23 %."""
        kinds = "(address,address,uint48,bool,bool,uint256,address,address,address,address,address)"
        parameters = (self.token, self.OWNER, 7_000, False, False, 0, *(self.OWNER,) * 5)
        data = encode_sequence((parse_type(kinds),), (parameters,))
        made = self.call(self.OWNER, self.vault_factory, "create(uint64,address,bytes)", 1, self.OWNER, data)
        own = Address(made[12:])
        create = "create((address,uint256,address,address,address))"
        rewards = self.call(self.OWNER, self.rewards_factory, create, (own, 123, *(self.OWNER,) * 3))
        return own, Address(rewards[12:])

    def stake(self, own: Address, staker: Address, amount: int) -> None:
        self.give(staker, amount, own)
        self.call(staker, own, "deposit(address,uint256)", staker, amount)

    def give(self, who: Address, amount: int, spender: Address) -> None:
        self.call(self.OWNER, self.token, "mint(address,uint256)", who, amount)
        self.call(who, self.token, "approve(address,uint256)", spender, amount)

    def balance(self, who: Address) -> int:
        return int.from_bytes(self.call(self.OWNER, self.token, "balanceOf(address)", who), "big")

    def distribute(self, rewards: EraRewards, contracts: dict[Address, Address]) -> None:
        """What the Middleware does with a commitment."""
        commitment = rewards.commitment
        assert commitment is not None
        self.give(self.NETWORK, commitment.operators.amount, self.operator_rewards)
        self.call(
            self.NETWORK, self.operator_rewards, "distributeRewards(address,address,uint256,bytes32)",
            self.NETWORK, self.token, commitment.operators.amount, commitment.operators.root,
        )  # fmt: skip
        data_kinds = [parse_type(kind) for kind in ("uint48", "uint256", "bytes", "bytes")]
        for part in commitment.stakers.distribution:
            self.give(self.NETWORK, part.amount, contracts[part.vault])
            self.call(
                self.NETWORK, contracts[part.vault], "distributeRewards(address,address,uint256,bytes)",
                self.NETWORK, self.token, part.amount,
                encode_sequence(data_kinds, [commitment.timestamp, 10_000, b"", b""]),
            )  # fmt: skip

    def claim_operator(self, rewards: EraRewards, place: int) -> int:
        tree = build_rewards_tree(rewards.totals)
        who, total = rewards.totals[place]
        proof: tuple[Bytes32, ...] = compute_proof(tree.tree, tree.tree.places[place])
        before = self.balance(who)
        self.call(
            who, self.operator_rewards, "claimRewards(address,address,address,uint256,bytes32[])",
            who, self.NETWORK, self.token, total, proof,
        )  # fmt: skip
        return self.balance(who) - before

    def claim_staker(self, contract: Address, who: Address) -> int:
        data = encode_sequence(
            [parse_type(kind) for kind in ("address", "uint256", "bytes[]")], [self.NETWORK, 100, []]
        )
        before = self.balance(who)
        self.call(who, contract, "claimRewards(address,address,bytes)", who, self.token, data)
        return self.balance(who) - before


@pytest.fixture(scope="module")
def official() -> Official:
    artifacts = find_economics_artifacts()
    try:
        artifacts["Vault"], artifacts["DefaultStakerRewardsFactory"], artifacts["DefaultOperatorRewardsFactory"]
    except ArtifactError as missing:
        pytest.skip(f"needs Symbiotic's artifacts: {missing}")
    return Official(artifacts)


@given(st.integers(1, 3))
def test_weights_without_signatures_are_carried(count: int) -> None:
    rewards = compute_era_rewards(small_era(batches=(CommittedBatch(U64(5), U128(count), ()),)), [])
    assert (rewards.commitment, rewards.carried) == (None, 7 + count)


def test_every_claim_succeeds_on_the_official_contracts(official: Official) -> None:
    """Two eras, three operators, two vaults, four stakers: all are paid what was computed; only dust stays."""
    (one, one_rewards), (two, two_rewards) = official.make_vault(), official.make_vault()
    contracts = {one: one_rewards, two: two_rewards}
    shares = {one: {person(21): 1_000, person(22): 333}, two: {person(22): 777, person(23): 1, person(24): 10**12}}
    for own, parts in shares.items():
        for staker, amount in parts.items():
            official.stake(own, staker, amount)
    operators = (
        EraOperator(person(1), (VaultStake(one, U256(1_000)), VaultStake(two, U256(600_000_000_000)))),
        EraOperator(person(2), (VaultStake(two, U256(400_000_000_778)),)),
        EraOperator(person(3), (VaultStake(one, U256(333)),)),
    )
    official.world.block = Block(2, 200_000)
    totals: tuple[tuple[Address, U256], ...] = ()
    for number, paid in enumerate((123_456_789_012_345, 98_765_432_109)):
        batches = (
            CommittedBatch(U64(2**60), U128(paid), (person(1), person(2), person(3))),
            CommittedBatch(U64(1), U128(77), (person(2), person(3))),
        )
        before = dict(totals)
        era = Era(START, official.token, U16(1_234), U256(0), batches, operators)
        rewards = compute_era_rewards(era, totals)
        official.distribute(rewards, contracts)
        for place, (who, total) in enumerate(rewards.totals):
            assert official.claim_operator(rewards, place) == total - before.get(who, U256(0)), number
        assert official.balance(official.operator_rewards) == 0
        totals = rewards.totals
        for own, amount in rewards.vaults:
            parts, fee, dust = compute_staker_parts(amount, U16(123), {k: U256(v) for k, v in shares[own].items()})
            held = official.balance(contracts[own])
            assert {staker: official.claim_staker(contracts[own], staker) for staker in parts} == parts
            assert sum(parts.values()) + fee + dust == amount
            assert held - official.balance(contracts[own]) == sum(parts.values())
