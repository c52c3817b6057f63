// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

/// @title What a receiver of replies by call may implement.
interface ICallbacks {
    function onErrorReply(bytes32 messageId, bytes calldata payload, bytes4 replyCode) external payable;
}
