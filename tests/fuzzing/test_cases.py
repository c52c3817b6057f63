"""Cases depend on area, seed and index, and on nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.wire import Accepted, Apply, RejectedAnswer
from gearexe_spec.fuzzing.areas import AREAS
from gearexe_spec.fuzzing.codec_cases import NAMES, TYPES
from gearexe_spec.fuzzing.dice import Dice

DIGEST = """
import hashlib, json
from gearexe_spec.fuzzing.areas import AREAS
for name in sorted(AREAS):
    cases = [AREAS[name].make(7, index) for index in (3, 0, 17)]
    text = json.dumps([[case.operation, case.input] for case in cases], sort_keys=True)
    print(name, hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.mark.parametrize("area", sorted(AREAS))
def test_the_same_words_make_the_same_case(area: str) -> None:
    make = AREAS[area].make
    later = make(7, 5)
    assert make(7, 5) == later
    assert json.loads(json.dumps(later.input)) == later.input


def test_cases_do_not_depend_on_hash_seeds() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1


def test_whole_values_are_accepted_whole() -> None:
    """The layouts tell the same encodings as the codecs."""
    target = SpecTarget()
    for name in NAMES:
        for index in range(6):
            data = TYPES[name](Dice("test", name, index))
            answer = target.answer(Apply("values/decode", {"type": name, "bytes": "0x" + data.hex()}))
            assert isinstance(answer, Accepted), (name, answer)
            assert isinstance(answer.outputs, dict)
            assert answer.outputs["encodes"] == "0x" + data.hex(), name


def test_generated_programs_are_valid_and_run() -> None:
    target = SpecTarget()
    outcomes = set()
    for index in range(40):
        answer = target.answer(AREAS["execution"].make(11, index))
        if isinstance(answer, RejectedAnswer):
            assert answer.reason == "AlreadyInitialized"
            continue
        assert isinstance(answer, Accepted), answer
        assert isinstance(answer.outputs, dict)
        dispatches = answer.outputs["dispatches"]
        assert isinstance(dispatches, list)
        outcomes |= {dispatch["outcome"] for dispatch in dispatches if isinstance(dispatch, dict)}
    assert {"Success", "MessageTrap"} <= outcomes
