"""From the recorded form to the wire's: numbers become hex strings, names camel case, labels of errors our reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from gearexe_spec.conformance.json_form import Json, camel_case
from gearexe_spec.conformance.reference.adapter import Case, Document, Exchange
from gearexe_spec.conformance.reference.program.recorded import REPLY_CODES
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, RejectedAnswer, Request

Form = dict[str, Any]
Exchanges = Iterator[tuple[Request, Answer | None]]
Builder = Callable[[Form], Exchanges]

REASONS = {
    "address_mismatch": ("AddressMismatch", "validate"),
    "invalid_signature": ("RecoveryFailed", "validate"),
    "invalid_key": ("InvalidKey", "decode"),
    "malformed": ("", "decode"),
    "error": ("", ""),
    "failure": ("", "decode"),
}
"""Labels of the recordings, and the reason and phase they stand for; an empty one is not told by the recording."""


def replay_groups(document: Document, builders: dict[str, Builder]) -> Iterator[Case]:
    """One case for each vector of each group."""
    groups = document["groups"]
    if not isinstance(groups, dict) or set(groups) - set(builders):
        raise ValueError(f"groups without a builder in {document.origin}")
    for group, vectors in groups.items():
        for index, vector in enumerate(_list(vectors)):
            where = f"/groups/{group}/{index}"
            yield Case(f"{group} {index}", partial(_exchanges, builders[group], vector, where))


def wire(part: Any) -> Any:
    """A recorded value on the wire."""
    if isinstance(part, dict):
        return {camel_case(name): _member(name, value) for name, value in part.items()}
    if isinstance(part, list):
        return [wire(item) for item in part]
    if isinstance(part, int) and not isinstance(part, bool):
        return hex(part)
    return part


def number(part: Any) -> Any:
    """A number in either form, as minimal hex; null stays."""
    if part is None:
        return None
    return hex(part) if isinstance(part, int) else hex(int(part, 16))


def refused(label: str) -> RejectedAnswer:
    """The answer that a recorded label of an error stands for."""
    reason, phase = REASONS[label]
    return RejectedAnswer(reason, phase)


def error_of(result: Any) -> str | None:
    """The label of the error a result is; None if it is none. A panic counts as a refusal."""
    if result in ("error", "panic", "failure"):
        return "error"
    if isinstance(result, dict):
        label = result.get("error", result.get("panic"))
        return label if isinstance(label, str) else None
    return None


def accepted(**outputs: Json) -> Accepted:
    """An answer with these outputs."""
    return Accepted(outputs)


def ask(operation: str, **parts: Json) -> Apply:
    """A request with these parts."""
    return Apply(operation, parts)


def _member(name: str, value: Any) -> Any:
    if name == "code" and isinstance(value, str) and len(value) == 10:
        return REPLY_CODES[value]
    return wire(value)


def _exchanges(build: Builder, vector: Form, where: str) -> Iterator[Exchange]:
    for request, expected in build(vector):
        yield Exchange(request, expected, where)


def _list(part: Any) -> list[Any]:
    if not isinstance(part, list):
        raise TypeError("a list is expected")
    return part
