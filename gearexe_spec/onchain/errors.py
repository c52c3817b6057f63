"""How contracts say no: the errors of each contract by their Solidity names, and revert data in both directions.

A rejection's value is the error's signature, so name, selector and arguments cannot drift apart. What is no declared
error has a name too: panics, texts, and reverts without data.

Rules: ROU-3 to ROU-6.
Source: the `error` declarations of IRouter.sol, IMirror.sol, IMiddleware.sol, MapWithTimeData.sol, Gear.sol,
BatchMulticall.sol and OpenZeppelin 5.6.1.
"""

from __future__ import annotations

from enum import unique
from functools import cache

from gearexe_spec.base.fixed_bytes import Bytes4
from gearexe_spec.base.numeric import U256
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.codec.calldata import CalldataRejection
from gearexe_spec.crypto.on_chain_ecdsa import EcdsaRejection
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word


class ContractRejection(Rejection):
    """An error of a contract; the value is its signature."""

    @property
    def signature(self) -> str:
        """Name and types, as the selector hashes them."""
        return str(self.value)

    @property
    def selector(self) -> Bytes4:
        """The first four bytes of the revert data."""
        return _selector(self.signature)


@unique
class EvmRejection(ContractRejection):
    """Reverts that no contract declares (ROU-4)."""

    Panic = "Panic(uint256)"
    """Carries the code: 0x11 overflow, 0x12 division by zero, 0x41 too much memory."""
    Error = "Error(string)"
    """Carries the text as bytes."""
    Empty = ""
    """No data: failed decoding, missing code, value where none is taken, gas used up."""
    ForeignError = "*"
    """Data of a foreign contract whose selector belongs to no error here; carries the data."""


@unique
class OpenZeppelinRejection(ContractRejection):
    """Errors of the library contracts under Router, WrappedVara and Middleware."""

    OwnableInvalidOwner = "OwnableInvalidOwner(address)"
    OwnableUnauthorizedAccount = "OwnableUnauthorizedAccount(address)"
    InvalidInitialization = "InvalidInitialization()"
    NotInitializing = "NotInitializing()"
    EnforcedPause = "EnforcedPause()"
    ExpectedPause = "ExpectedPause()"
    ReentrancyGuardReentrantCall = "ReentrancyGuardReentrantCall()"
    SafeCastOverflowedUintDowncast = "SafeCastOverflowedUintDowncast(uint8,uint256)"
    InvalidAccountNonce = "InvalidAccountNonce(address,uint256)"
    UUPSUnauthorizedCallContext = "UUPSUnauthorizedCallContext()"
    UUPSUnsupportedProxiableUUID = "UUPSUnsupportedProxiableUUID(bytes32)"
    ERC1967InvalidImplementation = "ERC1967InvalidImplementation(address)"
    ERC1967NonPayable = "ERC1967NonPayable()"
    ERC1967ProxyUninitialized = "ERC1967ProxyUninitialized()"
    AddressEmptyCode = "AddressEmptyCode(address)"
    FailedCall = "FailedCall()"


