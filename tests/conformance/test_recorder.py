"""The recorder and the folder it fills: states, diffs, oracles, manifest, schemas, lint, archive."""

import json
from collections.abc import Iterator
from enum import auto
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.rejection import Rejected, Rejection
from gearexe_spec.conformance.json_form import to_json
from gearexe_spec.conformance.operations.registry import AREAS, Area
from gearexe_spec.conformance.runner import Piece, Status, run_file
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import SuiteFile, find_files, shipped_vectors
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.vectors import production_oracle
from gearexe_spec.conformance.vectors.archive import pack_archive
from gearexe_spec.conformance.vectors.canonical import canonical, content_hash
from gearexe_spec.conformance.vectors.fill import (
    ClashingCases,
    Fragment,
    assemble,
    load_fragments,
    save_fragment,
    write_folder,
)
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.lint import lint
from gearexe_spec.conformance.vectors.oracles import ORACLES, oracle
from gearexe_spec.conformance.vectors.recorder import NotRecordable, Recorder, Source
from gearexe_spec.conformance.vectors.states import diff_states, patch_state
from gearexe_spec.conformance.wire import Accepted, Answer, Request


class PurseRejection(Rejection):
    TooPoor = auto()


def spend(state: dict[str, int], parts: dict[str, Any]) -> tuple[dict[str, int], Any]:
    amount, who = int(parts["amount"], 16), parts["who"]
    if state.get(who, 0) < amount:
        raise Rejected(PurseRejection.TooPoor)
    left = {**state, who: state[who] - amount}
    return {name: held for name, held in left.items() if held}, {"spent": parts["amount"]}


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    def load(form: Any) -> dict[str, int]:
        return {name: int(held, 16) for name, held in form.items()}

    AREAS["purse"] = Area(load, to_json, lambda state: content_hash(to_json(state)), {"spend": spend})
    yield Recorder(Source("tests/x.py::test_x", "x", "What x does.", ("BAS-1",)))
    del AREAS["purse"]


def give_all(recorder: Recorder) -> None:
    state = {"alice": 5, "bob": 2}
    recorder.transition("purse", state, "spend", {"who": "alice", "amount": 3}, name="some")
    recorder.transition("purse", state, "spend", {"who": "bob", "amount": 2}, name="all")
    recorder.transition("purse", state, "spend", {"who": "bob", "amount": 3}, name="too_much", flags=[Flag.BOUNDARY])


def test_transitions_are_recorded_with_diffs(recorder: Recorder) -> None:
    give_all(recorder)
    some, everything, too_much = (item.case for item in recorder.recorded)
    assert some["postDiff"] == {"set": {"/alice": "0x2"}, "removed": []}
    assert some["postRoot"] == content_hash({"alice": "0x2", "bob": "0x2"})
    assert everything["postDiff"] == {"set": {}, "removed": ["/bob"]}
    assert too_much["rejected"] == {"reason": "TooPoor", "phase": "execute", "details": {}}
    assert "postDiff" not in too_much
    assert some["pre"] == too_much["pre"]


def test_a_filled_folder_lints_and_replays(recorder: Recorder, tmp_path: Path) -> None:
    give_all(recorder)
    transitions = Fragment("area/spend", tuple(recorder.recorded))
    recorder.recorded = []
    steps = [("spend", {"who": "alice", "amount": 3}), ("spend", {"who": "alice", "amount": 3})]
    recorder.scenario("purse", {"alice": 5}, [*steps, ("spend", {"who": "alice", "amount": 2})])
    scenario = Fragment("area/story", tuple(recorder.recorded))
    for number, fragment in enumerate((transitions, scenario)):
        (tmp_path / "fragments").mkdir(exist_ok=True)
        save_fragment(tmp_path / "fragments", str(number), fragment)
    files = assemble(load_fragments(tmp_path / "fragments"))
    assert files == assemble([scenario, transitions])

    folder = tmp_path / "vectors"
    assert write_folder(folder, files) == sorted(files)
    assert write_folder(folder, files) == []
    assert list(lint(folder)) == []
    found = {file.name: file for file in find_files(folder)}
    assert sorted(found) == ["area/spend", "area/story", "manifest"]
    outcomes = [outcome for name in ("area/spend", "area/story") for outcome in run(found[name])]
    assert [(name, status) for name, status, _ in outcomes] == [
        ("area/spend/all", Status.PASSED),
        ("area/spend/some", Status.PASSED),
        ("area/spend/too_much", Status.PASSED),
        ("area/story/x", Status.PASSED),
    ]

    forgot = Area(
        AREAS["purse"].load,
        to_json,
        AREAS["purse"].root,
        {"spend": lambda state, parts: (state, {"spent": parts["amount"]})},
    )
    AREAS["purse"] = forgot
    broken = [(name, path) for name, status, path in run(found["area/spend"]) if status is Status.FAILED]
    assert broken == [("area/spend/all", "/root"), ("area/spend/some", "/alice"), ("area/spend/too_much", "")]


def run(file: SuiteFile) -> list[tuple[str, Status, str]]:
    outcomes = run_file(SpecTarget(), Piece(file))
    return [(item.name, item.status, item.difference.path if item.difference else "") for item in outcomes]


