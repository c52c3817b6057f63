"""What Router, WrappedVara and the Middleware share: one owner, versions of initialization, pausing, upgrades, EIP-712.

Rules: ROU-50 to ROU-64, ROU-66.
Source: OpenZeppelin 5.6.1 OwnableUpgradeable, Initializable, PausableUpgradeable, UUPSUpgradeable, ERC1967Utils,
EIP712Upgradeable, NoncesUpgradeable.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.typed_data import Domain
from gearexe_spec.onchain.calldata import HEAD
from gearexe_spec.onchain.contract_calls import read_bytes32
from gearexe_spec.onchain.dispatch import Function
from gearexe_spec.onchain.errors import OpenZeppelinRejection, encode_revert_data
from gearexe_spec.onchain.events import Initialized, OwnershipTransferred, Paused, Unpaused, Upgraded
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_list, encode_tuple, encode_word
from gearexe_spec.onchain.world import ERC1967_SLOT, ZERO_ADDRESS, ContractCode

LOCKED = U64(U64.MAX)
"""The version of an implementation that nobody may initialize."""
_PROXIABLE_UUID = compute_selector("proxiableUUID()")


def check_owner(frame: Frame) -> None:
    """The caller is the owner (ROU-50).

    Raises:
        Rejected: OwnableUnauthorizedAccount(sender).
    """
    if frame.sender != frame.storage.owner:
        raise Rejected(OpenZeppelinRejection.OwnableUnauthorizedAccount, frame.sender)


def check_is_owner_possible(owner: Address) -> None:
    """The zero address owns nothing (ROU-51).

    Raises:
        Rejected: OwnableInvalidOwner(0).
    """
    if owner == ZERO_ADDRESS:
        raise Rejected(OpenZeppelinRejection.OwnableInvalidOwner, owner)


def set_owner(frame: Frame, owner: Address) -> None:
    """Replace the owner, also by itself, with an event (ROU-52)."""
    previous = frame.storage.owner
    frame.update(owner=owner)
    frame.emit(OwnershipTransferred(previous, owner))


def initialize_owner(frame: Frame, owner: Address) -> None:
    """The first owner, or the same one again.

    Raises:
        Rejected: OwnableInvalidOwner(0).

    Rules: ROU-51, ROU-52.
    """
    check_is_owner_possible(owner)
    set_owner(frame, owner)


def apply_transfer_ownership(frame: Frame) -> bytes:
    """Give the contract away, at once (ROU-53).

    Raises:
        Rejected: OwnableUnauthorizedAccount, OwnableInvalidOwner.
    """
    owner = frame.calldata.address(HEAD)

    check_owner(frame)
    initialize_owner(frame, owner)
    return b""


def apply_renounce_ownership(frame: Frame) -> bytes:
    """Leave the contract without an owner, for ever (ROU-53).

    Raises:
        Rejected: OwnableUnauthorizedAccount.
    """
    check_owner(frame)
    set_owner(frame, ZERO_ADDRESS)
    return b""


def begin_initialize(frame: Frame) -> None:
    """The first initialization of a proxy (ROU-54).

    Raises:
        Rejected: InvalidInitialization.
    """
    if frame.storage.initialized:
        raise Rejected(OpenZeppelinRejection.InvalidInitialization)
    frame.update(initialized=U64(1))


def begin_reinitialize(frame: Frame, version: int) -> None:
    """A later initialization, once for each version (ROU-55).

    Raises:
        Rejected: InvalidInitialization.
    """
    if frame.storage.initialized >= version:
        raise Rejected(OpenZeppelinRejection.InvalidInitialization)
    frame.update(initialized=U64(version))


def end_initialization(frame: Frame) -> None:
    """The event that closes every initialization (ROU-54)."""
    frame.emit(Initialized(frame.storage.initialized))


def lock_implementation(frame: Frame) -> None:
    """What the constructor of an implementation does (ROU-56)."""
    frame.update(initialized=LOCKED)
    end_initialization(frame)


def check_not_paused(frame: Frame) -> None:
    """The contract runs (ROU-57).

    Raises:
        Rejected: EnforcedPause.
    """
    if frame.storage.paused:
        raise Rejected(OpenZeppelinRejection.EnforcedPause)


def apply_pause(frame: Frame) -> bytes:
    """Stop what pausing stops.

    Raises:
        Rejected: OwnableUnauthorizedAccount, EnforcedPause.

    Rules: ROU-57.
    """
    check_owner(frame)
    check_not_paused(frame)
    frame.update(paused=True)
    frame.emit(Paused(frame.sender))
    return b""


def apply_unpause(frame: Frame) -> bytes:
    """Go on.

    Raises:
        Rejected: OwnableUnauthorizedAccount, ExpectedPause.

    Rules: ROU-58.
    """
    check_owner(frame)
    if not frame.storage.paused:
        raise Rejected(OpenZeppelinRejection.ExpectedPause)
    frame.update(paused=False)
    frame.emit(Unpaused(frame.sender))
    return b""


def implementation_of(frame: Frame) -> Address:
    """Where the running code was deployed; upgradeable code knows it (ROU-59)."""
    code = frame.execution.world.account(frame.code_address).code
    assert isinstance(code, ContractCode)
    return code.deployed_at


def check_runs_through_proxy(frame: Frame) -> None:
    """The code runs on a proxy whose implementation it is (ROU-59).

    Raises:
        Rejected: UUPSUnauthorizedCallContext.
    """
    here = implementation_of(frame)
    if frame.address == here or frame.storage.implementation != here:
        raise Rejected(OpenZeppelinRejection.UUPSUnauthorizedCallContext)


def apply_upgrade_to_and_call(frame: Frame) -> bytes:
    """Replace the implementation, and call it once with the proxy's storage.

    Raises:
        Rejected: UUPSUnauthorizedCallContext, OwnableUnauthorizedAccount, ERC1967InvalidImplementation,
            UUPSUnsupportedProxiableUUID, ERC1967NonPayable, FailedCall, Empty, or what the call reverts with.

    Rules: ROU-59 to ROU-62.
    Source: UUPSUpgradeable.sol `upgradeToAndCall`, `_upgradeToAndCallUUPS`.
    """
    calldata = frame.calldata
    implementation = calldata.address(HEAD)
    data = calldata.bytes(calldata.memory_slice(HEAD + 32, 1))

    check_runs_through_proxy(frame)
    check_owner(frame)
    check_is_proxiable(frame, implementation)
    set_implementation_and_call(frame, implementation, data)
    return b""


def check_is_proxiable(frame: Frame, implementation: Address) -> None:
    """The new implementation says that it is one (ROU-60).

    Raises:
        Rejected: ERC1967InvalidImplementation if it refuses, UUPSUnsupportedProxiableUUID if it says something else,
            Empty if it says nothing.
    """
    outcome = frame.static_call(implementation, _PROXIABLE_UUID)
    if not outcome.success:
        raise Rejected(OpenZeppelinRejection.ERC1967InvalidImplementation, implementation)
    slot = read_bytes32(outcome.data)
    if slot != ERC1967_SLOT:
        raise Rejected(OpenZeppelinRejection.UUPSUnsupportedProxiableUUID, slot)


def set_implementation_and_call(frame: Frame, implementation: Address, data: bytes) -> None:
    """Point the proxy at an implementation, then delegate the given call to it, if any (ROU-61, ROU-62).

    Raises:
        Rejected: ERC1967InvalidImplementation without code, ERC1967NonPayable for value without call, FailedCall when
            the call reverts without data, else what it reverts with.

    Source: ERC1967Utils.sol `upgradeToAndCall`, Address.sol `functionDelegateCall`.
    """
    if not frame.has_code(implementation):
        raise Rejected(OpenZeppelinRejection.ERC1967InvalidImplementation, implementation)
    frame.update(implementation=implementation)
    frame.emit(Upgraded(implementation))

    if data:
        try:
            frame.delegate_data(implementation, data)
        except Rejected as rejected:
            if encode_revert_data(rejected):
                raise
            raise Rejected(OpenZeppelinRejection.FailedCall) from rejected
    elif frame.value:
        raise Rejected(OpenZeppelinRejection.ERC1967NonPayable)


def answer_proxiable_uuid(frame: Frame) -> bytes:
    """The slot that proxies keep their implementation in; asked of an implementation, not of a proxy (ROU-63).

    Raises:
        Rejected: UUPSUnauthorizedCallContext.
    """
    if frame.address != implementation_of(frame):
        raise Rejected(OpenZeppelinRejection.UUPSUnauthorizedCallContext)
    return ERC1967_SLOT


def set_domain(frame: Frame, name: str, version: str) -> None:
    """The name and version that signatures for this contract carry (ROU-64)."""
    frame.update(domain_name=name, domain_version=version)


def domain_of(frame: Frame) -> Domain:
    """The domain of a contract's signatures, with the chain id of this moment (ROU-64)."""
    storage = frame.storage
    return Domain(storage.domain_name, storage.domain_version, frame.execution.world.chain_id, frame.address)


