"""The reward contracts with the numbers that the compiled ones gave (REW-10 to REW-52)."""

from dataclasses import dataclass

import pytest

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U256
from gearexe_spec.codec.abi import encode_sequence
from gearexe_spec.codec.abi_types import parse_type
from gearexe_spec.crypto.merkle import OPERATOR_REWARDS_ENCODING, compute_proof
from gearexe_spec.crypto.merkle_dump import build_standard_tree
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import decode_revert_data
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.transaction import Applied, Result, Reverted
from gearexe_spec.onchain.words import encode_word
from gearexe_spec.onchain.world import Account, ExtensionCode
from gearexe_spec.symbiotic.checkpoints import Trace
from gearexe_spec.symbiotic.contract import storage_of
from gearexe_spec.symbiotic.errors import REJECTIONS
from tests.symbiotic.chain import DEPLOYER, Chain, person

NETWORK, ADMIN, VAULT, TOKEN = person(101), person(102), person(103), person(104)
STAKERS = (person(111), person(112), person(113))
SHARES = {
    STAKERS[0]: ((100_005, 1000),),
    STAKERS[1]: ((100_010, 333),),
    STAKERS[2]: ((100_010, 777),),
    None: ((100_005, 1000), (100_010, 2110)),
}


def at(owner: Address | None, timestamp: int) -> U256:
    history = Trace(U256(0))
    for when, shares in SHARES.get(owner, ()):
        history = history.push(U256(when), U256(shares))  # type: ignore[arg-type]
    return history.upper_lookup(U256(timestamp))  # type: ignore[arg-type]


VAULT_INTERFACE = Interface(
    table(
        Function("isEntity(address)", 1, lambda frame: encode_word(frame.calldata.address(HEAD) == VAULT)),
        Function("activeSharesAt(uint48,bytes)", 2, lambda frame: encode_word(at(None, frame.calldata.word(HEAD)))),
        Function("activeStakeAt(uint48,bytes)", 2, lambda frame: encode_word(at(None, frame.calldata.word(HEAD)))),
        Function(
            "activeSharesOfAt(address,uint48,bytes)",
            3,
            lambda frame: encode_word(at(frame.calldata.address(HEAD), frame.calldata.word(HEAD + WORD))),
        ),
    )
)


class VaultOfNumbers(ExtensionCode):
    """A vault, and its factory, of which only the shares are known."""

    def run(self, frame: Frame) -> bytes:
        return VAULT_INTERFACE.run(frame)


@dataclass(frozen=True, slots=True)
class Balances:
    """The tokens that left the network."""

    held: tuple[tuple[Address, int], ...] = ()


def move(frame: Frame, receiver: Address, amount: int) -> bytes:
    held = dict(storage_of(frame, Balances).held)
    if frame.sender in held:
        held[frame.sender] = held[frame.sender] - amount if receiver != frame.sender else held[frame.sender]
    if receiver != frame.sender:
        held[receiver] = held.get(receiver, 0) + amount
    frame.update(extension=Balances(tuple(held.items())))
    return b""


def taken(frame: Frame) -> bytes:
    held = dict(storage_of(frame, Balances).held)
    receiver, amount = frame.calldata.address(HEAD + WORD), frame.calldata.word(HEAD + 2 * WORD)
    frame.update(extension=Balances(tuple({**held, receiver: held.get(receiver, 0) + amount}.items())))
    return b""


TOKEN_INTERFACE = Interface(
    table(
        Function(
            "balanceOf(address)",
            1,
            lambda frame: encode_word(
                U256(dict(storage_of(frame, Balances).held).get(frame.calldata.address(HEAD), 0))
            ),
        ),
        Function("transferFrom(address,address,uint256)", 3, taken),
        Function(
            "transfer(address,uint256)",
            2,
            lambda frame: move(frame, frame.calldata.address(HEAD), frame.calldata.word(HEAD + WORD)),
        ),
    )
)


class SilentToken(ExtensionCode):
    """A token that answers nothing; the network's supply has no end."""

    def run(self, frame: Frame) -> bytes:
        return TOKEN_INTERFACE.run(frame)


@pytest.fixture
def chain() -> Chain:
    chain = Chain()
    chain.now = 100_000
    for address, code in ((VAULT, VaultOfNumbers()), (TOKEN, SilentToken())):
        chain.world = chain.world.with_account(address, Account(code=code))
    assert isinstance(chain.call(NETWORK, chain.networks, "registerNetwork()"), Applied)
    assert isinstance(chain.call(NETWORK, chain.service, "setMiddleware(address)", NETWORK), Applied)
    return chain


