"""`gearexe-spec vectors exchanges`: what it writes, and what it says when there is nothing to write."""

import json
from pathlib import Path

from typer.testing import CliRunner

from gearexe_spec.cli.vectors import app


def test_each_case_is_a_line() -> None:
    result = CliRunner().invoke(app, ["exchanges", "crypto/ids/message_id/*"])
    assert result.exit_code == 0
    assert len([json.loads(line) for line in result.output.splitlines()]) > 1


def test_nothing_is_said(tmp_path: Path) -> None:
    unknown = CliRunner().invoke(app, ["exchanges", "nothing/*"])
    assert (unknown.exit_code, unknown.output) == (2, "no case has such a name\n")
    nowhere = CliRunner().invoke(app, ["exchanges", "--suite", str(tmp_path / "nowhere")])
    assert nowhere.exit_code == 2
    assert "no such suite" in nowhere.output
