"""Every error of these contracts is the reason of a rejection in our own vectors."""

import json
from typing import Any

from gearexe_spec.conformance.suite import shipped_vectors
from gearexe_spec.symbiotic.errors import REJECTIONS

PLACES = {
    "RegistryRejection": "registries/registration",
    "FactoryRejection": "registries/",
    "EntityRejection": "registries/",
    "AccessControlRejection": "vaults/",
    "MiddlewareServiceRejection": "registries/middleware_of_a_network",
    "OptInRejection": "opt_in/",
    "DelegatorRejection": ("delegators/", "slashers/"),
    "SlasherRejection": "slashers/",
    "VaultRejection": "vaults/",
    "RewardsRejection": "rewards/",
}
"""Which files are about whose errors; several contracts have errors of one name."""


def reasons_by_file() -> dict[str, set[str]]:
    folder, reasons = shipped_vectors() / "symbiotic", {}
    for path in folder.rglob("*.json"):
        cases: Any = json.loads(path.read_bytes())["cases"]
        rejected = {step["rejected"]["reason"] for case in cases for step in case["steps"] if "rejected" in step}
        reasons[path.relative_to(folder).with_suffix("").as_posix()] = rejected
    return reasons


def test_every_rejection_is_met() -> None:
    reasons = reasons_by_file()
    for kind in REJECTIONS:
        met = set().union(*(found for file, found in reasons.items() if file.startswith(PLACES[kind.__name__])))
        assert {rejection.name for rejection in kind} <= met, kind.__name__
