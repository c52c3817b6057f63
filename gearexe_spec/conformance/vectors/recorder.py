"""The recorder: tests call the specification through it, and the calls become vectors.

Rules: VEC-13 to VEC-18.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gearexe_spec.conformance.compare import compare_answers
from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.conformance.operations.registry import AREAS
from gearexe_spec.conformance.rules import rule_order
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.vectors.canonical import content_hash
from gearexe_spec.conformance.vectors.forms import Flag, JsonObject
from gearexe_spec.conformance.vectors.oracles import confirm
from gearexe_spec.conformance.vectors.production_oracle import confirm_by_production
from gearexe_spec.conformance.vectors.states import diff_states
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, GetState, Init, RejectedAnswer, Request


class NotRecordable(Exception):
    """The specification did not give an answer that a vector can hold, or an oracle disagrees."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded case and the states it refers to.

    Args:
        format: `hash`, `transition` and so on.
        case: as it stands in the file.
        states: JSON form of states by hash.
        is_unconfirmed: an oracle would have had an opinion and was not there. Not part of the file.
    """

    format: str
    case: JsonObject
    states: dict[str, Json] = field(default_factory=dict)
    is_unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """The test a case comes from.

    Args:
        name: `module::function`.
        case: the name of a case that gets no other (the id of the parameters).
        description: first sentence of the docstring.
        rules: rule ids in its docstring, or else in the module's.
    """

    name: str
    case: str
    description: str
    rules: tuple[str, ...]


class FormOfInit(dict[str, Json]):
    """A state in the form that `init` takes, for areas that show their state in another one."""


class Recorder:
    """Records the calls of one test."""

    def __init__(self, source: Source) -> None:
        self.recorded: list[Recorded] = []
        self._source = source
        self._target = SpecTarget()
        self._is_unconfirmed = False

    def hash(self, operation: str, value: object, **about: Any) -> Json:
        """Record an operation that depends on its input alone; returns its outputs (VEC-16)."""
        return self._function("hash", operation, value, about)

    def program(self, operation: str, value: object, **about: Any) -> Json:
        """Record the run of a program: code and queue in, journal and state out (VEC-16)."""
        return self._function("program", operation, value, about)

    def codec(
        self,
        decode: str,
        encoded: object,
        *,
        encode: str | None = None,
        parameters: object = None,
        **about: Any,
    ) -> Json:
        """Record what bytes mean, and back where they mean something (VEC-16)."""
        given, data = _object(parameters or {}), _object(encoded)
        answer = self._ask(Apply(decode, {**given, **data}))
        back = encode if isinstance(answer, Accepted) else None
        if back is not None and isinstance(answer, Accepted):
            self._expect(Apply(back, {**given, **_object(answer.outputs)}), Accepted(data))
        case = {"decode": decode, "encode": back, "parameters": given, "encoded": data, **_result(answer)}
        self._add("codec", case, about)
        return case.get("outputs")

    def transition(self, area: str, state: object, action: str, value: object = None, **about: Any) -> Json:
        """Record one action on a state; returns its outputs (VEC-17)."""
        begin, now, states = self._begin(area, state)
        step, _ = self._step(area, action, value or {}, now)
        self._add("transition", {**begin, **step}, about, states)
        return step.get("outputs")

    def scenario(self, area: str, state: object, actions: Iterable[tuple[str, object]], **about: Any) -> None:
        """Record several actions, each on the state that the one before left (VEC-18)."""
        self._steps("scenario", area, state, actions, about)

    def contract(self, area: str, state: object, messages: Iterable[tuple[str, object]], **about: Any) -> None:
        """Record messages to contracts with their calldata (VEC-18)."""
        self._steps("contract", area, state, messages, about)

    def _steps(
        self, format_name: str, area: str, state: object, actions: Iterable[tuple[str, object]], about: dict[str, Any]
    ) -> None:
        begin, now, states = self._begin(area, state)
        steps: list[Json] = []
        for action, value in actions:
            step, now = self._step(area, action, value, now)
            steps.append(step)
        self._add(format_name, {**begin, "steps": steps}, about, states)

    def _step(self, area: str, action: str, value: object, before: Json) -> tuple[JsonObject, Json]:
        operation = f"{area}/{action}"
        answer = self._ask(Apply(operation, _object(value)), area)
        step: JsonObject = {"action": operation, "input": _object(value), **_result(answer)}
        now = self._target.answer(GetState(area))
        if not isinstance(now, Accepted):
            raise NotRecordable(f"get_state {area}: {now}")
        if isinstance(answer, RejectedAnswer):
            if now.outputs != before:
                raise NotRecordable(f"{operation} is rejected and yet changes the state")
            return step, before
        changed, removed = diff_states(before, now.outputs)
        step["postDiff"] = {"set": changed, "removed": [*removed]}
        step["postRoot"] = now.root
        return step, now.outputs

    def _begin(self, area: str, state: object) -> tuple[JsonObject, Json, dict[str, Json]]:
        """Start with a state (a value, or already what `init` takes); what is shown then, and the states to keep."""
        form: Any = state if isinstance(state, FormOfInit) else AREAS[area].dump(state)
        plain: Json = dict(form) if isinstance(form, FormOfInit) else form
        self._target.reset()
        answer = self._target.answer(Init(area, plain))
        shown = self._target.answer(GetState(area))
        if not isinstance(answer, Accepted) or not isinstance(shown, Accepted):
            raise NotRecordable(f"init {area}: {answer}, {shown}")
        begin: JsonObject = {"pre": content_hash(plain)}
        states = {content_hash(plain): plain}
        if shown.outputs != plain:
            begin["shown"] = content_hash(shown.outputs)
            states[content_hash(shown.outputs)] = shown.outputs
        return begin, shown.outputs, states

    def _function(self, format_name: str, operation: str, value: object, about: dict[str, Any]) -> Json:
        form = _object(value)
        case = {"operation": operation, "input": form, **_result(self._ask(Apply(operation, form)))}
        self._add(format_name, case, about)
        return case.get("outputs")

    def _ask(self, request: Apply, area: str = "") -> Answer:
        """The specification's answer, once the oracles of the operation agree with it (VEC-19)."""
        before = self._target.state_of(area)
        answer = self._target.answer(request)
        if not isinstance(answer, Accepted | RejectedAnswer):
            raise NotRecordable(f"{request.operation}: {answer}")
        said = confirm_by_production(request, answer, before)
        self._is_unconfirmed |= said.is_unasked
        disagreement = confirm(request, answer) or said.difference
        if disagreement:
            raise NotRecordable(f"{request.operation}: {disagreement}")
        return answer

    def _expect(self, request: Request, expected: Answer) -> None:
        difference = compare_answers(expected, self._target.answer(request))
        if difference:
            raise NotRecordable(f"{request}: {difference}")

    def _add(
        self, format_name: str, case: JsonObject, about: dict[str, Any], states: dict[str, Json] | None = None
    ) -> None:
        flags: Sequence[Flag] = about.pop("flags", ())
        rules = tuple(about.pop("rules", self._source.rules))
        name = about.pop("name", None) or self._next_name()
        info: JsonObject = {
            "description": about.pop("description", self._source.description),
            "rules": [*sorted(rules, key=rule_order)],
            "source": self._source.name,
            "flags": sorted(str(flag) for flag in flags),  # type: ignore[dict-item]
        }
        if about:
            raise TypeError(f"unknown: {', '.join(about)}")
        whole: dict[str, Json] = {"name": name, "_info": info, **case}
        info["hash"] = content_hash(whole)
        self.recorded.append(Recorded(format_name, whole, states or {}, self._is_unconfirmed))
        self._is_unconfirmed = False

    def _next_name(self) -> str:
        count = len(self.recorded)
        return self._source.case if count == 0 else f"{self._source.case}-{count + 1}"


def _object(value: object) -> JsonObject:
    form = to_json(value)
    if not isinstance(form, dict):
        raise NotRecordable(f"inputs and outputs are objects, not {type(value).__name__}")
    return form


def _result(answer: Answer) -> JsonObject:
    if isinstance(answer, RejectedAnswer):
        return {"rejected": {"reason": answer.reason, "phase": answer.phase, "details": answer.details}}
    return {"outputs": answer.outputs} if isinstance(answer, Accepted) else {}
