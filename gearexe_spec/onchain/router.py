"""The Router: its views, what only the owner may do, and the table of all its functions.

Rules: ROU-210 to ROU-213, ROU-220 to ROU-223.
Source: Router.sol.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U256
from gearexe_spec.onchain.batch_calldata import at_word
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.commit_batch import COMMIT_BATCH, apply_commit_batch
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.eras import compute_threshold, select_validators_at
from gearexe_spec.onchain.events import ProtocolVersionChanged
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.router_checks import read_bytes
from gearexe_spec.onchain.router_codes import (
    apply_request_code_validation,
    apply_request_code_validation_on_behalf,
)
from gearexe_spec.onchain.router_programs import (
    apply_create_program,
    apply_create_program_with_abi_interface,
    apply_create_program_with_abi_interface_and_executable_balance,
    apply_create_program_with_executable_balance,
    apply_receive,
    program_code_id,
)
from gearexe_spec.onchain.router_setup import (
    INITIALIZE,
    apply_initialize,
    apply_lookup_genesis_hash,
    apply_reinitialize,
)
from gearexe_spec.onchain.upgradeable import (
    OWNABLE,
    TYPED_SIGNATURES,
    UPGRADEABLE,
    apply_pause,
    apply_unpause,
    check_owner,
)
from gearexe_spec.onchain.words import encode_bytes, encode_list, encode_tuple, encode_word
from gearexe_spec.onchain.world import AddressBook, CodeState, RouterStorage, Validators


class VersionType(Enum):
    """Which part of the protocol version; the value is the number in the ABI."""

    Major = 0
    Minor = 1
    Patch = 2


def apply_set_mirror(frame: Frame) -> bytes:
    """Replace the implementation of all programs, at once and unchecked; no event.

    Raises:
        Rejected: OwnableUnauthorizedAccount.

    Rules: ROU-210.
    """
    mirror = frame.calldata.address(HEAD)

    check_owner(frame)
    book = frame.router.impl_addresses
    frame.update_router(impl_addresses=AddressBook(mirror, book.wrapped_vara, book.middleware))
    return b""


def apply_set_base_fee(frame: Frame) -> bytes:
    """Set what a validation costs; no event.

    Raises:
        Rejected: OwnableUnauthorizedAccount.

    Rules: ROU-211.
    """
    check_owner(frame)
    frame.update_router(request_code_validation_base_fee=frame.calldata.u256(HEAD))
    return b""


def apply_set_extra_fee(frame: Frame) -> bytes:
    """Set what a validation on behalf costs more; no event.

    Raises:
        Rejected: OwnableUnauthorizedAccount.

    Rules: ROU-211.
    """
    check_owner(frame)
    frame.update_router(request_code_validation_extra_fee=frame.calldata.u256(HEAD))
    return b""


def bump_version(version: U256, part: VersionType) -> U256:
    """The next protocol version.

    The parts are put together with OR: a patch of 255 grows into the minor's lowest bit, and is lost there if that bit
    is set (finding F-ONC-3).

    Args:
        version: major in all bits above 16, minor in bits 8 to 15, patch in bits 0 to 7.
        part: which to increment; lower ones become zero.

    Rules: ROU-212.
    """
    major, minor, patch = int(version) >> 16, int(version) >> 8 & 0xFF, int(version) & 0xFF
    match part:
        case VersionType.Major:
            return U256.truncate(major + 1 << 16)
        case VersionType.Minor:
            return U256(major << 16 | minor + 1 << 8)
        case VersionType.Patch:
            return U256(major << 16 | minor << 8 | patch + 1)


def apply_bump_protocol_version(frame: Frame) -> bytes:
    """Announce a new version of the protocol.

    Raises:
        Rejected: OwnableUnauthorizedAccount.

    Rules: ROU-212.
    """
    part = VersionType(frame.calldata.enumeration(HEAD, len(VersionType)))

    check_owner(frame)
    version = bump_version(frame.router.protocol_version, part)
    frame.update_router(protocol_version=version)
    frame.emit(ProtocolVersionChanged(version))
    return b""


def current_validators(frame: Frame) -> Validators:
    """The validators in force at this block's time (ROU-220).

    Raises:
        Rejected: the errors of the slot rule.
    """
    return select_validators_at(frame.router, frame.block.timestamp)


def _answer_sub_version(frame: Frame) -> bytes:
    """A part of the protocol version (ROU-213)."""
    part = VersionType(frame.calldata.enumeration(HEAD, len(VersionType)))
    version = int(frame.router.protocol_version)
    parts = {
        VersionType.Major: version >> 16,
        VersionType.Minor: version >> 8 & 0xFF,
        VersionType.Patch: version & 0xFF,
    }
    return encode_word(parts[part])


def _answer_are_validators(frame: Frame) -> bytes:
    """Whether all of a list are members; the first stranger ends the search (ROU-221)."""
    calldata = frame.calldata
    given = calldata.entry_slice(HEAD, WORD)

    members = current_validators(frame).members
    return encode_word(all(calldata.address(at_word(given.place, index)) in members for index in range(given.length)))


def _answer_is_validator(frame: Frame) -> bytes:
    address = frame.calldata.address(HEAD)
    return encode_word(address in current_validators(frame).members)


def _answer_threshold(frame: Frame) -> bytes:
    router, count = frame.router, U256(len(current_validators(frame).listed))
    return encode_word(compute_threshold(count, router.threshold_numerator, router.threshold_denominator))


def _answer_key(frame: Frame) -> bytes:
    key = current_validators(frame).aggregated_public_key
    return encode_word(key.x) + encode_word(key.y)


def _answer_secret_sharing(frame: Frame) -> bytes:
    """The stored bytes of the current validators (ROU-222)."""
    pointer = current_validators(frame).verifiable_secret_sharing_commitment_pointer
    return encode_tuple((encode_bytes(read_bytes(frame, pointer)),))


def _answer_code_state(frame: Frame) -> bytes:
    return _encode_code_state(frame, frame.calldata.word(HEAD))


def _encode_code_state(frame: Frame, code_id: int) -> bytes:
    state = frame.router.codes.get(CodeId(code_id.to_bytes(32, "big")), CodeState.Unknown)
    return encode_word(state.value)


def _answer_codes_states(frame: Frame) -> bytes:
    calldata = frame.calldata
    given = calldata.entry_slice(HEAD, WORD)
    ids = (calldata.word(at_word(given.place, index)) for index in range(given.length))
    return encode_tuple((encode_word(given.length) + b"".join(_encode_code_state(frame, code_id) for code_id in ids),))


def _answer_programs_code_ids(frame: Frame) -> bytes:
    calldata = frame.calldata
    given = calldata.entry_slice(HEAD, WORD)
    programs = (calldata.address(at_word(given.place, index)) for index in range(given.length))
    return encode_tuple((encode_list(program_code_id(frame, program) for program in programs),))


def _words(*values: bool | int | bytes) -> list[bytes]:
    return [encode_word(value) for value in values]


def encode_validators_view(slot: Validators) -> bytes:
    """A slot as `storageView` shows it: without the map."""
    return encode_tuple(
        encode_word(slot.aggregated_public_key.x),
        encode_word(slot.aggregated_public_key.y),
        encode_word(slot.verifiable_secret_sharing_commitment_pointer),
        (encode_list(slot.listed),),
        encode_word(slot.use_from_timestamp),
    )


def encode_storage_view(router: RouterStorage) -> bytes:
    """Everything the Router knows, but for maps (ROU-223)."""
    genesis, batch, book = router.genesis_block, router.latest_committed_batch, router.impl_addresses
    settings = encode_tuple(
        encode_word(router.threshold_numerator),
        encode_word(router.threshold_denominator),
        (encode_validators_view(router.validators0),),
        (encode_validators_view(router.validators1),),
    )
    timelines = router.timelines
    return encode_tuple(
        *_words(genesis.hash, genesis.number, genesis.timestamp),
        *_words(batch.hash, batch.timestamp),
        *_words(book.mirror, book.wrapped_vara, book.middleware),
        (settings,),
        *_words(router.compute_settings.threshold, router.compute_settings.wvara_per_second),
        *_words(timelines.era, timelines.election, timelines.validation_delay),
        *_words(router.programs_count, router.validated_codes_count, router.max_validators),
        encode_word(router.request_code_validation_base_fee),
        encode_word(router.request_code_validation_extra_fee),
        encode_word(router.protocol_version),
    )


def _answer_timelines(frame: Frame) -> bytes:
    timelines = frame.router.timelines
    return b"".join(map(encode_word, (timelines.era, timelines.election, timelines.validation_delay)))


def _answer_compute_settings(frame: Frame) -> bytes:
    settings = frame.router.compute_settings
    return encode_word(settings.threshold) + encode_word(settings.wvara_per_second)


def _answer_threshold_fraction(frame: Frame) -> bytes:
    return encode_word(frame.router.threshold_numerator) + encode_word(frame.router.threshold_denominator)


def _stored(signature: str, read: Callable[[RouterStorage], int | bytes]) -> Function:
    """A view of one stored value."""
    return Function(signature, 0, lambda frame: encode_word(read(frame.router)))


STORED_VALUES = (
    _stored("genesisBlockHash()", lambda router: router.genesis_block.hash),
    _stored("genesisTimestamp()", lambda router: router.genesis_block.timestamp),
    _stored("latestCommittedBatchHash()", lambda router: router.latest_committed_batch.hash),
    _stored("latestCommittedBatchTimestamp()", lambda router: router.latest_committed_batch.timestamp),
    _stored("mirrorImpl()", lambda router: router.impl_addresses.mirror),
    _stored("wrappedVara()", lambda router: router.impl_addresses.wrapped_vara),
    _stored("middleware()", lambda router: router.impl_addresses.middleware),
    _stored("programsCount()", lambda router: router.programs_count),
    _stored("validatedCodesCount()", lambda router: router.validated_codes_count),
    _stored("requestCodeValidationBaseFee()", lambda router: router.request_code_validation_base_fee),
    _stored("requestCodeValidationExtraFee()", lambda router: router.request_code_validation_extra_fee),
    _stored("protocolVersion()", lambda router: router.protocol_version),
)

VIEWS = (
    *STORED_VALUES,
    Function("storageView()", 0, lambda frame: encode_tuple((encode_storage_view(frame.router),))),
    Function("computeSettings()", 0, _answer_compute_settings),
    Function("timelines()", 0, _answer_timelines),
    Function("signingThresholdFraction()", 0, _answer_threshold_fraction),
    Function("paused()", 0, lambda frame: encode_word(frame.storage.paused)),
    Function("validatorsAggregatedPublicKey()", 0, _answer_key),
    Function("validatorsVerifiableSecretSharingCommitment()", 0, _answer_secret_sharing),
    Function("validators()", 0, lambda frame: encode_tuple((encode_list(current_validators(frame).listed),))),
    Function("validatorsCount()", 0, lambda frame: encode_word(len(current_validators(frame).listed))),
    Function("validatorsThreshold()", 0, _answer_threshold),
    Function("isValidator(address)", 1, _answer_is_validator),
    Function("areValidators(address[])", 1, _answer_are_validators),
    Function("codeState(bytes32)", 1, _answer_code_state),
    Function("codesStates(bytes32[])", 1, _answer_codes_states),
    Function(
        "programCodeId(address)",
        1,
        lambda frame: bytes(program_code_id(frame, frame.calldata.address(HEAD))),
    ),
    Function("programsCodeIds(address[])", 1, _answer_programs_code_ids),
    Function("subProtocolVersion(uint8)", 1, _answer_sub_version),
)

_REQUEST_ON_BEHALF = (
    "requestCodeValidationOnBehalf(address,bytes32,bytes32[],uint256,uint8,bytes32,bytes32,uint8,bytes32,bytes32)"
)
_CREATE_WITH_BALANCE = (
    "createProgramWithExecutableBalance(bytes32,bytes32,address,uint128,uint256,uint8,bytes32,bytes32)"
)
_CREATE_WITH_INTERFACE_AND_BALANCE = (
    "createProgramWithAbiInterfaceAndExecutableBalance"
    "(bytes32,bytes32,address,address,uint128,uint256,uint8,bytes32,bytes32)"
)

INTERFACE = Interface(
    table(
        Function(INITIALIZE, 11, apply_initialize),
        Function("reinitialize()", 0, apply_reinitialize),
        Function("lookupGenesisHash()", 0, apply_lookup_genesis_hash),
        Function("requestCodeValidation(bytes32,uint256,uint8,bytes32,bytes32)", 5, apply_request_code_validation),
        Function(_REQUEST_ON_BEHALF, 10, apply_request_code_validation_on_behalf),
        Function("createProgram(bytes32,bytes32,address)", 3, apply_create_program),
        Function(
            "createProgramWithAbiInterface(bytes32,bytes32,address,address)",
            4,
            apply_create_program_with_abi_interface,
        ),
        Function(_CREATE_WITH_BALANCE, 8, apply_create_program_with_executable_balance),
        Function(_CREATE_WITH_INTERFACE_AND_BALANCE, 9, apply_create_program_with_abi_interface_and_executable_balance),
        Function(COMMIT_BATCH, 3, apply_commit_batch),
        Function("setMirror(address)", 1, apply_set_mirror),
        Function("setRequestCodeValidationBaseFee(uint256)", 1, apply_set_base_fee),
        Function("setRequestCodeValidationExtraFee(uint256)", 1, apply_set_extra_fee),
        Function("bumpProtocolVersion(uint8)", 1, apply_bump_protocol_version),
        Function("pause()", 0, apply_pause),
        Function("unpause()", 0, apply_unpause),
        *VIEWS,
        *OWNABLE,
        *UPGRADEABLE,
        *TYPED_SIGNATURES,
    ),
    receive=apply_receive,
)
"""All functions of the Router."""