def make_staker_rewards(chain: Chain, fee: int = 777) -> Address:
    implementation = chain.deploy("DefaultStakerRewards", ("address", VAULT), ("address", chain.service))
    factory = chain.deploy("DefaultStakerRewardsFactory", ("address", implementation))
    created = chain.call(
        DEPLOYER, factory, "create((address,uint256,address,address,address))", (VAULT, fee, ADMIN, ADMIN, ADMIN)
    )
    assert isinstance(created, Applied)
    return Address(created.output[12:])


def reason_of(result: Reverted) -> str:
    return decode_revert_data(result.data, REJECTIONS)[0].name


def distribution(timestamp: int, greatest: int = 10_000) -> bytes:
    return encode_sequence([parse_type(kind) for kind in ("uint48", "uint256", "bytes", "bytes")],
                           [timestamp, greatest, b"", b""])  # fmt: skip


def distribute(chain: Chain, rewards: Address, amount: int, timestamp: int, greatest: int = 10_000) -> Result:
    return chain.call(
        NETWORK, rewards, "distributeRewards(address,address,uint256,bytes)", NETWORK, TOKEN, amount,
        distribution(timestamp, greatest),
    )  # fmt: skip


def claimable(chain: Chain, rewards: Address, staker: Address, most: int) -> int:
    wanted = encode_word(NETWORK) + encode_word(U256(most))
    return chain.ask(rewards, "claimable(address,address,bytes)", TOKEN, staker, wanted)


def test_stakers_get_their_part_of_each_distribution_rounded_down(chain: Chain) -> None:
    rewards = make_staker_rewards(chain)
    chain.now = 100_020
    for amount, timestamp in ((100_001, 100_015), (12, 100_005), (1, 100_015), (99_999, 100_019)):
        assert isinstance(distribute(chain, rewards, amount, timestamp), Applied)
    found = [[claimable(chain, rewards, staker, most) for most in (1, 2, 3, 100)] for staker in STAKERS]
    assert found == [
        [43711, 43723, 43723, 87433],
        [14555, 14555, 14555, 29110],
        [33963, 33963, 33963, 67926],
    ]
    for staker in STAKERS:
        claim = encode_sequence([parse_type(kind) for kind in ("address", "uint256", "bytes[]")], [NETWORK, 100, []])
        claimed = chain.call(staker, rewards, "claimRewards(address,address,bytes)", staker, TOKEN, claim)
        assert isinstance(claimed, Applied)
    assert chain.ask(TOKEN, "balanceOf(address)", rewards) == 15544
    assert chain.ask(rewards, "claimableAdminFee(address)", TOKEN) == 15539


@pytest.mark.parametrize(
    ("amount", "timestamp", "greatest", "reason"),
    [
        (5, 100_020, 10_000, "InvalidRewardTimestamp"),
        (5, 100_000, 10_000, "InvalidRewardTimestamp"),
        (5, 100_015, 776, "HighAdminFee"),
        (0, 100_015, 777, "InsufficientReward"),
    ],
)
def test_distributions_are_refused_by_name(
    chain: Chain, amount: int, timestamp: int, greatest: int, reason: str
) -> None:
    rewards = make_staker_rewards(chain)
    chain.now = 100_020
    result = distribute(chain, rewards, amount, timestamp, greatest)
    assert isinstance(result, Reverted)
    assert reason_of(result) == reason


def test_operators_claim_what_is_new_in_their_leaf(chain: Chain) -> None:
    implementation = chain.deploy("DefaultOperatorRewards", ("address", chain.service))
    factory = chain.deploy("DefaultOperatorRewardsFactory", ("address", implementation))
    rewards = Address(chain.call(DEPLOYER, factory, "create()").output[12:])  # type: ignore[union-attr]
    values = [(person(number), number * 10**12) for number in range(1, 6)]
    tree = build_standard_tree(OPERATOR_REWARDS_ENCODING, values)
    paid = chain.call(
        NETWORK, rewards, "distributeRewards(address,address,uint256,bytes32)", NETWORK, TOKEN, 6 * 10**12,
        tree.tree.root,
    )  # fmt: skip
    assert isinstance(paid, Applied)

    def claim(number: int, total: int) -> str:
        proof = compute_proof(tree.tree, tree.tree.places[number - 1])
        who = person(number)
        result = chain.call(
            who, rewards, "claimRewards(address,address,address,uint256,bytes32[])", who, NETWORK, TOKEN, total, proof
        )
        return "ok" if isinstance(result, Applied) else reason_of(result)

    assert [claim(1, 10**12), claim(1, 10**12)] == ["ok", "InsufficientTotalClaimable"]
    assert [claim(5, 5 * 10**12), claim(4, 1), claim(4, 4 * 10**12)] == ["ok", "InvalidProof", "InsufficientBalance"]
    assert chain.ask(rewards, "balance(address,address)", NETWORK, TOKEN) == 0
    assert Bytes32(tree.tree.root) == tree.tree.nodes[0]
