"""Operations on one run of one queue: the code it needs, the state it starts from, every dispatch of it.

Rules: EXE-30, JOU-110.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U64
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import Json, camel_case_variant, from_json, to_json
from gearexe_spec.conformance.operations.execution_forms import (
    StateForm,
    build_state,
    dump_page_hashes,
    list_written,
)
from gearexe_spec.conformance.operations.program_forms import dump_program_state
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.execution.execute import execute_dispatch
from gearexe_spec.execution.journal import (
    GasBurned,
    InitFailure,
    JournalNote,
    MessageDispatched,
    MessageTrap,
    SendDispatch,
    StopProcessing,
    UpdatePage,
    WaitDispatch,
)
from gearexe_spec.execution.message import ReplyDetails
from gearexe_spec.execution.parameters import BlockInfo
from gearexe_spec.executor.codes import to_executable
from gearexe_spec.program.dispatch import MessageType
from gearexe_spec.program.promise import Promise, hash_reply
from gearexe_spec.program.queue_run import DispatchStep, QueueRun, run_dispatches
from gearexe_spec.program.state import ProgramState, hash_state
from gearexe_spec.wasm.code import CheckedCode, check_and_instrument_code

KEPT_CODES = 64


@dataclass(frozen=True, slots=True)
class RunForm:
    """A run of one queue of one program.

    Args:
        wasm: the original code; absent where it could not be instrumented.
        queue: which queue runs.
        promises: whether replies to injected messages are promised.
    """

    wasm: bytes | None
    program_id: ActorId
    queue: MessageType
    gas_allowance: U64
    block: BlockInfo
    promises: bool
    state: StateForm


@operation("execution/checkCode")
def check_code(form: Input) -> Json:
    """What is known about a code once it is instrumented."""
    wasm = from_json(bytes, form["wasm"], "/wasm")
    checked = _instrument(wasm)
    metadata, code = checked.metadata, checked.instrumented
    return {
        "codeId": to_json(compute_code_id(wasm)),
        "sections": to_json(code.section_sizes),
        "staticPages": to_json(metadata.static_pages),
        "stackEnd": to_json(metadata.stack_end),
        "exports": [entry.name for entry in sorted(metadata.exports)],
        "instrumentedHash": to_json(blake2b256(code.code)),
        "instrumentedLength": hex(len(code.code)),
    }


@operation("execution/encodeState")
def encode_state(form: Input) -> Json:
    """Hash of a state, and of everything that it refers to."""
    state_form = from_json(StateForm, form["state"], "/state")
    _, state = build_state(state_form)
    return {
        "stateHash": to_json(hash_state(state)),
        "state": dump_program_state(state),
        "pages": dump_page_hashes(state_form),
    }


@operation("execution/processQueue")
def process_queue(form: Input) -> Json:
    """Run a queue, and tell everything that is to be seen of it; an abort ends the list of dispatches."""
    run = _Run(from_json(RunForm, form))
    dispatches: list[Json] = []
    written: dict[Bytes32, Json] = {}
    promises: list[Json] = []
    for before, step in run.steps():
        dispatches.append(_dump_step(step))
        promises += [_dump_promise(step.promise)] if step.promise else []
        for item in list_written(step.result.storage, before, step.notes, step.result.state):
            written.setdefault(item.hash, to_json(item))
    outputs: dict[str, Json] = {
        "status": run.status,
        "dispatches": dispatches,
        "promises": promises,
        "written": [*written.values()],
    }
    return outputs if run.has_aborted else outputs | run.dump_end()


@operation("execution/summarizeQueue")
def summarize_queue(form: Input) -> Json:
    """Run a queue, and tell in short how each dispatch ended."""
    run = _Run(from_json(RunForm, form))
    dispatches: list[Json] = [_summarize_step(step) for _, step in run.steps()]
    outputs: dict[str, Json] = {"status": run.status, "dispatches": dispatches}
    return outputs if run.has_aborted else outputs | run.dump_end()


class _Run:
    """One run, and how far it got."""

    def __init__(self, form: RunForm) -> None:
        self.form = form
        self.storage, self.state = build_state(form.state)
        self.allowance_left = form.gas_allowance
        self.has_aborted = False

    def steps(self) -> Iterator[tuple[ProgramState, DispatchStep]]:
        """Each dispatch with the state before it; ends early where production aborts."""
        form = self.form
        run = QueueRun(
            program=form.program_id,
            state=self.state,
            queue=form.queue,
            allowance=form.gas_allowance,
            block=form.block,
            code=None if form.wasm is None else _executable(form.wasm),
            emits_promises=form.promises,
        )
        try:
            for step in run_dispatches(self.storage, run, lambda context: execute_dispatch(context).notes):
                before, self.state = self.state, step.result.state
                self.allowance_left = step.result.counters.allowance
                yield before, step
        except Rejected:
            self.has_aborted = True

    @property
    def status(self) -> str:
        """`ok`, or `abort` where production does."""
        return "abort" if self.has_aborted else "ok"

    def dump_end(self) -> dict[str, Json]:
        """State and gas at the end."""
        return {
            "gasSpent": to_json(self.form.gas_allowance - self.allowance_left),
            "stateHash": to_json(hash_state(self.state)),
            "state": dump_program_state(self.state),
        }


@lru_cache(maxsize=KEPT_CODES)
def _instrument(wasm: bytes) -> CheckedCode:
    return check_and_instrument_code(wasm)


@lru_cache(maxsize=KEPT_CODES)
def _executable(wasm: bytes) -> Any:
    checked = _instrument(wasm)
    return to_executable(compute_code_id(wasm), checked.instrumented, checked.metadata)


def _dump_step(step: DispatchStep) -> Json:
    result = step.result
    limits = result.counters.limits
    burns = any(isinstance(note, GasBurned) for note in step.notes)
    return {
        "messageId": to_json(step.dispatch.id),
        "journal": [_dump_note(note) for note in step.notes],
        "forwarded": [hex(index) for index in result.forwarded],
        "stateHash": to_json(hash_state(result.state)),
        "executableBalance": to_json(result.state.executable_balance),
        "chargedToExecutableBalance": result.is_charged if burns else None,
        "allowanceLeft": to_json(result.counters.allowance),
        "limitsLeft": to_json(limits),
    }


def _dump_note(note: JournalNote) -> Json:
    form: Any = to_json(note)
    if isinstance(note, UpdatePage):
        form |= {"hash": to_json(blake2b256(note.data))}
    return {camel_case_variant(type(note)): form}


def _dump_promise(promise: Promise) -> Json:
    reply = promise.reply
    return {
        "txHash": to_json(promise.tx_hash),
        "payload": to_json(reply.payload),
        "value": to_json(reply.value),
        "replyCode": to_json(reply.code),
        "replyHash": to_json(hash_reply(reply)),
    }


def _summarize_step(step: DispatchStep) -> Json:
    """Kinds of notes, gas, outcome with its reason, code of the last reply, kind of waiting; null where none is."""
    form: dict[str, Json] = dict.fromkeys(("burned", "stopped", "outcome", "reason", "replyCode", "waited"))
    for note in step.notes:
        match note:
            case GasBurned():
                form["burned"] = to_json(note.amount)
            case StopProcessing():
                form["stopped"] = to_json(note.gas_burned)
            case MessageDispatched(outcome=outcome):
                form["outcome"] = camel_case_variant(type(outcome))
                form["reason"] = _reason(outcome)
            case WaitDispatch():
                form["waited"] = to_json(note.waited_type)
            case SendDispatch() if isinstance(note.dispatch.message.details, ReplyDetails):
                form["replyCode"] = to_json(note.dispatch.message.details.code)
    notes: list[Json] = [camel_case_variant(type(note)) for note in step.notes]
    return form | {"notes": notes, "stateHash": to_json(hash_state(step.result.state))}


def _reason(outcome: object) -> Json:
    if isinstance(outcome, InitFailure):
        return outcome.reason
    return outcome.trap if isinstance(outcome, MessageTrap) else None
