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
from gearexe_spec.execution.message import DispatchKind
from gearexe_spec.execution.program import ExecutableCode
from gearexe_spec.program.rejections import ProgramRejection
from gearexe_spec.wasm.code import (
    INSTRUMENTATION_VERSION,
    CheckedCode,
    CodeMetadata,
    InstrumentationFailed,
    InstrumentedCode,
    NotInstrumented,
    check_and_instrument_code,
)

Instrument = Callable[[bytes], CheckedCode | None]
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
    """The code of a program: made in this block, or on record (BLK-50, BLK-53).

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
    """The code to run; instrumented now if that was not done before (BLK-54 to BLK-58).

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
    if metadata is not None and metadata.instrumentation_status == InstrumentationFailed(INSTRUMENTATION_VERSION):
        return records, None

    code = records.instrumented.get(code_id)
    if code is not None and metadata is not None:
        return records, to_executable(code_id, code, metadata)

    original = records.original.get(code_id)
    if original is None:
        raise Rejected(ProgramRejection.MissingOriginalCodeForProgram, {"codeId": code_id})
    result = instrument(original)
    records = record_instrumentation(records, code_id, original, result)
    if result is None:
        return records, None
    return records, to_executable(code_id, result.instrumented, result.metadata)


def record_instrumentation(
    records: CodeRecords, code_id: CodeId, original: bytes, result: CheckedCode | None
) -> CodeRecords:
    """What is known once the instrumentation of a code was tried (BLK-56, BLK-57)."""
    if result is None:
        failed = failed_metadata(original, records.metadata.get(code_id))
        return replace(records, metadata=records.metadata.set(code_id, failed))
    return replace(
        records,
        instrumented=records.instrumented.set(code_id, result.instrumented),
        metadata=records.metadata.set(code_id, result.metadata),
    )


def failed_metadata(original: bytes, before: CodeMetadata | None) -> CodeMetadata:
    """What is recorded of a code that cannot be instrumented: what was known of it, or nothing (BLK-57, WAS-87)."""
    known = before or CodeMetadata(U32(0), frozenset(), U32(0), None, NotInstrumented())
    return replace(
        known,
        original_code_len=U32(len(original)),
        instrumentation_status=InstrumentationFailed(INSTRUMENTATION_VERSION),
    )


def to_executable(code_id: CodeId, code: InstrumentedCode, metadata: CodeMetadata) -> ExecutableCode:
    """The code as executions need it (BLK-51, BLK-55)."""
    return ExecutableCode(
        code_id=code_id,
        instrumented=code.code,
        sections=code.section_sizes,
        static_pages=int(metadata.static_pages),
        stack_end=None if metadata.stack_end is None else int(metadata.stack_end),
        exports=frozenset(DispatchKind(entry.value) for entry in metadata.exports),
    )


def instrument_code(original: bytes) -> CheckedCode | None:
    """Instrument a code with the specification (BLK-56, BLK-57)."""
    try:
        return check_and_instrument_code(original)
    except Rejected:
        return None
