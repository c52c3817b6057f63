// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

/// A rewards contract of a version that the Middleware does not take; clones of it are made by the usual factory.
contract OtherRewards {
    struct InitParams {
        address vault;
        uint256 adminFee;
        address defaultAdminRoleHolder;
        address adminFeeClaimRoleHolder;
        address adminFeeSetRoleHolder;
    }

    address public VAULT;

    function initialize(InitParams calldata params) external {
        VAULT = params.vault;
    }

    function version() external pure returns (uint64) {
        return 3;
    }
}