@unique
class RouterRejection(ContractRejection):
    """Errors of the Router and of the Gear library inside it."""

    ApproveERC20Failed = "ApproveERC20Failed()"
    BatchTimestampNotInPast = "BatchTimestampNotInPast()"
    BatchTimestampTooEarly = "BatchTimestampTooEarly()"
    BlobNotFound = "BlobNotFound()"
    CodeAlreadyOnValidationOrValidated = "CodeAlreadyOnValidationOrValidated()"
    CodeNotValidated = "CodeNotValidated()"
    CodeValidationNotRequested = "CodeValidationNotRequested()"
    CommitmentEraNotNext = "CommitmentEraNotNext()"
    DeploymentFailed = "DeploymentFailed()"
    ElectionNotStarted = "ElectionNotStarted()"
    EmptyValidatorsList = "EmptyValidatorsList()"
    EraDurationTooShort = "EraDurationTooShort()"
    ErasTimestampMustNotBeEqual = "ErasTimestampMustNotBeEqual()"
    ExpiredSignature = "ExpiredSignature(uint256)"
    GenesisHashAlreadySet = "GenesisHashAlreadySet()"
    GenesisHashNotFound = "GenesisHashNotFound()"
    InvalidBlobHash = "InvalidBlobHash(uint256,bytes32,bytes32)"
    InvalidBlobHashesLength = "InvalidBlobHashesLength(uint256,uint256)"
    InvalidElectionDuration = "InvalidElectionDuration()"
    InvalidFROSTAggregatedPublicKey = "InvalidFROSTAggregatedPublicKey()"
    InvalidFrostSignatureCount = "InvalidFrostSignatureCount()"
    InvalidFrostSignatureLength = "InvalidFrostSignatureLength()"
    InvalidPreviousCommittedBatchHash = "InvalidPreviousCommittedBatchHash()"
    InvalidSigner = "InvalidSigner(address,address)"
    InvalidTimestamp = "InvalidTimestamp()"
    PredecessorBlockNotFound = "PredecessorBlockNotFound()"
    RewardsCommitmentEraNotPrevious = "RewardsCommitmentEraNotPrevious()"
    RewardsCommitmentPredatesGenesis = "RewardsCommitmentPredatesGenesis()"
    RewardsCommitmentTimestampNotInPast = "RewardsCommitmentTimestampNotInPast()"
    RouterGenesisHashNotInitialized = "RouterGenesisHashNotInitialized()"
    SignatureVerificationFailed = "SignatureVerificationFailed()"
    TimestampInFuture = "TimestampInFuture()"
    TimestampOlderThanPreviousEra = "TimestampOlderThanPreviousEra()"
    TooManyChainCommitments = "TooManyChainCommitments()"
    TooManyRewardsCommitments = "TooManyRewardsCommitments()"
    TooManyValidatorsCommitments = "TooManyValidatorsCommitments()"
    TransferFromFailed = "TransferFromFailed()"
    UnknownProgram = "UnknownProgram()"
    ValidationBeforeGenesis = "ValidationBeforeGenesis()"
    ValidationDelayTooBig = "ValidationDelayTooBig()"
    ValidatorsAlreadyScheduled = "ValidatorsAlreadyScheduled()"
    ValidatorsNotFoundForTimestamp = "ValidatorsNotFoundForTimestamp()"
    ZeroValueTransfer = "ZeroValueTransfer()"


@unique
class MirrorRejection(ContractRejection):
    """Errors of a program's Mirror."""

    AbiInterfaceAlreadySet = "AbiInterfaceAlreadySet()"
    CallerNotRouter = "CallerNotRouter()"
    EnforcedPause = "EnforcedPause()"
    EtherTransferToRouterFailed = "EtherTransferToRouterFailed()"
    InheritorMustBeZero = "InheritorMustBeZero()"
    InitMessageNotCreated = "InitMessageNotCreated()"
    InitMessageNotCreatedAndCallerNotInitializer = "InitMessageNotCreatedAndCallerNotInitializer()"
    InitializerAlreadySet = "InitializerAlreadySet()"
    InvalidActorId = "InvalidActorId()"
    InvalidFallbackCall = "InvalidFallbackCall()"
    IsSmallAlreadySet = "IsSmallAlreadySet()"
    ProgramExited = "ProgramExited()"
    ProgramNotExited = "ProgramNotExited()"
    TransferLockedValueToInheritorExternalFailed = "TransferLockedValueToInheritorExternalFailed()"
    WVaraTransferFailed = "WVaraTransferFailed()"


