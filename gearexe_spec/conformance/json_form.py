"""The one JSON form of specification values, used on the wire and in vectors.

Integers are minimal `0x` hex strings, bytes `0x` hex of full width, booleans and null themselves, lists lists, records
objects with camel-case names, members of enumerations their names, a choice between records an object with the
variant's name as only key.
Maps are objects whose keys are the JSON form of the keys.

Rules: WIR-20 to WIR-28.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from gearexe_spec.base.fixed_bytes import FixedBytes
from gearexe_spec.base.numeric import FixedWidth

T = TypeVar("T")
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class JsonFormError(ValueError):
    """JSON does not have the form of the type; says where and why."""


def to_json(value: object) -> Json:
    """The JSON form of a value of the specification (WIR-20)."""
    match value:
        case None | bool():
            return value
        case Enum():
            return value.name
        case int():
            return hex(value)
        case bytes():
            return "0x" + value.hex()
        case str():
            return value
        case Mapping():
            return {_key_to_json(key): to_json(item) for key, item in value.items()}
        case tuple() | list():
            return [to_json(item) for item in value]
        case frozenset() | set():
            return [to_json(item) for item in sorted(value, key=_place_in_set)]
    if is_dataclass(value) and not isinstance(value, type):
        return {camel_case(field.name): _field_to_json(value, field.name) for field in fields(value)}
    raise JsonFormError(f"no JSON form for {type(value).__name__}")


def from_json(kind: Any, form: Json, path: str = "") -> Any:
    """The value of type `kind` that has this JSON form (WIR-20).

    Raises:
        JsonFormError: the form does not fit, with the path of the place.
    """
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union_from_json(get_args(kind), form, path)
    if origin is tuple:
        return _tuple_from_json(get_args(kind), form, path)
    if origin in (frozenset, list):
        (item,) = get_args(kind)
        return origin(from_json(item, part, f"{path}/{index}") for index, part in enumerate(_expect(list, form, path)))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, item = get_args(kind)
        entries = _expect(dict, form, path).items()
        return {from_json(key, name, path): from_json(item, part, f"{path}/{name}") for name, part in entries}
    return _plain_from_json(kind, form, path)


def camel_case(name: str) -> str:
    """`new_state_hash` becomes `newStateHash`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _plain_from_json(kind: Any, form: Json, path: str) -> Any:
    if kind is type(None):
        return _require(form is None, None, path, "null")
    if kind is bool:
        return _expect(bool, form, path)
    if kind is str:
        return _expect(str, form, path)
    if isinstance(kind, type):
        if issubclass(kind, Enum):
            return _member_from_json(kind, form, path)
        if issubclass(kind, int):
            return _integer_from_json(kind, form, path)
        if issubclass(kind, bytes):
            return _bytes_from_json(kind, form, path)
        if is_dataclass(kind):
            return _record_from_json(kind, form, path)
    raise JsonFormError(f"{path or '/'}: no JSON form for {kind}")


def _integer_from_json(kind: type[int], form: Json, path: str) -> int:
    text = _expect(str, form, path)
    try:
        number = int(text, 16)
        if hex(number) != text:
            raise ValueError
        return kind(number)
    except (ValueError, ArithmeticError) as error:
        width = kind.__name__ if issubclass(kind, FixedWidth) else "integer"
        raise JsonFormError(f"{path or '/'}: {text!r} is no minimal 0x hex {width}") from error


def _bytes_from_json(kind: type[bytes], form: Json, path: str) -> bytes:
    text = _expect(str, form, path)
    try:
        if not text.startswith("0x") or text != text.lower():
            raise ValueError
        return kind(bytes.fromhex(text[2:]))
    except ValueError as error:
        width = f"{kind.LENGTH} bytes" if issubclass(kind, FixedBytes) else "bytes"
        raise JsonFormError(f"{path or '/'}: not {width} of 0x hex") from error


def _member_from_json(kind: type[Enum], form: Json, path: str) -> Enum:
    name = _expect(str, form, path)
    if name not in kind.__members__:
        raise JsonFormError(f"{path or '/'}: {name!r} is none of {', '.join(kind.__members__)}")
    return kind[name]


def _record_from_json(kind: Any, form: Json, path: str) -> Any:
    parts = _expect(dict, form, path)
    hints = _hints(kind)
    names = {camel_case(field.name): field.name for field in fields(kind)}
    if set(parts) != set(names):
        missing, extra = sorted(set(names) - set(parts)), sorted(set(parts) - set(names))
        raise JsonFormError(f"{path or '/'}: {kind.__name__} lacks {missing}, has unknown {extra}")
    return kind(**{field: from_json(hints[field], parts[name], f"{path}/{name}") for name, field in names.items()})


def _union_from_json(kinds: tuple[Any, ...], form: Json, path: str) -> Any:
    if type(None) in kinds:
        rest = tuple(kind for kind in kinds if kind is not type(None))
        return None if form is None else from_json(Union[rest], form, path)  # noqa: UP007  # a union made of values
    variants = {camel_case_variant(kind): kind for kind in kinds}
    parts = _expect(dict, form, path)
    if len(parts) != 1 or next(iter(parts)) not in variants:
        raise JsonFormError(f"{path or '/'}: one of {', '.join(variants)} expected")
    ((name, part),) = parts.items()
    return from_json(variants[name], part, f"{path}/{name}")


def camel_case_variant(kind: type) -> str:
    """`ExitedProgram` becomes `exitedProgram`."""
    return kind.__name__[0].lower() + kind.__name__[1:]


def _tuple_from_json(kinds: tuple[Any, ...], form: Json, path: str) -> tuple[Any, ...]:
    parts = _expect(list, form, path)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(parts)
    if len(kinds) != len(parts):
        raise JsonFormError(f"{path or '/'}: {len(kinds)} items expected, {len(parts)} given")
    return tuple(
        from_json(kind, part, f"{path}/{index}") for index, (kind, part) in enumerate(zip(kinds, parts, strict=True))
    )


def _field_to_json(record: Any, name: str) -> Json:
    kind: Any = type(record)
    return _choice_to_json(_hints(kind)[name], getattr(record, name))


def _choice_to_json(hint: Any, value: object) -> Json:
    """Like `to_json`, with the variant's name where the declared type leaves a choice between records."""
    origin = get_origin(hint)
    arguments = get_args(hint)
    if origin in (Union, types.UnionType):
        kinds = [kind for kind in arguments if kind is not type(None)]
        if value is None:
            return None
        if len(kinds) > 1:
            return {camel_case_variant(type(value)): to_json(value)}
        return _choice_to_json(kinds[0], value)
    if isinstance(value, tuple) and origin is tuple:
        items = arguments[:1] * len(value) if arguments[-1] is Ellipsis else arguments
        return [_choice_to_json(item, part) for item, part in zip(items, value, strict=True)]
    if isinstance(value, Mapping) and arguments:
        return {_key_to_json(key): _choice_to_json(arguments[1], item) for key, item in value.items()}
    return to_json(value)


def _place_in_set(item: Any) -> Any:
    return item.value if isinstance(item, Enum) else item


def _key_to_json(key: object) -> str:
    form = to_json(key)
    if not isinstance(form, str):
        raise JsonFormError(f"no JSON key for {type(key).__name__}")
    return form


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _expect(kind: type[T], form: Json, path: str) -> T:
    if not isinstance(form, kind):
        raise JsonFormError(f"{path or '/'}: {kind.__name__} expected, {type(form).__name__} given")
    return form


def _require(holds: bool, value: T, path: str, what: str) -> T:
    if not holds:
        raise JsonFormError(f"{path or '/'}: {what} expected")
    return value
