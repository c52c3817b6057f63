"""Making a difference small: the same request with less in it, as long as the two sides still differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.wire import Apply

MOST_ATTEMPTS = 400


def shrink(request: Apply, still_differs: Callable[[Apply], bool], most: int = MOST_ATTEMPTS) -> Apply:
    """A request that is no larger and of which `still_differs` holds.

    Args:
        request: differs.
        still_differs: asks both sides; a request that one of them does not understand must not count.
        most: how often it may be asked.
    """
    left = most
    changed = True
    while changed and left > 0:
        changed = False
        for form in smaller_forms(request.input):
            if left <= 0:
                break
            left -= 1
            candidate = Apply(request.operation, form) if isinstance(form, dict) else request
            if candidate != request and still_differs(candidate):
                request, changed = candidate, True
                break
    return request


def smaller_forms(form: Json) -> Iterator[Json]:
    """Forms of the same kind with one thing less, the boldest first."""
    match form:
        case dict():
            yield from _smaller_dict(form)
        case list():
            yield from _smaller_list(form)
        case str() if form.startswith("0x"):
            yield from _smaller_hex(form)
        case True:
            yield False


def _smaller_dict(form: dict[str, Json]) -> Iterator[Json]:
    is_map = all(name.startswith("0x") for name in form)
    if is_map:
        for name in form:
            yield {other: part for other, part in form.items() if other != name}
    for name, part in form.items():
        for smaller in smaller_forms(part):
            yield {**form, name: smaller}


def _smaller_list(form: list[Json]) -> Iterator[Json]:
    if len(form) > 3:
        half = len(form) // 2
        yield form[:half]
        yield form[half:]
    for index in range(len(form)):
        yield form[:index] + form[index + 1 :]
    for index, part in enumerate(form):
        for smaller in smaller_forms(part):
            yield [*form[:index], smaller, *form[index + 1 :]]


def _smaller_hex(form: str) -> Iterator[Json]:
    """Fewer bytes, or zero bytes; for integers, smaller ones. What does not fit is refused by the target."""
    digits = form[2:]
    if len(digits) > 2 and len(digits) % 2 == 0:
        size = len(digits) // 2
        step = size // 2
        while step:
            for start in range(0, size, step):
                yield "0x" + digits[: 2 * start] + digits[2 * (start + step) :]
            step //= 2
        if digits.strip("0"):
            yield "0x" + "0" * len(digits)
    elif digits not in ("", "0", "00"):
        number = int(digits, 16)
        yield "0x0"
        yield hex(number // 2)
        yield hex(number - 1)
