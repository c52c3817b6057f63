"""Programs from text, and what executing them takes."""

from functools import cache

from wasmtime import wat2wasm

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.execution.allocation import PageSet
from gearexe_spec.execution.execute import execute_dispatch
from gearexe_spec.execution.journal import GasBurned, Journal, JournalNote, SendDispatch
from gearexe_spec.execution.message import ContextStore, DispatchKind, IncomingDispatch
from gearexe_spec.execution.parameters import BlockInfo
from gearexe_spec.execution.program import ActiveProgram, DispatchContext, ExecutableCode, ProgramView
from gearexe_spec.wasm.code import check_and_instrument_code

PROGRAM = ActorId(bytes(12) + b"\x22" * 20)
USER = ActorId(bytes(12) + b"\x11" * 20)
MESSAGE = MessageId(b"\x01" + b"\xa0" * 31)
GAS = 10**12


@cache
def compile_text(text: str) -> ExecutableCode:
    """Checked and instrumented code from the text of a module."""
    wasm = bytes(wat2wasm(text))
    checked = check_and_instrument_code(wasm)
    metadata = checked.metadata
    return ExecutableCode(
        code_id=compute_code_id(wasm),
        instrumented=checked.instrumented.code,
        sections=checked.instrumented.section_sizes,
        static_pages=int(metadata.static_pages),
        stack_end=None if metadata.stack_end is None else int(metadata.stack_end),
        exports=frozenset(DispatchKind(entry.value) for entry in metadata.exports),
    )


def handler(body: str, imports: str = "", rest: str = "", pages: int = 1) -> ExecutableCode:
    """Code whose `handle` has the given body; `imports` are `name:arity`, separated by blanks."""
    functions = ""
    for item in imports.split():
        name, arity = item.split(":")
        params = "(param" + " i32" * int(arity) + ")" if int(arity) else ""
        result = "(result i32)" if name in ("alloc", "free", "free_range") else ""
        functions += f'(import "env" "{name}" (func ${name} {params} {result}))'
    memory = f'(import "env" "memory" (memory {pages}))'
    return compile_text(f'(module {memory} {functions} {rest} (func (export "handle") {body}))')


def make_context(
    code: ExecutableCode | None,
    *,
    kind: DispatchKind = DispatchKind.Handle,
    payload: bytes = b"",
    value: int = 0,
    balance: int = 0,
    gas: int = GAS,
    allowance: int = GAS,
    program: ProgramView | None = None,
    pages: dict[int, bytes] | None = None,
    allocations: tuple[tuple[int, int], ...] = (),
    remembered: ContextStore | None = None,
) -> DispatchContext:
    """A message to an initialized program."""
    active = ActiveProgram(kind is not DispatchKind.Init, PageSet(allocations), pages or {})
    return DispatchContext(
        program_id=PROGRAM,
        program=program or active,
        balance=U128(balance),
        code=code,
        dispatch=IncomingDispatch(MESSAGE, kind, USER, payload, U128(value), None, remembered),
        gas_limit=U64(gas),
        allowance=U64(allowance),
        block=BlockInfo(U32(1000), U64(1_700_000_000)),
    )


def execute(code: ExecutableCode | None, **options: object) -> Journal:
    """The notes of one message."""
    return execute_dispatch(make_context(code, **options)).notes  # type: ignore[arg-type]


def find(notes: Journal, kind: type[JournalNote]) -> list[JournalNote]:
    """All notes of one kind."""
    return [note for note in notes if isinstance(note, kind)]


def burned(notes: Journal) -> int:
    """Gas that the journal says was burned."""
    (note,) = find(notes, GasBurned)
    assert isinstance(note, GasBurned)
    return int(note.amount)


def reply_code(notes: Journal) -> str:
    """Four bytes of the last reply's code."""
    replies = [note.dispatch.message for note in notes if isinstance(note, SendDispatch)]
    details = replies[-1].details
    assert details is not None
    return str(details.code.to_bytes().hex())  # type: ignore[union-attr]