@unique
class WrappedVaraRejection(ContractRejection):
    """Errors of the token."""

    ERC20InsufficientAllowance = "ERC20InsufficientAllowance(address,uint256,uint256)"
    ERC20InsufficientBalance = "ERC20InsufficientBalance(address,uint256,uint256)"
    ERC20InvalidApprover = "ERC20InvalidApprover(address)"
    ERC20InvalidReceiver = "ERC20InvalidReceiver(address)"
    ERC20InvalidSender = "ERC20InvalidSender(address)"
    ERC20InvalidSpender = "ERC20InvalidSpender(address)"
    ERC2612ExpiredSignature = "ERC2612ExpiredSignature(uint256)"
    ERC2612InvalidSigner = "ERC2612InvalidSigner(address,address)"


@unique
class MulticallRejection(ContractRejection):
    """Errors of BatchMulticall."""

    InsufficientValue = "InsufficientValue(uint256,uint256)"
    RefundFailed = "RefundFailed()"
    TransferFromFailed = "TransferFromFailed()"
    ApproveFailed = "ApproveFailed()"


@unique
class MiddlewareRejection(ContractRejection):
    """Errors of the Middleware."""

    BurnerHookNotSupported = "BurnerHookNotSupported()"
    DelegatorNotInitialized = "DelegatorNotInitialized()"
    EraDurationMustBeGreaterThanZero = "EraDurationMustBeGreaterThanZero()"
    IncompatibleSlasherType = "IncompatibleSlasherType()"
    IncompatibleStakerRewardsVersion = "IncompatibleStakerRewardsVersion()"
    IncompatibleVaultVersion = "IncompatibleVaultVersion()"
    IncorrectTimestamp = "IncorrectTimestamp()"
    InvalidStakerRewardsVault = "InvalidStakerRewardsVault()"
    MaxValidatorsMustBeGreaterThanZero = "MaxValidatorsMustBeGreaterThanZero()"
    MinSlashExecutionDelayMustBeGreaterThanZero = "MinSlashExecutionDelayMustBeGreaterThanZero()"
    MinVaultEpochDurationLessThanTwoEras = "MinVaultEpochDurationLessThanTwoEras()"
    MinVetoAndSlashDelayTooLongForVaultEpoch = "MinVetoAndSlashDelayTooLongForVaultEpoch()"
    MinVetoDurationMustBeGreaterThanZero = "MinVetoDurationMustBeGreaterThanZero()"
    NonFactoryStakerRewards = "NonFactoryStakerRewards()"
    NonFactoryVault = "NonFactoryVault()"
    NotRegisteredOperator = "NotRegisteredOperator()"
    NotRegisteredVault = "NotRegisteredVault()"
    NotRouter = "NotRouter()"
    NotSlashExecutor = "NotSlashExecutor()"
    NotSlashRequester = "NotSlashRequester()"
    NotVaultOwner = "NotVaultOwner()"
    OperatorDoesNotExist = "OperatorDoesNotExist()"
    OperatorDoesNotOptIn = "OperatorDoesNotOptIn()"
    OperatorGracePeriodLessThanMinVaultEpochDuration = "OperatorGracePeriodLessThanMinVaultEpochDuration()"
    OperatorGracePeriodNotPassed = "OperatorGracePeriodNotPassed()"
    ResolverMismatch = "ResolverMismatch()"
    ResolverSetDelayMustBeAtLeastThree = "ResolverSetDelayMustBeAtLeastThree()"
    ResolverSetDelayTooLong = "ResolverSetDelayTooLong()"
    SlasherNotInitialized = "SlasherNotInitialized()"
    UnknownCollateral = "UnknownCollateral()"
    UnsupportedBurner = "UnsupportedBurner()"
    UnsupportedDelegatorHook = "UnsupportedDelegatorHook()"
    VaultGracePeriodLessThanMinVaultEpochDuration = "VaultGracePeriodLessThanMinVaultEpochDuration()"
    VaultGracePeriodNotPassed = "VaultGracePeriodNotPassed()"
    VaultWrongEpochDuration = "VaultWrongEpochDuration()"
    VetoDurationTooLong = "VetoDurationTooLong()"
    VetoDurationTooShort = "VetoDurationTooShort()"


