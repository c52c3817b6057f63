"""Operations on program code: verdict and instrumented code, single steps, costs, runs by itself.

A refusal is answered under its joined name (`ExportExcessExport`). `outer` and `inner` are production's, `fields` is
what it carries: a list in production's order, or a record where production names them.

Rules: WAS-1, WAS-80 to WAS-84, INS-10, GAS-4, INS-70.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, wraps

from gearexe_spec.base.ids import CodeId
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, PureFunction, operation
from gearexe_spec.conformance.wire import Answer, RejectedAnswer
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.wasm import schedule
from gearexe_spec.wasm.code import (
    CheckedCode,
    check_and_instrument_code,
    check_uploaded_code,
    code_metadata,
    instrumented_code,
)
from gearexe_spec.wasm.costs import PROCESS_COSTS, compute_preparation_cost
from gearexe_spec.wasm.decode import decode_module
from gearexe_spec.wasm.encode import encode_module
from gearexe_spec.wasm.evaluate import evaluate
from gearexe_spec.wasm.gas_metering import MeteredBlock
from gearexe_spec.wasm.gas_rules import SCHEDULE_RULES, GasRules, constant_rules
from gearexe_spec.wasm.gear_rules import STACK_END_EXPORT, without_stack_end_export
from gearexe_spec.wasm.instrument import instrument
from gearexe_spec.wasm.metered_run import Ending, MeteredCode, written_pages
from gearexe_spec.wasm.model import ExternalKind, FunctionType, Module
from gearexe_spec.wasm.rejection import CodeRejection
from gearexe_spec.wasm.syscalls import SYSCALLS

_DISPATCH_GAS = 900_000_000_000
_CACHED_CODES = 16


def answers_refusals(function: PureFunction) -> PureFunction:
    """Answer refusals of codes with production's names."""

    @wraps(function)
    def answered(form: Input) -> Json | Answer:
        try:
            return function(form)
        except Rejected as rejected:
            if not isinstance(rejected.reason, CodeRejection):
                raise
            return refusal_answer(rejected, rejected.reason)

    return answered


def refusal_answer(rejected: Rejected, reason: CodeRejection) -> RejectedAnswer:
    """The refusal as it stands on the wire; where bytes are malformed or invalid is informative, and left out."""
    fields: Json = None
    match rejected.arguments:
        case () | ({"offset": _},):
            pass
        case (Mapping() as named,):
            fields = {str(key): to_json(item) for key, item in named.items()}
        case carried:
            fields = [to_json(item) for item in carried]
    return RejectedAnswer(reason.name, "validate", {"outer": reason.outer, "inner": reason.inner, "fields": fields})


@lru_cache(maxsize=_CACHED_CODES)
def _check(code: bytes) -> CheckedCode:
    return check_and_instrument_code(code)


def _code(form: Input) -> bytes:
    return bytes(from_json(bytes, form["wasm"], "/wasm"))


@operation("code/id")
def code_id(form: Input) -> Json:
    """The id of a code, valid or not."""
    return {"codeId": to_json(compute_code_id(bytes(from_json(bytes, form["code"], "/code"))))}


@operation("code/check")
@answers_refusals
def instrument_code(form: Input) -> Json:
    """Verdict of the whole pipeline; if accepted, everything that is kept of the code."""
    code = _code(form)
    checked = _check(code)
    return {
        "codeId": to_json(compute_code_id(code)),
        "metadata": to_json(checked.metadata),
        "metadataScale": to_json(code_metadata.encode(checked.metadata)),
        "instrumented": to_json(checked.instrumented.code),
        "instrumentedHash": to_json(blake2b256(checked.instrumented.code)),
        "sectionSizes": to_json(checked.instrumented.section_sizes),
        "instrumentedScaleHash": to_json(blake2b256(instrumented_code.encode(checked.instrumented))),
    }


