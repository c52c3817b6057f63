"""The map from rule to function to vectors to oracle, and what is missing in it.

Chapters define rules, docstrings name them, vectors are replayed under a trace that sees which functions run. So the
map is made, never kept by hand.

Rules: VEC-37, VEC-38.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gearexe_spec.base.rejection import Rejection
from gearexe_spec.conformance.chapters import Place, places
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.reference.adapter import Case, Exchange
from gearexe_spec.conformance.rules import find_rules, rule_order
from gearexe_spec.conformance.runner import cases_of
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import SuiteFile, find_files, read_document
from gearexe_spec.conformance.targets.rule_trace import RulesSeen
from gearexe_spec.conformance.vectors import production_oracle
from gearexe_spec.conformance.vectors.library_oracles import ORACLES
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, RejectedAnswer

PACKAGE = Path(__file__).resolve().parents[1]
RECORDED = "production's recordings"
OF_THE_CHECKER = ("VEC", "WIR", "REV")
"""Rules about vectors and the wire themselves: tests hold them, no vector can."""
CHECKER = "conformance."
ROOMS = ("base", "codec", "crypto", "onchain", "symbiotic", "wasm", "execution", "program", "executor")


@dataclass
class RuleEntry:
    """What is known about one rule.

    Args:
        rule: its id.
        place: where the chapters define it; None if they do not.
        functions: that name it, `module.function`.
        files: files of vectors in which it ran or is pinned.
        oracles: who else says so.
    """

    rule: str
    place: Place | None = None
    functions: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    oracles: set[str] = field(default_factory=set)

    def missing(self) -> list[str]:
        """What the rule lacks, in words."""
        lacks = [("chapter", self.place), ("function", self.functions)]
        if not self.rule.startswith(OF_THE_CHECKER):
            lacks.append(("vector", self.files))
        return [name for name, there in lacks if not there]


@dataclass
class Coverage:
    """The whole map.

    Args:
        rules: by id.
        rejections: every named rejection of the specification, and the files in which it was the answer.
    """

    rules: dict[str, RuleEntry]
    rejections: dict[str, set[str]]

    def entry(self, rule: str) -> RuleEntry:
        """The entry of a rule, made if there is none."""
        return self.rules.setdefault(rule, RuleEntry(rule))

    def gaps(self) -> Iterator[str]:
        """What is missing, one sentence each, in the order of the chapters (VEC-38)."""
        for rule in sorted(self.rules, key=rule_order):
            lacks = self.rules[rule].missing()
            if lacks:
                yield f"{rule}: no {', no '.join(lacks)}"
        for name, files in sorted(self.rejections.items()):
            if not files:
                yield f"{name}: no vector is rejected for this"


def map_rules(suites: Iterable[Path], per_file: int) -> Coverage:
    """Make the map; of each file of vectors at most `per_file` cases are replayed, evenly chosen (VEC-37)."""
    import_rooms()
    coverage = Coverage({}, {name: set() for name in all_rejections()})
    for rule, place in places().items():
        coverage.entry(rule).place = place
    for name, rules in functions_by_name().items():
        for rule in rules:
            if rule in coverage.rules or not name.startswith(CHECKER):  # its ranges may have holes
                coverage.entry(rule).functions.add(name)
    target = SpecTarget()
    for suite in suites:
        for file in find_files(suite):
            _trace_file(coverage, target, file, per_file)
    return coverage


def functions_by_name() -> dict[str, tuple[str, ...]]:
    """Functions and classes of the package (of the checker also modules) with the rules their docstrings name."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        tree = ast.parse(path.read_text())
        whole = [(module, ast.get_docstring(tree) or "")] if module.startswith(CHECKER) else []
        for name, text in [*whole, *_docstrings(tree, module)]:
            rules = find_rules(text)
            if rules:
                found[name] = rules
    return found


def all_rejections() -> Iterator[str]:
    """Every member of every enumeration of rejections in the rooms of the specification, `Class.Member`."""
    pending = [Rejection]
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if kind.__module__.split(".")[1] in ROOMS and kind.__module__.startswith("gearexe_spec."):
            yield from (f"{kind.__name__}.{member.name}" for member in kind)


def page(coverage: Coverage) -> str:
    """The map as a page of Markdown (VEC-37)."""
    lines = [
        "# Coverage of the rules",
        "",
        "Generated by `gearexe-spec vectors coverage --write`; not edited by hand.",
        "",
    ]
    gaps = list(coverage.gaps())
    lines += [f"{len(coverage.rules)} rules, {len(coverage.rejections)} rejections, {len(gaps)} gaps.", ""]
    lines += ["| rule | chapter | functions | vectors | oracles |", "|---|---|---|---|---|"]
    for rule in sorted(coverage.rules, key=rule_order):
        entry = coverage.rules[rule]
        place = f"{entry.place.chapter} {entry.place.section}" if entry.place else "**none**"
        cells = (_cell(sorted(names), 2) for names in (entry.functions, entry.files))
        lines.append(f"| {rule} | {place} | {' | '.join(cells)} | {', '.join(sorted(entry.oracles))} |")
    lines += ["", "## Gaps", "", *(f"- {gap}" for gap in gaps)]
    return "\n".join(lines) + "\n"


def _cell(names: list[str], shown: int) -> str:
    if not names:
        return "**none**"
    rest = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(f"`{name}`" for name in names[:shown]) + rest


def _docstrings(node: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            below = f"{name}.{child.name}"
            yield below, ast.get_docstring(child) or ""
            yield from _docstrings(child, below)


def _trace_file(coverage: Coverage, target: SpecTarget, file: SuiteFile, per_file: int) -> None:
    try:
        cases = list(cases_of(read_document(file.path)))
    except Exception:  # a file without cases or adapter counts for nothing; `check` is who reports it
        return
    step = max(1, -(-len(cases) // per_file))
    for case in cases[::step]:
        for rule in case.rules:
            coverage.entry(rule).files.add(file.name)
        _trace_case(coverage, target, file.name, case)


def _trace_case(coverage: Coverage, target: SpecTarget, file: str, case: Case) -> None:
    target.reset()
    for exchange in case.exchanges():
        with RulesSeen() as seen:
            answer = target.answer(exchange.request)
        reasons = {answer.reason} if isinstance(answer, RejectedAnswer) else set(_told_reasons(answer))
        for name, files in coverage.rejections.items():
            if name.partition(".")[2] in reasons:
                files.add(file)
        oracles = _oracles_of(file, exchange)
        for rule in seen.rules():
            entry = coverage.entry(rule)
            entry.files.add(file)
            entry.oracles |= oracles


def _told_reasons(answer: Answer) -> Iterator[str]:
    """Reasons among the outputs: of nodes that say no, or that stop, and tell it as a result like any other."""
    parts: list[Json] = [answer.outputs] if isinstance(answer, Accepted) else []
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts += part
        elif isinstance(part, dict):
            parts += part.values()
            yield from (str(part[name]) for name in ("error", "fatal", "reason") if part.get(name))


def _oracles_of(file: str, exchange: Exchange) -> set[str]:
    if file.startswith("production/"):
        return {RECORDED}
    request = exchange.request
    if not isinstance(request, Apply):
        return set()
    live = {production_oracle.NAME} if production_oracle.may_answer(request.operation) else set()
    return live | {oracle.name for oracle in ORACLES.get(request.operation, ())}
