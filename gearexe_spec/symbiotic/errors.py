"""The errors of Symbiotic's contracts, each by its signature; arguments stand in `ContractRejection`'s form.

Rules: SYM-8.
Source: the `error` declarations of symbiotic-core (`interfaces/common/IRegistry.sol`, `interfaces/service/*.sol`,
`interfaces/INetworkRegistry.sol`, `interfaces/IOperatorRegistry.sol`), OpenZeppelin 5.6.1 IAccessControl.sol.
"""

from __future__ import annotations

from enum import unique

from gearexe_spec.onchain.errors import ContractRejection


@unique
class RegistryRejection(ContractRejection):
    """Errors of the registries of operators and networks."""

    NetworkAlreadyRegistered = "NetworkAlreadyRegistered()"
    OperatorAlreadyRegistered = "OperatorAlreadyRegistered()"


@unique
class FactoryRejection(ContractRejection):
    """Errors of the factories."""

    AlreadyBlacklisted = "AlreadyBlacklisted()"
    AlreadyWhitelisted = "AlreadyWhitelisted()"
    EntityNotExist = "EntityNotExist()"
    InvalidImplementation = "InvalidImplementation()"
    InvalidType = "InvalidType()"
    InvalidVersion = "InvalidVersion()"
    NotOwner = "NotOwner()"
    OldVersion = "OldVersion()"


@unique
class EntityRejection(ContractRejection):
    """Errors of what factories make, and of the proxies in front of it."""

    AlreadyInitialized = "AlreadyInitialized()"
    NotFactory = "NotFactory()"
    ProxyDeniedAdminAccess = "ProxyDeniedAdminAccess()"


@unique
class AccessControlRejection(ContractRejection):
    """Errors of contracts with roles."""

    AccessControlBadConfirmation = "AccessControlBadConfirmation()"
    AccessControlUnauthorizedAccount = "AccessControlUnauthorizedAccount(address,bytes32)"


@unique
class MiddlewareServiceRejection(ContractRejection):
    """Errors of the service that knows each network's middleware."""

    AlreadySet = "AlreadySet()"
    NotNetwork = "NotNetwork()"


@unique
class OptInRejection(ContractRejection):
    """Errors of the opt-in services."""

    AlreadyOptedIn = "AlreadyOptedIn()"
    ExpiredSignature = "ExpiredSignature()"
    InvalidSignature = "InvalidSignature()"
    NotOptedIn = "NotOptedIn()"
    NotWhereEntity = "NotWhereEntity()"
    NotWho = "NotWho()"
    OptOutCooldown = "OptOutCooldown()"


@unique
class DelegatorRejection(ContractRejection):
    """Errors of delegators."""

    AlreadySet = "AlreadySet()"
    DuplicateRoleHolder = "DuplicateRoleHolder()"
    ExceedsMaxNetworkLimit = "ExceedsMaxNetworkLimit()"
    InsufficientHookGas = "InsufficientHookGas()"
    InvalidNetwork = "InvalidNetwork()"
    MissingRoleHolders = "MissingRoleHolders()"
    NotNetwork = "NotNetwork()"
    NotOperator = "NotOperator()"
    NotSlasher = "NotSlasher()"
    NotVault = "NotVault()"
    ZeroAddressRoleHolder = "ZeroAddressRoleHolder()"


@unique
class SlasherRejection(ContractRejection):
    """Errors of slashers."""

    AlreadySet = "AlreadySet()"
    InsufficientBurnerGas = "InsufficientBurnerGas()"
    InsufficientSlash = "InsufficientSlash()"
    InvalidCaptureTimestamp = "InvalidCaptureTimestamp()"
    InvalidResolverSetEpochsDelay = "InvalidResolverSetEpochsDelay()"
    InvalidVetoDuration = "InvalidVetoDuration()"
    NoBurner = "NoBurner()"
    NoResolver = "NoResolver()"
    NotNetwork = "NotNetwork()"
    NotNetworkMiddleware = "NotNetworkMiddleware()"
    NotResolver = "NotResolver()"
    NotVault = "NotVault()"
    SlashPeriodEnded = "SlashPeriodEnded()"
    SlashRequestCompleted = "SlashRequestCompleted()"
    SlashRequestNotExist = "SlashRequestNotExist()"
    VetoPeriodEnded = "VetoPeriodEnded()"
    VetoPeriodNotEnded = "VetoPeriodNotEnded()"


