"""Which rules an operation goes through: the calls of specification functions that name a rule."""

from __future__ import annotations

import sys
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.rules import find_rules

SPECIFICATION = tuple(
    f"gearexe_spec.{room}."
    for room in ("base", "codec", "crypto", "onchain", "symbiotic", "wasm", "execution", "program", "executor")
)
LONGEST_TRACE = 10_000


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
        module = str(frame.f_globals.get("__name__", ""))
        rules = _rules_of(frame.f_code) if module.startswith(SPECIFICATION) else ()
        if rules:
            self.steps.append({"function": _name(frame), "rules": list(rules), "depth": len(self._open)})
            self._open.append(frame)


class RulesSeen:
    """Collects which specification functions run while it is entered: faster than a `RuleTrace`, without limit."""

    def __init__(self) -> None:
        self._codes: dict[CodeType, str] = {}

    def __enter__(self) -> RulesSeen:
        self._before = sys.getprofile()
        codes = self._codes

        def see(frame: FrameType, _event: str, _argument: Any) -> None:
            if frame.f_code not in codes:
                codes[frame.f_code] = str(frame.f_globals.get("__name__", ""))

        sys.setprofile(see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._before)

    def rules(self) -> set[str]:
        """All rules that these functions name."""
        return {
            rule for code, module in self._codes.items() if module.startswith(SPECIFICATION) for rule in _rules_of(code)
        }


@lru_cache(maxsize=4096)
def _rules_of(code: CodeType) -> tuple[str, ...]:
    text = code.co_consts[0] if code.co_consts else None
    return find_rules(text) if isinstance(text, str) else ()


def _name(frame: FrameType) -> str:
    module = str(frame.f_globals.get("__name__", "")).removeprefix("gearexe_spec.")
    return f"{module}.{frame.f_code.co_qualname}"
