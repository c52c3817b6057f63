"""WrappedVara: the token that pays for code validation and execution on networks without another one.

Rules: WVA-1 to WVA-16.
Source: WrappedVara.sol; OpenZeppelin 5.6.1 ERC20Upgradeable, ERC20PermitUpgradeable, ERC20BurnableUpgradeable.
"""

from __future__ import annotations

from dataclasses import replace

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U8, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.eip712 import PERMIT_TYPE
from gearexe_spec.crypto.on_chain_ecdsa import recover_on_chain_from_parts
from gearexe_spec.crypto.typed_data import hash_typed_data
from gearexe_spec.onchain.calldata import HEAD
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import OVERFLOW, WrappedVaraRejection, panic
from gearexe_spec.onchain.events import Approval, Transfer
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.upgradeable import (
    OWNABLE,
    TYPED_SIGNATURES,
    UPGRADEABLE,
    begin_initialize,
    begin_reinitialize,
    check_owner,
    domain_of,
    end_initialization,
    initialize_owner,
    set_domain,
    use_signature_nonce,
)
from gearexe_spec.onchain.words import encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, TokenStorage

NAME = "Wrapped Vara"
SYMBOL = "WVARA"
DECIMALS = U8(12)
INITIAL_SUPPLY = U256(1_000_000 * 10**12)
REINITIALIZED_VERSION = 2
_UNLIMITED = U256(U256.MAX)
_TRUE = encode_word(True)


def set_token(frame: Frame, token: TokenStorage) -> None:
    """Replace the token's part of the storage."""
    frame.update(token=token)


def move_tokens(frame: Frame, sender: Address, receiver: Address, value: U256) -> None:
    """Transfer, mint (from zero) or burn (to zero).

    Raises:
        Rejected: ERC20InsufficientBalance(sender, balance, value); Panic(0x11) when minting passes 2^256.

    Rules: WVA-3, WVA-4.
    Source: ERC20Upgradeable.sol `_update`.
    """
    token = frame.storage.token
    balances, supply = token.balances, token.total_supply
    if sender == ZERO_ADDRESS:
        if int(supply) + int(value) > U256.MAX:
            raise panic(OVERFLOW)
        supply = supply + value
    else:
        balance = balances.get(sender, U256(0))
        if balance < value:
            raise Rejected(WrappedVaraRejection.ERC20InsufficientBalance, sender, balance, value)
        balances = balances.set(sender, balance - value)
    if receiver == ZERO_ADDRESS:
        supply = supply - value
    else:
        balances = balances.set(receiver, balances.get(receiver, U256(0)) + value)
    set_token(frame, replace(token, balances=balances, total_supply=supply))
    frame.emit(Transfer(sender, receiver, value))


def check_receiver(receiver: Address) -> None:
    """Tokens go to somebody (WVA-2).

    Raises:
        Rejected: ERC20InvalidReceiver(0).
    """
    if receiver == ZERO_ADDRESS:
        raise Rejected(WrappedVaraRejection.ERC20InvalidReceiver, receiver)


def transfer_tokens(frame: Frame, sender: Address, receiver: Address, value: U256) -> None:
    """Transfer between two accounts, of which the sender is known not to be zero.

    Raises:
        Rejected: ERC20InvalidReceiver, ERC20InsufficientBalance.

    Rules: WVA-2, WVA-3.
    """
    check_receiver(receiver)
    move_tokens(frame, sender, receiver, value)


def set_allowance(frame: Frame, owner: Address, spender: Address, value: U256, *, announce: bool = True) -> None:
    """Allow a spender to take tokens (WVA-5).

    Raises:
        Rejected: ERC20InvalidApprover(0), ERC20InvalidSpender(0).

    Source: ERC20Upgradeable.sol `_approve`.
    """
    if owner == ZERO_ADDRESS:
        raise Rejected(WrappedVaraRejection.ERC20InvalidApprover, owner)
    if spender == ZERO_ADDRESS:
        raise Rejected(WrappedVaraRejection.ERC20InvalidSpender, spender)
    token = frame.storage.token
    set_token(frame, replace(token, allowances=token.allowances.set((owner, spender), value)))
    if announce:
        frame.emit(Approval(owner, spender, value))


