"""What a target is to the runner."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from gearexe_spec.conformance.builds import expect_of_production
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.wire import Answer, Request


class TargetUnavailable(Exception):
    """There is no such target, or it does not start, or it does not speak the protocol."""


class Target(ABC):
    """Whatever answers requests; one session, one state per area."""

    window = 1
    """How many requests the runner hands over at once."""

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """Answer one request; never raises for what the other side did."""

    @abstractmethod
    def reset(self) -> None:
        """Forget all states and everything saved: the next case starts afresh."""

    @abstractmethod
    def describe(self) -> dict[str, Json]:
        """What the target says of itself in its answer to `hello` (WIR-2)."""

    def answer_all(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """Answer several requests in order."""
        return map(self.answer, requests)

    def expected_of(self, request: Request, expected: Answer | None) -> Answer | None:
        """What the target is held to: what was recorded, unless its revision or build is declared to differ."""
        return expect_of_production(request, expected)

    def close(self) -> None:
        """End the session."""
        self.reset()
