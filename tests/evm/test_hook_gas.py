"""A hook that calls another slasher: what comes of the inner slash is a matter of gas (SYM-127, SYM-129).

One contract plays every part: who starts, speaks for the network, the hook of the delegators, and the burner.
"""

from __future__ import annotations

import pytest

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.conformance.json_form import from_json
from gearexe_spec.conformance.targets.evm_economics import EvmEconomics
from gearexe_spec.conformance.wire import Accepted
from gearexe_spec.evm.artifacts import ArtifactError
from gearexe_spec.evm.economics_artifacts import find_economics_artifacts
from gearexe_spec.evm.world import Block, TracedCall
from gearexe_spec.fuzzing.economics_people import NETWORK, STRANGER, encode_call
from tests.vectors.symbiotic.test_slashers import SLASH
from tests.vectors.symbiotic.town import ADA, visit

PLAYER = "0x" + "cc" * 20
HOOK, BURNER, INSUFFICIENT = (bytes.fromhex(word) for word in ("e49561ee", "065c1e03", "80724751"))


def installed() -> bool:
    try:
        find_economics_artifacts().check()
    except ArtifactError:
        return False
    return True


pytestmark = pytest.mark.skipif(not installed(), reason="the official contracts are needed")


def push(number: int) -> bytes:
    return b"\x61" + number.to_bytes(2, "big")


def player(inner: tuple[str, bytes], outer: tuple[str, bytes], before: int) -> bytes:
    """Started, it slashes within so often, then outside; as a hook it slashes within; as a burner it does nothing."""

    def call(to: str, place: int, size: int) -> bytes:
        copy = push(size) + push(place) + b"\x5f\x39"  # CODECOPY(0, place, size)
        return copy + b"\x5f\x5f" + push(size) + b"\x5f\x5f\x73" + bytes.fromhex(to[2:]) + b"\x5a\xf1\x50"

    def program(hook: int, burner: int, data: int) -> tuple[bytes, bytes]:
        within = call(inner[0], data, len(inner[1]))
        select = b"\x5f\x35\x60\xe0\x1c\x80\x63" + HOOK + b"\x14" + push(hook) + b"\x57"
        select += b"\x63" + BURNER + b"\x14" + push(burner) + b"\x57"
        started = select + within * before + call(outer[0], data + len(inner[1]), len(outer[1])) + b"\x00"
        return started, started + b"\x5b" + within + b"\x00" + b"\x5b\x00"

    started, whole = program(0, 0, 0)
    return program(len(started), len(whole) - 2, len(whole))[1] + inner[1] + outer[1]


def slash_inside(*, is_burner: bool, before: int) -> tuple[TracedCall, bool]:
    """The inner slash, and whether its burner was called."""
    town = visit()
    outer, subnetwork = town.make_hooked_vault(PLAYER, is_burner=False), town.subnetwork(NETWORK)
    inner = town.make_hooked_vault(PLAYER, is_burner=is_burner)
    captured = town.timestamp
    town.do(NETWORK, town.at("networkMiddlewareService"), "setMiddleware(address)", PLAYER)
    contracts = EvmEconomics()
    assert isinstance(contracts.init(town.state()), Accepted)
    world = contracts.running().world
    world.block = Block(town.number + 1, captured + 1)
    slash = bytes.fromhex(encode_call(SLASH, subnetwork, ADA, 10, captured, b"")[2:])
    me = from_json(Address, PLAYER)
    world.set_code(me, player((inner.slasher, slash), (outer.slasher, slash), before))
    receipt = world.call(from_json(Address, STRANGER), me, bytes(4), gas=100_000_000)
    assert receipt.ok
    places = [place for place, call in enumerate(receipt.calls) if call.calldata[:4] == HOOK and call.to == me]
    inside = receipt.calls[places[-1] + 1] if is_burner else receipt.calls[places[0 if not before else -1] + 1]
    later = receipt.calls[places[-1] :]
    return inside, any(call.calldata[:4] == BURNER and call.to == me for call in later)


def test_a_hook_of_a_delegator_is_never_called_inside_another() -> None:
    for before in (0, 1):
        inside, _ = slash_inside(is_burner=False, before=before)
        assert (inside.success, inside.return_data) == (False, INSUFFICIENT)


def test_whether_a_burner_is_called_inside_a_hook_depends_on_what_was_paid_before() -> None:
    fresh, is_called = slash_inside(is_burner=True, before=0)
    assert (fresh.success, fresh.return_data, is_called) == (False, b"", False)
    known, is_called = slash_inside(is_burner=True, before=1)
    assert (known.success, is_called) == (True, True)
