"""One worker or many: the same bytes."""

from __future__ import annotations

import pytest

from gearexe_spec.conformance.compare import compare_answers
from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.operations import blocks
from gearexe_spec.conformance.reference.adapter import ADAPTERS
from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite
from gearexe_spec.executor.engine import SPECIFIED
from gearexe_spec.executor.parallel import with_workers


@pytest.mark.parametrize("file", ["random_many", "chunks"])
def test_recorded_blocks_with_three_workers(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import_rooms()
    (found,) = (part for part in find_files(shipped_suite() / "program") if part.name == file)
    document = read_document(found.path)
    with with_workers(SPECIFIED, 3) as engine:
        monkeypatch.setattr(blocks, "SPECIFIED", engine)
        for case in ADAPTERS[str(document["format"])](document):
            target = SpecTarget()
            for exchange in case.exchanges():
                difference = compare_answers(exchange.expected, target.answer(exchange.request))
                assert difference is None, (case.name, difference)
