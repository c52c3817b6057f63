"""Slashers, plain and with veto, and the hooks that are told of slashes (SYM-127 to SYM-129, SYM-154 to SYM-193)."""

import pytest

from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.fuzzing.economics_people import (
    CREATE_CLONE,
    FULL_RESTAKE,
    NETWORK,
    NETWORK_RESTAKE,
    NOBODY,
    OWNER,
    PLAIN_SLASHER,
    STRANGER,
    VETO_SLASHER,
    encode,
    encode_call,
    encode_entity,
    encode_slasher,
)
from tests.vectors.symbiotic.town import ADA, ALICE, EPOCH, GRACE, HIGHEST, VETO, visit, visit_later

SLASH, REQUEST = (f"{name}(bytes32,address,uint256,uint48,bytes)" for name in ("slash", "requestSlash"))
EXECUTE, VETO_SLASH, SET_RESOLVER = (
    "executeSlash(uint256,bytes)",
    "vetoSlash(uint256,bytes)",
    "setResolver(uint96,address,bytes)",
)
SET_MODE = "setMode(uint256,address,bytes)"
RECORDS, REVERTS, BURNS, CALLS = range(4)


@pytest.mark.parametrize("kind", [PLAIN_SLASHER, VETO_SLASHER])
def test_creation(vectors: Recorder, kind: int) -> None:
    """A slasher needs a vault, a burner where it tells the burner, and sensible times (SYM-109, SYM-159, SYM-189)."""
    town = visit()
    factory, vault = town.at("slasherFactory"), town.vaults[FULL_RESTAKE].address

    def refuse(reason: str, vault: str, parameters: bytes) -> None:
        town.refuse(reason, STRANGER, factory, CREATE_CLONE, kind, encode_entity(vault, parameters))

    refuse("NotVault", STRANGER, encode_slasher(kind))
    refuse("Empty", vault, b"")
    without = town.make_bare_vault(burner=NOBODY)
    refuse("NoBurner", without, encode_slasher(kind, hook=True))
    if kind == VETO_SLASHER:
        refuse("InvalidVetoDuration", vault, encode_slasher(kind, veto=EPOCH, delay=2))
        refuse("InvalidResolverSetEpochsDelay", vault, encode_slasher(kind, veto=EPOCH - 1, delay=2))
    town.do(STRANGER, factory, CREATE_CLONE, kind, encode_entity(without, encode_slasher(kind)))
    town.record(vectors, name=f"type_{kind}")


def test_plain_slasher(vectors: Recorder) -> None:
    """A slash at once, for a second of late, up to what is slashable (SYM-160 to SYM-163, SYM-190 to SYM-193)."""
    town = visit()
    vault, subnetwork = town.stake(NETWORK_RESTAKE, NETWORK, 1_000), town.subnetwork(NETWORK)
    captured = town.timestamp
    town.refuse("NotNetworkMiddleware", STRANGER, vault.slasher, SLASH, subnetwork, ADA, 1, captured, b"")
    town.refuse("InvalidCaptureTimestamp", NETWORK, vault.slasher, SLASH, subnetwork, ADA, 1, captured, b"")
    town.refuse("InvalidCaptureTimestamp", NETWORK, vault.slasher, SLASH, subnetwork, ADA, 1, captured - EPOCH - 1, b"")
    town.wait(10)
    town.refuse("InsufficientSlash", NETWORK, vault.slasher, SLASH, subnetwork, ADA, 0, captured, b"")
    town.refuse("InsufficientSlash", NETWORK, vault.slasher, SLASH, subnetwork, GRACE, 1, captured, b"")
    town.do(NETWORK, vault.slasher, SLASH, subnetwork, ADA, 400, captured + 5, b"")
    town.refuse("InsufficientSlash", NETWORK, vault.slasher, SLASH, subnetwork, ADA, 1, captured + 4, b"")
    slashable = "slashableStake(bytes32,address,uint48,bytes)"
    assert town.see(vault.slasher, slashable, subnetwork, ADA, captured + 5, b"") == 600
    town.do(NETWORK, vault.slasher, SLASH, subnetwork, ADA, HIGHEST, captured + 5, b"")
    town.refuse("InsufficientSlash", NETWORK, vault.slasher, SLASH, subnetwork, ADA, 1, captured + 5, b"")
    assert town.see(vault.slasher, "cumulativeSlash(bytes32,address)", subnetwork, ADA) == 1_000
    town.record(vectors)