@operation("code/meteredBlocks")
@answers_refusals
def metered_blocks(form: Input) -> Json:
    """The metered blocks of an accepted code, a string for each function, and the hash of these."""
    blocks = show_blocks(_check(_code(form)).blocks)
    return {"blocks": list(blocks), "blocksHash": to_json(blake2b256("\n".join(blocks).encode()))}


def show_blocks(blocks: Sequence[Sequence[MeteredBlock]]) -> tuple[str, ...]:
    """`position:cost` of each block of a function, joined by blanks; parts of a large cost joined by commas."""
    return tuple(
        " ".join(f"{block.start}:{','.join(map(str, block.charges))}" for block in function) for function in blocks
    )


@operation("code/process")
@answers_refusals
def process_code(form: Input) -> Json:
    """A code that was uploaded under an id: null if invalid, for whatever reason."""
    claimed = from_json(CodeId, form["claimedCodeId"], "/claimedCodeId")
    try:
        checked = check_uploaded_code(_code(form), claimed)
    except Rejected:
        return {"codeId": to_json(claimed), "valid": None}
    return {
        "codeId": to_json(claimed),
        "valid": {
            "metadataScale": to_json(code_metadata.encode(checked.metadata)),
            "instrumentedScaleHash": to_json(blake2b256(instrumented_code.encode(checked.instrumented))),
        },
    }


@operation("code/parse")
@answers_refusals
def parse(form: Input) -> Json:
    """The parser by itself: the module written anew."""
    return {"wasm": to_json(encode_module(decode_module(_code(form))))}


@operation("code/stage")
@answers_refusals
def stage(form: Input) -> Json:
    """One step of instrumentation by itself, with any limit and rules.

    `stackLimit` and `gasRules` are null for none; rules are "schedule" or `cost`, `perLocal` and `growPerPage`.
    """
    module = decode_module(_code(form))
    limit = from_json(int | None, form["stackLimit"], "/stackLimit")
    rules = _rules(form["gasRules"])
    metered = instrument(_without_stack_end(module), limit, rules)
    outputs: dict[str, Json] = {"bytes": to_json(encode_module(metered.module))}
    return outputs if rules is None else outputs | {"blocks": list(show_blocks(metered.blocks))}


def _without_stack_end(module: Module) -> Module:
    named = (export for export in module.exports or () if export.name == STACK_END_EXPORT)
    first = next(named, None)
    is_global = first is not None and first.kind == ExternalKind.GLOBAL
    return without_stack_end_export(module) if is_global else module


def _rules(form: Json) -> GasRules | None:
    if form is None:
        return None
    if form == "schedule":
        return SCHEDULE_RULES
    parts = from_json(dict[str, int | None], form, "/gasRules") if isinstance(form, dict) else {}
    return constant_rules(parts["cost"], parts["perLocal"], parts["growPerPage"])


@operation("code/instructionCost")
def instruction_cost(form: Input) -> Json:
    """What the Schedule charges for one instruction of the first defined function; null if it may not occur."""
    module = decode_module(_code(form))
    position = from_json(int, form["position"], "/position")
    body = (module.code or ())[0]
    instruction = body.instructions[position]
    cost = SCHEDULE_RULES.cost(instruction, module.types or ())
    return {"opcode": f"0x{instruction[0]:02x}", "cost": to_json(cost)}


@operation("code/schedule")
def show_schedule(form: Input) -> Json:
    """The Schedule and the costs made from it, under production's names."""
    del form
    return {"schedule": schedule_form(), "processCosts": _numbers(PROCESS_COSTS)}


