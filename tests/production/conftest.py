"""Production must be built; where it is not, these tests say so and are skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gearexe_spec.conformance.production import ProductionUnavailable, find_program
from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.target import Target


@pytest.fixture(scope="session")
def production() -> Iterator[Target]:
    try:
        find_program()
    except ProductionUnavailable as missing:
        pytest.skip(str(missing))
    target = TargetChoice("production")()
    yield target
    target.close()
