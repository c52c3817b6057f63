"""Production's published release as a target: held to the recordings, but for what is declared to differ.

Rules: REV-2, REV-4.
"""

from __future__ import annotations

from gearexe_spec.conformance.revisions import leave_out_declared
from gearexe_spec.conformance.targets.remote import RemoteTarget
from gearexe_spec.conformance.wire import Answer, Request


class ReleaseTarget(RemoteTarget):
    """Speaks gearexe-wire like any other program; recordings are of the pinned revision, and it is not."""

    def expected_of(self, request: Request, expected: Answer | None) -> Answer | None:
        return leave_out_declared(request, expected)
