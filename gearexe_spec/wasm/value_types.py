"""Reading types. Programs may only use i32 and i64; the parser knows those of later proposals too.

A type is returned as its canonical encoding, so that writing it is copying it.

Rules: WAS-14, WAS-15.
"""

from __future__ import annotations

from gearexe_spec.wasm.model import FunctionType, ValueType
from gearexe_spec.wasm.reader import ByteReader, encode_signed
from gearexe_spec.wasm.rejection import malformed

MAX_PARAMS = 1000
MAX_RESULTS = 1000
MAX_TYPE_INDEX = (1 << 20) - 1
"""Greatest index of a type in a reference type."""

_NUMBERS = {code: bytes((code,)) for code in (0x7F, 0x7E, 0x7D, 0x7C, 0x7B)}
_ABSTRACT_HEAP_TYPES = frozenset(
    (0x70, 0x6F, 0x6E, 0x71, 0x72, 0x73, 0x6D, 0x6B, 0x6A, 0x6C, 0x69, 0x74, 0x68, 0x75),
)
_NULLABLE, _NOT_NULLABLE, _SHARED = 0x63, 0x64, 0x65
_FUNCTION, _ARRAY, _STRUCT, _CONTINUATION = 0x60, 0x5E, 0x5F, 0x5D
_SUB_FINAL, _SUB, _REC = 0x4F, 0x50, 0x4E
_MAX_TYPES = 1_000_000
_MAX_FIELDS = 10_000


def read_value_type(reader: ByteReader) -> ValueType:
    """A number type or a reference type (WAS-14)."""
    number = _NUMBERS.get(reader.peek())
    if number is not None:
        reader.position += 1
        return number
    return read_reference_type(reader)


def read_reference_type(reader: ByteReader) -> ValueType:
    """A reference type; nullable references to abstract types are written without their prefix (WAS-14)."""
    prefix = reader.peek()
    if prefix in (_NULLABLE, _NOT_NULLABLE):
        reader.position += 1
        heap = read_heap_type(reader)
        nullable = prefix == _NULLABLE
    else:
        heap = read_heap_type(reader)
        nullable = True
    is_abstract = heap[0] == _SHARED or heap[0] in _ABSTRACT_HEAP_TYPES
    if nullable and is_abstract:
        return heap
    return bytes((_NULLABLE if nullable else _NOT_NULLABLE,)) + heap


def read_heap_type(reader: ByteReader) -> bytes:
    """What a reference refers to: a type index or an abstract type."""
    start = reader.position
    index = reader.s33()
    if 0 <= index < 1 << 32:
        if index > MAX_TYPE_INDEX:
            raise malformed(reader.offset)
        return encode_signed(index)
    reader.position = start
    prefix = b""
    if reader.peek() == _SHARED:
        prefix = reader.take(1)
    code = reader.byte()
    if code not in _ABSTRACT_HEAP_TYPES:
        raise malformed(reader.offset - 1)
    return prefix + bytes((code,))


def read_block_type(reader: ByteReader) -> bytes:
    """Empty, one result, or the index of a function type (WAS-15)."""
    first = reader.peek()
    if first == 0x40:
        return reader.take(1)
    if first & 0xC0 == 0x40:
        return read_value_type(reader)
    index = reader.s33()
    if not 0 <= index < 1 << 32:
        raise malformed(reader.offset)
    return encode_signed(index)


def read_function_type(reader: ByteReader) -> FunctionType:
    """Parameters, then results, at most 1000 of each."""
    params = _read_value_types(reader, MAX_PARAMS)
    return FunctionType(params, _read_value_types(reader, MAX_RESULTS))


def _read_value_types(reader: ByteReader, limit: int) -> tuple[ValueType, ...]:
    start = reader.offset
    count = reader.u32()
    if count > limit:
        raise malformed(start)
    return tuple([read_value_type(reader) for _ in range(count)])


def read_type_definition(reader: ByteReader) -> tuple[FunctionType, bool]:
    """An entry of the type section: read as later proposals allow, refused unless a function type (WAS-16).

    Returns:
        The function type, and whether it is written in a way that only a later proposal allows: as a recursion group
        or as shared. The parser lets that pass, the validator does not.

    Raises:
        Rejected: ModuleBinaryReader.
    """
    start = reader.offset
    if reader.peek() != _REC:
        defined, shared = _read_sub_type(reader)
        group = False
    else:
        defined, shared = _read_group(reader)
        group = True
    if defined is None:
        raise malformed(start)
    return defined, group or shared


def _read_group(reader: ByteReader) -> tuple[FunctionType | None, bool]:
    reader.position += 1
    start = reader.offset
    count = reader.u32()
    if count > _MAX_TYPES:
        raise malformed(start)
    defined: tuple[FunctionType | None, bool] = (None, False)
    for _ in range(count):
        defined = _read_sub_type(reader)
    return defined if count == 1 else (None, False)


def _read_sub_type(reader: ByteReader) -> tuple[FunctionType | None, bool]:
    """The function type, or None for any other kind of type; and whether it is shared."""
    code = reader.byte()
    if code not in (_SUB_FINAL, _SUB):
        return _read_composite_type(reader, code)
    supertypes = reader.u32()
    if supertypes > 1:
        raise malformed(reader.offset)
    if supertypes and reader.u32() > MAX_TYPE_INDEX:
        raise malformed(reader.offset)
    composite = _read_composite_type(reader, reader.byte())
    return composite if code == _SUB_FINAL and not supertypes else (None, False)


def _read_composite_type(reader: ByteReader, code: int) -> tuple[FunctionType | None, bool]:
    shared = code == _SHARED
    if shared:
        code = reader.byte()
    if code == _FUNCTION:
        return read_function_type(reader), shared
    if code == _ARRAY:
        _read_field(reader)
    elif code == _STRUCT:
        _read_fields(reader)
    elif code == _CONTINUATION:
        if not 0 <= reader.s33() <= MAX_TYPE_INDEX:
            raise malformed(reader.offset)
    else:
        raise malformed(reader.offset - 1)
    return None, shared


def _read_fields(reader: ByteReader) -> None:
    start = reader.offset
    count = reader.u32()
    if count > _MAX_FIELDS:
        raise malformed(start)
    for _ in range(count):
        _read_field(reader)


def _read_field(reader: ByteReader) -> None:
    if reader.peek() in (0x78, 0x77):
        reader.position += 1
    else:
        read_value_type(reader)
    if reader.byte() > 1:
        raise malformed(reader.offset)
