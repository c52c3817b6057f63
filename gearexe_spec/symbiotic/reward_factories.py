"""The factories of reward contracts: registries of the clones that they make for anybody.

Rules: REW-50 to REW-52.
Source: symbiotic-rewards defaultOperatorRewards/DefaultOperatorRewardsFactory.sol,
defaultStakerRewards/DefaultStakerRewardsFactory.sol; symbiotic-core common/Registry.sol.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U256
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.contract_calls import call_without_result
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.onchain.world import ExtensionCode
from gearexe_spec.symbiotic.clones import make_clone
from gearexe_spec.symbiotic.contract import code_of, storage_of
from gearexe_spec.symbiotic.events import AddEntity
from gearexe_spec.symbiotic.registries import REGISTRY, RegistryStorage

PARAMETERS = "(address,uint256,address,address,address)"
INITIALIZE = compute_selector(f"initialize({PARAMETERS})")


def add_entity(frame: Frame, entity: Address) -> None:
    """Put a clone at the end of the registry (REW-52)."""
    frame.update(extension=storage_of(frame, RegistryStorage).add(entity))
    frame.emit(AddEntity(entity))


def count_entities(frame: Frame) -> bytes:
    """The word that keeps salts apart: how many clones there are."""
    return encode_word(U256(len(storage_of(frame, RegistryStorage).listed)))


def apply_create_operator_rewards(frame: Frame) -> bytes:
    """Make a contract of operator rewards; it needs no initialization (REW-50, REW-52).

    Source: DefaultOperatorRewardsFactory.sol `create`.
    """
    salt = keccak256(count_entities(frame) + encode_word(frame.sender))
    clone = make_clone(frame, code_of(frame, DefaultOperatorRewardsFactory).implementation, salt)
    add_entity(frame, clone)
    return encode_word(clone)


def apply_create_staker_rewards(frame: Frame) -> bytes:
    """Make a contract of staker rewards, and initialize it.

    Raises:
        Rejected: what the initialization reverts with.

    Rules: REW-51, REW-52.
    Source: DefaultStakerRewardsFactory.sol `create`.
    """
    calldata = frame.calldata
    words: tuple[Address | U256, ...] = (
        calldata.address(HEAD),
        calldata.u256(HEAD + WORD),
        *(calldata.address(HEAD + WORD * index) for index in (2, 3, 4)),
    )
    parameters = b"".join(map(encode_word, words))

    salt = keccak256(count_entities(frame) + parameters)
    clone = make_clone(frame, code_of(frame, DefaultStakerRewardsFactory).implementation, salt)
    call_without_result(frame, clone, INITIALIZE + parameters)
    add_entity(frame, clone)
    return encode_word(clone)


OPERATORS = Interface(table(Function("create()", 0, apply_create_operator_rewards), *REGISTRY))
STAKERS = Interface(table(Function(f"create({PARAMETERS})", 5, apply_create_staker_rewards), *REGISTRY))


@dataclass(frozen=True, slots=True)
class DefaultOperatorRewardsFactory(ExtensionCode):
    """The code of the factory, with the contract that its clones run."""

    implementation: Address

    def run(self, frame: Frame) -> bytes:
        return OPERATORS.run(frame)


@dataclass(frozen=True, slots=True)
class DefaultStakerRewardsFactory(ExtensionCode):
    """The code of the factory, with the contract that its clones run."""

    implementation: Address

    def run(self, frame: Frame) -> bytes:
        return STAKERS.run(frame)
