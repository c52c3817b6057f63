"""What a call of the contracts means: its arguments by name, its hashes, its signers, and what would become of it.

Rules: the rules named beside each check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eth_abi.exceptions import DecodingError

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.abi import abi_bytes, decode_sequence, dynamic_array, uint8
from gearexe_spec.conformance.operations.contract_abi import CONTRACTS, contract_abi
from gearexe_spec.crypto.on_chain_ecdsa import recover_on_chain
from gearexe_spec.onchain.commitment_abi import COMMIT_BATCH_SELECTOR, SignatureType, batch_commitment
from gearexe_spec.onchain.commitments import (
    BatchCommitment,
    compute_signed_digest,
    compute_sub_commitment_hashes,
    hash_batch_commitment,
    hash_code_commitment,
    hash_message,
    hash_state_transition,
    hash_value_claim,
)
from gearexe_spec.onchain.errors import encode_revert_data

HEX_DIGITS = frozenset("0123456789abcdef")


class NotACall(ValueError):
    """The text is no call of the contracts; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class DecodedCall:
    """A call by name.

    Args:
        contract: the first of the contracts that has the function.
        function: its name.
        arguments: by name.
        data: the calldata.
    """

    contract: str
    function: str
    arguments: Mapping[str, Any]
    data: bytes


@dataclass(frozen=True, slots=True)
class SignedBatch:
    """What `commitBatch` was called with."""

    batch: BatchCommitment
    kind: SignatureType
    signatures: tuple[bytes, ...]


def read_hex(text: str) -> bytes:
    """Calldata from what somebody pasted.

    Raises:
        NotACall: it is no hexadecimal text, or half a byte is missing.
    """
    digits = "".join(text.split()).lower().removeprefix("0x")
    wrong = next((place for place, digit in enumerate(digits) if digit not in HEX_DIGITS), None)
    if wrong is not None:
        raise NotACall(f"This is no hexadecimal text: character {wrong + 1} is {digits[wrong]!r}.")
    if len(digits) % 2:
        raise NotACall(f"Half a byte is missing: {len(digits)} hexadecimal digits make no whole number of bytes.")
    return bytes.fromhex(digits)


def decode_call(data: bytes) -> DecodedCall:
    """The call by name.

    Raises:
        NotACall: too short, a function of none of the contracts, or truncated arguments.
    """
    if len(data) < 4:
        raise NotACall(
            f"{len(data)} bytes name no function: calldata begins with a selector of four. A program's Mirror takes"
            " empty calldata with value as plain Ether."
        )
    contract = next((name for name in CONTRACTS if data[:4] in contract_abi(name).selectors), None)
    if contract is None:
        raise NotACall(
            f"No function of Router, Mirror, WrappedVara, BatchMulticall or POAMiddleware has the selector"
            f" 0x{data[:4].hex()}. A full clone of a program takes such calldata as a message if it has at least 36"
            f" bytes; this has {len(data)}."
        )
    signature = contract_abi(contract).selectors[data[:4]]
    try:
        function, arguments = contract_abi(contract).decode_call(data)
    except (DecodingError, OverflowError, MemoryError) as error:
        raise NotACall(
            f"This calls {signature.name} of {contract}, but its arguments are truncated or malformed: the {len(data)}"
            " bytes cannot be decoded. The contract would revert without data where it comes to them."
        ) from error
    return DecodedCall(contract, function, arguments, data)


def decode_signed_batch(call: DecodedCall) -> SignedBatch | None:
    """The batch of a `commitBatch`, None for another function.

    Raises:
        NotACall: it is malformed beyond what the standard decoding takes.
    """
    if call.data[:4] != COMMIT_BATCH_SELECTOR:
        return None
    try:
        kinds = (batch_commitment, uint8, dynamic_array(abi_bytes))
        batch, kind, signatures = decode_sequence(kinds, call.data[4:])
    except (Rejected, ValueError) as error:
        raise NotACall(f"The batch is malformed ({error}): the Router would revert without data.") from error
    if kind not in {member.value for member in SignatureType}:
        raise NotACall(
            f"The type of the signatures is {kind}; there are FROST (0) and ECDSA (1). The Router would revert without"
            " data."
        )
    return SignedBatch(batch, SignatureType(int(kind)), tuple(signatures))


