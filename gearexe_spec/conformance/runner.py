"""Replaying recorded cases through a target: the one runner there is.

Rules: WIR-34 to WIR-36, VEC-2, VEC-3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from gearexe_spec.conformance.compare import Difference, compare_answers
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.reference.adapter import ADAPTERS, WITHOUT_CASES, Case, Document, Exchange, format_of
from gearexe_spec.conformance.suite import SuiteFile, UnreadableFile, matches, may_match, read_document
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.wire import Answer, Apply, GetState, Init, Request, Restore, Save, Trace, Unsupported


class Status(StrEnum):
    """What became of a case: exactly one of these (WIR-36)."""

    PASSED = "passed"
    FAILED = "failed"
    UNSUPPORTED = "not specified yet"
    NO_CASES = "no cases"
    UNKNOWN = "unknown format"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case, or of a file that could not be made into cases.

    Args:
        name: `folder/file/case`.
        status: what became of it.
        request: the request that was answered otherwise, in a few words.
        where: its place in the recorded file.
        difference: the first difference.
        note: why it is not specified yet.
        exchanges: how many were answered as expected.
        rules: the rules the case is about.
        index: its place in the file.
    """

    name: str
    status: Status
    request: str = ""
    where: str = ""
    difference: Difference | None = None
    note: str = ""
    exchanges: int = 0
    rules: tuple[str, ...] = ()
    index: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file: every `shards`-th case, beginning with number `shard`, as far as it fits the glob."""

    file: SuiteFile
    shard: int = 0
    shards: int = 1
    only: str | None = None


def run_file(target: Target, piece: Piece, start_clock: Callable[[], None] = lambda: None) -> Iterator[Outcome]:
    """Run the cases of a piece; `start_clock` is called before each (VEC-2)."""
    file, only = piece.file, piece.only
    if not may_match(file.name, only):
        return
    try:
        cases = cases_of(read_document(file.path))
        for index, case in enumerate(cases):
            name = f"{file.name}/{case.name}"
            if index % piece.shards == piece.shard and matches(name, only):
                start_clock()
                yield replace(run_case(target, case, name), index=index)
    except Exception as error:  # an adapter that trips over a file must be seen, and the next file run
        if piece.shard == 0 and _fits_so_far(file.name, only):
            yield _without_cases(file.name, error)


def run_case(target: Target, case: Case, name: str) -> Outcome:
    """Run the exchanges of a case in a fresh session up to the first difference (WIR-34)."""
    target.reset()
    done = 0
    try:
        for exchange, answer in _answered(target, case):
            difference = compare_answers(target.expected_of(exchange.request, exchange.expected), answer)
            if difference is None:
                done += 1
                continue
            words = request_in_words(exchange.request)
            if isinstance(answer, Unsupported):
                return Outcome(name, Status.UNSUPPORTED, words, exchange.where, None, answer.what, done, case.rules)
            return Outcome(name, Status.FAILED, words, exchange.where, difference, "", done, case.rules)
    except (Exception, CaseTooLong) as error:  # the adapter's own defect, or no time left
        words = f"{type(error).__name__}: {error}"
        return Outcome(name, Status.FAILED, difference=Difference("", "an answer", words), exchanges=done)
    return Outcome(name, Status.PASSED, exchanges=done, rules=case.rules)


def _answered(target: Target, case: Case) -> Iterator[tuple[Exchange, Answer]]:
    """Exchanges with their answers; as many requests at once as the target likes."""
    left = case.exchanges()
    while window := list(islice(left, target.window)):
        yield from zip(window, target.answer_all([exchange.request for exchange in window]), strict=True)


def request_in_words(request: Request) -> str:
    """A request as a report names it."""
    match request:
        case Apply():
            return request.operation
        case Trace():
            return f"trace {request.operation}"
        case Init():
            return f"init {request.area}"
        case GetState():
            return f"get_state {request.area}"
        case Save():
            return f"save {request.name}"
        case Restore():
            return f"restore {request.name}"


class CaseTooLong(BaseException):
    """A case took longer than it may; not an `Exception`, so that no handler on the way swallows it."""


class _NoCases(Exception):
    pass


class _UnknownFormat(Exception):
    pass


def has_cases(document: Document) -> bool:
    """Whether a document holds cases; others only count them (VEC-3)."""
    return format_of(document) not in WITHOUT_CASES


def cases_of(document: Document) -> Iterator[Case]:
    """The cases of a document, by the adapter of its format (VEC-2)."""
    import_rooms()
    name = format_of(document)
    if not has_cases(document):
        raise _NoCases
    if name is None:
        raise _UnknownFormat("a document that names no format")
    if name not in ADAPTERS:
        raise _UnknownFormat(f"format {name}")
    return ADAPTERS[name](document)


def _fits_so_far(name: str, only: str | None) -> bool:
    """Whether a file without cases is what was asked for: its folders and file fit the glob's first parts."""
    if only is None:
        return True
    parts, patterns = name.split("/"), only.split("/")
    return all(matches(part, pattern) for part, pattern in zip(parts, patterns, strict=False)) or matches(name, only)


def _without_cases(name: str, error: Exception) -> Outcome:
    match error:
        case _NoCases():
            return Outcome(name, Status.NO_CASES)
        case _UnknownFormat():
            return Outcome(name, Status.UNKNOWN, note=str(error))
        case UnreadableFile():
            why = f"unreadable file: {error}"
        case _:
            why = f"adapter: {type(error).__name__}: {error}"
    return Outcome(name, Status.FAILED, difference=Difference("", "cases", why))
