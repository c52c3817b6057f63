"""`gearexe-spec serve`: the specification as a target of gearexe-wire."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gearexe_spec.conformance.server import serve_stdio, tcp_server, unix_server
from gearexe_spec.conformance.targets.choose import TargetChoice

GREATEST_PORT = 65_535


def serve(
    unix: Annotated[Path | None, typer.Option(help="Listen on this Unix socket instead of standard input.")] = None,
    tcp: Annotated[str | None, typer.Option(help="Listen on HOST:PORT instead of standard input.")] = None,
    target: Annotated[str, typer.Option(help="What answers: self, evm, production, faulty:N, or a command.")] = "self",
) -> None:
    """Answer gearexe-wire requests, one line each, until the input ends."""
    choice = TargetChoice(target)
    if unix is not None:
        with unix_server(choice, unix) as server:
            typer.echo(f"listening on {unix}", err=True)
            server.serve_forever()
    elif tcp is not None:
        host, _, port = tcp.rpartition(":")
        if not port.isdecimal() or int(port) > GREATEST_PORT:
            raise typer.BadParameter(f"HOST:PORT expected, not {tcp}")
        with tcp_server(choice, host or "127.0.0.1", int(port)) as server:
            typer.echo(f"listening on {server.server_address[0]!s}:{server.server_address[1]}", err=True)
            server.serve_forever()
    else:
        serve_stdio(choice)
