"""Reading the primitives of the WebAssembly binary format, and writing them in their only canonical form.

LEB128 numbers may be longer than needed, up to 5 bytes for 32 bits and 10 for 64, if the bits beyond the width are a
plain extension (WAS-3). What is written is always the shortest form (WAS-4).

Rules: WAS-2 to WAS-5.
"""

from __future__ import annotations

from gearexe_spec.wasm.rejection import malformed

MAX_STRING_SIZE = 100_000
"""Greatest length in bytes of the names of imports, exports, custom sections and the module (WAS-5)."""


class ByteReader:
    """A part of a code, and how far it has been read.

    Args:
        data: exactly the bytes that may be read.
        base: offset of `data[0]` in the code, for reports.
    """

    __slots__ = ("base", "data", "position")

    def __init__(self, data: bytes, base: int) -> None:
        self.data = data
        self.base = base
        self.position = 0

    @property
    def offset(self) -> int:
        """Offset in the code of the next byte."""
        return self.base + self.position

    @property
    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.position >= len(self.data)

    def peek(self) -> int:
        """The next byte, which stays unread."""
        if self.position >= len(self.data):
            raise malformed(self.offset)
        return self.data[self.position]

    def byte(self) -> int:
        """The next byte."""
        value = self.peek()
        self.position += 1
        return value

    def take(self, length: int) -> bytes:
        """The next `length` bytes; there must be as many (WAS-2)."""
        end = self.position + length
        if end > len(self.data):
            raise malformed(self.offset)
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def part(self, length: int) -> ByteReader:
        """A reader of the next `length` bytes, which count as read here."""
        base = self.offset
        return ByteReader(self.take(length), base)

    def u32(self) -> int:
        """An unsigned number of 32 bits (WAS-3)."""
        return self._unsigned(32)

    def s32(self) -> int:
        """A signed number of 32 bits (WAS-3)."""
        return self._signed(32)

    def s33(self) -> int:
        """A signed number of 33 bits: an index where negative numbers mean something else (WAS-3)."""
        return self._signed(33)

    def s64(self) -> int:
        """A signed number of 64 bits (WAS-3)."""
        return self._signed(64)

    def name(self, limit: int | None = MAX_STRING_SIZE) -> str:
        """Length and UTF-8 text (WAS-5)."""
        length = self.u32()
        if limit is not None and length > limit:
            raise malformed(self.offset - 1)
        try:
            return self.take(length).decode()
        except UnicodeDecodeError:
            raise malformed(self.offset - 1) from None

    def _unsigned(self, bits: int) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if shift + 7 > bits and byte >> (bits - shift):
                raise malformed(self.offset - 1)
            if byte < 0x80:
                return value
            shift += 7

    def _signed(self, bits: int) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if shift + 7 >= bits:
                rest = (byte & 0x7F) >> (bits - shift - 1)
                if byte >= 0x80 or rest not in (0, 0x7F >> (bits - shift - 1)):
                    raise malformed(self.offset - 1)
            shift += 7
            if byte < 0x80:
                return value - (1 << shift) if byte & 0x40 else value


def encode_unsigned(value: int) -> bytes:
    """The shortest LEB128 form of a number that is not negative (WAS-4)."""
    if value < 0x80:
        return value.to_bytes(1, "little")
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def encode_signed(value: int) -> bytes:
    """The shortest signed LEB128 form (WAS-4)."""
    out = bytearray()
    while not -0x40 <= value < 0x40:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value & 0x7F)
    return bytes(out)


def encode_name(name: str) -> bytes:
    """Length and UTF-8 text."""
    data = name.encode()
    return encode_unsigned(len(data)) + data


def with_length(data: bytes) -> bytes:
    """Length and bytes."""
    return encode_unsigned(len(data)) + data
