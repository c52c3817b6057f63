"""Token movements that must not fail silently: tokens may answer nothing, but not *false*.

Rules: SYM-78.
Source: OpenZeppelin 5.6.1 SafeERC20.sol `safeTransfer`, `safeTransferFrom`; IERC20.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.contract_calls import encode_call, expect_success, read_word
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.symbiotic.errors import VaultRejection

_BALANCE_OF = compute_selector("balanceOf(address)")
_TRANSFER = compute_selector("transfer(address,uint256)")
_TRANSFER_FROM = compute_selector("transferFrom(address,address,uint256)")


def ask_balance(frame: Frame, token: Address, owner: Address) -> U256:
    """An owner's balance.

    Raises:
        Rejected: Empty for a short answer; what the token reverts with.
    """
    return U256(read_word(expect_success(frame.static_call(token, encode_call(_BALANCE_OF, owner)))))


def safe_transfer(frame: Frame, token: Address, receiver: Address, amount: U256) -> None:
    """Send tokens of this contract (SYM-78).

    Raises:
        Rejected: SafeERC20FailedOperation; what the token reverts with.
    """
    _expect_moved(frame, token, encode_call(_TRANSFER, receiver, amount))


def safe_transfer_from(frame: Frame, token: Address, owner: Address, amount: U256) -> None:
    """Take tokens by allowance into this contract (SYM-78).

    Raises:
        Rejected: SafeERC20FailedOperation; what the token reverts with.
    """
    _expect_moved(frame, token, encode_call(_TRANSFER_FROM, owner, frame.address, amount))


def _expect_moved(frame: Frame, token: Address, data: bytes) -> None:
    answer = expect_success(frame.call(token, data))
    if answer[:32] != encode_word(True) and (answer or not frame.has_code(token)):
        raise Rejected(VaultRejection.SafeERC20FailedOperation, token)
