"""The production target: what it says of itself, and that nothing ends it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gearexe_spec.conformance import production as live
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.wire import PROTOCOL, Accepted, Apply, Failure, RejectedAnswer, Unsupported


def ask(target: Target, operation: str, **fields: Any) -> Any:
    return target.answer(Apply(operation, fields))


def test_it_says_who_it_is(production: Target) -> None:
    described = production.describe()
    assert (described["protocol"], described["version"]) == (PROTOCOL, live.RELEASE)
    assert "code/check" in str(described["operations"])


def test_the_four_answers_are_told_apart(production: Target) -> None:
    assert isinstance(ask(production, "code/id", code="0x00"), Accepted)
    refused = ask(production, "code/check", wasm="0x0061736d")
    assert isinstance(refused, RejectedAnswer)
    assert refused.reason == "Validation"
    assert isinstance(ask(production, "code/nothing"), Unsupported)
    assert isinstance(ask(production, "code/check", wasm="hello"), Failure)


def test_a_panic_is_an_answer_and_not_the_end(production: Target) -> None:
    """The release panics on a signature whose r is zero (finding F-COD-1)."""
    signature = "0x" + "00" * 32 + "11" * 32 + "1b"
    form = {"signature": signature, "digest": "0x" + "22" * 32, "router": "0x" + "33" * 20}
    panicked = production.answer(Apply("signature/recover", form))
    assert isinstance(panicked, Failure)
    assert panicked.message.startswith("panic: ")
    assert isinstance(ask(production, "code/id", code="0x00"), Accepted)


def test_code_ids_are_blake2b(production: Target) -> None:
    answer = ask(production, "code/id", code="0x")
    assert answer.outputs["codeId"] == "0x0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"


def test_contracts_are_where_cargo_says(production: Target) -> None:
    """Whoever has built the program has fetched the contracts too."""
    del production
    folder = live.find_contracts()
    router = json.loads((folder / "Router.json").read_text())
    assert {"abi", "bytecode"} <= set(router)


def test_status_of_a_machine_without_cargo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.shutil, "which", lambda _: None)
    there = live.status()
    assert there.cargo is None
    assert there.contracts is None
    with pytest.raises(live.ProductionUnavailable, match="no cargo"):
        live.build(print)


def test_an_old_compiler_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_cargo_version", lambda: "cargo 1.80.1 (376290515 2024-07-16)")
    with pytest.raises(live.ProductionUnavailable, match=r"1\.95"):
        live.build(lambda _: None)