def list_hashes(batch: BatchCommitment) -> Iterator[tuple[str, Bytes32]]:
    """Every hash of a batch with its name, the leaves first."""
    for chain in batch.chain_commitment[:1]:
        for number, transition in enumerate(chain.transitions):
            for index, claim in enumerate(transition.value_claims):
                yield f"transition {number}, claim {index}", hash_value_claim(claim)
            for index, message in enumerate(transition.messages):
                yield f"transition {number}, message {index}", hash_message(message)
            yield f"transition {number} of {transition.actor_id}", hash_state_transition(transition)
    for number, code in enumerate(batch.code_commitments):
        yield f"code {number}, {'valid' if code.valid else 'invalid'}", hash_code_commitment(code)
    parts = (
        ("chain commitment", batch.chain_commitment),
        ("code commitments", batch.code_commitments),
        ("rewards commitment", batch.rewards_commitment),
        ("validators commitment", batch.validators_commitment),
    )
    for (name, commitments), digest in zip(parts, compute_sub_commitment_hashes(batch), strict=True):
        yield name if commitments else f"{name}: none, the hash of nothing", digest
    yield "batch", hash_batch_commitment(batch)


@dataclass(frozen=True, slots=True)
class Signer:
    """One ECDSA signature of a batch: who made it, or why nobody did."""

    address: Address | None
    problem: str


def list_signers(signed: SignedBatch, router: Address) -> Iterator[Signer]:
    """Who signed a batch for a Router; only ECDSA signatures tell."""
    digest = compute_signed_digest(router, hash_batch_commitment(signed.batch))
    if signed.kind is not SignatureType.ECDSA:
        return
    for signature in signed.signatures:
        try:
            yield Signer(recover_on_chain(digest, signature), "")
        except Rejected as rejected:
            yield Signer(None, f"{rejected.reason.name} (0x{encode_revert_data(rejected).hex()})")


@dataclass(frozen=True, slots=True)
class Check:
    """One of the ordered checks of a function.

    Args:
        rule: its id.
        words: what holds when it passes.
        reasons: names of the rejections when it does not.
    """

    rule: str
    words: str
    reasons: frozenset[str]


def _check(rule: str, words: str, *reasons: str) -> Check:
    return Check(rule, words, frozenset(reasons))


_NOT_PAUSED = _check("ROU-57", "the Router is not paused", "EnforcedPause")
_GENESIS = _check("ROU-100", "the genesis hash was looked up", "RouterGenesisHashNotInitialized")
_NO_ERA_CLASH = ("ErasTimestampMustNotBeEqual", "ValidatorsNotFoundForTimestamp")
_TOKENS = _check(
    "ROU-101",
    "the payer has the WVARA and allowed the Router to take it",
    "TransferFromFailed",
    "ERC20InsufficientAllowance",
    "ERC20InsufficientBalance",
    "ERC20InvalidApprover",
)
_RUNNING = _check("MIR-3", "the program has not exited", "ProgramExited")
_INITIALIZED = _check("MIR-4", "the program got its first message", "InitMessageNotCreated")
_FORWARDED = _check("MIR-7", "the Router takes the value", "EtherTransferToRouterFailed")
_OWNER = _check("ROU-50", "the caller is the owner", "OwnableUnauthorizedAccount")
_MAY_REQUEST = (
    _NOT_PAUSED,
    _check("ROU-132", "the transaction carries blobs", "BlobNotFound"),
    _GENESIS,
    _check("ROU-134", "the code was not requested before", "CodeAlreadyOnValidationOrValidated"),
)
_SIGNED = _check("ROU-140", "the request is signed", "ECDSAInvalidSignatureS", "ECDSAInvalidSignature")
_PROGRAM = (
    _NOT_PAUSED,
    _GENESIS,
    _check("ROU-153", "the code is validated", "CodeNotValidated"),
    _TOKENS,
)
_TOP_UP = (
    _NOT_PAUSED,
    _RUNNING,
    _check(
        "MIR-20",
        "the sender has the WVARA and allowed the program to take it",
        "WVaraTransferFailed",
        "ERC20InsufficientAllowance",
        "ERC20InsufficientBalance",
    ),
)

