"""States by hash, and what changed between two of them.

Rules: VEC-11, VEC-17.
"""

from __future__ import annotations

from gearexe_spec.conformance.compare import pointer
from gearexe_spec.conformance.json_form import Json

STATES = "states"
_GONE = object()


def diff_states(before: Json, after: Json) -> tuple[dict[str, Json], list[str]]:
    """Values by pointer that make `after` out of `before`, and pointers of what is gone (VEC-17).

    Lists of different length are replaced as a whole.
    """
    changed: dict[str, Json] = {}
    removed: list[str] = []
    _diff(before, after, "", changed, removed)
    return changed, sorted(removed)


def patch_state(before: Json, changed: dict[str, Json], removed: list[str]) -> Json:
    """The state after the changes (VEC-17).

    Raises:
        KeyError, IndexError, ValueError: a pointer leads nowhere.
    """
    after = before
    for path in removed:
        after = _put(after, _parts(path), _GONE)
    for path, value in changed.items():
        after = _put(after, _parts(path), value)
    return after


def _diff(before: Json, after: Json, path: str, changed: dict[str, Json], removed: list[str]) -> None:
    if isinstance(before, dict) and isinstance(after, dict):
        removed += [pointer(path, name) for name in before.keys() - after.keys()]
        for name, part in after.items():
            if name in before:
                _diff(before[name], part, pointer(path, name), changed, removed)
            else:
                changed[pointer(path, name)] = part
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            _diff(old, new, pointer(path, index), changed, removed)
    elif type(before) is not type(after) or before != after:
        changed[path] = after


def _parts(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _put(value: Json, parts: list[str], new: object) -> Json:
    """A copy with one place changed; what it does not touch is shared."""
    if not parts:
        return new  # type: ignore[return-value]
    name, rest = parts[0], parts[1:]
    if isinstance(value, list):
        index = int(name)
        return [*value[:index], _put(value[index], rest, new), *value[index + 1 :]]
    if not isinstance(value, dict):
        raise KeyError(name)
    if new is _GONE and not rest:
        return {key: part for key, part in value.items() if key != name}
    return {**value, name: _put(value[name] if rest else None, rest, new)}
