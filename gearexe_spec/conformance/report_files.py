"""Reports as files: JUnit XML for CI, and one self-contained HTML page for people.

Rules: VEC-36.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from xml.etree import ElementTree as Xml

from gearexe_spec.conformance.runner import Outcome, Status

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24;background:#fff}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d5dae0;padding:.35rem .5rem;text-align:left;
vertical-align:top}code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
.failed{color:#b3261e}.passed{color:#1a7f37}
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#14171a}td,th{border-color:#30363d}
.failed{color:#ff8a80}.passed{color:#7ee2a0}}
"""


def count_statuses(outcomes: Iterable[Outcome]) -> dict[Status, int]:
    """How many outcomes have each status; every status is there."""
    counts = dict.fromkeys(Status, 0)
    for outcome in outcomes:
        counts[outcome.status] += 1
    return counts


def junit(outcomes: list[Outcome]) -> bytes:
    """JUnit XML: one suite per file; what is not specified yet is skipped, an unknown format an error (VEC-36)."""
    root = Xml.Element("testsuites")
    suites: dict[str, Xml.Element] = {}
    for outcome in outcomes:
        if outcome.status is Status.NO_CASES:
            continue
        file, _, name = outcome.name.rpartition("/")
        if file not in suites:
            suites[file] = Xml.SubElement(root, "testsuite", name=_clean(file))
        case = Xml.SubElement(suites[file], "testcase", classname=_clean(file), name=_clean(name))
        _add_verdict(case, outcome)
    for suite in suites.values():
        suite.set("tests", str(len(suite)))
        for tag, label in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            suite.set(label, str(len(suite.findall(f"testcase/{tag}"))))
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def html(outcomes: list[Outcome], title: str) -> str:
    """A page without scripts or foreign parts: counts, failing cases, what is not specified yet (VEC-36)."""
    counts = count_statuses(outcomes)
    words = ", ".join(f"{count} {status.value}" for status, count in counts.items() if count)
    failing = [outcome for outcome in outcomes if outcome.status in (Status.FAILED, Status.UNKNOWN)]
    rows = "".join(_row(outcome) for outcome in failing)
    table = f"<table><tr><th>case<th>rules<th>path<th>expected<th>got</tr>{rows}</table>" if rows else ""
    verdict = "failed" if failing else "passed"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><h1>{escape(title)}</h1>"
        f'<p class="{verdict}">{escape(words or "nothing ran")}</p>{table}{_per_file(outcomes)}</html>\n'
    )


def _per_file(outcomes: list[Outcome]) -> str:
    by_file: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_file.setdefault(outcome.name.rpartition("/")[0] or outcome.name, []).append(outcome)
    shown = [Status.PASSED, Status.FAILED, Status.UNSUPPORTED]
    head = "".join(f"<th>{status.value}" for status in shown)
    rows = []
    for file, inside in sorted(by_file.items()):
        counts = count_statuses(inside)
        rows.append(f"<tr><td>{escape(file)}" + "".join(f"<td>{counts[status]}" for status in shown) + "</tr>")
    return f"<h2>Files</h2><table><tr><th>file{head}</tr>{''.join(rows)}</table>"


def _row(outcome: Outcome) -> str:
    difference = outcome.difference
    texts = (difference.path, difference.expected, difference.got) if difference else ("", "", outcome.note)
    cells = "".join(f"<td><code>{escape(text)}</code>" for text in (outcome.name, ", ".join(outcome.rules), *texts))
    return f"<tr>{cells}</tr>"


def _add_verdict(case: Xml.Element, outcome: Outcome) -> None:
    difference = outcome.difference
    match outcome.status:
        case Status.FAILED:
            failure = Xml.SubElement(case, "failure", message=_clean(difference.path if difference else ""))
            if difference:
                lines = [f"request {outcome.request}", f"where {outcome.where}", f"expected {difference.expected}"]
                failure.text = _clean("\n".join([*lines, f"got {difference.got}"]))
        case Status.UNSUPPORTED:
            Xml.SubElement(case, "skipped", message=_clean(outcome.note))
        case Status.UNKNOWN:
            Xml.SubElement(case, "error", message=_clean(outcome.note))


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(character if character >= " " or character in "\n\t" else "\ufffd" for character in text)
