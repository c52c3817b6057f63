"""Hostile bytes end in a verdict, in bounded time and memory, without deep recursion."""

import resource
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import process_time

import pytest

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.fuzzing.code_modules import make_code
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.mutation import damage
from gearexe_spec.wasm.code import check_and_instrument_code
from gearexe_spec.wasm.decode import MODULE_HEADER, decode_module
from gearexe_spec.wasm.reader import encode_name, encode_unsigned, with_length
from gearexe_spec.wasm.rejection import CodeRejection

LIMIT = 524_288
SECONDS = 30.0
"""Very generous: the slowest of these takes about a tenth."""
MEMORY_GROWTH = 2 << 30


def verdict(check: Callable[[bytes], object], code: bytes) -> str:
    try:
        check(code)
    except Rejected as rejected:
        return CodeRejection(rejected.reason.value).name
    return "accepted"


@dataclass
class Tally:
    """What became of many codes: how often each verdict came out, the longest that one took, and which."""

    verdicts: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, 0)


def check_mutated(tally: Tally, first: int, last: int) -> None:
    """Damaged codes through validator and parser."""
    for index in range(first, last):
        dice = Dice("hostile codes", index)
        code = damage(make_code(dice, index % 4), dice, most=dice.pick((1, 1, 2, 6)))
        began = process_time()
        for check in (check_and_instrument_code, decode_module):
            tally.verdicts[verdict(check, code)] += 1
        tally.slowest = max(tally.slowest, (process_time() - began, index))


def memory_in_use() -> int:
    """The most bytes that this process ever had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def test_mutated_codes_end_in_a_verdict() -> None:
    tally = Tally()
    check_mutated(tally, 0, 3000)
    assert tally.verdicts["Validation"] > 1000
    assert tally.verdicts["ModuleBinaryReader"] > 500
    assert tally.slowest[0] < SECONDS


@pytest.mark.slow
def test_a_million_mutated_codes() -> None:
    """`make hostile-codes`: prints how often each verdict came out, the slowest code, and the growth of memory."""
    tally, before = Tally(), memory_in_use()
    for first in range(0, 1_000_000, 50_000):
        check_mutated(tally, first, first + 50_000)
        print(first + 50_000, tally, memory_in_use() - before, file=sys.stderr)
    assert tally.verdicts.total() == 2_000_000
    assert tally.slowest[0] < SECONDS
    assert memory_in_use() - before < MEMORY_GROWTH


def section(number: int, content: bytes) -> bytes:
    return bytes((number,)) + with_length(content)


TYPES = section(1, b"\x01\x60\0\0")
IMPORTS = section(2, b"\x01" + encode_name("env") + encode_name("memory") + b"\x02\0\x01")
EXPORTS = section(7, b"\x01" + encode_name("init") + b"\0\0")


def with_body(body: bytes) -> bytes:
    code = section(10, b"\x01" + with_length(b"\0" + body))
    return MODULE_HEADER + TYPES + IMPORTS + section(3, b"\x01\0") + EXPORTS + code


def with_functions(count: int, body: bytes) -> bytes:
    functions = section(3, encode_unsigned(count) + b"\0" * count)
    code = section(10, encode_unsigned(count) + with_length(body) * count)
    return MODULE_HEADER + TYPES + IMPORTS + functions + EXPORTS + code


ROOM = LIMIT - 200
HOSTILE = {
    "blocks in blocks": with_body(b"\x02\x40" * (ROOM // 3) + b"\x0b" * (ROOM // 3 + 1)),
    "blocks never closed": with_body(b"\x02\x40" * (ROOM // 2)),
    "only ends": with_body(b"\x0b" * ROOM),
    "calls of itself": with_body(b"\x10\0" * (ROOM // 2) + b"\x0b"),
    "a huge br_table": with_body(b"\x41\0\x0e" + encode_unsigned(131_072) + b"\0" * 131_073 + b"\x0b"),
    "many br_tables": with_body((b"\x41\0\x0e\x7f" + b"\0" * 128 + b"\x0b") * 3900),
    "br_table that claims more than there is": with_body(b"\x41\0\x0e\xff\xff\xff\xff\x0f\x0b"),
    "more locals than allowed": with_functions(55_000, b"\x01\xd1\x86\x03\x7f\x0b"),
    "functions with 50,000 locals": with_functions(55_000, b"\x01\xd0\x86\x03\x7f\x0b"),
    "groups of no locals": with_functions(1, encode_unsigned(200_000) + b"\0\x7f" * 200_000 + b"\x0b"),
    "loops with branches out": with_body(b"\x02\x40" + b"\x03\x40\x0c\x01\x0b" * (ROOM // 5) + b"\x0b\x0b"),
    "types that claim a million entries": MODULE_HEADER + section(1, encode_unsigned(1_000_000)),
    "recursion groups in a row": MODULE_HEADER + section(1, b"\x01\x4e" + encode_unsigned(999_999) + b"\x60\0\0"),
    "an element segment that claims 2^32 - 1": MODULE_HEADER
    + TYPES
    + section(4, b"\x01\x70\0\x01")
    + section(9, b"\x01\0\x41\0\x0b\xff\xff\xff\xff\x0f"),
    "a name map that claims 2^32 - 1": with_body(b"\x0b")
    + section(0, encode_name("name") + b"\x01" + with_length(b"\xff\xff\xff\xff\x0f")),
    "a table of 2^32 - 1": MODULE_HEADER
    + TYPES
    + IMPORTS
    + section(3, b"\x01\0")
    + section(4, b"\x01\x70\0\xff\xff\xff\xff\x0f")
    + EXPORTS
    + section(10, b"\x01\x02\0\x0b"),
    "empty sections of unknown kind": MODULE_HEADER + b"\x7f\0" * (ROOM // 2),
    "empty custom sections": MODULE_HEADER + b"\0\x01\0" * (ROOM // 3),
    "empty name sections": MODULE_HEADER + section(0, encode_name("name")) * (ROOM // 7),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_codes_end_in_a_verdict(name: str) -> None:
    code = HOSTILE[name]
    assert len(code) <= LIMIT
    before = memory_in_use()
    began = process_time()

    for check in (check_and_instrument_code, decode_module):
        verdict(check, code)

    assert process_time() - began < SECONDS
    assert memory_in_use() - before < MEMORY_GROWTH
