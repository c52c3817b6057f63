// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

/// An implementation that lets the proxy in front of it call whom it is told to, and gives its place back.
contract Puppet {
    bytes32 private constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    function proxiableUUID() external pure returns (bytes32) {
        return IMPLEMENTATION;
    }

    function exec(address target, bytes calldata data) external returns (bytes memory) {
        (bool ok, bytes memory returned) = target.call(data);
        if (!ok) {
            assembly {
                revert(add(returned, 0x20), mload(returned))
            }
        }
        return returned;
    }

    function setImplementation(address implementation) external {
        assembly {
            sstore(IMPLEMENTATION, implementation)
        }
    }
}
