"""The token of the economics' recordings: anyone mints it, and it can be made to behave badly.

Production has no such contract; `gearexe_spec/evm/contracts/TestToken.sol` is the same in Solidity.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U8, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.contract_calls import expect_success
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import ContractRejection, panic
from gearexe_spec.onchain.events import Approval, Transfer
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, ZERO_U256, ExtensionCode
from gearexe_spec.symbiotic.contract import storage_of

BASIS = 10_000
OVERFLOW = 0x11


class TokenRejection(ContractRejection):
    """Errors of the token."""

    TransferExceedsBalance = "TransferExceedsBalance()"
    TransferExceedsAllowance = "TransferExceedsAllowance()"


@dataclass(frozen=True, slots=True)
class TokenStorage:
    """Balances, allowances by owner and spender, and how the token behaves.

    Args:
        fee: basis points that are kept from the receiver.
        open: whether nobody needs an allowance.
        refuse: whether transfers answer *false*.
        callback_target: who is called after each transfer; nobody is the zero address.
    """

    balances: Map[Address, U256] = Map()
    allowances: Map[tuple[Address, Address], U256] = Map()
    fee: U256 = ZERO_U256
    open: bool = False
    refuse: bool = False
    callback_target: Address = ZERO_ADDRESS
    callback_data: bytes = b""

    def balance(self, owner: Address) -> U256:
        """Units of the owner."""
        return self.balances.get(owner, ZERO_U256)

    def allowance(self, owner: Address, spender: Address) -> U256:
        """Units of the owner that the spender may move."""
        return self.allowances.get((owner, spender), ZERO_U256)


def mint(frame: Frame) -> bytes:
    """Make units for somebody.

    Raises:
        Rejected: Panic(0x11).
    """
    receiver, amount = frame.calldata.address(HEAD), frame.calldata.u256(HEAD + WORD)
    _credit(frame, receiver, amount)
    frame.emit(Transfer(ZERO_ADDRESS, receiver, amount))
    return b""


def configure(frame: Frame) -> bytes:
    """Behave otherwise from now on."""
    calldata = frame.calldata
    fee, is_open, refuse = calldata.u256(HEAD), calldata.boolean(HEAD + WORD), calldata.boolean(HEAD + 2 * WORD)
    frame.update(extension=replace(storage_of(frame, TokenStorage), fee=fee, open=is_open, refuse=refuse))
    return b""


def set_callback(frame: Frame) -> bytes:
    """Call somebody after each transfer."""
    calldata = frame.calldata
    target, data = calldata.address(HEAD), calldata.bytes(calldata.entry_slice(HEAD + WORD, 1))
    frame.update(extension=replace(storage_of(frame, TokenStorage), callback_target=target, callback_data=data))
    return b""


def approve(frame: Frame) -> bytes:
    """Let a spender move units of the caller."""
    spender, amount = frame.calldata.address(HEAD), frame.calldata.u256(HEAD + WORD)
    _allow(frame, frame.sender, spender, amount)
    frame.emit(Approval(frame.sender, spender, amount))
    return encode_word(True)


def transfer(frame: Frame) -> bytes:
    """Move units of the caller."""
    return encode_word(_move(frame, frame.sender, frame.calldata.address(HEAD), frame.calldata.u256(HEAD + WORD)))


def transfer_from(frame: Frame) -> bytes:
    """Move units of somebody who allowed it, or of anybody where the token is open.

    Raises:
        Rejected: TransferExceedsAllowance; what `_move` raises.
    """
    calldata = frame.calldata
    giver, receiver = calldata.address(HEAD), calldata.address(HEAD + WORD)
    amount = calldata.u256(HEAD + 2 * WORD)
    kept = storage_of(frame, TokenStorage)
    if kept.refuse:
        return encode_word(False)
    allowed = kept.allowance(giver, frame.sender)
    if not kept.open and allowed != U256.MAX:
        if allowed < amount:
            raise Rejected(TokenRejection.TransferExceedsAllowance)
        _allow(frame, giver, frame.sender, allowed - amount)
    return encode_word(_move(frame, giver, receiver, amount))


def _move(frame: Frame, giver: Address, receiver: Address, amount: U256) -> bool:
    """Move units less the fee, and call who is to be called.

    Raises:
        Rejected: TransferExceedsBalance; Panic(0x11); what the callback reverts with.
    """
    kept = storage_of(frame, TokenStorage)
    if kept.refuse:
        return False
    if kept.balance(giver) < amount:
        raise Rejected(TokenRejection.TransferExceedsBalance)
    product = int(amount) * int(kept.fee)
    if product > U256.MAX or product // BASIS > int(amount):
        raise panic(OVERFLOW)
    arrives = amount - product // BASIS

    frame.update(extension=replace(kept, balances=kept.balances.set(giver, kept.balance(giver) - amount)))
    _credit(frame, receiver, arrives)
    frame.emit(Transfer(giver, receiver, arrives))
    if kept.callback_target != ZERO_ADDRESS:
        expect_success(frame.call(kept.callback_target, kept.callback_data))
    return True


def _credit(frame: Frame, receiver: Address, amount: U256) -> None:
    kept = storage_of(frame, TokenStorage)
    total = int(kept.balance(receiver)) + int(amount)
    if total > U256.MAX:
        raise panic(OVERFLOW)
    frame.update(extension=replace(kept, balances=kept.balances.set(receiver, U256(total))))


def _allow(frame: Frame, owner: Address, spender: Address, amount: U256) -> None:
    kept = storage_of(frame, TokenStorage)
    frame.update(extension=replace(kept, allowances=kept.allowances.set((owner, spender), amount)))


def answer_balance(frame: Frame) -> bytes:
    """Units of an account."""
    return encode_word(storage_of(frame, TokenStorage).balance(frame.calldata.address(HEAD)))


def answer_allowance(frame: Frame) -> bytes:
    """Units of an owner that a spender may move."""
    calldata = frame.calldata
    return encode_word(storage_of(frame, TokenStorage).allowance(calldata.address(HEAD), calldata.address(HEAD + WORD)))


def answer_callback_data(frame: Frame) -> bytes:
    """What is sent to who is called after each transfer."""
    return encode_tuple((encode_bytes(storage_of(frame, TokenStorage).callback_data),))


TOKEN = Interface(
    table(
        Function("mint(address,uint256)", 2, mint),
        Function("configure(uint256,bool,bool)", 3, configure),
        Function("setCallback(address,bytes)", 2, set_callback),
        Function("approve(address,uint256)", 2, approve),
        Function("transfer(address,uint256)", 2, transfer),
        Function("transferFrom(address,address,uint256)", 3, transfer_from),
        Function("balanceOf(address)", 1, answer_balance),
        Function("allowance(address,address)", 2, answer_allowance),
        Function("decimals()", 0, lambda frame: encode_word(U8(18))),
        Function("feeBps()", 0, lambda frame: encode_word(storage_of(frame, TokenStorage).fee)),
        Function("open()", 0, lambda frame: encode_word(storage_of(frame, TokenStorage).open)),
        Function("refuse()", 0, lambda frame: encode_word(storage_of(frame, TokenStorage).refuse)),
        Function("callbackTarget()", 0, lambda frame: encode_word(storage_of(frame, TokenStorage).callback_target)),
        Function("callbackData()", 0, answer_callback_data),
    )
)


@dataclass(frozen=True, slots=True)
class TestToken(ExtensionCode):
    """A token; calls of it are not listed among those of foreign code."""

    def run(self, frame: Frame) -> bytes:
        return TOKEN.run(frame)
