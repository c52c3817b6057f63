"""Gas, allowance and value of one execution.

Two gas counters run side by side: the message's own gas and the allowance of the run. The program sees only the smaller
one, in the global `gear_gas`. Which one that is, is decided at certain points and stays so until the next, even if the
other becomes smaller meanwhile. Burned gas is paid for; reduced gas merely cannot be used any more.

The amounts are plain integers here: this is the hottest code of an execution. Every operation keeps them between zero
and where they started.

Rules: EXE-50 to EXE-56.
Source: protocol/core/src/gas.rs, protocol/processor/src/ext.rs (`CountersOwner for Ext`, `ExtMutator`).
"""

from __future__ import annotations

from enum import Enum
from types import TracebackType

from gearexe_spec.execution.termination import AllowanceExceeded, Stopped, Termination, Trap, Trapped

GAS_EXCEEDED = Trapped(Trap.GasLimitExceeded)
ALLOWANCE_EXCEEDED = AllowanceExceeded()


class CounterType(Enum):
    """Which of the two counters the program runs on."""

    GasLimit = "gasLimit"
    GasAllowance = "gasAllowance"


class Counters:
    """The counters of one execution, in gas (u64) and value (u128).

    Args:
        left: gas of the message.
        allowance: gas of the run.
        value: value that the program may send.
    """

    __slots__ = ("_kept", "allowance", "burned", "current_type", "left", "value")

    def __init__(self, left: int, allowance: int, value: int = 0) -> None:
        self.left = left
        self.burned = 0
        self.allowance = allowance
        self.value = value
        self.current_type = CounterType.GasLimit
        self._kept: tuple[int, int, int, int] | None = None

    def define_current(self) -> int:
        """Decide which counter is the current one: the smaller, of equal ones the gas limit; its value (EXE-54)."""
        if self.left <= self.allowance:
            self.current_type = CounterType.GasLimit
            return self.left
        self.current_type = CounterType.GasAllowance
        return self.allowance

    def exceeded(self) -> Termination:
        """What running out means for the current counter (EXE-44)."""
        return GAS_EXCEEDED if self.current_type is CounterType.GasLimit else ALLOWANCE_EXCEEDED

    def decrease_current_to(self, amount: int) -> None:
        """Take what the program used from both counters; a greater amount changes nothing (EXE-55)."""
        used = (self.left if self.current_type is CounterType.GasLimit else self.allowance) - amount
        if used > 0:
            self._charge(used)

    def charge_token(self, amount: int) -> None:
        """Charge both counters as far as they go; short gas wins over short allowance (EXE-52).

        Raises:
            Stopped: gas limit or allowance exceeded.
        """
        gas_short = amount > self.left
        allowance_short = amount > self.allowance
        self._charge(amount)
        if gas_short:
            raise Stopped(GAS_EXCEEDED)
        if allowance_short:
            raise Stopped(ALLOWANCE_EXCEEDED)

    def charge_if_enough(self, amount: int) -> None:
        """Charge gas, then allowance, each only if it suffices (EXE-53).

        Raises:
            Stopped: gas limit or allowance exceeded; only the bracket around the call undoes the gas then.
        """
        if amount > self.left:
            raise Stopped(GAS_EXCEEDED)
        self.left -= amount
        self.burned += amount
        if amount > self.allowance:
            raise Stopped(ALLOWANCE_EXCEEDED)
        self.allowance -= amount

    def reduce_gas(self, amount: int) -> bool:
        """Take gas that is not burned; whether there was enough (EXE-50)."""
        if amount > self.left:
            return False
        self.left -= amount
        return True

    def reduce_value(self, amount: int) -> bool:
        """Take value; whether there was enough (EXE-50)."""
        if amount > self.value:
            return False
        self.value -= amount
        return True

    def _charge(self, amount: int) -> None:
        """Charge both as far as they go (EXE-50)."""
        taken = amount if amount < self.left else self.left
        self.left -= taken
        self.burned += taken
        self.allowance -= amount if amount < self.allowance else self.allowance

    def __enter__(self) -> Counters:
        """Open a bracket: all or nothing (EXE-56). Brackets do not nest."""
        self._kept = (self.left, self.burned, self.allowance, self.value)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._kept is not None:
            self.left, self.burned, self.allowance, self.value = self._kept
        self._kept = None
