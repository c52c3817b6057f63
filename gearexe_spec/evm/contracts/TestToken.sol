// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

/// A token that can be made to behave badly; recordings of the economics use one like it as collateral and reward.
contract TestToken {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error TransferExceedsBalance();
    error TransferExceedsAllowance();

    uint256 private constant BASIS = 10_000;

    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    uint256 public feeBps;
    bool public open;
    bool public refuse;
    address public callbackTarget;
    bytes public callbackData;

    function decimals() external pure returns (uint8) {
        return 18;
    }

    /// Anyone may mint.
    function mint(address to, uint256 v) external {
        balanceOf[to] += v;
        emit Transfer(address(0), to, v);
    }

    /// A fee that is kept from the receiver, transferFrom without allowance, transfer functions that return false.
    function configure(uint256 feeBps_, bool open_, bool refuse_) external {
        (feeBps, open, refuse) = (feeBps_, open_, refuse_);
    }

    /// After each transfer the target is called; the zero address for nobody.
    function setCallback(address t, bytes calldata d) external {
        (callbackTarget, callbackData) = (t, d);
    }

    function approve(address s, uint256 v) external returns (bool) {
        allowance[msg.sender][s] = v;
        emit Approval(msg.sender, s, v);
        return true;
    }

    function transfer(address to, uint256 v) external returns (bool) {
        return move(msg.sender, to, v);
    }

    function transferFrom(address from, address to, uint256 v) external returns (bool) {
        if (refuse) return false;
        if (!open) {
            uint256 allowed = allowance[from][msg.sender];
            if (allowed != type(uint256).max) {
                if (allowed < v) revert TransferExceedsAllowance();
                allowance[from][msg.sender] = allowed - v;
            }
        }
        return move(from, to, v);
    }

    function move(address from, address to, uint256 v) private returns (bool) {
        if (refuse) return false;
        if (balanceOf[from] < v) revert TransferExceedsBalance();
        uint256 arrives = v - v * feeBps / BASIS;
        balanceOf[from] -= v;
        balanceOf[to] += arrives;
        emit Transfer(from, to, arrives);
        if (callbackTarget != address(0)) {
            (bool ok, bytes memory returned) = callbackTarget.call(callbackData);
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(returned, 0x20), mload(returned))
                }
            }
        }
        return true;
    }
}
