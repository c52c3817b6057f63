"""The example clients in other languages, where they are built: everything they offer is right."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from gearexe_spec.conformance.runner import Piece, Status, run_file
from gearexe_spec.conformance.suite import find_files, shipped_vectors
from gearexe_spec.conformance.targets.choose import TargetChoice

TARGETS = Path(__file__).parents[2] / "targets"
RUST = TARGETS / "rust" / "target" / "release" / "gearexe-wire-client"
TYPESCRIPT = TARGETS / "typescript" / "dist" / "main.js"
ANSWERED = ("codec/", "crypto/", "onchain/", "program/", "production/program/codec")
rust = pytest.mark.skipif(not RUST.is_file(), reason="not built: make clients")
typescript = pytest.mark.skipif(
    not TYPESCRIPT.is_file() or shutil.which("node") is None, reason="not built, or no Node.js: make clients"
)


@pytest.mark.parametrize(
    "command",
    [pytest.param(str(RUST), marks=rust), pytest.param(f"node {TYPESCRIPT}", marks=typescript)],
    ids=["rust", "typescript"],
)
def test_a_client_is_right_in_what_it_offers(command: str) -> None:
    target = TargetChoice(command)()
    try:
        assert target.window > 1
        files = [file for file in find_files(shipped_vectors()) if file.name.startswith(ANSWERED)]
        outcomes = [outcome for file in files for outcome in run_file(target, Piece(file))]
    finally:
        target.close()
    failed = [outcome.name for outcome in outcomes if outcome.status is Status.FAILED]
    assert failed == []
    passed = Counter(outcome.name.split("/")[0] for outcome in outcomes if outcome.status is Status.PASSED)
    assert passed["crypto"] + passed["onchain"] >= 180
    assert passed["codec"] >= 61
    assert passed["program"] >= 60
    assert passed["production"] >= 20
