"""Hooks: foreign code that is told of a slash, with gas of its own, and whose failure nobody minds.

Gas is not counted: whether a contract that looks at the gas left finds enough comes with the transaction.

Rules: SYM-127 to SYM-129.
Source: symbiotic-core delegator/BaseDelegator.sol `onSlash`, slasher/BaseSlasher.sol `_burnerOnSlash`.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U256
from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector

HOOK_GAS_LIMIT = U256(250_000)
BURNER_GAS_LIMIT = U256(150_000)
RESERVE = U256(20_000)
ON_SLASH = compute_selector("onSlash(bytes32,address,uint256,uint48,bytes)")
"""What a delegator calls; slashers call delegators by the same signature."""
BURNER_ON_SLASH = compute_selector("onSlash(bytes32,address,uint256,uint48)")
"""What a slasher calls."""


def call_hook(frame: Frame, hook: Address, data: bytes, limit: U256, otherwise: Rejection) -> None:
    """Call a hook with its gas, and forget what comes of it.

    What must be left before: the hook's gas, the 64th that a call may not pass on, and the reserve.

    Raises:
        Rejected: InsufficientHookGas or InsufficientBurnerGas, where the transaction says that too little is left.
        NotSpecifiedYet: inside a call with capped gas, where it does not say so.

    Rules: SYM-127 to SYM-129.
    """
    if not frame.execution.has_enough_gas():
        raise Rejected(otherwise)
    frame.call(hook, data, gas_cap=int(limit))
