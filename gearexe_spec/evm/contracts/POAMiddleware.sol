// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Gear} from "./Gear.sol";
import {IMiddleware} from "./interfaces/IMiddleware.sol";

/// @title A Middleware for a network whose owner names the validators (chapter 8).
contract POAMiddleware is IMiddleware, OwnableUpgradeable, ReentrancyGuardTransient, UUPSUpgradeable {
    /// @dev ERC-7201 of "middleware.storage.Slot": where the base of the state is named.
    bytes32 private constant SLOT_STORAGE = 0x0b8c56af6cc9ad401ad225bfe96df77f3049ba17eadac1cb95ee89df1e69d100;

    /// @dev ERC-7201 of "poa_middleware.storage.Slot": where the base of the list is named.
    bytes32 private constant LIST_SLOT_STORAGE = 0x8499392b3fbaf2916a419b541ace4def77aa70073e569284ec9a96534994f700;

    /// @dev ERC-7201 of "middleware.storage.MiddlewareV1", "middleware.storage.MiddlewareV2", and
    /// "middleware.storage.POAMiddlewareV2".
    bytes32 private constant STATE_V1 = 0xb0483c74990c4035978041f29544ac7c7986164f7a4bb365f3b6b5a391bddf00;
    bytes32 private constant STATE_V2 = 0xcf70c8d3bc6724a855fc65b2e3ffae48b0d37d5b64da4b62519899561c9ccc00;
    bytes32 private constant LIST_V2 = 0x14755453476cfc525325b9b257318a56d5762e56175be8cd9b8c375f23b0e000;

    /// @dev Of the state of the full Middleware only the Router is used; it stands where it stands there.
    struct State {
        uint256[7] unused;
        address router;
    }

    struct Election {
        address[] validators;
    }

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    function initialize(InitParams calldata _params) external initializer {
        __Ownable_init(_params.owner);
        _setSlot(SLOT_STORAGE, STATE_V1);
        _state().router = _params.router;
    }

    /// @dev The list moves to a place where nothing lies: it is empty until it is set again (F-EVM-1).
    function reinitialize() external onlyOwner reinitializer(2) {
        __Ownable_init(owner());
        address router_ = _state().router;
        _setSlot(SLOT_STORAGE, STATE_V2);
        _state().router = router_;
        _setSlot(LIST_SLOT_STORAGE, LIST_V2);
    }

    function setValidators(address[] memory validators) external onlyOwner {
        _election().validators = validators;
    }

    function makeElectionAt(uint48, uint256) external view returns (address[] memory) {
        return _election().validators;
    }

    function router() external view returns (address) {
        return _state().router;
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}

    function _setSlot(bytes32 pointer, bytes32 base) private onlyOwner {
        assembly ("memory-safe") {
            sstore(pointer, base)
        }
    }

    function _state() private view returns (State storage state) {
        assembly ("memory-safe") {
            state.slot := sload(SLOT_STORAGE)
        }
    }

    /// @dev Before `reinitialize` the pointer is zero, so that the list lies at slot 0.
    function _election() private view returns (Election storage election) {
        assembly ("memory-safe") {
            election.slot := sload(LIST_SLOT_STORAGE)
        }
    }

    // ---- what a network by authority does not have

    function _refuse() private pure {
        revert("not implemented");
    }

    function allowedVaultImplVersion() external pure returns (uint64) {
        _refuse();
    }

    function changeSlashExecutor(address) external pure {
        _refuse();
    }

    function changeSlashRequester(address) external pure {
        _refuse();
    }

    function collateral() external pure returns (address) {
        _refuse();
    }

    function disableOperator() external pure {
        _refuse();
    }

    function disableVault(address) external pure {
        _refuse();
    }

    function distributeOperatorRewards(address, uint256, bytes32) external pure returns (bytes32) {
        _refuse();
    }

    function distributeStakerRewards(Gear.StakerRewardsCommitment memory, uint48) external pure returns (bytes32) {
        _refuse();
    }

    function enableOperator() external pure {
        _refuse();
    }

    function enableVault(address) external pure {
        _refuse();
    }

    function eraDuration() external pure returns (uint48) {
        _refuse();
    }

    function executeSlash(SlashIdentifier[] calldata) external pure {
        _refuse();
    }

    function getActiveOperatorsStakeAt(uint48) external pure returns (address[] memory, uint256[] memory) {
        _refuse();
    }

    function getOperatorStakeAt(address, uint48) external pure returns (uint256) {
        _refuse();
    }

    function maxAdminFee() external pure returns (uint256) {
        _refuse();
    }

    function maxResolverSetEpochsDelay() external pure returns (uint256) {
        _refuse();
    }

    function minSlashExecutionDelay() external pure returns (uint48) {
        _refuse();
    }

    function minVaultEpochDuration() external pure returns (uint48) {
        _refuse();
    }

    function minVetoDuration() external pure returns (uint48) {
        _refuse();
    }

    function operatorGracePeriod() external pure returns (uint48) {
        _refuse();
    }

    function registerOperator() external pure {
        _refuse();
    }

    function registerVault(address, address) external pure {
        _refuse();
    }

    function requestSlash(SlashData[] calldata) external pure {
        _refuse();
    }

    function subnetwork() external pure returns (bytes32) {
        _refuse();
    }

    function symbioticContracts() external pure returns (Gear.SymbioticContracts memory) {
        _refuse();
    }

    function unregisterOperator(address) external pure {
        _refuse();
    }

    function unregisterVault(address) external pure {
        _refuse();
    }

    function vaultGracePeriod() external pure returns (uint48) {
        _refuse();
    }

    function vetoSlasherImplType() external pure returns (uint64) {
        _refuse();
    }
}
