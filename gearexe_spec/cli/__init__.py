"""The command `gearexe-spec`: one module per command, each loaded only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from gearexe_spec import __version__

COMMANDS = {
    "demo": "One message travels all the way: contracts, blobs, program, batch, reply.",
    "era": "An era with its money: stake, election, rewards, slash, withdrawal.",
    "check": "Hold a target against recorded vectors.",
    "diff": "Ask the specification and production the same random things.",
    "production": "The published implementation: build it, look at it, ask it one thing.",
    "vectors": "Our own vectors: fill, list, lint, show, hash, pack.",
    "run": "Run one case and see every request, answer and rule on the way.",
    "explain": "What a call of the contracts says, who signed it, and what would become of it.",
    "wasm": "What production would say of a code, and make of it.",
    "schedule": "What everything costs, in gas.",
    "serve": "Answer the wire protocol: the specification as a target.",
}
"""The commands in the order of the help text. `name` is the function `name` of the module `gearexe_spec.cli.<name>`, or
its `app` where the command has commands of its own."""


class LazyGroup(TyperGroup):
    """Imports a command's module when the command is used, so that every command starts fast."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"gearexe_spec.cli.{cmd_name}")
        app = getattr(module, "app", None)
        if app is None:
            app = typer.Typer(add_completion=False)
            app.command()(getattr(module, cmd_name))
        command = get_command(app)
        command.name = cmd_name
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def print_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        typer.echo(f"gearexe-spec {__version__}")
        raise typer.Exit


def root(
    version: Annotated[bool, typer.Option("--version", callback=print_version, is_eager=True)] = False,
) -> None:
    """The executable formal specification of Gear.exe."""


main = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
main.callback()(root)
