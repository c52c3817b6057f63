"""Lives of networks: people, owners and validators on all contracts (ROU-230 to ROU-239)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

import pytest

from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.vectors.recorder import FormOfInit, Recorder
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.fuzzing.contract_campaign import requests_of, tell_foreign
from gearexe_spec.fuzzing.contract_histories import History
from gearexe_spec.fuzzing.contract_settlement import abi
from gearexe_spec.fuzzing.contract_values import random_arguments

LENGTH = 60
SEEDS = (2, 14, 38, 81, 83, 91, 106, 112, 113, 118, 121, 123, 132, 133, 139, 143, 149, 173, 190)
"""Chosen so that together they touch as much of the ABIs as so few can (chapter 41)."""
PLACES = (
    ("Router", "router"),
    ("Mirror", "Mirror"),
    ("WrappedVara", "token"),
    ("BatchMulticall", "BatchMulticall"),
    ("POAMiddleware", "middleware"),
    ("Gear", "Gear"),
    ("Router", "Router"),
    ("WrappedVara", "WrappedVara"),
    ("POAMiddleware", "POAMiddleware"),
)
"""Contracts, and under which name of the settlement they are called: proxies, then what stands behind them."""


def steps_of(history: History, requests: Iterable[Apply]) -> Iterator[tuple[str, Json]]:
    """The steps as our contracts lead them, each with what foreign code answered in it."""
    init, contracts = history.init(), EvmTarget()
    contracts.answer(init)
    for request in requests:
        answer = contracts.answer(request)
        history.learn(answer)
        told = Apply(request.operation, {**request.input, "foreign": tell_foreign(init, request, answer)})
        yield told.operation.removeprefix("onchain/"), told.input


@pytest.mark.parametrize("seed", SEEDS)
def test_network(vectors: Recorder, seed: int) -> None:
    """A deployment, and sixty steps of users, owners, validators and foreign contracts after it."""
    history = History(random.Random(seed))
    vectors.contract("onchain", begin(History(random.Random(seed))), steps_of(history, requests_of(history, LENGTH)))


def test_every_function(vectors: Recorder) -> None:
    """Each function of each contract, once, by somebody without rights and with arguments of its types."""
    history = History(random.Random(1))
    vectors.contract("onchain", begin(History(random.Random(1))), steps_of(history, every_function(history)))


def begin(history: History) -> FormOfInit:
    """The chain before the deployment."""
    state = to_json(history.init().state)
    assert isinstance(state, dict)
    return FormOfInit(state)


def every_function(history: History) -> Iterator[Apply]:
    """The deployment, then the functions by contract and name."""
    yield from history.deployment()
    chain, chance = history.chain, random.Random(7)
    for contract, place in PLACES:
        interface = abi(contract)
        for name in sorted(interface.functions):
            arguments = random_arguments(chance, interface, name, history.names())
            yield chain.call(chain.users[3], chain.contracts[place], interface.encode_call(name, *arguments))
