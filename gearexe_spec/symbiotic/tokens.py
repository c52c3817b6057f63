"""How these contracts move tokens that may be anybody's: by the library that takes silence for consent.

Rules: REW-1 to REW-4.
Source: OpenZeppelin 5.6.1 SafeERC20.sol.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.contract_calls import encode_call, expect_success, read_word
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_word
from gearexe_spec.symbiotic.contract import checked_arithmetic
from gearexe_spec.symbiotic.errors import RewardsRejection

_BALANCE_OF = compute_selector("balanceOf(address)")
_TRANSFER = compute_selector("transfer(address,uint256)")
_TRANSFER_FROM = compute_selector("transferFrom(address,address,uint256)")
TRUE = encode_word(True)


def safe_call(frame: Frame, token: Address, data: bytes) -> None:
    """Call a token: it answers true, or nothing at all (REW-1, REW-2, SYM-78).

    Raises:
        Rejected: what the token reverts with; SafeERC20FailedOperation(token) for another answer or without code.
    """
    returned = expect_success(frame.call(token, data))
    if returned[:32] != TRUE and (returned or not frame.has_code(token)):
        raise Rejected(RewardsRejection.SafeERC20FailedOperation, token)


def safe_transfer(frame: Frame, token: Address, receiver: Address, amount: U256) -> None:
    """Pay tokens (REW-1, REW-2)."""
    safe_call(frame, token, encode_call(_TRANSFER, receiver, amount))


def ask_balance(frame: Frame, token: Address, account: Address) -> U256:
    """The tokens of an account (REW-3).

    Raises:
        Rejected: Empty without an answer of one word; what the token reverts with.
    """
    return U256(read_word(expect_success(frame.static_call(token, encode_call(_BALANCE_OF, account)))))


def take_from_sender(frame: Frame, token: Address, amount: U256) -> U256:
    """Take tokens of the caller by allowance.

    Returns:
        What arrived: the difference of the balances, whatever the token kept for itself (REW-4).

    Raises:
        Rejected: as `safe_call` and `ask_balance`; Panic(0x11) if the balance went down.
    """
    before = ask_balance(frame, token, frame.address)
    safe_call(frame, token, encode_call(_TRANSFER_FROM, frame.sender, frame.address, amount))
    with checked_arithmetic():
        return ask_balance(frame, token, frame.address) - before
