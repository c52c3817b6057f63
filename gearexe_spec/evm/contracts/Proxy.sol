// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

// The proxy of Router, WrappedVara and Middleware is OpenZeppelin's as it is.
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
