"""Serving a target over gearexe-wire: lines in, lines out.

Rules: WIR-1 to WIR-5, WIR-16.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socketserver import ForkingMixIn, StreamRequestHandler, TCPServer, UnixStreamServer
from typing import Protocol

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.lines import (
    LONGEST_LINE,
    WireError,
    answer_to_json,
    from_line,
    method_and_params,
    request_from_json,
    to_line,
)
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.wire import Accepted, Answer, Failure


class Source(Protocol):
    """Where lines come from."""

    def readline(self, limit: int = -1, /) -> bytes: ...


class Sink(Protocol):
    """Where lines go to."""

    def write(self, data: bytes, /) -> object: ...

    def flush(self) -> object: ...


def serve_lines(target: Target, source: Source, sink: Sink) -> None:
    """Answer every line until the source ends (WIR-1)."""
    while line := source.readline(LONGEST_LINE + 1):
        if line.strip():
            sink.write(to_line(answer_line(target, line)))
            sink.flush()
        if len(line) > LONGEST_LINE:
            return


def answer_line(target: Target, line: bytes) -> dict[str, Json]:
    """The answer to one line, with its id; garbage is answered with a failure (WIR-16)."""
    number: Json = None
    try:
        if len(line) > LONGEST_LINE:
            raise WireError(f"a line has at most {LONGEST_LINE} bytes")
        form = from_line(line)
        number = form.get("id") if isinstance(form, dict) else None
        answer = _answer(target, form)
    except WireError as error:
        answer = Failure(f"request: {error}")
    return {"id": number, **answer_to_json(answer)}


def _answer(target: Target, form: Json) -> Answer:
    method, params = method_and_params(form)
    if method == "hello":
        target.reset()
        return Accepted(target.describe())
    if method == "batch":
        return _answer_batch(target, params)
    return target.answer(request_from_json(form))


def _answer_batch(target: Target, params: dict[str, Json]) -> Answer:
    """All requests of a batch in order, each with its own answer (WIR-5)."""
    forms = params.get("requests")
    if not isinstance(forms, list):
        raise WireError("'requests' of batch is a list")
    requests = [request_from_json(form) for form in forms]
    if params.get("fresh") is True:
        target.reset()
    return Accepted([answer_to_json(target.answer(request)) for request in requests])


def serve_stdio(make_target: Callable[[], Target]) -> None:
    """Serve one session over standard input and output."""
    serve_lines(make_target(), sys.stdin.buffer, sys.stdout.buffer)


def unix_server(make_target: Callable[[], Target], path: Path) -> UnixStreamServer:
    """A server on a Unix socket; one left behind by an earlier server is replaced."""
    if path.is_socket():
        path.unlink()
    return _UnixServer(str(path), _handler(make_target))


def tcp_server(make_target: Callable[[], Target], host: str, port: int) -> TCPServer:
    """A server on a TCP socket; port 0 takes a free one."""
    return _TcpServer((host, port), _handler(make_target))


class _UnixServer(ForkingMixIn, UnixStreamServer):
    """One process per session, so that sessions neither share states nor wait for each other."""


class _TcpServer(ForkingMixIn, TCPServer):
    """One process per session."""

    allow_reuse_address = True


def _handler(make_target: Callable[[], Target]) -> type[StreamRequestHandler]:
    class Session(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):  # the other side may leave when it likes
                serve_lines(make_target(), self.rfile, self.wfile)

    return Session
