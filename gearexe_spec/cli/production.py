"""`gearexe-spec production`: the published implementation on this machine; build it, look at it, ask it one thing."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.json import JSON

from gearexe_spec.conformance import production as live
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.lines import answer_to_json
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.target import TargetUnavailable
from gearexe_spec.conformance.wire import Accepted, Apply

ANSWERED, REFUSED, NOT_THERE = 0, 1, 2

app = typer.Typer(no_args_is_help=True, help="Ask the published production implementation.")


@app.command()
def build() -> None:
    """Fetch the published crates and build the program that answers with them."""
    try:
        live.build(typer.echo)
    except live.ProductionUnavailable as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(NOT_THERE) from None


@app.command()
def status() -> None:
    """Say whether production is built, which release, and what it answers."""
    there = live.status()
    for label, found, otherwise in (
        ("cargo", there.cargo, "none: a stable Rust toolchain brings it"),
        ("program", there.program, "not built: make production"),
        ("contracts", there.contracts, "not fetched: make production"),
    ):
        typer.echo(f"{label:<11}{found or otherwise}")
    if there.program is None:
        raise typer.Exit(NOT_THERE)
    described = _describe()
    typer.echo(f"{'release':<11}{described['version']}")
    typer.echo(f"{'operations':<11}{', '.join(described['operations'])}")


@app.command()
def ask(
    operation: Annotated[str, typer.Argument(help="For example code/check; `status` lists them.")],
    question: Annotated[
        str, typer.Argument(metavar="INPUT", help="The input as JSON; '-' reads it from standard input.")
    ] = "{}",
) -> None:
    """Ask production one thing and see its answer."""
    try:
        form: Json = json.loads(sys.stdin.read() if question == "-" else question)
    except ValueError as error:
        raise typer.BadParameter(f"no JSON: {error}") from error
    if not isinstance(form, dict):
        raise typer.BadParameter("the input is an object")
    target = _open()
    try:
        answer = target.answer(Apply(operation, form))
    finally:
        target.close()
    Console(soft_wrap=True).print(JSON(json.dumps(answer_to_json(answer), sort_keys=True)))
    raise typer.Exit(ANSWERED if isinstance(answer, Accepted) else REFUSED)


def _describe() -> Any:
    target = _open()
    try:
        return target.describe()
    finally:
        target.close()


def _open() -> Any:
    try:
        return TargetChoice("production")()
    except TargetUnavailable as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(NOT_THERE) from None
