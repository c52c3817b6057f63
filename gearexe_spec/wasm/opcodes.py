"""The instructions of WebAssembly 1.0 with sign extension: opcode, name, immediate, operands and results.

Floating-point instructions stand here too, since the parser knows them; programs may not use them. Instructions of
later proposals are in `foreign_operators`.

Rules: WAS-10.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

Instruction = tuple[int, Any]
"""Opcode and immediate.

The immediate is None; an index; a signed constant; the raw bytes of a block type or of a floating-point constant; for
memory access (alignment, offset); for `br_table` (labels, default label).
"""

I32, I64, F32, F64 = 0x7F, 0x7E, 0x7D, 0x7C
"""Value types, as their bytes."""
EMPTY_BLOCK = b"\x40"
"""The block type without result."""


class Immediate(IntEnum):
    """What follows an opcode; in order of frequency."""

    INDEX = 0
    NONE = 1
    S32 = 2
    MEMORY = 3
    END = 4
    BLOCK = 5
    S64 = 6
    ELSE = 7
    INDIRECT = 8
    LABELS = 9
    ZERO = 10
    F32 = 11
    F64 = 12
    FOREIGN = 13


class Op:
    """Opcodes that rules mention by name."""

    UNREACHABLE = 0x00
    NOP = 0x01
    BLOCK = 0x02
    LOOP = 0x03
    IF = 0x04
    ELSE = 0x05
    END = 0x0B
    BR = 0x0C
    BR_IF = 0x0D
    BR_TABLE = 0x0E
    RETURN = 0x0F
    CALL = 0x10
    CALL_INDIRECT = 0x11
    DROP = 0x1A
    SELECT = 0x1B
    LOCAL_GET = 0x20
    LOCAL_SET = 0x21
    LOCAL_TEE = 0x22
    GLOBAL_GET = 0x23
    GLOBAL_SET = 0x24
    FIRST_LOAD = 0x28
    I32_LOAD8_U = 0x2D
    FIRST_STORE = 0x36
    I32_STORE8 = 0x3A
    LAST_STORE = 0x3E
    MEMORY_SIZE = 0x3F
    MEMORY_GROW = 0x40
    I32_CONST = 0x41
    I64_CONST = 0x42
    I32_EQZ = 0x45
    I32_GT_U = 0x4B
    I64_LT_U = 0x54
    I64_GE_U = 0x5A
    I32_ADD = 0x6A
    I32_SUB = 0x6B
    I32_MUL = 0x6C
    I32_AND = 0x71
    I32_OR = 0x72
    I32_SHR_U = 0x76
    I64_ADD = 0x7C
    I64_SUB = 0x7D
    I64_SHL = 0x86
    I64_SHR_U = 0x88
    I32_WRAP_I64 = 0xA7
    I64_EXTEND_I32_U = 0xAD


_TABLE = """
00 unreachable - -
01 nop - -
02 block block -
03 loop block -
04 if block -
05 else else -
0b end end -
0c br index -
0d br_if index -
0e br_table labels -
0f return - -
10 call index -
11 call_indirect indirect -
1a drop - -
1b select - -
20 local.get index -
21 local.set index -
22 local.tee index -
23 global.get index -
24 global.set index -
28 i32.load memory i:i
29 i64.load memory i:l
2a f32.load memory i:f
2b f64.load memory i:d
2c i32.load8_s memory i:i
2d i32.load8_u memory i:i
2e i32.load16_s memory i:i
2f i32.load16_u memory i:i
30 i64.load8_s memory i:l
31 i64.load8_u memory i:l
32 i64.load16_s memory i:l
33 i64.load16_u memory i:l
34 i64.load32_s memory i:l
35 i64.load32_u memory i:l
36 i32.store memory ii:
37 i64.store memory il:
38 f32.store memory if:
39 f64.store memory id:
3a i32.store8 memory ii:
3b i32.store16 memory ii:
3c i64.store8 memory il:
3d i64.store16 memory il:
3e i64.store32 memory il:
3f memory.size zero :i
40 memory.grow zero i:i
41 i32.const s32 :i
42 i64.const s64 :l
43 f32.const f32 :f
44 f64.const f64 :d
45 i32.eqz - i:i
46 i32.eq - ii:i
47 i32.ne - ii:i
48 i32.lt_s - ii:i
49 i32.lt_u - ii:i
4a i32.gt_s - ii:i
4b i32.gt_u - ii:i
4c i32.le_s - ii:i
4d i32.le_u - ii:i
4e i32.ge_s - ii:i
4f i32.ge_u - ii:i
50 i64.eqz - l:i
51 i64.eq - ll:i
52 i64.ne - ll:i
53 i64.lt_s - ll:i
54 i64.lt_u - ll:i
55 i64.gt_s - ll:i
56 i64.gt_u - ll:i
57 i64.le_s - ll:i
58 i64.le_u - ll:i
59 i64.ge_s - ll:i
5a i64.ge_u - ll:i
5b f32.eq - ff:i
5c f32.ne - ff:i
5d f32.lt - ff:i
5e f32.gt - ff:i
5f f32.le - ff:i
60 f32.ge - ff:i
61 f64.eq - dd:i
62 f64.ne - dd:i
63 f64.lt - dd:i
64 f64.gt - dd:i
65 f64.le - dd:i
66 f64.ge - dd:i
67 i32.clz - i:i
68 i32.ctz - i:i
69 i32.popcnt - i:i
6a i32.add - ii:i
6b i32.sub - ii:i
6c i32.mul - ii:i
6d i32.div_s - ii:i
6e i32.div_u - ii:i
6f i32.rem_s - ii:i
70 i32.rem_u - ii:i
71 i32.and - ii:i
72 i32.or - ii:i
73 i32.xor - ii:i
74 i32.shl - ii:i
75 i32.shr_s - ii:i
76 i32.shr_u - ii:i
77 i32.rotl - ii:i
78 i32.rotr - ii:i
79 i64.clz - l:l
7a i64.ctz - l:l
7b i64.popcnt - l:l
7c i64.add - ll:l
7d i64.sub - ll:l
7e i64.mul - ll:l
7f i64.div_s - ll:l
80 i64.div_u - ll:l
81 i64.rem_s - ll:l
82 i64.rem_u - ll:l
83 i64.and - ll:l
84 i64.or - ll:l
85 i64.xor - ll:l
86 i64.shl - ll:l
87 i64.shr_s - ll:l
88 i64.shr_u - ll:l
89 i64.rotl - ll:l
8a i64.rotr - ll:l
8b f32.abs - f:f
8c f32.neg - f:f
8d f32.ceil - f:f
8e f32.floor - f:f
8f f32.trunc - f:f
90 f32.nearest - f:f
91 f32.sqrt - f:f
92 f32.add - ff:f
93 f32.sub - ff:f
94 f32.mul - ff:f
95 f32.div - ff:f
96 f32.min - ff:f
97 f32.max - ff:f
98 f32.copysign - ff:f
99 f64.abs - d:d
9a f64.neg - d:d
9b f64.ceil - d:d
9c f64.floor - d:d
9d f64.trunc - d:d
9e f64.nearest - d:d
9f f64.sqrt - d:d
a0 f64.add - dd:d
a1 f64.sub - dd:d
a2 f64.mul - dd:d
a3 f64.div - dd:d
a4 f64.min - dd:d
a5 f64.max - dd:d
a6 f64.copysign - dd:d
a7 i32.wrap_i64 - l:i
a8 i32.trunc_f32_s - f:i
a9 i32.trunc_f32_u - f:i
aa i32.trunc_f64_s - d:i
ab i32.trunc_f64_u - d:i
ac i64.extend_i32_s - i:l
ad i64.extend_i32_u - i:l
ae i64.trunc_f32_s - f:l
af i64.trunc_f32_u - f:l
b0 i64.trunc_f64_s - d:l
b1 i64.trunc_f64_u - d:l
b2 f32.convert_i32_s - i:f
b3 f32.convert_i32_u - i:f
b4 f32.convert_i64_s - l:f
b5 f32.convert_i64_u - l:f
b6 f32.demote_f64 - d:f
b7 f64.convert_i32_s - i:d
b8 f64.convert_i32_u - i:d
b9 f64.convert_i64_s - l:d
ba f64.convert_i64_u - l:d
bb f64.promote_f32 - f:d
bc i32.reinterpret_f32 - f:i
bd i64.reinterpret_f64 - d:l
be f32.reinterpret_i32 - i:f
bf f64.reinterpret_i64 - l:d
c0 i32.extend8_s - i:i
c1 i32.extend16_s - i:i
c2 i64.extend8_s - l:l
c3 i64.extend16_s - l:l
c4 i64.extend32_s - l:l
"""
"""Opcode, name, immediate, and operands:results where they are fixed (i i32, l i64, f f32, d f64)."""

NAMES: dict[int, str] = {}
"""Text format name by opcode."""
IMMEDIATES: list[Immediate] = [Immediate.FOREIGN] * 256
"""Kind of immediate by opcode; FOREIGN for what programs cannot use: floats and later proposals."""
FLOAT_IMMEDIATES: dict[int, Immediate] = {}
"""Kind of immediate of the floating-point instructions (WAS-11)."""
SIGNATURES: list[tuple[bytes, bytes] | None] = [None] * 256
"""Operands and results by opcode, None where they depend on the context."""

_KINDS = {"-": Immediate.NONE, **{kind.name.lower(): kind for kind in Immediate}}
_TYPES = {"i": I32, "l": I64, "f": F32, "d": F64}

for _line in _TABLE.split("\n")[1:-1]:
    _code, _name, _kind, _signature = _line.split()
    _op = int(_code, 16)
    NAMES[_op] = _name
    if _signature != "-":
        _operands, _, _results = _signature.partition(":")
        SIGNATURES[_op] = bytes(_TYPES[t] for t in _operands), bytes(_TYPES[t] for t in _results)
    if "f" in _signature or "d" in _signature:
        FLOAT_IMMEDIATES[_op] = _KINDS[_kind]
    else:
        IMMEDIATES[_op] = _KINDS[_kind]

PLAIN: tuple[Instruction, ...] = tuple((op, None) for op in range(256))
"""The one instruction of each opcode without immediate."""


UNCHECKED_FLOAT_OPCODES = frozenset(
    op
    for op in FLOAT_IMMEDIATES
    if NAMES[op].startswith(("i32.trunc_f", "i64.trunc_f", "i32.reinterpret_f", "i64.reinterpret_f"))
)
"""The ten float instructions that production's validator forgets to forbid, so that they pass in dead code (WAS-11)."""


def camel_name(op: int) -> str:
    """`i32.trunc_f32_s` as production's parser names it: `I32TruncF32S`."""
    return "".join(part.capitalize() for part in NAMES[op].replace(".", "_").split("_"))


_NATURAL_SIZES = {"8_s": 0, "8_u": 0, "16_s": 1, "16_u": 1, "32_s": 2, "32_u": 2, "8": 0, "16": 1, "32": 2}


def natural_alignment(op: int) -> int:
    """Base-2 logarithm of the number of bytes that a load or store moves (WAS-48)."""
    name = NAMES[op]
    suffix = name.partition(".")[2].removeprefix("load").removeprefix("store")
    return _NATURAL_SIZES.get(suffix, 2 if "32." in name else 3)
