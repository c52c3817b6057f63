"""A hook that slashes another vault which has a hook: what is not said of gas is not specified (SYM-129, ROU-247)."""

from typing import Any

from gearexe_spec.conformance.session import SpecTarget
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init, Unsupported
from gearexe_spec.fuzzing.economics_people import NETWORK, OWNER, encode_call
from tests.vectors.symbiotic.town import ADA, Town, visit_later

SLASH = "slash(bytes32,address,uint256,uint48,bytes)"


def slash_inside(**said: Any) -> tuple[Answer, SpecTarget, Town]:
    """The delegator's hook of one vault slashes another one, whose burner is the same hook."""
    town = visit_later()
    outer, inner, hook = town.hooked[False], town.hooked[True], town.hook
    share = town.subnetwork(NETWORK), ADA, 100, town.timestamp, b""
    town.do(NETWORK, town.at("networkMiddlewareService"), "setMiddleware(address)", hook)
    errand = bytes.fromhex(encode_call(SLASH, *share)[2:])
    town.do(OWNER, hook, "setMode(uint256,address,bytes)", 3, inner.slasher, errand)
    block = {"number": hex(town.number + 1), "timestamp": hex(town.timestamp + 1)}
    form = {"block": block, "from": hook, "to": outer.slasher, "calldata": encode_call(SLASH, *share), "dry": False}
    target = SpecTarget()
    assert isinstance(target.answer(Init("economics", town.state())), Accepted)
    return target.answer(Apply("economics/call", {**form, **said})), target, town


def stake_of_inner(target: SpecTarget, town: Town) -> int:
    view = {"to": town.hooked[True].address, "calldata": encode_call("activeStake()")}
    block = {"number": hex(town.number + 1), "timestamp": hex(town.timestamp + 1)}
    answer = target.answer(Apply("economics/views", {"block": block, "views": [view]}))
    assert isinstance(answer, Accepted)
    outputs: Any = answer.outputs
    return int(outputs["values"][0]["returnData"], 16)


def test_what_is_not_said_is_not_specified() -> None:
    answer, _, _ = slash_inside()
    assert isinstance(answer, Unsupported)
    assert "gas left inside a call with capped gas" in answer.what


def test_what_is_said_decides() -> None:
    for enough, left in ((True, 900), (False, 1_000)):
        answer, target, town = slash_inside(gasChecks=[True, enough])
        assert isinstance(answer, Accepted)
        assert stake_of_inner(target, town) == left
