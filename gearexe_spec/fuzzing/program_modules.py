"""Random programs, made to be run: they validate, import system calls and export entry points; most end by themselves.

Codes made to be judged, valid ones and others, with all that a module may have, are in `code_modules`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.program_bodies import Body, Callee, Surroundings
from gearexe_spec.fuzzing.program_encoding import (
    custom_section,
    function_type,
    i32_const,
    i64_const,
    items,
    limits,
    section,
)
from gearexe_spec.wasm.decode import MODULE_HEADER
from gearexe_spec.wasm.model import FUNCREF, ExternalKind
from gearexe_spec.wasm.opcodes import I32, I64
from gearexe_spec.wasm.reader import encode_name, encode_unsigned, with_length

Signature = tuple[tuple[int, ...], tuple[int, ...]]
ENTRIES = ("init", "handle", "handle_reply", "handle_signal")
PAGE = 65_536

SLOTS = 0x200
"""Address of destinations with values, 48 bytes each."""
SLOT_COUNT = 8
PAYLOADS = 0x400
RESULTS = 0x800

_ARGUMENTS = {
    "alloc": "a",
    "free": "f",
    "free_range": "ff",
    "gr_block_height": "r",
    "gr_block_timestamp": "r",
    "gr_debug": "bn",
    "gr_env_vars": "vr",
    "gr_exit": "s",
    "gr_gas_available": "r",
    "gr_leave": "",
    "gr_message_id": "m",
    "gr_panic": "bn",
    "gr_oom_panic": "",
    "gr_program_id": "r",
    "gr_read": "onwr",
    "gr_reply": "bnpr",
    "gr_reply_code": "r",
    "gr_reply_commit": "pr",
    "gr_reply_input": "onpr",
    "gr_reply_push": "bnr",
    "gr_reply_push_input": "onr",
    "gr_reply_to": "r",
    "gr_send": "sbndr",
    "gr_send_commit": "hsdr",
    "gr_send_init": "r",
    "gr_send_input": "sondr",
    "gr_send_push": "hbnr",
    "gr_send_push_input": "honr",
    "gr_size": "r",
    "gr_source": "s",
    "gr_value": "r",
    "gr_value_available": "r",
    "gr_wait_for": "t",
    "gr_wait_up_to": "t",
    "gr_wake": "mdr",
}
"""Kinds of arguments: a pages, b payload, d delay, f page, h handle, m message id, n length, o offset, p value or
nothing, r result, s destination and value, t duration, v version, w buffer."""
FINAL = frozenset(("gr_exit", "gr_leave", "gr_panic", "gr_oom_panic", "gr_wait_for", "gr_wait_up_to"))
"""Calls that end the execution; rare, so that programs do something before."""


@dataclass(frozen=True, slots=True)
class GeneratedModule:
    """A module and its parts.

    Args:
        wasm: the whole.
        bodies: bytes of the function bodies, to damage one of them.
    """

    wasm: bytes
    bodies: tuple[bytes, ...]


class ModuleMaker:
    """Makes one module.

    Args:
        dice: of this module.
        is_program: whether it is made to be run: both main entry points, prepared memory, few traps.
    """

    def __init__(self, dice: Dice, is_program: bool) -> None:
        self.dice = dice
        self.is_program = is_program
        self.types: list[Signature] = [((), ())]
        self.pages = dice.pick((2, 2, 3, 4)) if is_program else dice.pick((0, 1, 1, 2, 5, 17, 512))

    def make(self) -> GeneratedModule:
        """The module."""
        dice = self.dice
        calls = self._choose_calls()
        signatures = [self._signature() for _ in range(dice.below(4))]
        entries = self._choose_entries()
        defined = [*signatures, *[((), ())] * len(entries)]
        first = len(calls)
        callees = [
            Callee(index, *_signature_of(call), partial(_arguments, call))
            for index, call in enumerate(calls)
            if call not in FINAL or dice.chance(3)
        ]
        helpers = [Callee(first + index, *signature) for index, signature in enumerate(signatures)]
        globals_ = [dice.pick((I32, I64)) for _ in range(dice.below(4))]
        immutable = frozenset(index for index in range(len(globals_)) if dice.chance(4))
        stack_end = self._stack_end()
        has_table = dice.chance(2)
        table_types = {self._type(signature): signature for signature in signatures} if has_table else {}

        bodies = []
        for index, (params, results) in enumerate(defined):
            reachable = callees + (helpers[index + 1 :] if index < len(helpers) else helpers)
            around = Surroundings(reachable, globals_, immutable, self.pages * PAGE, table_types, self.is_program)
            opening = self._conversation(calls) if self.is_program and index >= len(helpers) else b""
            bodies.append(Body(dice, around, params, results).make(8 if self.is_program else 4, opening=opening))

        exports = [
            encode_name(entry) + bytes([ExternalKind.FUNCTION]) + encode_unsigned(first + len(signatures) + i)
            for i, entry in enumerate(entries)
        ]
        if stack_end is not None:
            exports.append(
                encode_name("__gear_stack_end") + bytes([ExternalKind.GLOBAL]) + encode_unsigned(len(globals_))
            )
        parts = [
            MODULE_HEADER,
            section(1, [self._encode_type(self._type(signature)) for signature in self._all_types(calls, defined)]),
            section(2, self._imports(calls)),
            section(3, [encode_unsigned(self._type(signature)) for signature in defined]),
            section(4, [FUNCREF + limits(6, None if dice.below(2) else 10)] if has_table else []),
            section(6, self._globals(globals_, immutable, stack_end)),
            section(7, exports),
            section(9, self._elements(first, len(defined)) if has_table else []),
            section(10, [with_length(body) for body in bodies]),
            section(11, self._data(stack_end)),
            custom_section("name", b"\0\x02\x01x") if dice.chance(6) else b"",
        ]
        return GeneratedModule(b"".join(parts), tuple(bodies))

    def _choose_calls(self) -> list[str]:
        known = sorted(_ARGUMENTS)
        amount = self.dice.between(3, 14) if self.is_program else self.dice.below(6)
        return sorted({self.dice.pick(known) for _ in range(amount)})

    def _conversation(self, calls: Sequence[str]) -> bytes:
        """What an entry of every other program does first: a few system calls that mean something, at times an end."""
        if not calls or self.dice.below(2):
            return b""
        going_on = [call for call in calls if call not in FINAL]
        spoken = [self.dice.pick(going_on) for _ in range(self.dice.between(1, 8))] if going_on else []
        ends = [call for call in calls if call in FINAL]
        spoken += [self.dice.pick(ends)] if ends and self.dice.below(2) else []
        return b"".join(
            _arguments(call, self.dice)
            + b"\x10"
            + encode_unsigned(calls.index(call))
            + b"\x1a" * len(_signature_of(call)[1])
            for call in spoken
        )

    def _choose_entries(self) -> list[str]:
        if self.is_program:
            return [*ENTRIES[:2], *(["handle_reply"] if self.dice.below(2) else [])]
        chosen = [entry for entry in ENTRIES if self.dice.below(2)]
        return chosen if set(chosen) & set(ENTRIES[:2]) else [*chosen, self.dice.pick(ENTRIES[:2])]

    def _signature(self) -> Signature:
        params = tuple(self.dice.pick((I32, I64)) for _ in range(self.dice.below(4)))
        return params, tuple(self.dice.pick((I32, I64)) for _ in range(self.dice.below(2)))

    def _all_types(self, calls: Sequence[str], defined: Sequence[Signature]) -> list[Signature]:
        for signature in [*map(_signature_of, calls), *defined]:
            self._type(signature)
        return self.types

    def _type(self, signature: Signature) -> int:
        if signature not in self.types:
            self.types.append(signature)
        return self.types.index(signature)

    def _encode_type(self, index: int) -> bytes:
        return function_type(*self.types[index])

    def _imports(self, calls: Sequence[str]) -> list[bytes]:
        most = None if self.dice.below(40 if self.is_program else 3) else self.pages + self.dice.below(4)
        memory = encode_name("env") + encode_name("memory") + bytes([ExternalKind.MEMORY]) + limits(self.pages, most)
        functions = [
            encode_name("env")
            + encode_name(call)
            + bytes([ExternalKind.FUNCTION])
            + encode_unsigned(self._type(_signature_of(call)))
            for call in calls
        ]
        place = self.dice.below(len(functions) + 1)
        return [*functions[:place], memory, *functions[place:]]

    def _stack_end(self) -> int | None:
        if self.pages < 1 or self.dice.below(3):
            return None
        return PAGE * self.dice.below(self.pages + (0 if self.is_program else 1))

    def _globals(self, kinds: Sequence[int], immutable: frozenset[int], stack_end: int | None) -> list[bytes]:
        made = []
        for index, kind in enumerate(kinds):
            number = self.dice.integer(32 if kind == I32 else 64)
            start = i32_const(number) if kind == I32 else i64_const(number)
            made.append(bytes([kind, index not in immutable]) + start + b"\x0b")
        if stack_end is not None:
            made.append(bytes([I32, 0]) + i32_const(stack_end) + b"\x0b")
        return made

    def _elements(self, first: int, functions: int) -> list[bytes]:
        indices = [encode_unsigned(self.dice.below(first + functions)) for _ in range(self.dice.below(5))]
        return [b"\0" + i32_const(self.dice.below(2)) + b"\x0b" + items(indices)]

    def _data(self, stack_end: int | None) -> list[bytes]:
        start = 0 if stack_end is None else stack_end
        if self.is_program:
            prepared = _slots(self.dice) + self.dice.blob(64)
            return [_segment(SLOTS, prepared)] if start == 0 else []
        segments = []
        for _ in range(self.dice.below(3)):
            content = self.dice.blob(self.dice.below(40))
            room = self.pages * PAGE - start - len(content)
            if room > 0:
                segments.append(_segment(start + self.dice.below(room), content))
        return segments


def _segment(offset: int, content: bytes) -> bytes:
    return b"\0" + i32_const(offset) + b"\x0b" + with_length(content)


def _slots(dice: Dice) -> bytes:
    """Destinations with values that programs send to."""
    return b"".join(slot_destination(dice) + _slot_value(dice).to_bytes(16, "little") for _ in range(SLOT_COUNT))


def slot_destination(dice: Dice) -> bytes:
    """A user, a well-known address, or anything."""
    match dice.below(6):
        case 0:
            return bytes(32)
        case 1:
            return bytes(12) + b"\xff" * 20
        case 2:
            return dice.blob(32)
    return bytes(12) + bytes([dice.between(1, 4)]) * 20


def _slot_value(dice: Dice) -> int:
    return 0 if dice.below(3) else dice.pick((1, 7, 100, 10_000, 1 << 64, (1 << 128) - 1))


def _signature_of(call: str) -> Signature:
    params = tuple([I32] * len(_ARGUMENTS[call]))
    return params, (I32,) if call in ("alloc", "free", "free_range") else ()


def _arguments(call: str, dice: Dice) -> bytes:
    return b"".join(i32_const(_argument(kind, dice)) for kind in _ARGUMENTS[call])


def _argument(kind: str, dice: Dice) -> int:
    if dice.chance(40):
        return dice.integer(32)
    match kind:
        case "a":
            return dice.pick((0, 1, 1, 2, 3, 100))
        case "b" | "w":
            return PAYLOADS + dice.below(64)
        case "d":
            return 0 if dice.below(4) else dice.between(1, 20)
        case "f":
            return dice.below(8)
        case "h":
            return dice.below(5)
        case "m" | "s":
            return SLOTS + 48 * dice.below(SLOT_COUNT)
        case "n":
            return dice.pick((0, 1, 4, 32, 63, 1024, 4096, 4097)) if dice.chance(4) else dice.below(40)
        case "o":
            return 0 if dice.below(3) else dice.below(20)
        case "p":
            return 0xFFFFFFFF if dice.below(2) else SLOTS + 48 * dice.below(SLOT_COUNT) + 32
        case "t":
            return dice.pick((0, 1, 5, 64, 84, 100_000, 0xFFFFFFFF))
        case "v":
            return 1 if dice.below(4) else dice.below(4)
    return RESULTS + 48 * dice.below(8)
