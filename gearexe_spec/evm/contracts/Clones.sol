// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

import {MirrorProxy} from "./MirrorProxy.sol";

/// @title The two kinds of clones that stand for programs. Both carry the address of their Router in their code.
library Clones {
    /// @dev Where the Router's address stands in the creation code of MirrorProxy; a test holds it to the artifact.
    uint256 private constant ROUTER_IN_FULL_CLONE = 707;

    /// @dev Answers everything by delegation; sees no selector.
    function createSmall(address router, bytes32 salt) internal returns (address) {
        // loader: returndatasize, push1 80, dup1, push1 10, returndatasize, codecopy, dup2, return
        // runtime up to the Router's address, and from behind it: chapter 6 of the specification spells it out
        return create2(
            abi.encodePacked(
                hex"3d605080600a3d3981f3608060405263e6fabc0960e01b5f5260205f60048173",
                router,
                hex"5afa15604c575f808051368280378136915af43d5f803e156048573d5ff35b3d5ffd5b5f80fd"
            ),
            salt
        );
    }

    /// @dev Answers the getters itself and checks the arguments of what it knows.
    function createFull(address router, bytes32 salt) internal returns (address) {
        bytes memory initcode = type(MirrorProxy).creationCode;
        for (uint256 i = 0; i < 20; ++i) {
            initcode[ROUTER_IN_FULL_CLONE + i] = bytes20(router)[i];
        }
        return create2(initcode, salt);
    }

    /// @dev A taken address is an empty revert.
    function create2(bytes memory initcode, bytes32 salt) private returns (address clone) {
        assembly ("memory-safe") {
            clone := create2(0, add(initcode, 0x20), mload(initcode), salt)
            if iszero(clone) {
                revert(0, 0)
            }
        }
    }
}
