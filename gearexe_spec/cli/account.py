"""A readable account of what happened: told on the terminal while it happens, and written as one page afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from string import Template

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

ACTOR_STYLES = {
    "developer": "cyan",
    "user": "magenta",
    "executors": "yellow",
    "Router": "blue",
    "Mirror": "blue",
    "program": "green",
    "owner": "cyan",
    "curator": "cyan",
    "operators": "yellow",
    "stakers": "magenta",
    "everybody": "magenta",
    "validators": "yellow",
    "requester": "red",
    "resolver": "green",
    "slasher": "red",
    "Middleware": "blue",
    "EVM": "blue",
    "vaults": "green",
    "rewards": "green",
}
"""Who may act, and the colour in which the terminal and the page show them."""
ACTOR_WIDTH = 10
AGREED = ("  ✓ spec = EVM", "green")
DIFFERS = ("  ✗ spec and EVM differ", "red")
HASH = re.compile("0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a reader can check: a hash, an id, an amount."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody did something.

    Args:
        actor: one of `ACTOR_STYLES`.
        did: one sentence in the past tense.
        facts: what to check it by.
        agreed: whether the specification and the EVM came to the same result; None where only one of them acts.
    """

    actor: str
    did: str
    facts: tuple[Fact, ...] = ()
    agreed: bool | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what the rows are, and amounts behind each name; rows that do not matter much are pale.

    Args:
        columns: heads, the one of the names first.
        rows: as many cells as there are heads.
        pale: indices of rows.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    pale: frozenset[int] = frozenset()


@dataclass(slots=True)
class Chapter:
    """Steps and tables that belong together."""

    title: str
    steps: list[Step | Sheet] = field(default_factory=list)


@dataclass(slots=True)
class Account:
    """Collects the chapters and tells each step on the console at once."""

    title: str
    console: Console
    chapters: list[Chapter] = field(default_factory=list)
    outcome: str = ""
    good: bool = False

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self.chapters.append(Chapter(title))
        self.console.print()
        self.console.print(Text(f"{len(self.chapters)}  {title}", style="bold"))

    def step(self, actor: str, did: str, agreed: bool | None = None, /, **facts: object) -> None:
        """Tell a step; `facts` are labels (underscores become blanks) and what they show."""
        listed = tuple(Fact(label.replace("_", " "), str(value)) for label, value in facts.items())
        step = Step(actor, did, listed, agreed)
        self.chapters[-1].steps.append(step)
        self.console.print(Padding(terminal_form(step, self.console.width), (0, 0, 0, 3)))

    def sheet(self, sheet: Sheet) -> None:
        """Show a table."""
        self.chapters[-1].steps.append(sheet)
        for line in terminal_table(sheet):
            self.console.print(line)

    def close(self, outcome: str, good: bool) -> None:
        """Say how it ended."""
        self.outcome, self.good = outcome, good
        self.console.print()
        self.console.print(Text(outcome, style="bold green" if good else "bold red"))


