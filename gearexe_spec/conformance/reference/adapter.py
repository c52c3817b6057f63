"""What an adapter is: it turns one recorded file into cases, and a case into exchanges on the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.wire import Answer, Request


class Document(dict[str, Json]):
    """A recorded file as it was read, and where its neighbours are.

    Args:
        parts: the JSON object.
        origin: the path of the file, for reports.
        neighbours: reads another file of the same folder by its name (`programs.json`).
    """

    def __init__(
        self,
        parts: dict[str, Json],
        origin: str = "",
        neighbours: Callable[[str], Document] | None = None,
    ) -> None:
        super().__init__(parts)
        self.origin = origin
        self._neighbours = neighbours

    def sibling(self, name: str) -> Document:
        """Another recorded file of the same folder; packed files answer to their plain name.

        Raises:
            FileNotFoundError: there is none.
        """
        if self._neighbours is None:
            raise FileNotFoundError(name)
        return self._neighbours(name)

    def state(self, name: str) -> Json:
        """The state with this hash: `states/HASH.json` in the folder that holds the manifest.

        Raises:
            FileNotFoundError: there is none.
        """
        return self.sibling(f"states/{name}.json")["state"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and the answer production's recording demands.

    Every field of the expected answer is compared; a target may answer with more fields, never with others. Lists have
    the same length; numbers, booleans and strings never equal each other. An empty `reason` or `phase` of an expected
    rejection is not compared, for recordings that do not tell.
    `expected` is None where the request only prepares the next one and must merely be accepted.
    """

    request: Request
    expected: Answer | None
    where: str = ""
    """Place in the recorded file as JSON pointer, for reports."""


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded case; its exchanges run in order in one fresh session and stop at the first difference."""

    name: str
    exchanges: Callable[[], Iterator[Exchange]]
    """Made only when the case runs."""
    flags: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """Ids of the rules the case is about, where they are known."""


Adapter = Callable[[Document], Iterator[Case]]

ADAPTERS: dict[str, Adapter] = {}
"""By the format of the recorded files (`onchain-hashes/1`)."""

WITHOUT_CASES = frozenset(
    {"economics-coverage/1", "onchain-coverage/1", "wasm-coverage/1", "manifest/1", "vectors-manifest/1"}
)
"""Formats that count or list what other files hold."""

SHAPES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"worlds", "cases"}), "economics-scenario/1"),
    (frozenset({"trees"}), "economics-merkle/1"),
    (frozenset({"moduli", "rows"}), "economics-draws/1"),
    (frozenset({"artifacts", "events", "results"}), "economics-coverage/1"),
    (frozenset({"functions", "errors", "events"}), "onchain-coverage/1"),
)
"""Formats of recordings that do not name theirs, by the fields they have."""


def adapter(format_name: str) -> Callable[[Adapter], Adapter]:
    """Register the adapter of a recorded format."""

    def register(function: Adapter) -> Adapter:
        if format_name in ADAPTERS:
            raise ValueError(f"format {format_name} has two adapters")
        ADAPTERS[format_name] = function
        return function

    return register


def format_of(document: dict[str, Json]) -> str | None:
    """The format a recorded file names, or that its fields give away; None if neither."""
    if "format" in document:
        name = document["format"]
        return name if isinstance(name, str) else None
    return next((name for shape, name in SHAPES if shape <= document.keys()), None)
