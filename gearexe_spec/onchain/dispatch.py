"""From calldata to a function: the table of a contract, as the compiler lays it out.

Rules: ROU-41 to ROU-44.
Source: solc 0.8.35 (function dispatch).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gearexe_spec.onchain.calldata import empty_revert
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector

Handler = Callable[[Frame], bytes]


@dataclass(frozen=True, slots=True)
class Function:
    """An external function.

    Args:
        signature: as the selector hashes it.
        words: of the head of its parameters.
        handler: reads the parameters, acts, and answers the encoded result.
        payable: whether it takes value.
    """

    signature: str
    words: int
    handler: Handler
    payable: bool = False


def refuse(frame: Frame) -> bytes:
    """What a contract does that has no function for a call (ROU-44).

    Raises:
        Rejected: Empty, always.
    """
    raise empty_revert()


@dataclass(frozen=True, slots=True)
class Interface:
    """The external functions of a contract.

    Args:
        functions: by selector.
        receive: for empty calldata.
        fallback: for everything else.
    """

    functions: Mapping[bytes, Function]
    receive: Handler = refuse
    fallback: Handler = field(default=refuse)

    def run(self, frame: Frame) -> bytes:
        """Find the function, refuse value it does not take, check the head, run it (ROU-9, ROU-41 to ROU-44).

        Raises:
            Rejected: Empty for value to a function that takes none and for missing parameters; the function's own.
        """
        function = self.functions.get(frame.data[:4]) if len(frame.data) >= 4 else None
        if function is None:
            return (self.fallback if frame.data else self.receive)(frame)
        if frame.value and not function.payable:
            raise empty_revert()
        frame.calldata.check_head(32 * function.words)
        return function.handler(frame)


def table(*functions: Function) -> dict[bytes, Function]:
    """Functions by their selectors."""
    return {bytes(compute_selector(function.signature)): function for function in functions}
