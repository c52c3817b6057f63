"""Requesting the validation of a code, for oneself or on behalf of somebody.

Rules: ROU-130 to ROU-143.
Source: Router.sol `requestCodeValidation`, `requestCodeValidationOnBehalf`.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U8, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.calldata import Slice
from gearexe_spec.codec.eip712 import REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE
from gearexe_spec.crypto.on_chain_ecdsa import recover_on_chain_from_parts
from gearexe_spec.crypto.typed_data import hash_typed_data
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.contract_calls import PermitParameters
from gearexe_spec.onchain.eras import checked_add
from gearexe_spec.onchain.errors import RouterRejection
from gearexe_spec.onchain.events import CodeValidationRequested
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.router_checks import check_genesis_hash_known, take_tokens
from gearexe_spec.onchain.upgradeable import check_not_paused, domain_of, use_signature_nonce
from gearexe_spec.onchain.world import ZERO_WORD, CodeState


def blob_hash(frame: Frame, index: int) -> Bytes32:
    """The versioned hash of a blob of the transaction, zero where there is none (ROU-130)."""
    hashes = frame.execution.blob_hashes
    return hashes[index] if index < len(hashes) else ZERO_WORD


def check_may_request(frame: Frame, code_id: CodeId) -> None:
    """The Router runs, a blob came along, the genesis is known, and the code is new (ROU-131 to ROU-134).

    Raises:
        Rejected: EnforcedPause, BlobNotFound, RouterGenesisHashNotInitialized, CodeAlreadyOnValidationOrValidated.
    """
    check_not_paused(frame)
    if blob_hash(frame, 0).is_zero():
        raise Rejected(RouterRejection.BlobNotFound)
    check_genesis_hash_known(frame)
    if frame.router.codes.get(code_id, CodeState.Unknown) is not CodeState.Unknown:
        raise Rejected(RouterRejection.CodeAlreadyOnValidationOrValidated)


def set_requested(frame: Frame, code_id: CodeId) -> None:
    """The code waits for the validators' verdict (ROU-136)."""
    frame.update_router(codes=frame.router.codes.set(code_id, CodeState.ValidationRequested))
    frame.emit(CodeValidationRequested(code_id))


def apply_request_code_validation(frame: Frame) -> bytes:
    """Pay for the validation of the code in the transaction's blobs.

    Raises:
        Rejected: as `check_may_request`; TransferFromFailed, or what the token reverts with.

    Rules: ROU-131 to ROU-136.
    Source: Router.sol `requestCodeValidation`.
    """
    calldata = frame.calldata
    code_id = CodeId(calldata.bytes32(HEAD))
    permit = PermitParameters(calldata, HEAD + WORD)

    check_may_request(frame, code_id)
    take_tokens(frame, frame.sender, frame.router.request_code_validation_base_fee, permit)
    set_requested(frame, code_id)
    return b""


def apply_request_code_validation_on_behalf(frame: Frame) -> bytes:
    """The same for a requester who signed for it; the requester pays, with an extra fee, and the sender only relays.

    Raises:
        Rejected: as `check_may_request`; InvalidBlobHashesLength, InvalidBlobHash, ExpiredSignature,
            ECDSAInvalidSignatureS, ECDSAInvalidSignature, InvalidSigner, Panic(0x11), TransferFromFailed, or what the
            token reverts with.

    Rules: ROU-137 to ROU-143.
    Source: Router.sol `requestCodeValidationOnBehalf`.
    """
    calldata = frame.calldata
    requester = calldata.address(HEAD)
    code_id = CodeId(calldata.bytes32(HEAD + WORD))
    given = calldata.entry_slice(HEAD + WORD * 2, WORD)
    deadline = calldata.u256(HEAD + WORD * 3)
    v, r, s = calldata.unsigned(HEAD + WORD * 4, U8), calldata.u256(HEAD + WORD * 5), calldata.u256(HEAD + WORD * 6)
    permit = read_second_signature(frame, deadline)

    check_may_request(frame, code_id)
    blob_hashes = check_blob_hashes(frame, given)
    if frame.block.timestamp > deadline:
        raise Rejected(RouterRejection.ExpiredSignature, deadline)

    request = {
        "requester": requester,
        "codeId": Bytes32(code_id),
        "blobHashes": blob_hashes,
        "nonce": use_signature_nonce(frame, requester),
        "deadline": deadline,
    }
    digest = hash_typed_data(domain_of(frame), REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE, request)
    check_signer(recover_on_chain_from_parts(digest, v, r, s), requester)

    take_tokens(frame, requester, compute_fee_on_behalf(frame), permit)
    set_requested(frame, code_id)
    return b""


def read_second_signature(frame: Frame, deadline: U256) -> PermitParameters:
    """The permit's signature; it shares the deadline with the first one (ROU-142)."""
    permit = PermitParameters(frame.calldata, HEAD + WORD * 6)
    permit.deadline = deadline
    return permit


def check_blob_hashes(frame: Frame, given: Slice) -> tuple[Bytes32, ...]:
    """The request names exactly the transaction's blobs, in order (ROU-137, ROU-138).

    Raises:
        Rejected: InvalidBlobHashesLength(given, actual), InvalidBlobHash(index, given, actual).
    """
    count = 0
    while not blob_hash(frame, count).is_zero():
        count += 1
    if given.length != count:
        raise Rejected(RouterRejection.InvalidBlobHashesLength, U256(given.length), U256(count))

    named = tuple(frame.calldata.bytes32(given.place + WORD * index) for index in range(count))
    for index, name in enumerate(named):
        actual = blob_hash(frame, index)
        if name != actual:
            raise Rejected(RouterRejection.InvalidBlobHash, U256(index), name, actual)
    return named


def check_signer(signer: Address, requester: Address) -> None:
    """The requester signed (ROU-141).

    Raises:
        Rejected: InvalidSigner(signer, requester).
    """
    if signer != requester:
        raise Rejected(RouterRejection.InvalidSigner, signer, requester)


def compute_fee_on_behalf(frame: Frame) -> U256:
    """Base fee and extra fee (ROU-143).

    Raises:
        Rejected: Panic(0x11).
    """
    router = frame.router
    return checked_add(router.request_code_validation_base_fee, router.request_code_validation_extra_fee)
