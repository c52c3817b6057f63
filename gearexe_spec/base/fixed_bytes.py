"""Byte strings of fixed length.

Rules: BAS-6, BAS-7.
"""

from __future__ import annotations

from typing import ClassVar, Self


class WrongLength(ValueError):
    """A byte string has not the length of its type (BAS-6)."""

    def __init__(self, kind: type[FixedBytes], length: int) -> None:
        super().__init__(f"{kind.__name__} has {kind.LENGTH} bytes, not {length}")


class FixedBytes(bytes):
    """Exactly `LENGTH` bytes; ordered bytewise (BAS-6)."""

    LENGTH: ClassVar[int]

    def __new__(cls, value: bytes) -> Self:
        if len(value) != cls.LENGTH:
            raise WrongLength(cls, len(value))
        return bytes.__new__(cls, value)

    @classmethod
    def zero(cls) -> Self:
        """All bytes zero."""
        return cls(bytes(cls.LENGTH))

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Read 2 * LENGTH hexadecimal digits, with or without `0x` (BAS-7).

        Raises:
            ValueError: other characters, or (WrongLength) another number of digits.
        """
        digits = text.removeprefix("0x")
        if len(digits) != 2 * cls.LENGTH:
            raise WrongLength(cls, len(digits) // 2)
        return cls(bytes.fromhex(digits))

    def to_hex(self) -> str:
        """`0x` and 2 * LENGTH lower-case digits (BAS-7)."""
        return "0x" + self.hex()

    def is_zero(self) -> bool:
        """Whether all bytes are zero."""
        return not any(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.to_hex()})"

    __str__ = to_hex


class Bytes4(FixedBytes):
    """4 bytes: selectors, reply codes on chain."""

    LENGTH = 4


class Bytes32(FixedBytes):
    """32 bytes: hashes, words."""

    LENGTH = 32


class Bytes65(FixedBytes):
    """65 bytes: a signature, r (32), s (32), v (1)."""

    LENGTH = 65


class Address(FixedBytes):
    """20 bytes: an Ethereum account."""

    LENGTH = 20
