"""What a node lets pass, keeps, and gives up (ROL-80 to ROL-86)."""

from dataclasses import replace
from typing import Any

import pytest

from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.json_form import to_json
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import FormOfInit, Recorder
from tests.executor.validators import ADDRESSES, eb, record, world

Step = tuple[str, dict[str, Any]]
ERAS = replace(
    world(*(record(5 * era) for era in range(5))),
    validators=tuple((U64(era), ADDRESSES[era % 3 :]) for era in range(4)),
)
"""One Ethereum block for each of five eras; the validators of four."""


def gate() -> FormOfInit:
    return FormOfInit({"world": to_json(ERAS), "head": to_json(eb(0))})


def message(peer: int, era: int, signer: int) -> Step:
    return "message", {"peer": hex(peer), "eraIndex": hex(era), "signer": ADDRESSES[signer]}


def head(era: int) -> Step:
    return "chainHead", {"block": eb(5 * era)}


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("next_set_unknown_at_the_start", [message(1, 1, 1), head(0), message(1, 1, 1), head(1)]),
        ("this_era", [head(1), message(1, 1, 1), message(2, 1, 0)]),
        ("next_era", [head(1), message(1, 2, 2), message(2, 2, 1), message(1, 2, 2), head(1), head(2)]),
        ("other_eras", [head(2), message(1, 1, 0), message(1, 0, 0), message(1, 4, 0), message(1, 2, 2)]),
        ("an_era_left_out", [head(0), message(1, 1, 1), head(2), head(3)]),
        ("back", [head(1), message(1, 2, 2), head(0), message(1, 1, 1), head(1)]),
        ("validators_unknown", [head(3), head(4), message(1, 3, 0)]),
        ("receipts", [head(1), *(("receipt", {"signer": each}) for each in ADDRESSES)]),
        ("header_missing", [("chainHead", {"block": eb(77)})]),
    ],
)
def test_messages(name: str, steps: list[Step], vectors: Recorder) -> None:
    """By era and signer (ROL-81 to ROL-83, ROL-85, ROL-86)."""
    vectors.scenario("admission", gate(), steps, name=name, flags=[Flag.ANOMALY] if name == "an_era_left_out" else [])


def test_full(vectors: Recorder) -> None:
    """The oldest message of a peer gives way, and the peer not heard for longest (ROL-84, ROL-85)."""
    one_peer = [message(1, 1, 1 + number % 2) for number in range(22)]
    vectors.scenario("admission", gate(), [head(0), *one_peer, head(1)], name="of_one_peer", flags=[Flag.BOUNDARY])
    peers = [message(peer, 1, 1 + peer % 2) for peer in [*range(50), 0, 50, 51]]
    vectors.scenario("admission", gate(), [head(0), *peers, head(1)], name="of_peers", flags=[Flag.BOUNDARY])
