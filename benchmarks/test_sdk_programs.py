"""Programs on gstd and sails-rs, with codes of 100 kB, beside production's runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.production_runs import measure_production
from benchmarks.test_execution import mean, prepare_code, process
from gearexe_spec.crypto.hashes import keccak256

BUILT = Path(__file__).parents[1] / "examples" / "sdk" / "build"


def call(signature: str, *words: int) -> bytes:
    """A Solidity call without callback."""
    return bytes(keccak256(signature.encode())[:4]) + b"".join(word.to_bytes(32, "big") for word in (0, *words))


SAID = {
    "courier": (bytes(32), b"\4" + bytes(4), 16),
    "tally": (call("create(bool)"), call("tallyAdd(bool,uint128)", 1), 6),
}
"""First message, the others, and how many of them one run does: sleep for no block; add, answer, tell of it twice."""


@pytest.mark.parametrize("name", sorted(SAID))
def test_messages_beside_production(benchmark: Any, name: str) -> None:
    """A whole run: execution, journals, state, page hashes; the peer is the published runtime, native."""
    path = BUILT / f"{name}.wasm"
    if not path.is_file():
        pytest.skip(f"{name} is not built: make programs")
    init, payload, messages = SAID[name]
    bench = prepare_code(path.read_bytes(), payload, messages, init)
    production = measure_production(bench.storage, bench.run, path.read_bytes(), 20)
    assert production.dispatches == 20 * messages

    benchmark(process, bench.storage, bench.run)

    own = mean(lambda: process(bench.storage, bench.run), 20) / messages
    benchmark.extra_info |= {
        "messages_per_second": round(1 / own),
        "peer_per_second": round(1 / production.seconds),
        "ratio": round(production.seconds / own, 3),
    }