def use_signature_nonce(frame: Frame, owner: Address) -> U256:
    """The next nonce of an owner's signatures; it grows by one (ROU-66)."""
    nonces = frame.storage.nonces
    nonce = nonces.get(owner, U256(0))
    frame.update(nonces=nonces.set(owner, nonce + 1))
    return nonce


def answer_eip712_domain(frame: Frame) -> bytes:
    """Fields 0x0f, name, version, chain id, contract, no salt, no extensions (ERC-5267)."""
    storage = frame.storage
    return encode_tuple(
        b"\x0f" + bytes(31),
        (encode_bytes(storage.domain_name.encode()),),
        (encode_bytes(storage.domain_version.encode()),),
        encode_word(frame.execution.world.chain_id),
        encode_word(frame.address),
        bytes(32),
        (encode_list(()),),
    )


def answer_nonce(frame: Frame) -> bytes:
    """The next nonce of an owner's signatures."""
    owner = frame.calldata.address(HEAD)
    return encode_word(frame.storage.nonces.get(owner, U256(0)))


OWNABLE = (
    Function("owner()", 0, lambda frame: encode_word(frame.storage.owner)),
    Function("transferOwnership(address)", 1, apply_transfer_ownership),
    Function("renounceOwnership()", 0, apply_renounce_ownership),
)
UPGRADEABLE = (
    Function("upgradeToAndCall(address,bytes)", 2, apply_upgrade_to_and_call, payable=True),
    Function("proxiableUUID()", 0, answer_proxiable_uuid),
    Function("UPGRADE_INTERFACE_VERSION()", 0, lambda frame: encode_tuple((encode_bytes(b"5.0.0"),))),
)
TYPED_SIGNATURES = (
    Function("eip712Domain()", 0, answer_eip712_domain),
    Function("DOMAIN_SEPARATOR()", 0, lambda frame: bytes(domain_of(frame).separator())),
    Function("nonces(address)", 1, answer_nonce),
)
