// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

import {Gear} from "../Gear.sol";

/// @title The protocol's centre on Ethereum; the rest of its functions come with OpenZeppelin's contracts.
interface IRouter {
    error ApproveERC20Failed();
    error BatchTimestampNotInPast();
    error BatchTimestampTooEarly();
    error BlobNotFound();
    error CodeAlreadyOnValidationOrValidated();
    error CodeNotValidated();
    error CodeValidationNotRequested();
    error CommitmentEraNotNext();
    error ElectionNotStarted();
    error EmptyValidatorsList();
    error EraDurationTooShort();
    error ExpiredSignature(uint256 deadline);
    error GenesisHashAlreadySet();
    error GenesisHashNotFound();
    error InvalidBlobHash(uint256 index, bytes32 providedBlobHash, bytes32 expectedBlobHash);
    error InvalidBlobHashesLength(uint256 providedLength, uint256 expectedLength);
    error InvalidElectionDuration();
    error InvalidFROSTAggregatedPublicKey();
    error InvalidPreviousCommittedBatchHash();
    error InvalidSigner(address signer, address requester);
    error InvalidTimestamp();
    error PredecessorBlockNotFound();
    error RewardsCommitmentEraNotPrevious();
    error RewardsCommitmentPredatesGenesis();
    error RewardsCommitmentTimestampNotInPast();
    error RouterGenesisHashNotInitialized();
    error SignatureVerificationFailed();
    error TooManyChainCommitments();
    error TooManyRewardsCommitments();
    error TooManyValidatorsCommitments();
    error TransferFromFailed();
    error UnknownProgram();
    error ValidationDelayTooBig();
    error ValidatorsAlreadyScheduled();
    error ZeroValueTransfer();

    event BatchCommitted(bytes32 hash);
    event CodeGotValidated(bytes32 codeId, bool indexed valid);
    event CodeValidationRequested(bytes32 codeId);
    event ComputationSettingsChanged(uint64 threshold, uint128 wvaraPerSecond);
    event EBCommitted(bytes32 ethBlockHash);
    event MBCommitted(bytes32 head);
    event ProgramCreated(address actorId, bytes32 indexed codeId);
    event ProtocolVersionChanged(uint256 newProtocolVersion);
    event StorageSlotChanged(bytes32 slot);
    event ValidatorsCommittedForEra(uint256 eraIndex);

    struct StorageView {
        Gear.GenesisBlockInfo genesisBlock;
        Gear.CommittedBatchInfo latestCommittedBatch;
        Gear.AddressBook implAddresses;
        Gear.ValidationSettingsView validationSettings;
        Gear.ComputationSettings computeSettings;
        Gear.Timelines timelines;
        uint256 programsCount;
        uint256 validatedCodesCount;
        uint16 maxValidators;
        uint256 requestCodeValidationBaseFee;
        uint256 requestCodeValidationExtraFee;
        uint256 protocolVersion;
    }
}
