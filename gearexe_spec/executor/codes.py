"""What a node knows about codes, and how a program finds the code it runs.

Rules: BLK-50 to BLK-58.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from immutables import Map

from gearexe_spec.base.ids import ActorId, CodeId
from gearexe_spec.base.numeric import U32
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.scale import Codec, byte_vector, option, ordered_set, struct, u32, union
from gearexe_spec.execution.message import DispatchKind, dispatch_kind
from gearexe_spec.execution.program import ExecutableCode
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.wasm.section_sizes import SectionSizes, section_sizes

INSTRUMENTATION_VERSION = U32(2)
"""Version of the instrumentation; a failure of this version is not tried again (BLK-54)."""


@dataclass(frozen=True, slots=True)
class NotInstrumented:
    """The code was not instrumented yet (BLK-51)."""


@dataclass(frozen=True, slots=True)
class Instrumented:
    """The code was instrumented (BLK-51)."""

    version: U32
    code_len: U32


@dataclass(frozen=True, slots=True)
class InstrumentationFailed:
    """The code could not be instrumented by this version (BLK-51)."""

    version: U32


InstrumentationStatus = NotInstrumented | Instrumented | InstrumentationFailed


@dataclass(frozen=True, slots=True)
class CodeMetadata:
    """What is known about a code besides its bytes (BLK-51); pages are WASM pages."""

    original_code_len: U32
    exports: frozenset[DispatchKind]
    static_pages: U32
    stack_end: U32 | None
    status: InstrumentationStatus


@dataclass(frozen=True, slots=True)
class InstrumentedCode:
    """The code that runs, and the sizes that are charged at instantiation (BLK-52)."""

    code: bytes
    sections: SectionSizes


instrumented_code: Codec[InstrumentedCode] = struct(InstrumentedCode, code=byte_vector(), sections=section_sizes)
instrumentation_status: Codec[InstrumentationStatus] = union(
    {
        0: (NotInstrumented, struct(NotInstrumented)),
        1: (Instrumented, struct(Instrumented, version=u32, code_len=u32)),
        2: (InstrumentationFailed, struct(InstrumentationFailed, version=u32)),
    }
)
code_metadata: Codec[CodeMetadata] = struct(
    CodeMetadata,
    original_code_len=u32,
    exports=ordered_set(dispatch_kind),
    static_pages=u32,
    stack_end=option(u32),
    status=instrumentation_status,
)

Instrument = Callable[[bytes], tuple[InstrumentedCode, CodeMetadata] | None]
"""How a code is instrumented; None if it cannot be."""


@dataclass(frozen=True, slots=True)
class CodeRecords:
    """What a node has on record (BLK-50).

    Args:
        valid: codes that were validated, with the verdict.
        original: code bytes as they were uploaded.
        instrumented: codes that can run.
        metadata: what else is known.
        of_programs: the code of each program.
    """

    valid: Map[CodeId, bool] = field(default_factory=Map)
    original: Map[CodeId, bytes] = field(default_factory=Map)
    instrumented: Map[CodeId, InstrumentedCode] = field(default_factory=Map)
    metadata: Map[CodeId, CodeMetadata] = field(default_factory=Map)
    of_programs: Map[ActorId, CodeId] = field(default_factory=Map)


def resolve_code_id(records: CodeRecords, creations: Map[ActorId, CodeId], program: ActorId) -> CodeId:
    """The code of a program: made in this block, or on record (BLK-53).

    Raises:
        Rejected: MissingCodeIdForProgram.
    """
    code_id = creations.get(program) or records.of_programs.get(program)
    if code_id is None:
        raise Rejected(ProgramRejection.MissingCodeIdForProgram, {"actorId": program})
    return code_id


def resolve_code(
    records: CodeRecords, code_id: CodeId, instrument: Instrument
) -> tuple[CodeRecords, ExecutableCode | None]:
    """The code to run; instrumented now if that was not done before (BLK-54 to BLK-57).

    Args:
        records: what is known.
        code_id: which code.
        instrument: how a code is instrumented.

    Returns:
        What is known afterwards, and the code, or nothing if it cannot be instrumented.

    Raises:
        Rejected: MissingOriginalCodeForProgram.

    Source: ethexe/processor/src/handling/run/mod.rs `instrumented_code_and_metadata`.
    """
    metadata = records.metadata.get(code_id)
    if metadata is not None and metadata.status == InstrumentationFailed(INSTRUMENTATION_VERSION):
        return records, None

    code = records.instrumented.get(code_id)
    if code is not None and metadata is not None:
        return records, to_executable(code_id, code, metadata)

    original = records.original.get(code_id)
    if original is None:
        raise Rejected(ProgramRejection.MissingOriginalCodeForProgram, {"codeId": code_id})
    result = instrument(original)
    if result is None:
        failed = failed_metadata(original, metadata)
        return replace(records, metadata=records.metadata.set(code_id, failed)), None
    code, metadata = result
    records = replace(
        records,
        instrumented=records.instrumented.set(code_id, code),
        metadata=records.metadata.set(code_id, metadata),
    )
    return records, to_executable(code_id, code, metadata)


def failed_metadata(original: bytes, before: CodeMetadata | None) -> CodeMetadata:
    """What is recorded of a code that cannot be instrumented: what was known of it, or nothing (BLK-57)."""
    known = before or CodeMetadata(U32(0), frozenset(), U32(0), None, NotInstrumented())
    return replace(known, original_code_len=U32(len(original)), status=InstrumentationFailed(INSTRUMENTATION_VERSION))


def to_executable(code_id: CodeId, code: InstrumentedCode, metadata: CodeMetadata) -> ExecutableCode:
    """The code as executions need it (BLK-55)."""
    return ExecutableCode(
        code_id=code_id,
        instrumented=code.code,
        sections=code.sections,
        static_pages=int(metadata.static_pages),
        stack_end=None if metadata.stack_end is None else int(metadata.stack_end),
        exports=metadata.exports,
    )