def hint(index: int) -> bytes:
    return index.to_bytes(32, "big")


def structure(*members: bytes) -> bytes:
    """The encoding of a structure of byte strings."""
    return encode(f"(({','.join(['bytes'] * len(members))}))", members)


def test_hints(vectors: Recorder) -> None:
    """Hints change no answer; they must be readable, and lie inside the history (SYM-3, SYM-13, SYM-107)."""
    town = visit()
    vault, subnetwork = town.stake(NETWORK_RESTAKE, NETWORK, 1_000), town.subnetwork(NETWORK)
    captured = town.timestamp
    town.wait(10)
    slashable = "slashableStake(bytes32,address,uint48,bytes)"

    def ask(stake: bytes, spent: bytes = b"") -> tuple[str, str, bytes, str, int, bytes]:
        return vault.slasher, slashable, subnetwork, ADA, captured + 5, structure(stake, spent)

    for opt_in in (b"", structure(b"", b""), structure(hint(0), hint(0))):
        assert town.see(*ask(structure(opt_in, *[hint(0)] * 4))) == 1_000
    for place in range(4):
        behind = [hint(9) if place == member else b"" for member in range(4)]
        town.refuse("Panic", STRANGER, *ask(structure(b"", *behind)))
    town.refuse("Empty", STRANGER, *ask(structure(b"", hint(1 << 32), b"", b"", b"")))
    town.refuse("Empty", STRANGER, *ask(structure(b"", b"\0" * 31, b"", b"", b"")))
    town.refuse("Empty", STRANGER, *ask(structure(b"", b"")))
    town.refuse("Empty", STRANGER, *ask(b"\1"))
    town.do(NETWORK, vault.slasher, SLASH, subnetwork, ADA, 400, captured + 5, b"")
    assert town.see(*ask(b"", hint(0))) == 600
    town.refuse("Panic", STRANGER, *ask(b"", hint(1)))
    town.record(vectors)


def test_requests(vectors: Recorder) -> None:
    """A slash is asked for, waits for a veto, and is executed before its time is over (SYM-164 to SYM-178)."""
    town = visit()
    vault, subnetwork = town.stake(FULL_RESTAKE, NETWORK, 1_000), town.subnetwork(NETWORK)
    slasher, captured = vault.slasher, town.timestamp
    town.refuse("NotNetwork", STRANGER, slasher, SET_RESOLVER, 0, ALICE, b"")
    town.refuse("AlreadySet", NETWORK, slasher, SET_RESOLVER, 0, NOBODY, b"")
    town.do(NETWORK, slasher, SET_RESOLVER, 0, ALICE, b"")
    town.refuse("NotNetworkMiddleware", STRANGER, slasher, REQUEST, subnetwork, ADA, 1, captured, b"")
    town.refuse("InvalidCaptureTimestamp", NETWORK, slasher, REQUEST, subnetwork, ADA, 1, captured, b"")
    earliest = captured + VETO - EPOCH
    town.refuse("InvalidCaptureTimestamp", NETWORK, slasher, REQUEST, subnetwork, ADA, 1, earliest - 1, b"")
    town.refuse("InsufficientSlash", NETWORK, slasher, REQUEST, subnetwork, ADA, 1, earliest, b"")
    town.wait(1)
    for amount in (100, HIGHEST, 300):
        town.do(NETWORK, slasher, REQUEST, subnetwork, ADA, amount, captured, b"")
    town.refuse("SlashRequestNotExist", NETWORK, slasher, EXECUTE, 3, b"")
    town.refuse("NotNetworkMiddleware", STRANGER, slasher, EXECUTE, 0, b"")
    town.wait(VETO - 1)
    town.refuse("VetoPeriodNotEnded", NETWORK, slasher, EXECUTE, 0, b"")
    town.wait(1)
    town.do(NETWORK, slasher, EXECUTE, 0, b"")
    town.refuse("SlashRequestCompleted", NETWORK, slasher, EXECUTE, 0, b"")
    town.wait(EPOCH - VETO - 1)
    town.do(NETWORK, slasher, EXECUTE, 1, b"")
    town.refuse("InsufficientSlash", NETWORK, slasher, EXECUTE, 0, b"")
    town.wait(1)
    town.refuse("SlashPeriodEnded", NETWORK, slasher, EXECUTE, 2, b"")
    town.record(vectors)


