"""The fixture `vectors`: tests call the specification through it; what they call becomes the vectors.

Run with `--fill FOLDER`, each test leaves what it recorded in that folder (`gearexe-spec vectors fill` does that and
puts the pieces together). Run without it, each test compares what it recorded with the committed vectors.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import gearexe_spec.conformance.vectors.library_oracles  # noqa: F401  # registers the oracles
from gearexe_spec.conformance.rules import find_rules
from gearexe_spec.conformance.suite import shipped_vectors
from gearexe_spec.conformance.vectors.evm_oracle import confirm_contract
from gearexe_spec.conformance.vectors.fill import Fragment, save_fragment
from gearexe_spec.conformance.vectors.recorder import Recorded, Recorder, Source

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fill", help="leave the recorded cases in this folder")


@pytest.fixture
def vectors(request: pytest.FixtureRequest) -> Iterator[Recorder]:
    """Records what the test calls."""
    file, source = source_of(request)
    recorder = Recorder(source)
    yield recorder
    fragment = Fragment(file, tuple(map(confirmed, recorder.recorded)))
    folder = request.config.getoption("--fill", default=None)
    if folder is not None:
        save_fragment(Path(str(folder)), re.sub(r"[^A-Za-z0-9_.-]", "_", f"{file}-{source.case}"), fragment)
    else:
        assert_committed(fragment)


def confirmed(recorded: Recorded) -> Recorded:
    """A case with which the contracts agree, if they are there."""
    if recorded.format != "contract":
        return recorded
    said = confirm_contract(recorded)
    assert said.difference is None
    return replace(recorded, is_unconfirmed=recorded.is_unconfirmed or said.is_unasked)


def source_of(request: pytest.FixtureRequest) -> tuple[str, Source]:
    """The file a test writes to, and what its cases say of themselves."""
    module, function = Path(str(request.path)), request.function
    place = module.relative_to(HERE).with_suffix("")
    short = function.__name__.removeprefix("test_")
    file = (place.parent / place.name.removeprefix("test_") / short).as_posix()
    text = inspect.getdoc(function) or ""
    rules = find_rules(text) or find_rules(request.module.__doc__ or "")
    callspec = getattr(request.node, "callspec", None)
    case = re.sub(r"[^\w.+-]+", "_", callspec.id) if callspec else short
    description = re.sub(r" ?\([^()]*[A-Z]{3}-\d+[^()]*\)", "", text.split("\n\n")[0]).replace("\n", " ").strip()
    name = f"tests/vectors/{place.as_posix()}.py::{function.__name__}"
    return file, Source(name, case, description, rules)


def assert_committed(fragment: Fragment) -> None:
    """What was recorded is what is committed."""
    path = shipped_vectors() / f"{fragment.file}.json"
    committed = {case["name"]: case for case in json.loads(path.read_bytes())["cases"]} if path.is_file() else {}
    for recorded in fragment.recorded:
        name = recorded.case["name"]
        assert committed.get(name) == recorded.case, f"{fragment.file}/{name} is not the committed one: make vectors"
