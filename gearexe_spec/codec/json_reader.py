"""Reading JSON that somebody else wrote.

The parser recurses once for each level of nesting, and how deep it may is a setting that other libraries change. So the
depth is looked at before.

Rules: WIR-1, INJ-11.
"""

from __future__ import annotations

import json
import re
from typing import Any

GREATEST_DEPTH = 127
"""Arrays and objects inside each other; the parser that Rust programs use takes as many."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_NOT_A_BRACKET = re.compile(r"[^\[\]{}]+")


class TooDeep(ValueError):
    """More arrays and objects inside each other than are read."""


def read_json(text: str | bytes, **hooks: Any) -> Any:
    """The value of a JSON text.

    Args:
        text: UTF-8 if it is bytes.
        hooks: as `json.loads` takes them.

    Raises:
        ValueError: no JSON, no UTF-8, or TooDeep.
    """
    decoded = text.decode() if isinstance(text, bytes) else text
    check_depth(decoded)
    return json.loads(decoded, **hooks)


def check_depth(text: str) -> None:
    """No more than GREATEST_DEPTH levels.

    Raises:
        TooDeep: there are more.
    """
    depth = 0
    for bracket in _NOT_A_BRACKET.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > GREATEST_DEPTH:
            raise TooDeep(f"more than {GREATEST_DEPTH} levels")
