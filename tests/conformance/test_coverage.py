"""The map from rules to functions, vectors and oracles: made from a part of the vectors, and what it finds missing."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from gearexe_spec.conformance.coverage.inventory import take_inventory
from gearexe_spec.conformance.coverage.page import page
from gearexe_spec.conformance.coverage.sightings import Sightings, sight
from gearexe_spec.conformance.coverage.verdict import Coverage, Explanation, load_explained, make_map
from gearexe_spec.conformance.suite import shipped_vectors

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return make_map(shipped_vectors() / "crypto", workers=1)


def test_a_rule_with_everything(coverage: Coverage) -> None:
    place, sighting = coverage.inventory.rules["CRY-4"], coverage.rules["CRY-4"]
    assert str(place) == "spec/03-crypto.md 3.2"
    assert "crypto.ids.compute_message_id" in coverage.functions_of["CRY-4"]
    assert sighting.case == "ids/external_message_id/0-0"
    assert "eth-abi and pycryptodome" in sighting.oracles
    assert "rule CRY-4" not in coverage.gaps


def test_rejections_are_told_apart_by_their_enumeration(coverage: Coverage) -> None:
    """Names are not enough: three enumerations have an InvalidText."""
    seen = coverage.sightings.rejections["EcdsaRejection.ECDSAInvalidSignatureS"]
    assert seen.case == "ecdsa/recover_on_chain/high_s"
    assert {"ScaleRejection.InvalidText", "AbiRejection.InvalidText"} <= set(coverage.inventory.rejections)


def test_functions_with_and_without_vector(coverage: Coverage) -> None:
    assert coverage.sightings.functions["crypto.ids.compute_message_id"].case.startswith("ids/")
    assert "codec.scale.struct" in coverage.at_load
    assert "function codec.scale.struct" not in coverage.gaps
    assert coverage.gaps["function onchain.mirror.apply_send_message"] == "no vector"
    assert coverage.gaps["rejection MirrorRejection.ProgramExited"] == "no vector"
    assert "no vector" in coverage.gaps["rule ROU-170"]


def test_a_gap_without_reason_and_a_reason_without_gap_are_mistakes(coverage: Coverage) -> None:
    why = Explanation("text", "for a test")
    explained = {item: why for item in coverage.gaps if item != "rule ROU-170"} | {"rule CRY-4": why}
    assert list(replace(coverage, explained=explained).mistakes()) == [
        "rule ROU-170: no vector",
        "rule CRY-4: explained as text, but nothing is missing",
    ]


def test_processes_do_not_change_what_is_seen(coverage: Coverage) -> None:
    assert sight(shipped_vectors() / "crypto", workers=2) == coverage.sightings


def test_page_names_rules_in_order_with_vectors_and_oracles(coverage: Coverage) -> None:
    text = page(coverage)
    assert text.index("| BAS-1 |") < text.index("| CRY-4 |") < text.index("| VEC-1 |")
    assert "| CRY-4 | [3.2](03-crypto.md) | `crypto.ids.compute_message_id`" in text
    assert "| `codec.scale.struct` | makes a table when loaded |" in text


def test_explanations_are_sentences_about_things_that_exist() -> None:
    inventory = take_inventory()
    items = {f"rule {name}" for name in inventory.rules}
    items |= {f"rejection {name}" for name in inventory.rejections}
    items |= {f"function {name}" for name in inventory.functions}
    explained = load_explained()
    assert not explained.keys() - items
    assert all(len(why.reason.split()) >= 5 for why in explained.values())
    named = {name for why in explained.values() for name in re.findall(r"`(tests/[^`]+)`", why.reason)}
    assert named
    assert all((ROOT / name).is_file() for name in named)


def test_unknown_kinds_and_double_explanations_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "explained.toml"
    for text in (
        '[whatever]\n"rule BAS-1" = "why"\n',
        '[text]\n"rule BAS-1" = "a"\n[unreachable]\n"rule BAS-1" = "b"\n',
    ):
        path.write_text(text)
        with pytest.raises(ValueError, match="is no kind of gap"):
            load_explained(path)


def test_chapters_of_the_checker_are_whole() -> None:
    gaps = Coverage(take_inventory(), Sightings(), frozenset(), {}).gaps
    assert not [item for item in gaps if item.startswith(("rule VEC-", "rule WIR-"))]
