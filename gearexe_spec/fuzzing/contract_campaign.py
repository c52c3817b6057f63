"""Random histories on several sides: a target, our contracts, and published ones if they are given.

Our contracts go first: they run foreign code, so what foreign code answered is known to sides without an EVM. The
first difference of a history is made small by leaving steps out, and kept as a file that can be asked again.

Run: python -m gearexe_spec.fuzzing.contract_campaign [--seed 1] [--histories 100] [--length 100] [--artifacts DIR]
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from gearexe_spec.conformance.abi_sightings import Sightings, all_items
from gearexe_spec.conformance.compare import Difference, compare_answers, describe
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.lines import request_from_json, request_to_json
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, RejectedAnswer, Restore, Save
from gearexe_spec.fuzzing.contract_histories import History

FORMAT = "gearexe-contract-history/1"
CAPPED_GAS = {hex(gas) for gas in (7_300, 500_000, 502_300)}
NEXT_TO_NOTHING = 30_000
"""Gas with which none of the contracts' functions that write can end: failing with less is the caller's doing."""
AGREED, DIFFERENT, NOTHING = 0, 1, 2
Parts = dict[str, Any]
P = TypeVar("P")


@dataclass(frozen=True)
class Side:
    """Who is asked."""

    name: str
    target: Target


@dataclass(frozen=True)
class Disagreement:
    """A history up to the step at which two sides parted."""

    init: Init
    requests: tuple[Apply, ...]
    side: str
    difference: Difference


@dataclass
class Tally:
    """What was asked, what came of it, and which items of the ABIs occurred."""

    steps: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    sightings: Sightings = field(default_factory=Sightings)


class Panel:
    """Our contracts and the sides that are held against them.

    Args:
        sides: all but our contracts.
    """

    def __init__(self, sides: Sequence[Side]) -> None:
        self.contracts = EvmTarget()
        self.sides = sides

    def begin(self, init: Init) -> None:
        """A fresh chain everywhere."""
        for target in (self.contracts, *(side.target for side in self.sides)):
            target.reset()
            answer = target.answer(init)
            if not isinstance(answer, Accepted):
                raise RuntimeError(f"a side does not take the chain: {describe(answer)}")

    def everywhere(self, request: Save | Restore) -> None:
        """Keep the chain of every side, or go back to it."""
        for target in (self.contracts, *(side.target for side in self.sides)):
            answer = target.answer(request)
            if not isinstance(answer, Accepted):
                raise RuntimeError(f"a side does not keep the chain: {describe(answer)}")

    def ask(self, init: Init, request: Apply) -> tuple[Answer, tuple[str, Difference] | None]:
        """Our contracts' answer, and the first side that answers otherwise."""
        answer = self.contracts.answer(request)
        if not isinstance(answer, (Accepted, RejectedAnswer)):
            raise RuntimeError(f"the contracts cannot be asked this: {describe(answer)}")
        told = Apply(request.operation, {**request.input, "foreign": tell_foreign(init, request, answer)})
        for side in self.sides:
            got = reduce(side.target.answer(told))
            if difference := compare_answers(side.target.expected_of(told, reduce(answer)), got):
                return answer, (side.name, difference)
        return answer, None


def run_history(panel: Panel, seed: int, length: int, tally: Tally) -> Disagreement | None:
    """One history, and every view at its end; None where all agree throughout."""
    history = History(random.Random(seed))
    init = history.init()
    panel.begin(init)
    tally.sightings.look(init, Accepted())
    asked: list[Apply] = []
    for request in requests_of(history, length):
        asked.append(request)
        answer, parted = panel.ask(init, request)
        tally.steps += 1
        tally.sightings.look(request, answer)
        tally.outcomes[answer.reason if isinstance(answer, RejectedAnswer) else type(answer).__name__] += 1
        if parted is not None:
            return Disagreement(init, tuple(asked), *parted)
        history.learn(answer)
    return ask_views(panel, history.views(), init, asked)


