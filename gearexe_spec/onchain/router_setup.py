"""The Router's beginning: initialization, the genesis hash, and replacing validators.

Rules: ROU-110 to ROU-124.
Source: Router.sol `initialize`, `reinitialize`, `lookupGenesisHash`, `_resetValidators`.
"""

from __future__ import annotations

from dataclasses import replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U8, U16, U64, U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.frost_verification import Point, is_public_key_valid
from gearexe_spec.onchain.batch_calldata import read_addresses, read_key
from gearexe_spec.onchain.calldata import HEAD, WORD, empty_revert
from gearexe_spec.onchain.commitments import AggregatedPublicKey
from gearexe_spec.onchain.contract_calls import expect_success, read_word
from gearexe_spec.onchain.eras import select_validators_at
from gearexe_spec.onchain.errors import OVERFLOW, RouterRejection, panic
from gearexe_spec.onchain.events import StorageSlotChanged
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.router_checks import make_genesis, write_bytes
from gearexe_spec.onchain.upgradeable import (
    begin_initialize,
    begin_reinitialize,
    check_owner,
    end_initialization,
    initialize_owner,
    set_domain,
)
from gearexe_spec.onchain.words import compute_selector
from gearexe_spec.onchain.world import (
    ROUTER_BASE_SLOT,
    AddressBook,
    CommittedBatchInfo,
    ComputationSettings,
    RouterStorage,
    Timelines,
    Validators,
)

NAME = "Vara.ETH Router"
DOMAIN_VERSION = "1"
REINITIALIZED_VERSION = 5
THRESHOLD_NUMERATOR = U128(2)
THRESHOLD_DENOMINATOR = U128(3)
COMPUTATION_THRESHOLD = U64(2_500_000_000)
WVARA_PER_SECOND = U128(10_000_000_000_000)
BASE_FEE_TOKENS = 1_000
EXTRA_FEE_TOKENS = 500
PROTOCOL_VERSION = U256(0x000100)
INITIALIZE = "initialize(address,address,address,address,uint256,uint256,uint256,(uint256,uint256),bytes,address[])"
_DECIMALS = compute_selector("decimals()")


def apply_initialize(frame: Frame) -> bytes:
    """Make a Router of a fresh proxy.

    Raises:
        Rejected: InvalidInitialization, OwnableInvalidOwner, InvalidTimestamp, InvalidElectionDuration,
            EraDurationTooShort, ValidationDelayTooBig, OwnableUnauthorizedAccount, SafeCastOverflowedUintDowncast,
            what the token reverts with, Panic(0x11), InvalidFROSTAggregatedPublicKey, DeploymentFailed.

    Rules: ROU-110 to ROU-119.
    Source: Router.sol `initialize`.
    """
    calldata = frame.calldata
    owner = calldata.address(HEAD)
    book = AddressBook(*(calldata.address(HEAD + WORD * index) for index in (1, 2, 3)))
    timelines = Timelines(*(calldata.u256(HEAD + WORD * index) for index in (4, 5, 6)))
    key = read_key(calldata, HEAD + WORD * 7)
    secret_sharing = calldata.entry_slice(HEAD + WORD * 9, 1)
    validators = calldata.entry_slice(HEAD + WORD * 10, WORD)

    begin_initialize(frame)
    initialize_owner(frame, owner)
    set_domain(frame, NAME, DOMAIN_VERSION)
    check_timelines(frame, timelines)
    set_storage_slot(frame)

    genesis = make_genesis(frame)
    base_fee, extra_fee = ask_default_fees(frame, book.wrapped_vara)
    frame.update(
        router=RouterStorage(
            genesis_block=genesis,
            impl_addresses=book,
            threshold_numerator=THRESHOLD_NUMERATOR,
            threshold_denominator=THRESHOLD_DENOMINATOR,
            compute_settings=ComputationSettings(COMPUTATION_THRESHOLD, WVARA_PER_SECOND),
            timelines=timelines,
            max_validators=U16.truncate(validators.length),
            request_code_validation_base_fee=base_fee,
            request_code_validation_extra_fee=extra_fee,
            protocol_version=PROTOCOL_VERSION,
        )
    )
    slot = replace_key(frame, Validators(), key, calldata.bytes(secret_sharing))
    slot = replace_members(slot, read_addresses(calldata, validators), frame.block.timestamp)
    frame.update_router(validators0=slot)
    end_initialization(frame)
    return b""


