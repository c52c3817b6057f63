"""`gearexe-spec explain`: on calls that production recorded, and on what is no call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gearexe_spec.cli import main
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite


def recorded(name: str) -> list[Any]:
    (file,) = (file for file in find_files(shipped_suite() / "onchain") if file.name.endswith(name))
    cases: Any = read_document(file.path)["cases"]
    return list(cases)


def write_situation(folder: Path, case: Any, until: int) -> Path:
    state = dict(case["initialState"])
    for step in case["steps"][:until]:
        for path, value in {} if step.get("dry") else step.get("delta", {}).items():
            state.pop(path, None) if value is None else state.update({path: value})
    genesis = case["genesis"]
    parts = {name: genesis[name] for name in ("chainId", "blockHashSalt", "cloneInitcodeHashes")}
    parts |= {"block": case["steps"][until]["block"], "addresses": case["addresses"], "state": state}
    path = folder / "state.json"
    path.write_text(json.dumps(parts))
    return path


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["explain", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("name", ["header", "code_commitments", "validators", "messages", "wvara"])
def test_the_outcome_is_the_recorded_one(tmp_path: Path, name: str) -> None:
    case = recorded(name)[0]
    asked = 0
    for place, step in enumerate(case["steps"][:40]):
        if step["kind"] != "call" or not step.get("args") or step["result"].get("calls") or step.get("blobHashes"):
            continue
        state = write_situation(tmp_path, case, place)
        value = step.get("value", "0x0")
        options = ["--state", str(state), "--to", step["to"], "--from", step["from"], "--value", value]
        code, text = run(step["calldata"], *options)
        result = step["result"]
        assert code == (0 if result["status"] == "ok" else 1), text
        assert ("would be accepted" in text) == (code == 0)
        assert "error" not in result.get("revert", {}) or result["revert"]["error"] in text
        digest = step.get("info", {}).get("digest")
        assert digest is None or digest in text
        asked += 1
    assert asked > 3


def test_failed_checks_come_in_order(tmp_path: Path) -> None:
    case = recorded("header")[2]
    place = next(
        index
        for index, step in enumerate(case["steps"])
        if step["result"].get("revert", {}).get("error") == "BatchTimestampNotInPast"
    )
    state = write_situation(tmp_path, case, place)
    code, text = run(case["steps"][place]["calldata"], "--state", str(state))
    assert code == 1
    assert text.index("passes      ROU-173") < text.index("FAILS       ROU-174") < text.index("not reached ROU-175")
    assert "rewards are stamped" not in text


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("header", "PredecessorBlockNotFound", "before block"),
        ("header", "BatchTimestampNotInPast", "the block 17"),
        ("header", "InvalidPreviousCommittedBatchHash", "the latest committed one is"),
        ("header", "BatchTimestampTooEarly", "the latest one"),
        ("chain", "UnknownProgram", "The Router knows no program 0x"),
        ("code_commitments", "CodeValidationNotRequested", " is Unknown"),
        ("rewards", "RewardsCommitmentTimestampNotInPast", "Rewards are stamped"),
        ("rewards", "RewardsCommitmentPredatesGenesis", "the genesis"),
        ("rewards", "RewardsCommitmentEraNotPrevious", "Rewards are of era"),
        ("validators", "CommitmentEraNotNext", "is running, so"),
        ("validators", "ElectionNotStarted", "The election begins at"),
        ("validators", "ValidatorsAlreadyScheduled", "There are validators for the time from"),
        ("validators", "TimestampOlderThanPreviousEra", "the era began at"),
        ("ecdsa", "SignatureVerificationFailed", "have to."),
        ("frost", "SignatureVerificationFailed", "aggregated key"),
    ],
)
def test_why_a_batch_fails(tmp_path: Path, name: str, error: str, words: str) -> None:
    case, place = next(
        (case, place)
        for case in recorded(name)
        for place, step in enumerate(case["steps"])
        if step.get("function") == "commitBatch" and step["result"].get("revert", {}).get("error") == error
    )
    state = write_situation(tmp_path, case, place)
    code, text = run(case["steps"][place]["calldata"], "--state", str(state))
    assert code == 1
    assert f"would revert: {error}" in text
    assert words in text.split("Outcome")[1]


def test_what_a_view_answers_has_its_type(tmp_path: Path) -> None:
    case = recorded("programs")[0]
    state = write_situation(tmp_path, case, len(case["steps"]) - 1)
    assert "answers\n    validatorsThreshold: 3" in run("0xedc87225", "--state", str(state))[1]
    assert "OwnableUnauthorizedAccount(account 0x00" in run("0x8456cb59", "--state", str(state))[1]


def test_a_contract_that_the_state_does_not_hold(tmp_path: Path) -> None:
    case = recorded("programs")[0]
    state = write_situation(tmp_path, case, 0)
    code, text = run("0xaffed0e0", "--state", str(state), "--to", "0x" + "11" * 20)
    assert code == 2
    assert "holds no contract at 0x1111" in text
    code, text = run("0xaffed0e0", "--state", str(state))
    assert code == 2
    assert "Say with --to which Mirror is called" in text


@pytest.mark.parametrize(
    ("calldata", "words"),
    [
        ("0xzz", "no hexadecimal text: character 1"),
        ("0x123", "Half a byte is missing"),
        ("", "0 bytes name no function"),
        ("0xdeadbeef", "has the selector 0xdeadbeef"),
        ("0x1622441d00", "truncated or malformed"),
        ("0x42129d00" + "ff" * 64, "truncated or malformed"),
        ("@/no/such/file", "cannot be read"),
    ],
)
def test_what_is_no_call_is_told_in_a_sentence(calldata: str, words: str) -> None:
    code, text = run(calldata)
    assert code == 2
    assert words in text
    assert "Traceback" not in text


def test_a_broken_state_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    for content in ("", "[]", "{}", '{"addresses": {"router": "0x00"}}'):
        path.write_text(content)
        code, text = run("0x8456cb59", "--state", str(path))
        assert code == 2
        assert "cannot be used" in text
