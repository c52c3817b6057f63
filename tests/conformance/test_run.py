"""`gearexe-spec run`, rule places, and reports as files."""

from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
import typer
from typer.testing import CliRunner

from gearexe_spec.cli.check import Shown, again
from gearexe_spec.cli.run import run
from gearexe_spec.conformance.chapters import places
from gearexe_spec.conformance.compare import Difference
from gearexe_spec.conformance.operations.registry import PURE
from gearexe_spec.conformance.report_files import html, junit
from gearexe_spec.conformance.rules import find_rules
from gearexe_spec.conformance.runner import Outcome, Status

app = typer.Typer()
app.command()(run)
CASE = "crypto/ids/message_id/zero-0"

OUTCOMES = [
    Outcome("a/b/good", Status.PASSED),
    Outcome("a/b/bad", Status.FAILED, "x/y", "/cases/1", Difference("/p", "<1>", "2\x00"), rules=("CRY-4",)),
    Outcome("a/c/later", Status.UNSUPPORTED, note="not there"),
    Outcome("a/d", Status.UNKNOWN, note="format z/1"),
    Outcome("a/coverage", Status.NO_CASES),
]


def test_trace_shows_rules_and_where_they_stand() -> None:
    result = CliRunner().invoke(app, [CASE, "--trace"])
    assert result.exit_code == 0
    assert "> ids/computeMessageId  /cases/" in result.output
    assert f"crypto.ids.compute_message_id  CRY-4 ({places()['CRY-4']})" in result.output
    assert "accepted, as expected" in result.output


def test_diff_shows_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PURE, "ids/computeMessageId", lambda parts: {"result": "0x00"})
    result = CliRunner().invoke(app, [CASE, "--diff"])
    assert result.exit_code == 1
    assert "accepted, DIFFERENT at /result" in result.output
    assert "got       0x00" in result.output
    assert "+++ got" in result.output


def test_no_such_case_or_target() -> None:
    assert CliRunner().invoke(app, ["crypto/ids/message_id/nothing"]).exit_code == 2
    assert CliRunner().invoke(app, [CASE, "--target", "/nowhere/client"]).exit_code == 3


def test_again_is_a_command() -> None:
    command = again(OUTCOMES[1], Shown(target="./my client", suite=Path("some where")))
    assert command == "gearexe-spec run a/b/bad --suite 'some where' --target './my client' --trace"


def test_junit() -> None:
    root = Xml.fromstring(junit(OUTCOMES))
    suite = root.find("testsuite[@name='a/b']")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failure = suite.find("testcase[@name='bad']/failure")
    assert failure is not None
    assert failure.text == "request x/y\nwhere /cases/1\nexpected <1>\ngot 2\ufffd"
    assert root.find("testsuite/testcase[@name='later']/skipped") is not None
    assert root.find("testsuite/testcase[@name='d']/error") is not None


def test_html_is_escaped_and_self_contained() -> None:
    page = html(OUTCOMES, "a & b")
    assert "<h1>a &amp; b</h1>" in page
    assert "&lt;1&gt;" in page
    assert "1 passed, 1 failed, 1 not specified yet, 1 no cases, 1 unknown format" in page
    assert "http" not in page


def test_rules_in_text() -> None:
    assert find_rules("MIR-31 to MIR-34, then CRY-2; EIP-712, SHA-256, EIP-4844 and UTF-8 are none. EIP-3 is") == (
        "MIR-31",
        "MIR-32",
        "MIR-33",
        "MIR-34",
        "CRY-2",
        "EIP-3",
    )


def test_places_know_chapter_section_and_line() -> None:
    place = places()["CRY-4"]
    assert str(place) == "spec/03-crypto.md 3.2"
    assert "CRY-4" in (Path(__file__).parents[2] / "spec" / place.chapter).read_text().splitlines()[place.line - 1]
