"""What a live implementation is asked besides: one run of one queue.

`queue/run` takes `objects`, `stateHash`, `program`, `wasm` (null where the code is absent),
`queue`, `allowance`, `block`, `emitsPromises`, and `chargesCodeLength`: whether loading the code is charged by its
length, as the release does and the pinned revision does not.

Rules: JOU-110 to JOU-119, REV-CODE-CHARGE.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, CodeId
from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.program_forms import load_storage
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.execution.execute import execute_dispatch
from gearexe_spec.execution.parameters import BlockInfo
from gearexe_spec.execution.program import ExecutableCode
from gearexe_spec.executor.codes import to_executable
from gearexe_spec.program.dispatch import MessageType
from gearexe_spec.program.journal_handling import DispatchJournal
from gearexe_spec.program.queue_run import DispatchReport, QueueRun, run_queue
from gearexe_spec.program.state import hash_state, read_state
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
    """Run a queue: per dispatch the notes for the host and what it burned; promises; the state afterwards."""
    asked: _RunForm = from_json(_RunForm, {name: part for name, part in form.items() if name != "objects"})
    storage = load_storage(form["objects"])
    result = run_queue(
        storage,
        QueueRun(
            program=asked.program,
            state=read_state(storage, asked.state_hash),
            queue=asked.queue,
            allowance=asked.allowance,
            block=asked.block,
            code=_executable(asked.wasm, asked.charges_code_length),
            emits_promises=asked.emits_promises,
        ),
        lambda context: execute_dispatch(context).notes,
    )
    return {
        "dispatches": [
            _dump_dispatch(journal, report) for journal, report in zip(result.journals, result.dispatches, strict=True)
        ],
        "gasSpent": hex(result.gas_spent),
        "promises": to_json(result.promises),
        "stateHash": to_json(hash_state(result.state)),
    }


def _dump_dispatch(journal: DispatchJournal, report: DispatchReport) -> Json:
    form = to_json(journal)
    assert isinstance(form, dict), "a record is an object"
    return {
        "messageType": form["messageType"],
        "callReply": form["callReply"],
        "notes": form["notes"],
        "gasBurned": hex(report.gas_burned),
        "outcome": report.outcome,
        "isCharged": report.is_charged if report.outcome is not None else None,
    }


def _executable(wasm: bytes | None, charges_length: bool) -> ExecutableCode | None:
    if wasm is None:
        return None
    code = _checked(wasm)
    return replace(code, charged_length=len(code.instrumented)) if charges_length else code


@lru_cache(CODES_KEPT)
def _checked(wasm: bytes) -> ExecutableCode:
    checked = check_and_instrument_code(wasm)
    return to_executable(CodeId(compute_code_id(wasm)), checked.instrumented, checked.metadata)
