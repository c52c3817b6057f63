"""Foreign accounts: what happens outside our contracts, supplied by whoever asks.

Our contracts pay and call accounts whose code is not theirs. What those answer, and what they call in turn, is input of
the specification: an environment is a function from a call and its number in the transaction to an answer. So
re-entrance is data, and a transition stays a pure function.

Rules: ROU-23 to ROU-27.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64, U256
from gearexe_spec.onchain.world import ZERO_U256


@dataclass(frozen=True, slots=True)
class ForeignCall:
    """A call that reaches foreign code.

    Args:
        sender: who calls, as the callee sees it.
        address: on whose account the code runs.
        code_address: whose code runs; another one than `address` where our proxies delegate.
        value: wei that came with it.
        data: calldata.
        gas: what the callee gets where our contracts cap it, stipend included; else None.
        static: whether the callee must not change anything.
    """

    sender: Address
    address: Address
    code_address: Address
    value: U256
    data: bytes
    gas: U64 | None
    static: bool


@dataclass(frozen=True, slots=True)
class NestedCall:
    """A call that foreign code makes before it answers.

    Gas is not counted, so the caller says where foreign code gave too little of it: the call fails without data.
    """

    to: Address
    value: U256 = ZERO_U256
    data: bytes = b""
    static: bool = False
    out_of_gas: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What foreign code does: calls, one after another, then success or failure with data.

    On failure everything is undone that happened inside.
    """

    success: bool = True
    data: bytes = b""
    calls: tuple[NestedCall, ...] = ()


class Environment(Protocol):
    """Foreign code as a function."""

    def answer(self, number: int, call: ForeignCall) -> Answer:
        """What the `number`-th call of foreign code in this transaction (from 0) leads to (ROU-23)."""
        ...


class UnexpectedForeignCall(LookupError):
    """A call of foreign code for which the environment has no answer."""


Behaviour = Callable[[ForeignCall], Answer]


@dataclass(frozen=True, slots=True)
class Script:
    """Answers in the order in which foreign code is called (ROU-24).

    Args:
        answers: for ordinary calls.
        delegates: what foreign code does where a proxy delegates to it, by code address; not counted.
    """

    answers: tuple[Answer, ...] = ()
    delegates: Callable[[ForeignCall], Answer | None] = lambda call: None

    def answer(self, number: int, call: ForeignCall) -> Answer:
        if call.code_address != call.address:
            answer = self.delegates(call)
            if answer is None:
                raise UnexpectedForeignCall(f"{call.address} delegates to {call.code_address}")
            return answer
        if number >= len(self.answers):
            raise UnexpectedForeignCall(f"call {number} of foreign code, to {call.address}")
        return self.answers[number]


NOBODY = Script()
"""An environment without foreign code."""
