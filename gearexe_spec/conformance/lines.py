"""gearexe-wire 1 as lines of JSON.

Rules: WIR-1 to WIR-5, WIR-11 to WIR-16.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from gearexe_spec.codec.json_reader import read_json
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.wire import (
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

LONGEST_LINE = 1 << 28
"""Bytes a line may have (WIR-1)."""

METHODS: dict[str, type[Request]] = {
    "apply": Apply,
    "trace": Trace,
    "init": Init,
    "get_state": GetState,
    "save": Save,
    "restore": Restore,
}
"""The methods that a batch may hold; besides there are `hello` and `batch`."""

_NAMES = {kind: name for name, kind in METHODS.items()}
_FIELDS: dict[type[Request], dict[str, type | None]] = {
    Apply: {"operation": str, "input": dict},
    Trace: {"operation": str, "input": dict},
    Init: {"area": str, "state": None},
    GetState: {"area": str},
    Save: {"name": str},
    Restore: {"name": str},
}


class WireError(Exception):
    """What came over the wire is not gearexe-wire."""


def request_to_json(request: Request) -> dict[str, Json]:
    """`method` and `params` of a request (WIR-3)."""
    kind = type(request)
    params = {name: getattr(request, name) for name in _FIELDS[kind]}
    if isinstance(request, Apply) and request.root:
        params["root"] = True
    return {"method": _NAMES[kind], "params": params}


def request_from_json(form: Json) -> Request:
    """The request with this method and these parameters (WIR-3); parameters that are not named here are ignored.

    Raises:
        WireError: there is no such request.
    """
    method, params = method_and_params(form)
    if method not in METHODS:
        raise WireError(f"no method {method!r}")
    kind = METHODS[method]
    for name, expected in _FIELDS[kind].items():
        if name not in params:
            raise WireError(f"{method} lacks {name!r}")
        if expected is not None and not isinstance(params[name], expected):
            raise WireError(f"{name!r} of {method} is of another type")
    taken: dict[str, Any] = {name: params[name] for name in _FIELDS[kind]}
    if kind is Apply:
        taken["root"] = params.get("root") is True
    return kind(**taken)


def method_and_params(form: Json) -> tuple[str, dict[str, Json]]:
    """The two parts of every request (WIR-3).

    Raises:
        WireError: `method` is no string or `params` no object.
    """
    if not isinstance(form, dict):
        raise WireError("a request is an object")
    method, params = form.get("method"), form.get("params", {})
    if not isinstance(method, str):
        raise WireError("'method' is a string")
    if not isinstance(params, dict):
        raise WireError("'params' is an object")
    return method, params


def answer_to_json(answer: Answer) -> dict[str, Json]:
    """The answer as object with one key, its kind (WIR-11)."""
    match answer:
        case Accepted():
            root: dict[str, Json] = {} if answer.root is None else {"root": answer.root}
            return {"accepted": {"outputs": answer.outputs, **root}}
        case RejectedAnswer():
            return {"rejected": {"reason": answer.reason, "phase": answer.phase, "details": answer.details}}
        case Unsupported():
            return {"unsupported": {"what": answer.what}}
        case Failure():
            return {"failure": {"message": answer.message}}


def answer_from_json(form: Json) -> Answer:
    """The answer with this form (WIR-11); `id` and unknown fields are ignored.

    Raises:
        WireError: it is none of the four answers.
    """
    if not isinstance(form, dict):
        raise WireError("an answer is an object")
    kinds = [name for name in _ANSWERS if name in form]
    if len(kinds) != 1:
        raise WireError(
            f"an answer has one of {', '.join(_ANSWERS)}; this one has {', '.join(sorted(form)) or 'nothing'}"
        )
    (kind,) = kinds
    parts = form[kind]
    if not isinstance(parts, dict):
        raise WireError(f"'{kind}' is an object")
    return _ANSWERS[kind](parts)


def _accepted(parts: dict[str, Json]) -> Accepted:
    root = parts.get("root")
    if root is not None and not isinstance(root, str):
        raise WireError("'root' is a string")
    return Accepted(parts.get("outputs"), root)


def _rejected(parts: dict[str, Json]) -> RejectedAnswer:
    details = parts.get("details") or {}
    if not isinstance(details, dict):
        raise WireError("'details' is an object")
    return RejectedAnswer(_text(parts, "reason"), _text(parts, "phase"), details)


def _text(parts: dict[str, Json], name: str) -> str:
    text = parts.get(name)
    if not isinstance(text, str):
        raise WireError(f"'{name}' is a string")
    return text


_ANSWERS: dict[str, Callable[[dict[str, Json]], Answer]] = {
    "accepted": _accepted,
    "rejected": _rejected,
    "unsupported": lambda parts: Unsupported(_text(parts, "what")),
    "failure": lambda parts: Failure(_text(parts, "message")),
}


def to_line(form: Json) -> bytes:
    """One line: UTF-8, no newline inside, LF at the end (WIR-1)."""
    return json.dumps(form, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def from_line(line: bytes) -> Json:
    """What a line says (WIR-1).

    Raises:
        WireError: it is no JSON.
    """
    try:
        form: Json = read_json(line)
    except ValueError as error:
        start = line[:60].decode(errors="replace").strip()
        raise WireError(f"no JSON: {start!r}") from error
    return form
