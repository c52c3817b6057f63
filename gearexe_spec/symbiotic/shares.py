"""How assets become shares and back: one virtual share and one virtual asset, rounding against the caller.

Rules: SYM-5 to SYM-7.
"""

from __future__ import annotations

from gearexe_spec.base.numeric import U256


def mul_div(a: U256, b: U256, denominator: U256) -> U256:
    """a * b / denominator, rounded down, with an exact product of 512 bits.

    Raises:
        IntegerOutOfRange: the quotient does not fit 256 bits (on chain: Panic 0x11).
    """
    return U256(int(a) * int(b) // int(denominator))


def mul_div_up(a: U256, b: U256, denominator: U256) -> U256:
    """a * b / denominator, rounded up, with an exact product of 512 bits.

    Raises:
        IntegerOutOfRange: the quotient does not fit 256 bits (on chain: Panic 0x11).
    """
    return U256(-(-int(a) * int(b) // int(denominator)))


def preview_deposit(assets: U256, total_shares: U256, total_assets: U256) -> U256:
    """The shares that a deposit of `assets` mints; they may be zero.

    Rule: SYM-5.
    Source: symbiotic-core ERC4626Math.sol `previewDeposit`.
    """
    return mul_div(assets, total_shares + 1, total_assets + 1)


def preview_withdraw(assets: U256, total_shares: U256, total_assets: U256) -> U256:
    """The shares that a withdrawal of exactly `assets` burns.

    Rule: SYM-6.
    Source: symbiotic-core ERC4626Math.sol `previewWithdraw`.
    """
    return mul_div_up(assets, total_shares + 1, total_assets + 1)


def preview_redeem(shares: U256, total_assets: U256, total_shares: U256) -> U256:
    """The assets that `shares` stand for.

    Rule: SYM-7.
    Source: symbiotic-core ERC4626Math.sol `previewRedeem`.
    """
    return mul_div(shares, total_assets + 1, total_shares + 1)
