"""Where a rule stands: the chapters of `spec/`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gearexe_spec.conformance.rules import find_rules

CHAPTERS = Path(__file__).resolve().parents[2] / "spec"
MAP = CHAPTERS / "42-coverage-map.md"
"""Generated: it lists all rules and defines none."""
_HEADING = re.compile(r"^#{1,3} ([0-9]+(?:\.[0-9]+)?)[. ]")
_ROW = re.compile(r"^\|\s*([A-Z]{3}-[0-9]+(?:(?:\s+to\s+|\s*,\s*|\s+and\s+)[A-Z]{3}-[0-9]+)*)\s*\|")
_BULLET = re.compile(r"^(?:[-*] |\*\*|> \| )?\(?\**([A-Z]{3}-[0-9]+)\**[:.)]?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is defined.

    Args:
        chapter: file name.
        section: number of the section.
        line: number of the line, from 1.
        text: the row or sentence.
    """

    chapter: str
    section: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"spec/{self.chapter} {self.section}"


@cache
def places() -> dict[str, Place]:
    """Where each rule is defined: the first row, or line that begins with it."""
    found: dict[str, Place] = {}
    for path in sorted(CHAPTERS.glob("[0-9][0-9]-*.md")):
        if path == MAP:
            continue
        section = ""
        for number, line in enumerate(path.read_text().splitlines(), 1):
            heading = _HEADING.match(line)
            section = heading[1] if heading else section
            for rule in _defined(line):
                found.setdefault(rule, Place(path.name, section, number, line.strip(" |")))
    return found


def _defined(line: str) -> tuple[str, ...]:
    match = _ROW.match(line) or _BULLET.match(line)
    return find_rules(match[1]) if match else ()