CHECKS: dict[str, tuple[Check, ...]] = {
    "commitBatch": (
        _check("ROU-170", "no other batch is being committed", "ReentrancyGuardReentrantCall"),
        _GENESIS,
        _check("ROU-173", "the batch builds on one of the last `expiry` blocks", "PredecessorBlockNotFound"),
        _check("ROU-174", "it is stamped before this block", "BatchTimestampNotInPast"),
        _check("ROU-175", "it follows the latest batch", "InvalidPreviousCommittedBatchHash"),
        _check("ROU-175", "it is not stamped before that one", "BatchTimestampTooEarly"),
        _check("ROU-181", "it has at most one chain commitment", "TooManyChainCommitments"),
        _check("ROU-183", "every transition is of a program of this Router", "UnknownProgram"),
        _check(
            "ROU-184",
            "every Mirror carries its transition out",
            "CallerNotRouter",
            "InvalidActorId",
            "EtherTransferToRouterFailed",
            "ProgramExited",
            "InheritorMustBeZero",
        ),
        _check("ROU-188", "every code was requested", "CodeValidationNotRequested"),
        _check("ROU-191", "it has at most one rewards commitment", "TooManyRewardsCommitments"),
        _check("ROU-192", "rewards are stamped before the batch", "RewardsCommitmentTimestampNotInPast"),
        _check("ROU-193", "and not before the genesis", "RewardsCommitmentPredatesGenesis"),
        _check("ROU-194", "and of an earlier era", "RewardsCommitmentEraNotPrevious"),
        _check("ROU-195", "the Middleware takes the rewards", "ApproveERC20Failed", "Error", "NotRouter"),
        _check("ROU-199", "it has at most one validators commitment", "TooManyValidatorsCommitments"),
        _check("ROU-200", "which names validators", "EmptyValidatorsList"),
        _check("ROU-201", "for the next era", "CommitmentEraNotNext"),
        _check("ROU-202", "whose election has begun", "ElectionNotStarted"),
        _check("ROU-203", "and is not decided yet", "ValidatorsAlreadyScheduled"),
        _check("ROU-204", "with a valid key", "InvalidFROSTAggregatedPublicKey", "DeploymentFailed"),
        _check(
            "ROU-76", "a late batch is of the era before", "ValidationBeforeGenesis", "TimestampOlderThanPreviousEra"
        ),
        _check("ROU-73", "it is known who has to sign", *_NO_ERA_CLASH, "TimestampInFuture"),
        _check(
            "ROU-82",
            "a FROST signature is one, of 96 bytes",
            "InvalidFrostSignatureCount",
            "InvalidFrostSignatureLength",
        ),
        _check(
            "ROU-83",
            "no ECDSA signature is malformed before enough are counted",
            "ECDSAInvalidSignatureLength",
            "ECDSAInvalidSignatureS",
            "ECDSAInvalidSignature",
        ),
        _check("ROU-88", "enough validators signed", "SignatureVerificationFailed"),
    ),
    "requestCodeValidation": (*_MAY_REQUEST, _TOKENS),
    "requestCodeValidationOnBehalf": (
        *_MAY_REQUEST,
        _check("ROU-137", "as many blobs are named as there are", "InvalidBlobHashesLength"),
        _check("ROU-138", "each by its hash", "InvalidBlobHash"),
        _check("ROU-139", "the deadline has not passed", "ExpiredSignature"),
        _SIGNED,
        _check("ROU-141", "by the requester", "InvalidSigner"),
        _TOKENS,
    ),
    "createProgram": _PROGRAM[:3],
    "createProgramWithAbiInterface": _PROGRAM[:3],
    "createProgramWithExecutableBalance": _PROGRAM,
    "createProgramWithAbiInterfaceAndExecutableBalance": _PROGRAM,
    "lookupGenesisHash": (
        _check("ROU-123", "the genesis hash is not known yet", "GenesisHashAlreadySet"),
        _check("ROU-124", "the chain still knows it", "GenesisHashNotFound"),
    ),
    "pause": (_OWNER, _NOT_PAUSED),
    "unpause": (_OWNER, _check("ROU-58", "the Router is paused", "ExpectedPause")),
    "setMirror": (_OWNER,),
    "setRequestCodeValidationBaseFee": (_OWNER,),
    "setRequestCodeValidationExtraFee": (_OWNER,),
    "bumpProtocolVersion": (_OWNER,),
    "transferOwnership": (_OWNER, _check("ROU-51", "the new owner is not zero", "OwnableInvalidOwner")),
    "renounceOwnership": (_OWNER,),
    "sendMessage": (
        _NOT_PAUSED,
        _RUNNING,
        _check(
            "MIR-5", "it is not the first message, or the initializer's", "InitMessageNotCreatedAndCallerNotInitializer"
        ),
        _FORWARDED,
    ),
    "sendReply": (_NOT_PAUSED, _RUNNING, _INITIALIZED, _FORWARDED),
    "claimValue": (_NOT_PAUSED, _RUNNING, _INITIALIZED),
    "executableBalanceTopUp": _TOP_UP,
    "executableBalanceTopUpWithPermit": _TOP_UP,
    "transferLockedValueToInheritor": (
        _NOT_PAUSED,
        _check("MIR-22", "the program has exited", "ProgramNotExited"),
        _check("MIR-22", "the inheritor takes the value", "TransferLockedValueToInheritorExternalFailed"),
    ),
}
"""The ordered checks of the functions that operators and users call, in their words."""


