"""Production's recordings on our contracts, and proof that the replay would notice."""

import copy
from pathlib import Path
from typing import Any

import pytest

from gearexe_spec.conformance.contract_replay import replay_suite, start
from gearexe_spec.conformance.suite import find_files, read_document
from gearexe_spec.evm.artifacts import embedded_artifacts

SUITE = Path(__file__).parents[2] / "vectors" / "production" / "onchain"
FILES = [file for file in find_files(SUITE) if file.name not in ("coverage", "hashes")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_our_contracts_do_what_production_did(file: Any) -> None:
    outcomes = list(replay_suite(file.path, embedded_artifacts()))
    assert outcomes
    assert [f"{name}: {difference}" for name, difference in outcomes if difference is not None] == []


def test_there_are_as_many_files_as_were_recorded() -> None:
    assert len(FILES) == 20


@pytest.fixture(scope="module")
def recorded() -> tuple[dict[str, Any], dict[str, Any]]:
    document: Any = read_document(next(file.path for file in FILES if file.name == "chain"))
    case = next(case for case in document["cases"] if case["name"] == "callbacks")
    return case, document["receivers"]


def find(case: dict[str, Any], part: str) -> dict[str, Any]:
    """The first step with this part of a result, or of itself."""
    return next(step for step in case["steps"] if step.get(part) or step.get("result", {}).get(part))


def alter_log(case: dict[str, Any]) -> None:
    find(case, "logs")["result"]["logs"][0]["topics"][0] = "0x" + "11" * 32


def drop_log(case: dict[str, Any]) -> None:
    find(case, "logs")["result"]["logs"].pop()


def alter_return(case: dict[str, Any]) -> None:
    find(case, "returnData")["result"]["returnData"] += "00"


def alter_call(case: dict[str, Any]) -> None:
    find(case, "calls")["result"]["calls"][0]["gas"] = 7_300


def alter_status(case: dict[str, Any]) -> None:
    find(case, "logs")["result"]["status"] = "revert"


def alter_state(case: dict[str, Any]) -> None:
    delta = find(case, "delta")["delta"]
    delta[next(iter(delta))] = "0x1234"


def drop_state(case: dict[str, Any]) -> None:
    find(case, "delta")["delta"].popitem()


def alter_creation(case: dict[str, Any]) -> None:
    find(case, "creations")["result"]["creations"][0]["initcodeHash"] = "0x" + "22" * 32


@pytest.mark.parametrize(
    "alter",
    [alter_log, drop_log, alter_return, alter_call, alter_status, alter_state, drop_state, alter_creation],
)
def test_an_altered_recording_is_noticed(alter: Any, recorded: tuple[dict[str, Any], dict[str, Any]]) -> None:
    case, receivers = copy.deepcopy(recorded[0]), recorded[1]
    assert next(start(case, receivers, embedded_artifacts()).run(), None) is None
    alter(case)
    assert next(start(case, receivers, embedded_artifacts()).run(), None) is not None