def spend_allowance(frame: Frame, owner: Address, spender: Address, value: U256) -> None:
    """Use up an allowance, silently; the greatest number is never used up (WVA-6).

    Raises:
        Rejected: ERC20InsufficientAllowance(spender, allowance, value), ERC20InvalidApprover, ERC20InvalidSpender.

    Source: ERC20Upgradeable.sol `_spendAllowance`.
    """
    allowance = frame.storage.token.allowances.get((owner, spender), U256(0))
    if allowance == _UNLIMITED:
        return
    if allowance < value:
        raise Rejected(WrappedVaraRejection.ERC20InsufficientAllowance, spender, allowance, value)
    set_allowance(frame, owner, spender, allowance - value, announce=False)


def apply_transfer(frame: Frame) -> bytes:
    """Transfer one's own tokens.

    Raises:
        Rejected: ERC20InvalidReceiver, ERC20InsufficientBalance.

    Rules: WVA-7.
    """
    calldata = frame.calldata
    transfer_tokens(frame, frame.sender, calldata.address(HEAD), calldata.u256(HEAD + 32))
    return _TRUE


def apply_transfer_from(frame: Frame) -> bytes:
    """Transfer somebody's tokens by allowance; the allowance is looked at first.

    Raises:
        Rejected: ERC20InsufficientAllowance, ERC20InvalidApprover, ERC20InvalidReceiver, ERC20InsufficientBalance.

    Rules: WVA-8.
    """
    calldata = frame.calldata
    owner, receiver = calldata.address(HEAD), calldata.address(HEAD + 32)
    value = calldata.u256(HEAD + 64)

    spend_allowance(frame, owner, frame.sender, value)
    transfer_tokens(frame, owner, receiver, value)
    return _TRUE


def apply_approve(frame: Frame) -> bytes:
    """Allow a spender to take one's tokens.

    Raises:
        Rejected: ERC20InvalidSpender.

    Rules: WVA-9.
    """
    calldata = frame.calldata
    set_allowance(frame, frame.sender, calldata.address(HEAD), calldata.u256(HEAD + 32))
    return _TRUE


def apply_burn(frame: Frame) -> bytes:
    """Destroy one's own tokens.

    Raises:
        Rejected: ERC20InsufficientBalance.

    Rules: WVA-10.
    """
    move_tokens(frame, frame.sender, ZERO_ADDRESS, frame.calldata.u256(HEAD))
    return b""


def apply_burn_from(frame: Frame) -> bytes:
    """Destroy somebody's tokens by allowance.

    Raises:
        Rejected: ERC20InsufficientAllowance, ERC20InvalidApprover, ERC20InsufficientBalance.

    Rules: WVA-10.
    """
    calldata = frame.calldata
    owner, value = calldata.address(HEAD), calldata.u256(HEAD + 32)

    spend_allowance(frame, owner, frame.sender, value)
    move_tokens(frame, owner, ZERO_ADDRESS, value)
    return b""


def apply_mint(frame: Frame) -> bytes:
    """Make tokens; the owner's privilege.

    Raises:
        Rejected: OwnableUnauthorizedAccount, ERC20InvalidReceiver, Panic(0x11).

    Rules: WVA-11.
    """
    calldata = frame.calldata
    receiver, amount = calldata.address(HEAD), calldata.u256(HEAD + 32)

    check_owner(frame)
    check_receiver(receiver)
    move_tokens(frame, ZERO_ADDRESS, receiver, amount)
    return b""


