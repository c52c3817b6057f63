// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

/// @title What Router, Mirror and BatchMulticall use of the token.
interface IWrappedVara {
    function decimals() external view returns (uint8);

    function approve(address spender, uint256 value) external returns (bool);

    function transferFrom(address from, address to, uint256 value) external returns (bool);

    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
}