def test_lint_finds_what_is_wrong(recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give_all(recorder)
    write_folder(tmp_path, assemble([Fragment("area/spend", tuple(recorder.recorded))]))
    path = tmp_path / "area" / "spend.json"
    document = json.loads(path.read_bytes())

    document["cases"][0]["input"]["amount"] = "0x9"
    path.write_bytes(canonical(document))
    problems = list(lint(tmp_path))
    assert "area/spend/all: the hash is not that of the case" in problems

    document["cases"][0]["extra"] = 1
    path.write_bytes(json.dumps(document).encode())
    problems = list(lint(tmp_path))
    assert "area/spend.json: not in canonical form" in problems
    assert any("extra" in problem for problem in problems)

    monkeypatch.setattr("gearexe_spec.conformance.vectors.lint.GREATEST_TREE", 1_000)
    assert any(problem.endswith("more than 1000") for problem in lint(tmp_path))

    path.unlink()
    problems = list(lint(tmp_path))
    assert any(problem.endswith("no case uses it") for problem in problems)
    assert "manifest.json: does not list what is there" in problems


def test_an_oracle_that_disagrees_stops_the_recording(recorder: Recorder) -> None:
    oracle("hashes/keccak256", "a doubter")(lambda form: Accepted({"result": "0x00"}))
    try:
        with pytest.raises(NotRecordable, match="a doubter says 0x00 at /result, we say 0xc5d2"):
            recorder.hash("hashes/keccak256", {"data": b""})
    finally:
        ORACLES["hashes/keccak256"].pop()


class _Production(SpecTarget):
    """In place of production: another answer to everything."""

    def answer(self, request: Request) -> Answer:
        return Accepted({"codeId": "0x00"})


@pytest.mark.parametrize(("stands_in", "is_unconfirmed"), [(None, True), (SpecTarget(), False)])
def test_a_case_remembers_whether_production_was_there(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, stands_in: Target | None, is_unconfirmed: bool
) -> None:
    monkeypatch.setattr(production_oracle, "_production", lambda: stands_in)
    recorder.hash("hashes/keccak256", {"data": b""}, name="not asked of production")
    recorder.hash("code/id", {"code": b""}, name="asked")
    assert [case.is_unconfirmed for case in recorder.recorded] == [False, is_unconfirmed]
    assert "isUnconfirmed" not in str(recorder.recorded[1].case)


def test_production_that_disagrees_stops_the_recording(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(production_oracle, "_production", _Production)
    with pytest.raises(NotRecordable, match="production's release, live says 0x00 at /codeId"):
        recorder.hash("code/id", {"code": b""})


def test_what_cannot_be_recorded(recorder: Recorder) -> None:
    with pytest.raises(NotRecordable, match="nothing/here"):
        recorder.hash("nothing/here", {})
    with pytest.raises(TypeError, match="unknown: flag"):
        recorder.hash("hashes/keccak256", {"data": b""}, flag=Flag.EMPTY)
    recorder.hash("hashes/keccak256", {"data": b""}, name="one")
    recorder.hash("hashes/keccak256", {"data": b"1"}, name="one")
    with pytest.raises(ClashingCases, match="one"):
        assemble([Fragment("a/b", tuple(recorder.recorded))])


def test_codec_cases_go_both_ways(recorder: Recorder) -> None:
    AREAS.pop("purse")
    from gearexe_spec.conformance.operations.registry import PURE, operation  # noqa: PLC0415

    operation("test/decode")(lambda parts: {"value": bytes.fromhex(str(parts["data"])[2:]).decode()})
    operation("test/encode")(lambda parts: {"data": "0x" + str(parts["value"]).encode().hex()})
    try:
        assert recorder.codec("test/decode", {"data": b"ab"}, encode="test/encode") == {"value": "ab"}
        assert recorder.recorded[0].case["encoded"] == {"data": "0x6162"}
        PURE["test/encode"] = lambda parts: {"data": "0x"}
        with pytest.raises(NotRecordable, match="expected='0x6162'"):
            recorder.codec("test/decode", {"data": b"ab"}, encode="test/encode")
    finally:
        del PURE["test/decode"], PURE["test/encode"]
        AREAS["purse"] = None  # type: ignore[assignment]  # the fixture removes it


json_values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c/d", "~"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(json_values, json_values)
def test_a_diff_leads_from_one_state_to_the_other(before: Any, after: Any) -> None:
    changed, removed = diff_states(before, after)
    assert patch_state(before, changed, removed) == after
    if before == after:
        assert (changed, removed) == ({}, [])


def test_archives_are_reproducible(recorder: Recorder, tmp_path: Path) -> None:
    give_all(recorder)
    files = assemble([Fragment("area/spend", tuple(recorder.recorded))])
    for name in ("one", "two"):
        write_folder(tmp_path / name, files)
    digests = [pack_archive(tmp_path / name, tmp_path / f"{name}.tar.xz") for name in ("one", "two")]
    assert digests[0] == digests[1]
    assert (tmp_path / "one.tar.xz").read_bytes() == (tmp_path / "two.tar.xz").read_bytes()


def test_the_committed_vectors_are_in_order() -> None:
    assert list(lint(shipped_vectors())) == []
