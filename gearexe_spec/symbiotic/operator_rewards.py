"""DefaultOperatorRewards: a network pays in and names a Merkle root; operators claim what their leaf says.

Leaves carry totals of a lifetime, so that a new root replaces the old one and nobody is paid twice.

Rules: REW-10 to REW-19.
Source: symbiotic-rewards defaultOperatorRewards/DefaultOperatorRewards.sol.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.merkle import hash_leaf, is_proof_valid
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.contract_calls import encode_call, expect_success, read_address
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.onchain.world import ExtensionCode
from gearexe_spec.symbiotic.access_control import not_reentered
from gearexe_spec.symbiotic.contract import checked_arithmetic, code_of, storage_of
from gearexe_spec.symbiotic.errors import RewardsRejection
from gearexe_spec.symbiotic.reward_events import OperatorRewardsClaimed, OperatorRewardsDistributed
from gearexe_spec.symbiotic.tokens import safe_transfer, take_from_sender

_MIDDLEWARE = compute_selector("middleware(address)")
Purse = tuple[Address, Address]
"""A network and a token."""
NO_ROOT = Bytes32.zero()
NOTHING = U256(0)


@dataclass(frozen=True, slots=True)
class OperatorRewardsStorage:
    """Root and remaining tokens of each purse, and what each account was paid from it."""

    roots: Map[Purse, Bytes32] = Map()
    balances: Map[Purse, U256] = Map()
    claimed: Map[tuple[Purse, Address], U256] = Map()

    def root(self, purse: Purse) -> Bytes32:
        """The root, zero without."""
        return self.roots.get(purse, NO_ROOT)

    def balance(self, purse: Purse) -> U256:
        """What is left."""
        return self.balances.get(purse, NOTHING)

    def claimed_by(self, purse: Purse, account: Address) -> U256:
        """What an account was paid."""
        return self.claimed.get((purse, account), NOTHING)


def check_is_middleware(frame: Frame, service: Address, network: Address) -> None:
    """The caller speaks for the network (REW-5).

    Raises:
        Rejected: NotNetworkMiddleware.
    """
    middleware = read_address(expect_success(frame.static_call(service, encode_call(_MIDDLEWARE, network))))
    if middleware != frame.sender:
        raise Rejected(RewardsRejection.NotNetworkMiddleware)


def apply_distribute_rewards(frame: Frame) -> bytes:
    """Pay in, and replace the root.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, NotNetworkMiddleware, InsufficientTransfer; as the token.

    Rules: REW-10 to REW-13.
    Source: DefaultOperatorRewards.sol `distributeRewards`.
    """
    calldata = frame.calldata
    purse = calldata.address(HEAD), calldata.address(HEAD + WORD)
    amount, root = calldata.u256(HEAD + 2 * WORD), calldata.bytes32(HEAD + 3 * WORD)

    with not_reentered(frame):
        check_is_middleware(frame, code_of(frame, DefaultOperatorRewards).middleware_service, purse[0])
        if amount:
            amount = take_from_sender(frame, purse[1], amount)
            if amount == 0:
                raise Rejected(RewardsRejection.InsufficientTransfer)
            rewards = storage_of(frame, OperatorRewardsStorage)
            with checked_arithmetic():
                balances = rewards.balances.set(purse, rewards.balance(purse) + amount)
            frame.update(extension=replace(rewards, balances=balances))
        rewards = storage_of(frame, OperatorRewardsStorage)
        frame.update(extension=replace(rewards, roots=rewards.roots.set(purse, root)))
        frame.emit(OperatorRewardsDistributed(*purse, amount, root))
    return b""


def apply_claim_rewards(frame: Frame) -> bytes:
    """Pay the caller what its leaf says, less what it was paid before.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, RootNotSet, InvalidProof, InsufficientTotalClaimable,
            InsufficientBalance; as the token.

    Rules: REW-14 to REW-18.
    Source: DefaultOperatorRewards.sol `claimRewards`.
    """
    calldata = frame.calldata
    recipient = calldata.address(HEAD)
    purse = calldata.address(HEAD + WORD), calldata.address(HEAD + 2 * WORD)
    total = calldata.u256(HEAD + 3 * WORD)
    slice_ = calldata.entry_slice(HEAD + 4 * WORD, WORD)

    with not_reentered(frame):
        rewards = storage_of(frame, OperatorRewardsStorage)
        check_proof(rewards.root(purse), frame, total, slice_.place, slice_.length)
        paid, left = rewards.claimed_by(purse, frame.sender), rewards.balance(purse)
        if total <= paid:
            raise Rejected(RewardsRejection.InsufficientTotalClaimable)
        amount = total - paid
        if amount > left:
            raise Rejected(RewardsRejection.InsufficientBalance)

        balances = rewards.balances.set(purse, left - amount)
        claimed = rewards.claimed.set((purse, frame.sender), total)
        frame.update(extension=replace(rewards, balances=balances, claimed=claimed))
        safe_transfer(frame, purse[1], recipient, amount)
        frame.emit(OperatorRewardsClaimed(recipient, *purse, frame.sender, amount))
    return encode_word(amount)


def check_proof(root: Bytes32, frame: Frame, total: U256, place: int, length: int) -> None:
    """There is a root, and the caller's leaf is under it (REW-14, REW-15).

    Raises:
        Rejected: RootNotSet, InvalidProof.
    """
    if root == NO_ROOT:
        raise Rejected(RewardsRejection.RootNotSet)
    leaf = hash_leaf(encode_word(frame.sender) + encode_word(total))
    calldata = frame.calldata
    calldata.meter.use(WORD * length)
    if not is_proof_valid(root, leaf, (calldata.bytes32(place + WORD * index) for index in range(length))):
        raise Rejected(RewardsRejection.InvalidProof)


def read_purse(frame: Frame) -> Purse:
    """Network and token, the first two arguments."""
    return frame.calldata.address(HEAD), frame.calldata.address(HEAD + WORD)


def answer_claimed(frame: Frame) -> bytes:
    """What an account was paid (REW-19)."""
    purse, account = read_purse(frame), frame.calldata.address(HEAD + 2 * WORD)
    return encode_word(storage_of(frame, OperatorRewardsStorage).claimed_by(purse, account))


INTERFACE = Interface(
    table(
        Function("distributeRewards(address,address,uint256,bytes32)", 4, apply_distribute_rewards),
        Function("claimRewards(address,address,address,uint256,bytes32[])", 5, apply_claim_rewards),
        Function(
            "root(address,address)",
            2,
            lambda frame: encode_word(storage_of(frame, OperatorRewardsStorage).root(read_purse(frame))),
        ),
        Function(
            "balance(address,address)",
            2,
            lambda frame: encode_word(storage_of(frame, OperatorRewardsStorage).balance(read_purse(frame))),
        ),
        Function("claimed(address,address,address)", 3, answer_claimed),
        Function(
            "NETWORK_MIDDLEWARE_SERVICE()",
            0,
            lambda frame: encode_word(code_of(frame, DefaultOperatorRewards).middleware_service),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class DefaultOperatorRewards(ExtensionCode):
    """The code, with the service that knows each network's middleware."""

    middleware_service: Address

    def run(self, frame: Frame) -> bytes:
        return INTERFACE.run(frame)
