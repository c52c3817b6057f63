"""From the bytes of a code to what executors keep of it: the instrumented code, section sizes, metadata.

The pipeline is `check_and_instrument_code`: pure, and so slow that who needs a code twice keeps the result by its id.

Rules: WAS-80 to WAS-84.
"""

from __future__ import annotations

from dataclasses import dataclass

from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.numeric import U32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec, byte_vector, enumeration, option, ordered_set, struct, u32, union
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.wasm.encode import encode_module
from gearexe_spec.wasm.gas_metering import MeteredBlock
from gearexe_spec.wasm.gas_rules import SCHEDULE_RULES
from gearexe_spec.wasm.gear_rules import EntryPoint, check_gear_rules
from gearexe_spec.wasm.instrument import instrument
from gearexe_spec.wasm.rejection import CodeRejection
from gearexe_spec.wasm.schedule import LIMITS
from gearexe_spec.wasm.section_sizes import (
    SectionSizes,
    check_type_section_size,
    compute_section_sizes,
    section_sizes,
)
from gearexe_spec.wasm.validation import validate

INSTRUMENTATION_VERSION = U32(2)
"""Version that goes into the metadata, and key under which instrumented codes are kept (WAS-84)."""


@dataclass(frozen=True, slots=True)
class NotInstrumented:
    """The code was checked only; never so in Gear.exe."""


@dataclass(frozen=True, slots=True)
class Instrumented:
    """The code was instrumented.

    Args:
        version: of the instrumentation.
        code_len: length of the instrumented code in bytes.
    """

    version: U32
    code_len: U32


@dataclass(frozen=True, slots=True)
class InstrumentationFailed:
    """A later version of the instrumentation refused the code (WAS-87)."""

    version: U32


InstrumentationStatus = NotInstrumented | Instrumented | InstrumentationFailed

instrumentation_status: Codec[InstrumentationStatus] = union(
    {
        0: (NotInstrumented, struct(NotInstrumented)),
        1: (Instrumented, struct(Instrumented, version=u32, code_len=u32)),
        2: (InstrumentationFailed, struct(InstrumentationFailed, version=u32)),
    }
)


@dataclass(frozen=True, slots=True)
class CodeMetadata:
    """What is kept of a code besides the code (WAS-83).

    Args:
        original_code_len: in bytes.
        exports: entry points, ascending.
        static_pages: pages of 64 KiB that the memory has from the start.
        stack_end: first page behind the stack, or None.
        instrumentation_status: which instrumentation there is.
    """

    original_code_len: U32
    exports: frozenset[EntryPoint]
    static_pages: U32
    stack_end: U32 | None
    instrumentation_status: InstrumentationStatus


@dataclass(frozen=True, slots=True)
class InstrumentedCode:
    """The code that runs, and the sizes by which its instantiation is charged (WAS-82)."""

    code: bytes
    section_sizes: SectionSizes


@dataclass(frozen=True, slots=True)
class CheckedCode:
    """A valid code.

    Args:
        instrumented: what runs.
        metadata: what is kept besides.
        blocks: metered blocks of the defined functions and thunks; not stored, for who wants to see the costs.
    """

    instrumented: InstrumentedCode
    metadata: CodeMetadata
    blocks: tuple[tuple[MeteredBlock, ...], ...]


code_metadata: Codec[CodeMetadata] = struct(
    CodeMetadata,
    original_code_len=u32,
    exports=ordered_set(enumeration(EntryPoint)),
    static_pages=u32,
    stack_end=option(u32),
    instrumentation_status=instrumentation_status,
)

instrumented_code: Codec[InstrumentedCode] = struct(InstrumentedCode, code=byte_vector(), section_sizes=section_sizes)


def check_and_instrument_code(code: bytes) -> CheckedCode:
    """Validate a code and make the module that runs.

    Args:
        code: any bytes.

    Raises:
        Rejected: any CodeRejection but CodeIdMismatch.

    Rules: WAS-80 to WAS-84.
    Source: ethexe/runtime/src/wasm/api/instrument.rs, protocol/core/src/code/mod.rs `Code::try_new_internal`.
    """
    limit = LIMITS["code_len"]
    if len(code) > limit:
        raise Rejected(CodeRejection.OriginalCodeTooLarge)

    module, refused_by_parser = validate(code)
    if refused_by_parser is not None:
        raise refused_by_parser
    checked = check_gear_rules(module)

    metered = instrument(checked.module, LIMITS["stack_height"], SCHEDULE_RULES)
    sizes = compute_section_sizes(metered.module)
    instrumented = encode_module(metered.module)
    check_type_section_size(sizes)
    if len(instrumented) > limit:
        raise Rejected(CodeRejection.InstrumentedCodeTooLarge)

    metadata = CodeMetadata(
        original_code_len=U32(len(code)),
        exports=frozenset(checked.exports),
        static_pages=U32(checked.static_pages),
        stack_end=None if checked.stack_end is None else U32(checked.stack_end),
        instrumentation_status=Instrumented(INSTRUMENTATION_VERSION, U32(len(instrumented))),
    )
    return CheckedCode(InstrumentedCode(instrumented, sizes), metadata, metered.blocks)


def check_uploaded_code(code: bytes, claimed: CodeId) -> CheckedCode:
    """A code as it arrives: under the id that was announced for it (WAS-80).

    Raises:
        Rejected: CodeIdMismatch, or why the code is invalid.

    Source: ethexe/processor/src/lib.rs `process_code`.
    """
    if compute_code_id(code) != claimed:
        raise Rejected(CodeRejection.CodeIdMismatch)
    return check_and_instrument_code(code)
