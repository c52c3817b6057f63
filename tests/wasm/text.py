"""Codes from the text format."""

import pytest
import wasmtime

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.wasm.code import check_and_instrument_code
from gearexe_spec.wasm.decode import decode_module
from gearexe_spec.wasm.model import Module

MEMORY = '(import "env" "memory" (memory 1))'


def assemble(*fields: str) -> bytes:
    return bytes(wasmtime.wat2wasm(f"(module {' '.join(fields)})"))


def module(*fields: str) -> Module:
    return decode_module(assemble(*fields))


def refusal(*fields: str) -> tuple[str, tuple[object, ...]]:
    """Name and fields of what refuses a code."""
    with pytest.raises(Rejected) as rejected:
        check_and_instrument_code(assemble(*fields))
    return rejected.value.reason.name, rejected.value.arguments
