"""Scenarios on chain: recorded ones with some of their calls changed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.reference.adapter import ADAPTERS, Document, format_of
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite
from gearexe_spec.conformance.wire import Apply, Request
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.mutation import damage

FORMAT = "onchain-scenario/1"
CALL = "onchain/call"
KEPT_BEHIND = 4
"""Steps after the last change that still run."""
WORDS = (
    0,
    1,
    2,
    (1 << 256) - 1,
    1 << 255,
    1 << 160,
    (1 << 128) - 1,
    1 << 128,
    (1 << 48) - 1,
    1 << 48,
    0x20,
    0x40,
    0x60,
)


def make_scenario_case(seed: int, index: int) -> tuple[Request, ...]:
    """The requests of a recorded scenario up to a little behind the last of one to three changes."""
    dice = Dice("onchain", seed, index)
    name = dice.pick(_scenario_files())
    requests = list(dice.pick(_scenarios(name)))
    last = 0
    for _ in range(dice.between(1, 3)):
        places = [place for place, request in enumerate(requests) if is_changeable(request)]
        if not places:
            break
        place = dice.pick(places)
        requests[place : place + 1] = _change(dice, requests, place)
        last = max(last, place)
    return tuple(requests[: last + 1 + KEPT_BEHIND])


def is_changeable(request: Request) -> bool:
    """Whether a step is a call in which no foreign code has a say."""
    return isinstance(request, Apply) and request.operation == CALL and not request.input.get("foreign")


def _change(dice: Dice, requests: list[Request], place: int) -> list[Request]:
    """The step in its new form: none, one, or two."""
    request = requests[place]
    assert isinstance(request, Apply), "only calls are changed"
    form: dict[str, Any] = dict(request.input)
    match dice.below(8):
        case 0:
            return []
        case 1:
            return [request, request]
        case 2:
            other = dice.pick([step for step in requests if is_changeable(step)])
            return [other]
        case 3:
            form["from"] = dice.pick(_senders(requests))
        case 4:
            form["value"] = hex(dice.pick((0, 1, 10**9, dice.integer(50), dice.integer(128))))
        case _:
            form["calldata"] = "0x" + _change_calldata(dice, bytes.fromhex(form["calldata"][2:])).hex()
    return [replace(request, input=form)]


def _change_calldata(dice: Dice, data: bytes) -> bytes:
    """Damage to single bytes, or a whole word replaced or repeated."""
    words = max(0, (len(data) - 4) // 32)
    if not words or dice.below(3) == 0:
        return damage(data, dice, 1)
    start = 4 + 32 * dice.below(words)
    source = 4 + 32 * dice.below(words)
    word = dice.pick(WORDS).to_bytes(32, "big") if dice.below(2) else data[source : source + 32]
    return data[:start] + word + data[start + 32 :]


def _senders(requests: list[Request]) -> list[str]:
    return [str(step.input["from"]) for step in requests if isinstance(step, Apply) and step.operation == CALL]


@cache
def _scenario_files() -> tuple[str, ...]:
    return tuple(sorted(file.name for file in find_files(shipped_suite() / "onchain") if _is_scenario(file.name)))


@cache
def _is_scenario(name: str) -> bool:
    return format_of(_document(name)) == FORMAT


def _document(name: str) -> Document:
    file = next(file for file in find_files(shipped_suite() / "onchain") if file.name == name)
    return read_document(file.path)


@cache
def _scenarios(name: str) -> tuple[tuple[Request, ...], ...]:
    """The requests of the scenarios of a file, without the views at the end of which only the answers matter."""
    import_rooms()
    cases = [case for case in ADAPTERS[FORMAT](_document(name)) if not case.name.endswith("/decoded")]
    return tuple(tuple(exchange.request for exchange in case.exchanges()) for case in cases)
