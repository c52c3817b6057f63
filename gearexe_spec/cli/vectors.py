"""`gearexe-spec vectors`: fill, list, lint, show, hash, coverage, pack our own vectors; exchanges of any."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from gearexe_spec.conformance.chapters import MAP
from gearexe_spec.conformance.coverage.page import page
from gearexe_spec.conformance.coverage.verdict import NO_VECTOR_YET, make_map
from gearexe_spec.conformance.exchanges import list_exchanges
from gearexe_spec.conformance.lines import to_line
from gearexe_spec.conformance.suite import find_files, shipped_vectors
from gearexe_spec.conformance.vectors.archive import pack_archive
from gearexe_spec.conformance.vectors.canonical import canonical
from gearexe_spec.conformance.vectors.fill import MANIFEST, assemble, load_fragments, write_folder
from gearexe_spec.conformance.vectors.lint import lint as lint_folder

app = typer.Typer(no_args_is_help=True, add_completion=False)

Folder = Annotated[Path | None, typer.Option(help="Folder of vectors; default: this project's.")]
SOURCES = Path(__file__).resolve().parents[2] / "tests" / "vectors"


@app.command()
def fill(
    folder: Folder = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; fail if something would change.")] = False,
) -> None:
    """Run the sources in tests/vectors and write what they record."""
    target = folder or shipped_vectors()
    with tempfile.TemporaryDirectory() as fragments:
        command = [sys.executable, "-m", "pytest", "-q", str(SOURCES), "--fill", fragments]
        command += ["-n", str(workers)] if workers > 1 else []
        if subprocess.run(command, check=False, cwd=SOURCES.parents[1]).returncode:
            raise typer.Exit(1)
        recorded = [*load_fragments(Path(fragments))]
    files = assemble(recorded)
    unconfirmed = sum(case.is_unconfirmed for fragment in recorded for case in fragment.recorded)
    if check:
        changed = [path for path, data in files.items() if not _holds(target / path, data)]
    else:
        changed = write_folder(target, files)
    count = json.loads(files[MANIFEST])["count"]
    typer.echo(f"{count} cases in {len(files)} files; {len(changed)} files {'would change' if check else 'changed'}")
    if unconfirmed:
        typer.echo(
            f"{unconfirmed} cases were not held against their oracle: production is not built (make production), "
            "or Symbiotic's contracts are not installed (npm ci)"
        )
    if check and changed:
        raise typer.Exit(1)


@app.command(name="list")
def list_cases(
    only: Annotated[str, typer.Argument(help="Glob over area/file/case.")] = "*",
    rule: Annotated[str | None, typer.Option(help="Cases that pin this rule.")] = None,
    folder: Folder = None,
) -> None:
    """List cases: name, format, rules, rejection."""
    for entry in _manifest(folder)["cases"]:
        if fnmatchcase(entry["name"], only) and (rule is None or rule in entry["rules"]):
            outcome = entry["rejection"] or "accepted"
            typer.echo(f"{entry['name']}\t{entry['format']}\t{','.join(entry['rules'])}\t{outcome}")


@app.command()
def lint(folder: Folder = None) -> None:
    """Check canonical form, hashes, schemas, states and manifest."""
    problems = list(lint_folder(folder or shipped_vectors()))
    for problem in problems:
        typer.echo(problem)
    typer.echo(f"{len(problems)} problems")
    raise typer.Exit(1 if problems else 0)


@app.command()
def show(name: Annotated[str, typer.Argument(help="area/file/case")], folder: Folder = None) -> None:
    """Print a case, with its state before."""
    base = folder or shipped_vectors()
    file, _, case_name = name.rpartition("/")
    path = base / f"{file}.json"
    cases = json.loads(path.read_bytes())["cases"] if path.is_file() else []
    found = [case for case in cases if case["name"] == case_name]
    if not found:
        typer.echo(f"no case {name}", err=True)
        raise typer.Exit(2)
    console = Console(highlight=False, soft_wrap=True)
    console.print(canonical(found[0]).decode(), markup=False, end="")
    if "pre" in found[0]:
        console.print("state before:", style="bold")
        console.print((base / "states" / f"{found[0]['pre']}.json").read_text(), markup=False, end="")


@app.command(name="hash")
def hash_command(folder: Folder = None) -> None:
    """Print the digest of the set, and of each case."""
    listed = _manifest(folder)
    typer.echo(f"{listed['digest']}  ({listed['count']} cases)")
    for entry in listed["cases"]:
        typer.echo(f"{entry['hash']}  {entry['name']}")


@app.command()
def coverage(
    write: Annotated[bool, typer.Option("--write", help="Write the map to its page.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Fail if something is missing, or the page is old.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
) -> None:
    """Map rules, functions and rejections to vectors and oracles, and list what is missing unexplained."""
    found = make_map(shipped_vectors(), workers)
    text, mistakes = page(found), list(found.mistakes())
    if write:
        MAP.write_text(text, encoding="utf-8")
    if not MAP.is_file() or MAP.read_text(encoding="utf-8") != text:
        mistakes.append(f"{MAP.name} is not what the vectors give: gearexe-spec vectors coverage --write")
    for mistake in mistakes:
        typer.echo(mistake)
    yet = sum(why.kind == NO_VECTOR_YET for why in found.explained.values())
    typer.echo(f"{len(found.gaps)} gaps, {yet} of them without vector yet; {len(mistakes)} mistakes")
    raise typer.Exit(1 if check and mistakes else 0)


@app.command()
def pack(
    archive: Annotated[Path, typer.Argument(help="The archive to write, .tar.xz.")], folder: Folder = None
) -> None:
    """Write a release archive; the same vectors give the same bytes."""
    digest = pack_archive(folder or shipped_vectors(), archive)
    typer.echo(f"{digest}  {archive.name}")


@app.command()
def exchanges(
    only: Annotated[str | None, typer.Argument(help="Glob over folder/file/case.")] = None,
    suite: Annotated[Path | None, typer.Option(help="File or folder of recorded cases; default: all.")] = None,
) -> None:
    """Write cases, production's recordings too, as requests with expected answers: one line of JSON per case."""
    path, found = suite or shipped_vectors(), False
    try:
        files = find_files(path)
    except FileNotFoundError:
        raise typer.BadParameter(f"no such suite: {path}") from None
    for case in list_exchanges(files, only):
        typer.echo(to_line(case), nl=False)
        found = True
    if not found:
        typer.echo("no case has such a name" if only else f"no cases in {path}", err=True)
        raise typer.Exit(2)


def _manifest(folder: Path | None) -> Any:
    return json.loads(((folder or shipped_vectors()) / MANIFEST).read_bytes())


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data
