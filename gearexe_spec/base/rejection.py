"""Rejections: the named ways in which the protocol says no.

A failing check raises `Rejected` with one member of one `Rejection` enumeration, which stands beside the code that
raises it. `NotSpecifiedYet` is for what this revision does not cover: never a wrong answer instead.

Rules: BAS-11, BAS-12.
"""

from __future__ import annotations

from enum import Enum, StrEnum


class Phase(StrEnum):
    """When in the handling of an input it was rejected."""

    DECODE = "decode"
    VALIDATE = "validate"
    EXECUTE = "execute"
    SETTLE = "settle"


class Rejection(Enum):
    """Base of all enumerations of reasons; the member's name is the reason."""

    @property
    def phase(self) -> Phase:
        """The phase in which this reason arises; decoders and validators override it."""
        return Phase.EXECUTE


class Rejected(Exception):
    """The protocol rejects the input, for one reason (BAS-11).

    Args:
        reason: the member of the room's enumeration.
        arguments: what the reason carries, in the order of its definition (for Solidity errors the error's arguments).
    """

    def __init__(self, reason: Rejection, *arguments: object) -> None:
        super().__init__(reason.name, *arguments)
        self.reason = reason
        self.arguments = arguments

    def __str__(self) -> str:
        carried = ", ".join(str(argument) for argument in self.arguments)
        return f"{self.reason.name}({carried})" if carried else self.reason.name


class NotSpecifiedYet(Exception):
    """The specification has no rule for this yet (BAS-12)."""
