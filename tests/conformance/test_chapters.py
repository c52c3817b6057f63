"""The chapters as a reader finds them."""

from pathlib import Path

import pytest

from gearexe_spec.conformance.chapters import places
from gearexe_spec.conformance.coverage.inventory import take_inventory

SPEC = Path(__file__).parents[2] / "spec"


def test_the_index_lists_every_chapter() -> None:
    index = (SPEC / "index.md").read_text()
    for chapter in SPEC.glob("[0-9]*.md"):
        assert f"({chapter.name})" in index, chapter.name


@pytest.mark.parametrize("prefix", ["VEC-", "WIR-"])
def test_the_checker_and_its_chapters_name_the_same_rules(prefix: str) -> None:
    """For the other chapters `gearexe-spec vectors coverage` says so; here also ranges in docstrings must be exact."""
    written = {rule for rule in places() if rule.startswith(prefix)}
    held = {rule for rules in take_inventory().names.values() for rule in rules if rule.startswith(prefix)}
    assert held == written
