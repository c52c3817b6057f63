"""The runner of chapter 30.6, by its very text, comes to what our own runner comes to."""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gearexe_spec.cli.vectors import app as vectors_command
from gearexe_spec.conformance.parallel import SELF
from gearexe_spec.conformance.runner import Piece, Status, run_file
from gearexe_spec.conformance.suite import find_files, shipped_vectors

SPEC = Path(__file__).parents[2] / "spec"
CHAPTER = (SPEC / "30-vectors.md").read_text().partition("## 30.6")[2]
(CLIENT,) = re.findall(r"```python\n(.*?)```", (SPEC / "31-wire.md").read_text(), re.DOTALL)
RUNNER: dict[str, Any] = {}
exec(compile("".join(re.findall(r"```python\n(.*?)```", CHAPTER, re.DOTALL)), "chapter 30.6", "exec"), RUNNER)

SERVE = f"{sys.executable} -c 'from gearexe_spec.cli import main; main()' serve"
VECTORS = shipped_vectors()
FILES = (
    "crypto/hashes/blake2b256",  # hash
    "codec/scale/choices",
    "program/journals/object_missing",
    "execution/syscalls/after_waiting",  # program
    "onchain/wrapped_vara/deployment",  # transition
    "onchain/wrapped_vara/ownership",  # scenario
    "onchain/wrapped_vara/supply",  # contract
    "onchain/wrapped_vara/transfers",
)


@pytest.fixture(scope="module")
def target() -> Any:
    target = RUNNER["Target"](SERVE)
    yield target
    target.child.terminate()
    target.child.wait()


@pytest.mark.parametrize("name", FILES)
def test_all_cases_of_a_file_pass(target: Any, name: str) -> None:
    results = RUNNER["run_file"](target, VECTORS / f"{name}.json", VECTORS)
    assert set(results.values()) == {"passed"}


def test_every_format_is_there() -> None:
    formats = {json.loads((VECTORS / f"{name}.json").read_text())["format"] for name in FILES}
    assert formats == {f"{name}/1" for name in ("codec", "hash", "transition", "scenario", "contract", "program")}


@pytest.mark.parametrize(
    "glob", ["production/consensus/timelines", "production/onchain/wvara", "production/program/tasks"]
)
def test_recordings_are_replayed_from_their_exchanges(target: Any, glob: str) -> None:
    lines = CliRunner().invoke(vectors_command, ["exchanges", glob]).output.splitlines()
    results = dict(RUNNER["run_lines"](target, lines))
    assert set(results.values()) == {"passed"}
    ours = {outcome.name for file in find_files(VECTORS) for outcome in run_file(SELF(), Piece(file, only=glob))}
    assert results.keys() == ours


def changed(form: Any, number: int) -> Any:
    """The expectation with its `number`-th text made longer."""
    count = 0

    def change(part: Any) -> Any:
        nonlocal count
        if isinstance(part, dict):
            return {name: change(below) for name, below in part.items()}
        if isinstance(part, list):
            return [change(below) for below in part]
        if isinstance(part, str):
            count += 1
            return part + "0" if count == number else part
        return part

    return change(form)


def test_differences_are_failures(target: Any) -> None:
    """Whatever text of an expected outcome or state is another: the case fails."""
    case = json.loads((VECTORS / "onchain/wrapped_vara/ownership.json").read_text())["cases"][0]
    exchanges = list(RUNNER["exchanges_of"](case, VECTORS))
    for place, number in ((1, 1), (2, 1), (2, 3), (len(exchanges) - 1, 2)):
        method, params, expected = exchanges[place]
        wrong = [*exchanges]
        wrong[place] = (method, params, changed(expected, number))
        assert wrong[place] != exchanges[place]
        assert RUNNER["run_case"](target, wrong) == "failed"


def test_a_client_gets_the_same_marks_as_from_check(tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(CLIENT.replace("digest_size=32", "digest_size=len(data) and 32 or 31"))
    command = f"{sys.executable} {tmp_path / 'client.py'}"
    client = RUNNER["Target"](command)
    counts: Counter[str] = Counter()
    for name in ("blake2b256", "keccak256"):
        counts.update(RUNNER["run_file"](client, VECTORS / f"crypto/hashes/{name}.json", VECTORS).values())
    client.child.terminate()
    client.child.wait()
    assert counts == {"passed": 7, "failed": 1, "not offered": 8}


def test_statuses_have_the_names_of_the_chapter() -> None:
    assert {Status.PASSED, Status.FAILED} == {"passed", "failed"}