def ask_views(panel: Panel, views: Iterable[Apply], init: Init, asked: Sequence[Apply]) -> Disagreement | None:
    """What the contracts tell of themselves after some steps.

    Args:
        panel: who is asked.
        views: what is asked; nothing may come of it.
        init: the chain before the steps.
        asked: the steps.
    """
    for view in views:
        _, parted = panel.ask(init, view)
        if parted is not None:
            return Disagreement(init, (*asked, view), *parted)
    return None


def requests_of(history: History, length: int) -> Iterator[Apply]:
    """The deployment and so many steps."""
    yield from history.deployment()
    for _ in range(length):
        yield history.step()


def replay(panel: Panel, init: Init, requests: Sequence[Apply]) -> Disagreement | None:
    """The same requests again."""
    panel.begin(init)
    for index, request in enumerate(requests):
        _, parted = panel.ask(init, request)
        if parted is not None:
            return Disagreement(init, tuple(requests[: index + 1]), *parted)
    return None


def shrink(
    panel: P, found: Disagreement, again: Callable[[P, Init, Sequence[Apply]], Disagreement | None]
) -> Disagreement:
    """Leave steps out, many at once and then one by one, as long as a difference of this kind stays.

    Args:
        panel: of whom it is asked.
        found: the difference.
        again: asks the panel a shorter history.
    """
    size = len(found.requests) // 2
    while size:
        start = 0
        while start < len(found.requests) - 1:
            fewer = found.requests[:start] + found.requests[start + size :]
            smaller = again(panel, found.init, fewer) if fewer else None
            if smaller is None or kind_of(smaller) != kind_of(found):
                start += size
            else:
                found = smaller
        size //= 2
    return found


def kind_of(found: Disagreement) -> tuple[str, str, str]:
    """What makes two differences alike: the side, the operation, the part of the answer."""
    return found.side, found.requests[-1].operation, found.difference.path.partition("/")[2].partition("/")[0]


def reduce(answer: Answer) -> Answer:
    """What is compared: gas only where production caps it."""
    if isinstance(answer, RejectedAnswer):
        return RejectedAnswer(answer.reason, "", {**answer.details, **calls_of(answer.details)})
    if not isinstance(answer, Accepted) or not isinstance(answer.outputs, dict):
        return answer
    return Accepted({**answer.outputs, **calls_of(answer.outputs)})


def calls_of(parts: Parts) -> dict[str, Json]:
    """The calls, with gas only where it is capped."""
    calls: list[Parts] = parts.get("calls", [])
    if "calls" not in parts:
        return {}
    return {
        "calls": [
            {name: value for name, value in call.items() if name != "gas" or value in CAPPED_GAS} for call in calls
        ]
    }


def tell_foreign(init: Init, request: Apply, answer: Answer) -> list[Json]:
    """What foreign code answered, in the order in which it was called, the target of the step first."""
    state: Any = init.state
    foreign = {account["address"] for account in state["accounts"] if account["code"] != "0x"}
    parts: Any = answer.outputs if isinstance(answer, Accepted) else getattr(answer, "details", {})
    calls: list[Parts] = parts.get("calls", []) if isinstance(parts, dict) else []
    answers: list[Json] = []
    target = request.input.get("to")
    if target in foreign and isinstance(parts, dict):
        data = parts.get("returnData") or parts.get("data")
        inner = [call for call in calls if call["parent"] is None and call["from"] == target]
        answers.append(answer_form(target, isinstance(answer, Accepted), data, inner))
    for index, call in enumerate(calls):
        if call["to"] in foreign:
            inner = [other for other in calls if other["parent"] == hex(index) and other["from"] == call["to"]]
            answers.append(answer_form(call["to"], call["success"], call["returnData"], inner))
    return answers


