"""How long the published release takes for a run or a code, without the JSON around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from gearexe_spec.conformance.targets.choose import TargetChoice
from gearexe_spec.conformance.targets.target import TargetUnavailable
from gearexe_spec.conformance.wire import Accepted, Apply
from gearexe_spec.program.queue_run import QueueRun
from gearexe_spec.program.state import write_state
from gearexe_spec.program.storage import Storage


@dataclass(frozen=True, slots=True)
class Measured:
    """Dispatches, and seconds for each."""

    dispatches: int
    seconds: float


def measure_production(storage: Storage, run: QueueRun, wasm: bytes, times: int) -> Measured:
    """The same run many times in production's process; skips where production is not built."""
    storage, key = write_state(storage, run.state)
    outputs = _ask(
        "queue/measure",
        {
            "objects": {hash_.to_hex(): "0x" + blob.hex() for hash_, blob in storage.blobs.items()},
            "stateHash": key.to_hex(),
            "program": "0x" + run.program.hex(),
            "wasm": "0x" + wasm.hex(),
            "queue": run.queue.name,
            "allowance": hex(run.allowance),
            "block": {"height": hex(run.block.height), "timestamp": hex(run.block.timestamp)},
            "emitsPromises": run.emits_promises,
            "chargesCodeLength": True,
            "times": hex(times),
        },
    )
    dispatches = int(outputs["dispatches"], 16)
    return Measured(dispatches, int(outputs["nanoseconds"], 16) / dispatches / 1e9)


def measure_check(wasm: bytes, times: int) -> float:
    """Seconds of checking and instrumenting a code in production's process; skips where production is not built."""
    outputs = _ask("code/measure", {"wasm": "0x" + wasm.hex(), "times": hex(times)})
    return int(outputs["nanoseconds"], 16) / times / 1e9


def _ask(operation: str, form: dict[str, Any]) -> Any:
    try:
        production = TargetChoice("production")()
    except TargetUnavailable as missing:
        pytest.skip(str(missing))
    answer = production.answer(Apply(operation, form))
    production.close()
    assert isinstance(answer, Accepted), answer
    return answer.outputs
