"""Production's published release as oracle: asked while vectors are recorded, on machines where it is built.

Where release and pinned revision differ, both sides are asked the same question with the release's values, so that
everything but the declared difference is confirmed.

Rules: VEC-19, REV-2.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.execution_forms import StateForm, build_state
from gearexe_spec.conformance.parallel import target_of
from gearexe_spec.conformance.revisions import Verdict, compare_with_production
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.target import Target, TargetUnavailable
from gearexe_spec.conformance.vectors.block_oracle import RELEASE_CONFIG, find_disagreement
from gearexe_spec.conformance.vectors.oracles import Confirmation
from gearexe_spec.conformance.wire import Answer, Apply, Unsupported
from gearexe_spec.program.state import write_state

NAME = "production's release, live"
BLOCK = "blocks/applyBlock"
"""Production takes no whole block; it is asked each step of it."""
RUNS = ("execution/processQueue", "execution/summarizeQueue")
ANSWERED = (*RUNS, BLOCK, "queue/*", "program/*", "code/*", "values/*", "signature/*")
"""Globs of what production may have an opinion on."""


def may_answer(operation: str) -> bool:
    """Whether production is to be asked about an operation."""
    return any(fnmatchcase(operation, pattern) for pattern in ANSWERED)


def confirm_by_production(request: Apply, answer: Answer, state: Any = None) -> Confirmation:
    """What production says of an answer of the specification, which was in some state before (VEC-19)."""
    if not may_answer(request.operation):
        return Confirmation()
    production = _production()
    if production is None:
        return Confirmation(is_unasked=True)
    if request.operation == BLOCK:
        return Confirmation(find_disagreement(production, state, request.input))
    asked = as_release(request)
    ours = answer if asked == request else SpecTarget().answer(asked)
    production.reset()
    theirs = production.answer(asked)
    if isinstance(theirs, Unsupported) and theirs.what == asked.operation:
        return Confirmation()
    verdict, difference = compare_with_production(asked, ours, theirs)
    if verdict is not Verdict.DIFFERENT or difference is None:
        return Confirmation()
    return Confirmation(f"{NAME} says {difference.expected} at {difference.path or '/'}, we say {difference.got}")


def as_release(request: Apply) -> Apply:
    """The same question with the release's values; a run with a spelled-out state becomes one on stored objects."""
    form: dict[str, Any] = request.input
    if request.operation in RUNS:
        return Apply("queue/run", _stored_run(form))
    if request.operation == "queue/run":
        return Apply("queue/run", {**form, "chargesCodeLength": True})
    if request.operation in ("program/applyJournals", "program/applyDueTasks"):
        return Apply(request.operation, {**form, "config": {**form["config"], **RELEASE_CONFIG}})
    if request.operation == "code/stage":  # production does not show the metered blocks
        return Apply(request.operation, {**form, "blocks": False})
    return request


def _stored_run(form: dict[str, Any]) -> dict[str, Json]:
    storage, key = write_state(*build_state(from_json(StateForm, form["state"], "/state")))
    return {
        "objects": {name.to_hex(): to_json(blob) for name, blob in storage.blobs.items()},
        "stateHash": to_json(key),
        "program": form["programId"],
        "wasm": form["wasm"],
        "queue": form["queue"],
        "allowance": form["gasAllowance"],
        "block": form["block"],
        "emitsPromises": form["promises"],
        "chargesCodeLength": True,
    }


@cache
def _production() -> Target | None:
    try:
        return target_of(TargetChoice("production"))
    except TargetUnavailable:
        return None