def answer_form(address: Json, success: bool, data: Json, calls: Sequence[Parts]) -> Json:
    """What one call of foreign code led to."""
    inner: list[Json] = [
        {
            **{name: call[name] for name in ("to", "value", "calldata", "static")},
            "outOfGas": int(call["gas"], 16) < NEXT_TO_NOTHING and not call["success"] and call["returnData"] == "0x",
        }
        for call in calls
    ]
    return {"address": address, "success": success, "returnData": data, "calls": inner}


def to_document(seed: int, found: Disagreement) -> dict[str, Json]:
    """A disagreement as a file."""
    difference = found.difference
    return {
        "format": FORMAT,
        "seed": seed,
        "side": found.side,
        "path": difference.path,
        "contracts": str(difference.expected),
        "got": str(difference.got),
        "init": request_to_json(found.init),
        "requests": [request_to_json(request) for request in found.requests],
    }


def from_document(document: Parts) -> tuple[Init, tuple[Apply, ...]]:
    """The chain and the requests of a kept disagreement."""
    init = request_from_json(document["init"])
    requests = [request_from_json(form) for form in document["requests"]]
    if not isinstance(init, Init):
        raise typer.BadParameter("a history begins with init")
    return init, tuple(request for request in requests if isinstance(request, Apply))


def main(
    *,
    target: Annotated[str, typer.Option(help="Who is held against our contracts, as in check.")] = "self",
    artifacts: Annotated[Path | None, typer.Option(help="Published artifacts, as one more side.")] = None,
    seed: Annotated[int, typer.Option(help="Of the first history.")] = 1,
    histories: Annotated[int, typer.Option(min=1, help="How many.")] = 100,
    length: Annotated[int, typer.Option(min=1, help="Steps after the deployment.")] = 100,
    out: Annotated[Path, typer.Option(help="Folder for disagreements.")] = Path("out/histories"),
    again: Annotated[Path | None, typer.Option(help="A kept disagreement to ask again, instead.")] = None,
) -> None:
    """Run random histories of the contracts on several sides and report where they part."""
    console = Console(highlight=False, soft_wrap=True)
    sides = [Side(target, TargetChoice(target)())]
    if artifacts is not None:
        sides.append(Side(str(artifacts), EvmTarget(artifacts)))
    panel = Panel(sides)
    if again is not None:
        found = replay(panel, *from_document(json.loads(again.read_text(encoding="utf-8"))))
        console.print("no difference" if found is None else report(found), markup=False)
        raise typer.Exit(AGREED if found is None else DIFFERENT)

    tally, parted, began = Tally(), 0, monotonic()
    with console.status("histories") as status:
        for number in range(seed, seed + histories):
            status.update(f"history {number}: {tally.steps} steps, {parted} differences")
            found = run_history(panel, number, length, tally)
            if found is not None:
                parted += 1
                found = shrink(panel, found, replay)
                out.mkdir(parents=True, exist_ok=True)
                file = out / f"{number}.json"
                file.write_text(
                    json.dumps(to_document(number, found), indent=1, sort_keys=True) + "\n", encoding="utf-8"
                )
                console.print(f"{file}: {report(found)}", markup=False)
    names = ", ".join(side.name for side in sides)
    console.print(f"contracts against {names}, seeds {seed}-{seed + histories - 1}: {tally.steps} steps,", markup=False)
    console.print(f"{parted} histories differ; {monotonic() - began:.0f} s", markup=False)
    console.print(", ".join(f"{count} {name}" for name, count in tally.outcomes.most_common()), markup=False)
    missing = ", ".join(map(str, tally.sightings.missing()))
    console.print(f"of the ABIs {len(all_items())} items, these did not occur: {missing}", markup=False)
    raise typer.Exit(DIFFERENT if parted else AGREED)


def report(found: Disagreement) -> str:
    """A disagreement in a few lines."""
    difference, request = found.difference, found.requests[-1]
    return (
        f"{found.side} after {len(found.requests)} steps, {request.operation} at {difference.path}\n"
        f"  contracts {difference.expected}\n  got       {difference.got}"
    )


if __name__ == "__main__":
    typer.run(main)
