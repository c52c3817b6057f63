"""`gearexe-spec diff`: ask the specification and production the same random things and report what they disagree on."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gearexe_spec.conformance.lines import answer_to_json
from gearexe_spec.conformance.revisions import Verdict, compare_with_production
from gearexe_spec.conformance.runner import request_in_words
from gearexe_spec.conformance.targets.target import TargetUnavailable
from gearexe_spec.fuzzing import contract_campaign, economics_campaign
from gearexe_spec.fuzzing.areas import AREAS, SCENARIOS, SCENARIOS_ABOUT
from gearexe_spec.fuzzing.campaign import read_found, replay, run_campaign
from gearexe_spec.fuzzing.findings import Piece, write_found
from gearexe_spec.fuzzing.scenarios import replay_scenario

ECONOMICS = "economics"
EQUAL, DIFFERENT, NOT_ASKED = 0, 1, 2
STEPS_OF_A_HISTORY = 100
"""Of the contracts, for which `--cases` counts steps."""

_ABOUT = {
    "onchain": "histories of the contracts against an EVM",
    ECONOMICS: "histories of the economics against Symbiotic's official contracts",
    SCENARIOS: SCENARIOS_ABOUT,
    **{name: area.about for name, area in AREAS.items()},
}
_HELP = "; ".join(f"{name}: {about}" for name, about in _ABOUT.items())


def diff(  # noqa: PLR0917  # one parameter per option
    area: Annotated[str, typer.Argument(help=_HELP)],
    seed: Annotated[int, typer.Option(help="Everything random comes from it and a case's index.")] = 1,
    cases: Annotated[int, typer.Option(min=1, help="How many.")] = 1000,
    first: Annotated[int, typer.Option(min=0, help="Index of the first case.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes; the result does not depend on it.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder for differences.")] = Path("out/diff"),
    artifacts: Annotated[Path | None, typer.Option(help="For onchain: contracts other than ours.")] = None,
) -> None:
    """Ask both sides random cases of an area; or, given a kept difference's file instead of an area, ask it again."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        if area == "onchain":
            length = STEPS_OF_A_HISTORY
            histories = -(-cases // length)
            contract_campaign.main(seed=seed, histories=histories, length=length, artifacts=artifacts, out=out)
            return
        if area == ECONOMICS:
            code = economics_campaign.run(console, seed, cases, out)
        elif area in _ABOUT:
            code = _run(console, (area, seed, range(first, first + cases)), workers, out)
        elif Path(area).is_file():
            code = _again(console, Path(area))
        else:
            raise typer.BadParameter(f"{area} is no area ({', '.join(_ABOUT)}) and no file")
    except TargetUnavailable as missing:
        console.print(f"not asked: {missing}", markup=False)
        code = NOT_ASKED
    raise typer.Exit(code)


def _run(console: Console, campaign: tuple[str, int, range], workers: int, out: Path) -> int:
    area, seed, cases = campaign
    counts: Counter[Verdict] = Counter()
    unspecified: Counter[str] = Counter()
    paths: Counter[str] = Counter()
    dispatches = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    began = monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(area, total=len(cases))
        for piece in run_campaign(area, seed, cases, workers):
            counts += piece.counts
            unspecified += piece.unspecified
            dispatches += piece.dispatches
            progress.advance(task, piece.counts.total())
            _report_piece(console, piece, paths, out)
    seconds = monotonic() - began
    words = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict])
    words += f" ({dispatches} dispatches)" if dispatches else ""
    rate = counts.total() / max(seconds, 1e-9)
    console.print(f"{area} seed {seed} cases {cases.start}-{cases.stop - 1}: {words}; {seconds:.1f} s, {rate:.0f}/s")
    for operation, count in unspecified.most_common():
        console.print(f"  not specified yet: {operation} ({count})", markup=False)
    if counts[Verdict.DIFFERENT]:
        return DIFFERENT
    return EQUAL if counts[Verdict.SAME] else NOT_ASKED


def _report_piece(console: Console, piece: Piece, paths: Counter[str], out: Path) -> None:
    """The first differences of each kind in full, all of them counted."""
    for found in piece.found:
        paths[found.path] += 1
        if not found.document or paths[found.path] > _SHOWN_PER_KIND:
            continue
        file = write_found(found, out)
        console.print(f"case {found.index}: {found.path}", markup=False)
        for line in json.dumps(found.document["difference"], indent=1).splitlines()[1:-1]:
            console.print(f"   {line.strip()}", markup=False)
        console.print(f"   again      gearexe-spec diff {file}", markup=False)


_SHOWN_PER_KIND = 3


def _again(console: Console, file: Path) -> int:
    content: Any = json.loads(file.read_text(encoding="utf-8"))
    if isinstance(content, dict) and content.get("format") == economics_campaign.FORMAT:
        return economics_campaign.again(console, content)
    document = read_found(file)
    if document["area"] == SCENARIOS:
        return _scenario_again(console, document)
    request, ours, theirs = replay(document)
    verdict, difference = compare_with_production(request, ours, theirs)
    console.print(f"{request.operation}: {verdict.value}", markup=False)
    for side, answer in (("specification", ours), ("production", theirs)):
        console.print(f"{side:<14}{json.dumps(answer_to_json(answer), sort_keys=True)}", markup=False)
    if difference is not None:
        console.print(f"{'at':<14}{difference.path}", markup=False)
    return DIFFERENT if verdict is Verdict.DIFFERENT else EQUAL


def _scenario_again(console: Console, document: dict[str, Any]) -> int:
    parted = replay_scenario(document)
    if parted is None:
        console.print(f"{len(document['requests'])} requests: {Verdict.SAME.value}")
        return EQUAL
    console.print(f"{request_in_words(parted.request)}: {parted.verdict.value}", markup=False)
    for side, answer in (("specification", parted.ours), ("contracts", parted.theirs)):
        console.print(f"{side:<14}{json.dumps(answer_to_json(answer), sort_keys=True)}", markup=False)
    if parted.difference is not None:
        console.print(f"{'at':<14}{parted.difference.path}", markup=False)
    return DIFFERENT if parted.verdict is Verdict.DIFFERENT else EQUAL
