"""Instrumented code as text: what was there, what was put in, and what each block costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gearexe_spec.wasm.code import CheckedCode
from gearexe_spec.wasm.decode import decode_module
from gearexe_spec.wasm.gas_metering import MeteredBlock
from gearexe_spec.wasm.model import ExternalKind, Module
from gearexe_spec.wasm.opcodes import EMPTY_BLOCK, NAMES, Instruction, Op
from gearexe_spec.wasm.stack_limiter import CallWrapper

_WRAPPED_BEFORE, _WRAPPED_BEHIND = (len(part(0)) for part in (CallWrapper(0, 0, 0).before, CallWrapper(0, 0, 0).behind))
_TYPE_NAMES = {0x7F: "i32", 0x7E: "i64"}


@dataclass(frozen=True, slots=True)
class Line:
    """One instruction of the instrumented code.

    Args:
        depth: number of blocks around it.
        text: as in the text format.
        injected: whether instrumentation put it there.
        block: the metered block whose charge begins here.
    """

    depth: int
    text: str
    injected: bool
    block: MeteredBlock | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One function of the instrumented code."""

    index: int
    title: str
    lines: tuple[Line, ...]
    blocks: tuple[MeteredBlock, ...]


def list_functions(original: bytes, checked: CheckedCode) -> Iterator[Listing]:
    """All metered functions: the program's own, then thunks."""
    before, after = decode_module(original), decode_module(checked.instrumented.code)
    imported = len(after.imported_functions)
    names = {index + 1: name for index, name in function_names(before).items()} | function_names(after)
    own = before.code or ()
    for place, blocks in enumerate(checked.blocks):
        body = (after.code or ())[place].instructions
        is_own = place < len(own)
        marks = (
            list(_mark_wrappers(own[place].instructions, imported))
            if is_own
            else [True] * (len(body) - _charges(blocks))
        )
        index = imported + place
        kind = "" if is_own else "thunk"
        title = " ".join(filter(None, (f"function {index}", names.get(index, ""), kind)))
        yield Listing(index, title, tuple(_lines(body, marks, blocks)), blocks)


def function_names(module: Module) -> dict[int, str]:
    """Names of functions by index: from the name section, else from their exports."""
    names = {export.index: export.name for export in module.exports or () if export.kind == ExternalKind.FUNCTION}
    for subsection in module.names or ():
        if subsection.id == 1 and isinstance(subsection.content, tuple):
            names |= {index: name for index, name in subsection.content if isinstance(name, str)}
    return names


def _charges(blocks: Sequence[MeteredBlock]) -> int:
    return 2 * sum(len(block.charges) for block in blocks)


def _mark_wrappers(instructions: Sequence[Instruction], imported: int) -> Iterator[bool]:
    """For each instruction behind the stack limiter, whether it was put in."""
    for op, immediate in instructions:
        wrapped = op == Op.CALL and immediate >= imported - 1
        if wrapped:
            yield from (True,) * _WRAPPED_BEFORE
        yield False
        if wrapped:
            yield from (True,) * _WRAPPED_BEHIND


def _lines(body: Sequence[Instruction], marks: Sequence[bool], blocks: Sequence[MeteredBlock]) -> Iterator[Line]:
    starts = {block.start: block for block in blocks}
    final = iter(body)
    depth = 0
    for position, injected in enumerate(marks):
        block = starts.get(position)
        if block is not None:
            for number in range(2 * len(block.charges)):
                yield Line(depth, show(next(final)), injected=True, block=None if number else block)
        instruction = next(final)
        op = instruction[0]
        if op in (Op.END, Op.ELSE):
            depth = max(0, depth - 1)
        yield Line(depth, show(instruction), injected)
        if op in (Op.BLOCK, Op.LOOP, Op.IF, Op.ELSE):
            depth += 1


def show(instruction: Instruction) -> str:
    """An instruction in the text format."""
    op, immediate = instruction
    name = NAMES[op]
    if immediate is None or immediate == EMPTY_BLOCK:
        return name
    if isinstance(immediate, bytes):
        return f"{name} (result {_TYPE_NAMES.get(immediate[0], immediate.hex())})"
    if op == Op.CALL_INDIRECT:
        return f"{name} (type {immediate})"
    if op == Op.BR_TABLE:
        labels, default = immediate
        return " ".join(map(str, (name, *labels, default)))
    if isinstance(immediate, tuple):
        alignment, offset = immediate
        return f"{name} offset={offset} align={1 << alignment}" if offset else f"{name} align={1 << alignment}"
    return f"{name} {immediate}"
