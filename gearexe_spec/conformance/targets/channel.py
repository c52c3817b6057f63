"""Lines to and from the other side, with a deadline: a child process or a socket.

Nothing the other side does blocks or bloats us: what it does not read, does not write in time, or writes without end
becomes a `ChannelLost`.
"""

from __future__ import annotations

import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import IO

from gearexe_spec.conformance.lines import LONGEST_LINE

CHUNK = 1 << 16
SHOWN_OF_STDERR = 2000


class ChannelLost(Exception):
    """The other side is gone, or is treated as gone; the message says why."""


class Channel(ABC):
    """A pair of file descriptors on which lines travel."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink
        self._read = bytearray()
        os.set_blocking(source, False)
        os.set_blocking(sink, False)

    def exchange(self, line: bytes, seconds: float) -> bytes:
        """Send a line and wait for the next one.

        Raises:
            ChannelLost: it did not come in time, is too long, or the other side is gone.
        """
        deadline = time.monotonic() + seconds
        left = memoryview(line)
        searched = 0
        while True:
            end = self._read.find(b"\n", searched)
            if end >= 0:
                answer = bytes(self._read[:end])
                del self._read[: end + 1]
                return answer
            searched = len(self._read)
            left = self._turn(left, deadline, seconds)

    def _turn(self, left: memoryview, deadline: float, seconds: float) -> memoryview:
        """Read or write what is possible now; returns what is still to be written."""
        sinks = [self._sink] if left else []
        rest = deadline - time.monotonic()
        readable, writable, _ = select.select([self._source], sinks, [], max(0.0, rest))
        if rest <= 0 or not (readable or writable):
            raise ChannelLost(f"no answer in {seconds:g} s")
        try:
            if readable:
                self._take()
            if writable:
                left = left[os.write(self._sink, left[:CHUNK]) :]
        except (BrokenPipeError, ConnectionResetError) as error:
            raise ChannelLost(f"it went away{self.last_words()}") from error
        return left

    def _take(self) -> None:
        part = os.read(self._source, CHUNK)
        if not part:
            raise ChannelLost(f"it went away{self.last_words()}")
        self._read += part
        if len(self._read) > LONGEST_LINE:
            raise ChannelLost(f"a line of more than {LONGEST_LINE} bytes")

    def last_words(self) -> str:
        """What is known about why the other side went away."""
        return ""

    @abstractmethod
    def close(self) -> None:
        """Let the other side go; nothing of it stays behind."""


class ProcessChannel(Channel):
    """A child process: its standard input and output.

    Args:
        command: as in a shell, without a shell's expansions.
        memory: bytes of data it may have; more fails inside the child.
    """

    def __init__(self, command: str, memory: int) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the child
        self._child = subprocess.Popen(
            _limited(shlex.split(command), memory),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        if self._child.stdin is None or self._child.stdout is None:
            raise ChannelLost("no pipes")
        self._pipes: list[IO[bytes]] = [self._child.stdin, self._child.stdout, self._errors]
        super().__init__(self._child.stdout.fileno(), self._child.stdin.fileno())

    def last_words(self) -> str:
        try:
            code: int | None = self._child.wait(1)
        except subprocess.TimeoutExpired:
            code = None
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - SHOWN_OF_STDERR))
        words = self._errors.read().decode(errors="replace").strip()
        end = "" if code is None else f" ({_end_in_words(code)})"
        return f"{end}: {words}" if words else end

    def close(self) -> None:
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        for pipe in self._pipes:
            with suppress(BrokenPipeError):  # what was still in the buffer has nobody to read it
                pipe.close()


class SocketChannel(Channel):
    """A connected socket."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        super().__init__(connected.fileno(), connected.fileno())

    def close(self) -> None:
        self._socket.close()


def connect_unix(path: Path, seconds: float) -> SocketChannel:
    """Connect to a Unix socket."""
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connected.settimeout(seconds)
    connected.connect(str(path))
    return SocketChannel(connected)


def connect_tcp(host: str, port: int, seconds: float) -> SocketChannel:
    """Connect to a TCP socket."""
    connected = socket.create_connection((host, port), seconds)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return SocketChannel(connected)


def _limited(command: list[str], memory: int) -> list[str]:
    """The command under a limit of data (where the system has one: Linux counts private writable memory)."""
    if not memory or not sys.platform.startswith("linux"):
        return command
    return ["/bin/sh", "-c", 'ulimit -d "$0" && exec "$@"', str(memory // 1024), *command]


def _end_in_words(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
