"""Evidence of misbehaviour from bytes."""

from typing import Any

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.executor.evidence import encode_evidence
from tests.executor.offences import BROKEN, CONFLICT, MISSED, WRONG

KINDS = {"conflict": CONFLICT, "wrong": WRONG, "promise": BROKEN, "duties": MISSED}


@pytest.mark.parametrize("kind", KINDS)
def test_reading(vectors: Recorder, kind: str) -> None:
    """Whole, and cut (MIS-2)."""
    evidence: Any = KINDS[kind]
    data = encode_evidence(evidence)
    vectors.hash("evidence/decodeEvidence", {"data": data}, name=f"{kind}-whole")
    vectors.hash("evidence/decodeEvidence", {"data": data[:-1]}, name=f"{kind}-cut", flags=[Flag.HOSTILE])


def test_reading_an_unknown_kind(vectors: Recorder) -> None:
    """There are four kinds of evidence (MIS-1)."""
    vectors.hash("evidence/decodeEvidence", {"data": b"\x04"}, flags=[Flag.BOUNDARY])
