"""The specification as a target: one session, one state per area.

Rules: WIR-2, WIR-6 to WIR-15.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gearexe_spec import __version__
from gearexe_spec.base.rejection import NotSpecifiedYet, Rejected
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.json_form import Json, JsonFormError, to_json
from gearexe_spec.conformance.lines import answer_to_json
from gearexe_spec.conformance.operations.registry import AREAS, PURE
from gearexe_spec.conformance.targets.rule_trace import RuleTrace
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.wire import (
    PROTOCOL,
    Accepted,
    Answer,
    Apply,
    Failure,
    GetState,
    Init,
    RejectedAnswer,
    Request,
    Restore,
    Save,
    Trace,
    Unsupported,
)


class GivenInput(dict[str, Json]):
    """The input of a request; asking it for what was not given says so."""

    def __missing__(self, name: str) -> Json:
        raise JsonFormError(f"/{name}: missing")


class SpecTarget(Target):
    """Answers with the specification itself, in this process."""

    def __init__(self) -> None:
        import_rooms()
        self._states: dict[str, Any] = {}
        self._saved: dict[str, dict[str, Any]] = {}

    def answer(self, request: Request) -> Answer:
        try:
            return self._dispatch(request)
        except Rejected as rejected:
            return rejected_answer(rejected)
        except NotSpecifiedYet as missing:
            return Unsupported(str(missing) or "not specified yet")
        except JsonFormError as error:
            return Failure(f"malformed request: {error}")
        except RecursionError:
            return Failure("RecursionError")
        except Exception as error:  # a defect of the specification must not end the run
            return Failure(f"{type(error).__name__}: {error}{_place(error)}")

    def reset(self) -> None:
        self._states.clear()
        self._saved.clear()

    def state_of(self, area: str) -> Any:
        """The state of an area as the specification holds it; None where there is none."""
        return self._states.get(area)

    def describe(self) -> dict[str, Json]:
        transitions = [f"{name}/{item}" for name, area in AREAS.items() for item in area.transitions]
        areas: list[Json] = [*sorted(AREAS)]
        operations: list[Json] = [*sorted([*PURE, *transitions])]
        return {
            "protocol": PROTOCOL,
            "name": "gearexe-spec",
            "version": __version__,
            "methods": ["hello", "apply", "init", "get_state", "save", "restore", "batch", "trace"],
            "areas": areas,
            "operations": operations,
        }

    def _dispatch(self, request: Request) -> Answer:
        match request:
            case Apply():
                return self._apply(request)
            case Trace():
                return self._trace(request)
            case Init():
                return self._init(request.area, request.state)
            case GetState():
                return self._get_state(request.area)
            case Save():
                self._saved[request.name] = dict(self._states)
                return Accepted()
            case Restore():
                return self._restore(request.name)

    def _apply(self, request: Apply) -> Answer:
        given = GivenInput(request.input)
        if request.operation in PURE:
            return _as_answer(PURE[request.operation](given))

        name, _, transition = request.operation.partition("/")
        area = AREAS.get(name)
        if area is None or transition not in area.transitions:
            return Unsupported(request.operation)
        if name not in self._states:
            return Failure(f"area {name} has no state: init it first")

        state, outputs = area.transitions[transition](self._states[name], given)
        self._states[name] = state
        answer = _as_answer(outputs)
        if request.root and isinstance(answer, Accepted):
            return replace(answer, root=area.root(state))
        return answer

    def _trace(self, request: Trace) -> Answer:
        """The answer to the operation and the rules it went through, on the way to it (WIR-10)."""
        recorder = RuleTrace()
        with recorder:
            answer = self.answer(Apply(request.operation, request.input))
        return Accepted({"answer": answer_to_json(answer), "steps": recorder.to_json()})

    def _init(self, name: str, state: Json) -> Answer:
        area = AREAS.get(name)
        if area is None:
            return Unsupported(name)
        self._states[name] = area.load(state)
        return Accepted(root=area.root(self._states[name]))

    def _get_state(self, name: str) -> Answer:
        area = AREAS.get(name)
        if area is None:
            return Unsupported(name)
        if name not in self._states:
            return Failure(f"area {name} has no state: init it first")
        state = self._states[name]
        return Accepted(area.dump(state), area.root(state))

    def _restore(self, name: str) -> Answer:
        if name not in self._saved:
            return Failure(f"nothing was saved as {name}")
        self._states = dict(self._saved[name])
        return Accepted()


def _as_answer(outputs: Json | Answer) -> Answer:
    if isinstance(outputs, (Accepted, RejectedAnswer, Unsupported, Failure)):
        return outputs
    return Accepted(outputs)


def rejected_answer(rejected: Rejected) -> RejectedAnswer:
    """How a rejection is answered; a mapping among its arguments gives the details their names (WIR-13)."""
    details: dict[str, Json] = {}
    for index, argument in enumerate(rejected.arguments):
        if isinstance(argument, Mapping):
            details.update({str(key): to_json(item) for key, item in argument.items()})
        else:
            details[f"arg{index}"] = to_json(argument)
    return RejectedAnswer(rejected.reason.name, str(rejected.reason.phase), details)


def _place(error: BaseException) -> str:
    """Where it was raised, for whoever repairs it."""
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f" (in {trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno})"
