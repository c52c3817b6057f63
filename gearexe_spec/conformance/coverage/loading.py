"""What runs while the specification is loaded: the functions that make its tables, before any vector is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable

from gearexe_spec.conformance.discovery import import_rooms
from gearexe_spec.conformance.targets.rule_trace import CallsSeen

LOADING = "from gearexe_spec.conformance.coverage.loading import print_names; print_names()"


def functions_run_at_load() -> frozenset[str]:
    """Their names, found out in a process that has loaded nothing yet."""
    said = subprocess.run([sys.executable, "-c", LOADING], check=True, capture_output=True, text=True)
    names: Iterable[str] = json.loads(said.stdout)
    return frozenset(names)


def print_names() -> None:
    """Load the specification and print what ran."""
    with CallsSeen() as seen:
        import_rooms()
    print(json.dumps(sorted(seen.names)))
