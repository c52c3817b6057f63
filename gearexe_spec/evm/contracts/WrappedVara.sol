// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.35;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {
    ERC20BurnableUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20BurnableUpgradeable.sol";
import {
    ERC20PermitUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20PermitUpgradeable.sol";

/// @title The token that pays for computation (chapter 7).
contract WrappedVara is ERC20BurnableUpgradeable, ERC20PermitUpgradeable, OwnableUpgradeable, UUPSUpgradeable {
    string private constant NAME = "Wrapped Vara";
    string private constant SYMBOL = "WVARA";
    uint8 private constant DECIMALS = 12;
    uint256 private constant INITIAL_SUPPLY = 1_000_000 * 10 ** DECIMALS;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    function initialize(address initialOwner) external initializer {
        _setUp(initialOwner);
        _mint(initialOwner, INITIAL_SUPPLY);
    }

    function reinitialize() external onlyOwner reinitializer(2) {
        _setUp(owner());
    }

    function decimals() public pure override returns (uint8) {
        return DECIMALS;
    }

    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }

    function _setUp(address owner_) private onlyInitializing {
        __ERC20_init(NAME, SYMBOL);
        __ERC20Burnable_init();
        __Ownable_init(owner_);
        __ERC20Permit_init(NAME);
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}
}
