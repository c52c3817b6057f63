"""Hooks: foreign code that is told of a slash, with gas of its own, and whose failure nobody minds.

Gas is not counted. Only where an enclosing call was capped below what a hook needs, it is known to be too little.

Rules: SYM-127 to SYM-129.
Source: symbiotic-core delegator/BaseDelegator.sol `onSlash`, slasher/BaseSlasher.sol `_burnerOnSlash`.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U256
from gearexe_spec.base.rejection import NotSpecifiedYet, Rejected, Rejection
from gearexe_spec.onchain.machine import Frame

HOOK_GAS_LIMIT = U256(250_000)
BURNER_GAS_LIMIT = U256(150_000)
RESERVE = U256(20_000)


def compute_needed_gas(limit: U256) -> int:
    """What must be left before a hook is called: its gas, the 64th that a call may not pass on, a reserve (SYM-127)."""
    return int(RESERVE) + int(limit) * 64 // 63


def call_hook(frame: Frame, hook: Address, data: bytes, limit: U256, otherwise: Rejection) -> None:
    """Call a hook with its gas, and forget what comes of it.

    Raises:
        Rejected: InsufficientHookGas or InsufficientBurnerGas.
        NotSpecifiedYet: the gas left by an enclosing cap may be enough or not.

    Rules: SYM-127 to SYM-129.
    """
    bound = frame.execution.gas_bound
    if bound is not None:
        if bound < compute_needed_gas(limit):
            raise Rejected(otherwise)
        raise NotSpecifiedYet("a hook inside a call with capped gas, which is not counted")
    frame.call(hook, data, gas_cap=int(limit))