@unique
class MapRejection(ContractRejection):
    """Errors of the Middleware's maps of operators and vaults."""

    AlreadyAdded = "AlreadyAdded()"
    AlreadyEnabled = "AlreadyEnabled()"
    EnumerableMapNonexistentKey = "EnumerableMapNonexistentKey(bytes32)"
    NotEnabled = "NotEnabled()"


ECDSA_SIGNATURES = {
    EcdsaRejection.ECDSAInvalidSignatureLength: "ECDSAInvalidSignatureLength(uint256)",
    EcdsaRejection.ECDSAInvalidSignatureS: "ECDSAInvalidSignatureS(bytes32)",
    EcdsaRejection.ECDSAInvalidSignature: "ECDSAInvalidSignature()",
}
"""The errors of OpenZeppelin's ECDSA, whose rules stand in the room of crypto."""


class Bubbled(Rejected):
    """The failure of a call that the caller passes on, byte for byte (ROU-6)."""

    def __init__(self, data: bytes) -> None:
        reason, arguments = decode_revert_data(data)
        super().__init__(reason, *arguments)
        self.data = data


def panic(code: int) -> Rejected:
    """`Panic` with its code (ROU-4)."""
    return Rejected(EvmRejection.Panic, U256(code))


OVERFLOW = 0x11
DIVISION_BY_ZERO = 0x12
TOO_MUCH_MEMORY = 0x41


def encode_revert_data(rejected: Rejected) -> bytes:
    """The data a contract reverts with (ROU-3, ROU-4, SYM-8)."""
    if isinstance(rejected, Bubbled):
        return rejected.data
    reason = rejected.reason
    if reason is EvmRejection.Empty or reason is CalldataRejection.EmptyRevert:
        return b""
    if reason is EvmRejection.Error:
        (text,) = rejected.arguments
        assert isinstance(text, bytes)
        return EvmRejection.Error.selector + encode_tuple((encode_bytes(text),))
    words = [encode_word(argument) for argument in rejected.arguments if isinstance(argument, int | bytes)]
    return _selector(_signature(reason)) + b"".join(words)


def decode_revert_data(
    data: bytes, more: tuple[type[ContractRejection], ...] = ()
) -> tuple[Rejection, tuple[object, ...]]:
    """The name of revert data, and its arguments as words (ROU-5).

    The selector decides the name. Where several contracts declare an error, they share it.

    Args:
        data: as the contract reverted with it.
        more: errors of contracts that another room adds.
    """
    if not data:
        return EvmRejection.Empty, ()
    reason = _by_selector(more).get(data[:4])
    if reason is None:
        return EvmRejection.ForeignError, (data,)
    if reason is EvmRejection.Error:
        length = int.from_bytes(data[36:68], "big")
        return reason, (data[68 : 68 + length],)
    body = data[4:]
    return reason, tuple(U256(int.from_bytes(body[at : at + 32], "big")) for at in range(0, len(body), 32))


def _signature(reason: Rejection) -> str:
    if isinstance(reason, EcdsaRejection):
        return ECDSA_SIGNATURES[reason]
    assert isinstance(reason, ContractRejection)
    return reason.signature


@cache
def _selector(signature: str) -> Bytes4:
    return compute_selector(signature)


@cache
def _by_selector(more: tuple[type[ContractRejection], ...]) -> dict[bytes, Rejection]:
    tables: tuple[type[ContractRejection], ...] = (
        *more,
        MapRejection,
        MiddlewareRejection,
        MulticallRejection,
        WrappedVaraRejection,
        MirrorRejection,
        RouterRejection,
        OpenZeppelinRejection,
    )
    found: dict[bytes, Rejection] = {
        EvmRejection.Panic.selector: EvmRejection.Panic,
        EvmRejection.Error.selector: EvmRejection.Error,
    }
    found.update((_selector(signature), reason) for reason, signature in ECDSA_SIGNATURES.items())
    found.update((reason.selector, reason) for table in tables for reason in table)
    return found
