// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";
import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";
import {Frost} from "./Frost.sol";

/// @title The protocol's types, hashes, eras and signature rules (chapter 4 of the specification).
/// @dev Every hash is Keccak-256 over packed fields; an empty list hashes to Keccak-256 of nothing.
library Gear {
    using SlotDerivation for bytes32;
    using TransientSlot for *;

    // ---- constants

    uint64 public constant COMPUTATION_THRESHOLD = 2_500_000_000;
    uint128 public constant WVARA_PER_SECOND = 10_000_000_000_000;
    uint128 public constant VALIDATORS_THRESHOLD_NUMERATOR = 2;
    uint128 public constant VALIDATORS_THRESHOLD_DENOMINATOR = 3;

    bytes32 internal constant EMPTY_HASH = keccak256("");

    // ---- errors

    error ErasTimestampMustNotBeEqual();
    error InvalidFrostSignatureCount();
    error InvalidFrostSignatureLength();
    error TimestampInFuture();
    error TimestampOlderThanPreviousEra();
    error ValidationBeforeGenesis();
    error ValidatorsNotFoundForTimestamp();

    // ---- enumerations

    enum CodeState {
        Unknown,
        ValidationRequested,
        Validated
    }

    enum SignatureType {
        FROST,
        ECDSA
    }

    enum VersionType {
        Major,
        Minor,
        Patch
    }

    // ---- what a batch carries

    struct AggregatedPublicKey {
        uint256 x;
        uint256 y;
    }

    struct CodeCommitment {
        bytes32 id;
        bool valid;
    }

    struct ReplyDetails {
        bytes32 to;
        bytes4 code;
    }

    struct Message {
        bytes32 id;
        address destination;
        bytes payload;
        uint128 value;
        ReplyDetails replyDetails;
        bool call;
    }

    struct ValueClaim {
        bytes32 messageId;
        address destination;
        uint128 value;
    }

    struct StateTransition {
        address actorId;
        bytes32 newStateHash;
        bool exited;
        address inheritor;
        uint128 valueToReceive;
        bool valueToReceiveNegativeSign;
        ValueClaim[] valueClaims;
        Message[] messages;
    }

    struct ChainCommitment {
        StateTransition[] transitions;
        bytes32 head;
        bytes32 lastAdvancedEthBlock;
    }

    struct OperatorRewardsCommitment {
        uint256 amount;
        bytes32 root;
    }

    struct StakerRewards {
        address vault;
        uint256 amount;
    }

    struct StakerRewardsCommitment {
        StakerRewards[] distribution;
        uint256 totalAmount;
        address token;
    }

    struct RewardsCommitment {
        OperatorRewardsCommitment operators;
        StakerRewardsCommitment stakers;
        uint48 timestamp;
    }

    struct ValidatorsCommitment {
        bool hasAggregatedPublicKey;
        AggregatedPublicKey aggregatedPublicKey;
        bytes verifiableSecretSharingCommitment;
        address[] validators;
        uint256 eraIndex;
    }

    struct BatchCommitment {
        bytes32 blockHash;
        uint48 blockTimestamp;
        bytes32 previousCommittedBatchHash;
        uint8 expiry;
        ChainCommitment[] chainCommitment;
        CodeCommitment[] codeCommitments;
        RewardsCommitment[] rewardsCommitment;
        ValidatorsCommitment[] validatorsCommitment;
    }

    // ---- what the Router remembers

    struct GenesisBlockInfo {
        bytes32 hash;
        uint32 number;
        uint48 timestamp;
    }

    struct CommittedBatchInfo {
        bytes32 hash;
        uint48 timestamp;
    }

    struct AddressBook {
        address mirror;
        address wrappedVara;
        address middleware;
    }

    struct Validators {
        AggregatedPublicKey aggregatedPublicKey;
        address verifiableSecretSharingCommitmentPointer;
        mapping(address => bool) map;
        address[] list;
        uint256 useFromTimestamp;
    }

    struct ValidationSettings {
        uint128 thresholdNumerator;
        uint128 thresholdDenominator;
        Validators validators0;
        Validators validators1;
    }

    struct ComputationSettings {
        uint64 threshold;
        uint128 wvaraPerSecond;
    }

    struct Timelines {
        uint256 era;
        uint256 election;
        uint256 validationDelay;
    }

    struct ProtocolData {
        mapping(bytes32 => CodeState) codes;
        mapping(address => bytes32) programs;
        uint256 programsCount;
        uint256 validatedCodesCount;
    }

    /// @dev The order is the storage layout; `reserved` switches the block checks of `commitBatch` off.
    struct RouterStorage {
        uint256 reserved;
        GenesisBlockInfo genesisBlock;
        CommittedBatchInfo latestCommittedBatch;
        AddressBook implAddresses;
        ValidationSettings validationSettings;
        ComputationSettings computeSettings;
        Timelines timelines;
        ProtocolData protocolData;
        uint16 maxValidators;
        uint256 requestCodeValidationBaseFee;
        uint256 requestCodeValidationExtraFee;
        uint256 protocolVersion;
    }

    // ---- what `storageView` shows

    struct ValidatorsView {
        AggregatedPublicKey aggregatedPublicKey;
        address verifiableSecretSharingCommitmentPointer;
        address[] list;
        uint256 useFromTimestamp;
    }

    struct ValidationSettingsView {
        uint128 thresholdNumerator;
        uint128 thresholdDenominator;
        ValidatorsView validators0;
        ValidatorsView validators1;
    }

    // ---- what the Middleware is told of Symbiotic

    struct SymbioticContracts {
        address vaultRegistry;
        address operatorRegistry;
        address networkRegistry;
        address middlewareService;
        address networkOptIn;
        address stakerRewardsFactory;
        address operatorRewards;
        address roleSlashRequester;
        address roleSlashExecutor;
        address vetoResolver;
    }

    // ---- hashes of commitments

    function codeCommitmentHash(CodeCommitment calldata commitment) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(commitment.id, commitment.valid));
    }

    function messageHash(Message calldata message) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                message.id,
                message.destination,
                message.payload,
                message.value,
                message.replyDetails.to,
                message.replyDetails.code,
                message.call
            )
        );
    }

    function valueClaimHash(ValueClaim calldata claim) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(claim.messageId, claim.destination, claim.value));
    }

    /// @dev Claims stand before messages here, although messages are handled before claims.
    function stateTransitionHash(StateTransition calldata transition, bytes32 claimsHash, bytes32 messagesHash)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encodePacked(
                transition.actorId,
                transition.newStateHash,
                transition.exited,
                transition.inheritor,
                transition.valueToReceive,
                transition.valueToReceiveNegativeSign,
                claimsHash,
                messagesHash
            )
        );
    }

    function chainCommitmentHash(bytes32 transitionsHash, bytes32 head, bytes32 lastAdvancedEthBlock)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(transitionsHash, head, lastAdvancedEthBlock));
    }

    function rewardsCommitmentHash(bytes32 operatorRewardsHash, bytes32 stakerRewardsHash, uint48 timestamp)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(operatorRewardsHash, stakerRewardsHash, timestamp));
    }

    /// @dev Packed array items take 32 bytes each; the secret sharing commitment is not hashed.
    function validatorsCommitmentHash(ValidatorsCommitment calldata commitment) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                commitment.hasAggregatedPublicKey,
                commitment.aggregatedPublicKey.x,
                commitment.aggregatedPublicKey.y,
                commitment.validators,
                commitment.eraIndex
            )
        );
    }

    function batchCommitmentHash(
        BatchCommitment calldata batch,
        bytes32 chainHash,
        bytes32 codesHash,
        bytes32 rewardsHash,
        bytes32 validatorsHash
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                batch.blockHash,
                batch.blockTimestamp,
                batch.previousCommittedBatchHash,
                batch.expiry,
                chainHash,
                codesHash,
                rewardsHash,
                validatorsHash
            )
        );
    }

    // ---- blocks and eras

    function newGenesis() internal view returns (GenesisBlockInfo memory) {
        return GenesisBlockInfo(bytes32(0), SafeCast.toUint32(block.number), SafeCast.toUint48(block.timestamp));
    }

    /// @dev Is `hash` one of the `expiry` nearest ancestors of the current block?
    /// The index wraps below block 0, where `blockhash` answers zero; equality is looked at before that ends the search.
    function blockIsPredecessor(bytes32 hash, uint8 expiry) internal view returns (bool) {
        uint256 last = expiry >= block.number ? 0 : block.number - expiry;
        for (uint256 i = block.number - 1; i >= last;) {
            bytes32 found = blockhash(i);
            if (found == hash) return true;
            if (found == 0) return false;
            unchecked {
                --i;
            }
        }
        return false;
    }

    function eraIndexAt(RouterStorage storage router, uint256 timestamp) internal view returns (uint256) {
        return (timestamp - router.genesisBlock.timestamp) / router.timelines.era;
    }

    function eraStartedAt(RouterStorage storage router, uint256 timestamp) internal view returns (uint256) {
        return router.genesisBlock.timestamp + eraIndexAt(router, timestamp) * router.timelines.era;
    }

    // ---- the two slots of validators

    /// @dev The conjunction, where equality would be natural, makes a set in slot 0 effective before its era (F-ONC-1).
    function validatorsStoredInSlot1At(RouterStorage storage router, uint256 timestamp) internal view returns (bool) {
        uint256 from0 = router.validationSettings.validators0.useFromTimestamp;
        uint256 from1 = router.validationSettings.validators1.useFromTimestamp;
        require(from0 != from1, ErasTimestampMustNotBeEqual());

        bool started0 = from0 <= timestamp;
        bool started1 = from1 <= timestamp;
        require(started0 || started1, ValidatorsNotFoundForTimestamp());

        return from0 < from1 && started0 == started1;
    }

    function validatorsAt(RouterStorage storage router, uint256 timestamp) internal view returns (Validators storage) {
        return validatorsStoredInSlot1At(router, timestamp)
            ? router.validationSettings.validators1
            : router.validationSettings.validators0;
    }

    function currentEraValidators(RouterStorage storage router) internal view returns (Validators storage) {
        return validatorsAt(router, block.timestamp);
    }

    /// @dev The other slot: the next set goes there.
    function previousEraValidators(RouterStorage storage router) internal view returns (Validators storage) {
        return validatorsStoredInSlot1At(router, block.timestamp)
            ? router.validationSettings.validators0
            : router.validationSettings.validators1;
    }

    /// @dev Signatures needed from `count` validators: count * numerator / denominator, rounded up.
    function validatorsThreshold(uint256 count, uint128 numerator, uint128 denominator)
        internal
        pure
        returns (uint256 threshold)
    {
        unchecked {
            uint256 scaled = count * numerator;
            threshold = scaled / denominator;
            if (scaled % denominator != 0) ++threshold;
        }
    }

    function toView(Validators storage validators) internal view returns (ValidatorsView memory) {
        return ValidatorsView(
            validators.aggregatedPublicKey,
            validators.verifiableSecretSharingCommitmentPointer,
            validators.list,
            validators.useFromTimestamp
        );
    }

    // ---- signatures

    /// @dev Do enough validators of the right set say yes to `dataHash`?
    /// @param marks Base of the transient marks "already counted"; they last for the whole transaction.
    /// @param timestamp Of the batch: decides, within the validation delay, which set is asked.
    function validateSignaturesAt(
        RouterStorage storage router,
        bytes32 marks,
        bytes32 dataHash,
        SignatureType signatureType,
        bytes[] calldata signatures,
        uint256 timestamp
    ) internal returns (bool) {
        uint256 eraStarted = eraStartedAt(router, block.timestamp);
        if (timestamp < eraStarted && block.timestamp < eraStarted + router.timelines.validationDelay) {
            require(timestamp >= router.genesisBlock.timestamp, ValidationBeforeGenesis());
            require(timestamp + router.timelines.era >= eraStarted, TimestampOlderThanPreviousEra());
        } else {
            require(timestamp <= block.timestamp, TimestampInFuture());
            if (timestamp < eraStarted) timestamp = eraStarted;
        }

        Validators storage validators = validatorsAt(router, timestamp);
        bytes32 digest = MessageHashUtils.toDataWithIntendedValidatorHash(address(this), dataHash);
        if (signatureType == SignatureType.FROST) return _checkFrost(validators, digest, signatures);
        return _checkEcdsa(router, validators, marks, digest, signatures);
    }

    function _checkFrost(Validators storage validators, bytes32 digest, bytes[] calldata signatures)
        private
        view
        returns (bool)
    {
        require(signatures.length == 1, InvalidFrostSignatureCount());
        bytes memory signature = signatures[0];
        require(signature.length == 96, InvalidFrostSignatureLength());

        (uint256 rx, uint256 ry, uint256 z) = abi.decode(signature, (uint256, uint256, uint256));
        AggregatedPublicKey memory key = validators.aggregatedPublicKey;
        return Frost.verify(key.x, key.y, rx, ry, z, digest);
    }

    /// @dev Returns as soon as the threshold is reached: later signatures are not even read.
    function _checkEcdsa(
        RouterStorage storage router,
        Validators storage validators,
        bytes32 marks,
        bytes32 digest,
        bytes[] calldata signatures
    ) private returns (bool) {
        uint256 threshold = validatorsThreshold(
            validators.list.length,
            router.validationSettings.thresholdNumerator,
            router.validationSettings.thresholdDenominator
        );
        uint256 counted = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recover(digest, signatures[i]);
            if (!validators.map[signer]) continue;

            TransientSlot.BooleanSlot mark = marks.deriveMapping(signer).asBoolean();
            if (mark.tload()) continue;
            mark.tstore(true);
            if (++counted == threshold) return true;
        }
        return false;
    }
}
