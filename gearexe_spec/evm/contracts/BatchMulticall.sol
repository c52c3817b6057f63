// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

import {IMirror} from "./interfaces/IMirror.sol";
import {IWrappedVara} from "./interfaces/IWrappedVara.sol";

/// @dev What the helper asks of a Router.
interface IRouterOfMulticall {
    function createProgram(bytes32 _codeId, bytes32 _salt, address _overrideInitializer) external returns (address);

    function wrappedVara() external view returns (address);
}

/// @title Several messages or programs in one transaction; this contract is their source (chapter 8).
contract BatchMulticall {
    error ApproveFailed();
    error InsufficientValue(uint256 expected, uint256 actual);
    error RefundFailed();
    error TransferFromFailed();

    event SendMessageBatchResult(bytes32[] messageIds);

    struct MessageCall {
        address mirror;
        bytes payload;
        uint128 value;
    }

    struct CreateProgramCall {
        bytes32 codeId;
        bytes32 salt;
        bytes initPayload;
        uint128 initValue;
        uint128 topUpValue;
    }

    receive() external payable {}

    function sendMessageBatch(MessageCall[] calldata calls) external payable {
        uint256 consumed = 0;
        for (uint256 i = 0; i < calls.length; ++i) {
            consumed += calls[i].value;
        }
        require(consumed <= msg.value, InsufficientValue(consumed, msg.value));

        bytes32[] memory messageIds = new bytes32[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            MessageCall calldata item = calls[i];
            messageIds[i] = IMirror(item.mirror).sendMessage{value: item.value}(item.payload, false);
        }
        _refund(msg.value - consumed);
        emit SendMessageBatchResult(messageIds);
    }

    function createProgramBatch(address router, CreateProgramCall[] calldata calls)
        external
        payable
        returns (address[] memory, bytes32[] memory)
    {
        IWrappedVara token = IWrappedVara(IRouterOfMulticall(router).wrappedVara());
        address[] memory programs = new address[](calls.length);
        bytes32[] memory messageIds = new bytes32[](calls.length);
        uint256 consumed = 0;
        for (uint256 i = 0; i < calls.length; ++i) {
            CreateProgramCall calldata item = calls[i];
            consumed += item.initValue;
            require(consumed <= msg.value, InsufficientValue(consumed, msg.value));

            programs[i] = IRouterOfMulticall(router).createProgram(item.codeId, item.salt, address(this));
            if (item.topUpValue > 0) _topUp(token, programs[i], item.topUpValue);
            messageIds[i] = IMirror(programs[i]).sendMessage{value: item.initValue}(item.initPayload, false);
        }
        _refund(msg.value - consumed);
        return (programs, messageIds);
    }

    function _topUp(IWrappedVara token, address program, uint128 value) private {
        require(token.transferFrom(msg.sender, address(this), value), TransferFromFailed());
        require(token.approve(program, value), ApproveFailed());
        IMirror(program).executableBalanceTopUp(value);
    }

    function _refund(uint256 surplus) private {
        if (surplus == 0) return;
        (bool success,) = msg.sender.call{value: surplus}("");
        require(success, RefundFailed());
    }
}
