"""`gearexe-spec run`: one case, step by step."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from gearexe_spec.conformance.chapters import places
from gearexe_spec.conformance.compare import compare_answers
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.lines import WireError, answer_from_json, answer_to_json
from gearexe_spec.conformance.reference.adapter import Case, Exchange
from gearexe_spec.conformance.runner import cases_of, request_in_words
from gearexe_spec.conformance.suite import find_files, read_document, shipped_vectors
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.target import Target, TargetUnavailable
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Trace

SATISFIED, DIFFERENT, NO_SUCH_CASE, TARGET_UNAVAILABLE = 0, 1, 2, 3


def run(
    case: Annotated[str, typer.Argument(help="folder/file/case, as `check` prints it.")],
    *,
    target: Annotated[str, typer.Option(help="As for `check`.")] = "self",
    suite: Annotated[Path | None, typer.Option(help="As for `check`.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Show the rules each operation went through.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show expected and got as a whole.")] = False,
) -> None:
    """Run one case and print every request and answer up to the first difference."""
    console = Console(highlight=False, soft_wrap=True)
    found = find_case(suite or shipped_vectors(), case)
    if found is None:
        console.print(f"no case {case}", markup=False)
        raise typer.Exit(NO_SUCH_CASE)
    try:
        session = TargetChoice(target)()
    except TargetUnavailable as error:
        console.print(f"target {target}: {error}", markup=False)
        raise typer.Exit(TARGET_UNAVAILABLE) from None
    try:
        session.reset()
        satisfied = all(_show(console, session, exchange, trace, diff) for exchange in found.exchanges())
    finally:
        session.close()
    raise typer.Exit(SATISFIED if satisfied else DIFFERENT)


def find_case(suite: Path, name: str) -> Case | None:
    """The case with this name: the longest file name that fits, then the case in it."""
    for file in sorted(find_files(suite), key=lambda file: -len(file.name)):
        if name.startswith(file.name + "/"):
            for case in cases_of(read_document(file.path)):
                if f"{file.name}/{case.name}" == name:
                    return case
    return None


def _show(console: Console, session: Target, exchange: Exchange, trace: bool, diff: bool) -> bool:
    """Print one exchange; whether it was answered as expected."""
    console.print(f"> {request_in_words(exchange.request)}  {exchange.where}", style="bold", markup=False)
    answer, steps = _ask(session, exchange, trace)
    for step in steps:
        console.print("    " + _step_in_words(step), markup=False)
    difference = compare_answers(exchange.expected, answer)
    kind = next(iter(answer_to_json(answer)))
    if difference is None:
        console.print(f"  {kind}, as expected", markup=False)
        return True
    console.print(f"  {kind}, DIFFERENT at {difference.path or '/'}", style="red", markup=False)
    console.print(f"  expected  {difference.expected}\n  got       {difference.got}", markup=False)
    if diff:
        for line in _unified(exchange.expected, answer):
            console.print("  " + line, markup=False)
    return False


def _ask(session: Target, exchange: Exchange, trace: bool) -> tuple[Answer, list[Any]]:
    """The answer, and the steps to it if the target tells them."""
    request = exchange.request
    if not trace or not isinstance(request, Apply):
        return session.answer(request), []
    traced = session.answer(Trace(request.operation, request.input))
    if isinstance(traced, Accepted) and isinstance(traced.outputs, dict):
        steps = traced.outputs.get("steps")
        try:
            return answer_from_json(traced.outputs.get("answer")), steps if isinstance(steps, list) else []
        except WireError:
            return traced, []
    return session.answer(request), []


def _step_in_words(step: Any) -> str:
    if not isinstance(step, dict) or "rules" not in step:
        return json.dumps(step)
    rules = [f"{rule} ({places()[rule]})" if rule in places() else str(rule) for rule in step["rules"]]
    indent = "  " * int(step.get("depth", 0))
    return f"{indent}{step.get('function', '')}  {', '.join(rules)}"


def _unified(expected: Answer | None, got: Answer) -> Iterator[str]:
    sides: list[Json] = [answer_to_json(side) if side is not None else "accepted" for side in (expected, got)]
    before, after = (json.dumps(side, indent=1, sort_keys=True).splitlines() for side in sides)
    return difflib.unified_diff(before, after, "expected", "got", lineterm="", n=2)
