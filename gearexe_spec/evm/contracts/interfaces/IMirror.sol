// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

import {Gear} from "../Gear.sol";

/// @title A program, as everybody on Ethereum sees it.
interface IMirror {
    error AbiInterfaceAlreadySet();
    error CallerNotRouter();
    error EnforcedPause();
    error EtherTransferToRouterFailed();
    error InheritorMustBeZero();
    error InitMessageNotCreated();
    error InitMessageNotCreatedAndCallerNotInitializer();
    error InitializerAlreadySet();
    error InvalidActorId();
    error InvalidFallbackCall();
    error IsSmallAlreadySet();
    error ProgramExited();
    error ProgramNotExited();
    error TransferLockedValueToInheritorExternalFailed();
    error WVaraTransferFailed();

    // what users ask of the program
    event MessageQueueingRequested(
        bytes32 id, address indexed source, bytes payload, uint128 value, bool callReply
    );
    event ReplyQueueingRequested(bytes32 repliedTo, address indexed source, bytes payload, uint128 value);
    event ValueClaimingRequested(bytes32 claimedId, address indexed source);
    event OwnedBalanceTopUpRequested(uint128 value);
    event ExecutableBalanceTopUpRequested(uint128 value);

    // what the program did
    event StateChanged(bytes32 stateHash);
    event Message(bytes32 id, address indexed destination, bytes payload, uint128 value);
    event MessageCallFailed(bytes32 id, address indexed destination, uint128 value);
    event Reply(bytes payload, uint128 value, bytes32 replyTo, bytes4 indexed replyCode);
    event ReplyCallFailed(uint128 value, bytes32 replyTo, bytes4 indexed replyCode);
    event ValueClaimed(bytes32 claimedId, uint128 value);
    event TransferLockedValueToInheritorFailed(address inheritor, uint128 value);
    event ReplyTransferFailed(address destination, uint128 value);
    event ValueClaimFailed(bytes32 claimedId, uint128 value);

    function router() external view returns (address);

    function stateHash() external view returns (bytes32);

    function nonce() external view returns (uint256);

    function exited() external view returns (bool);

    function inheritor() external view returns (address);

    function initializer() external view returns (address);

    function sendMessage(bytes calldata _payload, bool _callReply) external payable returns (bytes32 messageId);

    function sendReply(bytes32 _repliedTo, bytes calldata _payload) external payable;

    function claimValue(bytes32 _claimedId) external;

    function executableBalanceTopUp(uint128 _value) external;

    function executableBalanceTopUpWithPermit(uint128 _value, uint256 _deadline, uint8 _v, bytes32 _r, bytes32 _s)
        external;

    function transferLockedValueToInheritor() external;

    function initialize(address _initializer, address _abiInterface, bool _isSmall, uint128 _initialExecutableBalance)
        external;

    function performStateTransition(Gear.StateTransition calldata _transition)
        external
        payable
        returns (bytes32 transitionHash);
}
