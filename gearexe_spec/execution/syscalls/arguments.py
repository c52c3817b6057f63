"""How the parameters of a system call are read: numbers, and places in memory.

A place is announced before the call does anything, so that its pages are paid for; whether it could be accessed comes
out only where the body uses it.

Rules: SYS-3 to SYS-6.
Source: protocol/backend/src/accessors.rs, memory.rs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from gearexe_spec.execution.codes import ExtError
from gearexe_spec.execution.context import Refused
from gearexe_spec.execution.lazy_pages import MemoryFault, Span
from gearexe_spec.execution.message import MAX_PAYLOAD_SIZE
from gearexe_spec.execution.parameters import MAX_BUFFER
from gearexe_spec.execution.run import Memory

ABSENT = 0xFFFFFFFF
"""The pointer that stands for no value (SYS-4)."""


class Unreadable(Exception):
    """A place in memory could not be accessed (SYS-8)."""

    def __init__(self, fault: MemoryFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Accesses:
    """The places that one call announces, and how many bytes its token is charged for."""

    __slots__ = ("fault", "memory", "reads", "token_length", "writes")

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.reads: tuple[Span, ...] = ()
        self.writes: tuple[Span, ...] = ()
        self.token_length = 0
        self.fault: MemoryFault | None = None

    def read(self, offset: int, length: int) -> Input:
        """Announce a read; an empty one is not announced (SYS-3)."""
        if length:
            self.reads += ((offset, length),)
        return Input(self, offset, length)

    def write(self, offset: int, length: int) -> Output:
        """Announce a write; an empty one is not announced (SYS-3)."""
        if length:
            self.writes += ((offset, length),)
        return Output(self, offset, length)


class Input:
    """Bytes of the program's memory, taken where the body needs them."""

    __slots__ = ("accesses", "length", "offset")

    def __init__(self, accesses: Accesses, offset: int, length: int) -> None:
        self.accesses = accesses
        self.offset = offset
        self.length = length

    def take(self) -> bytes:
        """The bytes (SYS-8).

        Raises:
            Unreadable: out of bounds, gas exceeded.
        """
        if not self.length:
            return b""
        if self.accesses.fault is not None:
            raise Unreadable(self.accesses.fault)
        return self.accesses.memory.read(self.offset, self.length)


class BufferInput(Input):
    """A plain buffer: more than 16 MiB are refused, after their pages and their token were charged (SYS-5)."""

    __slots__ = ()

    def take(self) -> bytes:
        """The bytes.

        Raises:
            Unreadable: out of bounds, gas exceeded; else too big.
        """
        if self.accesses.fault is None and self.length > MAX_BUFFER:
            raise Unreadable(MemoryFault.TooBig)
        return Input.take(self)


class TooLongInput(Input):
    """A payload longer than any payload may be: never announced, never charged (SYS-6)."""

    __slots__ = ()

    def take(self) -> bytes:
        """Nothing.

        Raises:
            Refused: MaxMessageSizeExceed.
        """
        raise Refused(ExtError.MaxMessageSizeExceed)


class Output:
    """A place in the program's memory, filled where the body does so."""

    __slots__ = ("accesses", "length", "offset")

    def __init__(self, accesses: Accesses, offset: int, length: int) -> None:
        self.accesses = accesses
        self.offset = offset
        self.length = length

    def put(self, data: bytes) -> None:
        """Write all bytes of the place (SYS-8).

        Raises:
            Unreadable: out of bounds, gas exceeded.
        """
        if not self.length:
            return
        if self.accesses.fault is not None:
            raise Unreadable(self.accesses.fault)
        self.accesses.memory.write(self.offset, data)


class Parameter(ABC):
    """One parameter of a system call; it takes one or two of the function's numbers."""

    __slots__ = ()
    width = 1

    @abstractmethod
    def bind(self, accesses: Accesses, numbers: tuple[int, ...], position: int) -> object:
        """The argument that the body gets."""


class Number(Parameter):
    """A plain u32."""

    def bind(self, accesses: Accesses, numbers: tuple[int, ...], position: int) -> int:
        """The number."""
        return numbers[position]


class Struct(Parameter):
    """A pointer to a fixed number of bytes to read."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size

    def bind(self, accesses: Accesses, numbers: tuple[int, ...], position: int) -> Input:
        """The bytes behind the pointer."""
        return accesses.read(numbers[position], self.size)


class OptionalValue(Parameter):
    """A pointer to 16 bytes of value, or 0xFFFFFFFF for none (SYS-4)."""

    def bind(self, accesses: Accesses, numbers: tuple[int, ...], position: int) -> Input:
        """The bytes behind the pointer; none if absent."""
        offset = numbers[position]
        return accesses.read(offset, 0 if offset == ABSENT else 16)


class Buffer(Parameter):
    """Pointer and length of a plain buffer; the token is charged for all of it (SYS-5)."""

    width = 2

    def bind(self, accesses: Accesses, numbers: tuple[int, ...], position: int) -> Input:
        """The bytes of the buffer."""
        offset, length = numbers[position], numbers[position + 1]
        accesses.token_length = length
        accesses.read(offset, length)
        return BufferInput(accesses, offset, length)


class Payload(Parameter):
    """Pointer and length of a payload, 8 MiB at most (SYS-6)."""

    width = 2

    def bind(self, accesses: Accesses, numbers: tuple[int, ...], position: int) -> Input:
        """The bytes of the payload."""
        offset, length = numbers[position], numbers[position + 1]
        if length > MAX_PAYLOAD_SIZE:
            return TooLongInput(accesses, offset, length)
        accesses.token_length = length
        return accesses.read(offset, length)


class Place(Parameter):
    """A pointer to a fixed number of bytes to write."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size

    def bind(self, accesses: Accesses, numbers: tuple[int, ...], position: int) -> Output:
        """The bytes behind the pointer."""
        return accesses.write(numbers[position], self.size)


class PlaceBuffer(Parameter):
    """Length and pointer of a buffer to fill."""

    width = 2

    def bind(self, accesses: Accesses, numbers: tuple[int, ...], position: int) -> Output:
        """The bytes of the buffer."""
        return accesses.write(numbers[position + 1], numbers[position])
