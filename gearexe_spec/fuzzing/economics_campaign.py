"""Random histories of the economics on the specification and on the official bytecode, step by step.

The bytecode goes first: which hashes the creation codes have is known to the specification from it. A step for which
the specification has no rules yet is counted and undone. After every step the money is counted on both sides. The first
difference of a history is made small and kept as a file that can be asked again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gearexe_spec.conformance.compare import Difference, compare_answers, compare_json, describe
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.revisions import same_reason
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.targets.target import TargetUnavailable
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, RejectedAnswer, Restore, Save, Unsupported
from gearexe_spec.evm.artifacts import ArtifactError
from gearexe_spec.evm.economics_artifacts import find_economics_artifacts
from gearexe_spec.evm.economics_reading import EconomicsReading
from gearexe_spec.fuzzing.contract_campaign import Disagreement, from_document, shrink, to_document
from gearexe_spec.fuzzing.economics_histories import EconomicsHistory
from gearexe_spec.fuzzing.economics_people import NOBODY, encode_call

FORMAT = "gearexe-economics-history/1"
EQUAL, DIFFERENT, NOT_ASKED = 0, 1, 2
STEPS = 200
"""Of a history."""
BEFORE = "before the step"
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


@dataclass
class Tally:
    """What was asked."""

    steps: int = 0
    compared: int = 0
    declared: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    unspecified: Counter[str] = field(default_factory=Counter)


class Books:
    """Who holds how much of each token, and how much of it was made, as the transfers say it."""

    def __init__(self) -> None:
        self.holders: dict[str, dict[str, int]] = {}
        self.supplies: dict[str, int] = {}

    def enter(self, logs: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
        """Book the transfers of a step; the holders they touch, by token. What nobody gives or takes is the supply."""
        touched = set()
        for log in logs:
            topics = log["topics"]
            if topics[:1] != [TRANSFER] or len(topics) != 3:
                continue
            token, amount = str(log["address"]), int(log["data"], 16)
            balances = self.holders.setdefault(token, {})
            for topic, change in ((topics[1], -amount), (topics[2], amount)):
                holder = "0x" + topic[26:]
                if holder == NOBODY:
                    self.supplies[token] = self.supplies.get(token, 0) - change
                    continue
                balances[holder] = balances.get(holder, 0) + change
                touched.add((token, holder))
        return touched

    def copy(self) -> Books:
        """The same books, to go on with."""
        other = Books()
        other.holders = {token: dict(balances) for token, balances in self.holders.items()}
        other.supplies = dict(self.supplies)
        return other


class EconomicsPanel:
    """The official bytecode, and the specification that is held against it.

    Args:
        specification: whoever stands in for it in tests.

    Raises:
        TargetUnavailable: the contracts are not installed.
    """

    def __init__(self, specification: SpecTarget | None = None) -> None:
        self.contracts, self.specification = EvmTarget(), specification or SpecTarget()
        try:
            self.reading = EconomicsReading(find_economics_artifacts())
        except ArtifactError as missing:
            raise TargetUnavailable(str(missing)) from missing
        self.tally = Tally()
        self.books = Books()

    def begin(self, init: Init) -> None:
        """The world on both sides."""
        self.books = Books()
        for target in (self.contracts, self.specification):
            target.reset()
            answer = target.answer(init)
            if isinstance(answer, Unsupported):
                raise TargetUnavailable(answer.what)
            if not isinstance(answer, Accepted):
                raise RuntimeError(f"a side does not take the world: {describe(answer)}")

    def ask(self, init: Init, request: Apply) -> tuple[Answer, tuple[str, Difference] | None]:
        """The bytecode's answer, and where the specification's is another; what is not specified did not happen."""
        self.contracts.answer(Save(BEFORE))
        theirs = self.contracts.answer(request)
        if not isinstance(theirs, (Accepted, RejectedAnswer)):
            self.contracts.answer(Restore(BEFORE))
            return theirs, None  # no transaction: the sender cannot pay
        ours = self.specification.answer(Apply(request.operation, {**request.input, **_said(theirs)}))
        self.tally.steps += 1
        if isinstance(ours, Unsupported):
            self.contracts.answer(Restore(BEFORE))
            self.tally.unspecified[ours.what] += 1
            return ours, None
        self.tally.compared += 1
        self.tally.outcomes[theirs.reason if isinstance(theirs, RejectedAnswer) else "accepted"] += 1
        difference = self._compare(request, theirs, ours) or self._count_money(request, theirs)
        return theirs, None if difference is None else ("specification", difference)

    def look(self, request: Apply) -> tuple[Answer, Difference | None]:
        """What the bytecode's views answer, and where the specification's are others."""
        theirs = self.contracts.answer(request)
        return theirs, compare_answers(theirs, self.specification.answer(request))

    def _compare(self, request: Apply, theirs: Answer, ours: Answer) -> Difference | None:
        """Every field, and those of the specification too; names that the build declares to differ are the same.

        Both are read by the official ABIs too, so that a difference is told in words where there are words for it.
        """
        if isinstance(theirs, RejectedAnswer) and isinstance(ours, RejectedAnswer):
            rule = same_reason("economics/call", theirs.reason, ours.reason)
            if rule is not None:
                self.tally.declared[rule] += 1
                theirs = RejectedAnswer("", "", {"calls": theirs.details["calls"]})
        difference = compare_answers(theirs, ours)
        words = self._read(request, theirs)
        self.tally.read.update(word.partition(" ")[0] for word in words)
        if difference is None:
            return None
        return compare_json([*words], [*self._read(request, ours)], path="/read") or difference

    def _read(self, request: Apply, answer: Answer) -> list[str]:
        """Events and result, or the error, as far as the official ABIs have names for them; hooks with their gas."""
        if isinstance(answer, RejectedAnswer):
            error = self.reading.error(_bytes(answer.details.get("data", "0x")))
            return [] if error is None else [f"error {error}"]
        if not isinstance(answer, Accepted) or not isinstance(answer.outputs, dict):
            return []
        logs: Any = answer.outputs["logs"]
        events = [self.reading.event([_bytes(topic) for topic in log["topics"]], _bytes(log["data"])) for log in logs]
        calldata, returned = _bytes(request.input.get("calldata", "0x")), _bytes(answer.outputs["returnData"])
        result = self.reading.result(calldata, returned)
        calls: Any = answer.outputs["calls"]
        read = [
            f"hook {call['to']} with gas {call['gas']}, success {call['success']}" for call in calls if "gas" in call
        ]
        read += [f"event {event}" for event in events if event is not None]
        return read if result is None else [*read, f"result {result}"]

    def _count_money(self, request: Apply, theirs: Answer) -> Difference | None:
        """No unit of a token appears or vanishes: balances and supplies are what the transfers say, on both sides."""
        if not isinstance(theirs, Accepted) or not isinstance(theirs.outputs, dict) or request.input.get("dry"):
            return None
        logs: Any = theirs.outputs["logs"]
        books = self.books.copy()
        touched = sorted(books.enter(logs))
        tokens = sorted({token for token, _ in touched})
        views: list[Json] = [
            {"to": token, "calldata": encode_call("balanceOf(address)", holder)} for token, holder in touched
        ]
        views += [{"to": token, "calldata": encode_call("totalSupply()")} for token in tokens]
        if not views:
            return None
        counted, difference = self.look(Apply("economics/views", {"block": request.input["block"], "views": views}))
        if difference is not None:
            return difference
        assert isinstance(counted, Accepted)
        assert isinstance(counted.outputs, dict)
        values: Any = counted.outputs["values"]
        self._open_accounts(values, touched, tokens, books)
        self.books = books
        expected: list[Json] = [_word(books.holders[token][holder]) for token, holder in touched]
        expected += [_word(books.supplies[token]) if token in books.supplies else {} for token in tokens]
        for token in tokens:
            if token in books.supplies and sum(books.holders[token].values()) > books.supplies[token]:
                return Difference("/supply", f"at least what is held of {token}", str(books.supplies[token]))
        return compare_answers(Accepted({"values": expected}), counted)

    def _open_accounts(
        self, values: Sequence[dict[str, str]], touched: list[tuple[str, str]], tokens: list[str], books: Books
    ) -> None:
        """What there was before the first transfer that was seen is taken from the first count."""
        for (token, holder), value in zip(touched, values, strict=False):
            if holder not in self.books.holders.get(token, {}):
                books.holders[token][holder] = int(value["returnData"], 16)
        for token, value in zip(tokens, values[len(touched) :], strict=True):
            if "returnData" not in value:
                books.supplies.pop(token, None)  # a token that does not tell
            elif token not in self.books.holders:
                books.supplies[token] = int(value["returnData"], 16)


def _said(theirs: Answer) -> dict[str, Json]:
    """The hashes of what was created, which come with a transaction."""
    parts: Any = theirs.outputs if isinstance(theirs, Accepted) else getattr(theirs, "details", {})
    creations = parts.get("creations", [])
    return {"initcodeHashes": [creation["initcodeHash"] for creation in creations]} if creations else {}


def _bytes(text: Any) -> bytes:
    return bytes.fromhex(text[2:])


def _word(number: int) -> Json:
    return {"returnData": "0x" + (number % 2**256).to_bytes(32, "big").hex()}


def run_history(panel: EconomicsPanel, seed: int, length: int) -> Disagreement | None:
    """One history; None where both agree to its end."""
    history = EconomicsHistory(seed)
    init = history.init()
    panel.begin(init)
    asked: list[Apply] = []
    for _ in range(length):
        request = history.step()
        asked.append(request)
        answer, parted = panel.ask(init, request)
        if parted is not None:
            return Disagreement(init, tuple(asked), *parted)
        history.learn(answer)
    return None


def replay(panel: EconomicsPanel, init: Init, requests: Sequence[Apply]) -> Disagreement | None:
    """The same requests again."""
    panel.begin(init)
    for index, request in enumerate(requests):
        _, parted = panel.ask(init, request)
        if parted is not None:
            return Disagreement(init, tuple(requests[: index + 1]), *parted)
    return None


def run(console: Console, seed: int, steps: int, out: Path) -> int:
    """So many steps in histories of `STEPS`; their seeds follow one another.

    Returns:
        `EQUAL`, `DIFFERENT`, or `NOT_ASKED` where nothing could be compared.

    Raises:
        TargetUnavailable: the contracts are not installed.
    """
    panel, began, found = EconomicsPanel(), monotonic(), 0
    for disagreement in _histories(panel, seed, steps):
        found += 1
        number, parted = disagreement
        tally, panel.tally = panel.tally, Tally()
        small = shrink(panel, parted, replay)
        panel.tally = tally
        out.mkdir(parents=True, exist_ok=True)
        file = out / f"economics-{number}.json"
        document = {**to_document(number, small), "format": FORMAT, "area": "economics"}
        file.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        console.print(f"{report(small)}\n  again         gearexe-spec diff {file}", markup=False)
    return _summarize(console, panel.tally, found, monotonic() - began, seed)


def _histories(panel: EconomicsPanel, seed: int, steps: int) -> Iterator[tuple[int, Disagreement]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("economics", total=steps)
        done, number = 0, seed
        while done < steps:
            length = min(STEPS, steps - done)
            parted = run_history(panel, number, length)
            if parted is not None:
                yield number, parted
            done, number = done + length, number + 1
            progress.update(task, completed=done)


def _summarize(console: Console, tally: Tally, found: int, seconds: float, seed: int) -> int:
    rate = tally.steps / max(seconds, 1e-9)
    console.print(
        f"economics seed {seed}: {tally.steps} steps, {tally.compared} compared, {found} histories differ; "
        f"{seconds:.1f} s, {rate:.0f}/s"
    )
    console.print("  " + ", ".join(f"{count} {name}" for name, count in tally.outcomes.most_common()), markup=False)
    console.print("  read: " + ", ".join(f"{count} {kind}s" for kind, count in tally.read.most_common()), markup=False)
    for rule, count in tally.declared.most_common():
        console.print(f"  declared: {rule} ({count})", markup=False)
    for what, count in tally.unspecified.most_common():
        console.print(f"  not specified yet: {what} ({count})", markup=False)
    if found:
        return DIFFERENT
    return EQUAL if tally.compared else NOT_ASKED


def again(console: Console, document: dict[str, Any]) -> int:
    """Ask a kept difference again."""
    found = replay(EconomicsPanel(), *from_document(document))
    console.print("no difference" if found is None else report(found), markup=False)
    return EQUAL if found is None else DIFFERENT


def describe_step(request: Apply) -> str:
    """A step in a few words."""
    if "calldata" not in request.input:
        return f"making a {request.input['artifact']}"
    return f"{str(request.input['calldata'])[:10]} to {request.input['to']}"


def report(found: Disagreement) -> str:
    """A disagreement in a few lines."""
    difference, request = found.difference, found.requests[-1]
    return (
        f"after {len(found.requests)} steps, {describe_step(request)}"
        f" at {difference.path or 'the answer'}\n"
        f"  bytecode      {difference.expected}\n  specification {difference.got}"
    )