def test_vetoes(vectors: Recorder) -> None:
    """Who resolved at the captured second may forbid a slash until the deadline (SYM-179 to SYM-188)."""
    town = visit()
    vault, subnetwork = town.stake(FULL_RESTAKE, NETWORK, 1_000), town.subnetwork(NETWORK)
    slasher, before = vault.slasher, town.timestamp
    town.wait(1)
    town.do(NETWORK, slasher, REQUEST, subnetwork, ADA, 100, before, b"")
    town.do(NETWORK, slasher, SET_RESOLVER, 0, ALICE, b"")
    town.refuse("AlreadySet", NETWORK, slasher, SET_RESOLVER, 0, ALICE, b"")
    town.refuse("SlashRequestNotExist", ALICE, slasher, VETO_SLASH, 1, b"")
    town.refuse("NoResolver", ALICE, slasher, VETO_SLASH, 0, b"")
    town.do(NETWORK, slasher, EXECUTE, 0, b"")
    captured = town.timestamp
    town.wait(1)
    town.do(NETWORK, slasher, REQUEST, subnetwork, ADA, 100, captured, b"")
    town.do(NETWORK, slasher, REQUEST, subnetwork, ADA, 100, captured, b"")
    town.refuse("NotResolver", STRANGER, slasher, VETO_SLASH, 1, b"")
    town.wait(VETO - 1)
    town.do(ALICE, slasher, VETO_SLASH, 1, b"")
    town.refuse("SlashRequestCompleted", ALICE, slasher, VETO_SLASH, 1, b"")
    town.wait(1)
    town.refuse("VetoPeriodEnded", ALICE, slasher, VETO_SLASH, 2, b"")
    town.refuse("SlashRequestCompleted", NETWORK, slasher, EXECUTE, 1, b"")
    town.do(NETWORK, slasher, SET_RESOLVER, 0, GRACE, b"")
    resolver_at = "resolverAt(bytes32,uint48,bytes)"
    change = before + 3 * EPOCH
    assert town.see(slasher, resolver_at, subnetwork, change - 1, b"") == int(ALICE, 16)
    assert town.see(slasher, resolver_at, subnetwork, change, b"") == int(GRACE, 16)
    town.do(NETWORK, slasher, SET_RESOLVER, 0, ALICE, b"")
    assert town.see(slasher, resolver_at, subnetwork, change, b"") == int(ALICE, 16)
    town.record(vectors)


@pytest.mark.parametrize("is_burner", [False, True], ids=["delegator", "burner"])
def test_hooks(vectors: Recorder, is_burner: bool) -> None:
    """A hook hears of a slash; what it does with its gas is its own affair (SYM-122, SYM-127, SYM-128, SYM-157)."""
    town = visit_later()
    vault, hook, subnetwork = town.hooked[is_burner], town.hook, town.subnetwork(NETWORK)
    captured = town.timestamp
    town.wait(1)
    again = bytes.fromhex(encode_call(SLASH, subnetwork, ADA, 1, captured, b"")[2:])
    for mode in (RECORDS, REVERTS, BURNS, CALLS):
        town.do(OWNER, hook, SET_MODE, mode, vault.slasher, again if mode == CALLS else b"")
        town.do(NETWORK, vault.slasher, SLASH, subnetwork, ADA, 100, captured, b"")
    assert town.see(hook, "calls()") == 2
    town.see(hook, "lastResult()")
    town.record(vectors)


@pytest.mark.parametrize(
    ("is_burner", "reason", "gas"),
    [(False, "InsufficientHookGas", 330_000), (True, "InsufficientBurnerGas", 480_000)],
    ids=["delegator", "burner"],
)
def test_gas_for_hooks(vectors: Recorder, is_burner: bool, reason: str, gas: int) -> None:
    """With too little gas left for the hook nobody is slashed; with enough it is called (SYM-127, SYM-129)."""
    town = visit_later()
    vault, subnetwork = town.hooked[is_burner], town.subnetwork(NETWORK)
    slash = SLASH, subnetwork, ADA, 100, town.timestamp, b""
    town.wait(1)
    town.refuse(reason, NETWORK, vault.slasher, *slash, gas=hex(gas), gasChecks=[False])
    town.do(NETWORK, vault.slasher, *slash)
    town.record(vectors)