@unique
class VaultRejection(ContractRejection):
    """Errors of a vault."""

    AlreadyClaimed = "AlreadyClaimed()"
    AlreadySet = "AlreadySet()"
    DelegatorAlreadyInitialized = "DelegatorAlreadyInitialized()"
    DepositLimitReached = "DepositLimitReached()"
    InsufficientClaim = "InsufficientClaim()"
    InsufficientDeposit = "InsufficientDeposit()"
    InsufficientRedemption = "InsufficientRedemption()"
    InsufficientWithdrawal = "InsufficientWithdrawal()"
    InvalidAccount = "InvalidAccount()"
    InvalidCaptureEpoch = "InvalidCaptureEpoch()"
    InvalidClaimer = "InvalidClaimer()"
    InvalidCollateral = "InvalidCollateral()"
    InvalidDelegator = "InvalidDelegator()"
    InvalidEpoch = "InvalidEpoch()"
    InvalidEpochDuration = "InvalidEpochDuration()"
    InvalidLengthEpochs = "InvalidLengthEpochs()"
    InvalidOnBehalfOf = "InvalidOnBehalfOf()"
    InvalidRecipient = "InvalidRecipient()"
    InvalidSlasher = "InvalidSlasher()"
    InvalidTimestamp = "InvalidTimestamp()"
    MissingRoles = "MissingRoles()"
    NoPreviousEpoch = "NoPreviousEpoch()"
    NotDelegator = "NotDelegator()"
    NotSlasher = "NotSlasher()"
    NotWhitelistedDepositor = "NotWhitelistedDepositor()"
    SlasherAlreadyInitialized = "SlasherAlreadyInitialized()"
    TooMuchRedeem = "TooMuchRedeem()"
    TooMuchWithdraw = "TooMuchWithdraw()"


@unique
class RewardsRejection(ContractRejection):
    """Errors of the reward contracts, and of the library that moves tokens."""

    AlreadySet = "AlreadySet()"
    HighAdminFee = "HighAdminFee()"
    InsufficientAdminFee = "InsufficientAdminFee()"
    InsufficientBalance = "InsufficientBalance()"
    InsufficientReward = "InsufficientReward()"
    InsufficientTotalClaimable = "InsufficientTotalClaimable()"
    InsufficientTransfer = "InsufficientTransfer()"
    InvalidAdminFee = "InvalidAdminFee()"
    InvalidHintsLength = "InvalidHintsLength()"
    InvalidProof = "InvalidProof()"
    InvalidRecipient = "InvalidRecipient()"
    InvalidRewardTimestamp = "InvalidRewardTimestamp()"
    MissingRoles = "MissingRoles()"
    NoRewardsToClaim = "NoRewardsToClaim()"
    NotNetworkMiddleware = "NotNetworkMiddleware()"
    NotVault = "NotVault()"
    RootNotSet = "RootNotSet()"
    SafeERC20FailedOperation = "SafeERC20FailedOperation(address)"


REJECTIONS: tuple[type[ContractRejection], ...] = (
    RegistryRejection,
    FactoryRejection,
    EntityRejection,
    AccessControlRejection,
    MiddlewareServiceRejection,
    OptInRejection,
    DelegatorRejection,
    SlasherRejection,
    VaultRejection,
    RewardsRejection,
)
"""All errors of this room, for reading revert data."""
