"""A target behind a channel: every loss is an answer, and the next case finds it started anew.

Rules: WIR-2, WIR-5, WIR-16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.lines import WireError, answer_from_json, from_line, request_to_json, to_line
from gearexe_spec.conformance.targets.channel import Channel, ChannelLost
from gearexe_spec.conformance.targets.target import Target, TargetUnavailable
from gearexe_spec.conformance.wire import PROTOCOL, Accepted, Answer, Failure, Request

WINDOW = 64
ANSWERS_ARE = "each answer is one line, flushed at once"
"""What authors of clients forget most often."""
PATIENCE = 20
"""Losses in a row after which a target is not started again."""


class RemoteTarget(Target):
    """Speaks gearexe-wire over channels that `open_channel` makes.

    Args:
        open_channel: starts the program or connects; may raise OSError.
        seconds: the longest an answer may take.
    """

    def __init__(self, open_channel: Callable[[], Channel], seconds: float) -> None:
        self._open_channel = open_channel
        self._seconds = seconds
        self._channel: Channel | None = None
        self._hello: dict[str, Json] = {}
        self._number = 0
        self._losses = 0
        self._stale = False
        self._start()

    @property
    def window(self) -> int:  # type: ignore[override]  # depends on what the target offers
        return WINDOW if self._offers_batch() else 1

    def describe(self) -> dict[str, Json]:
        return self._hello

    def reset(self) -> None:
        """The next request begins a fresh session; a lost target is started again (WIR-37)."""
        self._stale = True

    def answer(self, request: Request) -> Answer:
        return next(self.answer_all([request]))

    def answer_all(self, requests: Sequence[Request]) -> Iterator[Answer]:
        try:
            self._freshen()
            if len(requests) == 1 and not self._stale:
                answers = [self._ask(request_to_json(requests[0]))]
            else:
                answers = self._ask_batch(requests)
            self._losses = 0
        except (ChannelLost, WireError) as error:
            self._drop()
            answers = [Failure(str(error))] * len(requests)
        return iter(answers)

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _freshen(self) -> None:
        """Make the session fresh if it has to be and a batch cannot say so itself."""
        if self._losses >= PATIENCE:
            raise ChannelLost(f"given up after it was lost {PATIENCE} times in a row")
        if self._channel is None:
            if not self._stale:
                raise ChannelLost("it was lost earlier in this case")
            try:
                self._start()
            except TargetUnavailable as error:
                raise ChannelLost(str(error)) from error
        elif self._stale and not self._offers_batch():
            self._say_hello()

    def _ask_batch(self, requests: Sequence[Request]) -> list[Answer]:
        forms: list[Json] = [request_to_json(request) for request in requests]
        answer = self._ask({"method": "batch", "params": {"fresh": self._stale, "requests": forms}})
        self._stale = False
        if not isinstance(answer, Accepted) or not isinstance(answer.outputs, list):
            raise WireError("a batch is accepted with a list of answers")
        if len(answer.outputs) != len(requests):
            raise WireError(f"{len(answer.outputs)} answers to a batch of {len(requests)} requests")
        return [answer_from_json(form) for form in answer.outputs]

    def _start(self) -> None:
        try:
            self._channel = self._open_channel()
            self._say_hello()
        except (OSError, ValueError) as error:
            raise TargetUnavailable(f"it does not start: {error}") from error
        except (ChannelLost, WireError) as error:
            self._drop()
            raise TargetUnavailable(f"it does not answer hello: {error} ({ANSWERS_ARE})") from error

    def _say_hello(self) -> None:
        answer = self._ask({"method": "hello", "params": {"protocol": PROTOCOL}})
        if not isinstance(answer, Accepted) or not isinstance(answer.outputs, dict):
            raise WireError("hello is accepted with an object")
        if answer.outputs.get("protocol") != PROTOCOL:
            raise WireError(f"protocol {answer.outputs.get('protocol')!r} instead of {PROTOCOL!r}")
        self._hello = answer.outputs
        self._stale = False

    def _ask(self, form: dict[str, Json]) -> Answer:
        if self._channel is None:
            raise ChannelLost("it is gone")
        self._number += 1
        form["id"] = self._number
        answer = from_line(self._channel.exchange(to_line(form), self._seconds))
        if isinstance(answer, dict) and answer.get("id") != self._number:
            raise WireError(f"an answer to request {answer.get('id')!r} instead of {self._number}")
        return answer_from_json(answer)

    def _offers_batch(self) -> bool:
        methods = self._hello.get("methods")
        return isinstance(methods, list) and "batch" in methods

    def _drop(self) -> None:
        self._losses += 1
        self.close()
