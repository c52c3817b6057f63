// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

/// @title The full clone: a program that shows its interface to block explorers and answers its own getters.
/// @dev Everything else is delegated to whatever implementation the Router names at that moment.
contract MirrorProxy {
    /// @dev Stands for the Router's address, which Clones writes over it.
    address private constant ROUTER = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;

    bytes32 public stateHash;
    uint256 public nonce;
    bool public exited;
    address public inheritor;
    address public initializer;

    constructor() payable {}

    fallback() external payable {
        _delegate();
    }

    function sendMessage(bytes calldata, bool) external payable returns (bytes32) {
        _delegate();
    }

    function sendReply(bytes32, bytes calldata) external payable {
        _delegate();
    }

    function claimValue(bytes32) external {
        _delegate();
    }

    function executableBalanceTopUp(uint128) external {
        _delegate();
    }

    function executableBalanceTopUpWithPermit(uint128, uint256, uint8, bytes32, bytes32) external {
        _delegate();
    }

    function transferLockedValueToInheritor() external {
        _delegate();
    }

    function _delegate() private {
        assembly {
            mstore(0x00, shl(224, 0xe6fabc09)) // mirrorImpl()
            if iszero(staticcall(gas(), ROUTER, 0x00, 0x04, 0x00, 0x20)) { revert(0, 0) }
            let implementation := mload(0x00)
            calldatacopy(0, 0, calldatasize())
            let success := delegatecall(gas(), implementation, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch success
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}
