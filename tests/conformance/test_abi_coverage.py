"""Every function, event and error of the contracts is met by a vector, or it is said why not."""

from pathlib import Path

import pytest

from gearexe_spec.conformance.abi_coverage import GAPS, Met, met_items, mistakes, page
from gearexe_spec.conformance.abi_sightings import Item

PAGE = Path(__file__).resolve().parents[2] / "spec" / "41-abi-coverage.md"


@pytest.fixture(scope="module")
def met() -> Met:
    return met_items()


def test_every_item_has_a_vector_or_a_reason(met: Met) -> None:
    assert list(mistakes(met)) == []


def test_every_function_is_called(met: Met) -> None:
    assert not [name for name in GAPS if " function " in name]


def test_the_page_is_the_table(met: Met) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(met)


def test_a_lost_vector_and_a_stale_reason_are_noticed(met: Met) -> None:
    pause, nonce = Item("Router", "function", "pause"), Item("Router", "error", "InvalidAccountNonce")
    changed = {item: cases for item, cases in met.items() if item != pause} | {nonce: ["a/case"]}
    assert list(mistakes(changed)) == [
        "Router function pause: no vector and no reason",
        "Router error InvalidAccountNonce: met by a/case, in spite of a reason why not",
    ]