def rules_without_object(signed: SignedBatch) -> frozenset[str]:
    """Rules that a batch cannot break, because it lacks what they are about."""
    batch, frost = signed.batch, signed.kind is SignatureType.FROST
    groups = (
        (bool(batch.chain_commitment), {"ROU-183", "ROU-184"}),
        (bool(batch.code_commitments), {"ROU-188"}),
        (bool(batch.rewards_commitment), {"ROU-192", "ROU-193", "ROU-194", "ROU-195"}),
        (bool(batch.validators_commitment), {"ROU-200", "ROU-201", "ROU-202", "ROU-203", "ROU-204"}),
        (frost, {"ROU-82"}),
        (not frost, {"ROU-83"}),
    )
    return frozenset(rule for present, rules in groups if not present for rule in rules)


def judge_checks(
    function: str, reason: str | None, signed: SignedBatch | None = None
) -> Iterator[tuple[Check, bool | None]]:
    """Each check of a function with whether it passed; None for those that were not reached.

    Args:
        function: by name.
        reason: name of the rejection, None if there was none.
        signed: the batch, to leave out what it has not.
    """
    left_out = rules_without_object(signed) if signed else frozenset()
    checks = tuple(check for check in CHECKS.get(function, ()) if check.rule not in left_out)
    failed = next((place for place, check in enumerate(checks) if reason in check.reasons), None)
    if reason is not None and failed is None:
        return
    for place, check in enumerate(checks):
        if failed is None or place < failed:
            yield check, True
        else:
            yield check, False if place == failed else None
