"""The map from rules to functions, vectors and oracles, on a part of the vectors."""

import pytest

from gearexe_spec.conformance.coverage import Coverage, all_rejections, functions_by_name, map_rules, page
from gearexe_spec.conformance.suite import shipped_vectors


@pytest.fixture(scope="module")
def coverage() -> Coverage:
    return map_rules([shipped_vectors() / "crypto"], per_file=20)


def test_a_rule_with_everything(coverage: Coverage) -> None:
    entry = coverage.rules["CRY-4"]
    assert str(entry.place) == "spec/03-crypto.md 3.2"
    assert "crypto.ids.compute_message_id" in entry.functions
    assert "ids/message_id" in entry.files
    assert "eth-abi and pycryptodome" in entry.oracles
    assert entry.missing() == []


def test_gaps_are_named(coverage: Coverage) -> None:
    entry = coverage.entry("MIS-99")
    gaps = list(coverage.gaps())
    assert "MIS-99: no chapter, no function, no vector" in gaps
    assert not any(gap.startswith("CRY-4:") for gap in gaps)
    assert entry.missing() == ["chapter", "function", "vector"]
    del coverage.rules["MIS-99"]


def test_rejections_that_vectors_have(coverage: Coverage) -> None:
    assert "EcdsaRejection.ECDSAInvalidSignatureS" in set(all_rejections())
    assert coverage.rejections["EcdsaRejection.ECDSAInvalidSignatureS"] == {"ecdsa/recover_on_chain"}


def test_functions_name_only_rules_that_a_chapter_could_have() -> None:
    functions = functions_by_name()
    assert functions["crypto.ids.compute_message_id"] == ("CRY-4",)
    assert all(rules for rules in functions.values())


def test_page_lists_rules_in_order(coverage: Coverage) -> None:
    text = page(coverage)
    assert text.index("| BAS-1 |") < text.index("| CRY-4 |") < text.index("| VEC-1 |")
    assert "| CRY-4 | 03-crypto.md 3.2 | `crypto.ids." in text


def test_chapters_of_the_checker_are_whole() -> None:
    gaps = {gap.partition(":")[0] for gap in map_rules([], per_file=1).gaps()}
    assert not gaps & {f"VEC-{number}" for number in range(1, 40)}
    assert not gaps & {f"WIR-{number}" for number in range(1, 36)}
