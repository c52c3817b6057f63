"""What a live implementation is asked besides: one run of one queue.

`queue/run` takes `objects`, `stateHash`, `program`, `wasm` (null where the code is absent),
`queue`, `allowance`, `block`, `emitsPromises`, and `chargesCodeLength`: whether loading the code is charged by its
length, as the release does and the pinned revision does not.

The answer has, per dispatch, the whole journal in order, which of its notes reach the host, and the state's hash; then
the objects that the run stored and that its last state leads to.

Rules: JOU-110 to JOU-119, REV-CODE-CHARGE.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, CodeId
from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.json_form import Json, camel_case_variant, from_json, to_json
from gearexe_spec.conformance.operations.program_forms import dump_new_objects, load_storage
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.execution.execute import execute_dispatch
from gearexe_spec.execution.journal import JournalNote, UpdatePage
from gearexe_spec.execution.parameters import BlockInfo
from gearexe_spec.execution.program import ExecutableCode
from gearexe_spec.executor.codes import to_executable
from gearexe_spec.program.dispatch import MessageType
from gearexe_spec.program.queue_run import DispatchStep, QueueRun, report_dispatch, run_dispatches
from gearexe_spec.program.state import hash_state, read_state, write_state
from gearexe_spec.wasm.code import check_and_instrument_code

CODES_KEPT = 256


@dataclass(frozen=True, slots=True)
class _RunForm:
    state_hash: Bytes32
    program: ActorId
    wasm: bytes | None
    queue: MessageType
    allowance: U64
    block: BlockInfo
    emits_promises: bool
    charges_code_length: bool


@operation("queue/run")
def run(form: Input) -> Json:
    """Run a queue: per dispatch its journal and what it burned; promises; state and objects afterwards."""
    asked: _RunForm = from_json(_RunForm, {name: part for name, part in form.items() if name != "objects"})
    storage = load_storage(form["objects"])
    run = QueueRun(
        program=asked.program,
        state=read_state(storage, asked.state_hash),
        queue=asked.queue,
        allowance=asked.allowance,
        block=asked.block,
        code=_executable(asked.wasm, asked.charges_code_length),
        emits_promises=asked.emits_promises,
    )
    state, left, dispatches, promises = run.state, run.allowance, [], []
    for step in run_dispatches(storage, run, lambda context: execute_dispatch(context).notes):
        state, left = step.result.state, step.result.counters.allowance
        for page in step.result.written.values():
            storage, _ = storage.write(page)
        dispatches.append(_dump_step(step))
        promises += [step.promise] if step.promise else []
    storage, state_hash = write_state(storage, state)
    return {
        "dispatches": dispatches,
        "gasSpent": hex(run.allowance - left),
        "promises": to_json(tuple(promises)),
        "stateHash": to_json(state_hash),
        "objects": dump_new_objects(storage, asked.state_hash, state_hash),
    }


def _dump_step(step: DispatchStep) -> Json:
    report = report_dispatch(step.dispatch.id, step.notes, step.result.is_charged, len(step.result.forwarded))
    return {
        "messageType": to_json(step.dispatch.message_type),
        "callReply": step.dispatch.call,
        "journal": [_dump_note(note) for note in step.notes],
        "forwarded": [hex(index) for index in step.result.forwarded],
        "stateHash": to_json(hash_state(step.result.state)),
        "gasBurned": hex(report.gas_burned),
        "outcome": report.outcome,
        "isCharged": report.is_charged if report.outcome is not None else None,
    }


def _dump_note(note: JournalNote) -> Json:
    """A note; a page by the hash of its content."""
    if isinstance(note, UpdatePage):
        form = {"programId": note.program_id, "pageNumber": note.page_number, "hash": blake2b256(note.data)}
        return {"updatePage": {name: to_json(part) for name, part in form.items()}}
    return {camel_case_variant(type(note)): to_json(note)}


def _executable(wasm: bytes | None, charges_length: bool) -> ExecutableCode | None:
    if wasm is None:
        return None
    code = _checked(wasm)
    return replace(code, charged_length=len(code.instrumented)) if charges_length else code


@lru_cache(CODES_KEPT)
def _checked(wasm: bytes) -> ExecutableCode:
    checked = check_and_instrument_code(wasm)
    return to_executable(CodeId(compute_code_id(wasm)), checked.instrumented, checked.metadata)
