"""Lives of networks: people, owners and validators on all contracts (ROU-230 to ROU-239)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

import pytest

from gearexe_spec.conformance.json_form import Json, to_json
from gearexe_spec.conformance.targets.evm import EvmTarget
from gearexe_spec.conformance.vectors.recorder import FormOfInit, Recorder
from gearexe_spec.conformance.wire import Apply, Init
from gearexe_spec.fuzzing.contract_campaign import requests_of, tell_foreign
from gearexe_spec.fuzzing.contract_histories import History
from gearexe_spec.fuzzing.contract_settlement import abi
from gearexe_spec.fuzzing.contract_values import random_arguments

LENGTH = 60
WHOLE = (83, 190)
PARTS = {
    38: "27 28 30 35 61 63",
    81: "38 60 61",
    106: "23 25 27 28 31 33 36 40 41 43 45 47 50 52 53 62 64 65 68 69 72 73 74 75 76 77 78 81",
    112: "37 73",
    113: "23",
    118: "28 44 54 74",
    121: "24 28 29 31 32 33 35 40 48 49 52 54 56 57 58 59 65 70 71",
    123: "23 24 27 29 33 35 40 49 50 52 54 59 63 64 65 66 67 79 81",
    132: "24 29 39 40 49 50 56 57",
    133: "23 24 27 33 43 67 77",
    139: "26 27 28 30 32 38 48 50 52 54 55 57 65 70 71 78 79 81",
    143: "23 25 55 59 73 76",
    149: "24 31 34 35 39 40 43 44 46 53 55 57 59 60 63 64 65 66 68 81 82",
    173: "24 25 30 31 34 36 37 46 49 50 53 56 75",
}
"""By seed: the steps that lead to what is met in no other vector; the deployment goes before them (chapter 41)."""
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


def live(history: History, requests: Iterable[Apply]) -> tuple[Init, list[Apply]]:
    """How a history begins, and what happens in it, as our contracts lead it."""
    init, contracts, lived = history.init(), EvmTarget(), []
    contracts.answer(init)
    for request in requests:
        history.learn(contracts.answer(request))
        lived.append(request)
    return init, lived


def steps_of(init: Init, requests: Iterable[Apply]) -> Iterator[tuple[str, Json]]:
    """The steps, each with what foreign code answered in it."""
    contracts = EvmTarget()
    contracts.answer(init)
    for request in requests:
        told = {**request.input, "foreign": tell_foreign(init, request, contracts.answer(request))}
        yield request.operation.removeprefix("onchain/"), told


@pytest.mark.parametrize("seed", WHOLE)
def test_network(vectors: Recorder, seed: int) -> None:
    """A deployment, and sixty steps of users, owners, validators and foreign contracts after it."""
    history = History(random.Random(seed))
    record(vectors, *live(history, requests_of(history, LENGTH)))


@pytest.mark.parametrize(("seed", "kept"), PARTS.items())
def test_rare_turns(vectors: Recorder, seed: int, kept: str) -> None:
    """What happens seldom, cut out of longer histories: a deployment, and the steps that lead there."""
    history = History(random.Random(seed))
    init, lived = live(history, requests_of(history, LENGTH))
    deployment = lived[: len(lived) - LENGTH]
    record(vectors, init, deployment + [lived[int(index)] for index in kept.split()])


def test_every_function(vectors: Recorder) -> None:
    """Each function of each contract, once, by somebody without rights and with arguments of its types."""
    history = History(random.Random(1))
    record(vectors, *live(history, every_function(history)))


def record(vectors: Recorder, init: Init, requests: Iterable[Apply]) -> None:
    """A history from the chain before its deployment on."""
    state = to_json(init.state)
    assert isinstance(state, dict)
    vectors.contract("onchain", FormOfInit(state), steps_of(init, requests))


def every_function(history: History) -> Iterator[Apply]:
    """The deployment, then the functions by contract and name."""
    yield from history.deployment()
    chain, chance = history.chain, random.Random(7)
    for contract, place in PLACES:
        interface = abi(contract)
        for name in sorted(interface.functions):
            arguments = random_arguments(chance, interface, name, history.names())
            yield chain.call(chain.users[3], chain.contracts[place], interface.encode_call(name, *arguments))