def schedule_form() -> dict[str, Json]:
    """The Schedule as production nests it."""
    groups = {
        "db_weights": schedule.DB_WEIGHTS,
        "instantiation_weights": schedule.INSTANTIATION_WEIGHTS,
        "instrumentation_weights": schedule.INSTRUMENTATION_WEIGHTS,
        "memory_weights": schedule.MEMORY_WEIGHTS,
        "rent_weights": schedule.RENT_WEIGHTS,
        "syscall_weights": schedule.SYSCALL_WEIGHTS,
        "task_weights": schedule.TASK_WEIGHTS,
    }
    weights: dict[str, Json] = {
        group: {name: _weight(f"{group}.{name}", value) for name, value in values.items()}
        for group, values in groups.items()
    }
    return weights | {
        "limits": _numbers(schedule.LIMITS),
        "instruction_weights": _numbers(schedule.INSTRUCTION_WEIGHTS),
        "load_allocations_weight": _weight("load_allocations_weight", schedule.LOAD_ALLOCATIONS_PER_INTERVAL),
    }


def _weight(name: str, ref_time: int) -> Json:
    return {"ref_time": hex(ref_time), "proof_size": hex(schedule.PROOF_SIZES.get(name, 0))}


def _numbers(value: object) -> Json:
    if isinstance(value, Mapping):
        return {str(name): _numbers(item) for name, item in value.items()}
    return to_json(value)


@operation("code/syscalls")
def show_syscalls(form: Input) -> Json:
    """Every system call; the system break has no signature."""
    del form
    return [
        {
            "name": syscall.name,
            "importable": syscall.importable,
            "vara": syscall.vara,
            "fallible": syscall.fallible if syscall.signature else None,
            "signature": _signature_form(syscall.signature),
        }
        for syscall in SYSCALLS.values()
    ]


def _signature_form(signature: FunctionType | None) -> Json:
    if signature is None:
        return None
    names = {b"\x7f": "i32", b"\x7e": "i64"}
    return {
        "params": [names[kind] for kind in signature.params],
        "results": [names[kind] for kind in signature.results],
    }


@lru_cache(maxsize=_CACHED_CODES)
def _compile(code: bytes, hooked: bool) -> MeteredCode:
    checked = _check(code)
    stack_end = checked.metadata.stack_end
    return MeteredCode(checked.instrumented.code, checked.metadata.static_pages, stack_end, hooked=hooked)


@operation("code/run")
@answers_refusals
def run(form: Input) -> Json:
    """Run an entry point by itself: no system calls, no charges but those of the code."""
    entry, gas = from_json(str, form["entry"], "/entry"), from_json(int, form["gas"], "/gas")
    seen = _compile(_code(form), hooked=False).run(entry, gas)
    result: dict[str, Json] = {"kind": seen.ending.value}
    name = {Ending.TRAP: "trap", Ending.INSTANTIATION: "trap", Ending.BREAK: "code", Ending.SYSCALL: "name"}
    if seen.ending in name:
        result[name[seen.ending]] = to_json(seen.detail)
    memory: Json = [[to_json(offset), to_json(data)] for offset, data in seen.memory]
    return {"result": result, "gasLeft": to_json(seen.gas_left), "memory": memory}


@operation("code/dispatch")
@answers_refusals
def dispatch(form: Input) -> Json:
    """The same entry point as one message: with the charges before it and those of pages, none of them stored.

    The code must not call the system: this is the sum of chapter 14, not an execution.
    """
    entry = from_json(str, form["entry"], "/entry")
    checked = _check(_code(form))
    seen = _compile(_code(form), hooked=True).run(entry, _DISPATCH_GAS)
    before = compute_preparation_cost(checked.instrumented.section_sizes, 0)
    spent = before + _DISPATCH_GAS - (seen.gas_left or 0) + seen.page_charges
    pages = written_pages(seen) if seen.ending is Ending.RETURNED else ()
    return {"gasSpent": to_json(spent), "pages": [to_json(page) for page in pages]}


@operation("code/evaluate")
def evaluate_instruction(form: Input) -> Json:
    """A numeric instruction on many operands, all as unsigned numbers; null where it traps."""
    opcode = from_json(int, form["opcode"], "/opcode")
    operands = from_json(tuple[tuple[int, ...], ...], form["operands"], "/operands")
    return {"results": [to_json(result) for result in evaluate(opcode, operands)]}
