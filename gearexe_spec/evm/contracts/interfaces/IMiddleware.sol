// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

import {Gear} from "../Gear.sol";

/// @title Operators, vaults, elections, slashing and rewards; errors and types of every implementation.
interface IMiddleware {
    error BurnerHookNotSupported();
    error DelegatorNotInitialized();
    error EraDurationMustBeGreaterThanZero();
    error IncompatibleSlasherType();
    error IncompatibleStakerRewardsVersion();
    error IncompatibleVaultVersion();
    error IncorrectTimestamp();
    error InvalidStakerRewardsVault();
    error MaxValidatorsMustBeGreaterThanZero();
    error MinSlashExecutionDelayMustBeGreaterThanZero();
    error MinVaultEpochDurationLessThanTwoEras();
    error MinVetoAndSlashDelayTooLongForVaultEpoch();
    error MinVetoDurationMustBeGreaterThanZero();
    error NonFactoryStakerRewards();
    error NonFactoryVault();
    error NotRegisteredOperator();
    error NotRegisteredVault();
    error NotRouter();
    error NotSlashExecutor();
    error NotSlashRequester();
    error NotVaultOwner();
    error OperatorDoesNotExist();
    error OperatorDoesNotOptIn();
    error OperatorGracePeriodLessThanMinVaultEpochDuration();
    error OperatorGracePeriodNotPassed();
    error ResolverMismatch();
    error ResolverSetDelayMustBeAtLeastThree();
    error ResolverSetDelayTooLong();
    error SlasherNotInitialized();
    error UnknownCollateral();
    error UnsupportedBurner();
    error UnsupportedDelegatorHook();
    error VaultGracePeriodLessThanMinVaultEpochDuration();
    error VaultGracePeriodNotPassed();
    error VaultWrongEpochDuration();
    error VetoDurationTooLong();
    error VetoDurationTooShort();

    struct InitParams {
        address owner;
        uint48 eraDuration;
        uint48 minVaultEpochDuration;
        uint48 operatorGracePeriod;
        uint48 vaultGracePeriod;
        uint48 minVetoDuration;
        uint48 minSlashExecutionDelay;
        uint64 allowedVaultImplVersion;
        uint64 vetoSlasherImplType;
        uint256 maxResolverSetEpochsDelay;
        uint256 maxAdminFee;
        address collateral;
        address router;
        Gear.SymbioticContracts symbiotic;
    }

    struct SlashIdentifier {
        address vault;
        uint256 index;
    }

    struct VaultSlashData {
        address vault;
        uint256 amount;
    }

    struct SlashData {
        address operator;
        uint48 ts;
        VaultSlashData[] vaults;
    }

    function distributeOperatorRewards(address token, uint256 amount, bytes32 root) external returns (bytes32);

    function distributeStakerRewards(Gear.StakerRewardsCommitment calldata commitment, uint48 timestamp)
        external
        returns (bytes32);
}
