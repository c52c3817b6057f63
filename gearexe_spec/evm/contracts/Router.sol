// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {NoncesUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/NoncesUpgradeable.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Clones} from "./Clones.sol";
import {CodeStore} from "./CodeStore.sol";
import {Frost} from "./Frost.sol";
import {Gear} from "./Gear.sol";
import {IMiddleware} from "./interfaces/IMiddleware.sol";
import {IMirror} from "./interfaces/IMirror.sol";
import {IRouter} from "./interfaces/IRouter.sol";
import {IWrappedVara} from "./interfaces/IWrappedVara.sol";

/// @title Codes, programs, eras and batches (chapter 5).
/// @dev The state lies at the base slot that SLOT_STORAGE names, so that a later version may begin elsewhere.
contract Router is
    IRouter,
    OwnableUpgradeable,
    PausableUpgradeable,
    NoncesUpgradeable,
    EIP712Upgradeable,
    ReentrancyGuardTransient,
    UUPSUpgradeable
{
    using Gear for Gear.RouterStorage;

    /// @dev ERC-7201 of "router.storage.Slot".
    bytes32 private constant SLOT_STORAGE = 0x5c09ca1b9b8127a4fd9f3c384aac59b661441e820e17733753ff5f2e86e1e000;

    /// @dev ERC-7201 of "router.storage.RouterV1".
    bytes32 private constant ROUTER_STORAGE = 0xe3d827fd4fed52666d49a0df00f9cc2ac79f0f2378fc627e62463164801b6500;

    /// @dev ERC-7201 of "router.storage.Transient": which validators were counted already.
    bytes32 private constant TRANSIENT_STORAGE = 0xf02b465737fa6045c2ff53fb2df43c66916ac2166fa303264668fb2f6a1d8c00;

    bytes32 private constant ON_BEHALF_TYPEHASH = keccak256(
        "RequestCodeValidationOnBehalf(address requester,bytes32 codeId,bytes32[] blobHashes,uint256 nonce,uint256 deadline)"
    );

    string private constant EIP712_NAME = "Vara.ETH Router";
    string private constant EIP712_VERSION = "1";

    uint256 private constant PROTOCOL_VERSION = 0x000100;
    uint256 private constant BASE_FEE = 1_000;
    uint256 private constant EXTRA_FEE = 500;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    // ---- setting up

    function initialize(
        address _owner,
        address _mirror,
        address _wrappedVara,
        address _middleware,
        uint256 _eraDuration,
        uint256 _electionDuration,
        uint256 _validationDelay,
        Gear.AggregatedPublicKey calldata _aggregatedPublicKey,
        bytes calldata _verifiableSecretSharingCommitment,
        address[] calldata _validators
    ) external initializer {
        __Ownable_init(_owner);
        __Pausable_init();
        __Nonces_init();
        __EIP712_init(EIP712_NAME, EIP712_VERSION);

        require(block.timestamp > 0, InvalidTimestamp());
        require(_electionDuration > 0, InvalidElectionDuration());
        require(_eraDuration > _electionDuration, EraDurationTooShort());
        require(_validationDelay < (_eraDuration - _electionDuration) / 10, ValidationDelayTooBig());

        _setStorageSlot(ROUTER_STORAGE);
        Gear.RouterStorage storage router = _router();
        router.genesisBlock = Gear.newGenesis();
        router.implAddresses = Gear.AddressBook(_mirror, _wrappedVara, _middleware);
        router.validationSettings.thresholdNumerator = Gear.VALIDATORS_THRESHOLD_NUMERATOR;
        router.validationSettings.thresholdDenominator = Gear.VALIDATORS_THRESHOLD_DENOMINATOR;
        router.computeSettings = Gear.ComputationSettings(Gear.COMPUTATION_THRESHOLD, Gear.WVARA_PER_SECOND);
        router.timelines = Gear.Timelines(_eraDuration, _electionDuration, _validationDelay);
        router.maxValidators = uint16(_validators.length);
        _setDefaultFees(router);
        router.protocolVersion = PROTOCOL_VERSION;

        _replaceValidators(
            router.validationSettings.validators0,
            true,
            _aggregatedPublicKey,
            _verifiableSecretSharingCommitment,
            _validators,
            block.timestamp
        );
    }

    /// @dev A new genesis; codes, programs and validators stay.
    function reinitialize() external onlyOwner reinitializer(5) {
        __Ownable_init(owner());
        __EIP712_init(EIP712_NAME, EIP712_VERSION);

        Gear.RouterStorage storage router = _router();
        router.genesisBlock = Gear.newGenesis();
        router.latestCommittedBatch = Gear.CommittedBatchInfo(bytes32(0), 0);
        router.maxValidators = uint16(router.currentEraValidators().list.length);
        _setDefaultFees(router);
        router.protocolVersion = PROTOCOL_VERSION;
    }

    function lookupGenesisHash() external {
        Gear.RouterStorage storage router = _router();
        require(router.genesisBlock.hash == 0, GenesisHashAlreadySet());
        bytes32 found = blockhash(router.genesisBlock.number);
        require(found != 0, GenesisHashNotFound());
        router.genesisBlock.hash = found;
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}

    function _setStorageSlot(bytes32 base) private onlyOwner {
        assembly ("memory-safe") {
            sstore(SLOT_STORAGE, base)
        }
        emit StorageSlotChanged(base);
    }

    function _router() private view returns (Gear.RouterStorage storage router) {
        assembly ("memory-safe") {
            router.slot := sload(SLOT_STORAGE)
        }
    }

    function _setDefaultFees(Gear.RouterStorage storage router) private {
        uint256 unit = 10 ** uint256(IWrappedVara(router.implAddresses.wrappedVara).decimals());
        router.requestCodeValidationBaseFee = BASE_FEE * unit;
        router.requestCodeValidationExtraFee = EXTRA_FEE * unit;
    }

    // ---- views

    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function storageView() external view returns (StorageView memory) {
        Gear.RouterStorage storage router = _router();
        return StorageView({
            genesisBlock: router.genesisBlock,
            latestCommittedBatch: router.latestCommittedBatch,
            implAddresses: router.implAddresses,
            validationSettings: Gear.ValidationSettingsView(
                router.validationSettings.thresholdNumerator,
                router.validationSettings.thresholdDenominator,
                Gear.toView(router.validationSettings.validators0),
                Gear.toView(router.validationSettings.validators1)
            ),
            computeSettings: router.computeSettings,
            timelines: router.timelines,
            programsCount: router.protocolData.programsCount,
            validatedCodesCount: router.protocolData.validatedCodesCount,
            maxValidators: router.maxValidators,
            requestCodeValidationBaseFee: router.requestCodeValidationBaseFee,
            requestCodeValidationExtraFee: router.requestCodeValidationExtraFee,
            protocolVersion: router.protocolVersion
        });
    }

    function genesisBlockHash() external view returns (bytes32) {
        return _router().genesisBlock.hash;
    }

    function genesisTimestamp() external view returns (uint48) {
        return _router().genesisBlock.timestamp;
    }

    function latestCommittedBatchHash() external view returns (bytes32) {
        return _router().latestCommittedBatch.hash;
    }

    function latestCommittedBatchTimestamp() external view returns (uint48) {
        return _router().latestCommittedBatch.timestamp;
    }

    function mirrorImpl() external view returns (address) {
        return _router().implAddresses.mirror;
    }

    function wrappedVara() external view returns (address) {
        return _router().implAddresses.wrappedVara;
    }

    function middleware() external view returns (address) {
        return _router().implAddresses.middleware;
    }

    function validatorsAggregatedPublicKey() external view returns (Gear.AggregatedPublicKey memory) {
        return _router().currentEraValidators().aggregatedPublicKey;
    }

    function validatorsVerifiableSecretSharingCommitment() external view returns (bytes memory) {
        return CodeStore.read(_router().currentEraValidators().verifiableSecretSharingCommitmentPointer);
    }

    function areValidators(address[] calldata _validators) external view returns (bool) {
        Gear.Validators storage validators_ = _router().currentEraValidators();
        for (uint256 i = 0; i < _validators.length; ++i) {
            if (!validators_.map[_validators[i]]) return false;
        }
        return true;
    }

    function isValidator(address _validator) external view returns (bool) {
        return _router().currentEraValidators().map[_validator];
    }

    function signingThresholdFraction()
        external
        view
        returns (uint128 thresholdNumerator, uint128 thresholdDenominator)
    {
        Gear.ValidationSettings storage settings = _router().validationSettings;
        return (settings.thresholdNumerator, settings.thresholdDenominator);
    }

    function validators() external view returns (address[] memory) {
        return _router().currentEraValidators().list;
    }

    function validatorsCount() external view returns (uint256) {
        return _router().currentEraValidators().list.length;
    }

    function validatorsThreshold() external view returns (uint256) {
        Gear.RouterStorage storage router = _router();
        return Gear.validatorsThreshold(
            router.currentEraValidators().list.length,
            router.validationSettings.thresholdNumerator,
            router.validationSettings.thresholdDenominator
        );
    }

    function computeSettings() external view returns (Gear.ComputationSettings memory) {
        return _router().computeSettings;
    }

    function timelines() external view returns (Gear.Timelines memory) {
        return _router().timelines;
    }

    function codeState(bytes32 _codeId) external view returns (Gear.CodeState) {
        return _router().protocolData.codes[_codeId];
    }

    function codesStates(bytes32[] calldata _codesIds) external view returns (Gear.CodeState[] memory) {
        Gear.RouterStorage storage router = _router();
        Gear.CodeState[] memory states = new Gear.CodeState[](_codesIds.length);
        for (uint256 i = 0; i < _codesIds.length; ++i) {
            states[i] = router.protocolData.codes[_codesIds[i]];
        }
        return states;
    }

    function programCodeId(address _programId) external view returns (bytes32) {
        return _router().protocolData.programs[_programId];
    }

    function programsCodeIds(address[] calldata _programsIds) external view returns (bytes32[] memory) {
        Gear.RouterStorage storage router = _router();
        bytes32[] memory codeIds = new bytes32[](_programsIds.length);
        for (uint256 i = 0; i < _programsIds.length; ++i) {
            codeIds[i] = router.protocolData.programs[_programsIds[i]];
        }
        return codeIds;
    }

    function programsCount() external view returns (uint256) {
        return _router().protocolData.programsCount;
    }

    function validatedCodesCount() external view returns (uint256) {
        return _router().protocolData.validatedCodesCount;
    }

    function requestCodeValidationBaseFee() external view returns (uint256) {
        return _router().requestCodeValidationBaseFee;
    }

    function requestCodeValidationExtraFee() external view returns (uint256) {
        return _router().requestCodeValidationExtraFee;
    }

    function protocolVersion() external view returns (uint256) {
        return _router().protocolVersion;
    }

    function subProtocolVersion(Gear.VersionType versionType) external view returns (uint256) {
        uint256 version = _router().protocolVersion;
        if (versionType == Gear.VersionType.Major) return version >> 16;
        if (versionType == Gear.VersionType.Minor) return (version >> 8) & 0xff;
        return version & 0xff;
    }

    // ---- the owner's functions

    function setMirror(address newMirror) external onlyOwner {
        _router().implAddresses.mirror = newMirror;
    }

    function setRequestCodeValidationBaseFee(uint256 newBaseFee) external onlyOwner {
        _router().requestCodeValidationBaseFee = newBaseFee;
    }

    function setRequestCodeValidationExtraFee(uint256 newExtraFee) external onlyOwner {
        _router().requestCodeValidationExtraFee = newExtraFee;
    }

    /// @dev The parts are joined by OR, so a part above 255 runs into its neighbour (F-ONC-3).
    function bumpProtocolVersion(Gear.VersionType _versionType) external onlyOwner {
        Gear.RouterStorage storage router = _router();
        uint256 major = router.protocolVersion >> 16;
        uint256 minor = (router.protocolVersion >> 8) & 0xff;
        uint256 patch = router.protocolVersion & 0xff;

        if (_versionType == Gear.VersionType.Major) {
            (major, minor, patch) = (major + 1, 0, 0);
        } else if (_versionType == Gear.VersionType.Minor) {
            (minor, patch) = (minor + 1, 0);
        } else {
            ++patch;
        }
        router.protocolVersion = (major << 16) | (minor << 8) | patch;
        emit ProtocolVersionChanged(router.protocolVersion);
    }

    function pause() external onlyOwner {
        _pause();
    }

    function unpause() external onlyOwner {
        _unpause();
    }

    // ---- codes

    function requestCodeValidation(bytes32 _codeId, uint256 _deadline, uint8 _v, bytes32 _r, bytes32 _s)
        external
        whenNotPaused
    {
        Gear.RouterStorage storage router = _checkCodeRequest(_codeId);
        _pull(router, msg.sender, router.requestCodeValidationBaseFee, _deadline, _v, _r, _s);
        _requestCode(router, _codeId);
    }

    /// @dev Whoever sends it pays gas and blobs; the requester signs and pays the fees.
    function requestCodeValidationOnBehalf(
        address _requester,
        bytes32 _codeId,
        bytes32[] calldata _blobHashes,
        uint256 _deadline,
        uint8 _v1,
        bytes32 _r1,
        bytes32 _s1,
        uint8 _v2,
        bytes32 _r2,
        bytes32 _s2
    ) external whenNotPaused {
        Gear.RouterStorage storage router = _checkCodeRequest(_codeId);
        _checkBlobHashes(_blobHashes);
        require(block.timestamp <= _deadline, ExpiredSignature(_deadline));

        bytes32 request = keccak256(
            abi.encode(
                ON_BEHALF_TYPEHASH,
                _requester,
                _codeId,
                keccak256(abi.encodePacked(_blobHashes)),
                _useNonce(_requester),
                _deadline
            )
        );
        address signer = ECDSA.recover(_hashTypedDataV4(request), _v1, _r1, _s1);
        require(signer == _requester, InvalidSigner(signer, _requester));

        uint256 fee = router.requestCodeValidationBaseFee + router.requestCodeValidationExtraFee;
        _pull(router, _requester, fee, _deadline, _v2, _r2, _s2);
        _requestCode(router, _codeId);
    }

    function _checkCodeRequest(bytes32 codeId) private view returns (Gear.RouterStorage storage router) {
        require(blobhash(0) != 0, BlobNotFound());
        router = _router();
        _checkGenesis(router);
        require(
            router.protocolData.codes[codeId] == Gear.CodeState.Unknown, CodeAlreadyOnValidationOrValidated()
        );
    }

    function _checkBlobHashes(bytes32[] calldata blobHashes) private view {
        uint256 count = 0;
        while (blobhash(count) != 0) ++count;
        require(blobHashes.length == count, InvalidBlobHashesLength(blobHashes.length, count));
        for (uint256 i = 0; i < count; ++i) {
            require(blobHashes[i] == blobhash(i), InvalidBlobHash(i, blobHashes[i], blobhash(i)));
        }
    }

    function _requestCode(Gear.RouterStorage storage router, bytes32 codeId) private {
        router.protocolData.codes[codeId] = Gear.CodeState.ValidationRequested;
        emit CodeValidationRequested(codeId);
    }

    /// @dev A failing permit is no failure: the allowance decides.
    function _pull(
        Gear.RouterStorage storage router,
        address payer,
        uint256 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) private {
        IWrappedVara token = IWrappedVara(router.implAddresses.wrappedVara);
        try token.permit(payer, address(this), amount, deadline, v, r, s) {} catch {}
        require(token.transferFrom(payer, address(this), amount), TransferFromFailed());
    }

    function _checkGenesis(Gear.RouterStorage storage router) private view {
        require(router.genesisBlock.hash != 0, RouterGenesisHashNotInitialized());
    }

    // ---- programs

    function createProgram(bytes32 _codeId, bytes32 _salt, address _overrideInitializer)
        external
        whenNotPaused
        returns (address)
    {
        address program = _createProgram(_codeId, _salt, true);
        _initializeProgram(program, _overrideInitializer, _router().implAddresses.mirror, true, 0);
        return program;
    }

    function createProgramWithExecutableBalance(
        bytes32 _codeId,
        bytes32 _salt,
        address _overrideInitializer,
        uint128 _initialExecutableBalance,
        uint256 _deadline,
        uint8 _v,
        bytes32 _r,
        bytes32 _s
    ) external whenNotPaused returns (address) {
        address program = _createProgram(_codeId, _salt, true);
        Gear.RouterStorage storage router = _router();
        _pull(router, msg.sender, _initialExecutableBalance, _deadline, _v, _r, _s);
        _initializeProgram(program, _overrideInitializer, router.implAddresses.mirror, true, _initialExecutableBalance);
        return program;
    }

    function createProgramWithAbiInterface(
        bytes32 _codeId,
        bytes32 _salt,
        address _overrideInitializer,
        address _abiInterface
    ) external whenNotPaused returns (address) {
        address program = _createProgram(_codeId, _salt, false);
        _initializeProgram(program, _overrideInitializer, _abiInterface, false, 0);
        return program;
    }

    function createProgramWithAbiInterfaceAndExecutableBalance(
        bytes32 _codeId,
        bytes32 _salt,
        address _overrideInitializer,
        address _abiInterface,
        uint128 _initialExecutableBalance,
        uint256 _deadline,
        uint8 _v,
        bytes32 _r,
        bytes32 _s
    ) external whenNotPaused returns (address) {
        address program = _createProgram(_codeId, _salt, false);
        _pull(_router(), msg.sender, _initialExecutableBalance, _deadline, _v, _r, _s);
        _initializeProgram(program, _overrideInitializer, _abiInterface, false, _initialExecutableBalance);
        return program;
    }

    function _createProgram(bytes32 codeId, bytes32 userSalt, bool small) private returns (address program) {
        Gear.RouterStorage storage router = _router();
        _checkGenesis(router);
        require(router.protocolData.codes[codeId] == Gear.CodeState.Validated, CodeNotValidated());

        bytes32 salt = keccak256(abi.encodePacked(codeId, userSalt));
        program = small ? Clones.createSmall(address(this), salt) : Clones.createFull(address(this), salt);
        router.protocolData.programs[program] = codeId;
        ++router.protocolData.programsCount;
        emit ProgramCreated(program, codeId);
    }

    function _initializeProgram(
        address program,
        address overrideInitializer,
        address abiInterface,
        bool small,
        uint128 executableBalance
    ) private {
        address initializer_ = overrideInitializer == address(0) ? msg.sender : overrideInitializer;
        IMirror(program).initialize(initializer_, abiInterface, small, executableBalance);
    }

    /// @dev Programs bring here what was sent with messages, and value they give back.
    receive() external payable whenNotPaused {
        Gear.RouterStorage storage router = _router();
        _checkGenesis(router);
        require(uint128(msg.value) > 0, ZeroValueTransfer());
        require(router.protocolData.programs[msg.sender] != 0, UnknownProgram());
    }

    // ---- batches

    /// @dev Signatures are checked last, against the validators as the batch left them (F-ONC-1).
    function commitBatch(
        Gear.BatchCommitment calldata _batch,
        Gear.SignatureType _signatureType,
        bytes[] calldata _signatures
    ) external nonReentrant {
        Gear.RouterStorage storage router = _router();
        _checkGenesis(router);
        if (router.reserved == 0) {
            require(Gear.blockIsPredecessor(_batch.blockHash, _batch.expiry), PredecessorBlockNotFound());
            require(block.timestamp > _batch.blockTimestamp, BatchTimestampNotInPast());
        }
        require(
            router.latestCommittedBatch.hash == _batch.previousCommittedBatchHash, InvalidPreviousCommittedBatchHash()
        );
        require(router.latestCommittedBatch.timestamp <= _batch.blockTimestamp, BatchTimestampTooEarly());

        bytes32 chainHash = _commitChain(router, _batch.chainCommitment);
        bytes32 codesHash = _commitCodes(router, _batch.codeCommitments);
        bytes32 rewardsHash = _commitRewards(router, _batch);
        bytes32 validatorsHash = _commitValidators(router, _batch.validatorsCommitment);

        bytes32 batchHash = Gear.batchCommitmentHash(_batch, chainHash, codesHash, rewardsHash, validatorsHash);
        router.latestCommittedBatch = Gear.CommittedBatchInfo(batchHash, _batch.blockTimestamp);
        emit BatchCommitted(batchHash);

        require(
            router.validateSignaturesAt(
                TRANSIENT_STORAGE, batchHash, _signatureType, _signatures, _batch.blockTimestamp
            ),
            SignatureVerificationFailed()
        );
    }

    function _commitChain(Gear.RouterStorage storage router, Gear.ChainCommitment[] calldata commitments)
        private
        returns (bytes32)
    {
        require(commitments.length <= 1, TooManyChainCommitments());
        if (commitments.length == 0) return Gear.EMPTY_HASH;

        Gear.ChainCommitment calldata commitment = commitments[0];
        bytes32 transitionsHash = _commitTransitions(router, commitment.transitions);
        emit MBCommitted(commitment.head);
        if (commitment.lastAdvancedEthBlock != 0) emit EBCommitted(commitment.lastAdvancedEthBlock);
        return Gear.chainCommitmentHash(transitionsHash, commitment.head, commitment.lastAdvancedEthBlock);
    }

    function _commitTransitions(Gear.RouterStorage storage router, Gear.StateTransition[] calldata transitions)
        private
        returns (bytes32)
    {
        bytes32[] memory hashes = new bytes32[](transitions.length);
        for (uint256 i = 0; i < transitions.length; ++i) {
            Gear.StateTransition calldata transition = transitions[i];
            require(router.protocolData.programs[transition.actorId] != 0, UnknownProgram());
            uint128 value = transition.valueToReceiveNegativeSign ? 0 : transition.valueToReceive;
            hashes[i] = IMirror(transition.actorId).performStateTransition{value: value}(transition);
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _commitCodes(Gear.RouterStorage storage router, Gear.CodeCommitment[] calldata commitments)
        private
        returns (bytes32)
    {
        bytes32[] memory hashes = new bytes32[](commitments.length);
        for (uint256 i = 0; i < commitments.length; ++i) {
            Gear.CodeCommitment calldata commitment = commitments[i];
            require(
                router.protocolData.codes[commitment.id] == Gear.CodeState.ValidationRequested,
                CodeValidationNotRequested()
            );
            if (commitment.valid) {
                router.protocolData.codes[commitment.id] = Gear.CodeState.Validated;
                ++router.protocolData.validatedCodesCount;
            } else {
                delete router.protocolData.codes[commitment.id];
            }
            emit CodeGotValidated(commitment.id, commitment.valid);
            hashes[i] = Gear.codeCommitmentHash(commitment);
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _commitRewards(Gear.RouterStorage storage router, Gear.BatchCommitment calldata batch)
        private
        returns (bytes32)
    {
        require(batch.rewardsCommitment.length <= 1, TooManyRewardsCommitments());
        if (batch.rewardsCommitment.length == 0) return Gear.EMPTY_HASH;

        Gear.RewardsCommitment calldata commitment = batch.rewardsCommitment[0];
        require(commitment.timestamp < batch.blockTimestamp, RewardsCommitmentTimestampNotInPast());
        require(commitment.timestamp >= router.genesisBlock.timestamp, RewardsCommitmentPredatesGenesis());
        require(
            router.eraIndexAt(commitment.timestamp) < router.eraIndexAt(batch.blockTimestamp),
            RewardsCommitmentEraNotPrevious()
        );

        address token = router.implAddresses.wrappedVara;
        IMiddleware middleware_ = IMiddleware(router.implAddresses.middleware);
        uint256 total = commitment.operators.amount + commitment.stakers.totalAmount;
        require(IWrappedVara(token).approve(address(middleware_), total), ApproveERC20Failed());

        bytes32 operatorsHash =
            middleware_.distributeOperatorRewards(token, commitment.operators.amount, commitment.operators.root);
        bytes32 stakersHash = middleware_.distributeStakerRewards(commitment.stakers, commitment.timestamp);
        return Gear.rewardsCommitmentHash(operatorsHash, stakersHash, commitment.timestamp);
    }

    function _commitValidators(Gear.RouterStorage storage router, Gear.ValidatorsCommitment[] calldata commitments)
        private
        returns (bytes32)
    {
        require(commitments.length <= 1, TooManyValidatorsCommitments());
        if (commitments.length == 0) return Gear.EMPTY_HASH;

        Gear.ValidatorsCommitment calldata commitment = commitments[0];
        require(commitment.validators.length > 0, EmptyValidatorsList());
        require(commitment.eraIndex == router.eraIndexAt(block.timestamp) + 1, CommitmentEraNotNext());

        uint256 eraStart = router.genesisBlock.timestamp + commitment.eraIndex * router.timelines.era;
        require(block.timestamp >= eraStart - router.timelines.election, ElectionNotStarted());

        Gear.Validators storage slot = router.previousEraValidators();
        require(slot.useFromTimestamp < block.timestamp, ValidatorsAlreadyScheduled());

        _replaceValidators(
            slot,
            commitment.hasAggregatedPublicKey,
            commitment.aggregatedPublicKey,
            commitment.verifiableSecretSharingCommitment,
            commitment.validators,
            eraStart
        );
        emit ValidatorsCommittedForEra(commitment.eraIndex);
        return Gear.validatorsCommitmentHash(commitment);
    }

    /// @dev Without a key the slot keeps the key and pointer of whoever was in it before (F-ONC-2).
    function _replaceValidators(
        Gear.Validators storage slot,
        bool hasKey,
        Gear.AggregatedPublicKey calldata key,
        bytes memory secretSharing,
        address[] memory list,
        uint256 useFrom
    ) private {
        if (hasKey) {
            require(Frost.isValidPublicKey(key.x, key.y), InvalidFROSTAggregatedPublicKey());
            slot.aggregatedPublicKey = key;
            slot.verifiableSecretSharingCommitmentPointer = CodeStore.write(secretSharing);
        }

        address[] memory before = slot.list;
        for (uint256 i = 0; i < before.length; ++i) {
            slot.map[before[i]] = false;
        }
        for (uint256 i = 0; i < list.length; ++i) {
            slot.map[list[i]] = true;
        }
        slot.list = list;
        slot.useFromTimestamp = useFrom;
    }
}
