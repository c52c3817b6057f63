"""Targets behind a channel: the same answers as in process, and containment of whatever they do."""

import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.remote import PATIENCE
from gearexe_spec.conformance.targets.target import Target, TargetUnavailable
from gearexe_spec.conformance.wire import Accepted, Apply, Failure, GetState, Init, RejectedAnswer, Unsupported

CLIENT = """
import json, os, sys, time
def say(id, **answer): print(json.dumps({"id": id, **answer}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    id, method, params = request["id"], request["method"], request.get("params", {})
    if method == "hello":
        say(id, accepted={"outputs": {"protocol": "gearexe-wire/1", "name": "tiny", "methods": ["hello", "apply"]}})
        continue
    what = params.get("operation", method)
    if what == "do/echo": say(id, accepted={"outputs": params["input"]})
    elif what == "do/pid": say(id, accepted={"outputs": os.getpid()})
    elif what == "do/reject": say(id, rejected={"reason": "No", "phase": "decode"})
    elif what == "do/hang": time.sleep(60)
    elif what == "do/crash": print("last words", file=sys.stderr); os._exit(7)
    elif what == "do/kill": os.kill(os.getpid(), 9)
    elif what == "do/garbage": print("I am no JSON", flush=True)
    elif what == "do/number": print("17", flush=True)
    elif what == "do/two": print(json.dumps({"id": id, "accepted": {}, "failure": {}}), flush=True)
    elif what == "do/other": say(id + 1, accepted={"outputs": 1})
    elif what == "do/eat":
        try: eaten = bytearray(3 << 30)
        except MemoryError: os._exit(9)
        say(id, accepted={"outputs": "ate"})
    elif what == "do/flood":
        while True: sys.stdout.write("x" * 100000)
    else: say(id, unsupported={"what": what})
"""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Target]:
    program = tmp_path / "client.py"
    program.write_text(CLIENT)
    target = TargetChoice(f"{sys.executable} {program}", seconds=1.0, memory=1 << 30)()
    yield target
    target.close()


def test_the_four_answers(client: Target) -> None:
    assert client.describe()["name"] == "tiny"
    assert client.answer(Apply("do/echo", {"a": [1, "ü", None]})) == Accepted({"a": [1, "ü", None]})
    assert client.answer(Apply("do/reject", {})) == RejectedAnswer("No", "decode")
    assert client.answer(Apply("do/nothing", {})) == Unsupported("do/nothing")
    assert client.answer(Init("area", {})) == Unsupported("init")
    assert client.window == 1


def test_long_lines_in_both_directions(client: Target) -> None:
    long = {"data": "x" * 3_000_000}
    assert client.answer(Apply("do/echo", long)) == Accepted(long)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("do/hang", "no answer in 1 s"),
        ("do/crash", "exit code 7): last words"),
        ("do/kill", "signal 9"),
        ("do/garbage", "no JSON: 'I am no JSON'"),
        ("do/number", "an answer is an object"),
        ("do/two", "an answer has one of"),
        ("do/other", "an answer to request"),
        ("do/eat", "exit code 9"),
        ("do/flood", ""),
    ],
)
def test_containment(client: Target, operation: str, words: str) -> None:
    before = client.answer(Apply("do/pid", {}))
    began = time.monotonic()
    answer = client.answer(Apply(operation, {}))
    assert isinstance(answer, Failure)
    assert words in answer.message
    assert time.monotonic() - began < 5
    assert client.answer(Apply("do/echo", {})) == Failure("it was lost earlier in this case")
    client.reset()
    after = client.answer(Apply("do/pid", {}))
    assert isinstance(after, Accepted)
    assert after != before


def test_patience_ends(client: Target) -> None:
    for _ in range(PATIENCE):
        client.reset()
        client.answer(Apply("do/kill", {}))
    client.reset()
    answer = client.answer(Apply("do/echo", {}))
    assert isinstance(answer, Failure)
    assert "given up" in answer.message


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/nowhere/to/be/found", "does not answer hello"),
        (f"{sys.executable} -c 'print(1); input()'", "an answer is an object"),
        (f"{sys.executable} -c 'import time; time.sleep(9)'", "no answer in"),
        ("unix:/nowhere/socket", "does not start"),
        ("tcp:nothing", "tcp:HOST:PORT expected"),
        ("'unbalanced", "does not start"),
    ],
)
def test_targets_that_do_not_start(command: str, words: str) -> None:
    with pytest.raises(TargetUnavailable, match=words):
        TargetChoice(command, seconds=1.0)()


SERVE = f"{sys.executable} -m gearexe_spec serve"


def assert_serves(target: Target) -> None:
    described = target.describe()
    assert described["name"] == "gearexe-spec"
    assert target.window > 1
    requests = [Apply("no/thing", {}), GetState("nowhere"), Init("nowhere", 1)]
    assert list(target.answer_all(requests)) == [
        Unsupported("no/thing"),
        Unsupported("nowhere"),
        Unsupported("nowhere"),
    ]
    target.reset()
    assert list(target.answer_all(requests[:1])) == [Unsupported("no/thing")]
    target.close()


def test_serve_over_pipes() -> None:
    assert_serves(TargetChoice(SERVE)())


@pytest.mark.parametrize("where", ["unix", "tcp"])
def test_serve_over_sockets(tmp_path: Path, where: str) -> None:
    address = str(tmp_path / "socket") if where == "unix" else "127.0.0.1:0"
    command = [*shlex.split(SERVE), f"--{where}", address]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            address = server.stderr.readline().removeprefix("listening on ").strip()
            first = TargetChoice(f"{where}:{address}")()
            assert_serves(TargetChoice(f"{where}:{address}")())  # beside the first session, which goes on
            assert first.answer(Apply("no/thing", {})) == Unsupported("no/thing")
            first.close()
        finally:
            server.terminate()
