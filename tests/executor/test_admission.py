"""What a full cache gives up, and what comes out of it (ROL-80 to ROL-86)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.numeric import U64
from gearexe_spec.conformance.operations.node import to_view
from gearexe_spec.executor.admission import (
    GREATEST_CACHED_MESSAGES,
    GREATEST_CACHED_PEERS,
    Admission,
    Gate,
    Sender,
    admit_message,
    move_gate,
    open_gate,
)
from tests.executor.validators import ADDRESSES, eb, record, world

ERAS = replace(world(), validators=tuple((U64(era), ADDRESSES[era % 3 :]) for era in range(4)))
VIEW = to_view(replace(ERAS, ethereum_blocks=tuple(record(5 * era) for era in range(4))))
"""One Ethereum block for each of four eras."""


def opened() -> Gate:
    gate, _ = move_gate(open_gate(VIEW, eb(0)), VIEW, eb(0))
    return gate


def kept(gate: Gate, *peers: int) -> Gate:
    for peer in peers:
        gate, admission = admit_message(gate, U64(peer), Sender(U64(1), ADDRESSES[1 + peer % 2]))
        assert admission is Admission.Ignore
    return gate


def test_the_peer_not_heard_for_longest_gives_way() -> None:
    peers = range(GREATEST_CACHED_PEERS)
    gate = kept(opened(), *peers, 0, GREATEST_CACHED_PEERS)
    assert [peer for peer, _ in gate.cached] == [*peers[2:], 0, GREATEST_CACHED_PEERS]
    assert len(gate.cached[-2][1]) == 2


def test_the_oldest_message_of_a_peer_gives_way() -> None:
    gate = opened()
    for number in range(GREATEST_CACHED_MESSAGES + 3):
        gate, _ = admit_message(gate, U64(7), Sender(U64(1), ADDRESSES[1 + number % 2]))
    ((_, messages),) = gate.cached
    assert messages == tuple(
        Sender(U64(1), ADDRESSES[1 + number % 2]) for number in range(3, GREATEST_CACHED_MESSAGES + 3)
    )


def test_what_was_kept_comes_out_even_if_an_era_was_left_out() -> None:
    gate = kept(opened(), 3, 4, 3)
    for era in (1, 2):
        moved, released = move_gate(gate, VIEW, eb(5 * era))
        assert [sender.signer for sender in released] == [ADDRESSES[1], ADDRESSES[2], ADDRESSES[2]]
        assert moved.cached == ()
    assert ADDRESSES[1] not in moved.current


def test_going_back_keeps_what_is_kept() -> None:
    later, _ = move_gate(opened(), VIEW, eb(5))
    filled, _ = admit_message(later, U64(1), Sender(U64(2), ADDRESSES[2]))
    back, released = move_gate(filled, VIEW, eb(0))
    assert released == ()
    assert back.cached == filled.cached


@given(st.lists(st.integers(0, 60), max_size=300))
def test_the_cache_never_grows_beyond_its_bounds(peers: list[int]) -> None:
    gate = kept(opened(), *peers)
    assert len(gate.cached) <= GREATEST_CACHED_PEERS
    assert all(0 < len(messages) <= GREATEST_CACHED_MESSAGES for _, messages in gate.cached)
    if peers:
        assert gate.cached[-1][0] == peers[-1]