def terminal_form(step: Step, width: int) -> Table:
    """A step as rich shows it: the sentence, then its facts aligned below; hashes are cut where there is no room."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=ACTOR_WIDTH, no_wrap=True)
    grid.add_column(overflow="fold")
    sentence = Text(step.did)
    if step.agreed is not None:
        sentence.append(*AGREED if step.agreed else DIFFERS)
    grid.add_row(Text(step.actor, style=ACTOR_STYLES[step.actor]), sentence)
    if step.facts:
        facts = Table.grid(padding=(0, 2))
        facts.add_column(style="dim", no_wrap=True)
        facts.add_column(style="dim cyan", overflow="fold")
        label_width = max(len(fact.label) for fact in step.facts)
        for fact in step.facts:
            facts.add_row(fact.label, fit(fact.value, width - ACTOR_WIDTH - label_width - 6))
        grid.add_row("", facts)
    return grid


def terminal_table(sheet: Sheet) -> list[Text]:
    """A table as lines, which are never cut: amounts stay whole where the terminal is narrow."""
    lines = (sheet.columns, *sheet.rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        Text(
            "   "
            + "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(line, widths, strict=True))
            ),
            style="dim" if index - 1 in sheet.pale or not index else "",
        )
        for index, line in enumerate(lines)
    ]


def fit(value: str, room: int) -> str:
    """A hash that does not fit on the line keeps its beginning and its end."""
    if not HASH.fullmatch(value) or len(value) <= room:
        return value
    return f"{value[:18]}…{value[-16:]}"


def page(account: Account) -> str:
    """The account as one self-contained HTML page."""
    chapters = "\n".join(_chapter_form(number, chapter) for number, chapter in enumerate(account.chapters, 1))
    return PAGE.substitute(
        title=escape(account.title),
        outcome=escape(account.outcome),
        verdict="good" if account.good else "bad",
        chapters=chapters,
    )


def _chapter_form(number: int, chapter: Chapter) -> str:
    steps = "\n".join(_step_form(step) if isinstance(step, Step) else _sheet_form(step) for step in chapter.steps)
    return f"<section><h2><span>{number}</span>{escape(chapter.title)}</h2>\n<ol>\n{steps}\n</ol></section>"


def _step_form(step: Step) -> str:
    mark = ""
    if step.agreed is not None:
        mark = '<b class="same">spec = EVM</b>' if step.agreed else '<b class="differs">spec and EVM differ</b>'
    facts = "".join(f"<dt>{escape(fact.label)}</dt><dd>{escape(fact.value)}</dd>" for fact in step.facts)
    listed = f"<dl>{facts}</dl>" if facts else ""
    colour = ACTOR_STYLES[step.actor]
    return f'<li><i class="{colour}">{escape(step.actor)}</i><p>{escape(step.did)} {mark}</p>{listed}</li>'


def _sheet_form(sheet: Sheet) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in sheet.columns)
    rows = "\n".join(
        f"<tr{' class=pale' if index in sheet.pale else ''}>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for index, row in enumerate(sheet.rows)
    )
    return f'<li class="sheet"><table><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table></li>'


PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root {
  --ink: #1c2430; --dim: #667085; --paper: #fbfbf9; --card: #fff; --line: #e4e4de;
  --good: #1a7f4b; --bad: #b42318;
  --cyan: #0e7490; --magenta: #9d3a8b; --yellow: #9a6700; --blue: #2f5fc4; --green: #1a7f4b; --red: #b42318;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6e8ec; --dim: #98a2b3; --paper: #14171c; --card: #1b1f26; --line: #2d333d;
    --good: #4cc38a; --bad: #f97066;
    --cyan: #4fc3dc; --magenta: #d98ac9; --yellow: #e0b04a; --blue: #86a8f5; --green: #4cc38a;
    --red: #f97066;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 3rem 1.25rem 4rem; max-width: 60rem;
  background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif;
}
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
.outcome { font-weight: 600; margin: 0 0 2rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
section {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 1rem 1.25rem; margin: 1rem 0;
}
h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
h2 span { color: var(--dim); font-weight: 400; margin-right: .6rem; }
ol { list-style: none; margin: 0; padding: 0; }
li {
  display: grid; grid-template-columns: 6.5rem 1fr; gap: 0 1rem;
  padding: .55rem 0; border-top: 1px solid var(--line);
}
li:first-child { border-top: 0; }
li i { font-style: normal; font-weight: 600; font-size: .9rem; padding-top: .1rem; }
li p { margin: 0; }
.cyan { color: var(--cyan); } .magenta { color: var(--magenta); } .yellow { color: var(--yellow); }
.blue { color: var(--blue); } .green { color: var(--green); } .red { color: var(--red); }
.same, .differs {
  font-size: .75rem; font-weight: 600; border-radius: 99px; padding: .1rem .5rem;
  border: 1px solid; white-space: nowrap;
}
.same { color: var(--good); } .differs { color: var(--bad); }
dl {
  grid-column: 2; display: grid; grid-template-columns: max-content 1fr;
  gap: .1rem .9rem; margin: .3rem 0 0; font-size: .85rem;
}
dt { color: var(--dim); }
dd { margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
li.sheet { display: block; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th { color: var(--dim); font-weight: 400; text-align: right; }
th, td { padding: .15rem 0 .15rem 1.2rem; white-space: nowrap; }
td { text-align: right; font-family: ui-monospace, monospace; white-space: pre; }
th:first-child, td:first-child { text-align: left; padding-left: 0; font-family: inherit; }
tr.pale { color: var(--dim); }
tr:last-child td { border-top: 1px solid var(--line); }
@media (max-width: 36rem) {
  li { grid-template-columns: 1fr; }
  dl { grid-column: 1; grid-template-columns: 1fr; }
}
</style>
</head>
<body>
<h1>$title</h1>
<p class="outcome $verdict">$outcome</p>
$chapters
</body>
</html>
""")
