"""The clients of chapter 31.8, by their very text: right, and wrong in the ways that clients are wrong."""

import re
import shutil
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from gearexe_spec.cli.check import check

CHAPTER = (Path(__file__).parents[2] / "spec" / "31-wire.md").read_text().partition("## 31.8")[2]
BLOCKS = {
    language: re.findall(rf"```{language}\n(.*?)```", CHAPTER, re.DOTALL) for language in ("python", "js", "console")
}
(PYTHON,), (JAVASCRIPT,) = BLOCKS["python"], BLOCKS["js"]
SHOWN_RUNS = BLOCKS["console"]
HASHES = "crypto/hashes/blake2b256/*"
EIGHT_FAILED = "0 passed, 8 failed, 0 not offered"

app = typer.Typer()
app.command()(check)


def run(target: str, only: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--workers", "1", "--seconds", "5", "--target", target, "--only", only])
    return result.exit_code, result.output


def printed(shown: str) -> str:
    """What a block of the chapter shows below the command."""
    return shown.partition("\n")[2]


def python_client(folder: Path, right: str = "", wrong: str = "") -> str:
    assert right in PYTHON
    path = folder / "client.py"
    path.write_text(PYTHON.replace(right, wrong))
    return f"{sys.executable} {path}"


def test_the_python_client(tmp_path: Path) -> None:
    assert run(python_client(tmp_path), "crypto/hashes/*") == (0, printed(SHOWN_RUNS[0]))


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js")
def test_the_javascript_client(tmp_path: Path) -> None:
    path = tmp_path / "client.mjs"
    path.write_text(JAVASCRIPT)
    assert run(f"node {path}", "codec/scale/choices/*") == (0, printed(SHOWN_RUNS[1]))


def test_a_mistake_is_shown(tmp_path: Path) -> None:
    code, output = run(python_client(tmp_path, "digest_size=32", "digest_size=31"), HASHES)
    assert code == 1
    assert SHOWN_RUNS[2] in output
    assert EIGHT_FAILED in output


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("print('Thinking ...'); data = b''", "failure: no JSON: 'Thinking ...'"),
        ("raise ValueError('no idea')", "failure: it went away (exit code 1): Traceback"),
        ("sys.exit(3)", "failure: it went away (exit code 3)"),
        ("request['id'] = 77; data = b''", "failure: an answer to request 77 instead of"),
        ("data = bytearray(1 << 40)", "MemoryError"),
    ],
)
def test_a_misbehaving_client_is_named(tmp_path: Path, wrong: str, words: str) -> None:
    right = 'data = bytes.fromhex(request["params"]["input"]["data"][2:])'
    code, output = run(python_client(tmp_path, right, wrong), HASHES)
    assert code == 1
    assert words in output
    assert EIGHT_FAILED in output


def test_a_client_that_does_not_flush_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    result = run(python_client(tmp_path, ", flush=True", ""), HASHES)
    assert result[0] == 3
    assert "each answer is one line, flushed at once" in " ".join(result[1].split())
