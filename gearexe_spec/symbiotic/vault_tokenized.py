"""The second version of the vault: its active shares are a token that stakers may send to each other.

Rules: SYM-98, SYM-150 to SYM-153.
Source: symbiotic-core vault/VaultTokenized.sol.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD, WORD, Calldata, empty_revert
from gearexe_spec.onchain.contract_calls import expect_success, read_word
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.errors import WrappedVaraRejection
from gearexe_spec.onchain.events import Transfer
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS
from gearexe_spec.onchain.wrapped_vara import apply_approve, check_receiver, spend_allowance
from gearexe_spec.symbiotic.contract import read_now
from gearexe_spec.symbiotic.hints import read_record_place
from gearexe_spec.symbiotic.vault import Vault, vault_functions
from gearexe_spec.symbiotic.vault_storage import PARAMETERS, initialize_vault, update_vault, vault_of

_DECIMALS = compute_selector("decimals()")
BASE_WORDS = len(PARAMETERS)
GREATEST_U8 = 255


def initialize_tokenized_vault(frame: Frame, data: bytes) -> None:
    """Begin a vault, and name its token (SYM-150).

    Raises:
        Rejected: Empty for data that cannot be decoded, Panic(0x41) for a length that no memory holds; as
            `initialize_vault`.

    Source: VaultTokenized.sol `_initialize`.
    """
    reader = Calldata(data)
    base = read_record_place(reader, BASE_WORDS + 2)
    texts = [
        reader.bytes(reader.memory_member(base, base + place * WORD, 1, 1)) for place in (BASE_WORDS, BASE_WORDS + 1)
    ]

    initialize_vault(frame, data[base : base + BASE_WORDS * WORD])
    name, symbol = (text.decode("utf-8", "surrogateescape") for text in texts)
    frame.update(token=replace(frame.storage.token, name=name, symbol=symbol))


def move_shares(frame: Frame, giver: Address, taker: Address, shares: U256) -> None:
    """Send active shares; both histories get an entry in this second (SYM-151).

    Raises:
        Rejected: ERC20InvalidSender, ERC20InvalidReceiver, ERC20InsufficientBalance.

    Source: VaultTokenized.sol `_update`.
    """
    if giver == ZERO_ADDRESS:
        raise Rejected(WrappedVaraRejection.ERC20InvalidSender, giver)
    check_receiver(taker)
    accounts, now = vault_of(frame).accounts, read_now(frame)
    own = accounts.shares_of(giver)
    if own.latest() < shares:
        raise Rejected(WrappedVaraRejection.ERC20InsufficientBalance, giver, own.latest(), shares)

    histories = accounts.active_shares_of.set(giver, own.push(now, own.latest() - shares))
    theirs = replace(accounts, active_shares_of=histories).shares_of(taker)
    histories = histories.set(taker, theirs.push(now, theirs.latest() + shares))
    update_vault(frame, accounts=replace(accounts, active_shares_of=histories))
    frame.emit(Transfer(giver, taker, shares))


def apply_transfer(frame: Frame) -> bytes:
    """Send one's own shares (SYM-151)."""
    move_shares(frame, frame.sender, frame.calldata.address(HEAD), frame.calldata.u256(HEAD + WORD))
    return encode_word(True)


def apply_transfer_from(frame: Frame) -> bytes:
    """Send somebody's shares by allowance, which is looked at first (SYM-152).

    Raises:
        Rejected: ERC20InsufficientAllowance; as `move_shares`.
    """
    calldata = frame.calldata
    owner, taker, shares = calldata.address(HEAD), calldata.address(HEAD + WORD), calldata.u256(HEAD + 2 * WORD)

    spend_allowance(frame, owner, frame.sender, shares)
    move_shares(frame, owner, taker, shares)
    return encode_word(True)


def answer_allowance(frame: Frame) -> bytes:
    """How many shares a spender may still take."""
    pair = frame.calldata.address(HEAD), frame.calldata.address(HEAD + WORD)
    return encode_word(frame.storage.token.allowances.get(pair, U256(0)))


def answer_decimals(frame: Frame) -> bytes:
    """Those of the collateral (SYM-153).

    Raises:
        Rejected: Empty for an answer that is no u8; what the collateral reverts with.
    """
    decimals = read_word(expect_success(frame.static_call(vault_of(frame).collateral, _DECIMALS)))
    if decimals > GREATEST_U8:
        raise empty_revert()
    return encode_word(decimals)


def answer_text(text: str) -> bytes:
    """A text as it was given."""
    return encode_tuple((encode_bytes(text.encode("utf-8", "surrogateescape")),))


def answer_balance(frame: Frame) -> bytes:
    """An account's active shares."""
    return encode_word(vault_of(frame).accounts.shares_of(frame.calldata.address(HEAD)).latest())


INTERFACE = Interface(
    table(
        *vault_functions(initialize_tokenized_vault),
        Function("name()", 0, lambda frame: answer_text(frame.storage.token.name)),
        Function("symbol()", 0, lambda frame: answer_text(frame.storage.token.symbol)),
        Function("decimals()", 0, answer_decimals),
        Function("totalSupply()", 0, lambda frame: encode_word(vault_of(frame).accounts.active_shares.latest())),
        Function("balanceOf(address)", 1, answer_balance),
        Function("allowance(address,address)", 2, answer_allowance),
        Function("approve(address,uint256)", 2, apply_approve),
        Function("transfer(address,uint256)", 2, apply_transfer),
        Function("transferFrom(address,address,uint256)", 3, apply_transfer_from),
    )
)


@dataclass(frozen=True, slots=True)
class VaultTokenized(Vault):
    """The code of vaults whose shares are a token."""

    has_token: ClassVar[bool] = True

    def run(self, frame: Frame) -> bytes:
        return INTERFACE.run(frame)
