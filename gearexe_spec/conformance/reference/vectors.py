"""Our own vectors as cases: the six formats.

Rules: VEC-12, VEC-16 to VEC-18, WIR-34.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange, adapter
from gearexe_spec.conformance.vectors.states import patch_state
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, GetState, Init, RejectedAnswer

Form = dict[str, Any]
LoadState = Callable[[str], Json]


@adapter("hash/1")
@adapter("program/1")
def functions(document: Document) -> Iterator[Case]:
    """One exchange per case."""
    return _cases(document, _function)


@adapter("codec/1")
def codecs(document: Document) -> Iterator[Case]:
    """Bytes to value, and back where there is a way back."""
    return _cases(document, _codec)


@adapter("transition/1")
def transitions(document: Document) -> Iterator[Case]:
    """State, action, state."""
    return _cases(document, partial(_transition, document.state))


@adapter("scenario/1")
@adapter("contract/1")
def scenarios(document: Document) -> Iterator[Case]:
    """State, and several actions."""
    return _cases(document, partial(_scenario, document.state))


def _cases(document: Document, exchanges: Callable[[Form], Iterator[Exchange]]) -> Iterator[Case]:
    forms: Any = document["cases"]
    for index, form in enumerate(forms):
        about = form["_info"]
        made = partial(_placed, exchanges, form, f"/cases/{index}")
        yield Case(form["name"], made, tuple(about["flags"]), tuple(about["rules"]))


def _placed(exchanges: Callable[[Form], Iterator[Exchange]], form: Form, place: str) -> Iterator[Exchange]:
    for exchange in exchanges(form):
        yield Exchange(exchange.request, exchange.expected, place + exchange.where)


def _function(form: Form) -> Iterator[Exchange]:
    yield Exchange(Apply(form["operation"], form["input"]), _expected(form))


def _codec(form: Form) -> Iterator[Exchange]:
    yield Exchange(Apply(form["decode"], {**form["parameters"], **form["encoded"]}), _expected(form), "/outputs")
    if form["encode"] is not None:
        back = Apply(form["encode"], {**form["parameters"], **form["outputs"]})
        yield Exchange(back, Accepted(form["encoded"]), "/encoded")


def _transition(state_of: LoadState, form: Form) -> Iterator[Exchange]:
    yield Exchange(Init(_area(form), state_of(form["pre"])), None, "/pre")
    yield from _step(form, state_of(form["shown" if "shown" in form else "pre"]))


def _scenario(state_of: LoadState, form: Form) -> Iterator[Exchange]:
    now = state_of(form["shown" if "shown" in form else "pre"])
    for index, step in enumerate(form["steps"]):
        if index == 0:
            yield Exchange(Init(_area(step), state_of(form["pre"])), None, "/pre")
        for exchange in _step(step, now):
            yield Exchange(exchange.request, exchange.expected, f"/steps/{index}{exchange.where}")
        if "rejected" not in step:
            now = patch_state(now, step["postDiff"]["set"], step["postDiff"]["removed"])


def _step(step: Form, before: Json) -> Iterator[Exchange]:
    """The action and its outcome, then the whole state: after a rejection the one before."""
    yield Exchange(Apply(step["action"], step["input"]), _expected(step))
    if "rejected" in step:
        after, root = before, None
    else:
        after, root = patch_state(before, step["postDiff"]["set"], step["postDiff"]["removed"]), step["postRoot"]
    yield Exchange(GetState(_area(step)), Accepted(after, root), "/postDiff")


def _area(step: Form) -> str:
    return str(step["action"]).partition("/")[0]


def _expected(form: Form) -> Answer:
    if "rejected" in form:
        rejected = form["rejected"]
        return RejectedAnswer(rejected["reason"], rejected["phase"], rejected.get("details", {}))
    return Accepted(form["outputs"])
