"""Operators of the Middleware: they come, pause, return and go by themselves.

Rules: MID-50 to MID-56.
Source: Middleware.sol `registerOperator`, `disableOperator`, `enableOperator`, `unregisterOperator`.
"""

from __future__ import annotations

from gearexe_spec.base.numeric import U48
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD
from gearexe_spec.onchain.clock import add_seconds, read_now
from gearexe_spec.onchain.errors import MiddlewareRejection
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.symbiotic_calls import ask_is_entity, ask_is_opted_in
from gearexe_spec.onchain.timed_map import Participation


def apply_register_operator(frame: Frame) -> bytes:
    """Take part as an operator from now on, with whatever stake.

    Raises:
        Rejected: OperatorDoesNotExist, OperatorDoesNotOptIn, AlreadyAdded.

    Rules: MID-50 to MID-52.
    """
    contracts, operator = frame.middleware.symbiotic, frame.sender

    if not ask_is_entity(frame, contracts.operator_registry, operator):
        raise Rejected(MiddlewareRejection.OperatorDoesNotExist)
    if not ask_is_opted_in(frame, contracts.network_opt_in, operator, frame.address):
        raise Rejected(MiddlewareRejection.OperatorDoesNotOptIn)
    frame.update_middleware(operators=frame.middleware.operators.append(operator, read_now(frame)))
    return b""


def apply_disable_operator(frame: Frame) -> bytes:
    """Pause (MID-53).

    Raises:
        Rejected: EnumerableMapNonexistentKey, NotEnabled.
    """
    frame.update_middleware(operators=frame.middleware.operators.disable(frame.sender, read_now(frame)))
    return b""


def apply_enable_operator(frame: Frame) -> bytes:
    """Return; nothing is checked again (MID-54).

    Raises:
        Rejected: EnumerableMapNonexistentKey, AlreadyEnabled.
    """
    frame.update_middleware(operators=frame.middleware.operators.enable(frame.sender, read_now(frame)))
    return b""


def apply_unregister_operator(frame: Frame) -> bytes:
    """Remove an operator that has paused long enough; anyone may.

    Raises:
        Rejected: EnumerableMapNonexistentKey, OperatorGracePeriodNotPassed, Panic(0x11).

    Rules: MID-55, MID-56.
    """
    operator, middleware = frame.calldata.address(HEAD), frame.middleware

    entry = middleware.operators.get(operator)
    if not has_grace_passed(frame, entry, middleware.operator_grace_period):
        raise Rejected(MiddlewareRejection.OperatorGracePeriodNotPassed)
    frame.update_middleware(operators=middleware.operators.remove(operator))
    return b""


def has_grace_passed(frame: Frame, entry: Participation, grace: U48) -> bool:
    """Whether somebody was disabled at least `grace` seconds ago (MID-55).

    Raises:
        Rejected: Panic(0x11) if the end of the grace lies beyond 48 bits.
    """
    return entry.disabled != 0 and read_now(frame) >= add_seconds(entry.disabled, grace)
