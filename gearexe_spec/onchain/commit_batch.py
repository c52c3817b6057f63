"""commitBatch: everything validators agreed on, carried out as a whole or not at all.

Signatures are verified last, against the storage that the batch itself has changed.

Rules: ROU-170 to ROU-206.
Source: Router.sol `commitBatch`, `_commitChain`, `_commitTransitions`, `_commitCodes`, `_commitRewards`,
`_commitValidators`; Gear.sol `blockIsPredecessor`.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U8, U48, U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.crypto.hashes import KECCAK_EMPTY, keccak256
from gearexe_spec.onchain.batch_calldata import (
    BATCH_WORDS,
    CHAIN_WORDS,
    CODE_WORDS,
    REWARDS_WORDS,
    TRANSITION_WORDS,
    VALIDATORS_WORDS,
    at_word,
    find_staker_rewards,
    find_validators,
    list_structs,
    read_operator_rewards,
    read_rewards_timestamp,
    read_staker_rewards,
    read_state_transition,
    read_validators_commitment,
)
from gearexe_spec.onchain.batch_encoding import (
    encode_distribute_operator_rewards,
    encode_distribute_staker_rewards,
    encode_perform_state_transition,
)
from gearexe_spec.onchain.batch_signatures import is_signed
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata
from gearexe_spec.onchain.commitment_abi import SignatureType
from gearexe_spec.onchain.commitments import (
    BatchCommitment,
    CodeCommitment,
    ValidatorsCommitment,
    hash_code_commitment,
    hash_concatenation,
    hash_transitions,
    hash_validators_commitment,
    preimage_batch_commitment,
    preimage_chain_commitment,
    preimage_rewards_commitment,
)
from gearexe_spec.onchain.contract_calls import approve, expect_success, read_bytes32
from gearexe_spec.onchain.eras import (
    checked_add,
    checked_sub,
    compute_era_index_at,
    compute_era_start,
    is_slot1_at,
)
from gearexe_spec.onchain.errors import OpenZeppelinRejection, RouterRejection
from gearexe_spec.onchain.events import (
    BatchCommitted,
    CodeGotValidated,
    EBCommitted,
    MBCommitted,
    ValidatorsCommittedForEra,
)
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.router_checks import check_genesis_hash_known
from gearexe_spec.onchain.router_programs import is_program
from gearexe_spec.onchain.router_setup import replace_key, replace_members
from gearexe_spec.onchain.world import Block, CodeState, CommittedBatchInfo

COMMIT_BATCH = (
    "commitBatch((bytes32,uint48,bytes32,uint8,((address,bytes32,bool,address,uint128,bool,"
    "(bytes32,address,uint128)[],(bytes32,address,bytes,uint128,(bytes32,bytes4),bool)[])[],bytes32,bytes32)[],"
    "(bytes32,bool)[],((uint256,bytes32),((address,uint256)[],uint256,address),uint48)[],"
    "(bool,(uint256,uint256),bytes,address[],uint256)[]),uint8,bytes[])"
)


def apply_commit_batch(frame: Frame) -> bytes:
    """Commit a batch; anybody may bring it, also while the Router is paused.

    Raises:
        Rejected: ReentrancyGuardReentrantCall, the errors of the header, of the four sub-commitments in their order and
            of what they call, of the signatures; SignatureVerificationFailed; Empty for malformed calldata, when it is
            reached.

    Rules: ROU-170 to ROU-180.
    Source: Router.sol `commitBatch`.
    """
    calldata = frame.calldata
    batch = calldata.entry_record(HEAD, WORD * BATCH_WORDS)
    kind = SignatureType(calldata.enumeration(HEAD + WORD, len(SignatureType)))
    signatures = calldata.entry_slice(HEAD + WORD * 2, WORD)

    enter(frame)
    check_genesis_hash_known(frame)
    batch_timestamp = check_header(frame, batch)

    chain_hash = commit_chain(frame, batch)
    codes_hash = commit_codes(frame, batch)
    rewards_hash = commit_rewards(frame, batch, batch_timestamp)
    validators_hash = commit_validators(frame, batch)

    header = read_header(frame.calldata, batch)
    batch_hash = keccak256(preimage_batch_commitment(header, chain_hash, codes_hash, rewards_hash, validators_hash))
    frame.update_router(latest_committed_batch=CommittedBatchInfo(batch_hash, batch_timestamp))
    frame.emit(BatchCommitted(batch_hash))

    if not is_signed(frame, batch_hash, kind, signatures, batch_timestamp):
        raise Rejected(RouterRejection.SignatureVerificationFailed)
    frame.update_transient(entered=False)
    return b""


def enter(frame: Frame) -> None:
    """Take the lock that lasts until the batch is committed (ROU-170).

    Raises:
        Rejected: ReentrancyGuardReentrantCall.
    """
    if frame.transient.entered:
        raise Rejected(OpenZeppelinRejection.ReentrancyGuardReentrantCall)
    frame.update_transient(entered=True)


def check_header(frame: Frame, batch: int) -> U48:
    """The batch builds on a recent block and on the batch before it (ROU-172 to ROU-175).

    A word of storage that is zero on chain turns the first two checks off, for estimating gas.

    Returns:
        The batch's timestamp.

    Raises:
        Rejected: PredecessorBlockNotFound, BatchTimestampNotInPast, InvalidPreviousCommittedBatchHash,
            BatchTimestampTooEarly.
    """
    calldata, router = frame.calldata, frame.router

    if not router.reserved:
        expiry = calldata.unsigned(at_word(batch, 3), U8)
        if not is_predecessor(frame.block, calldata.bytes32(batch), expiry):
            raise Rejected(RouterRejection.PredecessorBlockNotFound)
        if frame.block.timestamp <= calldata.unsigned(at_word(batch, 1), U48):
            raise Rejected(RouterRejection.BatchTimestampNotInPast)

    if router.latest_committed_batch.hash != calldata.bytes32(at_word(batch, 2)):
        raise Rejected(RouterRejection.InvalidPreviousCommittedBatchHash)

    timestamp = calldata.unsigned(at_word(batch, 1), U48)
    if router.latest_committed_batch.timestamp > timestamp:
        raise Rejected(RouterRejection.BatchTimestampTooEarly)
    return timestamp


def read_header(calldata: Calldata, batch: int) -> BatchCommitment:
    """The batch without its sub-commitments, for its hash."""
    return BatchCommitment(
        block_hash=calldata.bytes32(batch),
        block_timestamp=calldata.unsigned(at_word(batch, 1), U48),
        previous_committed_batch_hash=calldata.bytes32(at_word(batch, 2)),
        expiry=calldata.unsigned(at_word(batch, 3), U8),
    )


def is_predecessor(block: Block, block_hash: Bytes32, expiry: U8) -> bool:
    """Whether the hash is of one of the `expiry` blocks before this one (ROU-173).

    On a chain younger than `expiry` the search runs below zero, where hashes are zero: there, a zero hash is found.
    """
    end = U256(0) if expiry >= block.number else block.number - U256(expiry)
    number = block.number.wrapping_sub(1)
    while number >= end:
        found = block.blockhash(int(number))
        if found == block_hash:
            return True
        if found.is_zero():
            return False
        number = number.wrapping_sub(1)
    return False


def commit_chain(frame: Frame, batch: int) -> Bytes32:
    """Carry out the transitions of the chain commitment, if there is one (ROU-181 to ROU-186).

    Returns:
        Its hash, or the hash of nothing.

    Raises:
        Rejected: TooManyChainCommitments, UnknownProgram, whatever a Mirror reverts with.
    """
    calldata = frame.calldata
    commitments = calldata.tail_slice(batch, at_word(batch, 4), WORD)
    if commitments.length > 1:
        raise Rejected(RouterRejection.TooManyChainCommitments)
    if not commitments.length:
        return KECCAK_EMPTY

    (chain,) = list_structs(calldata, commitments, CHAIN_WORDS)
    transitions = calldata.tail_slice(chain, chain, WORD)
    positions = list_structs(calldata, transitions, TRANSITION_WORDS)
    transitions_hash = hash_transitions([commit_transition(frame, at) for at in positions])

    head, last_advanced = calldata.bytes32(at_word(chain, 1)), calldata.bytes32(at_word(chain, 2))
    frame.emit(MBCommitted(head))
    if not last_advanced.is_zero():
        frame.emit(EBCommitted(last_advanced))
    return keccak256(preimage_chain_commitment(transitions_hash, head, last_advanced))


def commit_transition(frame: Frame, at: int) -> Bytes32:
    """Let a program's Mirror carry out a transition, with the value the program receives (ROU-183, ROU-184).

    Returns:
        The hash that the Mirror answers.

    Raises:
        Rejected: UnknownProgram; Empty when the Router has not the value; whatever the Mirror reverts with.
    """
    calldata = frame.calldata
    actor = calldata.address(at)
    if not is_program(frame, actor):
        raise Rejected(RouterRejection.UnknownProgram)

    to_receive = calldata.unsigned(at_word(at, 4), U128)
    negative = calldata.boolean(at_word(at, 5))
    value = U256(0) if negative else U256(to_receive)
    data = encode_perform_state_transition(read_state_transition(calldata, at))
    return read_bytes32(expect_success(frame.call(actor, data, value)))


def commit_codes(frame: Frame, batch: int) -> Bytes32:
    """Note the verdicts on codes, in order (ROU-187 to ROU-190).

    Returns:
        The hash of all of them.

    Raises:
        Rejected: CodeValidationNotRequested.
    """
    calldata = frame.calldata
    codes = calldata.tail_slice(batch, at_word(batch, 5), WORD * CODE_WORDS)
    positions = (at_word(codes.place, CODE_WORDS * index) for index in range(codes.length))
    return hash_concatenation([commit_code(frame, at) for at in positions])


def commit_code(frame: Frame, at: int) -> Bytes32:
    """A valid code may be used for ever; an invalid one is as if it had never been requested.

    The commitment is read where it lies: two words (ROU-91, ROU-188, ROU-189).

    Returns:
        The hash of the verdict.

    Raises:
        Rejected: CodeValidationNotRequested.
    """
    router = frame.router
    code_id = CodeId(frame.calldata.bytes32(at))
    if router.codes.get(code_id) is not CodeState.ValidationRequested:
        raise Rejected(RouterRejection.CodeValidationNotRequested)

    valid = frame.calldata.boolean(at_word(at, 1))
    if valid:
        codes = router.codes.set(code_id, CodeState.Validated)
        frame.update_router(codes=codes, validated_codes_count=router.validated_codes_count + 1)
    else:
        frame.update_router(codes=router.codes.delete(code_id))
    frame.emit(CodeGotValidated(code_id, valid))
    return hash_code_commitment(CodeCommitment(code_id, valid))


def commit_rewards(frame: Frame, batch: int, batch_timestamp: U48) -> Bytes32:
    """Let the Middleware distribute the rewards of an earlier era, if there are any (ROU-191 to ROU-198).

    Returns:
        The hash, made of the hashes that the Middleware answers, or the hash of nothing.

    Raises:
        Rejected: TooManyRewardsCommitments, RewardsCommitmentTimestampNotInPast, RewardsCommitmentPredatesGenesis,
            RewardsCommitmentEraNotPrevious, Panic(0x11), ApproveERC20Failed, what token and Middleware revert with.
    """
    calldata, router = frame.calldata, frame.router
    commitments = calldata.tail_slice(batch, at_word(batch, 6), WORD)
    if commitments.length > 1:
        raise Rejected(RouterRejection.TooManyRewardsCommitments)
    if not commitments.length:
        return KECCAK_EMPTY

    (rewards,) = list_structs(calldata, commitments, REWARDS_WORDS)
    timestamp = read_rewards_timestamp(calldata, rewards)
    check_rewards_timestamp(frame, timestamp, batch_timestamp)

    book = router.impl_addresses
    operators = read_operator_rewards(calldata, rewards)
    stakers_at = find_staker_rewards(calldata, rewards)
    total = checked_add(operators.amount, calldata.u256(at_word(stakers_at, 1)))
    if not approve(frame, book.wrapped_vara, book.middleware, total):
        raise Rejected(RouterRejection.ApproveERC20Failed)

    data = encode_distribute_operator_rewards(book.wrapped_vara, operators)
    operators_hash = read_bytes32(expect_success(frame.call(book.middleware, data)))
    data = encode_distribute_staker_rewards(read_staker_rewards(calldata, stakers_at), timestamp)
    stakers_hash = read_bytes32(expect_success(frame.call(book.middleware, data)))
    return keccak256(preimage_rewards_commitment(operators_hash, stakers_hash, timestamp))


def check_rewards_timestamp(frame: Frame, timestamp: U48, batch_timestamp: U48) -> None:
    """Rewards are for an era before the batch's; it need not be the one just before (ROU-192 to ROU-194).

    Raises:
        Rejected: RewardsCommitmentTimestampNotInPast, RewardsCommitmentPredatesGenesis,
            RewardsCommitmentEraNotPrevious.
    """
    router = frame.router
    if timestamp >= batch_timestamp:
        raise Rejected(RouterRejection.RewardsCommitmentTimestampNotInPast)
    if timestamp < router.genesis_block.timestamp:
        raise Rejected(RouterRejection.RewardsCommitmentPredatesGenesis)
    if compute_era_index_at(router, U256(timestamp)) >= compute_era_index_at(router, U256(batch_timestamp)):
        raise Rejected(RouterRejection.RewardsCommitmentEraNotPrevious)


def commit_validators(frame: Frame, batch: int) -> Bytes32:
    """Put the validators of the next era into the free slot, if there are any (ROU-199 to ROU-206).

    Returns:
        The hash, or the hash of nothing.

    Raises:
        Rejected: TooManyValidatorsCommitments, EmptyValidatorsList, CommitmentEraNotNext, ElectionNotStarted,
            ValidatorsAlreadyScheduled, InvalidFROSTAggregatedPublicKey, DeploymentFailed, the errors of the slot rule.
    """
    calldata = frame.calldata
    commitments = calldata.tail_slice(batch, at_word(batch, 7), WORD)
    if commitments.length > 1:
        raise Rejected(RouterRejection.TooManyValidatorsCommitments)
    if not commitments.length:
        return KECCAK_EMPTY

    (at,) = list_structs(calldata, commitments, VALIDATORS_WORDS)
    if not find_validators(calldata, at).length:
        raise Rejected(RouterRejection.EmptyValidatorsList)
    era_index = calldata.u256(at_word(at, 5))
    use_from = check_election(frame, era_index)

    schedule_validators(frame, at, use_from)
    frame.emit(ValidatorsCommittedForEra(era_index))
    return hash_validators_commitment(read_validators_commitment(calldata, at))


def check_election(frame: Frame, era_index: U256) -> U256:
    """It is time to elect the validators of the next era, by the clock of this block (ROU-201, ROU-202).

    Returns:
        When that era starts.

    Raises:
        Rejected: CommitmentEraNotNext, ElectionNotStarted, Panic(0x11).
    """
    router, now = frame.router, frame.block.timestamp
    if era_index != checked_add(compute_era_index_at(router, now), U256(1)):
        raise Rejected(RouterRejection.CommitmentEraNotNext)
    start = compute_era_start(router, era_index)
    if now < checked_sub(start, router.timelines.election):
        raise Rejected(RouterRejection.ElectionNotStarted)
    return start


def schedule_validators(frame: Frame, at: int, use_from: U256) -> None:
    """Fill the slot that is not in force now; without a key the slot keeps the one it had (ROU-203 to ROU-205).

    Raises:
        Rejected: ErasTimestampMustNotBeEqual, ValidatorsNotFoundForTimestamp, ValidatorsAlreadyScheduled,
            InvalidFROSTAggregatedPublicKey, DeploymentFailed.
    """
    router = frame.router
    in_force = is_slot1_at(router, frame.block.timestamp)
    free = router.validators0 if in_force else router.validators1
    if free.use_from_timestamp >= frame.block.timestamp:
        raise Rejected(RouterRejection.ValidatorsAlreadyScheduled)

    given: ValidatorsCommitment = read_validators_commitment(frame.calldata, at)
    if given.has_aggregated_public_key:
        free = replace_key(frame, free, given.aggregated_public_key, given.verifiable_secret_sharing_commitment)
    free = replace_members(free, given.validators, use_from)
    if in_force:
        frame.update_router(validators0=free)
    else:
        frame.update_router(validators1=free)
