"""What there is to be met: rules, named rejections and public functions of the specification.

Rules: VEC-37.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gearexe_spec.base.rejection import Rejection
from gearexe_spec.conformance.chapters import Place, places
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.rules import find_rules
from gearexe_spec.conformance.targets.rule_trace import ROOMS

PACKAGE = Path(__file__).resolve().parents[2]
OF_THE_CHECKER = ("VEC", "WIR", "REV")
"""Rules about vectors and the wire themselves: tests hold them, no vector can."""
CHECKER = "conformance."


@dataclass(frozen=True, slots=True)
class Inventory:
    """What there is.

    Args:
        rules: where the chapters define them; None for one that only a docstring names.
        names: functions and classes (of the checker also modules) with the rules that their docstrings name.
        functions: the public ones of the rooms, `module.Class.function`.
        rejections: `Class.Member`.
    """

    rules: dict[str, Place | None]
    names: dict[str, tuple[str, ...]]
    functions: tuple[str, ...]
    rejections: tuple[str, ...]

    def rules_of(self, function: str) -> set[str]:
        """The rules that a function, or a class it belongs to, names."""
        parts = function.split(".")
        return {rule for end in range(1, len(parts) + 1) for rule in self.names.get(".".join(parts[:end]), ())}

    def functions_of(self) -> dict[str, list[str]]:
        """The functions and classes that name a rule."""
        found: dict[str, list[str]] = {rule: [] for rule in self.rules}
        for name, rules in self.names.items():
            for rule in rules:
                if rule in found:
                    found[rule].append(name)
        return found


def take_inventory() -> Inventory:
    """Everything, in the order of the source."""
    import_rooms()
    defined: dict[str, Place | None] = {**places()}
    names = {name: found for name, text in _all_docstrings() if (found := find_rules(text))}
    for name, rules in names.items():
        for rule in rules:
            if not name.startswith(CHECKER):  # its ranges may have holes
                defined.setdefault(rule, None)
    return Inventory(defined, names, tuple(public_functions()), tuple(all_rejections()))


def all_rejections() -> Iterator[str]:
    """Every member of every enumeration of rejections in the rooms of the specification, `Class.Member`."""
    pending = [Rejection]
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if kind.__module__.startswith(ROOMS):
            yield from (f"{kind.__name__}.{member.name}" for member in kind)


def public_functions() -> Iterator[str]:
    """Every function and method of the rooms that has a public name and a body."""
    for module, tree in _modules():
        if f"gearexe_spec.{module}".startswith(ROOMS):
            yield from _public_below(tree, module)


def _public_below(node: ast.Module | ast.ClassDef, name: str) -> Iterator[str]:
    for child in node.body:
        match child:
            case ast.FunctionDef() if not child.name.startswith("_") and not _is_abstract(child):
                yield f"{name}.{child.name}"
            case ast.ClassDef() if not child.name.startswith("_"):
                yield from _public_below(child, f"{name}.{child.name}")


def _is_abstract(function: ast.FunctionDef) -> bool:
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in function.decorator_list}
    return bool(marks & {"abstractmethod", "overload"}) or ast.unparse(function.body[-1]) == "..."


def _all_docstrings() -> Iterator[tuple[str, str]]:
    for module, tree in _modules():
        if module.startswith(CHECKER):
            yield module, ast.get_docstring(tree) or ""
        yield from _docstrings(tree, module)


def _docstrings(node: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            below = f"{name}.{child.name}"
            yield below, ast.get_docstring(child) or ""
            yield from _docstrings(child, below)


@cache
def _modules() -> tuple[tuple[str, ast.Module], ...]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return tuple(
        (".".join(path.relative_to(PACKAGE).with_suffix("").parts), ast.parse(path.read_text())) for path in paths
    )
