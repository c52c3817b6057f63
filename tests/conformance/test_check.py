"""`gearexe-spec check` on small suites: counts, differences, exit codes, nothing skipped silently."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from gearexe_spec.cli.check import check
from gearexe_spec.conformance.operations.registry import PURE, operation
from gearexe_spec.conformance.reference.adapter import ADAPTERS, Case, Document, Exchange, adapter
from gearexe_spec.conformance.wire import Accepted, Apply

app = typer.Typer()
app.command()(check)


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    operation("test/double")(lambda parts: {"twice": int(str(parts["of"])) * 2})

    @adapter("test-double/1")
    def double_cases(document: Document) -> Iterator[Case]:
        for item in document["cases"]:  # type: ignore[union-attr]
            request = Apply(item["operation"], {"of": item["of"]})  # type: ignore[index,call-overload]
            exchange = Exchange(request, Accepted({"twice": item["twice"]}), "/cases/0")  # type: ignore[index,call-overload]
            yield Case(item["name"], lambda exchange=exchange: iter([exchange]))  # type: ignore[index,call-overload,misc]

    yield
    del PURE["test/double"], ADAPTERS["test-double/1"]


def case(name: str, of: int, twice: int, operation: str = "test/double") -> dict[str, object]:
    return {"name": name, "of": of, "twice": twice, "operation": operation}


def write(path: Path, *cases: dict[str, object]) -> None:
    path.write_text(json.dumps({"format": "test-double/1", "cases": cases}))


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--workers", "1", *arguments])
    return result.exit_code, result.output


def test_all_pass(tmp_path: Path) -> None:
    write(tmp_path / "good.json", case("one", 1, 2), case("two", 2, 4))
    assert run("--suite", str(tmp_path)) == (0, "2 passed, 0 failed, 0 not specified yet\n")
    assert run("--suite", str(tmp_path / "good.json")) == (0, "2 passed, 0 failed, 0 not specified yet\n")


def test_first_difference_is_shown(tmp_path: Path) -> None:
    write(tmp_path / "bad.json", case("one", 1, 3), case("two", 2, 4))
    code, output = run("--suite", str(tmp_path))
    assert code == 1
    assert "bad/one   DIFFERENT" in output
    assert [line.split() for line in output.splitlines()][1:6] == [
        ["request", "test/double"],
        ["where", "/cases/0"],
        ["path", "/twice"],
        ["expected", "3"],
        ["got", "2"],
    ]
    assert output.endswith("1 passed, 1 failed, 0 not specified yet\n")


def test_only(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub" / "bad.json", case("one", 1, 3), case("two", 2, 4))
    write(tmp_path / "good.json", case("one", 1, 2))
    assert run("--suite", str(tmp_path), "--only", "good/*") == (0, "1 passed, 0 failed, 0 not specified yet\n")
    assert run("--suite", str(tmp_path), "--only", "sub/bad/two")[0] == 0
    assert run("--suite", str(tmp_path), "--only", "sub")[0] == 1
    assert run("--suite", str(tmp_path), "--only", "nothing/here")[0] == 2


def test_not_specified_yet_is_counted_and_no_failure(tmp_path: Path) -> None:
    write(tmp_path / "some.json", case("one", 1, 2), case("two", 2, 4, "test/unknown"))
    code, output = run("--suite", str(tmp_path))
    assert code == 0
    assert "not specified yet: test/unknown (1 cases)" in output
    assert output.endswith("1 passed, 0 failed, 1 not specified yet\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"format": "nobody-knows/9"}', "strange   UNKNOWN FORMAT: format nobody-knows/9"),
        ('{"anything": 1}', "strange   UNKNOWN FORMAT: a document that names no format"),
        ("[]", "unreadable file: no JSON object"),
        ("{", "unreadable file: no JSON"),
        ('{"format": "test-double/1"}', "adapter: KeyError"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "strange.json").write_text(content)
    write(tmp_path / "good.json", case("one", 1, 2))
    code, output = run("--suite", str(tmp_path))
    assert code == 1
    assert "strange" in output
    assert words in output
    assert "1 passed" in output


def test_documents_without_cases(tmp_path: Path) -> None:
    (tmp_path / "coverage.json").write_text('{"format": "wasm-coverage/1", "verdicts": {}}')
    code, output = run("--suite", str(tmp_path))
    assert code == 0
    assert "coverage   no cases" in output


def test_packed_files(tmp_path: Path) -> None:
    write(tmp_path / "good.json", case("one", 1, 2))
    packed = lzma.compress((tmp_path / "good.json").read_bytes())
    (tmp_path / "good.json").unlink()
    (tmp_path / "good.json.xz").write_bytes(packed)
    assert run("--suite", str(tmp_path)) == (0, "1 passed, 0 failed, 0 not specified yet\n")
    (tmp_path / "good.json.xz").write_bytes(packed[:-10])
    code, output = run("--suite", str(tmp_path))
    assert code == 1
    assert "damaged" in output


def test_no_such_suite(tmp_path: Path) -> None:
    assert run("--suite", str(tmp_path / "nowhere"))[0] == 2


@pytest.mark.parametrize(
    ("listed", "operation_of_two", "words"),
    [
        (
            ["good/one", "good/three", "good/two"],
            "test/double",
            "the manifest lists 1 cases that did not run, first good/three",
        ),
        (["good/one", "good/two"], "test/none", "1 cases of the manifest are not specified any more, first good/two"),
    ],
)
def test_nothing_listed_is_skipped_unseen(tmp_path: Path, listed: list[str], operation_of_two: str, words: str) -> None:
    write(tmp_path / "good.json", case("one", 1, 2), case("two", 2, 4, operation_of_two))
    manifest = {"format": "vectors-manifest/1", "cases": [{"name": name} for name in listed]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    code, output = run("--suite", str(tmp_path))
    assert code == 1
    assert words in output
