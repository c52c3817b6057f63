"""Planted mistakes: each is still where it is said to be, and the vectors find them."""

import ast
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from gearexe_spec.conformance.faulty_battery import ENOUGH, files_about, judge_fault, pieces_about, run_battery
from gearexe_spec.conformance.suite import find_files, shipped_vectors
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.faults import FAULTS, SUITES
from gearexe_spec.conformance.targets.mutation import Fault, NoSuchFault, mutate, sites
from gearexe_spec.conformance.targets.target import TargetUnavailable

PACKAGE = Path(__file__).parents[2] / "gearexe_spec"


def source_of(fault: Fault) -> str:
    return PACKAGE.joinpath(*fault.module.split(".")).with_suffix(".py").read_text()


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_mistake_has_its_place(fault: Fault) -> None:
    before = ast.dump(ast.parse(source_of(fault)))
    assert ast.dump(mutate(ast.parse(source_of(fault)), fault)) != before


def test_there_are_enough_in_every_room() -> None:
    files = find_files(shipped_vectors())
    rooms = Counter(fault.module.partition(".")[0] for fault in FAULTS)
    assert len(FAULTS) >= 70
    assert len({str(fault) for fault in FAULTS}) == len(FAULTS)
    assert rooms.keys() == SUITES.keys()
    assert min(rooms.values()) >= 3
    for room in SUITES:
        assert files_about(files, room)


def test_what_they_were_seen_in_is_there() -> None:
    files = find_files(shipped_vectors())
    for fault in FAULTS:
        assert not fault.seen_in or any(f"{fault.seen_in}/".startswith(f"{file.name}/") for file in files), fault


SOURCE = """
def f(a, b):
    check_a(a)
    check_b(b)
    if a < 3:
        raise ValueError
    if a == b and not b:
        return True
    return keccak256(a.to_bytes(4, "big") + b)
"""


@pytest.mark.parametrize(
    ("kind", "number", "becomes"),
    [
        ("missing check", 0, "pass\n    check_b(b)"),
        ("missing check", 2, "check_b(b)\n    pass"),
        ("swapped checks", 0, "check_b(b)\n    check_a(a)"),
        ("off by one", 0, "if a <= 3:"),
        ("wrong condition", 0, "if a == b or not b:"),
        ("wrong constant", 0, "if a < 4:"),
        ("wrong endianness", 0, "a.to_bytes(4, 'little')"),
        ("swapped order", 0, "b + a.to_bytes"),
        ("wrong hash", 0, "blake2b256("),
    ],
)
def test_mistakes(kind: str, number: int, becomes: str) -> None:
    changed = ast.unparse(mutate(ast.parse(SOURCE), Fault("m", "f", kind, number)))
    assert becomes in changed


def test_no_such_place() -> None:
    for fault in (Fault("m", "g", "missing check"), Fault("m", "f", "missing check", 9), Fault("m", "f", "wrong sign")):
        with pytest.raises(NoSuchFault):
            mutate(ast.parse(SOURCE), fault)
    assert len(list(sites(ast.parse(SOURCE)))) > 10


QUICKLY = [number for number, fault in enumerate(FAULTS) if fault.seen_in][3::12]
"""A part of the battery for every run: `make faulty` runs it whole."""


@pytest.mark.parametrize("number", QUICKLY, ids=lambda number: str(FAULTS[number]))
def test_a_mistake_is_found_where_it_was_seen(number: int) -> None:
    verdict = judge_fault(shipped_vectors(), number)
    assert verdict.caught is not None
    assert f"{verdict.caught.name}/".startswith(f"{FAULTS[number].seen_in}/")


def test_a_mistake_nobody_saw_is_looked_for_in_its_room(tmp_path: Path) -> None:
    """Where it was seen is only where to begin."""
    suite = ("crypto/ids/reply_id.json", "crypto/ids/message_id.json", "wasm/codes/stage.json")
    for name in suite:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shipped_vectors() / name, tmp_path / name)
    fault = replace(next(fault for fault in FAULTS if fault.module.startswith("crypto.")), seen_in="crypto/gone")
    assert [piece.file.name for piece in pieces_about(tmp_path, fault)] == [
        "crypto/ids/reply_id",
        "crypto/ids/message_id",
    ]
    seen = replace(fault, seen_in="crypto/ids/message_id/1")
    assert next(piece.file.name for piece in pieces_about(tmp_path, seen)) == "crypto/ids/message_id"


def test_numbers_end() -> None:
    with pytest.raises(TargetUnavailable, match="no faulty target"):
        TargetChoice(f"faulty:{len(FAULTS)}")()


@pytest.mark.slow
def test_the_vectors_find_planted_mistakes() -> None:
    found = sum(verdict.found for verdict in run_battery(shipped_vectors(), list(range(len(FAULTS))), 2))
    assert found >= ENOUGH * len(FAULTS)
