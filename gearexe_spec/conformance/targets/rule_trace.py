"""Which rules and functions of the specification an operation goes through."""

from __future__ import annotations

import sys
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.rules import find_rules

ROOMS = tuple(
    f"gearexe_spec.{room}."
    for room in ("base", "codec", "crypto", "onchain", "symbiotic", "wasm", "execution", "program", "executor")
)
"""What every module of the specification proper begins with."""
LONGEST_TRACE = 10_000
_REJECTED = Rejected.__init__.__code__


class RuleTrace:
    """Records calls while it is entered; one step per call of a function whose docstring names rules."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Json]] = []
        self._open: list[FrameType] = []

    def __enter__(self) -> RuleTrace:
        self._before = sys.getprofile()
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._before)

    def rules(self) -> set[str]:
        """All rules that were looked at."""
        return {str(rule) for step in self.steps for rule in step["rules"]}  # type: ignore[union-attr]

    def to_json(self) -> Json:
        """The steps in the order in which they began."""
        return list(self.steps)

    def _see(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            self._begin(frame)
        elif event == "return" and self._open and self._open[-1] is frame:
            self._open.pop()

    def _begin(self, frame: FrameType) -> None:
        if len(self.steps) >= LONGEST_TRACE:
            return
        rules = _rules_of(frame.f_code) if _module(frame).startswith(ROOMS) else ()
        if rules:
            self.steps.append({"function": _name(frame), "rules": list(rules), "depth": len(self._open)})
            self._open.append(frame)


class CallsSeen:
    """Sees which specification functions run, and which rejections are raised, while it is entered.

    Faster than a `RuleTrace`, and without limit.

    Args:
        names: of the functions, `module.Class.function`; a class alone where a dataclass' generated method ran.
        rejections: `Class.Member`.
    """

    def __init__(self) -> None:
        self.rejections: set[str] = set()
        self._codes: dict[CodeType, str] = {}

    def __enter__(self) -> CallsSeen:
        self._before = sys.getprofile()
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._before)

    @property
    def names(self) -> set[str]:
        """Of the functions that ran."""
        raised = {"base.rejection.Rejected"} if self.rejections else set()
        return raised | {name for name in self._codes.values() if name}

    def _see(self, frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if code in self._codes:
            return
        if code is not _REJECTED:
            self._codes[code] = _name(frame) if _module(frame).startswith(ROOMS) else ""
        elif event == "call":
            reason = frame.f_locals["reason"]
            self.rejections.add(f"{type(reason).__name__}.{reason.name}")


@lru_cache(maxsize=4096)
def _rules_of(code: CodeType) -> tuple[str, ...]:
    text = code.co_consts[0] if code.co_consts else None
    return find_rules(text) if isinstance(text, str) else ()


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _name(frame: FrameType) -> str:
    """Where it is defined, without the package; of a generated method the class it is generated for."""
    name = frame.f_code.co_qualname
    if name.startswith("__create_fn__") and "self" in frame.f_locals:
        name = type(frame.f_locals["self"]).__qualname__
    return f"{_module(frame).removeprefix('gearexe_spec.')}.{name.replace('.<locals>', '')}"
