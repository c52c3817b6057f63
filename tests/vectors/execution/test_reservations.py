"""Messages that remember gas set aside for a signal, which only a stored state can bring (EXE-117)."""

from typing import Any

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from tests.vectors.runs import call, message, program, run

TRAP = "unreachable"
WAIT = call("gr_wait_for", 5)
EXIT = call("gr_exit", 0x10000)
REPLY_TO: dict[str, Any] = {"replyDetails": {"to": b"\x0b" * 32, "code": "SuccessManual"}}
ERROR_TO: dict[str, Any] = {"replyDetails": {"to": b"\x0b" * 32, "code": "ExecutionUserspacePanic"}}


def reserved(**other: Any) -> Any:
    """A message that has waited, with gas for a signal."""
    remembered = {"initialized": [], "reservationNonce": 0, "systemReservation": 7, "localNonce": 1}
    return message(context=remembered, **other)


@pytest.mark.parametrize(
    ("name", "bodies", "asked", "limits"),
    [
        ("success", {"handle": ""}, reserved(), {}),
        ("exit", {"handle": EXIT}, reserved(), {}),
        ("waits_again", {"handle": WAIT}, reserved(), {}),
        ("trap", {"handle": TRAP}, reserved(), {}),
        ("trap_of_a_reply", {"handle": "", "handle_reply": TRAP}, reserved(kind="Reply", details=REPLY_TO), {}),
        ("trap_of_an_error_reply", {"handle": "", "handle_reply": TRAP}, reserved(kind="Reply", details=ERROR_TO), {}),
        ("short_of_gas", {"handle": ""}, reserved(), {"executable": 10**9}),
        ("short_of_allowance", {"handle": ""}, reserved(), {"allowance": 10**7}),
    ],
)
def test_system_reservation(
    name: str, bodies: dict[str, str], asked: Any, limits: dict[str, int], vectors: Recorder
) -> None:
    """Which notes such a message adds to the journal."""
    form = run(program(**bodies), asked, **limits)
    vectors.program("execution/processQueue", form, name=name, flags=[Flag.HOSTILE])
