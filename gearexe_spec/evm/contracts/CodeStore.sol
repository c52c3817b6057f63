// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

/// @title Bytes kept as the code of a contract of their own, behind one zero byte so that it cannot run.
library CodeStore {
    /// @dev The selector of `DeploymentFailed()`, which is in no ABI.
    bytes4 private constant DEPLOYMENT_FAILED = 0x30116425;

    /// @return pointer The new contract. Data of 24,576 bytes and more exceed the limit of code.
    function write(bytes memory data) internal returns (address pointer) {
        bytes4 failure = DEPLOYMENT_FAILED;
        // the size in the creation code below has 16 bits; whatever is longer must not come to be
        if (data.length > 0xfffe) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        // push2 size, dup1, push1 10, returndatasize, codecopy, returndatasize, return; then the code
        bytes memory initcode = abi.encodePacked(hex"61", uint16(data.length + 1), hex"80600a3d393df300", data);
        assembly ("memory-safe") {
            pointer := create(0, add(initcode, 0x20), mload(initcode))
            if iszero(pointer) {
                mstore(0, failure)
                revert(0, 4)
            }
        }
    }

    /// @dev A pointer without code makes the length wrap to 2^40 - 1, so that the copy runs out of gas.
    function read(address pointer) internal view returns (bytes memory data) {
        assembly ("memory-safe") {
            let length := and(0xffffffffff, sub(extcodesize(pointer), 1))
            data := mload(0x40)
            mstore(data, length)
            extcodecopy(pointer, add(data, 0x20), 1, length)
            mstore(0x40, and(add(add(data, length), 0x3f), not(0x1f)))
        }
    }
}
