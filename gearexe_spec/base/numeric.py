"""Unsigned and signed integers of fixed width.

A value is always inside its range. Plain arithmetic is checked: a result outside the range raises `IntegerOutOfRange`,
and two different widths never meet in one operation. What production does otherwise (wrapping, saturating, truncating)
has a name here and is called by that name.

Rules: BAS-1 to BAS-5.
"""

from __future__ import annotations

from typing import ClassVar, Self


class IntegerOutOfRange(ArithmeticError):
    """A value does not fit its width (BAS-1)."""

    def __init__(self, width: type[FixedWidth], value: int) -> None:
        super().__init__(f"{value} is not a {width.__name__}")


class FixedWidth(int):
    """An integer between `MIN` and `MAX` (both included), stored in `BITS` bits."""

    __slots__ = ()
    BITS: ClassVar[int]
    MIN: ClassVar[int]
    MAX: ClassVar[int]

    def __new__(cls, value: int) -> Self:
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{cls.__name__} is made from an integer, not from {type(value).__name__}")
        if not cls.MIN <= value <= cls.MAX:
            raise IntegerOutOfRange(cls, value)
        return int.__new__(cls, value)

    def _operand(self, other: int) -> int:
        """Another value of the same width, or a literal (BAS-2)."""
        kind = type(other)
        if kind is not type(self) and kind is not int:
            raise TypeError(f"{type(self).__name__} and {kind.__name__} do not mix")
        return int(other)

    def __add__(self, other: int) -> Self:
        return type(self)(int(self) + self._operand(other))

    __radd__ = __add__

    def __sub__(self, other: int) -> Self:
        return type(self)(int(self) - self._operand(other))

    def __rsub__(self, other: int) -> Self:
        return type(self)(self._operand(other) - int(self))

    def __mul__(self, other: int) -> Self:
        return type(self)(int(self) * self._operand(other))

    __rmul__ = __mul__

    def __floordiv__(self, other: int) -> Self:
        return type(self)(int(self) // self._operand(other))

    def __mod__(self, other: int) -> Self:
        return type(self)(int(self) % self._operand(other))

    def saturating_add(self, other: int) -> Self:
        """The sum, held at the borders of the range (BAS-4)."""
        return self.saturate(int(self) + self._operand(other))

    def saturating_sub(self, other: int) -> Self:
        """The difference, held at the borders of the range (BAS-4)."""
        return self.saturate(int(self) - self._operand(other))

    @classmethod
    def saturate(cls, value: int) -> Self:
        """The nearest value of this width (BAS-4)."""
        return cls(min(max(int(value), cls.MIN), cls.MAX))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)})"

    __str__ = int.__repr__


class Unsigned(FixedWidth):
    """An unsigned integer of `BITS` bits."""

    __slots__ = ()
    MIN = 0

    def __init_subclass__(cls) -> None:
        cls.MAX = (1 << cls.BITS) - 1

    def wrapping_add(self, other: int) -> Self:
        """The sum modulo 2^BITS (BAS-3)."""
        return self.truncate(int(self) + self._operand(other))

    def wrapping_sub(self, other: int) -> Self:
        """The difference modulo 2^BITS (BAS-3)."""
        return self.truncate(int(self) - self._operand(other))

    def wrapping_mul(self, other: int) -> Self:
        """The product modulo 2^BITS (BAS-3)."""
        return self.truncate(int(self) * self._operand(other))

    @classmethod
    def truncate(cls, value: int) -> Self:
        """The low `BITS` bits of any integer (BAS-3)."""
        return cls(int(value) & cls.MAX)

    def to_big_endian(self) -> bytes:
        """BITS / 8 bytes, most significant first."""
        return int(self).to_bytes(self.BITS // 8, "big")

    def to_little_endian(self) -> bytes:
        """BITS / 8 bytes, least significant first."""
        return int(self).to_bytes(self.BITS // 8, "little")


class U8(Unsigned):
    """0 to 2^8 - 1."""

    BITS = 8


class U16(Unsigned):
    """0 to 2^16 - 1."""

    BITS = 16


class U32(Unsigned):
    """0 to 2^32 - 1."""

    BITS = 32


class U48(Unsigned):
    """0 to 2^48 - 1: timestamps on chain."""

    BITS = 48


class U64(Unsigned):
    """0 to 2^64 - 1."""

    BITS = 64


class U128(Unsigned):
    """0 to 2^128 - 1: value in wei, WVARA base units."""

    BITS = 128


class U160(Unsigned):
    """0 to 2^160 - 1."""

    BITS = 160


class U256(Unsigned):
    """0 to 2^256 - 1: the word of the EVM."""

    BITS = 256


class I64(FixedWidth):
    """-2^63 to 2^63 - 1: rounds of the BFT engine, of which -1 is none."""

    BITS = 64
    MIN = -(1 << 63)
    MAX = (1 << 63) - 1


class I128(FixedWidth):
    """-2^127 to 2^127 - 1: value to receive."""

    BITS = 128
    MIN = -(1 << 127)
    MAX = (1 << 127) - 1
