"""Damage to byte strings: what a hostile peer or a broken disk would hand to a decoder."""

from __future__ import annotations

from collections.abc import Callable

from gearexe_spec.fuzzing.dice import Dice

EDGES = (0x00, 0x01, 0x02, 0x03, 0x04, 0x7F, 0x80, 0xFC, 0xFD, 0xFE, 0xFF)


def damage(data: bytes, dice: Dice, most: int = 3) -> bytes:
    """The bytes after one to `most` random changes."""
    for _ in range(dice.between(1, most)):
        data = dice.pick(_CHANGES)(data, dice)
    return data


def _flip_bit(data: bytes, dice: Dice) -> bytes:
    return _replace(data, dice, lambda byte: byte ^ 1 << dice.below(8))


def _set_edge(data: bytes, dice: Dice) -> bytes:
    return _replace(data, dice, lambda _: dice.pick(EDGES))


def _set_random(data: bytes, dice: Dice) -> bytes:
    return _replace(data, dice, lambda _: dice.below(256))


def _cut(data: bytes, dice: Dice) -> bytes:
    return data[: dice.below(len(data) + 1)]


def _append(data: bytes, dice: Dice) -> bytes:
    return data + dice.blob(dice.between(1, 8))


def _insert(data: bytes, dice: Dice) -> bytes:
    place = dice.below(len(data) + 1)
    return data[:place] + dice.blob(dice.between(1, 4)) + data[place:]


def _remove(data: bytes, dice: Dice) -> bytes:
    place = dice.below(len(data) + 1)
    return data[:place] + data[place + dice.between(1, 4) :]


def _repeat(data: bytes, dice: Dice) -> bytes:
    """A part twice in a row: makes duplicate entries of maps and sets."""
    start = dice.below(len(data) + 1)
    end = start + dice.between(1, 64)
    return data[:end] + data[start:end] + data[end:]


def _swap(data: bytes, dice: Dice) -> bytes:
    """Two neighbouring parts change places: makes unordered maps and sets."""
    size = dice.pick((1, 4, 8, 32, 36, 64, 65))
    start = dice.below(len(data) + 1)
    first, second = data[start : start + size], data[start + size : start + 2 * size]
    return data[:start] + second + first + data[start + 2 * size :]


def _grow_length(data: bytes, dice: Dice) -> bytes:
    """A compact integer of another size where one may be."""
    place = 0 if dice.below(2) else dice.below(len(data) + 1)
    huge = dice.pick(
        (
            b"\x01\x00",
            b"\x02\x00\x00\x00",
            b"\x03\x00\x00\x00\x00",
            b"\xfe\xff\xff\xff",
            b"\x03\xff\xff\xff\xff",
            b"\x13" + b"\xff" * 8,
        )
    )
    return data[:place] + huge + data[place + 1 :]


def _replace(data: bytes, dice: Dice, change: Callable[[int], int]) -> bytes:
    if not data:
        return data
    place = dice.below(min(len(data), 40)) if dice.below(2) else dice.below(len(data))
    return data[:place] + bytes([change(data[place])]) + data[place + 1 :]


_CHANGES: tuple[Callable[[bytes, Dice], bytes], ...] = (
    _flip_bit,
    _set_edge,
    _set_random,
    _cut,
    _append,
    _insert,
    _remove,
    _repeat,
    _swap,
    _grow_length,
)
