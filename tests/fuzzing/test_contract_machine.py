"""The contracts as a state machine: hypothesis picks the steps, and makes a difference small by itself.

The steps are those of the random histories; hypothesis says which, and gives each its seed. After every step the sides
are compared: status, output, events, calls, storage, balances and views.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.faults import FAULTS
from gearexe_spec.conformance.wire import Answer, Apply, Init, Restore, Save
from gearexe_spec.fuzzing.contract_campaign import Disagreement, Panel, Side, ask_views, report
from gearexe_spec.fuzzing.contract_histories import History
from gearexe_spec.fuzzing.contract_settlement import MIRROR, MULTICALL, ROUTER
from gearexe_spec.onchain import commit_batch

TEST_SIZE = settings(
    max_examples=20,
    stateful_step_count=20,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
)
NETWORK = 3
DEPLOYED = "deployed"
SEEDS = st.integers(0, 2**16 - 1)


class Parted(AssertionError):
    """The sides part."""

    def __init__(self, found: Disagreement) -> None:
        super().__init__(report(found))
        self.found = found


class Contracts(RuleBasedStateMachine):
    """A network on our contracts and on those that are held against them; it is deployed once."""

    panel: Panel
    begun: Init
    deployment: tuple[Answer, ...]

    def __init__(self) -> None:
        super().__init__()
        self.panel.everywhere(Restore(DEPLOYED))
        self.history = History(random.Random(NETWORK))
        self.asked: list[Apply] = []
        for request, answer in zip(self.history.deployment(), self.deployment, strict=True):
            self.asked.append(request)
            self.history.learn(answer)

    def ask(self, requests: Iterable[Apply]) -> None:
        for request in requests:
            self.asked.append(request)
            answer, parted = self.panel.ask(self.begun, request)
            if parted is not None:
                raise Parted(Disagreement(self.begun, tuple(self.asked), *parted))
            self.history.learn(answer)

    def look(self, views: Iterable[Apply]) -> None:
        if found := ask_views(self.panel, views, self.begun, self.asked):
            raise Parted(found)

    def take(self, seed: int, make: Callable[[], Apply]) -> None:
        self.history.chance.seed(seed)
        self.history.committee.forget()
        self.ask([make()])
        self.look(self.history.telling_views())

    @rule()
    def found_program(self) -> None:
        self.history.committee.forget()
        self.ask(self.history.first_program())

    @rule(seed=SEEDS)
    def request_code(self, seed: int) -> None:
        self.take(seed, self.history.request_code)

    @rule(seed=SEEDS)
    def commit(self, seed: int) -> None:
        self.take(seed, self.history.committee.commit)

    @rule(seed=SEEDS)
    def create_program(self, seed: int) -> None:
        self.take(seed, self.history.create_program)

    @rule(seed=SEEDS)
    def use_program(self, seed: int) -> None:
        self.take(seed, self.history.use_program)

    @rule(seed=SEEDS)
    def send_several(self, seed: int) -> None:
        self.take(seed, self.history.send_several)

    @rule(seed=SEEDS)
    def govern(self, seed: int) -> None:
        self.take(seed, self.history.govern)

    @rule(seed=SEEDS)
    def do_anything(self, seed: int) -> None:
        self.take(seed, self.history.step)

    @rule()
    def look_at_everything(self) -> None:
        self.look(self.history.views())


def run(side: Side) -> None:
    """Let hypothesis look for a difference."""
    shared, history = Panel([side]), History(random.Random(NETWORK))
    init = history.init()
    shared.begin(init)
    answers = tuple(shared.ask(init, request)[0] for request in history.deployment())
    shared.everywhere(Save(DEPLOYED))

    class Machine(Contracts):
        panel, begun, deployment = shared, init, answers

    run_state_machine_as_test(Machine, settings=TEST_SIZE)


def find(side: Side) -> Disagreement:
    """What hypothesis shows in the end: the smallest history on which the side parts from the contracts."""
    with pytest.raises(Parted) as caught:
        run(side)
    return caught.value.found


def test_the_specification_does_what_the_contracts_do() -> None:
    run(Side("specification", SpecTarget()))


def test_a_mistake_in_the_specification_is_found_and_made_small() -> None:
    """One of the seeded mistakes, in a process of its own: codes are committed that nobody requested."""
    number = [(fault.module, fault.function) for fault in FAULTS].index(("onchain.commit_batch", "commit_code"))
    with closing(TargetChoice(f"faulty:{number}")()) as target:
        found = find(Side("faulty", target))
    functions = list(functions_of(found))
    assert functions[-1] == "commitBatch"
    assert len(functions) <= 5


def test_a_mistake_that_takes_two_steps_is_made_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verdicts on codes are announced wrongly: to see it takes a request and a batch."""
    right = commit_batch.CodeGotValidated
    monkeypatch.setattr(commit_batch, "CodeGotValidated", lambda code, valid: right(code, not valid))
    found = find(Side("faulty", SpecTarget()))
    assert list(functions_of(found)) == ["requestCodeValidation", "commitBatch"]
    assert "/logs" in found.difference.path


def functions_of(found: Disagreement) -> Iterator[str]:
    """The functions that were called after the deployment."""
    for request in found.requests[len(list(History(random.Random(NETWORK)).deployment())) :]:
        selector = bytes.fromhex(str(request.input["calldata"])[2:10])
        yield next(abi.selectors[selector].name for abi in (ROUTER, MIRROR, MULTICALL) if selector in abi.selectors)
