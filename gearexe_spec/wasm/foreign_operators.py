"""Instructions of later proposals, which the parser reads before it refuses them.

Rules: WAS-28.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.rejection import NotSpecifiedYet
from gearexe_spec.wasm.reader import ByteReader


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Stands where the immediate of an instruction would be that programs cannot use."""

    name: str


def read_foreign_operator(reader: ByteReader, op: int, blocks: list[int]) -> Unsupported:
    """Read the rest of an instruction whose opcode is not in the table; only the parser by itself gets here."""
    del reader, blocks
    raise NotSpecifiedYet(f"operator {op:#x} read without validation before it")
