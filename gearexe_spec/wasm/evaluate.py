"""What a numeric instruction computes, by running it.

Rules: INS-74.
"""

from __future__ import annotations

from collections.abc import Iterable

import wasmtime

from gearexe_spec.wasm.encode import encode_module
from gearexe_spec.wasm.model import Export, ExternalKind, Function, FunctionType, Module
from gearexe_spec.wasm.opcodes import I64, IMMEDIATES, PLAIN, SIGNATURES, Immediate, Op

_ENGINE = wasmtime.Engine()
_ENTRY = "f"


def evaluate(opcode: int, operands: Iterable[tuple[int, ...]]) -> list[int | None]:
    """Results of a numeric instruction.

    Args:
        opcode: an instruction with fixed operands and without immediate.
        operands: for each evaluation the operands as unsigned numbers of their width.

    Returns:
        The result as an unsigned number, or None where the instruction traps.

    Rules: INS-74.
    """
    signature = SIGNATURES[opcode]
    if signature is None or IMMEDIATES[opcode] is not Immediate.NONE:
        raise ValueError(f"{opcode:#x} is no numeric instruction")
    params, results = signature
    store = wasmtime.Store(_ENGINE)
    instance = wasmtime.Instance(store, wasmtime.Module(_ENGINE, _module(opcode, params, results)), [])
    function = instance.exports(store)[_ENTRY]
    assert isinstance(function, wasmtime.Func)
    mask = (1 << _width(results[0])) - 1
    evaluated: list[int | None] = []
    for values in operands:
        signed = [_to_signed(value, _width(kind)) for value, kind in zip(values, params, strict=True)]
        try:
            evaluated.append(function(store, *signed) & mask)
        except wasmtime.Trap:
            evaluated.append(None)
    return evaluated


def _width(kind: int) -> int:
    return 64 if kind == I64 else 32


def _to_signed(value: int, width: int) -> int:
    return value - (1 << width) if value >> (width - 1) else value


def _module(opcode: int, params: bytes, results: bytes) -> bytes:
    kind = FunctionType(tuple(bytes((t,)) for t in params), tuple(bytes((t,)) for t in results))
    operands = [(Op.LOCAL_GET, index) for index in range(len(params))]
    return encode_module(
        Module(
            types=(kind,),
            functions=(0,),
            exports=(Export(_ENTRY, ExternalKind.FUNCTION, 0),),
            code=(Function((), [*operands, PLAIN[opcode], PLAIN[Op.END]]),),
        )
    )
