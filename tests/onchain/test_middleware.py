"""The Middleware with vaults that answer what a test says; the real ones are held against recordings."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.abi import encode_sequence
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.election import collect_candidates, elect
from gearexe_spec.onchain.errors import decode_revert_data
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.middleware_setup import INITIALIZE
from gearexe_spec.onchain.timed_map import TimedMap
from gearexe_spec.onchain.transaction import (
    Applied,
    Call,
    Deployment,
    ProxyArguments,
    Result,
    Reverted,
    apply_call,
    apply_deployment,
)
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.onchain.world import Account, Block, ContractKind, ExtensionCode, World
from gearexe_spec.symbiotic.constructors import CONSTRUCTORS
from gearexe_spec.symbiotic.errors import REJECTIONS

DEPLOYER, ROUTER, NOBODY = Address(b"\xdd" * 20), Address(b"\xee" * 20), Address.zero()
START, ERA = 100_000, 1_000
USUAL = (ERA, 2 * ERA, 2 * ERA, 2 * ERA, 333, 333, 1, 1, U256.MAX, 10_000)
"""Era, least epoch, both graces, veto, delay, version, type, resolver delay, greatest fee."""
DEPLOYMENT_SCRIPT = (86_400, 7_200, 300, 300, 7_200, 300, 1, 1, 300, 10_000)


def person(number: int) -> Address:
    return Address(number.to_bytes(20, "big"))


@dataclass(frozen=True, slots=True)
class StandIn(ExtensionCode):
    """Vault, delegator and registries in one, that agree to everything and know the stake of each operator."""

    stakes: dict[Address, int] = field(default_factory=dict)

    def run(self, frame: Frame) -> bytes:
        def yes(_: Frame) -> bytes:
            return encode_word(True)

        def itself(frame: Frame) -> bytes:
            return encode_word(frame.address)

        def stake(frame: Frame) -> bytes:
            return encode_word(U256(self.stakes.get(frame.calldata.address(HEAD + WORD), 0)))

        return Interface(
            table(
                Function("isEntity(address)", 1, yes),
                Function("isOptedIn(address,address)", 2, yes),
                Function("delegator()", 0, itself),
                Function("stakeAt(bytes32,address,uint48,bytes)", 4, stake),
            )
        ).run(frame)


class Chain:
    """A Middleware with the registries of Symbiotic, and stand-ins for the rest."""

    def __init__(self) -> None:
        self.world = World()
        self.now = START
        self.networks = self.deploy("NetworkRegistry")
        self.service = self.deploy("NetworkMiddlewareService", ("address", self.networks))
        self.rewards = self.deploy("DefaultOperatorRewards", ("address", self.service))
        self.stand_in = self.place(StandIn())
        self.implementation = self.run(Deployment(DEPLOYER, ContractKind.Middleware))
        self.middleware = NOBODY

    def place(self, code: ExtensionCode) -> Address:
        address = person(0x5000 + len(self.world.accounts))
        self.world = self.world.with_account(address, Account(code=code))
        return address

    def block(self) -> Block:
        return Block(U256(1), U256(self.now), lambda number: Bytes32.zero())

    def run(self, deployment: Deployment) -> Address:
        result = apply_deployment(self.world, self.block(), deployment)
        if isinstance(result, Reverted):
            raise result.rejected
        self.world = result.world
        return Address(result.output)

    def deploy(self, artifact: str, *arguments: tuple[str, object]) -> Address:
        data = encode_sequence([parse_type(kind) for kind, _ in arguments], [value for _, value in arguments])
        return self.run(Deployment(DEPLOYER, CONSTRUCTORS[artifact], data))

    def begin(
        self, owner: Address = DEPLOYER, parameters: tuple[int, ...] = USUAL, fee_token: Address = NOBODY
    ) -> None:
        contracts = (
            *(self.stand_in, self.stand_in, self.networks, self.service, self.stand_in, self.stand_in, self.rewards),
            *(NOBODY, NOBODY, NOBODY),
        )
        words = [encode_word(owner), *(encode_word(U256(number)) for number in parameters)]
        words += [encode_word(fee_token), encode_word(ROUTER), *map(encode_word, contracts)]
        data = compute_selector(INITIALIZE) + b"".join(words)
        self.middleware = self.run(
            Deployment(DEPLOYER, ContractKind.ERC1967Proxy, ProxyArguments(self.implementation, data))
        )

    def call(self, sender: Address, signature: str, *arguments: Address | Bytes32 | U256) -> Result:
        data = compute_selector(signature) + b"".join(map(encode_word, arguments))
        result = apply_call(self.world, self.block(), Call(sender, self.middleware, data))
        self.world = result.world
        return result

    def add_vault(self, stakes: dict[Address, int]) -> None:
        """Take a vault in without the checks of registration, which recordings cover."""
        vault = self.place(StandIn(stakes))
        account = self.world.account(self.middleware)
        frame_storage = account.storage
        kept = frame_storage.middleware
        kept = replace(kept, vaults=kept.vaults.append(vault, U48(self.now)))
        storage = replace(frame_storage, middlewares=frame_storage.middlewares.set(frame_storage.middleware_slot, kept))
        self.world = self.world.with_account(self.middleware, replace(account, storage=storage))


def reason(result: Result) -> str:
    assert isinstance(result, Reverted), result
    found, _ = decode_revert_data(result.data, REJECTIONS)
    return found.name


def elected(chain: Chain, timestamp: int, seats: int) -> list[Address]:
    result = chain.call(DEPLOYER, "makeElectionAt(uint48,uint256)", U256(timestamp), U256(seats))
    assert isinstance(result, Applied), result
    words = [result.output[at : at + 32] for at in range(64, len(result.output), 32)]
    return [Address(word[12:]) for word in words]


def test_only_the_future_owner_can_initialize() -> None:
    """Finding F-MID-2."""
    with pytest.raises(Rejected, match="OwnableUnauthorizedAccount"):
        Chain().begin(owner=person(7))


def test_the_deployment_script_contradicts_the_checks() -> None:
    """Finding F-MID-3."""
    with pytest.raises(Rejected, match="MinVaultEpochDurationLessThanTwoEras"):
        Chain().begin(parameters=DEPLOYMENT_SCRIPT)


def test_rewards_of_operators_name_the_wrong_network() -> None:
    """Finding F-MID-1: the contract of rewards asks who speaks for the Router, and nobody does."""
    chain = Chain()
    chain.begin(fee_token=person(9))
    signature = "distributeOperatorRewards(address,uint256,bytes32)"
    assert reason(chain.call(ROUTER, signature, person(9), U256(0), Bytes32.zero())) == "NotNetworkMiddleware"
    assert reason(chain.call(ROUTER, signature, person(8), U256(0), Bytes32.zero())) == "UnknownCollateral"
    assert reason(chain.call(DEPLOYER, signature, person(8), U256(0), Bytes32.zero())) == "NotRouter"


def test_operators_without_stake_are_elected() -> None:
    """Finding F-MID-4: also where others would have to be cut."""
    chain = Chain()
    chain.begin()
    for number in (1, 2, 3):
        assert isinstance(chain.call(person(number), "registerOperator()"), Applied)
    chain.now += 1
    assert elected(chain, START, 3) == [person(1), person(2), person(3)]
    assert set(elected(chain, START, 2)) < {person(1), person(2), person(3)}


def test_a_return_makes_an_operator_forget_that_it_was_there() -> None:
    """MID-13, MID-16: both ends of a participation count; a return begins a new one."""
    chain = Chain()
    chain.begin()
    chain.call(person(1), "registerOperator()")
    chain.now = START + 100
    chain.call(person(1), "disableOperator()")
    chain.now = START + 102
    assert elected(chain, START + 100, 1) == [person(1)]
    assert elected(chain, START + 101, 1) == []
    chain.call(person(1), "enableOperator()")
    chain.now += 1
    assert elected(chain, START + 100, 1) == []
    assert elected(chain, START + 102, 1) == [person(1)]


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), max_size=4),
    st.integers(1, 6),
)
def test_the_pure_election_is_that_of_the_contract(table_of_stakes: list[list[int]], seats: int) -> None:
    """Stakes gathered from tables elect the same as asking every vault (MID-92, MID-93)."""
    chain = Chain()
    chain.begin()
    for number in range(5):
        chain.call(person(number + 1), "registerOperator()")
    for row in table_of_stakes:
        chain.add_vault({person(number + 1): stake for number, stake in enumerate(row)})
    middleware = chain.world.account(chain.middleware).storage.middleware
    rows = [{person(number + 1): U256(stake) for number, stake in enumerate(row)} for row in table_of_stakes]
    stakes = {vault: row for (vault, _), row in zip(middleware.vaults, rows, strict=True)}
    candidates = collect_candidates(middleware.operators, middleware.vaults, stakes, U48(START))
    chain.now += 1
    assert elected(chain, START, seats) == list(elect(candidates, U256(seats), U48(START)))


@given(st.lists(st.tuples(st.sampled_from(["append", "enable", "disable", "remove"]), st.integers(0, 4)), max_size=40))
def test_the_map_against_a_plain_list(steps: list[tuple[str, int]]) -> None:
    """MID-10 to MID-15: a list with swap-and-pop, and times beside it."""
    timed = TimedMap()
    order: list[Address] = []
    times: dict[Address, tuple[int, int]] = {}
    for now, (step, number) in enumerate(steps, start=1):
        key = person(number)
        expected = key not in times if step == "append" else key in times
        if step == "enable":
            expected = expected and times[key][1] != 0
        if step == "disable":
            expected = expected and times[key][1] == 0
        if step == "remove":
            if expected:
                timed = timed.remove(key)
                place = order.index(key)
                order[place] = order[-1]
                order.pop()
                del times[key]
            continue
        try:
            timed = getattr(timed, step)(key, U48(now))
        except Rejected:
            assert not expected
            continue
        assert expected
        if step == "append":
            order.append(key)
        times[key] = (times[key][0], now) if step == "disable" else (now, 0)
    assert [(key, (entry.enabled, entry.disabled)) for key, entry in timed] == [(key, times[key]) for key in order]