def apply_permit(frame: Frame) -> bytes:
    """Approve by the owner's signature; anybody may bring it.

    Raises:
        Rejected: ERC2612ExpiredSignature, ECDSAInvalidSignatureS, ECDSAInvalidSignature, ERC2612InvalidSigner,
            ERC20InvalidSpender.

    Rules: WVA-12, WVA-13.
    Source: ERC20PermitUpgradeable.sol `permit`.
    """
    calldata = frame.calldata
    owner, spender = calldata.address(HEAD), calldata.address(HEAD + 32)
    value, deadline = calldata.u256(HEAD + 64), calldata.u256(HEAD + 96)
    v, r, s = calldata.unsigned(HEAD + 128, U8), calldata.u256(HEAD + 160), calldata.u256(HEAD + 192)

    if frame.block.timestamp > deadline:
        raise Rejected(WrappedVaraRejection.ERC2612ExpiredSignature, deadline)

    nonce = use_signature_nonce(frame, owner)
    permit = {"owner": owner, "spender": spender, "value": value, "nonce": nonce, "deadline": deadline}
    signer = recover_on_chain_from_parts(hash_typed_data(domain_of(frame), PERMIT_TYPE, permit), v, r, s)
    if signer != owner:
        raise Rejected(WrappedVaraRejection.ERC2612InvalidSigner, signer, owner)

    set_allowance(frame, owner, spender, value)
    return b""


def set_names(frame: Frame) -> None:
    """The token's names, also those its signatures carry (WVA-14)."""
    set_token(frame, replace(frame.storage.token, name=NAME, symbol=SYMBOL))
    set_domain(frame, NAME, "1")


def apply_initialize(frame: Frame) -> bytes:
    """Name the token, and mint its first supply to the owner.

    Raises:
        Rejected: InvalidInitialization, OwnableInvalidOwner.

    Rules: WVA-14, WVA-15.
    Source: WrappedVara.sol `initialize`.
    """
    owner = frame.calldata.address(HEAD)

    begin_initialize(frame)
    set_names(frame)
    initialize_owner(frame, owner)
    move_tokens(frame, ZERO_ADDRESS, owner, INITIAL_SUPPLY)
    end_initialization(frame)
    return b""


def apply_reinitialize(frame: Frame) -> bytes:
    """Name the token again; nothing is minted.

    Raises:
        Rejected: OwnableUnauthorizedAccount, InvalidInitialization.

    Rules: WVA-16.
    """
    check_owner(frame)
    begin_reinitialize(frame, REINITIALIZED_VERSION)
    set_names(frame)
    initialize_owner(frame, frame.storage.owner)
    end_initialization(frame)
    return b""


def _answer_allowance(frame: Frame) -> bytes:
    calldata = frame.calldata
    pair = (calldata.address(HEAD), calldata.address(HEAD + 32))
    return encode_word(frame.storage.token.allowances.get(pair, U256(0)))


def _answer_balance(frame: Frame) -> bytes:
    return encode_word(frame.storage.token.balances.get(frame.calldata.address(HEAD), U256(0)))


INTERFACE = Interface(
    table(
        Function("initialize(address)", 1, apply_initialize),
        Function("reinitialize()", 0, apply_reinitialize),
        Function("mint(address,uint256)", 2, apply_mint),
        Function("burn(uint256)", 1, apply_burn),
        Function("burnFrom(address,uint256)", 2, apply_burn_from),
        Function("transfer(address,uint256)", 2, apply_transfer),
        Function("transferFrom(address,address,uint256)", 3, apply_transfer_from),
        Function("approve(address,uint256)", 2, apply_approve),
        Function("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", 7, apply_permit),
        Function("allowance(address,address)", 2, _answer_allowance),
        Function("balanceOf(address)", 1, _answer_balance),
        Function("totalSupply()", 0, lambda frame: encode_word(frame.storage.token.total_supply)),
        Function("decimals()", 0, lambda frame: encode_word(DECIMALS)),
        Function("name()", 0, lambda frame: encode_tuple((encode_bytes(frame.storage.token.name.encode()),))),
        Function("symbol()", 0, lambda frame: encode_tuple((encode_bytes(frame.storage.token.symbol.encode()),))),
        *OWNABLE,
        *UPGRADEABLE,
        *TYPED_SIGNATURES,
    )
)