def check_timelines(frame: Frame, timelines: Timelines) -> None:
    """There is time, an election fits into an era, and late batches have little of it (ROU-111 to ROU-114).

    Raises:
        Rejected: InvalidTimestamp, InvalidElectionDuration, EraDurationTooShort, ValidationDelayTooBig.
    """
    if not frame.block.timestamp:
        raise Rejected(RouterRejection.InvalidTimestamp)
    if not timelines.election:
        raise Rejected(RouterRejection.InvalidElectionDuration)
    if timelines.era <= timelines.election:
        raise Rejected(RouterRejection.EraDurationTooShort)
    if timelines.validation_delay >= (timelines.era - timelines.election) // 10:
        raise Rejected(RouterRejection.ValidationDelayTooBig)


def set_storage_slot(frame: Frame) -> None:
    """Choose where the Router's storage begins: the owner's privilege, so the owner must deploy (ROU-115).

    Raises:
        Rejected: OwnableUnauthorizedAccount.
    """
    check_owner(frame)
    frame.update(router_slot=ROUTER_BASE_SLOT)
    frame.emit(StorageSlotChanged(Bytes32(ROUTER_BASE_SLOT.to_big_endian())))


def ask_default_fees(frame: Frame, token: Address) -> tuple[U256, U256]:
    """1,000 and 500 tokens in base units (ROU-116).

    Raises:
        Rejected: what the token reverts with; Panic(0x11) where they pass 256 bits.
    """
    decimals = read_word(expect_success(frame.static_call(token, _DECIMALS)))
    if decimals > U8.MAX:
        raise empty_revert()
    fees = [tokens * 10**decimals for tokens in (BASE_FEE_TOKENS, EXTRA_FEE_TOKENS)]
    if max(fees) > U256.MAX:
        raise panic(OVERFLOW)
    return U256(fees[0]), U256(fees[1])


def check_key(key: AggregatedPublicKey) -> None:
    """The key is one a FROST group can have (ROU-117).

    Raises:
        Rejected: InvalidFROSTAggregatedPublicKey.
    """
    if not is_public_key_valid(Point(key.x, key.y)):
        raise Rejected(RouterRejection.InvalidFROSTAggregatedPublicKey)


def replace_key(frame: Frame, slot: Validators, key: AggregatedPublicKey, secret_sharing: bytes) -> Validators:
    """Put a key and the group's secret sharing commitment into a slot (ROU-118).

    Raises:
        Rejected: InvalidFROSTAggregatedPublicKey, DeploymentFailed.
    """
    check_key(key)
    pointer = write_bytes(frame, secret_sharing)
    return replace(slot, aggregated_public_key=key, verifiable_secret_sharing_commitment_pointer=pointer)


def replace_members(slot: Validators, listed: tuple[Address, ...], use_from: U256) -> Validators:
    """Put validators into a slot; key and secret sharing stay as they are (ROU-119)."""
    return replace(slot, members=frozenset(listed), listed=listed, use_from_timestamp=use_from)


def apply_reinitialize(frame: Frame) -> bytes:
    """Begin anew with this block as genesis; codes, programs and validators stay.

    Raises:
        Rejected: OwnableUnauthorizedAccount, InvalidInitialization, the errors of the slot rule, what the token
            reverts with.

    Rules: ROU-120 to ROU-122.
    Source: Router.sol `reinitialize`.
    """
    check_owner(frame)
    begin_reinitialize(frame, REINITIALIZED_VERSION)
    initialize_owner(frame, frame.storage.owner)
    set_domain(frame, NAME, DOMAIN_VERSION)

    genesis = make_genesis(frame)
    current = select_validators_at(frame.router, frame.block.timestamp)
    base_fee, extra_fee = ask_default_fees(frame, frame.router.impl_addresses.wrapped_vara)
    frame.update_router(
        genesis_block=genesis,
        latest_committed_batch=CommittedBatchInfo(),
        max_validators=U16.truncate(len(current.listed)),
        request_code_validation_base_fee=base_fee,
        request_code_validation_extra_fee=extra_fee,
        protocol_version=PROTOCOL_VERSION,
    )
    end_initialization(frame)
    return b""


def apply_lookup_genesis_hash(frame: Frame) -> bytes:
    """Fetch the hash of the genesis block while the chain still knows it; anybody may.

    Raises:
        Rejected: GenesisHashAlreadySet, GenesisHashNotFound.

    Rules: ROU-123, ROU-124.
    Source: Router.sol `lookupGenesisHash`.
    """
    genesis = frame.router.genesis_block
    if not genesis.hash.is_zero():
        raise Rejected(RouterRejection.GenesisHashAlreadySet)

    found = frame.block.blockhash(int(genesis.number))
    if found.is_zero():
        raise Rejected(RouterRejection.GenesisHashNotFound)

    frame.update_router(genesis_block=replace(genesis, hash=found))
    return b""
