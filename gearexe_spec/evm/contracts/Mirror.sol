// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

import {Gear} from "./Gear.sol";
import {ICallbacks} from "./interfaces/ICallbacks.sol";
import {IMirror} from "./interfaces/IMirror.sol";
import {IWrappedVara} from "./interfaces/IWrappedVara.sol";

/// @dev What a Mirror asks its Router.
interface IRouterOfMirror {
    function paused() external view returns (bool);

    function wrappedVara() external view returns (address);
}

/// @title The logic behind every program; runs by delegation from the program's clone (chapter 6).
contract Mirror is IMirror {
    /// @dev Messages to this address are re-emitted as events of the program.
    address private constant EVENT_DESTINATION = 0xFFfFfFffFFfffFFfFFfFFFFFffFFFffffFfFFFfF;

    /// @dev ERC-1967 implementation: the "ABI interface", for block explorers only.
    bytes32 private constant ABI_INTERFACE_SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    uint256 private constant CALLBACK_GAS = 500_000;
    uint256 private constant TRANSFER_GAS = 5_000;

    address public immutable router;

    // slots 0 to 3 of the clone
    bytes32 public stateHash;
    uint256 public nonce;
    bool public exited;
    address public inheritor;
    address public initializer;
    bool private isSmall;

    constructor(address _router) {
        router = _router;
    }

    // ---- checks

    function _checkNotPaused() private view {
        require(!IRouterOfMirror(router).paused(), EnforcedPause());
    }

    function _checkActive() private view {
        _checkNotPaused();
        require(!exited, ProgramExited());
    }

    function _checkInitialized() private view {
        _checkActive();
        require(nonce > 0, InitMessageNotCreated());
    }

    function _checkRouter() private view {
        require(msg.sender == router, CallerNotRouter());
    }

    // ---- what users ask

    function sendMessage(bytes calldata _payload, bool _callReply) external payable returns (bytes32 messageId) {
        _checkNotPaused();
        return _queueMessage(_payload, _callReply);
    }

    function sendReply(bytes32 _repliedTo, bytes calldata _payload) external payable {
        _checkInitialized();
        uint128 value = _forwardValue();
        emit ReplyQueueingRequested(_repliedTo, msg.sender, _payload, value);
    }

    function claimValue(bytes32 _claimedId) external {
        _checkInitialized();
        emit ValueClaimingRequested(_claimedId, msg.sender);
    }

    function executableBalanceTopUp(uint128 _value) external {
        _checkActive();
        _topUp(_value);
    }

    /// @dev A failing permit is no failure: the allowance decides.
    function executableBalanceTopUpWithPermit(uint128 _value, uint256 _deadline, uint8 _v, bytes32 _r, bytes32 _s)
        external
    {
        _checkActive();
        IWrappedVara token = IWrappedVara(IRouterOfMirror(router).wrappedVara());
        try token.permit(msg.sender, address(this), _value, _deadline, _v, _r, _s) {} catch {}
        _topUp(_value);
    }

    function transferLockedValueToInheritor() external {
        _checkNotPaused();
        require(exited, ProgramNotExited());
        (bool success,) = _sendLockedValue();
        require(success, TransferLockedValueToInheritorExternalFailed());
    }

    /// @dev Ether without data stays on the clone. Calldata that holds a selector and a word is a message of a full
    /// clone as a whole; the word says whether the reply comes by call.
    fallback() external payable {
        _checkNotPaused();
        if (msg.value > 0 && msg.data.length == 0) {
            emit OwnedBalanceTopUpRequested(uint128(msg.value));
            return;
        }

        require(!isSmall && msg.data.length >= 36, InvalidFallbackCall());
        bool callReply = uint256(bytes32(msg.data[4:36])) != 0;
        bytes32 messageId = _queueMessage(msg.data, callReply);
        assembly ("memory-safe") {
            mstore(0, messageId)
            return(0, 0x20)
        }
    }

    function _queueMessage(bytes calldata payload, bool callReply) private returns (bytes32 messageId) {
        require(!exited, ProgramExited());
        require(nonce > 0 || msg.sender == initializer, InitMessageNotCreatedAndCallerNotInitializer());

        uint128 value = _forwardValue();
        messageId = keccak256(abi.encodePacked(address(this), nonce++));
        emit MessageQueueingRequested(messageId, msg.sender, payload, value, callReply);
    }

    function _topUp(uint128 value) private {
        if (value != 0) {
            IWrappedVara token = IWrappedVara(IRouterOfMirror(router).wrappedVara());
            require(token.transferFrom(msg.sender, router, value), WVaraTransferFailed());
        }
        emit ExecutableBalanceTopUpRequested(value);
    }

    /// @dev Value is cut to its low 128 bits, as everywhere in the protocol.
    function _forwardValue() private returns (uint128 value) {
        value = uint128(msg.value);
        if (value != 0) _payRouter(value);
    }

    // ---- what the Router does

    function initialize(address _initializer, address _abiInterface, bool _isSmall, uint128 _initialExecutableBalance)
        external
    {
        _checkRouter();
        require(initializer == address(0), InitializerAlreadySet());
        require(!isSmall, IsSmallAlreadySet());
        address abiInterface;
        assembly ("memory-safe") {
            abiInterface := sload(ABI_INTERFACE_SLOT)
        }
        require(abiInterface == address(0), AbiInterfaceAlreadySet());

        initializer = _initializer;
        isSmall = _isSmall;
        assembly ("memory-safe") {
            sstore(ABI_INTERFACE_SLOT, _abiInterface)
        }
        if (_initialExecutableBalance != 0) emit ExecutableBalanceTopUpRequested(_initialExecutableBalance);
    }

    /// @dev Messages before claims, the exit after both, the state hash last.
    function performStateTransition(Gear.StateTransition calldata _transition)
        external
        payable
        returns (bytes32 transitionHash)
    {
        _checkRouter();
        require(_transition.actorId == address(this), InvalidActorId());
        if (_transition.valueToReceiveNegativeSign && _transition.valueToReceive != 0) {
            _payRouter(_transition.valueToReceive);
        }

        bytes32 messagesHash = _handleMessages(_transition.messages);
        bytes32 claimsHash = _handleClaims(_transition.valueClaims);

        if (_transition.exited) {
            _exit(_transition.inheritor);
        } else {
            require(_transition.inheritor == address(0), InheritorMustBeZero());
        }

        if (stateHash != _transition.newStateHash) {
            stateHash = _transition.newStateHash;
            emit StateChanged(_transition.newStateHash);
        }
        return Gear.stateTransitionHash(_transition, claimsHash, messagesHash);
    }

    function _handleMessages(Gear.Message[] calldata messages) private returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](messages.length);
        for (uint256 i = 0; i < messages.length; ++i) {
            Gear.Message calldata message = messages[i];
            hashes[i] = Gear.messageHash(message);
            if (message.replyDetails.to == 0) {
                _handleMessage(message);
            } else {
                _handleReply(message);
            }
        }
        return keccak256(abi.encodePacked(hashes));
    }

    /// @dev Its value stays on the clone until it is claimed.
    function _handleMessage(Gear.Message calldata message) private {
        if (_emitProgramEvent(message)) return;

        if (message.call) {
            (bool success,) = message.destination.call{gas: CALLBACK_GAS}(message.payload);
            if (!success) {
                emit MessageCallFailed(message.id, message.destination, message.value);
                return;
            }
        }
        emit Message(message.id, message.destination, message.payload, message.value);
    }

    /// @dev A callback that succeeds is the only trace of its reply.
    function _handleReply(Gear.Message calldata message) private {
        if (!message.call) {
            _payReply(message);
            emit Reply(message.payload, message.value, message.replyDetails.to, message.replyDetails.code);
            return;
        }

        bytes memory callback = message.replyDetails.code[0] == 0
            ? message.payload
            : abi.encodeCall(ICallbacks.onErrorReply, (message.id, message.payload, message.replyDetails.code));
        (bool success,) = message.destination.call{gas: CALLBACK_GAS, value: message.value}(callback);
        if (!success) {
            _payReply(message);
            emit ReplyCallFailed(message.value, message.replyDetails.to, message.replyDetails.code);
        }
    }

    function _payReply(Gear.Message calldata message) private {
        if (!_pay(message.destination, message.value)) emit ReplyTransferFailed(message.destination, message.value);
    }

    /// @dev Payload of an event: number of topics (1 byte), the topics (32 bytes each), data. The topics of this
    /// contract's own events cannot be borrowed.
    function _emitProgramEvent(Gear.Message calldata message) private returns (bool) {
        bytes calldata payload = message.payload;
        if (message.destination != EVENT_DESTINATION || message.value != 0 || payload.length == 0) return false;

        uint256 topics = uint8(payload[0]);
        if (topics == 0 || topics > 4 || payload.length < 1 + 32 * topics) return false;
        if (_isOwnEvent(bytes32(payload[1:33]))) return false;

        bytes memory data = payload[1 + 32 * topics:];
        assembly ("memory-safe") {
            let start := add(data, 0x20)
            let size := mload(data)
            let topic := add(payload.offset, 1)
            switch topics
            case 1 { log1(start, size, calldataload(topic)) }
            case 2 { log2(start, size, calldataload(topic), calldataload(add(topic, 0x20))) }
            case 3 {
                log3(
                    start, size, calldataload(topic), calldataload(add(topic, 0x20)), calldataload(add(topic, 0x40))
                )
            }
            default {
                log4(
                    start,
                    size,
                    calldataload(topic),
                    calldataload(add(topic, 0x20)),
                    calldataload(add(topic, 0x40)),
                    calldataload(add(topic, 0x60))
                )
            }
        }
        return true;
    }

    function _isOwnEvent(bytes32 topic) private pure returns (bool) {
        return topic == MessageQueueingRequested.selector || topic == ReplyQueueingRequested.selector
            || topic == ValueClaimingRequested.selector || topic == OwnedBalanceTopUpRequested.selector
            || topic == ExecutableBalanceTopUpRequested.selector || topic == StateChanged.selector
            || topic == Message.selector || topic == MessageCallFailed.selector || topic == Reply.selector
            || topic == ReplyCallFailed.selector || topic == ValueClaimed.selector
            || topic == TransferLockedValueToInheritorFailed.selector || topic == ReplyTransferFailed.selector
            || topic == ValueClaimFailed.selector;
    }

    function _handleClaims(Gear.ValueClaim[] calldata claims) private returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            Gear.ValueClaim calldata claim = claims[i];
            hashes[i] = Gear.valueClaimHash(claim);
            if (_pay(claim.destination, claim.value)) {
                emit ValueClaimed(claim.messageId, claim.value);
            } else {
                emit ValueClaimFailed(claim.messageId, claim.value);
            }
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _exit(address _inheritor) private {
        require(!exited, ProgramExited());
        exited = true;
        inheritor = _inheritor;
        (bool success, uint128 value) = _sendLockedValue();
        if (!success) emit TransferLockedValueToInheritorFailed(_inheritor, value);
    }

    // ---- payments

    function _sendLockedValue() private returns (bool success, uint128 value) {
        value = uint128(address(this).balance);
        success = _pay(inheritor, value);
    }

    /// @dev Little gas, so that a receiver can do little; nothing to pay is a success.
    function _pay(address destination, uint128 value) private returns (bool success) {
        if (value == 0) return true;
        (success,) = destination.call{gas: TRANSFER_GAS, value: value}("");
    }

    function _payRouter(uint128 value) private {
        (bool success,) = router.call{value: value}("");
        require(success, EtherTransferToRouterFailed());
    }
}
